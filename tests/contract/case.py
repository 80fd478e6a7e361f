"""The base of all contract tests: one server per class, and the words the tests are written in.

A class names its server's options in `options`. `self.campaign` is a campaign of the test's own;
`put`, `post` send a request and return the answer; `put_count`, `count` speak of one SKU.
`assert_refused` checks an error answer's whole form; `nothing_changes` wraps a bad request.
"""

import contextlib
import datetime
import functools
import re
import time
import unittest
from urllib.parse import quote

from tests.contract import registry
from tests.contract.registry import FULL
from tests.harness.client import Client, Connection, encode_body, encode_request
from tests.harness.stockd import Stockd

BODY_BYTES_MAX = 524288
PRODUCTS_PER_MINUTE = 100000
WITNESS = "witness"
PATIENCE_S = 60
PAUSE_S = 0.002  # Between two questions whether it is so by now.
EXPECT = {"Expect": "100-continue"}

CODE_OF_STATUS = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND",
                  405: "METHOD_NOT_ALLOWED", 415: "UNSUPPORTED_MEDIA_TYPE", 420: "LIMIT_EXCEEDED",
                  423: "LOCKED", 500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE"}

_ABSENT = object()
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


def one(sku, count, updated_at=_ABSENT):
    """Returns one element of `skus`."""
    item = {"count": count}
    if updated_at is not _ABSENT:
        item["updatedAt"] = updated_at
    return {"sku": sku, "items": [item]}


def body_of(*elements):
    return {"skus": list(elements)}


def full_body(prefix="S"):
    """Returns the bytes of a PUT of 2000 SKUs, the most one request may carry."""
    return encode_body(body_of(*(one(f"{prefix}{index}", 1) for index in range(2000))))


def padded(body, size):
    """Returns `body` as JSON of exactly `size` bytes; the filling is white space."""
    data = encode_body(body)
    return data + b" " * (size - len(data))


def moment(seconds_from_now):
    """Returns the time so many seconds from now as ISO 8601 in UTC."""
    instant = datetime.datetime.now(datetime.timezone.utc)
    instant += datetime.timedelta(seconds=seconds_from_now)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(text):
    """Returns the milliseconds since 1970 of a UTC time with Z (C25); anything else raises."""
    found = _INSTANT.fullmatch(text)
    if not found:
        raise AssertionError(f"not a time in UTC with Z: {text!r}")
    instant = datetime.datetime.strptime(found[1] + "+0000", "%Y-%m-%dT%H:%M:%S%z")
    return int(instant.timestamp()) * 1000 + int((found[2] or "0").ljust(3, "0")[:3])


def stocks_path(campaign, version="/v2", suffix=""):
    return f"{version}/campaigns/{campaign}/offers/stocks{suffix}"


class Held:
    """A request whose headers the server took (it said 100) and whose body it still awaits."""

    def __init__(self, case, method, campaign, token, body):
        self.connection = Connection(case.server.address)
        self.finished = False
        self.method = method
        self.body = encode_body(body)
        headers = {"Api-Key": token, "Content-Type": "application/json",
                   "Content-Length": str(len(self.body)), **EXPECT}
        self.connection.send(encode_request(method, stocks_path(campaign), headers))
        answer = self.connection.read_answer(method)
        case.assertEqual(100, answer.status, answer)

    def finish(self):
        """Sends the body and returns the answer."""
        self.finished = True
        self.connection.send(self.body)
        return self.connection.read_final(self.method)


