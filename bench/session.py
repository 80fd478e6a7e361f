"""One run of the bench: its folder, the servers it started, and the generators it lets loose."""

import os
import re
import subprocess

import oracle
import ours
from common import BUILD, ENVIRONMENT, ROOT, Broken, figures_read, progress
from workload import Stamps

SLOT_BYTES_FRAME, SLOT_BYTES_SKU = 600, 94  # What build/bench/load keeps for a request.
RING_BYTES_MAX = 6 << 30
CYCLE = 500  # Requests that wrk sends over and over where they need not change anything.
REPEATED = 64  # Requests that wrk may have cut off: sent once more before a state is read.


class Bench:
    """The options, the folder and the servers of one run of this program."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.stamps = Stamps()
        self.servers = []

    def adopt(self, server):
        """The server is stopped when the case is over."""
        self.servers.append(server)
        return server

    def stockd(self, data, *options):
        return self.adopt(ours.Stockd(self, data, *options))

    def null(self, write_bytes=None):
        return self.adopt(ours.Null(self, write_bytes))

    def close(self):
        while self.servers:
            self.servers.pop().stop()

    def smaller(self, number):
        """A tenth of it with --quick."""
        return number // 10 if self.options.quick else number

    def generate(self, program, *words, pass_fds=(), environment=None):
        """One run of a generator of ours: the figures of its line."""
        command = [str(word) for word in (BUILD / "bench" / program, *words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                              env={**ENVIRONMENT, **(environment or {})}, pass_fds=pass_fds)
        if done.returncode != 0:
            raise Broken(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return figures_read(done.stdout)

    def load(self, server, *words, **more):
        return self.generate("load", "--connect", server.addresses["listen"], "--token-env",
                             "STOCKD_BENCH_TOKEN", "--campaign", 10003, *words, **more)

    def steady(self, server, *words):
        """One run of the client that asks at moments fixed in advance."""
        return self.generate("steady", "--connect", server.addresses["listen"], "--token-env",
                             "STOCKD_BENCH_TOKEN", *words)

    def fill(self, server, sequence):
        progress(f"filling {server.name}")
        return self.load(server, *sequence.fill_words())

    def check(self, server, *sequences):
        return oracle.check(self, server, *sequences)


def ring_bytes(rate, seconds, per_request):
    """Memory for as many bodies as a run may send, and a half more."""
    slot_bytes = SLOT_BYTES_FRAME + per_request * SLOT_BYTES_SKU
    return min(int(rate * seconds * 1.5) * slot_bytes + (64 << 20), RING_BYTES_MAX)


class LoadPut:
    """PUT from our own generator: a run of it a call, one after the other in the sequence."""

    def __init__(self, bench, server, sequence, connections=16, skus_per_s=8_000_000):
        """skus_per_s: a guess, until it is known better."""
        self.bench, self.server, self.sequence = bench, server, sequence
        self.connections = connections
        self.rate = skus_per_s / sequence.per_request

    def __call__(self, seconds):
        per_request = self.sequence.per_request
        rate = min(self.rate, 150_000)
        figures = self.bench.load(
            self.server, "--work", "put", "--connections", self.connections, "--seconds", seconds,
            "--ring-bytes", ring_bytes(rate, seconds, per_request), *self.sequence.words())
        self.sequence.took(figures["distinct_requests"])
        self.rate = figures["requests_per_s"]
        return figures


class WrkPut:
    """The same requests from wrk, prepared by our generator in memory that both see."""

    def __init__(self, bench, server, sequence, connections=16, scheme="http"):
        self.bench, self.server, self.sequence = bench, server, sequence
        self.connections, self.scheme = connections, scheme
        self.again = sequence.change == "none"
        self.rate = 8_000_000 / sequence.per_request
        self.requests_fd = None

    def _prepare(self, seconds):
        """Again and again the same: a cycle is enough, and made once."""
        if self.again and self.requests_fd is not None:
            return
        self.close()
        self.requests_fd = os.memfd_create("requests")
        count = CYCLE if self.again else int(self.rate * seconds * 1.5) + 500
        self.bench.load(self.server, "--work", "put", *self.sequence.words(), "--requests", count,
                        "--write-requests", f"/proc/self/fd/{self.requests_fd}",
                        pass_fds=[self.requests_fd])

    def __call__(self, seconds):
        self._prepare(seconds)
        environment = {"STOCKD_BENCH_REQUESTS": f"/proc/self/fd/{self.requests_fd}",
                       "STOCKD_BENCH_AGAIN": str(int(self.again))}
        figures = wrk(self.bench, self.server, seconds, "--latency", "-s", "bench/put.lua",
                      connections=self.connections, scheme=self.scheme, environment=environment,
                      pass_fds=[self.requests_fd])
        if figures["not_ok"] > 0:
            raise Broken(f"wrk against {self.server.name}: {figures['not_ok']:.0f} answers not ok")
        self.sequence.took(min(figures["requests_taken"], CYCLE) if self.again
                           else figures["requests_taken"])
        self.rate = figures["requests_per_s"]
        figures["skus"] = figures["requests"] * self.sequence.per_request
        figures["skus_per_s"] = figures["requests_per_s"] * self.sequence.per_request
        return figures

    def finish(self):
        """What wrk's end may have cut off is sent once more: then the state is known."""
        self.bench.load(self.server, *self.sequence.last_words(REPEATED))
        self.close()

    def close(self):
        if self.requests_fd is not None:
            os.close(self.requests_fd)
            self.requests_fd = None


def wrk(bench, server, seconds, *words, connections=16, threads=1, scheme="http", pass_fds=(),
        environment=None):
    """One run of wrk: requests, requests_per_s, and what its script says."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", *words,
               f"{scheme}://{server.addresses['listen']}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, pass_fds=pass_fds,
                          env={**ENVIRONMENT, **(environment or {})})
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    count = re.search(r"(\d+) requests in", done.stdout)
    if done.returncode != 0 or rate is None or count is None:
        raise Broken(f"wrk against {server.name} failed:\n{done.stdout}{done.stderr}")
    figures = figures_read(done.stdout)
    return {**figures, "requests": float(count.group(1)), "requests_per_s": float(rate.group(1))}
