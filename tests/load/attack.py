"""An attacker in a process of its own: many sockets that do one wrong thing each, over and over.

`python3 -m tests.load.attack NAME…` reads a line of JSON from standard input: `address` (host and
port), whether it is the `operator` listener's, how many `connections` each attack has, and whom it
may pretend to be: `token`, `operator_token`, `campaigns`, `market`. It says "ready", attacks until
standard input ends, and prints what it saw, by name: {"opened": …, "sent_bytes": …, "closed": …,
"no_retry_after": …, "statuses": {"503": …}}.
"""

import collections
import itertools
import json
import selectors
import socket
import struct
import sys
import time

PACE_S = 0.005  # Between two bytes of a slow client, and before an ended connection comes again.
READ_BYTES = 262144
CHUNK_BYTES = 0x8000
CHUNK = b"8000\r\n" + b" " * CHUNK_BYTES + b"\r\n"


class Plan:
    """What each connection of an attack does."""

    def __init__(self, pieces, slow=False, reads=True, window=None, end="hold"):
        self.pieces = pieces  # pieces(number) gives the bytes to send, one piece after another.
        self.slow = slow  # A piece at a time, with a pause.
        self.reads = reads
        self.window = window  # Of the receiving socket, in bytes.
        self.end = end  # When all is sent: hold, read (until it is closed), close or reset.


class Sock:
    """One connection of the attacker."""

    def __init__(self, swarm, number):
        self.swarm = swarm
        self.plan = swarm.plan
        self.pieces = iter(self.plan.pieces(number))
        self.left = b""
        self.due_s = 0.0
        self.ended = False
        self.tail = b""
        self.socket = socket.socket()
        if self.plan.window:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.plan.window)
        self.socket.setblocking(False)
        self.socket.connect_ex(swarm.address)
        swarm.seen["opened"] += 1

    def on_writable(self, now):
        """Returns whether there is more to send just now."""
        if now < self.due_s or self.ended:
            return False
        if not self.left:
            self.left = next(self.pieces, None)
        if self.left is None:
            self.left = b""
            self.finish()
            return False
        try:
            sent = self.socket.send(self.left)
        except BlockingIOError:
            return True
        self.swarm.seen["sent_bytes"] += sent
        self.left = self.left[sent:]
        if self.plan.slow:
            self.due_s = now + PACE_S
        return not self.plan.slow

    def finish(self):
        self.ended = True
        if self.plan.end in ("close", "reset"):
            if self.plan.end == "reset":
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            raise ConnectionError

    def on_readable(self):
        data = self.socket.recv(READ_BYTES)
        if not data:
            raise ConnectionError
        self.swarm.count_answers(self.tail + data, len(self.tail))
        self.tail = data[-16:]


class Swarm:
    """All connections, kept at their number."""

    def __init__(self, plan, address, connections):
        self.plan = plan
        self.address = address
        self.connections = connections
        self.seen = collections.Counter()
        self.statuses = collections.Counter()
        self.selector = selectors.DefaultSelector()
        self.numbers = itertools.count()
        self.waiting = collections.deque([0.0] * connections)  # When the next may be opened.

    def count_answers(self, data, known):
        """Counts status lines; one that was cut in two counts once."""
        at = data.find(b"HTTP/1.1 ")
        while at >= 0:
            status = data[at + 9:at + 12]
            if len(status) == 3 and at + 12 > known and status != b"100":
                self.statuses[status.decode("latin-1")] += 1
                end = data.find(b"\r\n\r\n", at)  # A head that was cut in two is passed over.
                if status == b"503" and end > 0 and b"\r\nRetry-After: " not in data[at:end]:
                    self.seen["no_retry_after"] += 1
            at = data.find(b"HTTP/1.1 ", at + 9)

    def open_what_is_due(self, now):
        while self.waiting and self.waiting[0] <= now:
            self.waiting.popleft()
            sock = Sock(self, next(self.numbers))
            events = selectors.EVENT_WRITE | (selectors.EVENT_READ if self.plan.reads else 0)
            self.selector.register(sock.socket, events, sock)

    def turn(self):
        """Does what can be done just now. Returns whether there was nothing."""
        now = time.monotonic()
        self.open_what_is_due(now)
        idle = True
        for key, events in self.selector.select(0):
            sock = key.data
            try:
                if events & selectors.EVENT_READ:
                    idle = False
                    sock.on_readable()
                if events & selectors.EVENT_WRITE:
                    idle &= not sock.on_writable(now)
                    if sock.ended:
                        self.selector.modify(sock.socket, selectors.EVENT_READ, sock) \
                            if self.plan.reads else self.selector.unregister(sock.socket)
            except BlockingIOError:
                pass
            except OSError:
                self.end(sock, now)
        return idle

    def figures(self):
        return {"opened": 0, "closed": 0, "sent_bytes": 0, "no_retry_after": 0, **self.seen,
                "statuses": self.statuses}

    def end(self, sock, now):
        self.seen["closed"] += 1
        try:
            self.selector.unregister(sock.socket)
        except KeyError:
            pass
        sock.socket.close()
        self.waiting.append(now + PACE_S)


# --- what can be done ---------------------------------------------------------------------------


