"""The Market's own counts (§12): types, warehouses of the Market, the returns warehouse, refusals;
and orders of campaigns that sell from several warehouses."""

import threading

from tests.contract.case import milliseconds, moment, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import (DBS, F, FULL, MARKET_WAREHOUSE, RETURNS_WAREHOUSE, UNKNOWN,
                                     WAREHOUSE)
from tests.harness.operator_client import Operator

UNFIT = ("QUARANTINE", "DEFECT", "EXPIRED", "UTILIZATION")


class Types(OperatorCase):

    def count_here(self, *items):
        return self.operator.count(self.campaign, WAREHOUSE[self.campaign], *items)

    def test_every_type_is_shown(self):
        sku = self.new_sku()
        self.assert_ok(self.count_here((sku, "FIT", 20), *((sku, kind, at) for at, kind in
                                                           enumerate(UNFIT, start=1))))
        self.assertEqual({"FIT": 20, "FREEZE": 0, "AVAILABLE": 20, "QUARANTINE": 1, "DEFECT": 2,
                          "EXPIRED": 3, "UTILIZATION": 4}, self.stocks(sku))

    def test_unfit_units_are_beside_fit_ones(self):
        """C61: FIT = AVAILABLE + FREEZE, the others are outside."""
        sku = self.new_sku()
        self.put_count(sku, 10)
        self.assert_order(self.operator.order(self.campaign, self.new_order(), {sku: 3}),
                          "RESERVED")
        self.assert_ok(self.count_here((sku, "DEFECT", 5)))
        stocks = self.stocks(sku)
        self.assertEqual((10, 3, 7, 5), tuple(stocks[kind] for kind in
                                              ("FIT", "FREEZE", "AVAILABLE", "DEFECT")))
        self.assert_short(self.operator.order(self.campaign, self.new_order(), {sku: 8}),
                          **{sku: (8, 7)})

    def test_fit_counts_what_orders_hold(self):
        """FIT sets AVAILABLE to the rest, AVAILABLE leaves FREEZE alone."""
        sku = self.new_sku()
        self.put_count(sku, 10)
        self.operator.order(self.campaign, self.new_order(), {sku: 3})
        self.assert_ok(self.count_here((sku, "FIT", 8)))
        self.assertEqual((5, 3), self.numbers(sku))
        self.assert_ok(self.count_here((sku, "AVAILABLE", 8)))
        self.assertEqual((8, 3), self.numbers(sku))

    def test_fit_below_what_orders_hold(self):
        sku, other = self.new_sku(), self.new_sku()
        self.put_counts({sku: 10, other: 1})
        self.operator.order(self.campaign, self.new_order(), {sku: 3})
        self.assert_refused(self.count_here((other, "FIT", 5), (sku, "FIT", 2)), 409,
                            f"FIT of '{sku}' must be 3 or more, as orders hold that many; nothing "
                            "is changed", code="BELOW_RESERVED")
        self.assertEqual((7, 3), self.numbers(sku))
        self.assertEqual((1, 0), self.numbers(other))
        self.assert_ok(self.count_here((sku, "FIT", 3)))
        self.assertEqual((0, 3), self.numbers(sku))

    def test_unfit_units_go_away_with_a_count_of_zero(self):
        sku = self.new_sku()
        self.assert_ok(self.count_here((sku, "FIT", 1), (sku, "EXPIRED", 5)))
        self.assert_ok(self.count_here((sku, "EXPIRED", 0)))
        self.assertEqual(0, self.stocks(sku).get("EXPIRED", 0))

    def test_an_older_count_is_left_out(self):
        """C7."""
        sku = self.new_sku()
        self.assert_ok(self.count_here((sku, "FIT", 5, moment(-10))))
        self.assert_ok(self.count_here((sku, "FIT", 9, moment(-20))))
        self.assertEqual((5, 0), self.numbers(sku))
        self.assert_ok(self.count_here((sku, "FIT", 9, moment(-5))))
        self.assertEqual((9, 0), self.numbers(sku))

    def test_the_stamp_is_bounded_in_the_future_alone(self):
        """C10: 60 s ahead; a count may be as old as it likes."""
        old, ahead, beyond = self.new_sku(), self.new_sku(), self.new_sku()
        self.assert_ok(self.count_here((old, "FIT", 1, "2001-01-01T00:00:00+03:00")))
        self.assertEqual(milliseconds("2000-12-31T21:00:00Z"),
                         milliseconds(self.offer(old)["updatedAt"]))
        self.assert_ok(self.count_here((ahead, "FIT", 1, moment(50))))
        self.assert_refused(self.count_here((beyond, "FIT", 1, moment(70))), 400,
                            f"Stock for '{beyond}' should not be in the future")
        self.assertIsNone(self.stocks(beyond))

    def test_a_group_is_counted_through_any_member(self):
        first, second = self.new_group()
        self.assert_ok(self.operator.count(second, WAREHOUSE[second], ("both", "FIT", 7),
                                           ("both", "DEFECT", 1)))
        for member in (first, second):
            self.assertEqual((7, 0), self.numbers("both", member))
            self.assertEqual(1, self.stocks("both", member)["DEFECT"])

    def test_counts_survive_a_kill(self):
        self.assert_ok(self.count_here(("kept", "FIT", 6), ("kept", "DEFECT", 2)))
        before = self.stocks("kept")
        self.kill()
        self.assertEqual(before, self.stocks("kept"))

    def test_two_thousand_counts(self):
        items = [(f"many-{at}", kind, at % 7) for at in range(1000) for kind in ("FIT", "DEFECT")]
        self.assert_ok(self.count_here(*items))
        self.assertEqual({"FIT": 6, "DEFECT": 6, "AVAILABLE": 6, "FREEZE": 0},
                         {kind: count for kind, count in self.stocks("many-6").items()
                          if count or kind == "FREEZE"})


