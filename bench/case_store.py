"""The cases of a store in a PostgreSQL: PUT through HTTP to `stockd --store`, against the same
statement from libpq alone, over the same tables, in the same rounds.

What stockd adds to its database is HTTP, JSON, its rules and its pool of connections; the tables
are those of `stockd migrate`, and the text of the statement is that of stockd's own sources.
"""

import ours
import postgres
from case_put import best, contender_rows
from result import Result, column, ratios
from rivals import RAW_CONNECTIONS, SqlPut
from rounds import Contender, interleave
from session import LoadPut
from workload import Sequence

CONNECTIONS = 16
SKUS_TOTAL = 200_000
RAW = "libpq, the same statement"
OURS = "stockd --store"


class Stockd(postgres.Before, ours.Stockd):
    """stockd with its balances in a cluster."""

    def __init__(self, bench, database, connections):
        self.database = database
        super().__init__(bench, f"store-{connections}", "--store", database.url,
                         "--store-connections", connections)
        self.name = OURS
        self.version += f" over {database.version}"
        self.configuration = (self.configuration.replace(database.url, "postgresql://…")
                              + "\n" + database.configuration)


def words_of(name, count):
    return f"{name}, {count} connection{'s'[:count - 1]}"


def store(bench, name, words, change, per_request=2000, connections=CONNECTIONS, rounds=None):
    """`connections` are those of clients of stockd."""
    skus_total = bench.smaller(SKUS_TOTAL)
    writes = Sequence(bench.stamps, skus_total, per_request=per_request, change=change)
    database = bench.adopt(postgres.StockdTables(bench.folder))
    servers = {count: bench.adopt(Stockd(bench, database, count)) for count in RAW_CONNECTIONS}
    bench.fill(servers[max(RAW_CONNECTIONS)], writes)
    database.settle()
    contenders = []
    for count in RAW_CONNECTIONS:
        contenders += [
            Contender(words_of(RAW, count), database, SqlPut(bench, database, writes, count)),
            Contender(words_of(OURS, count), servers[count],
                      LoadPut(bench, servers[count], writes, connections, skus_per_s=500_000))]
    results = interleave(bench, contenders, rounds)
    result = Result(name, f"{name}: PUT of {per_request:,} SKU{'s'[:per_request - 1]} to stockd "
                          f"over PostgreSQL, {connections} clients, {skus_total:,} SKUs, {words}")
    result.note(bench.check(database, writes) + ".")
    for contender in contenders:
        contender_rows(result, contender.name, results[contender.name])
        result.server(contender.server)
    speeds = {who: [column(results[words_of(who, count)], "skus_per_s")
                    for count in RAW_CONNECTIONS] for who in (OURS, RAW)}
    for count, our, raw in zip(RAW_CONNECTIONS, speeds[OURS], speeds[RAW]):
        result.row(f"stockd / libpq, {count} connection{'s'[:count - 1]} each", ratios(our, raw))
    shares = ratios(best(speeds[OURS], max), best(speeds[RAW], max))
    result.row("stockd at its best / libpq at its best", shares)
    result.note("A connection is one of the database's; clients of stockd have "
                f"{connections}, and those of libpq a thread for each.")
    if name == "store":
        result.figure("store_put_share", shares)
    result.chart(name, f"Over PostgreSQL, {words}: SKUs a second (more is better)",
                 [(contender.name, column(results[contender.name], "skus_per_s"))
                  for contender in contenders])
    return result


def run(bench):
    return store(bench, "store", "every write changes its cell", "fresh")


def run_half_stale(bench):
    return store(bench, "store-half-stale", "half of the writes are older than the cell",
                 "half-stale", rounds=3)


def run_no_change(bench):
    return store(bench, "store-no-change", "no write changes a cell", "none", rounds=3)


def run_single(bench):
    return store(bench, "store-single", "every write changes its cell", "fresh", per_request=1,
                 rounds=3)
