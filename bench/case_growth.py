"""The case `growth`: what a SKU costs when there are 50 times as many cells: caches and TLBs hold
less of them. Two servers, one small and one large, take turns with the same load. A checkpoint is
made before, and none falls into the rounds: what one costs is a row of its own."""

from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from session import LoadPut
from workload import Sequence

SMALL, LARGE = 1_000_000, 50_000_000


def run(bench):
    contenders = []
    sequences = []
    checkpoints_s = []  # CPU.
    for cells in (bench.smaller(SMALL), bench.smaller(LARGE)):
        sequence = Sequence(bench.stamps, cells)
        stockd = bench.stockd(f"growth-{cells}")
        bench.fill(stockd, sequence)
        begin_s = stockd.cpu_seconds()
        stockd.checkpoint_make()
        checkpoints_s.append(stockd.cpu_seconds() - begin_s)
        contenders.append(Contender(f"{cells:,} cells", stockd, LoadPut(bench, stockd, sequence)))
        sequences.append(sequence)
    results = interleave(bench, contenders)

    result = Result("growth", "growth: PUT of 2,000 SKUs, 16 connections, every write changes its "
                              "cell, few cells and many")
    for contender, sequence in zip(contenders, sequences):
        result.note(bench.check(contender.server, sequence) + ".")
    for contender, checkpoint_s in zip(contenders, checkpoints_s):
        figures = results[contender.name]
        result.row(f"{contender.name}, SKU/s", column(figures, "skus_per_s"))
        result.row("  CPU s per million SKUs", cpu_us(figures, "skus"))
        result.row("  CPU s of a checkpoint, nothing else to do", [checkpoint_s])
        result.row("  resident, MB", [contender.server.resident_bytes() / 1e6])
    small, large = (results[contender.name] for contender in contenders)
    costs = ratios(cpu_us(large, "skus"), cpu_us(small, "skus"))
    result.row("CPU a SKU, many / few", costs)
    result.row("time a SKU, many / few", ratios(column(small, "skus_per_s"),
                                                column(large, "skus_per_s")))
    result.figure("growth_ratio", costs)
    result.server(contenders[0].server)
    return result
