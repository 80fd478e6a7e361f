"""Orders of the operator API on a seller's warehouse (§12): life, repeats, refusals, races."""

import threading

from tests.contract.case import BODY_BYTES_MAX, milliseconds, moment, padded
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import DBS, F, UNKNOWN, WAREHOUSE
from tests.harness.operator_client import Operator

ACTIONS = ("pack", "ship", "cancel")


class Life(OperatorCase):

    def reserved(self, count, of=10):
        """Returns a new order that holds `count` of `of` units, and its SKU."""
        sku, order_id = self.new_sku(), self.new_order()
        self.put_count(sku, of)
        self.assert_order(self.operator.order(self.campaign, order_id, {sku: count}), "RESERVED")
        return order_id, sku

    def act(self, order_id, action, state):
        return self.assert_order(self.operator.act(self.campaign, order_id, action), state)

    def test_an_order_takes_from_what_is_available(self):
        """§12: AVAILABLE - n, FREEZE + n; FIT stays."""
        _, sku = self.reserved(2, of=20)
        self.assertEqual({"FIT": 20, "FREEZE": 2, "AVAILABLE": 18}, self.stocks(sku))

    def test_a_write_after_an_order_keeps_what_is_reserved(self):
        """Vector 28, C62: reserve 2 of 20, PUT 18."""
        _, sku = self.reserved(2, of=20)
        self.put_count(sku, 18)
        self.assertEqual({"FIT": 20, "FREEZE": 2, "AVAILABLE": 18}, self.stocks(sku))

    def test_cancelled_before_packing_units_are_available_again(self):
        order_id, sku = self.reserved(4)
        self.act(order_id, "cancel", "CANCELLED")
        self.assertEqual({"FIT": 10, "FREEZE": 0, "AVAILABLE": 10}, self.stocks(sku))

    def test_cancelled_after_packing_units_wait_to_be_counted(self):
        order_id, sku = self.reserved(4)
        self.act(order_id, "pack", "PACKED")
        self.assertEqual({"FIT": 10, "FREEZE": 4, "AVAILABLE": 6}, self.stocks(sku))
        self.act(order_id, "cancel", "CANCELLED")
        self.assertEqual({"FIT": 6, "FREEZE": 0, "AVAILABLE": 6}, self.stocks(sku))

    def test_a_repeated_number_does_not_bring_back_what_was_ordered(self):
        """A client that got no answer sends the same again (C7); a shop does so every hour."""
        sku, stamp = self.new_sku(), moment(-60)
        self.put_count(sku, 2, stamp)
        self.assertEqual(200, self.operator.order(self.campaign, self.new_order(),
                                                  {sku: 2}).status)
        self.put_count(sku, 2, stamp)
        self.assertEqual(0, self.count(sku))
        self.put_count(sku, 1, stamp)  # A correction within the same second is none of that.
        self.assertEqual(1, self.count(sku))
        self.put_count(sku, 2, moment(-1))  # Neither is a count that was taken later.
        self.assertEqual(2, self.count(sku))

    def test_shipped_units_are_gone(self):
        for before in ((), ("pack",)):
            with self.subTest(before=before):
                order_id, sku = self.reserved(4)
                for action in before:
                    self.act(order_id, action, "PACKED")
                self.act(order_id, "ship", "SHIPPED")
                self.assertEqual({"FIT": 6, "FREEZE": 0, "AVAILABLE": 6}, self.stocks(sku))

    def test_an_action_again_answers_the_same_and_changes_nothing(self):
        for steps in (("pack",), ("ship",), ("cancel",), ("pack", "ship"), ("pack", "cancel")):
            with self.subTest(steps=steps):
                order_id, sku = self.reserved(4)
                for action in steps:
                    answer = self.operator.act(self.campaign, order_id, action)
                before = self.stocks(sku)
                again = self.operator.act(self.campaign, order_id, steps[-1])
                self.assertEqual(answer.json, again.json)
                self.assertEqual(before, self.stocks(sku))

    def test_what_is_over_stays_over(self):
        for steps, refused in ((("ship",), ("pack", "cancel")), (("cancel",), ("pack", "ship")),
                               (("pack", "cancel"), ("pack", "ship"))):
            order_id, sku = self.reserved(4)
            for action in steps:
                answer = self.operator.act(self.campaign, order_id, action)
            before = self.stocks(sku)
            for action in refused:
                with self.subTest(steps=steps, action=action):
                    self.assert_refused(self.operator.act(self.campaign, order_id, action), 409,
                                        code="ORDER_STATE", starts=f"Order '{order_id}' is ")
            self.assertEqual(answer.json, self.operator.get_order(self.campaign, order_id).json)
            self.assertEqual(before, self.stocks(sku))

    def test_an_order_is_read_as_it_was_made(self):
        first, second, order_id = self.new_sku(), self.new_sku("ß Ω"), self.new_order()
        self.put_counts({first: 5, second: 5})
        expires = moment(3600)
        made = self.operator.order(self.campaign, order_id, {first: 1, second: 5},
                                   expiresAt=expires, warehouseId=WAREHOUSE[self.campaign])
        order = self.assert_order(made, "RESERVED", {first: 1, second: 5})
        self.assertEqual((order_id, self.campaign, WAREHOUSE[self.campaign]),
                         (order["orderId"], order["campaignId"], order["warehouseId"]))
        self.assertEqual(milliseconds(expires), milliseconds(order["expiresAt"]))
        self.assertEqual(order["createdAt"], order["updatedAt"])
        self.assertEqual(made.json, self.operator.get_order(self.campaign, order_id).json)
        packed = self.act(order_id, "pack", "PACKED")
        self.assertEqual(order["createdAt"], packed["createdAt"])
        self.assertLessEqual(milliseconds(order["updatedAt"]), milliseconds(packed["updatedAt"]))

    def test_an_id_may_be_anything_that_a_path_can_carry(self):
        sku = self.new_sku()
        self.put_count(sku, 100)
        for order_id in ("a", "Заказ № 5", "a b?c=d&e#f", "100%", "%41", "...", "x" * 255,
                         "я" * 127, "\"'\\<>", "a.json"):
            with self.subTest(order_id=order_id):
                self.assert_order(self.operator.order(self.campaign, order_id, {sku: 1}),
                                  "RESERVED")
                self.assertEqual(order_id, self.assert_order(
                    self.operator.get_order(self.campaign, order_id), "RESERVED")["orderId"])
                self.act(order_id, "cancel", "CANCELLED")

    def test_an_id_is_trimmed(self):
        sku = self.new_sku()
        self.put_count(sku, 10)
        for order_id in (" trimmed", "trimmed", "\ttrimmed \n"):
            self.assertEqual("trimmed", self.assert_order(
                self.operator.order(self.campaign, order_id, {sku: 1}), "RESERVED")["orderId"])
        self.assertEqual((9, 1), self.numbers(sku))

    def test_members_of_a_group_share_units_and_have_orders_of_their_own(self):
        """C58: reservations are summed over members."""
        first, second = self.new_group()
        self.put_count("shared", 10, campaign=first)
        self.assert_order(self.operator.order(first, "same id", {"shared": 3}), "RESERVED")
        order = self.assert_order(self.operator.order(second, "same id", {"shared": 4}),
                                  "RESERVED")
        self.assertEqual((second, WAREHOUSE[second]), (order["campaignId"], order["warehouseId"]))
        for member in (first, second):
            self.assertEqual({"FIT": 10, "FREEZE": 7, "AVAILABLE": 3},
                             self.stocks("shared", member))
        self.assert_short(self.operator.order(first, "too much", {"shared": 4}), shared=(4, 3))
        self.operator.act(first, "same id", "cancel")
        self.assertEqual((6, 4), self.numbers("shared", second))

    def test_every_seller_model_takes_orders(self):
        self.put_count("by courier", 2, campaign=DBS)
        self.assert_order(self.operator.order(DBS, self.new_order(), {"by courier": 2}),
                          "RESERVED")
        self.assertEqual((0, 2), self.numbers("by courier", DBS))

    def test_orders_survive_a_stop_and_a_kill(self):
        kept, sku = self.reserved(3)
        shipped, _ = self.reserved(2)
        self.act(kept, "pack", "PACKED")
        self.act(shipped, "ship", "SHIPPED")
        answers = [self.operator.get_order(self.campaign, one).json for one in (kept, shipped)]
        for end in (self.restart, self.kill):
            end()
            self.assertEqual(answers, [self.operator.get_order(self.campaign, one).json
                                       for one in (kept, shipped)])
            self.assertEqual((7, 3), self.numbers(sku))
        self.act(kept, "ship", "SHIPPED")
        self.assertEqual((7, 0), self.numbers(sku))


