"""Proves tools/tidy: for each rule, a small tree with the mistake must be reported at the right
line, and its neighbour without the mistake must not. A rule without cases fails the run, and so
does a banned call that is not found. The last test runs the program itself in a new repository.
"""

import collections
import pathlib
import shutil
import subprocess
import tempfile

from tidy_rules import BANS, RULES, check_tree

# `bad` and `good` are trees: path -> text. `place` is where `rule` must report `bad`, and alone.
Case = collections.namedtuple("Case", "rule place bad good")


def one_file(rule, path, line, bad, good):
    return Case(rule, f"{path}:{line}", {path: bad}, {path: good})


def function(lines, parameters="void"):
    """A function in our layout; `lines` counts its braces."""
    return f"static int\nlong_name({parameters})\n{{\n" + "    x();\n" * (lines - 2) + "}\n"


def header(guard, body=""):
    return f"/* Why. */\n#ifndef {guard}\n#define {guard}\n{body}#endif\n"


# DESIGN.md §3 as a picture: the folder of the row may include the folders marked x, in the order
# of the rows.
ARROWS = {
    "base":     "x...........",
    "os":       "xx..........",
    "wire":     "x.x.........",
    "ledger":   "x..x........",
    "journal":  "xx..x.......",
    "registry": "xxxxxx......",
    "store":    "xxxxx.x.....",
    "api":      "xxxxxxxx....",
    "push":     "xxxxxxx.x...",
    "operator": "xxxxxxx..x..",
    "server":   "xxxxxxxxxxx.",
    "ctl":      "xxx........x",
}

INCLUDE_CASES = [
    Case("include-layer", "src/wire/a.c:2", {"src/wire/a.c": '\n#include "ledger/b.h"\n'},
         {"src/wire/a.c": '/*\n#include "ledger/b.h"\n*/\n',
          "tests/unit/a.c": '#include "ledger/b.h"\n'}),
    Case("include-layer", "src/misc/a.c:1", {"src/misc/a.c": ""}, {"src/os/a.c": ""}),
    one_file("include-path", "src/os/a.c", 1, '#include "b.h"\n', '#include "os/b.h"\n'),
    one_file("include-path", "src/os/a.c", 1, '#include "../base/b.h"\n', "#include <stdio.h>\n"),
    *(Case("include-home", f"src/{wrong}/a.c:1", {f"src/{wrong}/a.c": f"#include <{name}>\n"},
           {f"src/{home}/a.c": f"#include <{name}>\n", "tests/a.c": f"#include <{name}>\n"})
      for name, home, wrong in (("microhttpd.h", "server", "api"), ("microhttpd.h", "ctl", "wire"),
                                ("libpq-fe.h", "store", "api"),
                                ("postgresql/libpq-fe.h", "store", "server"),
                                ("simdjson.h", "wire", "base"), ("curl/curl.h", "push", "server"),
                                ("curl/curl.h", "ctl", "os"), ("stdatomic.h", "base", "journal"),
                                ("stdatomic.h", "os", "store"))),
    Case("own-header-first", "src/os/a.c:1",
         {"src/os/a.c": '#include <stdio.h>\n#include "os/a.h"\n', "src/os/a.h": ""},
         {"src/os/a.c": '#include "os/a.h"\n#include <stdio.h>\n', "src/os/a.h": "",
          "src/os/main.c": "#include <stdio.h>\n"}),
    Case("own-header-first", "src/os/a.c:1", {"src/os/a.c": "int x;\n", "src/os/a.h": ""}, {}),
    Case("header-cycle", "src/os/a.h:1",
         {"src/os/a.h": '#include "os/b.h"\n', "src/os/b.h": '#include "os/c.h"\n',
          "src/os/c.h": '#include "os/a.h"\n'},
         {"src/os/a.h": '#include "os/b.h"\n#include "os/c.h"\n',
          "src/os/b.h": '#include "os/c.h"\n', "src/os/c.h": ""}),
]

SHAPE_CASES = [
    one_file("file-lines", "src/os/a.c", 1, "\n" * 501, "\n" * 500),
    one_file("file-lines", "tests/run.sh", 1, "\n" * 501, "\n" * 500),
    Case("file-lines", "tools/x:1", {"tools/x": "#!/bin/sh" + "\n" * 501},
         {"tools/x": "#!/bin/sh" + "\n" * 500, "docs/a.md": "\n" * 501}),
    Case("line-columns", "src/os/a.c:2", {"src/os/a.c": "\n/*" + "é" * 99},
         {"src/os/a.c": "\n/*" + "é" * 98, "docs/a.md": "x" * 101}),
    one_file("line-columns", "web/a.tsx", 1, "/" * 101, "/" * 100),
    one_file("function-lines", "src/os/a.c", 2, function(71), function(70)),
    one_file("function-lines", "src/os/a.cpp", 6, "namespace\n{\nint x;\n\n" + function(71) + "}\n",
             "namespace\n{\n" + function(70) + "\n" + function(70) + "}\n"),
    one_file("function-parameters", "src/os/a.c", 2,
             function(3, "int a, int b, int c,\n int d, int e, int f, int g"),
             function(3, "int a, int (*b)(int, int), int c, int d,\n int e, /* g, */ int f")),
    one_file("struct-typedef", "src/os/a.h", 1, "typedef struct x *x_t;\n",
             "typedef int (*check)(struct x *x);\n"),
    one_file("struct-name", "src/os/a.h", 2, "\nstruct Shelf {\n", "\nstruct shelf {\n"),
    one_file("struct-name", "src/os/a.h", 1, "union anyValue {\n", "struct MHD_Response;\n"),
]

