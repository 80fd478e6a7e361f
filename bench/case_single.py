"""The case `single`: PUT of one SKU on 64 connections, what a durable answer costs when there is
little to share."""

from case_put import against_null
from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from session import LoadPut
from workload import Sequence

CONNECTIONS = 64
SKUS_TOTAL = 100_000


def run(bench):
    def sequence(change):
        return Sequence(bench.stamps, SKUS_TOTAL, per_request=1, change=change)

    ours = sequence("fresh")
    stockd, null, write_bytes = against_null(bench, "single", ours, CONNECTIONS)
    contenders = [Contender("stockd", stockd, LoadPut(bench, stockd, ours, CONNECTIONS)),
                  Contender("null server", null,
                            LoadPut(bench, null, sequence("none"), CONNECTIONS))]
    results = interleave(bench, contenders)

    result = Result("single", f"single: PUT of 1 SKU, {CONNECTIONS} connections, every write "
                              f"changes its cell, {SKUS_TOTAL:,} SKUs")
    result.note(bench.check(stockd, ours) + ".")
    result.note(f"The null server writes {write_bytes:,} bytes a request, as stockd does.")
    for contender in contenders:
        figures = results[contender.name]
        result.row(f"{contender.name}, requests/s", column(figures, "requests_per_s"))
        result.row("  p50 µs", column(figures, "p50_us"))
        result.row("  p99 µs", column(figures, "p99_us"))
        result.row("  CPU µs per request", cpu_us(figures, "requests"))
        result.row("  generator, CPU cores used",
                   [run["client_cpu_s"] / run["seconds"] for run in figures])
        result.server(contender.server)
    for name, key in (("requests_per_s", "single_null_share"), ("p99_us", "single_p99_ratio")):
        values = ratios(*(column(results[contender.name], name) for contender in contenders))
        result.row(f"stockd / null server, {'requests' if name[0] == 'r' else 'p99'}", values)
        result.figure(key, values)
    result.chart("single", "PUT of one SKU, 64 connections: requests a second",
                 [(contender.name, column(results[contender.name], "requests_per_s"))
                  for contender in contenders])
    return result
