"""What the build does so that a fault in a program is harder to use, looked for in the programs.

Each rule of `FAULTS` is proven on a little program that is built without it.
"""

import functools
import os
import pathlib
import platform
import re
import subprocess
import tempfile
import unittest

from tests.harness import stockd

ROOT = pathlib.Path(__file__).resolve().parents[2]
X86 = platform.machine() == "x86_64"
PROBES_MIN = 1
ENTRIES_MIN = 50
FORTIFIED_MIN = 3
SPAWN = {"posix_spawn", "posix_spawnp"}
SPAWNS = {"stockctl": {"posix_spawn"}}  # For --command, which the user gives it.


@functools.lru_cache(None)
def said(*words):
    """Runs a tool of binutils; returns what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


class Program:
    """A file, and what is known of it."""

    def __init__(self, path):
        self.path = str(path)
        self.dynamic = said("readelf", "-dW", self.path)
        self.segments = said("readelf", "-lW", self.path)

    @property
    def imports(self):
        text = said("nm", "-D", "--undefined-only", self.path)
        return set(re.findall(r"^\s+[Uw] ([^@\s]+)", text, re.MULTILINE))

    @property
    def exported_functions(self):
        return re.findall(r" [TW] ", said("nm", "-D", "--defined-only", self.path))

    @property
    def code(self):
        return said("objdump", "-d", "--no-show-raw-insn", "--section=.text", self.path)

    def flags_of(self, segment):
        """Returns R, W, E of each segment of this kind, as one text."""
        found = re.findall(rf"^\s+{segment}\s.*?\s([RWE ]{{3}})\s+0x\w+$", self.segments,
                           re.MULTILINE)
        return " ".join(found)


# What is wrong with a program, by the name of the rule; true: it is.
FAULTS = {
    "no PIE": lambda program: "DYN" not in program.segments or "PIE" not in program.dynamic,
    "no RELRO": lambda program: "GNU_RELRO" not in program.segments,
    "lazy binding": lambda program: "BIND_NOW" not in program.dynamic,
    "a stack to execute": lambda program: "E" in program.flags_of("GNU_STACK")
                                          or not program.flags_of("GNU_STACK"),
    "memory to write and execute": lambda program: "RWE" in program.flags_of("LOAD"),
    "a path to libraries": lambda program: re.search(r"\((RPATH|RUNPATH)\)", program.dynamic),
    "code to relocate": lambda program: "TEXTREL" in program.dynamic,
    "no stack protector": lambda program: "__stack_chk_fail" not in program.imports,
    "not fortified": lambda program: len([name for name in program.imports
                                          if re.fullmatch(r"__(?!stack)\w+_chk", name)])
                                     < FORTIFIED_MIN,
    "no probes of large stacks": lambda program: len(re.findall(r"or[ql]\s+\$0x0,\(%[re]sp\)",
                                                                program.code)) < PROBES_MIN,
    "no marks where calls land": lambda program: program.code.count("endbr64") < ENTRIES_MIN,
    "a call that cannot be bounded": lambda program: program.imports
                                     & {"gets", "strcpy", "strcat", "sprintf", "vsprintf"},
    "functions that libraries would call instead of theirs":
        lambda program: program.exported_functions,
    "it starts programs": lambda program: program.imports
                          & {"system", "popen", "fork", "vfork", "execve", "execvp"}
                          | program.imports & SPAWN - SPAWNS.get(pathlib.Path(program.path).name,
                                                                 set()),
}
ONLY_X86 = {"no probes of large stacks", "no marks where calls land"}


def faults(path):
    program = Program(path)
    return {name for name, is_wrong in FAULTS.items()
            if (X86 or name not in ONLY_X86) and is_wrong(program)}


BAD_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
__attribute__((section(".evil,\"awx\",@progbits#"))) int evil = 1;
int main(int argc, char **argv)
{
    char text[100000];
    strcpy(text, argv[argc - 1]);
    sprintf(text + 100, "%s", argv[0]);
    return system(text) + (int)strlen(text);
}
"""
BAD_FLAGS = ["-O2", "-fno-pie", "-no-pie", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-w",
             "-fno-stack-clash-protection", "-rdynamic", "-fcf-protection=none" if X86 else "-O2",
             "-Wl,-z,norelro,-z,lazy,-z,execstack,-rpath,/nowhere,--disable-new-dtags"]


class Hardening(unittest.TestCase):

    @unittest.skipIf(stockd.is_sanitized(), "a build for tests")
    def test_the_programs_have_all_of_it(self):
        for path in (stockd.binary(),
                     pathlib.Path(os.environ.get("STOCKCTL", ROOT / "build" / "stockctl"))):
            with self.subTest(program=path.name):
                self.assertEqual(set(), faults(path))

    def test_what_a_page_hands_over_reaches_no_query(self):
        """The text of the statement that stockctl --query sends: stockd has the rest of libpq."""
        statement = b"TO STDOUT WITH (FORMAT csv, HEADER)"
        self.assertNotIn(statement, stockd.binary().read_bytes())
        stockctl = pathlib.Path(os.environ.get("STOCKCTL", ROOT / "build" / "stockctl"))
        self.assertIn(statement, stockctl.read_bytes())

    def test_each_rule_finds_its_fault(self):
        """But one: text to relocate is nothing that this compiler makes any more."""
        with tempfile.TemporaryDirectory(prefix="stockd-hardening-") as folder:
            path = pathlib.Path(folder) / "bad"
            subprocess.run(["gcc", *BAD_FLAGS, "-x", "c", "-", "-o", str(path)], check=True,
                           input=BAD_PROGRAM.encode(), capture_output=True)
            found = faults(path)
        wanted = {name for name in FAULTS if X86 or name not in ONLY_X86}
        self.assertEqual(wanted - {"code to relocate"}, found)
