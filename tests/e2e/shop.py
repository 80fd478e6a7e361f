"""A shop that answers POST /stocks as it is told, and remembers what it was asked.

`Shop(stock)` answers well from {sku: count}; `behave` is a function of (handler, question) that
does something else, or returns True to have it answered well after all. A wrong token gets its 403
in any case, unless `ignores_token`.
"""

import collections
import http.server
import json
import re
import threading
import time
import traceback
import urllib.parse

GATE_S_MAX = 60
GONE = re.compile(r"ConnectionResetError|BrokenPipeError|TimeoutError")  # The Market may give up.
STAMP = "2024-05-01T12:00:00Z"

Question = collections.namedtuple("Question", "warehouse skus token place at")


class Shop:
    """The server: `url`, `stock`, `questions` with the right token, `wrong` ones, `parallel`."""

    def __init__(self, stock=None, token="shop-token", behave=None, ignores_token=False):
        self.stock = {} if stock is None else stock
        self.token = token
        self.behave = behave
        self.ignores_token = ignores_token
        self.stamp = STAMP
        self.questions = []
        self.wrong = []
        self.parallel = self.parallel_max = 0
        self.lock = threading.Lock()
        shop = self

        class Handler(_Handler):
            server_object = shop

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
            raise AssertionError("the test's own shop failed\n" + bad[0])

    @property
    def url(self):
        """The base, without /stocks."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/market/api"

    def push(self, period_s=3600, place="header"):
        """Returns the `push` object of a campaign that this shop belongs to."""
        return {"url": self.url, "token": self.token, "tokenIn": place,
                "periodSeconds": period_s}

    def elements(self, question):
        """Returns the elements of a good answer."""
        return [element(sku, question.warehouse, self.stock.get(sku, 0), self.stamp)
                for sku in question.skus]


def element(sku, warehouse, count, stamp=STAMP, kind="FIT"):
    return {"sku": sku, "warehouseId": warehouse,
            "items": [{"type": kind, "count": count, "updatedAt": stamp}]}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_object = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        shop = self.server_object
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        split = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(split.query)
        assert split.path == "/market/api/stocks", self.path
        assert set(body) == {"warehouseId", "skus"}, body
        in_query = "auth-token" in query
        token = query["auth-token"][0] if in_query else self.headers["Authorization"]
        question = Question(body["warehouseId"], body["skus"], token,
                            "query" if in_query else "header", time.monotonic())
        if token == shop.token:
            self.ask(question)
            return
        with shop.lock:
            shop.wrong.append(question)
        if shop.ignores_token:
            self.answer(200, {"skus": shop.elements(question)})
        else:
            self.answer(403, {"status": "ERROR"})

    def ask(self, question):
        shop = self.server_object
        with shop.lock:
            shop.questions.append(question)
            shop.parallel += 1
            shop.parallel_max = max(shop.parallel_max, shop.parallel)
        try:
            if shop.behave is None or shop.behave(self, question):
                self.answer(200, {"skus": shop.elements(question)})
        finally:
            with shop.lock:
                shop.parallel -= 1

    def answer(self, status, value, headers=None, cut=0):
        """Sends an answer; with `cut` so many bytes less than it announces, and then hangs up."""
        data = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(data)),
                           **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data[:-cut] if cut else data)
        self.close_connection = self.close_connection or cut > 0


# What may happen to a question.


def say(status, value, headers=None):
    """An answer of any bytes or JSON."""
    def behave(handler, _):
        handler.answer(status, value, headers)
    return behave


def change(how):
    """A good answer whose elements went through `how` (elements, question)."""
    def behave(handler, question):
        elements = handler.server_object.elements(question)
        handler.answer(200, {"skus": how(elements, question)})
    return behave


def wait_for(gate):
    """Answers well when the gate (an event or a barrier) opens."""
    def behave(*_):
        gate.wait(GATE_S_MAX)
        return True
    return behave


def half(handler, question):
    """Hangs up in the middle of a good answer."""
    handler.answer(200, {"skus": handler.server_object.elements(question)}, cut=20)


def hang_up(handler, _):
    """Hangs up without a word."""
    handler.close_connection = True


def noise(handler, _):
    """Ten million bytes, and no word of their number."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(100):
        handler.wfile.write(100000 * b"x")


def drip(handler, _):
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "3000")
    handler.end_headers()
    end = time.monotonic() + GATE_S_MAX
    while time.monotonic() < end:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)
