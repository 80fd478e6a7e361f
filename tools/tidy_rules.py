"""The rules of tools/tidy, each a small function or a row of a table, and check_tree() that applies
them. A rule yields what is wrong and what to do instead. The tables of rules are at the end,
tools/tidy_test.py proves every one of them.
"""

import collections
import concurrent.futures
import graphlib
import os
import re
import subprocess

from tidy_source import Tree, line_at, numbered

FILE_LINES_MAX = 500
LINE_COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 6

# What a folder of src/ may include besides itself (DESIGN.md §3).
MAY_INCLUDE = {
    "base": "",
    "os": "base",
    "wire": "base",
    "ledger": "base",
    "journal": "os base",
    "registry": "ledger journal os wire base",
    "store": "ledger journal os wire base",
    "call": "store registry ledger journal os wire base",
    "api": "call store registry ledger journal os wire base",
    "push": "call store registry ledger journal os wire base",
    "operator": "sheet call store registry ledger journal os wire base",
    "server": "operator api push call store registry ledger journal os wire base",
    "sheet": "os wire base",
    "book": "os wire base",
    "admin": "store ledger journal os wire base",
    "ctl": "admin sheet book os wire base",
}

# The only folders of src/ that know these headers.
HEADER_HOMES = {
    "microhttpd.h": "server ctl",
    "libpq-fe.h": "store ctl",
    "postgresql/libpq-fe.h": "store ctl",
    "zip.h": "sheet",
    "expat.h": "sheet",
    "csv.h": "sheet",
    "simdjson.h": "wire",
    "curl/curl.h": "push ctl",
    "ini.h": "ctl",
    "sqlite3.h": "book",
    "stdatomic.h": "base os",
}

# A call of one of `names` is wrong in paths that start with one of `only` and none of `but`,
# inside functions whose name contains `function`.
Ban = collections.namedtuple("Ban", "rule names only but function instead")
CODE = ("src/", "tests/", "bench/")
BANS = (
    Ban("unsafe-call", "strcpy strcat strncpy", CODE, (), "", "buffer_append*() of base/buffer.h"),
    Ban("unsafe-call", "sprintf vsprintf", CODE, (), "", "snprintf(), or buffer_append*()"),
    Ban("unsafe-call", "gets", CODE, (), "", "a read with a size"),
    Ban("unsafe-call", "atoi atol atoll", CODE, (), "",
        "bytes_to_int64(), or strtoll() with its checks"),
    Ban("unsafe-call", "strtok", CODE, (), "", "struct cursor of base/bytes.h"),
    Ban("unsafe-call", "alloca", CODE, (), "", "an arena, or an array of fixed size"),
    Ban("random-call", "rand srand", CODE, (), "", "the random numbers of struct os, from a seed"),
    Ban("plain-assert", "assert", CODE, (), "", "ASSERT(), which is never compiled out"),
    # A bench measures the real machine; everything else takes its time from the seam.
    Ban("clock-call", "time gettimeofday clock_gettime", ("src/", "tests/"),
        ("src/os/", "tests/unit/os/"), "", "the clock of struct os"),
    # Tests may read golden files and look at what the product left on a real disk.
    Ban("file-call", "fopen fdopen freopen open openat creat read pread readv preadv write pwrite"
        " writev pwritev fsync fdatasync sync_file_range ftruncate truncate fallocate"
        " posix_fallocate rename renameat unlink unlinkat mkdir opendir", ("src/",),
        ("src/os/", "src/sheet/", "src/book/", "src/ctl/", "src/server/"), "",
        "the files of struct os"),
    Ban("raw-copy", "memcpy memmove", ("src/wire/", "src/journal/recovery"), (), "",
        "struct cursor of base/bytes.h"),
    Ban("raw-copy", "memcpy memmove", ("src/",), ("src/base/buffer", "src/base/bytes"), "_decode",
        "struct cursor of base/bytes.h"),
)

