"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port of 127.0.0.1.

`Postgres().start()` makes it; `stop()` removes it; `kill()` and `crash()` are ends without a word,
`shut_down()` is an orderly one, and `start()` afterwards goes on with the same data. Its users
have one password: `postgres` may do anything, `stockd` owns what he makes, `reader` has no rights,
`tls_only` may come in with TLS only, which there is none of.
Nothing here outlives the tests, so nothing is synced, unless its settings say so.
It runs as the user postgres where we are root, as it refuses to run as root.
"""

import atexit
import ctypes
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from urllib.parse import quote, urlencode

PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
READY_S_MAX = 60
STARTS_MAX = 5
PR_SET_PDEATHSIG = 1

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "autovacuum_naptime": "10s",
    "log_min_messages": "warning",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}

# In this order. The user of TLS alone is for the tests of what a refusal looks like.
ACCESS = """
hostssl all tls_only 127.0.0.1/32 scram-sha-256
host all postgres,stockd,reader 127.0.0.1/32 scram-sha-256
"""


USERS = ("stockd", "reader", "tls_only")  # Beside postgres.


class Missing(AssertionError):
    """There is no PostgreSQL on this machine, or it does not start."""


class Postgres:
    """One cluster."""

    def __init__(self, settings=None):
        """`settings` are added to ours, {name: value}."""
        if not PROGRAMS:
            raise Missing("PostgreSQL is missing: apt-get install postgresql-15")
        self.programs = PROGRAMS[-1]
        self.settings = {**SETTINGS, **(settings or {})}
        self.password = secrets.token_hex(12)
        self.port = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stockd-pg-"))
        self.data = self.folder / "data"
        self._process = None
        self._how = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, "cwd": "/"}
        if os.getuid() == 0:
            self._how |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        atexit.register(self.stop)

    def start(self):
        """Returns self when it takes connections."""
        fresh = not self.data.exists()
        if fresh:
            self._create()
        for _ in range(STARTS_MAX):  # Somebody else may take the port in between.
            self.port = self.port or free_port()
            if self._start_once():
                break
            self.port = None if fresh else self.port
        else:
            raise Missing(f"it does not start:\n{self.log_tail()}")
        if fresh:
            self.sql("".join(f"CREATE ROLE {name} LOGIN PASSWORD '{self.password}';\n"
                             for name in USERS))
        return self

    def _start_once(self):
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent,
                **self._how)
        deadline = time.monotonic() + READY_S_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._is_ready():
                return True
            time.sleep(0.02)
        self.kill()
        return False

    def _is_ready(self):
        """The cluster's own note of its state, with the number of the process that wrote it."""
        try:
            note = (self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")
        except OSError:
            return False
        return note[0] == str(self._process.pid) and len(note) > 7 and note[7].strip() == "ready"

    def _create(self):
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if os.getuid() == 0:
            shutil.chown(secret, "postgres", "postgres")
        self._run("initdb", "-D", self.data, "-U", "postgres", f"--pwfile={secret}", "--no-sync",
                  "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8")
        (self.data / "pg_hba.conf").write_text(ACCESS, encoding="ascii")

    def _run(self, program, *words):
        done = subprocess.run([self.programs / program, *words], capture_output=True, text=True,
                              check=False, **self._how)
        if done.returncode != 0:
            raise Missing(f"{program} failed:\n{done.stdout}{done.stderr}")

    def kill(self):
        """SIGQUIT: all its processes end at once, as in a crash; the data stay."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def crash(self):
        """kill -9 for all its processes at once, so that none of them tidies up."""
        first = self._process.pid
        self._process.send_signal(signal.SIGSTOP)  # Nobody new comes meanwhile.
        _wait_for(lambda: _state_of(first)[0] == "T")
        others = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")
                  if _state_of(path.name)[1] == str(first)]
        for number in [*others, first]:
            os.kill(number, signal.SIGKILL)
        self._process.wait()
        self._process = None
        _wait_for(lambda: all(_state_of(number)[0] in "ZX" for number in others))

    def shut_down(self):
        """Fast shutdown: connections are ended, then all is written."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._process = None

    def freeze(self):
        """Its first process stops: nobody new gets in. thaw() ends it."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def stop(self):
        """Its end, and that of its data."""
        atexit.unregister(self.stop)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres", user="postgres", password=None, **parameters):
        return address(f"127.0.0.1:{self.port}", database, user, password or self.password,
                       **parameters)

    def sql(self, text, database="postgres", user="postgres"):
        """Runs statements; returns the lines that psql prints, columns with | between."""
        return run_sql(self.url(database, user), text)

    def log_tail(self, lines=30):
        path = self.folder / "log"
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def address(server, database, user, password, **parameters):
    """`server` is HOST:PORT."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"postgresql://{user}:{quote(password, safe='')}@{server}/{database}{query}"


def run_sql(url, text):
    """Runs statements, each in a transaction of its own; returns the lines that psql prints."""
    words = [PROGRAMS[-1] / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"psql said\n{done.stderr}")
    return done.stdout.splitlines()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _state_of(process):
    """Returns the letter of a process's state, and its parent's number; X: there is none."""
    try:
        text = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return "X", ""
    return tuple(text.rpartition(")")[2].split()[:2])


def _wait_for(condition):
    deadline = time.monotonic() + READY_S_MAX
    while not condition():
        if time.monotonic() > deadline:
            raise Missing("a process of PostgreSQL does not end")
        time.sleep(0.001)


def _die_with_parent():
    """A run of tests that is killed leaves nothing behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
