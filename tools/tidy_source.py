"""The files of the repository as tools/tidy_rules.py looks at them: text, comments, code without
comments and literals, includes and functions. Line numbers are those of the file everywhere.
Finds C functions by our layout, braces alone at column 0; it is no parser and needs none.
"""

import collections
import functools
import pathlib
import re

C_SUFFIXES = (".c", ".h", ".cpp")
SCRIPT_SUFFIXES = (".py", ".sh")
WEB_SUFFIXES = (".ts", ".tsx", ".mjs", ".css")
TEXT_SUFFIXES = (".md", ".mk", ".yml", ".yaml", ".toml", ".service", ".js", ".mjs", ".css", ".html")

C_TOKEN = re.compile(r"""(?P<comment>//[^\n]*|/\*.*?\*/)
                         |"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X)
SCRIPT_COMMENT = re.compile(r"(?:^|\s)#(.*)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)')
FUNCTION = re.compile(r"^[^\s#{}][^;{}]*\)[^;{}()]*\n\{[ \t]*\n.*?^\}", re.M | re.S)

Function = collections.namedtuple("Function", "name line line_end lines parameters")


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def numbered(lines, first=1):
    return enumerate(lines, start=first)


def blank(text):
    """Spaces in place of everything but line ends, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", text)


def split_signature(signature):
    """Returns where the function's name starts, the name, and how many parameters it has."""
    end = signature.rindex(")")
    depth = 0
    for start in range(end, -1, -1):
        depth += (signature[start] == ")") - (signature[start] == "(")
        if depth == 0:
            break
    name = re.search(r"\w*\s*$", signature[:start])
    inner = signature[start + 1:end]
    while "(" in inner:
        inner = re.sub(r"\([^()]*\)", "", inner)
    count = 0 if inner.strip() in ("", "void") else inner.count(",") + 1
    return name.start(), name.group().strip(), count


class Source:
    """One file of the repository, and the views of it that the rules look at."""

    def __init__(self, root, path):
        raw = (root / path).read_bytes()
        name = pathlib.PurePosixPath(path).name
        suffix = pathlib.PurePosixPath(path).suffix
        bare = suffix == "" and not path.startswith("tests/")
        self.path = path
        self.folder = path.rpartition("/")[0]
        self.layer = path.split("/")[1] if path.startswith("src/") else None
        self.is_c = suffix in C_SUFFIXES
        self.is_header = suffix == ".h"
        self.is_script = suffix in SCRIPT_SUFFIXES or suffix == "" and raw.startswith(b"#!")
        self.is_web = suffix in WEB_SUFFIXES
        self.is_code = self.is_c or self.is_script or self.is_web
        self.is_text = b"\0" not in raw and (self.is_code or suffix in TEXT_SUFFIXES or bare)
        self.is_readme = name == "README.md"
        self.text = raw.decode(errors="replace") if self.is_text else ""
        self.lines = self.text.split("\n")

    @functools.cached_property
    def code(self):
        """C without comments and literals."""
        return C_TOKEN.sub(lambda token: blank(token.group()), self.text)

    @functools.cached_property
    def comments(self):
        """(line, text) for each line of each comment."""
        if self.is_script:
            found = ((number, SCRIPT_COMMENT.search(line)) for number, line in numbered(self.lines))
            return [(number, comment.group(1)) for number, comment in found if comment]
        return [(number, line) for token in C_TOKEN.finditer(self.text) if token["comment"]
                for number, line in numbered(token.group().split("\n"),
                                             line_at(self.text, token.start()))]

    @functools.cached_property
    def includes(self):
        """(line, opening quote, header) for each #include; a header's name is no literal."""
        text = C_TOKEN.sub(lambda t: blank(t.group()) if t["comment"] else t.group(), self.text)
        found = ((number, INCLUDE.match(line)) for number, line in numbered(text.split("\n")))
        return [(number, *include.groups()) for number, include in found if include]

    @functools.cached_property
    def functions(self):
        """Definitions in Linux style: the body's braces stand alone at column 0."""
        found = []
        for match in FUNCTION.finditer(self.code):
            signature, _, _ = match.group().partition("\n{")
            offset, name, parameters = split_signature(signature)
            line_begin = line_at(self.code, match.start() + len(signature) + 1)
            line_end = line_at(self.code, match.end())
            found.append(Function(name, line_at(self.code, match.start() + offset), line_end,
                                  line_end - line_begin + 1, parameters))
        return found

    def function_at(self, line):
        return next((f.name for f in self.functions if f.line <= line <= f.line_end), "")


class Tree(dict):
    """path -> Source, for every file of the repository that the rules look at."""

    def __init__(self, root, paths):
        super().__init__((path, Source(root, path)) for path in paths)
        self.root = root