class StockdCase(unittest.TestCase):
    """One server for all tests of a class."""

    options = ("--no-limits",)
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.server = Stockd(registry.build(), *cls.options)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls._spare = iter(registry.SPARE)
        cls._spare_groups = iter(registry.SPARE_GROUPS)
        cls._numbers = iter(range(1, 1000000))

    def setUp(self):
        self.api = Client(self.server.address)
        self.addCleanup(lambda: self.api.close())

    # Names nobody else uses.

    def new_campaign(self):
        """Returns a campaign (FBS, one warehouse, no group) without any stock."""
        return next(self._spare)

    def new_group(self):
        """Returns two campaigns whose warehouses form a group, without any stock."""
        return next(self._spare_groups)

    def new_sku(self, word="sku"):
        return f"{word}-{next(self._numbers)}"

    @functools.cached_property
    def campaign(self):
        return self.new_campaign()

    # Requests.

    def send(self, method, path, body=None, token=FULL, headers=None):
        """Sends any request, with a good Api-Key and Content-Type unless told otherwise."""
        fields = {"Api-Key": token}
        if body is not None:
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        return self.api.request(method, path, fields, body)

    def put(self, body, campaign=None, **how):
        return self.send("PUT", stocks_path(campaign or self.campaign), body, **how)

    def post(self, body=None, campaign=None, query=None, **how):
        path = stocks_path(campaign or self.campaign)
        if query:
            path += "?" + "&".join(f"{name}={quote(str(value), safe='')}"
                                   for name, value in query.items())
        return self.send("POST", path, body, **how)

    def raw(self):
        """Returns a connection of the test's own."""
        connection = Connection(self.server.address)
        self.addCleanup(connection.close)
        return connection

    def put_bytes(self, body, campaign=None, **headers):
        """Returns the bytes of a good PUT with this body."""
        fields = {"Api-Key": FULL, "Content-Type": "application/json", **headers}
        return encode_request("PUT", stocks_path(campaign or self.campaign), fields, body)

    @contextlib.contextmanager
    def holding(self, how_many, campaign, method="PUT", token=FULL, body=None):
        """Keeps that many requests to a campaign unfinished; gives them as a list.

        In the end they are finished in good order, so that their places are free again.
        """
        body = body_of(one("held", 1)) if body is None else body
        held = []
        try:
            for _ in range(how_many):
                held.append(Held(self, method, campaign, token, body))
            yield held
        finally:
            for request in held:
                if not request.finished:
                    request.finish()
                request.connection.close()

    # Stock.

    def put_count(self, sku, count, updated_at=_ABSENT, campaign=None):
        """Writes one count; the server must agree."""
        self.assert_ok(self.put(body_of(one(sku, count, updated_at)), campaign))

    def offers(self, campaign=None, body=None, query=None):
        """Returns the offers of the one warehouse of an answer, in order; [] when there is none."""
        answer = self.post(body, campaign, query)
        self.assertEqual(200, answer.status, answer)
        warehouses = answer.json["result"]["warehouses"]
        self.assertLessEqual(len(warehouses), 1, warehouses)
        return warehouses[0]["offers"] if warehouses else []

    def offer(self, sku, campaign=None):
        """Returns what is known of one SKU, None when it is not there."""
        found = self.offers(campaign, {"offerIds": [sku]})
        return found[0] if found else None

    def count(self, sku, campaign=None):
        """Returns how many can be ordered, None when the SKU is not there."""
        offer = self.offer(sku, campaign)
        if offer is None:
            return None
        return {stock["type"]: stock["count"] for stock in offer["stocks"]}["AVAILABLE"]

    def skus(self, campaign=None, body=None, query=None):
        return [offer["offerId"] for offer in self.offers(campaign, body, query)]

    # Assertions.

    def assert_ok(self, answer):
        """200 and exactly {"status":"OK"}, the answer to a PUT."""
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status": "OK"}, answer.json)

    def assert_refused(self, answer, status, message=None, starts="", code=None):
        """An error answer: its status, its form, its code, its first message."""
        self.assertEqual(status, answer.status, answer)
        self.assertTrue((answer.header("Content-Type") or "").startswith("application/json"))
        self.assertEqual({"status", "errors"}, set(answer.json))
        self.assertEqual("ERROR", answer.json["status"])
        self.assertTrue(1 <= len(answer.errors) <= 20, len(answer.errors))
        for error in answer.errors:
            self.assertEqual({"code", "message"}, set(error))
            self.assertEqual(code or CODE_OF_STATUS[status], error["code"])
        if message is not None:
            self.assertEqual(message, answer.message)
        self.assertTrue(answer.message.startswith(starts),
                        f"{answer.message!r} does not start with {starts!r}")

    def assert_alive(self):
        """The process runs and takes new connections."""
        self.assertIsNone(self.server.exit_status(), self.server.stderr_tail())
        with Connection(self.server.address) as connection:
            path = stocks_path(self.campaign)
            self.assertEqual(200, connection.request("POST", path, {"Api-Key": FULL}).status)

    @contextlib.contextmanager
    def nothing_changes(self):
        """What is sent inside leaves the server alive and the test's campaign as it was."""
        if self.count(WITNESS) is None:
            self.put_count(WITNESS, 7)
        before = self.offers()
        yield
        self.assert_alive()
        self.assertEqual(before, self.offers())

    def eventually(self, question):
        """Asks again and again until the answer is yes."""
        deadline = time.monotonic() + PATIENCE_S
        while not question():
            if time.monotonic() > deadline:
                self.fail(f"still no after {PATIENCE_S} s: {question}")
            time.sleep(PAUSE_S)

    def within_one_minute(self, scenario):
        """Runs scenario(campaign) until it fell wholly into one clock minute.

        Windows are aligned to the clock: at a minute's edge any count of what is left is void, so
        such a run is thrown away, and a new one begins with a new campaign.
        """
        for _ in range(4):
            failure = None
            self.api.untils.clear()
            try:
                scenario(self.new_campaign())
            except AssertionError as problem:
                failure = problem
            if len(self.api.untils) <= 1:
                if failure is not None:
                    raise failure
                return
        self.fail("four runs in a row crossed a minute's edge")


def attack(*more):
    """A PUT body that would change the witness, followed by something wrong."""
    return body_of(one(WITNESS, 999), *more)