TEXT_CASES = [
    one_file("floating-point", "src/ledger/a.c", 2, "\nfloat x;\n", '/* float */ f("double");\n'),
    Case("floating-point", "src/journal/a.h:1", {"src/journal/a.h": "long double x;\n"},
         {"src/api/a.h": "double x;\n", "src/journal/a.h": "int doubled;\n"}),
    one_file("dead-code", "tests/a.c", 2, "\n# if 0 /* x */\n", "#if 0x10 > X\n/*\n#if 0\n*/\n"),
    one_file("leftover", "src/os/a.c", 3, "/* One.\n *\n * FIXME later. */\n", 'f("FIXME");\n'),
    one_file("leftover", "src/os/a.c", 1, "x(); // TODO: more\n", "/* TODO(#12): more. */\n"),
    one_file("leftover", "tests/a.sh", 2, "x\n# XXX\n", "mktemp /tmp/XXX.XXXX\n# XXXX\n"),
    Case("tab", "src/os/a.c:2", {"src/os/a.c": "int x;\n\tint y;\n"},
         {"src/os/a.c": 'f("\\t");\n', "Makefile": "all:\n\tcc\n"}),
    one_file("trailing-space", "src/os/a.c", 2, "int x;\nint y; \n", "int x;\n\nint y;\n"),
    one_file("trailing-space", "Makefile", 1, "all:\t\n", "all:\n\tcc\n"),
    Case("trailing-space", "docs/a.md:1", {"docs/a.md": "text  \n"},
         {"tests/fuzz/corpus/one": "{} \n", "demo/a.csv": "a,b \n"}),
    one_file("line-end", "src/os/a.c", 2, "int x;\nint y;", "int x;\n"),
    one_file("line-end", "run", 2, "#!/bin/sh\necho\r\n", "#!/bin/sh\necho\n"),
    one_file("first-comment", "src/os/a.c", 1, "#include <stdio.h>\n/* Late. */\n", "/* Why. */\n"),
    one_file("first-comment", "src/os/a.h", 1, "/* SPDX-License-Identifier: X */\nint x;\n",
             "/* SPDX-License-Identifier: X */\n\n/* Why. */\n"),
    one_file("first-comment", "tests/a.sh", 1, "#!/bin/sh\n\necho\n", "#!/bin/sh\n# Why.\necho\n"),
    Case("first-comment", "tools/x:1", {"tools/x": "#!/usr/bin/env python3\nimport x\n"},
         {"tools/x": '#!/usr/bin/env python3\n"""Why."""\n', "demo/x.py": "import x\n"}),
]

HEADER_CASES = [
    one_file("header-guard", "src/os/a_file.h", 1, header("A_FILE_H"), header("OS_A_FILE_H")),
    one_file("header-guard", "tests/unit/a.h", 1, "#pragma once\n", header("TESTS_UNIT_A_H")),
    one_file("header-guard", "bench/a.h", 1, "\n", header("BENCH_A_H")),
    one_file("header-alone", "src/os/a.h", 5, header("OS_A_H", "\nsize_t x;\n"),
             header("OS_A_H", "\n#include <stddef.h>\nsize_t x;\n")),
    one_file("header-alone", "src/os/a.h", 4, header("OS_A_H", "void f(struct x *x);\n"),
             header("OS_A_H", "struct x;\nvoid f(struct x *x);\n")),
    Case("header-alone", "src/os/a.h:1", {"src/os/a.h": '\n#include "os/b.inc"\n',
                                          "src/os/b.inc": "\n\nx;\n"}, {}),
]

README = "# os\n\nText with `code`.\n\n## Code structure\n\n"
README_CASES = [
    Case("readme-exists", "src/os/README.md:1", {"src/os/a.c": ""}, {"tests/unit/a.c": ""}),
    Case("readme-exists", "src/os/README.md:1", {"src/os/README.md": "# os\n"},
         {"src/os/README.md": README, "src/os/a.c": ""}),
    Case("readme-lists-files", "src/os/README.md:5",
         {"src/os/README.md": README + "* `a.c` is not like `b.c`\n", "src/os/a.c": "",
          "src/os/b.c": ""},
         {"src/os/README.md": README + "| `a.c`, `a.h` | first |\n- `sub/` more\n`b.c` last\n"
                                       "  `code` there\n\n## Next\n\n`code`\n",
          "src/os/a.c": "", "src/os/a.h": "", "src/os/b.c": "", "src/os/sub/c.c": ""}),
    Case("readme-lists-files", "web/README.md:5",
         {"web/README.md": README + "* `a.mjs` built\n", "web/a.mjs": "", "web/src/b.ts": ""},
         {"web/README.md": README + "* `a.mjs` built\n* `src/b.ts` shown\n", "web/a.mjs": "",
          "web/src/b.ts": ""}),
    Case("readme-lists-files", "tools/README.md:7", {"tools/README.md": README + "* `gone` x\n"},
         {"tools/README.md": "# tools\n\n* `gone`\n", "tools/here": ""}),
]