class Repeats(OperatorCase):

    def test_the_same_order_again_answers_the_same_and_changes_nothing(self):
        first, second, order_id = self.new_sku(), self.new_sku(), self.new_order()
        self.put_counts({first: 5, second: 5})
        made = self.operator.order(self.campaign, order_id, {first: 5, second: 1})
        for items in ({first: 5, second: 1}, {second: 1, first: 5}):
            again = self.operator.order(self.campaign, order_id, items)
            self.assertEqual((200, made.json), (again.status, again.json))
        self.assertEqual((0, 5), self.numbers(first))
        self.assertEqual((4, 1), self.numbers(second))

    def test_a_repeat_shows_what_became_of_the_order(self):
        sku = self.new_sku()
        self.put_count(sku, 9)
        for action, state in zip(ACTIONS, ("PACKED", "SHIPPED", "CANCELLED")):
            order_id = self.new_order()
            self.operator.order(self.campaign, order_id, {sku: 1})
            self.operator.act(self.campaign, order_id, action)
            before = self.numbers(sku)
            self.assert_order(self.operator.order(self.campaign, order_id, {sku: 1}), state)
            self.assertEqual(before, self.numbers(sku))

    def test_a_repeat_with_other_items_is_refused(self):
        first, second, order_id = self.new_sku(), self.new_sku(), self.new_order()
        self.put_counts({first: 5, second: 5})
        self.operator.order(self.campaign, order_id, {first: 2})
        for items in ({first: 1}, {first: 3}, {second: 2}, {first: 2, second: 1},
                      {"never seen": 1}):
            with self.subTest(items=items):
                self.assert_refused(self.operator.order(self.campaign, order_id, items), 409,
                                    f"Order '{order_id}' is there with other items",
                                    code="ORDER_EXISTS")
        self.assertEqual((3, 2), self.numbers(first))
        self.assertEqual((5, 0), self.numbers(second))

    def test_a_repeat_after_its_time_is_answered(self):
        """Whoever got no answer learns what happened, although expiresAt has gone by."""
        sku, order_id = self.new_sku(), self.new_order()
        self.put_count(sku, 5)
        body = {"orderId": order_id, "items": [{"sku": sku, "count": 2}], "expiresAt": moment(2)}
        path = f"/campaigns/{self.campaign}/orders"
        self.assert_order(self.operator.send("POST", path, body), "RESERVED")
        self.eventually(lambda: self.numbers(sku) == (5, 0))
        self.assert_order(self.operator.send("POST", path, body), "EXPIRED")
        self.assertEqual((5, 0), self.numbers(sku))


