"""`stockd check`, `backup` and `restore` as their user runs them."""

import json
import subprocess

from tests.harness.stockd import SANITIZER, binary

PATIENCE_S = 60


class Ended:
    """What a run left: its exit status and what it said."""

    def __init__(self, done):
        self.code = done.returncode
        self.stdout = done.stdout.decode()
        self.stderr = done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.stdout)

    def __repr__(self):
        return f"exit {self.code}\n{self.stdout}\n{self.stderr}"


def stockd(*words):
    """Runs stockd with these words to its end; it never is the service."""
    done = subprocess.run([str(binary()), *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=PATIENCE_S, check=False)
    ended = Ended(done)
    if SANITIZER.search(ended.stderr):
        raise AssertionError(f"a sanitizer speaks\n{ended}")
    return ended


def contents(folder):
    """Returns {path in the folder: (mode, bytes)} of all files."""
    return {str(path.relative_to(folder)): (path.stat().st_mode & 0o777, path.read_bytes())
            for path in folder.rglob("*") if path.is_file()}
