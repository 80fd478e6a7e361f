"""The case `bad-input`: does bad input cost no more than good input of the same size?

Bodies of bodies.py, each as long as the good one of 2,000 SKUs, sent over and over by wrk, a kind
after the other, and the good body in turn with them. The time that counts is the processor's, of
stockd alone, for each request.
"""

import http.client
import statistics
import time

import bodies
from common import Broken, number_text, progress
from replay import Replay, request_bytes
from result import Result
from rounds import Contender, measured

PATH = "/v2/campaigns/10003/offers/stocks"
CONNECTIONS = 16
SECONDS = 1  # For each kind: there are many, and CPU time is steady.
ROUNDS_MAX = 3
GOOD_EVERY = 6  # Kinds between two measurements of the good body.
QUICK_EVERY = 8
RATIO_MAX = 1.0


def chunked(request_line_and_head, body, chunk_bytes):
    """The body in chunks; as many of its bytes as make a request of the good one's size."""
    head = b"".join(line for line in request_line_and_head.splitlines(keepends=True)
                    if not line.startswith(b"Content-Length"))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (
        body[at:at + chunk_bytes] for at in range(0, len(body), chunk_bytes)))
    return head.replace(b"\r\n", b"\r\nTransfer-Encoding: chunked\r\n", 1), chunks + b"0\r\n\r\n"


def chunked_request(server, body_of, chunk_bytes):
    skus = bodies.SKUS
    while True:
        body = body_of(skus)
        head = request_bytes(server, "PUT", PATH, body)[:-len(body)]
        head, chunks = chunked(head, body, chunk_bytes)
        if len(chunks) <= bodies.GOOD_BYTES:
            return head + chunks
        skus = skus * bodies.GOOD_BYTES // len(chunks)


def requests(server, every):
    """(name, request, status) of the bad kinds."""
    now_s = time.time()
    for bad in bodies.BAD[::every]:
        body = bodies.dated(bad.make(), now_s)
        yield bad.name, request_bytes(server, "PUT", PATH, body), bad.status
    for chunk_bytes in (1, 16, 1000):
        yield (f"chunks of {chunk_bytes} bytes",
               chunked_request(server, lambda skus: bodies.dated(bodies.good(5, skus), now_s),
                               chunk_bytes), 200)


def good_request(server):
    return request_bytes(server, "PUT", PATH, bodies.dated(bodies.good(5), time.time()))


def status_check(server, name, request, status):
    """Sends it once: wrk only knows good answers from others."""
    host, port = server.addresses["listen"].rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.connect()
    connection.sock.sendall(request)
    answer = http.client.HTTPResponse(connection.sock, method="PUT")
    answer.begin()
    answer.read()
    connection.close()
    if answer.status != status:
        raise Broken(f"bad-input, {name}: answered {answer.status}, not {status}")


def one_run(bench, server, name, request, status):
    """CPU microseconds a request, and p99."""
    drive = Replay(bench, server, [request], refused=status != 200, connections=CONNECTIONS)
    try:
        figures = measured(Contender(name, server, drive), SECONDS)
    finally:
        drive.close()
    return figures["server_cpu_s"] / figures["requests"] * 1e6, figures["p99_us"]


def one_round(bench, server, good, kinds):
    """{name: (CPU µs, p99 µs, good's CPU µs beside it)}; "" is the good body itself."""
    found = {}
    for number, (name, request, status) in enumerate(kinds):
        if number % GOOD_EVERY == 0:
            reference = one_run(bench, server, "good", good, 200)
            found.setdefault("", (*reference, reference[0]))
        progress(f"bad input: {name}")
        found[name] = (*one_run(bench, server, name, request, status), reference[0])
    return found


def run(bench):
    stockd = bench.stockd("bad-input")
    kinds = list(requests(stockd, QUICK_EVERY if bench.options.quick else 1))
    good = good_request(stockd)
    for name, request, status in [("good", good, 200), *kinds]:
        status_check(stockd, name, request, status)
    rounds = [one_round(bench, stockd, good, kinds)
              for _ in range(min(bench.options.rounds, ROUNDS_MAX))]
    return report(stockd, kinds, rounds)


def report(stockd, kinds, rounds):
    result = Result("bad-input", f"bad-input: bodies of {bodies.GOOD_BYTES:,} bytes, "
                                 f"{CONNECTIONS} connections of wrk, {SECONDS} s each")
    result.server(stockd)
    result.row("good body of 2,000 SKUs, CPU µs", [found[""][0] for found in rounds])
    result.row("  p99 µs", [found[""][1] for found in rounds])
    table, above, ratios_all = [], [], []
    for name, _, _ in kinds:
        cpu = [found[name][0] for found in rounds]
        ratios = [found[name][0] / found[name][2] for found in rounds]
        ratio = statistics.median(ratios)
        ratios_all.append(ratios)
        if ratio > RATIO_MAX:
            above.append((ratio, name))
        p99 = statistics.median(found[name][1] for found in rounds)
        table.append((name, number_text(statistics.median(cpu)), f"{ratio:.2f}",
                      number_text(p99)))
    result.table([("kind of body", "CPU µs", "× good", "p99 µs"), *table])
    result.row("dearest kind, CPU × good", [max(values) for values in zip(*ratios_all)])
    result.figure("bad_input_ratio", [max(values) for values in zip(*ratios_all)])
    named = ", ".join(f"{name} {ratio:.2f}" for ratio, name in sorted(above, reverse=True))
    result.note(f"{len(kinds) - len(above)} of {len(kinds)} kinds cost no more than the good body"
                + (f"; these do: {named}." if above else "."))
    return result
