"""The case `checkpoint`: starts, sizes, and what others wait for while one is made.

All cells lie on one shelf, which is the hardest case: no second thread can help to load it.
"""

import pathlib
import re
import statistics
import threading

from common import Broken, folder_bytes, progress
from result import Result, column
from session import LoadPut
from workload import Sequence

CELLS = 10_000_000
STARTS = 3
STEADY_RATE = 100  # A second, of each kind: fewer than the disk can sync, or they would queue.
KINDS = {"put": "PUT of one SKU", "get": "read of one SKU"}


class Checkpoints:
    """Makes one checkpoint after the other while it is entered."""

    def __init__(self, server):
        self.server = server
        self.figures = []
        self.stopped = threading.Event()
        self.problem = None

    def make(self):
        self.figures.append(self.server.checkpoint_make())
        return self.figures[-1]

    def _run(self):
        try:
            while not self.stopped.is_set():
                self.make()
        except (Broken, OSError) as problem:
            self.problem = problem

    def __enter__(self):
        self.stopped.clear()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def __exit__(self, *problem):
        self.stopped.set()
        self.thread.join()
        if self.problem is not None:
            raise Broken(f"making checkpoints: {self.problem}")


def status_bytes(server, name):
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE).group(1)) * 1024


def starts(bench, result, words, cells):
    """Starts a few times on the same data, killed in between. Returns the seconds until ready."""
    ready_s, opened_s, cpu_s = [], [], []
    for _ in range(STARTS):
        progress(f"starting {words}")
        stockd = bench.stockd("checkpoint")
        opened = re.findall(r"event=store_opened .*took_ms=(\d+)", stockd.errors.read_text())
        ready_s.append(stockd.ready_seconds)
        opened_s.append(int(opened[-1]) / 1000)
        cpu_s.append(stockd.cpu_seconds())
        found = stockd.metrics()["stockd_cells"]
        stockd.kill()
        if found != cells:
            raise Broken(f"{cells} cells were there, after a start {words} {found:.0f} are")
    result.row(f"start {words} until ready, s", ready_s)
    result.row("  million cells/s", [cells / took / 1e6 for took in ready_s])
    result.row("  opening the store, s", opened_s)
    result.row("  processor time, s", cpu_s)
    return ready_s


def waits(bench, stockd, checkpoints, sequence):
    """Figures of the client that asks at fixed moments: rounds without and with checkpoints."""
    words = ["--seconds", bench.options.seconds,
             *(word for kind in KINDS for word in (f"--{kind}-rate", STEADY_RATE))]

    def ask():
        figures = bench.steady(stockd, *words, *sequence.kind_words("put"), "--get-skus-total",
                               bench.smaller(CELLS))
        sequence.took(figures["put_requests"])
        return figures

    quiet, busy = [], []
    for number in range(bench.options.rounds):
        progress(f"round {number + 1} of {bench.options.rounds}: waits")
        quiet.append(ask())
        with checkpoints:
            busy.append(ask())
    return quiet, busy


def bulk(bench, stockd, checkpoints, sequence):
    """SKU/s of rounds without and with checkpoints."""
    drive = LoadPut(bench, stockd, sequence)
    drive(1)
    quiet, busy = [], []
    for number in range(min(bench.options.rounds, 3)):
        progress(f"round {number + 1} of {min(bench.options.rounds, 3)}: bulk")
        quiet.append(drive(bench.options.seconds)["skus_per_s"])
        with checkpoints:
            busy.append(drive(bench.options.seconds)["skus_per_s"])
    return quiet, busy


def sizes(result, stockd, checkpoints):
    resident = status_bytes(stockd, "VmRSS")
    journal_bytes = folder_bytes(stockd.data)
    first = checkpoints.make()
    result.row("the journal before it, MB", [journal_bytes / 1e6])
    result.row("the checkpoint, MB", [first["bytes"] / 1e6])
    result.row("making it, nothing else to do, s",
               [checkpoints.make()["tookMs"] / 1000 for _ in range(3)])
    result.row("memory, MB", [resident / 1e6])
    result.row("  peak while it is made, MB", [status_bytes(stockd, "VmHWM") / 1e6])


def run(bench):
    cells = bench.smaller(CELLS)
    result = Result("checkpoint", f"checkpoint: {cells:,} cells on one shelf")
    sequence = Sequence(bench.stamps, cells)
    stockd = bench.stockd("checkpoint")
    bench.fill(stockd, sequence)
    stockd.kill()
    starts(bench, result, "by replay", cells)

    stockd = bench.stockd("checkpoint")
    checkpoints = Checkpoints(stockd)
    sizes(result, stockd, checkpoints)
    # Stamps beyond those of bulk writes: where both write a SKU, it is known who wins.
    singles = Sequence(bench.stamps, cells, per_request=1, seed=3, later_s=7200)
    quiet, busy = waits(bench, stockd, checkpoints, singles)
    for kind, name in KINDS.items():
        for figure, words in (("p99_us", "p99 µs"), ("max_us", "longest µs")):
            result.row(f"{name}, {words}", column(quiet, f"{kind}_{figure}"))
            result.row("  with checkpoints", column(busy, f"{kind}_{figure}"))
    result.figure("checkpoint_longest_ms",
                  [max(run[f"{kind}_max_us"] for kind in KINDS) / 1000 for run in busy])
    bulk_quiet, bulk_busy = bulk(bench, stockd, checkpoints, sequence)
    result.row("bulk PUT, SKU/s", bulk_quiet)
    result.row("  with checkpoints", bulk_busy)
    result.row("a shelf locked at a time, µs, median of all",
               [statistics.median(made["longestLockUs"] for made in checkpoints.figures)])
    checkpoints.make()
    stockd.kill()

    ready_s = starts(bench, result, "from a checkpoint", cells)
    result.figure("start_cells_per_s", [cells / took for took in ready_s])
    stockd = bench.stockd("checkpoint")
    result.note(bench.check(stockd, sequence, singles) + ", after the start from a checkpoint.")
    result.server(stockd)
    return result
