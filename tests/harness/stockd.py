"""Starts and stops a stockd of its own in a temporary folder.

Normal path: `Stockd(registry).start()` waits for the line `event=ready` and knows both addresses;
`stop()` sends SIGTERM and insists on exit status 0 and on a stderr without a sanitizer's report.
`kill()` is the power cut; `start()` afterwards runs on the same data.
The program under test is build/stockd; the environment variable STOCKD names another one. With
STOCKD_TLS=1 both listeners speak TLS, with STOCKD_STORE=pg balances are kept in a PostgreSQL, each
server's in a database of its own (database.py).
"""

import atexit
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from tests.harness import certificates, database, openapi
from tests.harness.client import Address, Connection

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_S_MAX = 60
STOP_S_MAX = 60
OVER_TLS = os.environ.get("STOCKD_TLS") == "1"
SANITIZER = re.compile(
    r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|: runtime error: ")

_running = set()


class ServerFault(AssertionError):
    """The server itself did wrong: no start, a bad exit, a sanitizer's report."""


def binary():
    """Returns the path of the program under test."""
    return pathlib.Path(os.environ.get("STOCKD", ROOT / "build" / "stockd")).resolve()


def is_sanitized():
    """Was the program under test built with a sanitizer? It takes signals and memory then."""
    data = binary().read_bytes()
    return b"libasan" in data or b"libtsan" in data


class Stockd:
    """One server process and its folder."""

    def __init__(self, registry, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stockd-test-"))
        self.options = options
        self.address = None
        self.operator_address = None
        self.tls = None  # The ssl.SSLContext that its listeners are spoken to with.
        self.environment = {}  # Variables beside our own.
        self.database = None  # Where its balances are, when they are not in its folder.
        self._process = None
        self._registry_path = self.folder / "registry.json"
        self._stderr_path = self.folder / "stderr.log"
        self.write_registry(registry)
        _running.add(self)

    def write_registry(self, registry):
        """Changes the file that the next start gets."""
        text = registry if isinstance(registry, str) else json.dumps(registry, indent=1)
        self._registry_path.write_text(text, encoding="utf-8")

    def start(self):
        """Starts the server on this folder's data; returns self when it is ready."""
        command = self.command()
        try:
            with open(self._stderr_path, "ab") as stderr:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                    env={**os.environ, **self.environment})
        except OSError as problem:
            raise ServerFault(f"{command[0]} does not start ({problem.strerror}): "
                              "run make, or set STOCKD") from problem
        line = self._read_ready_line()
        fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
        self.address = _address(fields["listen"], openapi.PUBLIC, self.tls)
        self.operator_address = _address(fields["operator"], openapi.OPERATOR, self.tls)
        return self

    def command(self):
        """Returns the words that start it."""
        words = [str(binary()), "--data", str(self.folder / "data"),
                 "--registry", str(self._registry_path),
                 "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0"]
        words += self.store_words()
        if OVER_TLS and "--tls-cert" not in self.options:
            authority, certificate, key = certificates.shared()
            self.tls = authority.context()
            words += ["--tls-cert", str(certificate), "--tls-key", str(key),
                      "--operator-tls-cert", str(certificate), "--operator-tls-key", str(key)]
        return words + [*map(str, self.options)]

    def store_words(self):
        """Returns the words that tell a stockd where the balances are; none: in its folder."""
        if not database.is_wanted() or {"--store", "--store-file"} & set(self.options):
            return []
        path = self.folder / "store.url"
        if self.database is None:
            self.database = database.Database(used=True)
            path.touch(mode=0o600)
            path.write_text(self.database.url, encoding="ascii")
        return ["--store-file", str(path), "--store-connections", "3"]

    def _read_ready_line(self):
        deadline = time.monotonic() + READY_S_MAX
        stdout = self._process.stdout.fileno()
        text = b""
        while time.monotonic() < deadline:
            if not select.select([stdout], [], [], 0.5)[0]:
                continue
            piece = os.read(stdout, 4096)
            text += piece
            for line in text.split(b"\n")[:-1]:
                if b"event=ready" in line:
                    return line.decode()
            if not piece:
                break
        self.kill()
        raise ServerFault(f"no line event=ready on stdout, only {text!r}\n{self.stderr_tail()}")

    def restart(self, *options):
        """Stops the server and starts it again on the same data, with these options."""
        self.halt()
        self.options = options
        return self.start()

    def kill(self):
        """kill -9. The data stay; start() may follow."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._forget_process()

    def pause(self):
        """SIGSTOP: it neither works nor ends, until resume()."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def wait(self, seconds):
        """Waits until the process ends by itself. Returns its exit status; None: it goes on."""
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self._forget_process()
        return status

    def stop(self):
        """SIGTERM, then the folder is removed. Raises ServerFault on a bad end."""
        try:
            self.halt()
            self._check_stderr()
        finally:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)
            _running.discard(self)
            if self.database is not None:
                self.database.give_back()

    def halt(self):
        """SIGTERM. The data stay. Raises ServerFault on a bad end; one that ended is fine."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFault(f"SIGTERM did not stop it in {STOP_S_MAX} s\n{self.stderr_tail()}")
        self._forget_process()
        if status != 0:
            raise ServerFault(f"exit status {status} on SIGTERM\n{self.stderr_tail()}")

    def _forget_process(self):
        self._process.stdout.close()
        self._process = None

    def _check_stderr(self):
        if SANITIZER.search(self.stderr_text()):
            raise ServerFault(f"a sanitizer speaks\n{self.stderr_tail()}")

    def process_id(self):
        return self._process.pid

    def exit_status(self):
        """Returns None while the process runs."""
        return self._process.poll() if self._process is not None else -1

    def stderr_text(self):
        if not self._stderr_path.exists():
            return ""
        return self._stderr_path.read_text(encoding="utf-8", errors="replace")

    def stderr_tail(self, lines=40):
        return "\n".join(self.stderr_text().splitlines()[-lines:])

    def operator_token(self):
        """Returns the text that opens the operator API, as stockd left it in the data folder."""
        return (self.folder / "data" / "operator.token").read_text(encoding="ascii").strip()

    def operator(self, path):
        """GET one of the pages of the operator's listener, which want no token."""
        with Connection(self.operator_address) as connection:
            return connection.request("GET", path)

    def metrics(self):
        """Returns {name with labels: number} of GET /metrics."""
        numbers = {}
        for line in self.operator("/metrics").body.decode("utf-8").splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                numbers[name] = float(value)
        return numbers


def _address(text, listener, tls):
    host, port = text.rsplit(":", 1)
    return Address(host, int(port), listener, tls)


@atexit.register
def _kill_leftovers():
    for server in list(_running):
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)
