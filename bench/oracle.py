"""Final states, held against what the writes must have left: no figure counts before.

Reads a server's state through its own interface and gives it to build/bench/oracle, which knows
the writes from the command lines that made them.
"""

import http.client
import re
import subprocess

from common import BUILD, ROOT, TOKEN, Broken, progress

PAGE = 200  # The most that one answer has.
OFFER = re.compile(rb'"offerId":"([^"]*)","stocks":\[([^]]*)\]')
AVAILABLE = re.compile(rb'"AVAILABLE","count":(\d+)')
RESERVED = re.compile(rb'"FREEZE","count":(\d+)')
NEXT = re.compile(rb'"nextPageToken":"([^"]*)"')


def ask(server, verb, path, body, connection=None):
    """One request to the public API; gives the answer's body."""
    connection = connection or connect(server)
    connection.request(verb, path, body, {"Api-Key": TOKEN, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise Broken(f"{server.name}, {verb} {path}: {answer.status} {text[:300]!r}")
    return text


def connect(server):
    host, port = server.addresses["listen"].rsplit(":", 1)
    return http.client.HTTPConnection(host, int(port), timeout=60)


def pages(server, campaign=10003):
    """Walks the stocks of a campaign through the public API; yields each page's body."""
    connection = connect(server)
    path = f"/v2/campaigns/{campaign}/offers/stocks?limit={PAGE}"
    token = ""
    while token is not None:
        body = ask(server, "POST", path + token, b"{}", connection)
        yield body
        following = NEXT.search(body)
        token = following and "&page_token=" + following.group(1).decode()
    connection.close()


def offers(server):
    """Yields (SKU, bytes of its stocks)."""
    for body in pages(server):
        yield from OFFER.findall(body)


def check(bench, server, *sequences):
    """Compares; a difference ends the run. Returns the sentence for the case's notes."""
    progress(f"comparing the state of {server.name} with the oracle's")
    expected = bench.folder / f"{server.name}.workloads"
    expected.write_text("".join(sequence.oracle_text() for sequence in sequences))
    process = subprocess.Popen([BUILD / "bench/oracle", expected], cwd=ROOT, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        process.stdin.writelines(server.state())
        process.stdin.close()
    except BrokenPipeError:
        pass  # It says itself what it did not like.
    said = process.stdout.read()
    if process.wait() != 0:
        raise Broken(f"the state of {server.name} is not what was written:\n{said[-2000:]}")
    cells = re.search(r"cells=(\d+)", said)
    return f"{server.name}: state as the oracle's, {int(cells.group(1)):,} cells"