class Shortages(OperatorCase):

    def test_all_or_nothing(self):
        """409 tells each item that is short, and nothing is reserved."""
        plenty, few, none = "plenty", "few", "none"
        self.put_counts({plenty: 100, few: 2, none: 0})
        answer = self.operator.order(self.campaign, self.new_order(),
                                     {plenty: 100, few: 3, none: 1, "never seen": 7})
        self.assert_short(answer, few=(3, 2), none=(1, 0), **{"never seen": (7, 0)})
        for sku, count in ((plenty, 100), (few, 2), (none, 0)):
            self.assertEqual((count, 0), self.numbers(sku))
        self.assertIsNone(self.stocks("never seen"))

    def test_a_refused_order_leaves_its_id_free(self):
        sku, order_id = self.new_sku(), self.new_order()
        self.put_count(sku, 1)
        self.assertEqual(409, self.operator.order(self.campaign, order_id, {sku: 2}).status)
        self.assert_refused(self.operator.get_order(self.campaign, order_id), 404,
                            code="ORDER_NOT_FOUND")
        self.assert_order(self.operator.order(self.campaign, order_id, {sku: 1}), "RESERVED")

    def test_reserved_units_are_not_available_to_others(self):
        sku = self.new_sku()
        self.put_count(sku, 5)
        self.assert_order(self.operator.order(self.campaign, self.new_order(), {sku: 4}),
                          "RESERVED")
        self.assert_short(self.operator.order(self.campaign, self.new_order(), {sku: 2}),
                          **{sku: (2, 1)})

    def test_the_largest_order(self):
        skus = {f"large-{index}": 2 for index in range(500)}
        for at in range(0, 500, 250):
            for sku in list(skus)[at:at + 250]:
                self.put_count(sku, 2)
        order_id = self.new_order()
        order = self.assert_order(self.operator.order(self.campaign, order_id, skus), "RESERVED")
        self.assertEqual(500, len(order["items"]))
        self.assert_short(self.operator.order(self.campaign, self.new_order(), skus),
                          **{sku: (2, 0) for sku in skus})


