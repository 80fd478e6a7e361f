"""Looks at a process from outside, and lets attackers loose on it."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOOK_S = 0.01


class Usage:
    """What a process holds at a moment."""

    def __init__(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        self.resident = int(fields["VmRSS"].split()[0]) * 1024
        self.threads = int(fields["Threads"])
        self.files = len(os.listdir(f"/proc/{pid}/fd"))


class Watch(threading.Thread):
    """Keeps the highest figures of a process, until it is stopped."""

    def __init__(self, pid):
        super().__init__()
        self.pid = pid
        self.stopped = False
        self.resident = self.files = 0

    def run(self):
        while not self.stopped:
            usage = Usage(self.pid)
            self.resident = max(self.resident, usage.resident)
            self.files = max(self.files, usage.files)
            time.sleep(LOOK_S)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        self.join()


class Attacker:
    """A process that attacks until end() is called; see attack.py."""

    def __init__(self, names, given):
        self.names = names
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.attack", *names], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._process.stdin.write(json.dumps(given).encode() + b"\n")
        self._process.stdin.flush()

    def wait(self):
        """Until it has begun."""
        if self._process.stdout.readline() != b"ready\n":
            self.end()

    def end(self):
        """Returns what it saw, by the name of the attack."""
        said, problem = self._process.communicate(timeout=60)
        if self._process.returncode != 0:
            raise AssertionError(f"attacker {self.names}: {problem.decode()}")
        return json.loads(said)