def head(method, path, token=None, **fields):
    """`token` is the whole header, or None."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"] + ([token] if token else [])
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_request(method, path, token, body):
    return head(method, path, token, Content_Type="application/json",
                Content_Length=len(body)) + body


def single_bytes(data):
    return (data[at:at + 1] for at in range(len(data)))


class Attacks:
    """Every attack by its name; `given` is what came on standard input."""

    STRANGER = "Api-Key: ACMA:{:08}{:032}:00000000"

    def __init__(self, given):
        self.token = "Api-Key: " + given["token"]
        self.campaigns = given["campaigns"]
        self.market = given["market"]
        self.body_bytes = 512 * 1024  # The most that is read.

    def campaign(self, number):
        return self.campaigns[number % len(self.campaigns)]

    def write(self, number):
        """Method and path of a change."""
        return "PUT", f"/v2/campaigns/{self.campaign(number)}/offers/stocks"

    def page(self, number):
        """A request for as much as one answer can hold."""
        campaign = self.market if number % 4 == 0 else self.campaign(number)
        return json_request("POST", f"/v2/campaigns/{campaign}/offers/stocks?limit=200",
                            self.token, b"{}")

    def silent(self):
        """Connects and says nothing."""
        return Plan(lambda number: ())

    def slow_heads(self):
        """A head that grows by a byte, for ever."""
        def pieces(number):
            yield from single_bytes(head(*self.write(number))[:-2])
            for index in itertools.count():
                yield from single_bytes(f"X-{index}: y\r\n".encode())
        return Plan(pieces, slow=True)

    def slow_bodies(self):
        """As large a body as is read: most of it at once, the rest byte by byte."""
        def pieces(number):
            yield head(*self.write(number), self.token, Content_Type="application/json",
                       Content_Length=self.body_bytes) + b" " * (self.body_bytes * 3 // 4)
            yield from itertools.repeat(b" ", self.body_bytes // 4 - 1)
        return Plan(pieces, slow=True)

    def slow_chunks(self):
        """The same in chunks, without telling how much there will be."""
        def pieces(number):
            yield self.chunked(number, self.token)
            for _ in range(self.body_bytes * 3 // 4 // CHUNK_BYTES):
                yield CHUNK
            yield from itertools.repeat(b"1\r\n \r\n")
        return Plan(pieces, slow=True)

    def chunked(self, number, token):
        return head(*self.write(number), token, Content_Type="application/json",
                    Transfer_Encoding="chunked")

    def deaf(self):
        """Asks for large pages and never reads; the window is as small as it gets."""
        return Plan(lambda number: iter([self.page(number)]), reads=False, window=2048)

    def pipelined(self):
        """Request after request on one connection, and no answer is ever read."""
        return Plan(lambda number: itertools.repeat(self.page(number) * 20), reads=False,
                    window=2048)

    def unauthorized(self):
        """Floods of 401: keys that nobody has, with bodies."""
        def pieces(number):
            for index in itertools.count():
                yield json_request(*self.write(number), self.STRANGER.format(number, index),
                                   b'{"skus":[]}')
        return Plan(pieces)

    def limited(self):
        """Floods of 420: one campaign, and far more than its limits."""
        body = json.dumps({"skus": [{"sku": f"limited-{index}", "items": [{"count": 1}]}
                                    for index in range(2000)]}).encode()
        return Plan(lambda number: itertools.repeat(json_request(*self.write(0), self.token,
                                                                 body)))

    def malformed(self):
        """Floods of 400: bad JSON, bad documents, bad HTTP in turns."""
        def pieces(number):
            for index in itertools.count():
                if index % 3 == 0:
                    yield json_request(*self.write(number), self.token, b'{"skus":[' * 500)
                elif index % 3 == 1:
                    yield json_request(*self.write(number), self.token,
                                       b'{"skus":[{"sku":"\\ud800","items":[{"count":-1}]}]}')
                else:
                    yield b"NONSENSE\r\n\r\n"
        return Plan(pieces)

    def huge_told(self):
        """Ten gigabytes are announced, and begun."""
        def pieces(number):
            yield head(*self.write(number), self.token, Content_Type="application/json",
                       Content_Length=10 ** 10)
            yield from itertools.repeat(b" " * CHUNK_BYTES)
        return Plan(pieces)

    def huge_chunked(self):
        """Chunks without an end."""
        return Plan(lambda number: itertools.chain([self.chunked(number, self.token)],
                                                   itertools.repeat(CHUNK)))

    def huge_of_a_stranger(self):
        """The same with a key that nobody has."""
        return Plan(lambda number: itertools.chain(
            [self.chunked(number, self.STRANGER.format(number, 0))], itertools.repeat(CHUNK)))

    def cut(self, end="reset"):
        """Goes away in the middle: of a head, of a body, before the answer."""
        def pieces(number):
            whole = json_request(*self.write(number), self.token, b"{}" * 99)
            yield whole[:number * 37 % len(whole)]
        return Plan(pieces, end=end)

    def half_closed(self):
        """Closes in good order, in the middle."""
        return self.cut(end="close")


class OperatorAttacks(Attacks):
    """The same on the operator's listener."""

    STRANGER = "Authorization: Bearer {:08}{:032}"

    def __init__(self, given):
        super().__init__(given)
        self.token = "Authorization: Bearer " + given["operator_token"]
        self.body_bytes = 4 * 1024 * 1024

    def write(self, number):
        return "POST", "/api/v1/registry"

    def page(self, number):
        return head("GET", "/api/v1/registry", self.token)


def main(names):
    given = json.loads(sys.stdin.readline())
    attacks = (OperatorAttacks if given["operator"] else Attacks)(given)
    swarms = {name: Swarm(getattr(attacks, name)(), tuple(given["address"]), given["connections"])
              for name in names}
    watcher = selectors.DefaultSelector()
    watcher.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while not watcher.select(0):
        if all([swarm.turn() for swarm in swarms.values()]):
            time.sleep(PACE_S)
    print(json.dumps({name: swarm.figures() for name, swarm in swarms.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
