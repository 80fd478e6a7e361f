"""Past its capacity stockd says so (C57): 503 with Retry-After, and everybody else goes on."""

import unittest

from tests.contract.case import StockdCase, body_of, one
from tests.harness.stockd import OVER_TLS


@unittest.skipIf(OVER_TLS, "before a handshake it is an alert: test_tls.Full")
class Connections(StockdCase):
    options = ("--no-limits", "--connections", "3")

    def test_one_connection_too_many_is_answered_503_and_the_others_go_on(self):
        kept = [self.raw() for _ in range(3)]
        for connection in kept:
            connection.send(self.put_bytes(body_of(one("A", 1))))
            self.assertEqual(200, connection.read_answer().status)
        refused = self.raw()
        refused.send(self.put_bytes(body_of(one("A", 2))))
        answer = refused.read_final()
        self.assertEqual(503, answer.status)
        self.assertEqual("1", answer.header("Retry-After"))
        self.assertEqual("SERVICE_UNAVAILABLE", answer.json["errors"][0]["code"])
        for connection in kept:
            connection.send(self.put_bytes(body_of(one("A", 3))))
            self.assertEqual(200, connection.read_answer().status)
        kept.pop().close()
        self.assert_free_again()

    def assert_free_again(self):
        """The place of a closed connection is given to the next; the server notices in its time."""
        for _ in range(1000):
            connection = self.raw()
            connection.send(self.put_bytes(body_of(one("A", 4))))
            status = connection.read_final().status
            connection.close()
            if status == 200:
                return
        self.fail("a closed connection keeps its place")
