"""The case `memory`: 10,000,000 cells of one campaign, then kill -9 and start again."""

from common import Broken, folder_bytes, progress
from result import Result
from workload import Sequence

SKU_BYTES = 14
CELLS = 10_000_000
RESIDENT = "stockd_resident_memory_bytes"


def run(bench):
    sequence = Sequence(bench.stamps, bench.smaller(CELLS))
    cells = bench.smaller(CELLS)
    stockd = bench.stockd("memory")
    before = stockd.metrics()
    filled = bench.fill(stockd, sequence)
    after = stockd.metrics()
    if after["stockd_cells"] != cells:
        raise Broken(f"{cells} SKUs were put, {after['stockd_cells']:.0f} cells are there")
    stockd.kill()
    data_bytes = folder_bytes(stockd.data)
    progress("restarting after kill -9")
    again = bench.stockd("memory")
    recovered = again.metrics()

    result = Result("memory", f"memory: {cells:,} cells in one campaign, then kill -9 and start "
                              "again")
    result.note(bench.check(again, sequence) + ", after kill -9.")
    cell_bytes = (after[RESIDENT] - before[RESIDENT]) / cells - SKU_BYTES
    result.row("resident before, MB", [before[RESIDENT] / 1e6])
    result.row("resident after, MB", [after[RESIDENT] / 1e6])
    result.row("bytes a cell, without its SKU", [cell_bytes])
    result.row("filling, SKU/s", [filled["skus_per_s"]])
    result.row("data folder, MB", [data_bytes / 1e6])
    result.row("restart until ready, s", [again.ready_seconds])
    result.row("restart, million cells a second", [cells / again.ready_seconds / 1e6])
    result.row("resident after the restart, MB", [recovered[RESIDENT] / 1e6])
    result.row("  bytes a cell, without its SKU",
               [(recovered[RESIDENT] - before[RESIDENT]) / cells - SKU_BYTES])
    result.figure("memory_cell_bytes", [cell_bytes])
    result.server(stockd)
    return result