class Refusals(OperatorCase):

    def orders_path(self, campaign=None):
        return f"/campaigns/{campaign or self.campaign}/orders"

    def test_bad_bodies(self):
        """§0.5: each with the words of the catalogue; nothing is reserved."""
        item = {"sku": "bad", "count": 1}
        good = {"orderId": "bad", "items": [item]}
        sku_size = "items[0].sku size must be between 1 and 255 (rejected value: "
        id_size = "orderId size must be between 1 and 255 (rejected value: "
        id_pattern = "orderId must match "
        rows = [
            ([], "Illegal input at '$'"),
            ({}, "orderId must not be null (rejected value: null)"),
            ({**good, "orderId": None}, "orderId must not be null (rejected value: null)"),
            ({**good, "orderId": 5}, "Illegal input at 'orderId'"),
            ({**good, "orderId": "  "}, id_size),
            ({**good, "orderId": "x" * 256}, id_size),
            ({**good, "orderId": "я" * 128}, id_size),
            ({**good, "orderId": "a/b"}, id_pattern),
            ({**good, "orderId": "a\nb"}, id_pattern),
            ({**good, "orderId": "a\u0000b"}, id_pattern),
            ({**good, "orderId": "."}, id_pattern),
            ({**good, "orderId": ".."}, id_pattern),
            ({"orderId": "bad"}, "items size must be between 1 and 500 (rejected size: 0)"),
            ({**good, "items": []}, "items size must be between 1 and 500 (rejected size: 0)"),
            ({**good, "items": [{"sku": f"s{at}", "count": 1} for at in range(501)]},
             "items size must be between 1 and 500 (rejected size: 501)"),
            ({**good, "items": {}}, "Illegal input at 'items'"),
            ({**good, "items": [None]}, "items elements must be not null (rejected value: null)"),
            ({**good, "items": [7]}, "Illegal input at 'items[0]'"),
            ({**good, "items": [{"count": 1}]},
             "items[0].sku must not be null (rejected value: null)"),
            ({**good, "items": [{"sku": " ", "count": 1}]}, sku_size),
            ({**good, "items": [{"sku": "bad"}]},
             "items[0].count must not be null (rejected value: null)"),
            ({**good, "items": [{"sku": "bad", "count": 0}]},
             "items[0].count must be greater than or equal to 1 (rejected value: 0)"),
            ({**good, "items": [{"sku": "bad", "count": 2000000001}]},
             "items[0].count must be less than or equal to 2000000000 "
             "(rejected value: 2000000001)"),
            ({**good, "items": [{"sku": "bad", "count": 1.5}]},
             "Illegal input at 'items[0].count'"),
            ({**good, "items": [item, {"sku": " bad ", "count": 2}]},
             "Duplicate sku 'bad' in items"),
            ({**good, "expiresAt": "tomorrow"}, "Illegal input at 'expiresAt'"),
            ({**good, "expiresAt": "2030-01-01T00:00:00"}, "Illegal input at 'expiresAt'"),
            ({**good, "expiresAt": 5}, "Illegal input at 'expiresAt'"),
            ({**good, "expiresAt": moment(-1)}, "expiresAt must be in the future"),
            ({**good, "warehouseId": "501"}, "Illegal input at 'warehouseId'"),
            ({**good, "warehouseId": 0},
             "warehouseId must be greater than or equal to 1 (rejected value: 0)"),
        ]
        self.put_count("bad", 10)
        for body, words in rows:
            with self.subTest(body=str(body)[:80]):
                answer = self.operator.send("POST", self.orders_path(), body)
                self.assert_refused(answer, 400, starts=words)
        self.assertEqual((10, 0), self.numbers("bad"))

    def test_all_errors_are_told(self):
        answer = self.operator.send("POST", self.orders_path(),
                                    {"orderId": "", "items": [{"sku": "", "count": 0}],
                                     "expiresAt": 1, "warehouseId": -1})
        self.assertEqual(5, len(answer.errors), answer)

    def test_bodies_that_cannot_be_read(self):
        path = self.orders_path()
        self.assert_refused(self.operator.send("POST", path), 400,
                            "Required request body is missing")
        self.assert_refused(self.operator.send("POST", path, b'{"orderId":'), 400)
        self.assert_refused(self.operator.send("POST", path, b"\xff\xfe{}"), 400)
        self.assert_refused(self.operator.send("POST", path, b"{}", {"Content-Type": "text/xml"}),
                            415, "Content type 'text/xml' not supported")
        self.assert_refused(
            self.operator.send("POST", path, padded({}, BODY_BYTES_MAX + 1)), 400,
            "The request is too big: Maximum allowed request size must be less than 512 KB")

    def test_unknown_orders(self):
        for order_id in ("nobody's", "x" * 256, "%00"):
            for answer in (self.operator.get_order(self.campaign, order_id),
                           *(self.operator.act(self.campaign, order_id, action)
                             for action in ACTIONS)):
                with self.subTest(order_id=order_id):
                    self.assert_refused(answer, 404, starts="Order not found '",
                                        code="ORDER_NOT_FOUND")

    def test_orders_of_another_campaign_are_unknown(self):
        other, order_id = self.new_campaign(), self.new_order()
        self.put_count("mine", 5)
        self.operator.order(self.campaign, order_id, {"mine": 1})
        self.assert_refused(self.operator.get_order(other, order_id), 404, code="ORDER_NOT_FOUND")
        self.assert_refused(self.operator.act(other, order_id, "cancel"), 404,
                            code="ORDER_NOT_FOUND")
        self.assertEqual((4, 1), self.numbers("mine"))

    def test_campaigns_that_are_none(self):
        for campaign, status, words, code in (
                (UNKNOWN, 404, f"Campaign not found '{UNKNOWN}'", "CAMPAIGN_NOT_FOUND"),
                ("abc", 400, "Type mismatch: 'abc'", None),
                (0, 400, "campaignId must be greater than or equal to 1 (rejected value: 0)",
                 None)):
            for method, path in (("POST", f"/campaigns/{campaign}/orders"),
                                 ("GET", f"/campaigns/{campaign}/orders/x"),
                                 ("POST", f"/campaigns/{campaign}/orders/x/ship")):
                with self.subTest(campaign=campaign, path=path):
                    self.assert_refused(self.operator.send(method, path), status, words, code=code)

    def test_warehouses_that_are_not_the_campaigns(self):
        self.put_count("here", 5)
        for warehouse in (1, WAREHOUSE[DBS], 148):
            answer = self.operator.order(self.campaign, self.new_order(), {"here": 1},
                                         warehouseId=warehouse)
            self.assert_refused(answer, 404, code="WAREHOUSE_NOT_FOUND",
                                starts=f"Warehouse '{warehouse}' is none that campaign ")
        self.assertEqual((5, 0), self.numbers("here"))

    def test_an_unknown_sku_of_the_market_is_short(self):
        self.assert_short(self.operator.order(F, self.new_order(), {"nothing": 1}),
                          nothing=(1, 0))