FLOAT = "float x; /* tidy: allow floating-point"
ALLOWANCE_CASES = [
    one_file("allowance", "src/ledger/a.c", 1, f"{FLOAT} */\n", f"{FLOAT}, a test of it */\n"),
    one_file("allowance", "src/ledger/a.c", 2, f"\n{FLOAT[6:]}, why */\n", ""),
    one_file("allowance", "src/ledger/a.c", 1, f"{FLOAT}s, why */\n", ""),
    one_file("allowance", "tools/x.py", 1, "# tidy: allow line-columns\n", "# Allow lines.\n"),
    one_file("floating-point", "src/ledger/a.c", 2, f"{FLOAT}, why */\nfloat y;\n",
             f"{FLOAT}, why */\n"),
    one_file("floating-point", "src/ledger/a.c", 3, f"{FLOAT[9:]}, why */\nint x;\nfloat y;\n",
             f"/* Why.\n * {FLOAT[12:]}, why. */\nfloat y;\n"),
]


def ban_cases():
    """Every name of every ban, from the table itself; and what only looks like a call of it."""
    for ban in BANS:
        for name in ban.names.split():
            for folder in ban.only:
                path = folder + "x/a.c" if folder.endswith("/") else folder + ".c"
                call = f"\nstatic void x{ban.function}_y(void)\n{{\n    f({name} (a));\n}}\n"
                good = f'/* {name}(a) */ os->{name}(a); x.{name}(a); f_{name}(a); f("{name}(a)");\n'
                trees = {path: good, "tools/a.c": call, "demo/a.c": call}
                trees |= {prefix + ".c": call for prefix in ban.but}
                if ban.function:
                    trees["src/api/b.c"] = call.replace(ban.function, "")
                yield Case(ban.rule, f"{path}:4", {path: call}, trees)


CASES = [*INCLUDE_CASES, *SHAPE_CASES, *TEXT_CASES, *HEADER_CASES, *README_CASES, *ALLOWANCE_CASES,
         *ban_cases()]


def write_tree(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())


def places(rule, files):
    """Where `rule` reports the tree `files`; every other rule sleeps."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        write_tree(root, files)
        return [f"{finding.path}:{finding.line}"
                for finding in check_tree(root, list(files), {rule, "floating-point"})
                if finding.rule == rule]


def failures_of_case(case):
    found = places(case.rule, case.bad)
    if found != [case.place]:
        yield f"{case.rule}: reported {found}, not {case.place}, in {case.bad}"
    found = places(case.rule, case.good)
    if found:
        yield f"{case.rule}: reported {found} in the good {case.good}"


def failures_of_arrows():
    """One file in each folder includes every folder, the nth on line n."""
    everything = "".join(f'#include "{folder}/b.h"\n' for folder in ARROWS)
    found = places("include-layer", {f"src/{folder}/a.c": everything for folder in ARROWS})
    expected = [f"src/{folder}/a.c:{line}" for folder, row in sorted(ARROWS.items())
                for line, mark in enumerate(row, start=1) if mark == "."]
    if found != expected:
        yield f"include-layer: differs from the picture at {set(found) ^ set(expected)}"


def failures_of_program():
    """The program in a repository of its own: clean, then with one untracked mistake."""
    tools = pathlib.Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        (root / "tools").mkdir()
        for name in ("tidy", "tidy_rules.py", "tidy_source.py", "tidy_test.py"):
            shutil.copy(tools / name, root / "tools")
        write_tree(root, {".gitignore": "__pycache__\nbuild/\n", "build/a.c": "gets(x);"})
        clean = subprocess.run([root / "tools/tidy"], capture_output=True, text=True, check=False)
        if clean.returncode != 0 or clean.stdout != f"5 files, {len(RULES)} rules, clean\n":
            yield f"program: a clean repository gave {clean}"
        write_tree(root, {"bench/a.c": "/* Why. */\nint x = atoi(y);\n"})
        dirty = subprocess.run([root / "tools/tidy"], capture_output=True, text=True, check=False)
        expected = ("bench/a.c:2: atoi() is banned here; use bytes_to_int64(), or strtoll() with "
                    "its checks [unsafe-call]\n")
        if dirty.returncode != 1 or dirty.stdout != expected:
            yield f"program: a mistake gave {dirty}"


def run():
    failures = [failure for case in CASES for failure in failures_of_case(case)]
    failures += [*failures_of_arrows(), *failures_of_program()]
    failures += [f"{rule}: no case proves it" for rule in RULES
                 if rule not in {case.rule for case in CASES}]
    for failure in failures:
        print(failure)
    if not failures:
        print(f"{len(CASES)} cases, {len(RULES)} rules, proven")
    return 1 if failures else 0
