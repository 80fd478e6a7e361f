"""The case `prism`: the mock server that an integrator would use today, beside stockd. It answers
from openapi.yaml alone: what it is told is checked and forgotten, so its pages have one offer that
nobody ever put, and it has no state to compare."""

import collections
import json

import oracle
from case_read import PATH, Walk
from common import TOKEN, Broken
from prism import Prism
from result import Result, column, cpu_us, ratios
from rounds import Contender, interleave
from session import LoadPut
from workload import Sequence

SKUS_TOTAL = 100_000
PUT = PATH.partition("?")[0]
MOMENT = "2026-11-23T10:00:00.123Z"

# What is done: requests as LoadPut makes them of a sequence, or pages.
Work = collections.namedtuple("Work", "name short connections per_request")
BULK = Work("PUT of 2,000 SKUs", "bulk", 16, 2000)
SINGLE = Work("PUT of 1 SKU", "single", 64, 1)
PAGE = Work(f"page of {oracle.PAGE}", "page", 16, None)
WORKS = (BULK, SINGLE, PAGE)


def put_body(count):
    return json.dumps({"skus": [
        {"sku": f"SKU-{number:010}", "items": [{"count": number % 1000, "updatedAt": MOMENT}]}
        for number in range(count)]}).encode()


def check_page(answer):
    """Raises what is wrong unless the answer is of the documented shape."""
    paging, warehouses = answer["result"]["paging"], answer["result"]["warehouses"]
    offers = [offer for warehouse in warehouses for offer in warehouse["offers"]]
    stocks = [stock for offer in offers for stock in offer["stocks"]]
    right = (isinstance(paging["nextPageToken"], str) and offers and stocks
             and all(isinstance(warehouse["warehouseId"], int) for warehouse in warehouses)
             and all(isinstance(offer["offerId"], str) for offer in offers)
             and all(stock["type"] and isinstance(stock["count"], int) for stock in stocks))
    if answer["status"] != "OK" or not right:
        raise ValueError(answer)
    return len(offers)


def check_pages(server):
    """Raises Broken unless a page is of the documented shape; returns how many offers it has."""
    try:
        return check_page(json.loads(oracle.ask(server, "POST", PATH, b"{}")))
    except (ValueError, KeyError, TypeError) as problem:
        raise Broken(f"a page of {server.name} is not of the documented shape: {problem}")


def check_puts(server):
    """Raises Broken unless it takes what is right and refuses what is not."""
    for work in (BULK, SINGLE):
        said = json.loads(oracle.ask(server, "PUT", PUT, put_body(work.per_request)))
        if said != {"status": "OK"}:
            raise Broken(f"{server.name} answers a PUT with {said}")
    connection = oracle.connect(server)
    connection.request("PUT", PUT, b'{"skus":"none"}',
                       {"Api-Key": TOKEN, "Content-Type": "application/json"})
    if connection.getresponse().status < 400:
        raise Broken(f"{server.name} takes a body that openapi.yaml does not allow")
    connection.close()


class Client:
    """What a server is asked, work by work."""

    def __init__(self, bench, server):
        self.server = server
        # Stamps of single writes are beyond the others': where both write, it is known who wins.
        self.sequences = {BULK: Sequence(bench.stamps, SKUS_TOTAL),
                          SINGLE: Sequence(bench.stamps, SKUS_TOTAL, per_request=1, seed=2,
                                           later_s=7200)}
        self.drives = {work: LoadPut(bench, server, sequence, work.connections)
                       for work, sequence in self.sequences.items()}
        self.drives[PAGE] = Walk(bench, server, PAGE.connections)

    def contender(self, work):
        return Contender(f"{self.server.name}, {work.name}", self.server, self.drives[work])


def rows(result, work, results):
    """The rows and the chart of one work; results of stockd first."""
    for name, figures in results.items():
        result.row(f"{name}, {work.name}, requests/s", column(figures, "requests_per_s"))
        result.row("  p50 µs", column(figures, "p50_us"))
        result.row("  p99 µs", column(figures, "p99_us"))
        result.row("  CPU µs per request", cpu_us(figures, "requests"))
    result.row(f"stockd / Prism, {work.name}",
               ratios(*(column(figures, "requests_per_s") for figures in results.values())))
    result.chart(f"prism-{work.short}", f"{work.name}, {work.connections} connections: "
                 "requests a second (more is better)",
                 [(name, column(figures, "requests_per_s")) for name, figures in results.items()])


def run(bench):
    stockd, prism = bench.stockd("prism"), bench.adopt(Prism(bench))
    clients = [Client(bench, server) for server in (stockd, prism)]
    bench.fill(stockd, clients[0].sequences[BULK])
    offers = [check_pages(server) for server in (stockd, prism)]
    check_puts(prism)
    results = interleave(bench, [client.contender(work) for work in WORKS for client in clients])

    connections = ", ".join(f"{work.name} on {work.connections}" for work in WORKS)
    result = Result("prism", "prism: a mock server on the same openapi.yaml, "
                             f"{SKUS_TOTAL:,} SKUs; connections: {connections}")
    result.note(bench.check(stockd, *clients[0].sequences.values()) + ".")
    result.note("Prism keeps nothing: each answer was a 200 of the documented shape, but what was "
                f"put is forgotten, and its page has {offers[1]} offer, not {offers[0]}. It looks "
                "at no token's rights and syncs nothing.")
    for work in WORKS:
        rows(result, work, {client.server.name: results[client.contender(work).name]
                            for client in clients})
    for server in (stockd, prism):
        result.server(server)
    return result
