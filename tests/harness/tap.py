"""Runs unittest tests and prints TAP, the Test Anything Protocol.

`python3 -m tests.harness.tap tests.contract` runs a whole package; a module, a class or a single
test may be named as well. `-k WORD` keeps only the tests whose names hold WORD, `--jobs 2` runs the
modules in processes of their own, two at a time.
Prints `ok N - name` or `not ok N - name` with the failure as `# ` lines; exit status 1 on failures.
A server that ends badly, or a sanitizer's report, fails the line of the class that started it.
With STOCKD_STORE=pg, what is about the local store alone (local_only.py) is left out.
"""

import argparse
import concurrent.futures
import importlib
import pathlib
import re
import signal
import subprocess
import sys
import time
import traceback
import unittest

from tests.harness import database, local_only


class TapResult(unittest.TestResult):
    """Counts and prints one line per test; failed subtests are listed under their test."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self.number = 0
        self.failed = 0
        self._current = None
        self._problems = []
        self._skipped = None

    def startTest(self, test):
        super().startTest(test)
        self._current = test
        self._problems = []
        self._skipped = None

    def stopTest(self, test):
        super().stopTest(test)
        self._current = None
        self._line(test.id(), self._problems, self._skipped)

    def addError(self, test, err):
        super().addError(test, err)
        self._problem(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._problem(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._problems.append(f"{subtest._subDescription()}\n{_describe(err)}")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._problems.append("was expected to fail and did not")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._skipped = reason
        if self._current is None:
            self._line(test.id(), [], reason)

    def _problem(self, test, err):
        if self._current is not None:
            self._problems.append(_describe(err))
        else:  # setUpClass or a class's clean-up: there is no test to hang it on.
            self._line(test.id(), [_describe(err)], None)

    def _line(self, name, problems, skipped):
        self.number += 1
        self.failed += bool(problems)
        name = name.replace("tests.contract.", "").replace("#", "")
        print(f"{'not ok' if problems else 'ok'} {self.number} - {name}"
              + (f" # SKIP {skipped}" if skipped else ""), file=self.out)
        for line in "\n".join(problems).splitlines():
            print(f"# {line}", file=self.out)
        self.out.flush()


def _describe(err):
    """The message, and where in the tests it happened, innermost line last."""
    kind, value, trace = err
    frames = [frame for frame in traceback.extract_tb(trace) if "/unittest/" not in frame.filename]
    where = "\n".join(f"  {frame.filename}:{frame.lineno} {frame.line}" for frame in frames)
    return f"{kind.__name__}: {value}\n{where}"


def modules(name):
    """Returns the names of a package's test modules; of anything else, its own."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        return [name]
    files = {path for folder in getattr(module, "__path__", [])
             for path in pathlib.Path(folder).glob("test_*.py")}
    return sorted(f"{name}.{path.stem}" for path in files) or [name]


def load(name):
    """Returns the tests of a module, a class or a method."""
    try:
        suite = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))
    except ModuleNotFoundError:
        suite = unittest.defaultTestLoader.loadTestsFromName(name)
    if database.is_wanted():
        local_only.skip(suite)
    return suite


def run(names):
    """Runs them in this process. Returns how many lines there were, and how many failures."""
    result = TapResult(sys.stdout)
    unittest.TestSuite(load(name) for name in names).run(result)
    return result.number, result.failed


def run_apart(names, jobs, words):
    """The same in a process for each name, `jobs` of them at a time."""
    children = []

    def run_one(name):
        command = [sys.executable, "-m", "tests.harness.tap", name]
        child = subprocess.Popen(command + [f"-k{word}" for word in words], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        children.append(child)
        output, _ = child.communicate()
        return name, child.returncode, output.splitlines()

    number = failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            for done in concurrent.futures.as_completed([pool.submit(run_one, name)
                                                         for name in names]):
                name, status, lines = done.result()
                if not any(line.startswith("1..") for line in lines):
                    lines.append(f"not ok 0 - {name} ended in the middle, with status {status}")
                for line in lines:
                    if line.startswith(("ok ", "not ok ")):
                        number += 1
                        failed += line.startswith("not ok ")
                        line = re.sub(r"ok \d+", f"ok {number}", line, count=1)
                    elif line.startswith("# ") and " lines, " in line:
                        line = f"# {name}: {line[2:]}"
                    elif line.startswith(("TAP version", "1..")):
                        continue
                    print(line, flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in children:
                child.terminate()
    return number, failed


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Runs unittest tests and prints TAP.")
    parser.add_argument("names", nargs="+", help="package, module, class or test")
    parser.add_argument("-k", dest="words", action="append", metavar="WORD",
                        help="only tests whose names hold WORD; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="modules at a time")
    options = parser.parse_args(arguments)
    if options.words:
        unittest.defaultTestLoader.testNamePatterns = [f"*{word}*" for word in options.words]

    # A terminated run still takes its servers with it: exit runs what atexit knows.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    names = [module for name in options.names for module in modules(name)]
    print("TAP version 13", flush=True)
    if database.is_wanted():
        database.server()  # One for all processes.
    if options.jobs > 1:
        number, failed = run_apart(names, options.jobs, options.words or [])
    else:
        number, failed = run(names)
    print(f"1..{number}")
    print(f"# {number} lines, {failed} failed, {time.monotonic() - begun:.1f} s")
    return 1 if failed or number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
