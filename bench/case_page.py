"""The case `page`: the cabinet in Debian's chromium, opened with nothing in its cache, over the
demo's store and over one of 1,000,000 SKUs; then that store searched and paged through."""

import shutil
import subprocess

from case_seller import push
from common import ROOT, Broken, figures_read, first_line, progress
from result import Result, column
from workload import Sequence

SKUS_TOTAL = 1_000_000
ROUNDS = 4  # Visits for each round of the options: one takes half a second.
DRIVER = ROOT / "tests/browser/node_modules/playwright-core"


def visits_read(text, names):
    """{server's name: figures of each visit} of the lines that page.mjs prints."""
    visits = {name: [] for name in names}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        visits[word.removeprefix("server=")].append(figures_read(rest))
    if len({len(figures) for figures in visits.values()}) != 1 or not all(visits.values()):
        raise Broken(f"the servers were not visited alike:\n{text}")
    return visits


def visit(work, rounds, servers):
    """{name: figures of each visit}; servers: {name: server}, which take turns."""
    progress(f"visiting: {work}")
    places = [f"{name}=http://{server.addresses['operator']}={server.data / 'operator.token'}"
              for name, server in servers.items()]
    command = ["node", "bench/page.mjs", work, str(rounds), *places]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return visits_read(done.stdout, servers)


def check_tools():
    for tool in ("node", "chromium"):
        if shutil.which(tool) is None:
            raise Broken(f"{tool} is missing: apt-get install nodejs npm chromium")
    if not DRIVER.exists():
        raise Broken(f"{DRIVER} is missing: run `make browser-packages` first")


def rows_first(result, name, figures):
    result.row(f"{name}, cold, ms to the first store", column(figures, "first_ms"))
    result.row("  again, files cached, ms", column(figures, "again_ms"))
    result.row("  over the wire, cold, KB", [value / 1e3 for value in column(figures, "bytes")])
    result.row("  requests, cold", column(figures, "requests"))


def rows_store(result, figures):
    result.row("store of a million, cold, ms to its first SKU", column(figures, "stock_ms"))
    result.row("  searched by a beginning, ms from the last key", column(figures, "prefix_ms"))
    result.row("  by a part that one SKU has, ms", column(figures, "part_ms"))
    result.row("  next page, ms from the click", column(figures, "page_ms"))
    result.row("  the slowest of ten pages, ms", column(figures, "page_worst_ms"))
    result.row("  one SKU with its chart, ms from the click", column(figures, "sku_ms"))
    result.row("  the page's longest task, ms", column(figures, "longest_ms"))


def run(bench):
    check_tools()
    total = bench.smaller(SKUS_TOTAL)
    demo, large = bench.stockd("demo"), bench.stockd("large")
    push(demo, ROOT / "demo/leftovers.csv", bench.folder / "book.sqlite")
    sequence = Sequence(bench.stamps, total)
    bench.fill(large, sequence)
    rounds = bench.options.rounds
    first = visit("first", rounds * ROUNDS, {"demo": demo, "large": large})
    store = visit("store", rounds, {"large": large})["large"]

    result = Result("page", f"page: the cabinet in chromium, over the demo's store and over one "
                            f"of {total:,} SKUs")
    rows_first(result, "demo", first["demo"])
    rows_first(result, "million", first["large"])
    rows_store(result, store)
    result.note(bench.check(large, sequence) + ".")
    result.note("Each visit has a window of its own; a longest task of 0 is one below the 50 ms "
                "that browsers tell of. A search begins 150 ms after the last key.")
    result.note(f"Browser: {first_line('chromium', '--version')}.")
    result.figure("page_first_ms", column(first["large"], "first_ms"))
    result.figure("page_first_kb", [value / 1e3 for value in column(first["large"], "bytes")])
    result.figure("page_search_ms", column(store, "prefix_ms"))
    result.figure("page_turn_ms", column(store, "page_ms"))
    result.server(large)
    return result
