"""Clients that hang up in the middle of a request give their place back at once, not when its time
is over: whoever opens and leaves must not be able to keep others out.
"""

import time

from tests.contract import registry
from tests.contract.case import StockdCase, stocks_path
from tests.harness.client import Connection, NoAnswer, encode_request

PLACES = 6
ROUNDS = 2
BACK_S_MAX = 60
HOUR = 3600


class Leaving(StockdCase):
    options = ("--no-limits", "--connections", PLACES, "--request-timeout", HOUR,
               "--idle-timeout", HOUR)

    def setUp(self):
        super().setUp()
        self.wait_until_served()

    def half(self, header):
        """A head and a part of its body."""
        name, value = header.split(": ")
        return encode_request("PUT", stocks_path(registry.C), {
            "Api-Key": registry.FULL, "Content-Type": "application/json", name: value}
        ) + b"1000\r\n{"

    def served(self):
        """Whether somebody new is answered."""
        try:
            with Connection(self.server.address) as connection:
                answer = connection.request("POST", stocks_path(registry.C),
                                            {"Api-Key": registry.FULL})
        except (OSError, NoAnswer):
            return False
        self.assertIn(answer.status, (200, 503))
        return answer.status == 200

    def wait_until_served(self):
        deadline = time.monotonic() + BACK_S_MAX
        while not self.served():
            self.assertLess(time.monotonic(), deadline, "a client that left keeps its place")

    def assert_places_come_back(self, data):
        for _ in range(ROUNDS):
            leaving = [Connection(self.server.address) for _ in range(PLACES)]
            for connection in leaving:
                connection.send(data)
                connection.close()  # The last bytes and the end arrive as one.
            self.wait_until_served()

    def test_in_the_middle_of_a_head(self):
        self.assert_places_come_back(b"PUT /v2/campaigns/10003/offers/stocks HTTP/1.1\r\nHost: x")

    def test_in_the_middle_of_a_body(self):
        self.assert_places_come_back(self.half("Content-Length: 2000"))

    def test_in_the_middle_of_chunks(self):
        self.assert_places_come_back(self.half("Transfer-Encoding: chunked"))

    def test_who_only_stops_sending_still_gets_the_answer(self):
        """A client may close its own half behind a whole request."""
        deadline = time.monotonic() + BACK_S_MAX
        answered = 0
        while answered < ROUNDS:
            self.assertLess(time.monotonic(), deadline, "no place comes back")
            with Connection(self.server.address) as connection:
                connection.send(encode_request("POST", stocks_path(registry.C),
                                               {"Api-Key": registry.FULL}))
                connection.finish_sending()
                answer = connection.read_final()
            self.assertIn(answer.status, (200, 503))  # Places of those that left come back slowly.
            answered += answer.status == 200
