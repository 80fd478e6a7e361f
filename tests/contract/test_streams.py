"""What the operator's listener tells over time: the query log as it comes, samples of health."""

import json
import os
import signal
import time

from tests.contract.case import body_of, one
from tests.contract.operator_case import OperatorCase
from tests.harness.client import Connection, encode_body, encode_request

STREAM = "/api/v1/requests/stream"
WAIT_S_MAX = 60
STREAMS_MAX = 16


class Stream:
    """An open stream: its head was read, its events come one by one."""

    def __init__(self, case, query="", headers=None):
        self.connection = Connection(case.server.operator_address.unchecked())
        case.addCleanup(self.connection.close)
        fields = {"Authorization": f"Bearer {case.server.operator_token()}"}
        fields.update(headers or {})
        self.connection.send(encode_request("GET", STREAM + query, fields))
        self.text = b""
        self.head = self._until(b"\r\n\r\n").decode()
        self.status = int(self.head.split(" ")[1])
        if self.status == 200:
            self._chunks_until(b": open\n\n")

    def _until(self, end):
        data = b""
        while not data.endswith(end):
            piece = self.connection._reader.read(1)
            if not piece:
                raise EOFError(data)
            data += piece
        return data

    def _chunk(self):
        """Takes one chunk. False: it was the last one."""
        size = int(self._until(b"\r\n"), 16)
        self.text += self.connection._reader.read(size)
        self._until(b"\r\n")
        return size > 0

    def _chunks_until(self, end):
        while end not in self.text:
            if not self._chunk():
                raise EOFError(self.text)
        before, _, self.text = self.text.partition(end)
        return before

    def event(self):
        """Returns the entry of the next event."""
        while True:
            lines = self._chunks_until(b"\n\n").decode().split("\n")
            if lines[0].startswith(":"):
                continue
            assert lines[0] == "event: request" and lines[1].startswith("data: "), lines
            return json.loads(lines[1][len("data: "):])

    def rest(self):
        """Reads to the orderly end and returns what came."""
        while self._chunk():
            pass
        return self.text


class Streams(OperatorCase):

    def test_entries_come_as_they_are_answered(self):
        stream = Stream(self)
        self.assertIn("\r\nContent-Type: text/event-stream\r\n", stream.head)
        self.assertIn("\r\nCache-Control: no-store\r\n", stream.head)
        self.put(body_of(one(self.new_sku(), 1)))
        self.put("{")
        first, second = stream.event(), stream.event()
        self.assertEqual((200, 400), (first["status"], second["status"]))
        self.assertEqual("PUT", first["method"])
        self.assertEqual(self.campaign, first["campaignId"])
        kept = self.operator.get("/requests", limit=2).json["result"]["requests"]
        self.assertEqual([second, first], kept, "the same as a page shows")

    def test_filters(self):
        refused = Stream(self, "?status=4xx")
        writes = Stream(self, f"?method=PUT&status=200&campaignId={self.campaign}")
        others = self.new_campaign()
        self.put(body_of(one("A", 1)), campaign=others)
        self.send("GET", "/first")
        self.put(body_of(one("A", 1)))
        self.send("GET", "/second")
        self.assertEqual(["/first", "/second"], [refused.event()["path"], refused.event()["path"]])
        self.assertEqual(self.campaign, writes.event()["campaignId"])
        for query, words in (("?status=x", "Parameter status must be a class"),
                             ("?campaignId=0", "Parameter campaignId must be greater than")):
            self.assert_refused(self.operator.send("GET", "/requests/stream" + query), 400,
                                starts=words)

    def test_those_of_a_session_end_when_it_signs_out(self):
        body = encode_body({"token": self.server.operator_token()})
        with Connection(self.server.operator_address) as browser:
            json_type = {"Content-Type": "application/json"}
            answer = browser.request("POST", "/api/v1/session", json_type, body)
            cookie = {"Cookie": answer.header("Set-Cookie").split(";")[0]}
            mine, other = Stream(self, headers={"Authorization": None, **cookie}), Stream(self)
            self.send("GET", "/before")
            self.assertEqual("/before", mine.event()["path"])
            browser.request("DELETE", "/api/v1/session", {**cookie, "X-Stockd-Cabinet": "1"})
        self.assertEqual(b"", mine.rest().replace(b":\n\n", b""))
        self.send("GET", "/after")
        self.assertEqual(["/before", "/after"], [other.event()["path"], other.event()["path"]])

    def test_it_wants_credentials(self):
        self.assertEqual(401, Stream(self, headers={"Authorization": None}).status)
        self.assertEqual(401, Stream(self, headers={"Authorization": "Bearer x"}).status)

    def test_pages_are_answered_meanwhile(self):
        stream = Stream(self)
        for _ in range(5):
            self.assertEqual(200, self.server.operator("/healthz").status)
            self.assertEqual(200, self.operator.get("/push").status)
        self.put(body_of(one("A", 1)))
        self.assertEqual(200, stream.event()["status"])

    def test_many_at_once_come_whole_and_in_order(self):
        streams = [Stream(self, "?status=404") for _ in range(3)]
        paths = [f"/path{index}" for index in range(300)]
        for path in paths:
            self.send("GET", path)
        for stream in streams:
            self.assertEqual(paths, [stream.event()["path"] for _ in paths])

    def test_a_stop_ends_them_in_order(self):
        """Behind the entry of each request that was answered."""
        quiet, busy = Stream(self), Stream(self, "?status=404")
        for index in range(20):
            self.send("GET", f"/last{index}")
        self.server.halt()
        try:
            self.assertEqual(20, busy.rest().count(b'"path":"/last'))
            self.assertEqual(20, quiet.rest().count(b'"path":"/last'))
        finally:
            self.server.start()


