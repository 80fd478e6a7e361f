"""The case `seller`: stockctl pushes a CSV of 1,000,000 SKUs, all of which changed, and then once
more the same file, with its book.
"""

import os
import subprocess
import time

from common import BUILD, TOKEN, Broken, figures_read, progress
from result import Result

ROWS = 1_000_000
CAMPAIGN = 10003
STEP = 7919  # A prime: SKUs stand in no friendly order.


def file_write(path, rows, round_number):
    """Counts differ from those of the round before, and none is zero."""
    with open(path, "w", encoding="ascii") as file:
        file.write("sku,count\n")
        for index in range(rows):
            number = index * STEP % rows
            file.write(f"SKU-{number:08},{(number + round_number) % 997 + 1}\n")


def push(server, path, book):
    """One push: (its totals, seconds from start to end, resident KiB at most)."""
    environment = {**os.environ, "STOCKCTL_TOKEN": TOKEN, "STOCKCTL_BOOK": str(book)}
    command = [BUILD / "stockctl", "push", path, "--campaign", CAMPAIGN, "--quiet", "--url",
               f"http://{server.addresses['listen']}"]
    begin = time.monotonic()
    with subprocess.Popen([str(word) for word in command], env=environment, text=True,
                          stdout=subprocess.PIPE) as process:
        line = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Broken(f"stockctl push ended with {process.returncode}: {line}")
    return figures_read(line), time.monotonic() - begin, usage


def totals_check(totals, sent, unchanged):
    found = totals["sent"], totals["unchanged"], totals["refused"] + totals["bad"]
    if found != (sent, unchanged, 0):
        raise Broken(f"pushed {found}, it should have been {(sent, unchanged, 0)}")


def state_check(server, path):
    """What the server has is what stands in the file, read by another program."""
    with open(path, encoding="ascii") as file:
        next(file)
        wanted = dict(line.rstrip("\n").split(",") for line in file)
    found = {}
    rest = ""
    for piece in server.state():
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            fields = line.split(" ")
            found[fields[0]] = fields[1]
    if found != wanted:
        raise Broken(f"{len(wanted)} SKUs were pushed, the server has {len(found)} others")


def cpu_s(usage):
    return usage.ru_utime + usage.ru_stime


def run(bench):
    rows = bench.smaller(ROWS)
    stockd = bench.stockd("seller")
    path, book = bench.folder / "leftovers.csv", bench.folder / "book.sqlite"
    changed, same = [], []
    for round_number in range(bench.options.rounds + 1):
        progress(f"pushing {rows:,} SKUs, round {round_number}")
        file_write(path, rows, round_number)
        first, again = push(stockd, path, book), push(stockd, path, book)
        totals_check(first[0], rows, 0)
        totals_check(again[0], 0, rows)
        if round_number > 0:  # The first finds neither book nor cells.
            changed.append(first)
            same.append(again)
    state_check(stockd, path)

    result = Result("seller", f"seller: stockctl push of {rows:,} SKUs from CSV")
    result.row("all changed, SKU/s", [rows / seconds for _, seconds, _ in changed])
    result.row("all changed, s", [seconds for _, seconds, _ in changed])
    result.row("  stockctl's CPU, s", [cpu_s(usage) for _, _, usage in changed])
    result.row("  peak resident, MB", [usage.ru_maxrss * 1024 / 1e6 for _, _, usage in changed])
    result.row("nothing changed, s", [seconds for _, seconds, _ in same])
    result.row("  stockctl's CPU, s", [cpu_s(usage) for _, _, usage in same])
    result.row("  peak resident, MB", [usage.ru_maxrss * 1024 / 1e6 for _, _, usage in same])
    result.row("book, MB", [book.stat().st_size / 1e6])
    result.note("The server's state was compared with the file, SKU by SKU.")
    scale = ROWS / rows
    result.figure("seller_skus_per_s", [rows / seconds for _, seconds, _ in changed])
    result.figure("seller_peak_mb", [usage.ru_maxrss * 1024 / 1e6 for _, _, usage in changed])
    result.figure("seller_unchanged_s", [seconds * scale for _, seconds, _ in same])
    result.server(stockd)
    return result
