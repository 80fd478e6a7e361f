"""Redis 7 as a server that bench/run measures: a folder of its own, a Unix socket, and every answer
after the sync of its append-only file. What it holds is what bench/redis_load writes.
"""

import os
import pathlib
import shutil
import socket
import subprocess

from common import BUILD, ROOT, Broken, first_line
from server import Server
from session import ring_bytes

SOCKET = "redis.socket"

# What differs from the defaults, with the reason.
SETTINGS = {
    "appendonly": ("yes", "every change is kept in a file"),
    "appendfsync": ("always", "and synced before its answer"),
    "save": ("", "no snapshots beside that file, which are no more durable"),
    "port": ("0", "no TCP: a Unix socket is cheaper"),
    "unixsocket": (SOCKET, "of the data folder"),
    "unixsocketperm": ("700", "for us alone"),
}

# Defaults that its documentation speaks of where it speaks of production: told as they are.
TOLD = ("no-appendfsync-on-rewrite", "auto-aof-rewrite-percentage", "auto-aof-rewrite-min-size",
        "aof-use-rdb-preamble", "disable-thp", "io-threads", "maxmemory")


class Redis(Server):
    """One server in `folder`/`name`; what is there already is loaded again."""

    def __init__(self, bench, name="redis"):
        if shutil.which("redis-server") is None:
            raise Broken("Redis is missing: apt-get install redis-server")
        self.data = pathlib.Path(bench.folder) / name
        self.data.mkdir(mode=0o700, exist_ok=True)
        # Short enough for a socket's name, wherever the checkout lies; generators start in ROOT.
        self.socket = os.path.relpath(self.data / SOCKET, ROOT)
        words = [word for key, (value, _) in SETTINGS.items() for word in (f"--{key}", value)]
        # With a locale of the user's, texts in scripts would compare more slowly.
        super().__init__(name, ["redis-server", *words], bench.folder, cwd=self.data,
                         env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        self.version = " ".join(first_line("redis-server", "--version").split()[:3])
        self.configuration = self._configuration()

    def ready(self):
        """It answers -LOADING as long as it reads its file."""
        try:
            return {"socket": self.socket} if self.ask("PING") == ["PONG"] else None
        except OSError:
            return None

    def ask(self, command):
        """Sends one command of plain words; returns the lines of its answer, without lengths."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(os.path.relpath(self.data / SOCKET))
            connection.sendall(f"{command}\r\nQUIT\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        lines = answer.decode().split("\r\n")[:-2]  # Without QUIT's +OK.
        return [line.lstrip("+-:") for line in lines if line[:1] not in ("*", "$")]

    def state(self):
        """Lines for the oracle."""
        command = [BUILD / "bench/redis_load", "--connect", self.socket, "--work", "dump"]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE) as process:
            yield from process.stdout
        if process.returncode != 0:
            raise Broken(f"the state of {self.name} cannot be read")

    def _configuration(self):
        asked = self.ask("CONFIG GET " + " ".join(TOLD))
        defaults = dict(zip(asked[::2], asked[1::2]))
        overcommit = pathlib.Path("/proc/sys/vm/overcommit_memory").read_text().strip()
        lines = [f'{key} {value or chr(34) * 2}: {reason}'
                 for key, (value, reason) in SETTINGS.items()]
        lines.append("everything else as Redis has it: "
                     + ", ".join(f"{key} {defaults[key]}" for key in TOLD))
        lines.append(f"vm.overcommit_memory of the machine: {overcommit}")
        return "\n".join(lines)


class RedisPut:
    """Writes of a sequence: a run of redis_load a call, one after the other.

    work: "script", where the last writer wins, or "hset", where whoever comes last does: of
    sequences without stale writes both leave the same.
    """

    def __init__(self, bench, server, sequence, work="script", connections=16):
        self.bench, self.server, self.sequence = bench, server, sequence
        self.words = ["--connect", server.socket, "--work", work, "--connections", connections]
        self.rate = 2_500_000 / sequence.per_request  # Until it is known better.

    def fill(self):
        """Puts each SKU once, before anything else."""
        return self.bench.generate("redis_load", *self.words, *self.sequence.fill_words())

    def __call__(self, seconds):
        rate = min(self.rate, 150_000)
        figures = self.bench.generate(
            "redis_load", *self.words, "--seconds", seconds, "--ring-bytes",
            ring_bytes(rate, seconds, self.sequence.per_request), *self.sequence.words())
        self.sequence.took(figures["distinct_requests"])
        self.rate = figures["requests_per_s"]
        return figures
