"""Reservations that end by themselves (§12): to the second, and whatever the process goes through.

Nothing sleeps: the tests ask again and again, and look at the clock before and after each question.
A busy machine is no failure: what has to be done before the end is tried again with more time.
"""

import datetime
import time

from tests.contract.case import PATIENCE_S, milliseconds
from tests.contract.operator_case import OperatorCase

LATE_S_MAX = 1.0  # "To the second".
SECONDS = (0.5, 2, 8, 30)  # How long a reservation lasts, where something has to be done meanwhile.


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

    def reserve_and(self, do=lambda *_: None, count=4):
        """reserve(), and do(order_id, sku) while it lasts; `do` is of no account when the end may
        have come before it was done."""
        for seconds in SECONDS:
            failure = None
            began = time.time()
            try:
                order_id, sku, ends_at = self.reserve(count, seconds)
                do(order_id, sku)
            except AssertionError as problem:
                failure = problem
            if time.time() < began + seconds:
                if failure is not None:
                    raise failure
                return order_id, sku, ends_at
        return self.fail("the machine is too slow for this test")

    def end_of(self, order_id, ends_at):
        """Waits until it is EXPIRED, never too early. Returns how late it was RESERVED still."""
        seen_s = ends_at
        while True:
            before = time.time()
            state = self.state(order_id)
            after = time.time()
            if state == "EXPIRED":
                self.assertGreaterEqual(after, ends_at, "too early")
                return seen_s - ends_at
            self.assertEqual("RESERVED", state)
            self.assertLessEqual(before, ends_at + PATIENCE_S, "it never ends")
            seen_s = max(seen_s, before)

    def assert_on_time(self, do):
        """reserve_and(do), and its end to the second. What is late each time is late; a disk may
        be so once."""
        late_s = []
        for _ in range(5):
            order_id, sku, ends_at = self.reserve_and(do)
            late_s.append(self.end_of(order_id, ends_at))
            self.assertEqual({"FIT": 10, "FREEZE": 0, "AVAILABLE": 10}, self.stocks(sku))
            if late_s[-1] <= LATE_S_MAX:
                return
        self.fail(f"seconds too late: {late_s}")

    def wait_beyond(self, moment):
        """Until another one has ended that ends later."""
        order_id, _, later = self.reserve(1, max(1, moment + 0.5 - time.time()))
        self.end_of(order_id, later)
        self.assertGreater(time.time(), moment)

    def test_to_the_second(self):
        self.assert_on_time(lambda _, sku: self.assertEqual((6, 4), self.numbers(sku)))

    def test_each_at_its_own_time(self):
        orders = [self.reserve(1, seconds) for seconds in (2, 1, 1.5)]
        for order_id, _, ends_at in sorted(orders, key=lambda order: order[2]):
            self.end_of(order_id, ends_at)

    def test_an_expired_order_is_over(self):
        order_id, sku, ends_at = self.reserve_and()
        self.end_of(order_id, ends_at)
        for action in ("pack", "ship", "cancel"):
            self.assert_refused(self.operator.act(self.campaign, order_id, action), 409,
                                code="ORDER_STATE", starts=f"Order '{order_id}' is EXPIRED")
        self.assertEqual((10, 0), self.numbers(sku))

    def test_what_is_packed_does_not_expire(self):
        packed, sku, ends_at = self.reserve_and(lambda order_id, _: self.assert_order(
            self.operator.act(self.campaign, order_id, "pack"), "PACKED"))
        self.wait_beyond(ends_at)
        self.assertEqual("PACKED", self.state(packed))
        self.assertEqual((6, 4), self.numbers(sku))

    def test_what_is_over_does_not_expire(self):
        cancelled, sku, ends_at = self.reserve_and(lambda order_id, _: self.assert_order(
            self.operator.act(self.campaign, order_id, "cancel"), "CANCELLED"))
        self.wait_beyond(ends_at)
        self.assertEqual("CANCELLED", self.state(cancelled))
        self.assertEqual((10, 0), self.numbers(sku))

    def test_it_ends_in_time_after_a_restart(self):
        for end in (self.restart, self.kill):
            with self.subTest(end=end.__name__):
                self.assert_on_time(lambda *_: end())

    def test_it_ended_while_nobody_was_there(self):
        """Released by the first answers after the start, and for good."""
        order_id, sku, ends_at = self.reserve_and()
        self.server.kill()
        while time.time() <= ends_at:
            pass
        self.server.start()
        self.eventually(lambda: self.state(order_id) == "EXPIRED")
        self.kill()
        self.assertEqual("EXPIRED", self.state(order_id))
        self.assertEqual((10, 0), self.numbers(sku))

    def test_what_expired_stays_so_after_a_kill(self):
        order_id, sku, ends_at = self.reserve_and()
        self.end_of(order_id, ends_at)
        self.kill()
        self.assertEqual("EXPIRED", self.state(order_id))
        self.assertEqual((10, 0), self.numbers(sku))