# A piece of C code that is wrong in paths that start with one of `only`.
Pattern = collections.namedtuple("Pattern", "rule regex only message")
PATTERNS = (
    Pattern("floating-point", r"\b(?:float|double)\b", ("src/ledger/", "src/journal/"),
            "floating point; count in int64_t of the smallest unit"),
    Pattern("dead-code", r"^[ \t]*#[ \t]*if[ \t]+0\b", ("",),
            "#if 0; delete the code, git remembers it"),
    Pattern("struct-typedef", r"\btypedef\s+(?:struct|union)\b", ("",),
            "typedef hides a struct; write `struct x` where it is used"),
    Pattern("struct-name", r"^(?:struct|union)\s+\w*[A-Z]\w*\s*\{", ("",),
            "capitals in a struct's name; use snake_case"),
)

HEADER_CHECK = ("gcc", "-std=c17", "-D_GNU_SOURCE", "-Isrc", "-isystem", "/usr/include/postgresql",
                "-Werror", "-fsyntax-only", "-x", "c")

LISTED = re.compile(r"^(?:[*-] +|\| *)?((?:`[^`]+`[,\s]*)+)")
GCC_ERROR = re.compile(r"^([^:\n]+):(?:(\d+):)?(?:\d+:)? (?:fatal )?error: (.*)", re.M)
ALLOWANCE = re.compile(r"^\W*tidy: allow ([\w-]*)[,:]?\s*(.*?)[\s*/]*$")
PREAMBLE = re.compile(r"\A(?:#!.*\n)?(?:(?:(?://|#) *SPDX.*|/\* *SPDX.*\*/)\n|[ \t]*\n)*")

# Folders whose README lists the files of folders below them as well.
LIST_WHOLE = ("web",)

Finding = collections.namedtuple("Finding", "path line rule message")


# --- rules about one file: yield (line, message) ----------------------------------------------


def include_layer(source):
    allowed = MAY_INCLUDE.get(source.layer)
    if allowed is None:
        yield 1, f"src/{source.layer} is no layer; add it to DESIGN.md §3 and to MAY_INCLUDE"
        return
    reach = [source.layer, *allowed.split()]
    for line, quote, header in source.includes:
        folder = header.partition("/")[0]
        if quote == '"' and folder in MAY_INCLUDE and folder not in reach:
            yield line, (f"src/{source.layer} includes {header}, it may include "
                         f"{', '.join(reach)}; pass the value in, or move the code")


def include_path(source):
    for line, quote, header in source.includes:
        if quote == '"' and header.partition("/")[0] not in MAY_INCLUDE:
            yield line, f'"{header}" has no folder of src/; write it like "base/bytes.h"'


def include_home(source):
    for line, _, header in source.includes:
        homes = HEADER_HOMES.get(header, source.layer).split()
        if source.layer not in homes:
            yield line, f"{header} is known to src/{' and src/'.join(homes)} only; call that layer"


def file_lines(source):
    count = source.text.count("\n")
    if count > FILE_LINES_MAX:
        yield 1, f"{count} lines, {FILE_LINES_MAX} are allowed; split it by job"


def line_columns(source):
    for number, line in numbered(source.lines):
        if len(line) > LINE_COLUMNS_MAX:
            yield number, f"{len(line)} columns, {LINE_COLUMNS_MAX} are allowed; break the line"


def function_lines(source):
    for function in source.functions:
        if function.lines > FUNCTION_LINES_MAX:
            yield function.line, (f"{function.name}() has {function.lines} lines, "
                                  f"{FUNCTION_LINES_MAX} are allowed; move a step into a helper")


def function_parameters(source):
    for function in source.functions:
        if function.parameters > PARAMETERS_MAX:
            yield function.line, (f"{function.name}() has {function.parameters} parameters, "
                                  f"{PARAMETERS_MAX} are allowed; pass a struct")


def leftover(source):
    for number, comment in source.comments:
        word = re.search(r"\b(?:FIXME|XXX|TODO(?!\(#\d+\)))\b", comment)
        if word:
            yield number, f"{word.group()} is left over; finish it, or write TODO(#issue)"


def tab(source):
    for number, line in numbered(source.lines):
        if "\t" in line:
            yield number, "tab; indent with 4 spaces, write \\t in a string"


def trailing_space(source):
    for number, line in numbered(source.lines):
        if re.search(r"[ \t]+\r?$", line):
            yield number, "white space at the end of the line; remove it"


