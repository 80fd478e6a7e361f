"""stockd and the null server, as servers that are measured."""

import http.client
import json
import subprocess
import time

from common import BUILD, ENVIRONMENT, Broken, first_line
from server import Server


class Stockd(Server):
    """stockd with its defaults, but without limits of rate, which the bench is meant to exceed."""

    def __init__(self, bench, name, *options):
        self.data = bench.folder / name
        self.data.mkdir(exist_ok=True)
        words = ["--registry", "demo/registry.json", "--listen", "127.0.0.1:0",
                 "--operator-listen", "127.0.0.1:0", "--no-limits", *options]
        super().__init__("stockd", [BUILD / "stockd", "--data", self.data, *words], bench.folder)
        self.version = first_line(BUILD / "stockd", "--version")
        self.configuration = "stockd --data DIR " + " ".join(str(word) for word in words)

    def state(self):
        """Read as any client may, page by page."""
        command = [BUILD / "bench/load", "--connect", self.addresses["listen"], "--token-env",
                   "STOCKD_BENCH_TOKEN", "--work", "dump"]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE,
                              text=True) as process:
            yield from iter(lambda: process.stdout.read(1 << 20), "")
        if process.returncode != 0:
            raise Broken(f"the stocks of {self.name} cannot be read")

    def operator_token(self):
        return (self.data / "operator.token").read_text().strip()

    def operator(self, verb, path):
        """Asks the operator's listener; returns the answer's text."""
        host, port = self.addresses["operator"].rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        connection.request(verb, path,
                           headers={"Authorization": f"Bearer {self.operator_token()}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status != 200:
            raise Broken(f"{path} answered {answer.status}: {text}")
        return text

    def metrics(self):
        """Those of one name added up."""
        values = {}
        for line in self.operator("GET", "/metrics").splitlines():
            if line and not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                name = series.split("{", 1)[0]
                values[name] = values.get(name, 0.0) + float(value)
        return values

    def checkpoint_make(self):
        """Makes one; returns its figures when it is done. One that is under way by itself ends
        before: otherwise the one asked for would begin when that one is done."""
        def ask(verb):
            return json.loads(self.operator(verb, "/api/v1/checkpoint"))["result"]

        def wait_idle(figures, done):
            while figures["state"] != "IDLE" or figures["done"] < done:
                if figures["failed"] > 0:
                    raise Broken("a checkpoint was abandoned")
                time.sleep(0.02)
                figures = ask("GET")
            return figures

        done = wait_idle(ask("GET"), 0)["done"]
        figures = wait_idle(ask("POST"), done + 1)
        return {**figures["last"], "bytes": figures["bytes"]}


class Null(Server):
    """Does what any server of our kind has to, and nothing else."""

    def __init__(self, bench, write_bytes=None):
        """write_bytes: written and synced for each request, with those of its neighbours."""
        words = ["--listen", "127.0.0.1:0", "--accept", bench.options.null_accept]
        if write_bytes is not None:
            folder = bench.folder / f"null-{write_bytes}"
            folder.mkdir(exist_ok=True)
            words += ["--sync", folder, "--write-bytes", write_bytes]
        super().__init__("null server", [BUILD / "bench/null_server", *words], bench.folder)
        self.version = "libmicrohttpd " + first_line(BUILD / "bench/null_server",
                                                     "--library-version")
        self.configuration = "null_server " + " ".join(str(word) for word in words).replace(
            str(bench.folder), "DIR")
