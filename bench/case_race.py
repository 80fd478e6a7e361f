"""The case `race`: many clients reserve units of the same few SKUs through the operator's listener,
more than there are. Every unit must be sold, and none twice."""

import json

import oracle
from common import Broken
from result import Result, column, cpu_us
from rounds import Contender, interleave

CONNECTIONS = 64
SKUS = 5
UNITS_OF_EACH = 2_000


class Race:
    """One race a call: the shelves are stocked anew, and twice as many units asked for."""

    def __init__(self, bench, server):
        self.bench, self.server = bench, server
        self.seed = 0
        self.units = UNITS_OF_EACH // 10 if bench.options.quick else UNITS_OF_EACH
        self.reserved = 0

    def __call__(self, seconds):
        self.seed += 1
        self._stock()
        figures = self.bench.generate(
            "load", "--connect", self.server.addresses["operator"], "--token-env",
            "STOCKD_BENCH_OPERATOR", "--work", "order", "--connections", CONNECTIONS,
            "--skus-total", SKUS, "--skus-per-request", 1, "--seed", self.seed,
            "--requests", 2 * SKUS * self.units,
            environment={"STOCKD_BENCH_OPERATOR": self.server.operator_token()})
        self.reserved += self.units
        self._check(figures)
        return figures

    def _stock(self):
        items = [{"sku": f"SKU-{number:010}", "items": [{"count": self.units}]}
                 for number in range(SKUS)]
        oracle.ask(self.server, "PUT", "/v2/campaigns/10003/offers/stocks",
                   json.dumps({"skus": items}).encode())

    def _check(self, figures):
        if figures["skus"] != SKUS * self.units:
            raise Broken(f"{SKUS * self.units} units were there, {figures['skus']:.0f} were sold")
        left = {sku: (int(oracle.AVAILABLE.search(stocks).group(1)),
                      int(oracle.RESERVED.search(stocks).group(1)))
                for sku, stocks in oracle.offers(self.server)}
        if len(left) != SKUS or set(left.values()) != {(0, self.reserved)}:
            raise Broken(f"all is sold, and yet these are left and reserved: {left}")


def run(bench):
    stockd = bench.stockd("race")
    # A race is over when all is sold, however long that takes.
    races = interleave(bench, [Contender("stockd", stockd, Race(bench, stockd))])["stockd"]

    result = Result("race", f"race: {CONNECTIONS} clients reserve one unit a request of {SKUS} "
                            "SKUs, twice as many as there are")
    result.row("orders answered, a second", column(races, "requests_per_s"))
    result.row("units reserved, a second", column(races, "skus_per_s"))
    result.row("p50 µs", column(races, "p50_us"))
    result.row("p99 µs", column(races, "p99_us"))
    result.row("CPU µs per order", cpu_us(races, "requests"))
    result.note(f"After each race all units were reserved, none twice: "
                f"{int(races[0]['skus']):,} orders succeeded, as many were refused.")
    result.server(stockd)
    return result