class MarketWarehouses(OperatorCase):

    def test_goods_of_the_market_are_seen_by_their_campaign(self):
        first, second = self.new_market_warehouse(), self.new_market_warehouse()
        campaign = self.fby
        self.assert_ok(self.operator.count(campaign, first, ("a", "FIT", 5), ("b", "FIT", 1)))
        self.assert_ok(self.operator.count(campaign, second, ("a", "FIT", 7), ("a", "DEFECT", 2)))
        self.assertEqual((5, 0), self.numbers("a", campaign, first))
        self.assertEqual((7, 0), self.numbers("a", campaign, second))
        self.assertEqual(2, self.stocks("a", campaign, second)["DEFECT"])
        self.assertIsNone(self.stocks("b", campaign, second))
        listed = self.send("POST", stocks_path(campaign)).json["result"]["warehouses"]
        self.assertEqual({first: {"a", "b"}, second: {"a"}},
                         {row["warehouseId"]: {offer["offerId"] for offer in row["offers"]}
                          for row in listed})

    def test_campaigns_have_goods_of_their_own_in_one_warehouse(self):
        warehouse = self.new_market_warehouse()
        campaigns = [self.new_fby(), self.new_fby()]
        for at, campaign in enumerate(campaigns, start=1):
            self.assert_ok(self.operator.count(campaign, warehouse, ("same", "FIT", at)))
        for at, campaign in enumerate(campaigns, start=1):
            self.assertEqual((at, 0), self.numbers("same", campaign, warehouse))

    def test_the_returns_warehouse_belongs_to_sellers(self):
        """§2: FBS sees what lies in the Market's warehouse for returns, and does not sell it."""
        self.put_count("returned", 4)
        self.assert_ok(self.operator.count(self.campaign, RETURNS_WAREHOUSE, ("returned", "FIT", 3),
                                           ("returned", "DEFECT", 1)))
        self.assertEqual((4, 0), self.numbers("returned", warehouse=WAREHOUSE[self.campaign]))
        self.assertEqual((3, 0), self.numbers("returned", warehouse=RETURNS_WAREHOUSE))
        self.assert_short(self.operator.order(self.campaign, self.new_order(), {"returned": 5}),
                          returned=(5, 4))
        self.assert_refused(
            self.operator.count(F, RETURNS_WAREHOUSE, ("x", "FIT", 1)), 404,
            f"Warehouse '{RETURNS_WAREHOUSE}' of the Market takes no goods of FBY campaigns: it is "
            "for returns", code="WAREHOUSE_NOT_FOUND")

    def test_a_count_survives_a_kill(self):
        self.assert_ok(self.operator.count(F, MARKET_WAREHOUSE, ("kept", "FIT", 6)))
        self.kill()
        self.assertEqual((6, 0), self.numbers("kept", F, MARKET_WAREHOUSE))


