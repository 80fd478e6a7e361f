"""Turnover of goods in the Market's warehouses (§12): classes, rounding, free storage.

A number that was counted 30 days ago and an order of 3000 units that is shipped now: the average
of FIT over the time that is known, divided by 3000 / 30 units a day.
"""

from tests.contract.case import moment, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import MARKET_WAREHOUSE

DAYS = 30
SOLD = 3000


class Turnover(OperatorCase):

    def turnover(self, sku, with_turnover=True):
        answer = self.send("POST", stocks_path(self.fby),
                           {"offerIds": [sku], "withTurnover": with_turnover})
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]["warehouses"][0]["offers"][0].get("turnoverSummary")

    def count(self, sku, fit, days=DAYS):
        self.assert_ok(self.operator.count(self.fby, MARKET_WAREHOUSE,
                                           (sku, "FIT", fit, moment(-days * 24 * 3600))))

    def sell(self, sku, count, action="ship"):
        order_id = self.new_order()
        self.assert_order(self.operator.order(self.fby, order_id, {sku: count}), "RESERVED")
        self.operator.act(self.fby, order_id, action)

    def test_the_classes(self):
        """Vector 27."""
        for fit, days, turnover in ((4490, 44.9, "VERY_HIGH"), (4500, 45, "HIGH"),
                                    (9990, 99.9, "HIGH"), (10000, 100, "ALMOST_LOW"),
                                    (11990, 119.9, "ALMOST_LOW"), (12000, 120, "LOW"),
                                    (3000, 30, "VERY_HIGH"), (50000, 500, "LOW")):
            with self.subTest(fit=fit):
                sku = self.new_sku()
                self.count(sku, fit)
                self.sell(sku, SOLD)
                self.assertEqual({"turnover": turnover, "turnoverDays": days}, self.turnover(sku))

    def test_without_sales_there_is_no_number(self):
        sku = self.new_sku()
        self.count(sku, 5000)
        self.assertEqual({"turnover": "NO_SALES"}, self.turnover(sku))

    def test_a_reservation_is_no_sale(self):
        sku = self.new_sku()
        self.count(sku, 5000)
        self.sell(sku, 1000, "pack")
        self.sell(sku, 1000, "cancel")
        self.assertEqual({"turnover": "NO_SALES"}, self.turnover(sku))

    def test_nobody_asked(self):
        sku = self.new_sku()
        self.count(sku, 5000)
        self.assertIsNone(self.turnover(sku, with_turnover=False))

    def test_free_storage_overrides_the_class(self):
        """C63: an operator's flag on the offer."""
        sku, other = self.new_sku(), self.new_sku()
        for one in (sku, other):
            self.count(one, 4500)
            self.sell(one, SOLD)
        classed = self.turnover(sku)
        self.assert_ok(self.operator.free_storage(self.fby, [sku], True))
        self.assertEqual("FREE_STORE", self.turnover(sku)["turnover"])
        self.assertEqual("HIGH", self.turnover(other)["turnover"])
        self.kill()
        self.assertEqual("FREE_STORE", self.turnover(sku)["turnover"])
        self.assert_ok(self.operator.free_storage(self.fby, [sku], False))
        self.assertEqual(classed, self.turnover(sku))

    def test_history_survives_a_kill(self):
        sku = self.new_sku()
        self.count(sku, 4490)
        self.sell(sku, SOLD)
        before = self.turnover(sku)
        self.kill()
        self.assertEqual(before, self.turnover(sku))

    def test_free_storage_refuses_bad_bodies(self):
        path = f"/campaigns/{self.fby}/offers/free-storage"
        for body, words in (
                ([], "Illegal input at '$'"),
                ({"free": True}, "offerIds size must be between 1 and 500 (rejected size: 0)"),
                ({"offerIds": ["a", " a"], "free": True},
                 "offerIds elements must be unique (rejected value: a)"),
                ({"offerIds": ["a"]}, "free must not be null (rejected value: null)"),
                ({"offerIds": ["a"], "free": "yes"}, "Illegal input at 'free'")):
            with self.subTest(body=body):
                self.assert_refused(self.operator.send("POST", path, body), 400, words)
