"""Prism, Stoplight's mock server, as a server that bench/run measures: what an integrator has today
who wants something that answers like the API. It checks requests against openapi.yaml and answers
with made-up bodies of the documented shape. It keeps no stock, looks up no token and syncs nothing.
"""

import hashlib
import os
import shutil
import socket
import subprocess

from common import BUILD, ROOT, Broken, first_line, progress
from server import Server, port_free

PINNED = ROOT / "bench/prism"  # package.json and package-lock.json: these versions, these sums.
INSTALLED = BUILD / "bench/prism"
PROGRAM = INSTALLED / "node_modules/.bin/prism"
FILES = ("package.json", "package-lock.json")


def install():
    """Brings what is pinned into the build folder, unless it is there."""
    if shutil.which("npm") is None:
        raise Broken("npm is missing: apt-get install nodejs npm")
    pinned = hashlib.sha256(b"".join((PINNED / name).read_bytes() for name in FILES)).hexdigest()
    done = INSTALLED / "installed"
    if done.exists() and done.read_text() == pinned:
        return
    progress("npm ci: installing Prism into the build folder")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(PINNED / name, INSTALLED / name)
    ended = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                           cwd=INSTALLED, capture_output=True, text=True, check=False,
                           env={**os.environ, "npm_config_cache": str(INSTALLED / "cache")})
    if ended.returncode != 0:
        raise Broken(f"npm ci failed in {INSTALLED}:\n{ended.stdout}{ended.stderr}")
    done.write_text(pinned)


class Prism(Server):
    """Mocks our openapi.yaml."""

    def __init__(self, bench, name="Prism"):
        install()
        self.port = port_free()
        words = ["mock", "openapi.yaml", "--host", "127.0.0.1", "--verboseLevel", "silent"]
        # In production its server is a process of its own, beside the one that would print the log.
        super().__init__(name, [PROGRAM, *words, "--port", self.port], bench.folder,
                         env={**os.environ, "NODE_ENV": "production"})
        self.version = (f"@stoplight/prism-cli {first_line(PROGRAM, '--version')}, "
                        f"Node {first_line('node', '--version')}")
        self.configuration = ("NODE_ENV=production prism " + " ".join(words)
                              + " --port PORT\nIt checks the request and its own answer against "
                              "openapi.yaml and makes the answer up: it keeps nothing.")

    def ready(self):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", self.port)) != 0:
                return None
        return {"listen": f"127.0.0.1:{self.port}"}