class End(OperatorCase):

    def test_a_page_that_is_asked_for_in_the_end_has_its_figures(self):
        """They are of the other listener, too. The request's body is late."""
        connection = Connection(self.server.operator_address.unchecked())
        self.addCleanup(connection.close)
        whole = encode_request("GET", "/metrics", {"Expect": "100-continue"}, b"late")
        connection.send(whole[:-4])
        self.assertIn(b" 100 ", connection._reader.readline())  # Its head was taken.
        read = connection._reader.read
        os.kill(self.server.process_id(), signal.SIGTERM)
        try:
            deadline = time.monotonic() + WAIT_S_MAX
            while self.takes_connections() and time.monotonic() < deadline:
                pass
            connection.send(whole[-4:])
            self.assertIn(b"stockd_connections", read())
        finally:
            self.server.halt()
            self.server.start()

    def takes_connections(self):
        try:
            Connection(self.server.operator_address.unchecked()).close()
        except ConnectionError:
            return False
        return True


class Full(OperatorCase):

    def streams(self):
        return self.server.metrics()["stockd_request_streams"]

    def wait_for(self, count):
        """Whoever went away is noticed when something is sent to him."""
        deadline = time.monotonic() + WAIT_S_MAX
        while self.streams() != count:
            self.assertLess(time.monotonic(), deadline)
            self.send("GET", "/nothing")

    def test_there_are_only_so_many_and_who_leaves_makes_room(self):
        streams = [Stream(self) for _ in range(STREAMS_MAX)]
        answer = self.operator.get("/requests/stream")
        self.assert_refused(answer, 503, starts="16 others listen to the query log already")
        self.assertEqual("10", answer.header("Retry-After"))
        self.assertEqual(STREAMS_MAX, self.streams())
        for stream in streams[1:]:
            stream.connection.reset()
        self.wait_for(1)
        self.assertEqual(200, Stream(self).status)
        self.assertEqual("/nothing", streams[0].event()["path"])


class WithoutLog(OperatorCase):
    options = ("--request-log-mb", "0")

    def test_there_is_nothing_to_listen_to(self):
        self.assert_refused(self.operator.get("/requests/stream"), 404,
                            "No query log is kept: --request-log-mb is 0")


class Health(OperatorCase):

    def test_samples_have_the_figures_of_this_store(self):
        result = self.operator.get("/health").json["result"]
        self.assertEqual(10000, result["intervalMs"])
        for values in result["series"].values():
            self.assertEqual(len(result["at"]), len(values))
        later = self.operator.get("/health", **{"from": "2999-01-01T00:00:00Z"}).json["result"]
        self.assertEqual([], later["at"])
        self.assert_refused(self.operator.send("GET", "/health?from=yesterday"), 400,
                            "Type mismatch: 'yesterday'")
        self.assertGreaterEqual(self.server.metrics()["stockd_connections"], 0)
