"""Runs unittest tests and prints TAP, the Test Anything Protocol.

`python3 -m tests.harness.tap tests.contract` runs a whole package; a module, a class or a single
test may be named as well. `-k WORD` keeps only the tests whose names hold WORD, `--part 1/2` every
second module of a package, so that two processes share the work.
Prints `ok N - name` or `not ok N - name` with the failure as `# ` lines; exit status 1 on failures.
A server that ends badly, or a sanitizer's report, fails the line of the class that started it.
"""

import argparse
import importlib
import pathlib
import signal
import sys
import time
import traceback
import unittest


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


def load(name, part=(1, 1)):
    """Returns the tests of a package (all of its test_*.py), a module, a class or a method."""
    loader = unittest.defaultTestLoader
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError:
        return loader.loadTestsFromName(name)
    if not hasattr(module, "__path__"):
        return loader.loadTestsFromModule(module)
    suite = unittest.TestSuite()
    files = {path for folder in module.__path__ for path in pathlib.Path(folder).glob("test_*.py")}
    for path in sorted(files)[part[0] - 1::part[1]]:
        suite.addTests(loader.loadTestsFromModule(importlib.import_module(f"{name}.{path.stem}")))
    return suite


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Runs unittest tests and prints TAP.")
    parser.add_argument("names", nargs="+", help="package, module, class or test")
    parser.add_argument("-k", dest="words", action="append", metavar="WORD",
                        help="only tests whose names hold WORD; may be repeated")
    parser.add_argument("--part", default="1/1", metavar="K/N", help="of a package's modules")
    options = parser.parse_args(arguments)
    if options.words:
        unittest.defaultTestLoader.testNamePatterns = [f"*{word}*" for word in options.words]

    # A terminated run still takes its servers with it: exit runs what atexit knows.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    part = tuple(int(number) for number in options.part.split("/"))
    suite = unittest.TestSuite(load(name, part) for name in options.names)
    result = TapResult(sys.stdout)
    print("TAP version 13", flush=True)
    suite.run(result)
    print(f"1..{result.number}")
    print(f"# {result.number} lines, {result.failed} failed, {time.monotonic() - begun:.1f} s")
    return 1 if result.failed or result.number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