class MarketOrders(OperatorCase):

    def setUp(self):
        super().setUp()
        self.first, self.second = self.new_market_warehouse(), self.new_market_warehouse()

    def count_fit(self, warehouse, **counts):
        self.assert_ok(self.operator.count(self.fby, warehouse, *(
            (sku, "FIT", count) for sku, count in counts.items())))

    def order(self, items, order_id=None, **more):
        return self.operator.order(self.fby, order_id or self.new_order(), items, **more)

    def test_the_first_warehouse_that_has_all_serves_it(self):
        self.count_fit(self.first, a=5, b=1)
        self.count_fit(self.second, a=5, b=5)
        for items, warehouse in (({"a": 1, "b": 1}, self.first), ({"b": 1}, self.second),
                                 ({"a": 4}, self.first), ({"a": 1}, self.second)):
            order = self.assert_order(self.order(items), "RESERVED", items)
            self.assertEqual(warehouse, order["warehouseId"], items)
        self.assertEqual((0, 5), self.numbers("a", self.fby, self.first))
        self.assertEqual((4, 1), self.numbers("a", self.fby, self.second))

    def test_a_named_warehouse_alone_is_asked(self):
        self.count_fit(self.first, a=5)
        self.count_fit(self.second, a=1)
        order = self.assert_order(self.order({"a": 1}, warehouseId=self.second), "RESERVED")
        self.assertEqual(self.second, order["warehouseId"])
        self.assert_short(self.order({"a": 1}, warehouseId=self.second), a=(1, 0))
        self.assertEqual((5, 0), self.numbers("a", self.fby, self.first))

    def test_what_no_warehouse_has_is_told_with_the_most_that_one_has(self):
        self.count_fit(self.first, a=2, b=9)
        self.count_fit(self.second, a=3, b=1)
        self.assert_short(self.order({"a": 4, "b": 2, "c": 1}), a=(4, 3), c=(1, 0))

    def test_items_that_lie_apart_are_told_as_one_warehouse_sees_them(self):
        self.count_fit(self.first, a=5, b=1, c=0)
        self.count_fit(self.second, a=0, b=5, c=5)
        answer = self.order({"a": 5, "b": 5, "c": 5})
        self.assert_short(answer, a=(5, 0))
        self.assertEqual("No warehouse has all of it; nothing is reserved", answer.message)

    def test_an_order_is_found_wherever_it_lies(self):
        self.count_fit(self.first, a=1)
        self.count_fit(self.second, a=5)
        order_id = self.new_order()
        made = self.order({"a": 3}, order_id)
        self.count_fit(self.first, a=9)  # Now the first could serve it, too.
        for again in (self.order({"a": 3}, order_id),
                      self.order({"a": 3}, order_id, warehouseId=self.first)):
            self.assertEqual((200, made.json), (again.status, again.json))
        self.assert_refused(self.order({"a": 4}, order_id), 409, code="ORDER_EXISTS")
        self.assertEqual(made.json, self.operator.get_order(self.fby, order_id).json)
        packed = self.assert_order(self.operator.act(self.fby, order_id, "pack"), "PACKED")
        self.assertEqual(self.second, packed["warehouseId"])
        self.assert_order(self.operator.act(self.fby, order_id, "ship"), "SHIPPED")
        self.assertEqual((2, 0), self.numbers("a", self.fby, self.second))
        self.assertEqual((9, 0), self.numbers("a", self.fby, self.first))

    def test_the_same_order_from_many_is_made_once(self):
        """Some may be told to come again (503), nobody makes a second one."""
        self.count_fit(self.first, a=50)
        self.count_fit(self.second, a=50)
        answers = []
        start = threading.Barrier(8)

        def run():
            operator = Operator(self.server)
            start.wait()
            for _ in range(10):
                answers.append(operator.order(self.fby, "once", {"a": 7}))
            operator.close()

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual({answer.status for answer in answers}, {200, 503})
        self.assertEqual(1, len({answer.body for answer in answers if answer.status == 200}))
        held = [self.numbers("a", self.fby, warehouse)[1]
                for warehouse in (self.first, self.second)]
        self.assertEqual([0, 7], sorted(held))


