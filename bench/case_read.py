"""The case `read`: pages of 200 SKUs, stockd against nginx that sends the same bytes from files.

wrk asks both for the same pages in turn, with one thread and with two, as one may be all that keeps
the faster server from more; what counts is each server's better one. Our own generator walks all
of stockd's pages, each connection from the first to the last. stockd is asked with POST and the
seller's token, as the API has it; nginx with GET and the token, which is less work for it.
"""

import oracle
from common import TOKEN, Broken
from nginx import Nginx
from replay import Replay, request_bytes
from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from workload import Sequence

CONNECTIONS = 16
SKUS_TOTAL = 1_000_000
THREADS = (1, 2)  # Of wrk.
PAGES = 256  # Of all the 5,000: 8 MB, more than fit into a core's own cache.
PATH = f"/v2/campaigns/10003/offers/stocks?limit={oracle.PAGE}"


class Walk:
    """All pages of a server, again and again, by our own generator."""

    def __init__(self, bench, server, connections=CONNECTIONS):
        self.bench, self.server = bench, server
        self.words = ["--work", "get", "--skus-per-request", oracle.PAGE,
                      "--connections", connections]

    def __call__(self, seconds):
        return self.bench.load(self.server, *self.words, "--seconds", seconds)


def first_pages(server):
    """[(path, body)] of the first PAGES pages."""
    pages, path = [], PATH
    while len(pages) < PAGES and path is not None:
        body = oracle.ask(server, "POST", path, b"{}")
        pages.append((path, body))
        following = oracle.NEXT.search(body)
        path = following and f"{PATH}&page_token={following.group(1).decode()}"
    return pages


def head_bytes(server, verb, path, body=None):
    """The length of an answer's head, as it is on the wire; the answer's body."""
    connection = oracle.connect(server)
    connection.request(verb, path, body, {"Api-Key": TOKEN,
                                          "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise Broken(f"{server.name}, {verb} {path}: {answer.status} {text[:300]!r}")
    lines = [f"HTTP/1.1 200 {answer.reason}"] + [f"{name}: {value}"
                                                  for name, value in answer.getheaders()]
    return sum(len(line) + 2 for line in lines) + 2, text


def compare(stockd, nginx, pages):
    """Raises Broken unless both answer with the same bytes; returns the sentence about it."""
    for number, (path, body) in enumerate(pages):
        ours, our_text = head_bytes(stockd, "POST", path, b"{}")
        theirs, their_text = head_bytes(nginx, "GET", f"/{number}")
        if our_text != body or their_text != body:
            raise Broken(f"page {number} of {nginx.name} is not that of {stockd.name}")
    size = sum(len(body) for _, body in pages) / len(pages)
    return (f"Both sent the same {len(pages)} pages of {size:,.0f} bytes, compared before; heads "
            f"of {ours} bytes from stockd, {theirs} from nginx.")


def replays(bench, stockd, nginx, pages):
    """{(server, threads): drive}, in the order of their turns."""
    requests = {stockd: [request_bytes(stockd, "POST", path, b"{}") for path, _ in pages],
                nginx: [request_bytes(nginx, "GET", f"/{number}") for number in range(len(pages))]}
    return {(server, threads): Replay(bench, server, requests[server], connections=CONNECTIONS,
                                      threads=threads)
            for threads in THREADS for server in (stockd, nginx)}


def wrk_name(server, threads):
    return f"{server.name}, wrk with {threads} thread{'s'[:threads - 1]}"


def rows(result, name, figures):
    result.row(f"{name}, pages/s", column(figures, "requests_per_s"))
    result.row("  p50 µs", column(figures, "p50_us"))
    result.row("  p99 µs", column(figures, "p99_us"))
    result.row("  CPU µs a page", cpu_us(figures, "requests"))
    result.row("  generator, CPU cores used",
               [run["client_cpu_s"] / run["seconds"] for run in figures])


def better(results, server):
    """Pages a second, round by round, of the better number of threads."""
    return [max(rates) for rates in
            zip(*(column(results[wrk_name(server, threads)], "requests_per_s")
                  for threads in THREADS))]


def run(bench):
    sequence = Sequence(bench.stamps, bench.smaller(SKUS_TOTAL))
    stockd = bench.stockd("read")
    bench.fill(stockd, sequence)
    pages = first_pages(stockd)
    nginx = bench.adopt(Nginx(bench, {str(number): body for number, (_, body) in enumerate(pages)}))
    same = compare(stockd, nginx, pages)
    drives = replays(bench, stockd, nginx, pages)
    contenders = [Contender(wrk_name(*who), who[0], drive) for who, drive in drives.items()]
    contenders.append(Contender("stockd, all pages walked", stockd, Walk(bench, stockd)))
    try:
        results = interleave(bench, contenders)
    finally:
        for drive in drives.values():
            drive.close()

    result = Result("read", f"read: pages of {oracle.PAGE} SKUs, {CONNECTIONS} connections, "
                            f"{bench.smaller(SKUS_TOTAL):,} SKUs")
    result.note(bench.check(stockd, sequence) + ".")
    result.note(same)
    for name, figures in results.items():
        rows(result, name, figures)
    for server in (stockd, nginx):
        result.server(server)
    ours, theirs = better(results, stockd), better(results, nginx)
    result.row("stockd / nginx, requests, each at its better", ratios(ours, theirs))
    result.figure("page_nginx_share", ratios(ours, theirs))
    result.chart("read", f"Pages of {oracle.PAGE} SKUs: pages a second (more is better)",
                 [("stockd", ours), ("nginx", theirs)])
    return result
