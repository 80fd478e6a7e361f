"""The case `wrk`: bulk PUT from a client that many know. The share of the null server's requests is
about this one: our own generator sends from memory by sendfile and costs a third of what wrk does,
so that on one machine the null server, which does nothing but take bytes, gains most from it.
"""

import shutil

from case_put import CONNECTIONS, SKUS_TOTAL, against_null
from common import Broken
from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from session import LoadPut, WrkPut
from workload import Sequence


def run(bench):
    if shutil.which("wrk") is None:
        raise Broken("wrk is missing: apt-get install wrk")
    skus_total = bench.smaller(SKUS_TOTAL)
    ours = Sequence(bench.stamps, skus_total)
    again = Sequence(bench.stamps, skus_total, change="none")
    stockd, null, write_bytes = against_null(bench, "wrk", ours)
    drives = {"wrk": (WrkPut(bench, stockd, ours), WrkPut(bench, null, again)),
              "load": (LoadPut(bench, stockd, ours), LoadPut(bench, null, again))}
    contenders = []
    for client, (to_stockd, to_null) in drives.items():
        contenders += [Contender(f"stockd, {client}", stockd, to_stockd),
                       Contender(f"null server, {client}", null, to_null)]
    results = interleave(bench, contenders)
    drives["wrk"][0].finish()
    drives["wrk"][1].close()

    result = Result("wrk", f"wrk: PUT of 2,000 SKUs, {CONNECTIONS} connections, every write "
                           f"changes its cell, {skus_total:,} SKUs; wrk and our own generator")
    result.note(bench.check(stockd, ours) + ".")
    result.note(f"The null server writes {write_bytes:,} bytes a request, as stockd does.")
    for contender in contenders:
        figures = results[contender.name]
        result.row(f"{contender.name}, requests/s", column(figures, "requests_per_s"))
        result.row("  SKU/s", column(figures, "skus_per_s"))
        result.row("  p50 µs", column(figures, "p50_us"))
        result.row("  p99 µs", column(figures, "p99_us"))
        result.row("  CPU s per million SKUs", cpu_us(figures, "skus"))
        result.server(contender.server)
    for client in drives:
        result.row(f"stockd / null server, {client}",
                   ratios(column(results[f"stockd, {client}"], "requests_per_s"),
                          column(results[f"null server, {client}"], "requests_per_s")))
    result.figure("put_null_share", result.rows[-2]["values"])
    result.chart("null", "Bulk PUT and the limit of this way of serving: requests a second",
                 [(contender.name, column(results[contender.name], "requests_per_s"))
                  for contender in contenders])
    return result