def line_end(source):
    if "\r\n" in source.text:
        yield line_at(source.text, source.text.index("\r\n")), "CRLF; end lines with LF alone"
    if source.text and not source.text.endswith("\n"):
        yield len(source.lines), "no newline at the end of the file; add it"


def header_guard(source):
    guard = re.sub(r"\W", "_", source.path.removeprefix("src/")).upper()
    directives = re.findall(r"^\s*#\s*(\w+)[ \t]*(\w*)", source.code, re.M)
    if directives[:2] != [("ifndef", guard), ("define", guard)] or directives[-1][0] != "endif":
        yield 1, f"no include guard {guard}; put #ifndef, #define and #endif around the header"


def first_comment(source):
    opening = ("#", '"""') if source.is_script else ("/*", "//")
    if not source.text[PREAMBLE.match(source.text).end():].startswith(opening):
        yield 1, "no comment on top; say in one to five sentences what the file does"


# --- rules about the whole tree: yield (path, line, message) ----------------------------------


def own_header_first(tree):
    for source in tree.values():
        header = re.sub(r"\.(c|cpp)$", ".h", source.path)
        if header == source.path or not source.layer or header not in tree:
            continue
        own = header.removeprefix("src/")
        if not source.includes or source.includes[0][2] != own:
            line = source.includes[0][0] if source.includes else 1
            yield source.path, line, f'own header is not first; start with #include "{own}"'


