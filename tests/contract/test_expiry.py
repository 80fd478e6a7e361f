"""Reservations that end by themselves (§12): to the second, and whatever the process goes through.

Nothing sleeps: the tests ask again and again, and look at the clock before and after each question.
"""

import datetime
import time

from tests.contract.case import milliseconds
from tests.contract.operator_case import OperatorCase

LATE_S_MAX = 1.0  # "To the second".


def precisely(seconds_from_now):
    """Returns that time as ISO 8601 to the millisecond."""
    instant = datetime.datetime.now(datetime.timezone.utc)
    instant += datetime.timedelta(seconds=seconds_from_now)
    return instant.isoformat(timespec="milliseconds")


class Expiry(OperatorCase):

    def reserve(self, count, seconds, of=10):
        """Returns a new order that ends in so many seconds, its SKU, and the moment it ends."""
        sku, order_id = self.new_sku(), self.new_order()
        self.put_count(sku, of)
        answer = self.operator.order(self.campaign, order_id, {sku: count},
                                     expiresAt=precisely(seconds))
        order = self.assert_order(answer, "RESERVED")
        return order_id, sku, milliseconds(order["expiresAt"]) / 1000

    def state(self, order_id):
        answer = self.operator.get_order(self.campaign, order_id)
        return answer.json["result"]["order"]["state"]

    def assert_ends_at(self, order_id, ends_at):
        """It is RESERVED until then and EXPIRED within a second after."""
        while True:
            before = time.time()
            state = self.state(order_id)
            after = time.time()
            if state == "EXPIRED":
                self.assertGreaterEqual(after, ends_at, "too early")
                self.assertLessEqual(before, ends_at + LATE_S_MAX, "too late")
                return
            self.assertEqual("RESERVED", state)
            self.assertLessEqual(before, ends_at + LATE_S_MAX, "too late")

    def test_to_the_second(self):
        order_id, sku, ends_at = self.reserve(4, 1)
        self.assertEqual((6, 4), self.numbers(sku))
        self.assert_ends_at(order_id, ends_at)
        self.assertEqual({"FIT": 10, "FREEZE": 0, "AVAILABLE": 10}, self.stocks(sku))

    def test_each_at_its_own_time(self):
        orders = [self.reserve(1, seconds) for seconds in (1.5, 0.5, 1)]
        for order_id, _, ends_at in sorted(orders, key=lambda order: order[2]):
            self.assert_ends_at(order_id, ends_at)

    def test_an_expired_order_is_over(self):
        order_id, sku, ends_at = self.reserve(4, 0.5)
        self.assert_ends_at(order_id, ends_at)
        for action in ("pack", "ship", "cancel"):
            self.assert_refused(self.operator.act(self.campaign, order_id, action), 409,
                                code="ORDER_STATE", starts=f"Order '{order_id}' is EXPIRED")
        self.assertEqual((10, 0), self.numbers(sku))

    def test_what_is_packed_does_not_expire(self):
        packed, sku, ends_at = self.reserve(4, 0.5)
        self.assert_order(self.operator.act(self.campaign, packed, "pack"), "PACKED")
        witness, _, later = self.reserve(1, 1)
        self.assert_ends_at(witness, later)
        self.assertGreater(time.time(), ends_at)
        self.assertEqual("PACKED", self.state(packed))
        self.assertEqual((6, 4), self.numbers(sku))

    def test_what_is_over_does_not_expire(self):
        cancelled, sku, ends_at = self.reserve(4, 0.5)
        self.assert_order(self.operator.act(self.campaign, cancelled, "cancel"), "CANCELLED")
        witness, _, later = self.reserve(1, 1)
        self.assert_ends_at(witness, later)
        self.assertGreater(time.time(), ends_at)
        self.assertEqual("CANCELLED", self.state(cancelled))
        self.assertEqual((10, 0), self.numbers(sku))

    def test_it_ends_in_time_after_a_restart(self):
        for end in (self.restart, self.kill):
            with self.subTest(end=end.__name__):
                order_id, sku, ends_at = self.reserve(4, 3)
                end()
                self.assertLess(time.time(), ends_at, "the restart took too long for this test")
                self.assert_ends_at(order_id, ends_at)
                self.assertEqual((10, 0), self.numbers(sku))

    def test_it_ended_while_nobody_was_there(self):
        """Released by the first answers after the start, and for good."""
        order_id, sku, ends_at = self.reserve(4, 0.5)
        self.server.kill()
        while time.time() <= ends_at:
            pass
        self.server.start()
        self.assert_ends_soon(order_id)
        self.kill()
        self.assertEqual("EXPIRED", self.state(order_id))
        self.assertEqual((10, 0), self.numbers(sku))

    def assert_ends_soon(self, order_id):
        """The server was just started: the second counts from now on."""
        started = time.time()
        self.eventually(lambda: self.state(order_id) == "EXPIRED", tries=100000)
        self.assertLessEqual(time.time(), started + LATE_S_MAX)

    def test_what_expired_stays_so_after_a_kill(self):
        order_id, sku, ends_at = self.reserve(4, 0.5)
        self.assert_ends_at(order_id, ends_at)
        self.kill()
        self.assertEqual("EXPIRED", self.state(order_id))
        self.assertEqual((10, 0), self.numbers(sku))
