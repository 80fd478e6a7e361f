"""The C side of these tests (driver.c): statements, migration, the local store as a model."""

import collections
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", "build")

Statement = collections.namedtuple("Statement", "types columns text")


@functools.lru_cache(None)
def program():
    path = f"{BUILD}/tests/store_pg/driver"
    made = subprocess.run(["make", "-s", f"BUILD={BUILD}", path], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    if made.returncode != 0:
        raise AssertionError(f"make {path}:\n{made.stderr}")
    return ROOT / path


@functools.lru_cache(None)
def statements():
    """Returns {name: Statement}; SESSION, VERSION and PROBLEMS are among them."""
    printed = subprocess.run([program(), "statements"], check=True, capture_output=True, text=True)
    found = {}
    for line in printed.stdout.splitlines():
        name, types, columns, text = line.split("\t")
        found[name] = Statement([int(number) for number in types.split(",") if number], columns,
                                text)
    return found


@functools.lru_cache(None)
def schema():
    """Returns everything that a migration may run."""
    printed = subprocess.run([program(), "schema"], check=True, capture_output=True, text=True)
    return printed.stdout.split("\n.\n")[:-1]


def migrate(url):
    """Returns (exit status, what was printed)."""
    done = subprocess.run([program(), "migrate", url], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def escaped(text):
    """Bytes that would be in the way of a line become %XX."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte != 0x25 else f"%{byte:02X}"
                   for byte in text.encode())


def unescaped(text):
    parts = text.split("%")
    return (parts[0].encode() + b"".join(bytes([int(part[:2], 16)]) + part[2:].encode()
                                         for part in parts[1:])).decode()


class Local:
    """A local store in a folder of its own, asked line by line."""

    def __init__(self):
        self._folder = tempfile.mkdtemp(prefix="stockd-local-")
        self._process = subprocess.Popen([program(), "local", f"{self._folder}/data"], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, *fields):
        """Returns the lines of the answer, parted into fields."""
        self._process.stdin.write("\t".join(map(str, fields)) + "\n")
        self._process.stdin.flush()
        answer = []
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise AssertionError(f"the local store ended at {fields}: {self._process.wait()}")
            if line == ".\n":
                return answer
            answer.append(line[:-1].split("\t"))
