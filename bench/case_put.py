"""The cases of bulk PUT: 2,000 SKUs a request, stockd against the limit and against what one would
use instead, from generators of our own in C that make the same writes.

`put`: every write changes its cell. `half-stale`: half of the writes are older than the cell.
`no-change`: the cells have these counts and moments already. `short`: the shortest legal bodies.
"""

import rivals
from common import Broken
from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from session import LoadPut
from workload import Sequence

CONNECTIONS = 16
SKUS_TOTAL = 1_000_000


def journal_bytes(bench, stockd, sequence, connections=CONNECTIONS):
    """What stockd writes for a request of this sequence: the null server writes as much."""
    name = "stockd_journal_written_bytes_total"
    before = stockd.metrics()[name]
    figures = LoadPut(bench, stockd, sequence, connections)(1)
    return max(int((stockd.metrics()[name] - before) / figures["requests"]), 1)


def against_null(bench, data, sequence, connections=CONNECTIONS):
    """stockd, filled, and the null server that writes as much for a request as it does."""
    stockd = bench.stockd(data)
    bench.fill(stockd, sequence)
    write_bytes = journal_bytes(bench, stockd, sequence, connections)
    return stockd, bench.null(write_bytes), write_bytes


def contender_rows(result, name, figures):
    result.row(f"{name}, SKU/s", column(figures, "skus_per_s"))
    result.row("  requests/s", column(figures, "requests_per_s"))
    result.row("  p50 µs", column(figures, "p50_us"))
    result.row("  p99 µs", column(figures, "p99_us"))
    result.row("  CPU s per million SKUs", cpu_us(figures, "skus"))
    result.row("  generator, CPU cores used",
               [run["client_cpu_s"] / run["seconds"] for run in figures])


def charts(result, name, words, results):
    """Of stockd and those that keep what they are told."""
    real = {who: figures for who, figures in results.items() if who != "null server"}
    result.chart(f"{name}-skus", f"Bulk PUT, {words}: SKUs a second (more is better)",
                 [(who, column(figures, "skus_per_s")) for who, figures in real.items()])
    result.chart(f"{name}-cpu", f"Bulk PUT, {words}: CPU-seconds of the server per million SKUs "
                 "(less is better)",
                 [(who, cpu_us(figures, "skus")) for who, figures in real.items()])


def best(lists, choose):
    """Round by round the best of several contenders."""
    return [choose(values) for values in zip(*lists)]


def goal_figures(result, results):
    """The promised ratios, as far as their contenders are here."""
    ours = results["stockd"]
    result.figure("put_cpu_s", cpu_us(ours, "skus"))
    speeds = column(ours, "skus_per_s")
    postgres = [figures for name, figures in results.items() if name.startswith(rivals.RAW)]
    if postgres:
        most = best([column(figures, "skus_per_s") for figures in postgres], max)
        least = best([cpu_us(figures, "skus") for figures in postgres], min)
        result.figure("put_postgres_ratio", ratios(speeds, most))
        result.figure("put_postgres_cpu_ratio", ratios(least, cpu_us(ours, "skus")))
        result.row("stockd / PostgreSQL at its best", ratios(speeds, most))
        result.row("CPU a SKU, PostgreSQL at its least / stockd",
                   ratios(least, cpu_us(ours, "skus")))
    for key, name in (("put_redis_ratio", rivals.SCRIPT), ("put_hset_ratio", rivals.HSET)):
        if name in results:
            values = ratios(speeds, column(results[name], "skus_per_s"))
            result.figure(key, values)
            result.row(f"stockd / {name}", values)


def bulk(bench, name, words, change, rounds=None, others=True):
    """others: against what one would use instead, too. rounds: fewer than the options say."""
    updated_at = "none" if name == "short" else "now"
    skus_total = bench.smaller(SKUS_TOTAL)

    def sequence(changes=change):
        return Sequence(bench.stamps, skus_total, change=changes, updated_at=updated_at)

    ours = sequence()
    stockd, null, write_bytes = against_null(bench, name, ours)
    contenders = [Contender("stockd", stockd, LoadPut(bench, stockd, ours, CONNECTIONS)),
                  # The same bytes again and again are the same work to it.
                  Contender("null server", null,
                            LoadPut(bench, null, sequence("none"), CONNECTIONS))]
    states = [(stockd, [ours])]
    if others:
        more, more_states = rivals.bulk_contenders(bench, sequence)
        contenders += more
        states += more_states
    results = interleave(bench, contenders, rounds)
    result = Result(name, f"{name}: PUT of 2,000 SKUs, {CONNECTIONS} connections, "
                          f"{skus_total:,} SKUs, {words}")
    if updated_at == "now":
        for server, sequences in states:
            result.note(bench.check(server, *sequences) + ".")
    elif stockd.metrics()["stockd_cells"] != skus_total:
        raise Broken(f"{skus_total} SKUs were put, other cells are there")
    for contender in contenders:
        contender_rows(result, contender.name, results[contender.name])
        result.server(contender.server)
    result.row("stockd / null server, requests",
               ratios(column(results["stockd"], "requests_per_s"),
                      column(results["null server"], "requests_per_s")))
    result.note(f"The null server writes {write_bytes:,} bytes a request, as stockd does.")
    if change == "fresh":
        goal_figures(result, results)
    if others:
        charts(result, name, words, results)
    return result


def run(bench):
    return bulk(bench, "put", "every write changes its cell", "fresh")


def run_half_stale(bench):
    return bulk(bench, "half-stale", "half of the writes are older than the cell", "half-stale",
                rounds=3)


def run_no_change(bench):
    return bulk(bench, "no-change", "no write changes a cell", "none", rounds=3)


def run_short(bench):
    """The same work on fewer bytes: the hardest case against the null server."""
    return bulk(bench, "short", "without updatedAt", "none", others=False)
