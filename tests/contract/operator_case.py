"""The base of the tests of the operator API: one server per class, and both of its sides.

`self.operator` sends to the operator's listener (tests/harness/operator_client.py), everything of
case.StockdCase to the public one. `stocks` reads back what a seller sees.
"""

import functools

from tests.contract.case import StockdCase, _ABSENT, stocks_path
from tests.contract.registry import BUSINESS, FULL
from tests.harness.client import Client
from tests.harness.operator_client import Operator


class OperatorCase(StockdCase):
    """One server for all tests of a class."""

    def setUp(self):
        super().setUp()
        self.operator = Operator(self.server)
        self.addCleanup(self.operator.close)

    def restart(self):
        """SIGTERM, and the server again on the same data."""
        self.server.restart(*self.options)
        self._connect_again()

    def kill(self):
        """kill -9, and the server again on the same data."""
        self.server.kill()
        self.server.start()
        self._connect_again()

    def _connect_again(self):
        self.api.close()
        self.api = Client(self.server.address)

    # Names nobody else uses.

    def new_order(self):
        return self.new_sku("order")

    @functools.cached_property
    def fby(self):
        """A campaign of the test's own that sells from the Market's warehouses."""
        return self.new_fby()

    def new_fby(self):
        campaign = 990000 + next(self._numbers)
        self.assert_updated(self.operator.update({"campaigns": [
            {"id": campaign, "businessId": BUSINESS, "domain": "F", "placementType": "FBY"}]}))
        return campaign

    def new_market_warehouse(self, returns=False):
        warehouse = 880000 + next(self._numbers)
        self.assert_updated(self.operator.update({"marketWarehouses": [
            {"id": warehouse, "name": f"Market {warehouse}", "returns": returns}]}))
        return warehouse

    # Reading back.

    def stocks(self, sku, campaign=None, warehouse=None, token=FULL):
        """Returns {type: count} of a SKU in the one warehouse that knows it, or in this one."""
        answer = self.send("POST", stocks_path(campaign or self.campaign), {"offerIds": [sku]},
                           token=token)
        self.assertEqual(200, answer.status, answer)
        found = {row["warehouseId"]: row["offers"][0]
                 for row in answer.json["result"]["warehouses"]}
        if warehouse is None and len(found) > 1:
            self.fail(f"several warehouses know {sku}: {sorted(found)}")
        offer = found.get(warehouse) if warehouse else next(iter(found.values()), None)
        return offer and {stock["type"]: stock["count"] for stock in offer["stocks"]}

    def numbers(self, sku, campaign=None, warehouse=None):
        """Returns (AVAILABLE, FREEZE) of a SKU."""
        stocks = self.stocks(sku, campaign, warehouse)
        return stocks.get("AVAILABLE", 0), stocks.get("FREEZE", 0)

    def put_counts(self, counts, campaign=None, updated_at=_ABSENT):
        for sku, count in counts.items():
            self.put_count(sku, count, updated_at, campaign)

    # Assertions.

    def assert_order(self, answer, state, items=None):
        """A success with an order in this state; returns the order."""
        self.assertEqual(200, answer.status, answer)
        order = answer.json["result"]["order"]
        self.assertEqual(state, order["state"], answer)
        if items is not None:
            self.assertEqual(items, {item["sku"]: item["count"] for item in order["items"]})
        return order

    def assert_short(self, answer, **expected):
        """409 NOT_ENOUGH_STOCK; `expected` is sku=(requested, available)."""
        self.assertEqual(409, answer.status, answer)
        self.assertEqual("NOT_ENOUGH_STOCK", answer.errors[0]["code"])
        self.assertEqual(expected, {row["sku"]: (row["requested"], row["available"])
                                    for row in answer.json["result"]["shortages"]})

    def assert_updated(self, answer, changed=True):
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(changed, answer.json["result"]["changed"], answer)
