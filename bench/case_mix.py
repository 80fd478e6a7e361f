"""The case `mix`: 70 % PUT of one SKU, 20 % pages of 200, 10 % PUT of 2,000, at a fixed rate that
does not wait for the server, so that each pause shows in the answers that were due meanwhile."""

from result import Result, column
from rounds import Contender, interleave
from workload import Sequence

SKUS_TOTAL = 1_000_000
RATE = 1_500  # A second: some 300,000 SKUs written and 60,000 read, a tenth of what it can do.
SHARES = {"put": 0.7, "page": 0.2, "bulk": 0.1}
NAMES = {"put": "PUT of 1 SKU", "page": "page of 200", "bulk": "PUT of 2,000 SKUs"}
CONNECTIONS = 32


class Mix:
    """A run of the client that asks at fixed moments; both writers go on in their sequences."""

    def __init__(self, bench, server, singles, bulks):
        self.bench, self.server = bench, server
        self.sequences = {"put": singles, "bulk": bulks}

    def __call__(self, seconds):
        words = ["--connections", CONNECTIONS, "--seconds", seconds,
                 "--skus-total", self.bench.smaller(SKUS_TOTAL)]
        for kind, share in SHARES.items():
            words += [f"--{kind}-rate", int(RATE * share)]
        for kind, sequence in self.sequences.items():
            words += sequence.kind_words(kind)
        figures = self.bench.steady(self.server, *words)
        for kind, sequence in self.sequences.items():
            sequence.took(figures[f"{kind}_requests"])
        return figures


def run(bench):
    skus_total = bench.smaller(SKUS_TOTAL)
    singles = Sequence(bench.stamps, skus_total, per_request=1)
    # Stamps beyond those of single writes: where both write a SKU, it is known who wins.
    bulks = Sequence(bench.stamps, skus_total, seed=2, later_s=7200)
    stockd = bench.stockd("mix")
    bench.fill(stockd, singles)
    rounds = interleave(bench, [Contender("stockd", stockd,
                                          Mix(bench, stockd, singles, bulks))])["stockd"]

    result = Result("mix", f"mix: {RATE:,} requests a second at moments fixed in advance, "
                           f"{CONNECTIONS} connections, {skus_total:,} SKUs")
    result.note(bench.check(stockd, singles, bulks) + ".")
    for kind, share in SHARES.items():
        result.row(f"{NAMES[kind]} ({share:.0%}), p50 µs", column(rounds, f"{kind}_p50_us"))
        result.row("  p99 µs", column(rounds, f"{kind}_p99_us"))
        result.row("  longest µs", column(rounds, f"{kind}_max_us"))
    result.row("stockd, CPU cores used", [run["server_cpu_s"] / run["seconds"] for run in rounds])
    result.row("requests that found no connection free", column(rounds, "delayed"))
    result.chart("mix", f"Mix at {RATE:,} requests a second: µs from the moment due, p99 "
                        "(less is better)",
                 [(f"stockd, {NAMES[kind]}", column(rounds, f"{kind}_p99_us"))
                  for kind in SHARES])
    result.server(stockd)
    return result
