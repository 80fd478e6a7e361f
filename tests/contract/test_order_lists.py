"""Lists of orders in the operator API: the newest first, in pages, by state, over all shelves that
orders of a campaign lie on."""

from tests.contract.case import milliseconds
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, C, D

STATES = ("RESERVED", "PACKED", "SHIPPED", "CANCELLED")


class OrderLists(OperatorCase):

    def orders(self, campaign=None, **query):
        answer = self.operator.get(f"/campaigns/{campaign or self.campaign}/orders", **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]

    def ids(self, campaign=None, **query):
        return [order["orderId"] for order in self.orders(campaign, **query)["orders"]]

    def pages(self, campaign=None, **query):
        """Returns all orders, page by page."""
        found, token = [], {}
        while True:
            result = self.orders(campaign, **query, **token)
            found += result["orders"]
            if "nextPageToken" not in result["paging"]:
                return found
            token = {"pageToken": result["paging"]["nextPageToken"]}

    def make(self, campaign, *order_ids, **more):
        """Makes them, of a SKU of their own."""
        sku = self.new_sku()
        if "warehouseId" in more:
            answer = self.operator.count(campaign, more["warehouseId"], (sku, "FIT", 100))
            self.assertEqual(200, answer.status, answer)
        else:
            self.put_count(sku, 100, campaign=campaign)
        return [self.assert_order(self.operator.order(campaign, order_id, {sku: 2}, **more),
                                  "RESERVED") for order_id in order_ids]

    def assert_listed(self, orders, campaign):
        """All of them and no others, each as it is read alone, the newest first."""
        wanted = [self.operator.get_order(campaign, order["orderId"]).json["result"]["order"]
                  for order in orders]
        wanted.sort(key=lambda order: (milliseconds(order["createdAt"]),
                                       order["orderId"].encode()), reverse=True)
        for limit in (1, 3, 100):
            self.assertEqual(wanted, self.pages(campaign, limit=limit))

    def test_orders_are_listed_the_newest_first_and_as_each_is_read(self):
        mine = self.new_campaign()
        self.assertEqual({"orders": [], "paging": {}}, self.orders(mine))
        made = self.make(mine, *(f"o{number}" for number in range(7)), "Заказ № 5.1", "a.b")
        self.operator.act(mine, "o1", "pack")
        self.operator.act(mine, "o2", "ship")
        self.assert_listed(made, mine)

    def test_states(self):
        mine = self.new_campaign()
        self.make(mine, "reserved", "packed", "shipped", "cancelled", "late")
        for order_id, action in (("packed", "pack"), ("shipped", "ship"), ("cancelled", "cancel")):
            self.operator.act(mine, order_id, action)
        self.assertEqual(["late", "reserved"], sorted(self.ids(mine, state="RESERVED")))
        for state in STATES[1:]:
            self.assertEqual([state.lower()], self.ids(mine, state=state))
            self.assertEqual([state.lower()],
                             [order["orderId"] for order in self.pages(mine, state=state, limit=1)])
        self.assertEqual([], self.ids(mine, state="EXPIRED"))
        self.assertEqual(["late", "packed", "reserved"],
                         sorted(self.ids(mine, state="RESERVED,PACKED")))

    def test_campaigns_of_a_group_see_their_own(self):
        group = 660000 + next(self._numbers)
        first, second = self.new_campaign(), self.new_campaign()
        before = self.make(first, "before")
        self.operator.act(first, "before", "ship")
        rows = [dict(row, groupId=group) for row in self.operator.registry().json["warehouses"]
                if row["campaignId"] in (first, second)]
        self.assertEqual(2, len(rows))
        self.assert_updated(self.operator.update({
            "warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "g"}],
            "warehouses": rows}))
        made = self.make(first, "one", "two")
        self.make(second, "other")
        self.assert_listed(before + made, first)
        self.assertEqual(["other"], self.ids(second))

    def test_the_markets_warehouses_are_one_list(self):
        warehouses = [self.new_market_warehouse() for _ in range(3)]
        made = []
        for number in range(8):
            made += self.make(self.fby, f"m{number}", warehouseId=warehouses[number % 3])
        self.assert_listed(made, self.fby)
        self.assertEqual(set(warehouses), {order["warehouseId"] for order in made})

    def test_a_list_goes_on_where_it_was(self):
        mine = self.new_campaign()
        self.make(mine, "a", "b", "c", "d")
        first = self.orders(mine, limit=2)
        self.make(mine, "e", "f")
        last = self.orders(mine, limit=2, pageToken=first["paging"]["nextPageToken"])
        self.assertCountEqual(["a", "b", "c", "d"], [
            order["orderId"] for order in first["orders"] + last["orders"]])
        self.assertEqual({}, last["paging"])

    def test_bad_parameters(self):
        states = ("Parameter state must be RESERVED, PACKED, SHIPPED, CANCELLED, EXPIRED, or "
                  "several with commas between (rejected value: ")
        path = f"/campaigns/{self.campaign}/orders"
        for query, words in (
                ({"limit": 0}, "Parameter limit must be greater than or equal to 1 "
                               "(rejected value: 0)"),
                ({"limit": 101}, "Parameter limit must be less than or equal to 100 "
                                 "(rejected value: 101)"),
                ({"limit": "x"}, "Type mismatch: 'x'"),
                ({"state": ""}, states + ")"),
                ({"state": "packed"}, states + "packed)"),
                ({"state": "PACKED,OPEN"}, states + "OPEN)"),
                ({"pageToken": "e30"}, "Bad page token")):
            with self.subTest(query=query):
                self.assert_refused(self.operator.get(path, **query), 400, words)
        self.assert_refused(self.operator.get("/campaigns/1/orders"), 404,
                            code="CAMPAIGN_NOT_FOUND", starts="Campaign not found")

    def test_a_token_goes_with_its_list(self):
        mine = self.new_campaign()
        self.make(mine, "a", "b")
        token = self.orders(mine, limit=1)["paging"]["nextPageToken"]
        for campaign, query in ((C, {}), (D, {}), (mine, {"state": "RESERVED"})):
            self.assert_refused(self.operator.get(f"/campaigns/{campaign}/orders",
                                                  pageToken=token, **query), 400, "Bad page token")
