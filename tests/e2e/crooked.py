"""A server of PUT offers/stocks that misbehaves as it is told, and remembers all it was sent.

`Crooked(faults)` takes {number of a request, from 1: what happens to it}; all others are answered
well. What is answered well is applied by updatedAt, like the Market does. `window=(limit, seconds)`
adds a rate limit that is refused with 420 when exceeded, and its headers. GET is refused and not
remembered, unless `gets`: then it is a request like any other.
"""

import collections
import email.utils
import gzip
import http.server
import json
import re
import threading
import time
import traceback

GATE_S_MAX = 30
GONE = re.compile(r"ConnectionResetError|BrokenPipeError")  # A client may go away.

Request = collections.namedtuple("Request", "number method path headers body status")


class Crooked:
    """The server: `address`, `requests`, `stock`, `parallel_max`, `exceeded`."""

    def __init__(self, faults=None, window=None, clock_ahead_s=0, gets=False):
        self.faults = {} if faults is None else faults
        self.gets = gets
        self.window = window
        self.clock_ahead_s = clock_ahead_s
        self.requests = []
        self.stock = {}
        self.stamps = collections.defaultdict(set)
        self.parallel = self.parallel_max = self.exceeded = 0
        self.lock = threading.Lock()
        self._spent = collections.Counter()
        crooked = self

        class Handler(_Handler):
            server_object = crooked

        self._problems = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: self._problems.append(traceback.format_exc())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        bad = [text for text in self._problems if not GONE.search(text)]
        if bad:
            raise AssertionError("the test's own server failed\n" + bad[0])

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def now(self):
        """The server's own clock."""
        return time.time() + self.clock_ahead_s

    def bodies(self):
        """Returns {first SKU of a body: all bodies that began with it}."""
        found = collections.defaultdict(list)
        for request in self.requests:
            found[json.loads(request.body)["skus"][0]["sku"]].append(request.body)
        return found

    def apply(self, body):
        """Takes the numbers of a body, unless newer ones are there."""
        for element in json.loads(body)["skus"]:
            item = element["items"][0]
            self.stamps[element["sku"]].add(item["updatedAt"])
            known = self.stock.get(element["sku"])
            if known is None or known[1] <= item["updatedAt"]:
                self.stock[element["sku"]] = (item["count"], item["updatedAt"])

    def spend(self, cost):
        """Counts a request in its window; returns (fits, headers)."""
        if self.window is None:
            return True, {}
        limit, seconds = self.window
        index = int(self.now() // seconds)
        fits = self._spent[index] + cost <= limit
        if fits:
            self._spent[index] += cost
        else:
            self.exceeded += 1
        until = email.utils.formatdate((index + 1) * seconds, usegmt=True)
        return fits, {"X-RateLimit-Resource-Limit": str(limit),
                      "X-RateLimit-Resource-Remaining": str(limit - self._spent[index]),
                      "X-RateLimit-Resource-Until": until}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_object = None

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(self.server_object.now(), usegmt=True)

    def do_PUT(self):
        crooked = self.server_object
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # The client was killed in the middle.
            return
        with crooked.lock:
            number = len(crooked.requests) + 1
            crooked.requests.append(
                Request(number, self.command, self.path, dict(self.headers), body, None))
            crooked.parallel += 1
            crooked.parallel_max = max(crooked.parallel_max, crooked.parallel)
            self.rate = {}
        fault = crooked.faults.get(number)
        if fault is None or fault(self, body):
            self.accept(body)
        self.leave()

    do_POST = do_PUT

    def do_GET(self):
        if self.server_object.gets:
            self.do_PUT()
            return
        self.rate = self.left = {}
        self.answer(403, error("FORBIDDEN", "Access denied"))

    def leave(self):
        """The request counts no longer as under way. Before its last byte is sent."""
        if not getattr(self, "left", None) is self.rate:
            self.left = self.rate
            with self.server_object.lock:
                self.server_object.parallel -= 1

    def accept(self, body):
        crooked = self.server_object
        with crooked.lock:
            fits, self.rate = crooked.spend(len(json.loads(body)["skus"]))
            if fits:
                crooked.apply(body)
        if fits:
            self.answer(200, {"status": "OK"})
        else:
            self.answer(420, error("LIMIT_EXCEEDED", "Hit rate limit of …"))

    def answer(self, status, value, headers=None, cut=0):
        """Sends an answer; with `cut` only so many bytes of its body, and then hangs up."""
        data = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
        self.leave()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in {**self.rate, **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data[:-cut] if cut else data)
        if cut:
            self.close_connection = True


def error(code, message):
    return {"status": "ERROR", "errors": [{"code": code, "message": message}]}


# What may happen to a request: called with the handler and the body; true: it is accepted then.


def refuse(status, message="no", headers=None):
    """An error answer."""
    def fault(handler, _):
        handler.answer(status, error("X", message), headers)
    return fault


def limit(seconds_ahead=1):
    """420, and a window that ends so many seconds from now."""
    def fault(handler, _):
        until = email.utils.formatdate(int(handler.server_object.now()) + 1 + seconds_ahead,
                                       usegmt=True)
        handler.answer(420, error("LIMIT_EXCEEDED", "Hit rate limit of 100000 requests"),
                       {"X-RateLimit-Resource-Limit": "100000",
                        "X-RateLimit-Resource-Remaining": "0",
                        "X-RateLimit-Resource-Until": until})
    return fault


def cut_answer(handler, body):
    """Applies the request, and hangs up in the middle of the answer."""
    with handler.server_object.lock:
        handler.server_object.apply(body)
    handler.answer(200, {"status": "OK"}, cut=3)


def hang_up(handler, _):
    """Hangs up without a word."""
    handler.close_connection = True


def never_answer(handler, body):
    """Applies the request and stays silent until the client goes away."""
    with handler.server_object.lock:
        handler.server_object.apply(body)
    handler.close_connection = True
    handler.leave()
    handler.connection.settimeout(GATE_S_MAX)
    handler.rfile.read(1)


def wait_for(gate):
    """Accepts when the gate (an event or a barrier) opens."""
    def fault(*_):
        gate.wait(GATE_S_MAX)
        return True
    return fault


def zipped(handler, body):
    """Accepts, with an answer in gzip."""
    with handler.server_object.lock:
        handler.server_object.apply(body)
    handler.answer(200, gzip.compress(b'{"status":"OK"}'), {"Content-Encoding": "gzip"})


def say(status, data, headers=None):
    """An answer of any bytes."""
    def fault(handler, _):
        handler.answer(status, data, headers)
    return fault
