"""Runs stockctl and reads what it says.

The program under test is build/stockctl; the environment variable STOCKCTL names another one.
`CtlCase` gives each test a folder and `run()`; a sanitizer's report fails the test.
"""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from tests.harness.stockd import SANITIZER

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN_S_MAX = 120
TOKEN = "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"
CAMPAIGN = "10003"


def binary():
    """Returns the path of the program under test."""
    return pathlib.Path(os.environ.get("STOCKCTL", ROOT / "build" / "stockctl")).resolve()


class Ended:
    """How a run ended, and what it said."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def totals(self, stream=None):
        """Returns the last line as a dict of texts; JSON or `key=value`."""
        line = (self.stdout if stream is None else stream).splitlines()[-1]
        if line.startswith("{"):
            return {name: str(value) for name, value in json.loads(line).items()}
        return dict(word.split("=", 1) for word in line.split())

    def __repr__(self):
        return f"<exit {self.code}\n{self.stdout}\n{self.stderr}>"


class CtlCase(unittest.TestCase):
    """A folder, a way to run the program, and assertions about its end."""

    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stockctl-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        """Writes a file, text or bytes, and returns its path."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return str(path)

    def start(self, *words, token=TOKEN, environment=None, **streams):
        """Starts the program and returns the process."""
        variables = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                     "STOCKCTL_BOOK": str(self.folder / "book.sqlite"), **(environment or {})}
        if token is not None:
            variables["STOCKCTL_TOKEN"] = token
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                variables[name] = os.environ[name]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([str(binary()), *map(str, words)], env=variables,
                                **{**pipes, **streams})

    def finish(self, process, stdin=b""):
        """Gives it its input and waits for its end."""
        try:
            stdout, stderr = process.communicate(stdin, RUN_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            self.fail(f"still running after {RUN_S_MAX} s: {stderr.decode()}")
        ended = Ended(process.returncode, stdout.decode("utf-8"), (stderr or b"").decode("utf-8"))
        self.assertIsNone(SANITIZER.search(ended.stderr), ended)
        self.assertNotIn(-signal.SIGSEGV, (ended.code,), ended)
        return ended

    def run_ctl(self, *words, stdin=b"", **how):
        return self.finish(self.start(*words, **how), stdin)

    def assert_totals(self, ended, **expected):
        """The totals hold these numbers."""
        totals = ended.totals()
        self.assertEqual({name: str(value) for name, value in expected.items()},
                         {name: totals.get(name) for name in expected}, ended)