def header_cycle(tree):
    headers = {path: source for path, source in tree.items() if source.is_header and source.layer}
    graph = {path: {f"src/{header}" for _, _, header in source.includes} & headers.keys()
             for path, source in headers.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle = error.args[1]
        yield circle[0], 1, (f"headers include in a circle, {' <- '.join(circle)}; "
                             "declare a struct instead of including its header")


def header_alone(tree):
    def compile_header(path):
        return subprocess.run([*HEADER_CHECK, path], cwd=tree.root, env=environment, text=True,
                              capture_output=True, check=False)

    environment = {**os.environ, "LC_ALL": "C"}
    paths = [path for path, source in tree.items() if source.is_header]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for path, result in zip(paths, pool.map(compile_header, paths)):
            if result.returncode == 0:
                continue
            told = f"{result.stderr}\n{path}:1: error: gcc failed without a word"
            place, line, why = GCC_ERROR.search(told).groups()
            yield path, int(line) if line and place == path else 1, (
                f"does not compile alone: {why}; include or declare what it uses")


def readme_exists(tree):
    folders = {source.folder for source in tree.values() if source.folder.count("/") == 1}
    for folder in sorted(folder for folder in folders if folder.startswith("src/")):
        readme = tree.get(f"{folder}/README.md")
        if not readme or not code_structure(readme):
            yield f"{folder}/README.md", 1, ('no "Code structure" section; '
                                             "list every file of the folder there, one line each")


def readme_lists_files(tree):
    for readme in [source for source in tree.values() if source.is_readme]:
        section = code_structure(readme)
        if not section or not readme.folder:
            continue
        listed = {name: number for number, line in section for name in listed_names(line)}
        prefix = f"{readme.folder}/"
        present = {path.removeprefix(prefix) for path in tree
                   if path.startswith(prefix) and path != readme.path}
        folders = {f"{name.rpartition('/')[0]}/" for name in present if "/" in name}
        folders |= {f"{folder.partition('/')[0]}/" for folder in folders}
        wanted = present if readme.folder in LIST_WHOLE else {n for n in present if "/" not in n}
        for name in sorted(wanted - listed.keys()):
            yield readme.path, section[0][0], f"{name} is not listed; add a line for it"
        for name in sorted(listed.keys() - present - folders - {"README.md"}):
            yield readme.path, listed[name], f"{name} is not in the folder; remove the line"


def code_structure(readme):
    """The numbered lines of the section, with its heading; empty when there is none."""
    section = []
    for number, line in numbered(readme.lines):
        if re.match(r"#+\s*Code structure\s*$", line):
            section = [(number, line)]
        elif section and line.startswith("#"):
            break
        elif section:
            section.append((number, line))
    return section


def listed_names(line):
    """The names in backticks that a line of the list starts with."""
    listed = LISTED.match(line)
    return re.findall(r"`([^`]+)`", listed.group(1)) if listed else []


# --- the tables --------------------------------------------------------------------------------

FileRule = collections.namedtuple("FileRule", "name applies check")
FILE_RULES = [
    FileRule("include-layer", lambda s: s.is_c and s.layer, include_layer),
    FileRule("include-path", lambda s: s.is_c and s.layer, include_path),
    FileRule("include-home", lambda s: s.is_c and s.layer, include_home),
    FileRule("file-lines", lambda s: s.is_code, file_lines),
    FileRule("line-columns", lambda s: s.is_code, line_columns),
    FileRule("function-lines", lambda s: s.is_c, function_lines),
    FileRule("function-parameters", lambda s: s.is_c, function_parameters),
    FileRule("leftover", lambda s: s.is_code, leftover),
    FileRule("tab", lambda s: s.is_c, tab),
    FileRule("trailing-space", lambda s: s.is_text, trailing_space),
    FileRule("line-end", lambda s: s.is_text, line_end),
    FileRule("header-guard", lambda s: s.is_header, header_guard),
    FileRule("first-comment", lambda s: s.is_code and s.path.startswith(CODE + ("tools/",)),
             first_comment),
]


def ban_rule(ban):
    call = re.compile(rf"(?<![\w.>])({ban.names.replace(' ', '|')})\s*\(")

    def check(source):
        for match in call.finditer(source.code):
            line = line_at(source.code, match.start())
            if ban.function in source.function_at(line):
                yield line, f"{match.group(1)}() is banned here; use {ban.instead}"

    return FileRule(ban.rule, lambda s: s.is_c and s.path.startswith(ban.only)
                    and not s.path.startswith(ban.but), check)


def pattern_rule(pattern):
    regex = re.compile(pattern.regex, re.M)

    def check(source):
        for match in regex.finditer(source.code):
            yield line_at(source.code, match.start()), pattern.message

    return FileRule(pattern.rule, lambda s: s.is_c and s.path.startswith(pattern.only), check)


FILE_RULES += [*map(ban_rule, BANS), *map(pattern_rule, PATTERNS)]

TREE_RULES = {
    "own-header-first": own_header_first,
    "header-cycle": header_cycle,
    "header-alone": header_alone,
    "readme-exists": readme_exists,
    "readme-lists-files": readme_lists_files,
}
RULES = sorted({rule.name for rule in FILE_RULES} | TREE_RULES.keys() | {"allowance"})


# --- running them ------------------------------------------------------------------------------


def apply_allowances(tree, findings):
    """Drops what a comment on its line, or alone on the line above, allows; and finds the
    allowances that are wrong themselves."""
    findings = set(findings)
    for source in (source for source in tree.values() if source.is_code):
        for line, comment in source.comments:
            allowance = ALLOWANCE.match(comment)
            if not allowance:
                continue
            rule, reason = allowance.groups()
            alone = re.match(r"\s*(?:/?\*|//|#)", source.lines[line - 1])
            covered = (line, line + 1) if alone else (line,)
            allowed = {finding for finding in findings if finding.path == source.path
                       and finding.rule == rule and finding.line in covered}
            findings -= allowed
            if not reason:
                findings.add(Finding(source.path, line, "allowance",
                                     "no reason; write `tidy: allow RULE, reason`"))
            elif not allowed:
                findings.add(Finding(source.path, line, "allowance",
                                     f"allows no {rule or 'rule'} here; remove it"))
    return sorted(findings)


def check_tree(root, paths, rules=frozenset(RULES)):
    """Returns what `rules` find in the files `paths` under `root`, sorted."""
    tree = Tree(root, paths)
    findings = [Finding(source.path, line, rule.name, message)
                for rule in FILE_RULES if rule.name in rules
                for source in tree.values() if rule.applies(source)
                for line, message in rule.check(source)]
    findings += [Finding(path, line, rule, message)
                 for rule, check in TREE_RULES.items() if rule in rules
                 for path, line, message in check(tree)]
    return apply_allowances(tree, findings)
