"""Runs a program under tests/fault/preload.c, which makes one of its calls fail.

`Fault(kind, first)` names the call; `Program(command, fault, folder)` starts the program with it.
When it has ended, `hit` is the stack of the call that failed (None: it never came to that call) and
`calls` how many calls of each kind it made, where it ended in good order.
"""

import errno
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRELOAD = pathlib.Path(os.environ.get("FAULT_PRELOAD", ROOT / "build/tests/fault/preload.so"))

# What a call of each kind fails with.
CODES = {"memory": errno.ENOMEM, "loading": errno.ENOMEM, "write": errno.EIO, "short": errno.EIO,
         "read": errno.EIO, "send": errno.ECONNRESET, "receive": errno.ECONNRESET,
         "sync": errno.EIO, "open": errno.EMFILE, "allocate": errno.ENOSPC, "name": errno.EIO,
         "accept": errno.EMFILE, "socket": errno.EMFILE, "epoll": errno.ENOSPC,
         "thread": errno.EAGAIN}
KINDS = tuple(CODES)


class Fault:
    """Calls number `first` … `first + count - 1` of a kind fail with `code`."""

    def __init__(self, kind, first, count=1, code=None):
        self.kind = kind
        self.first = first
        self.count = count
        self.code = CODES[kind] if code is None else code

    def __repr__(self):
        return f"{self.kind}:{self.first}:{self.count}:{self.code}"


class Program:
    """One life of a program. `fault` None: nothing fails, calls are only counted."""

    def __init__(self, command, fault, folder, environment=None):
        self.report = pathlib.Path(folder) / "report"
        self.report.unlink(missing_ok=True)
        self.errors = pathlib.Path(folder) / "stderr"
        self.hit = None
        self.calls = {}
        variables = {**os.environ, **(environment or {}), "LD_PRELOAD": str(PRELOAD),
                     "FAULT_REPORT": str(self.report)}
        if fault is not None:
            variables["FAULT"] = repr(fault)
        with open(self.errors, "wb") as stderr:
            self.process = subprocess.Popen(list(map(str, command)), env=variables,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=stderr)

    def wait(self, seconds):
        """Returns the exit status, or None: it is still running, and is killed."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        self.process.stdout.close()
        self._read_report()
        return status

    def stderr(self):
        return self.errors.read_text(encoding="utf-8", errors="replace")

    def _read_report(self):
        if not self.report.exists():
            return
        text = self.report.read_text(encoding="utf-8", errors="replace")
        for kind, count in re.findall(r"^calls (\w+) (\d+)$", text, re.M):
            self.calls[kind] = int(count)
        found = re.search(r"^hit .*\n((?:.*\[0x.*\n)*)", text, re.M)
        if found:
            self.hit = _stack(found[1])


def _stack(text):
    """`program(function+offset)` of each frame, the ones of the library that fails left out."""
    frames = []
    for line in text.splitlines():
        found = re.match(r"(\S*?)\(([^)]*)\)", line)
        if found and "preload" not in found[1]:
            frames.append(f"{pathlib.Path(found[1]).name}({found[2]})")
    return frames