class Refusals(OperatorCase):

    def path(self, warehouse=None, campaign=None):
        campaign = campaign or self.campaign
        return f"/campaigns/{campaign}/warehouses/{warehouse or WAREHOUSE[campaign]}/stocks"

    def test_bad_bodies(self):
        """§0.5: each with the words of the catalogue; nothing changes."""
        good = {"sku": "witness", "type": "FIT", "count": 1}

        def but(**changed):
            return {"items": [{name: value for name, value in {**good, **changed}.items()
                               if value is not ...}]}

        size = "items size must be between 1 and 2000 (rejected size: "
        types = "items[0].type must be one of FIT, AVAILABLE, QUARANTINE, DEFECT, EXPIRED, "
        rows = [
            ([], "Illegal input at '$'"),
            ({}, size + "0)"),
            ({"items": None}, size + "0)"),
            ({"items": []}, size + "0)"),
            ({"items": [good] * 2001}, size + "2001)"),
            ({"items": {}}, "Illegal input at 'items'"),
            ({"items": [None]}, "items elements must be not null (rejected value: null)"),
            ({"items": ["a"]}, "Illegal input at 'items[0]'"),
            (but(sku=...), "items[0].sku must not be null (rejected value: null)"),
            (but(sku="a\nb"), "items[0].sku must match "),
            (but(type=...), "items[0].type must not be null (rejected value: null)"),
            (but(type=1), "Illegal input at 'items[0].type'"),
            (but(type="fit"), types + "UTILIZATION (rejected value: fit)"),
            (but(type="FREEZE"), "items[0].type must not be FREEZE: orders alone decide what is "
                                 "reserved (rejected value: FREEZE)"),
            (but(count=-1), "items[0].count must be greater than or equal to 0 (rejected value: "
                            "-1)"),
            (but(count=2000000001), "items[0].count must be less than or equal to 2000000000 "),
            (but(count="5"), "Illegal input at 'items[0].count'"),
            (but(updatedAt="yesterday"), "Illegal input at 'items[0].updatedAt'"),
            ({"items": [good, {**good, "sku": " witness ", "count": 2}]},
             "Duplicate sku 'witness' of type FIT"),
            ({"items": [good, {**good, "type": "AVAILABLE"}]},
             "FIT and AVAILABLE of 'witness' say the same number: give one of them"),
        ]
        with self.nothing_changes():
            for body, words in rows:
                with self.subTest(body=str(body)[:80]):
                    self.assert_refused(self.operator.send("PUT", self.path(), body), 400,
                                        starts=words)

    def test_warehouses(self):
        for campaign, warehouse, words in (
                (self.campaign, 1, "Warehouse not found '1'"),
                (self.campaign, WAREHOUSE[DBS],
                 f"Warehouse '{WAREHOUSE[DBS]}' belongs to campaign '{DBS}'"),
                (self.campaign, MARKET_WAREHOUSE,
                 f"Warehouse '{MARKET_WAREHOUSE}' of the Market takes no goods of FBS campaigns"),
                (F, WAREHOUSE[DBS], f"Warehouse '{WAREHOUSE[DBS]}' belongs to campaign '{DBS}'")):
            with self.subTest(campaign=campaign, warehouse=warehouse):
                self.assert_refused(self.operator.count(campaign, warehouse, ("a", "FIT", 1)), 404,
                                    words, code="WAREHOUSE_NOT_FOUND")
        self.assert_refused(self.operator.count(self.campaign, "abc", ("a", "FIT", 1)), 400,
                            "Type mismatch: 'abc'")
        self.assert_refused(self.operator.count(UNKNOWN, 1, ("a", "FIT", 1)), 404,
                            code="CAMPAIGN_NOT_FOUND")
        self.assertIsNone(self.stocks("a", token=FULL))