class Races(OperatorCase):

    def run_clients(self, clients_count, work):
        """Runs work(operator, number) in that many threads at once; returns what each returned."""
        results = [None] * clients_count
        start = threading.Barrier(clients_count)

        def run(number):
            operator = Operator(self.server)
            try:
                start.wait()
                results[number] = work(operator, number)
            finally:
                operator.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(clients_count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_exactly_the_stock_is_sold(self):
        """16 clients race for 100 units in orders of 1 to 3 over two SKUs: none is oversold."""
        self.put_counts({"left": 100, "right": 100})

        def buy(operator, number):
            sold = 0
            for at in range(20):
                count = 1 + (number + at) % 3
                items = {"left": count, "right": count} if at % 2 else {"right": count,
                                                                        "left": count}
                answer = operator.order(self.campaign, f"race-{number}-{at}", items)
                self.assertIn(answer.status, (200, 409), answer)
                sold += count if answer.status == 200 else 0
            return sold

        sold = sum(self.run_clients(16, buy))
        left = 100 - sold
        self.assertEqual((left, sold), self.numbers("left"))
        self.assertEqual((left, sold), self.numbers("right"))
        self.assertLess(left, 3)  # Somebody would have got one unit more.

    def test_cancelling_and_buying_at_once_loses_nothing(self):
        self.put_count("turning", 8)

        def buy_and_cancel(operator, number):
            for at in range(30):
                order_id = f"turn-{number}-{at}"
                if operator.order(self.campaign, order_id, {"turning": 1 + at % 3}).status == 200:
                    self.assert_order(operator.act(self.campaign, order_id, "cancel"),
                                      "CANCELLED")

        self.run_clients(8, buy_and_cancel)
        self.assertEqual((8, 0), self.numbers("turning"))

    def test_the_same_order_from_many_is_made_once(self):
        self.put_count("once", 100)
        answers = self.run_clients(
            8, lambda operator, number: operator.order(self.campaign, "once", {"once": 7}))
        self.assertEqual([200] * 8, [answer.status for answer in answers])
        self.assertEqual(1, len({answer.body for answer in answers}))
        self.assertEqual((93, 7), self.numbers("once"))

    def test_one_action_wins(self):
        """An order that is shipped and cancelled at once ends in one of both."""
        self.put_count("torn", 1000)
        for at in range(20):
            order_id = f"torn-{at}"
            self.operator.order(self.campaign, order_id, {"torn": 1})
            answers = self.run_clients(2, lambda operator, number: operator.act(
                self.campaign, order_id, ("ship", "cancel")[number]))
            self.assertEqual([200, 409], sorted(answer.status for answer in answers))
        shipped = [self.operator.get_order(self.campaign, f"torn-{at}").json["result"]["order"]
                   ["state"] for at in range(20)].count("SHIPPED")
        self.assertEqual((1000 - shipped, 0), self.numbers("torn"))
