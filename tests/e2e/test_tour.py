"""The tour of docs/seller.md, typed as it stands: every block of commands is run in one shell, one
behind the other, and shows what the block below it says.

A block ```sh is typed; a block ```text directly below is its output, where `…` stands for anything.
A block of commands may say with which status it ends: ```sh 1. What is not the same everywhere is
replaced before: the folder of the tour, the addresses, the data folder of ./run.
"""

import os
import pathlib
import re
import select
import subprocess
import tempfile
import time
import unittest

from tests.e2e.ctl import ROOT, binary
from tests.e2e.demo import REGISTRY
from tests.harness.stockd import Stockd

TOUR = ROOT / "docs" / "seller.md"
BLOCK = re.compile(r"^```sh(?: (\d+))?\n(.*?)^```\n(?:\n?```text\n(.*?)^```\n)?", re.M | re.S)
BLOCK_S_MAX = 60
END = "end-of-block"


def blocks():
    """Gives the blocks of the tour: (line, status, commands, output or None)."""
    text = TOUR.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield line, int(found[1] or 0), found[2], found[3]


def pattern_of(output):
    """An output as a regular expression; a line that is … alone is any lines."""
    lines = []
    for line in output.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(r"[^\n]*?".join(re.escape(part) for part in line.split("…")) + r"[ ]*\n")
    return "".join(lines)


class Tour(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stockctl-tour-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = Stockd(REGISTRY)
        self.addCleanup(self.server.stop)
        self.server.start()
        (self.folder / "home").mkdir()
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"),
                     "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                variables[name] = os.environ[name]
        self.shell = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, cwd=ROOT,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      env=variables)
        self.addCleanup(self.end_shell)
        self.places = (
            ("127.0.0.1:8080", "{}:{}".format(*self.server.address)),
            ("127.0.0.1:8081", "{}:{}".format(*self.server.operator_address)),
            ("$PWD/data/store/operator.token",
             str(self.server.folder / "data" / "operator.token")),
            ("$PWD/build", str(binary().parent)),
            ("/tmp/tour", str(self.folder / "tour")),
        )

    def end_shell(self):
        self.shell.stdin.close()
        self.shell.stdout.close()
        self.shell.wait(BLOCK_S_MAX)

    def here(self, text):
        for there, here in self.places:
            text = text.replace(there, here)
        return text

    def type(self, commands):
        """Types a block; returns the status of its last command, and all that was shown."""
        text = f"{self.here(commands)}\necho {END} $?\n"
        self.shell.stdin.write(text.encode("utf-8"))
        self.shell.stdin.flush()
        shown = b""
        deadline = time.monotonic() + BLOCK_S_MAX
        while time.monotonic() < deadline:
            if not select.select([self.shell.stdout], [], [], 1)[0]:
                continue
            piece = os.read(self.shell.stdout.fileno(), 65536)
            shown += piece
            found = re.search(rb"^" + END.encode() + rb" (\d+)\n", shown, re.M)
            if found:
                return int(found[1]), shown[:found.start()].decode("utf-8")
            if not piece:
                break
        self.fail(f"no end of\n{commands}\n{shown.decode()}")

    def test_it_can_be_typed_as_it_stands(self):
        typed = 0
        for line, status, commands, output in blocks():
            place = f"docs/seller.md:{line}\n{commands}"
            ended, shown = self.type(commands)
            self.assertEqual(status, ended, f"{place}\n{shown}")
            if output is not None:
                pattern = pattern_of(self.here(output))
                self.assertRegex(shown, rf"\A{pattern}\Z", place)
            typed += 1
        self.assertGreater(typed, 8)


if __name__ == "__main__":
    unittest.main()
