"""What happened to a SKU, as the operator's API tells it: every kind of change, with its cause."""

from tests.contract.case import body_of, milliseconds, moment, one
from tests.contract.offers import OffersCase
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, WAREHOUSE
from tests.contract.test_expiry import precisely


def path_of(campaign):
    return f"/campaigns/{campaign}/history"


class History(OffersCase):

    def page(self, sku, campaign=None, **query):
        answer = self.operator.get(path_of(campaign or self.campaign), sku=sku, **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]

    def events(self, sku, campaign=None, **query):
        """Returns all events, page by page, each newer than the one behind it."""
        found, token = [], {}
        while True:
            result = self.page(sku, campaign, **query, **token)
            found += result["events"]
            if "nextPageToken" not in result["paging"]:
                stamps = [milliseconds(event["at"]) for event in found]
                self.assertEqual(sorted(stamps, reverse=True), stamps)
                return found
            token = {"pageToken": result["paging"]["nextPageToken"]}

    def assert_told(self, sku, *wanted, campaign=None, **query):
        """These events, the newest first, as far as their members are named here."""
        found = self.events(sku, campaign, **query)
        self.assertEqual(list(wanted), [
            {name: event.get(name) for name in shown}
            for event, shown in zip(found, wanted, strict=False)], found)
        self.assertEqual(len(wanted), len(found), found)
        return found

    def test_what_nobody_touched_has_no_history(self):
        self.assertEqual({"events": [], "paging": {}}, self.page("nobody's"))

    def test_a_write_tells_its_request(self):
        sku, stamp = self.new_sku(), moment(-60)
        self.put_count(sku, 5, stamp)
        event, = self.assert_told(sku, {
            "kind": "WRITE", "source": "API", "token": "full access", "available": 5, "freeze": 0,
            "warehouseId": WAREHOUSE[self.campaign]})
        self.assertEqual(milliseconds(stamp), milliseconds(event["updatedAt"]))
        entry, = self.operator.get("/requests", id=event["requestId"]).json["result"]["requests"]
        self.assertEqual(("PUT", self.campaign), (entry["method"], entry["campaignId"]))
        self.assertEqual(entry["receivedAt"], event["at"])

    def test_a_write_that_was_too_old_is_no_event(self):
        sku = self.new_sku()
        self.put_count(sku, 5, moment(-60))
        self.put_count(sku, 4, moment(-120))
        self.assert_told(sku, {"kind": "WRITE", "available": 5})

    def test_an_orders_life(self):
        sku, order, other = self.new_sku(), self.new_order(), self.new_order()
        self.put_count(sku, 10)
        self.operator.order(self.campaign, order, {sku: 3})
        self.operator.order(self.campaign, other, {sku: 2})
        self.operator.act(self.campaign, other, "cancel")
        for action in ("pack", "ship"):
            self.operator.act(self.campaign, order, action)
        mine = {"source": "OPERATOR", "token": "operator", "requestId": None,
                "campaignId": self.campaign}
        self.assert_told(
            sku,
            {"kind": "SHIP", "orderId": order, "count": 3, "available": 7, "freeze": 0, **mine},
            {"kind": "PACK", "orderId": order, "count": 3, "available": 7, "freeze": 3, **mine},
            {"kind": "CANCEL", "orderId": other, "count": 2, "available": 7, "freeze": 3, **mine},
            {"kind": "RESERVE", "orderId": other, "count": 2, "available": 5, "freeze": 5, **mine},
            {"kind": "RESERVE", "orderId": order, "count": 3, "available": 7, "freeze": 3, **mine},
            {"kind": "WRITE", "available": 10, "freeze": 0})

    def test_an_order_that_expires(self):
        sku, order = self.new_sku(), self.new_order()
        self.put_count(sku, 10)
        self.operator.order(self.campaign, order, {sku: 3}, expiresAt=precisely(1))
        self.eventually(lambda: self.events(sku)[0]["kind"] == "EXPIRE")
        self.assert_told(
            sku,
            {"kind": "EXPIRE", "source": "EXPIRY", "orderId": order, "count": 3, "available": 10,
             "freeze": 0, "token": None},
            {"kind": "RESERVE"}, {"kind": "WRITE"})

    def test_marks(self):
        sku = self.new_sku()
        self.put_count(sku, 10)
        self.hide(sku)
        self.show(sku)
        self.assert_told(
            sku,
            {"kind": "MARK", "source": "API", "token": "full access", "set": [],
             "cleared": ["HIDDEN"]},
            {"kind": "MARK", "set": ["HIDDEN"], "cleared": []},
            {"kind": "WRITE"})

    def test_several_skus_of_one_request(self):
        skus = [self.new_sku() for _ in range(3)]
        self.assert_ok(self.put(body_of(*(one(sku, number) for number, sku in enumerate(skus)))))
        told = [self.assert_told(sku, {"kind": "WRITE", "available": number})[0]
                for number, sku in enumerate(skus)]
        self.assertEqual(1, len({event["requestId"] for event in told}))

    def test_what_the_market_counted_is_told_by_warehouse(self):
        sku = self.new_sku()
        first, second = (self.new_market_warehouse() for _ in range(2))
        self.operator.count(self.fby, first, (sku, "FIT", 7), (sku, "DEFECT", 1))
        self.operator.count(self.fby, second, (sku, "FIT", 9))
        counts = {(event["warehouseId"], event["type"]): (event["count"], event["source"])
                  for event in self.events(sku, self.fby) if event["kind"] == "COUNT"}
        self.assertEqual({(first, "FIT"): (7, "OPERATOR"), (first, "DEFECT"): (1, "OPERATOR"),
                          (second, "FIT"): (9, "OPERATOR")}, counts)
        self.assert_told(sku, {"kind": "COUNT", "warehouseId": second, "available": 9},
                         campaign=self.fby, warehouseId=second)
        self.assert_refused(self.operator.get(path_of(self.fby), sku=sku, warehouseId=1), 404,
                            code="WAREHOUSE_NOT_FOUND", starts=f"Campaign '{self.fby}' has no")

    def test_a_group_shares_numbers_and_not_what_is_hidden(self):
        group, sku = 670000 + next(self._numbers), self.new_sku()
        first, second = self.new_campaign(), self.new_campaign()
        self.put_count(sku, 4, moment(-60), first)
        rows = [dict(row, groupId=group) for row in self.operator.registry().json["warehouses"]
                if row["campaignId"] in (first, second)]
        self.assert_updated(self.operator.update({
            "warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "g"}],
            "warehouses": rows}))
        self.hide(sku, campaign=first)
        self.put_count(sku, 6, campaign=second)
        common = ({"kind": "COUNT", "source": "MOVE", "count": 4, "type": "AVAILABLE"},)
        self.assert_told(sku, {"kind": "WRITE", "available": 6}, {"kind": "MARK"}, *common,
                         {"kind": "WRITE", "available": 4, "source": "API"}, campaign=first)
        self.assert_told(sku, {"kind": "WRITE", "available": 6}, *common, campaign=second)
        for limit in (1, 2, 3):
            self.assertEqual(self.events(sku, first), self.events(sku, first, limit=limit))

    def test_pages_and_moments(self):
        sku = self.new_sku()
        for number in range(12):
            self.put_count(sku, number)
        whole = self.page(sku, limit=200)["events"]
        self.assertEqual(list(range(11, -1, -1)), [event["available"] for event in whole])
        for limit in (1, 5, 12):
            self.assertEqual(whole, self.events(sku, limit=limit))
        first = self.page(sku, limit=5)
        self.put_count(sku, 100)
        token = first["paging"]["nextPageToken"]
        self.assertEqual(whole[5:], self.page(sku, pageToken=token)["events"])
        self.assertEqual([], self.events(sku, to="2020-01-01T00:00:00Z"))
        self.assertEqual([], self.events(sku, **{"from": "2999-01-01T00:00:00Z"}))
        self.assertEqual(13, len(self.events(sku, **{"from": "2020-01-01T00:00:00Z"})))

    def test_it_is_there_after_a_restart(self):
        sku = self.new_sku()
        self.put_count(sku, 1)
        self.hide(sku)
        before = self.events(sku)
        self.restart()
        self.assertEqual(before, self.events(sku))
        self.put_count(sku, 2)
        self.assertEqual(before, self.events(sku)[1:])

    def test_bad_parameters(self):
        path = path_of(self.campaign)
        self.assert_refused(self.operator.get(path), 400, "Required parameter sku is missing")
        for query, words in (
                ({"sku": ""}, "sku size must be between 1 and 255 (rejected value: )"),
                ({"limit": 201}, "Parameter limit must be less than or equal to 200 "
                                 "(rejected value: 201)"),
                ({"from": "yesterday"}, "Type mismatch: 'yesterday'"),
                ({"to": "2026"}, "Type mismatch: '2026'"),
                ({"warehouseId": 0}, "Parameter warehouseId must be greater than or equal to 1 "
                                     "(rejected value: 0)"),
                ({"pageToken": "e30"}, "Bad page token")):
            with self.subTest(query=query):
                self.assert_refused(self.operator.get(path, **{"sku": "A", **query}), 400, words)
        self.assert_refused(self.operator.get(path_of(1), sku="A"), 404,
                            code="CAMPAIGN_NOT_FOUND", starts="Campaign not found")

    def test_a_token_goes_with_its_sku(self):
        sku = self.new_sku()
        for number in range(3):
            self.put_count(sku, number)
        token = self.page(sku, limit=1)["paging"]["nextPageToken"]
        for query in ({"sku": self.new_sku()}, {"sku": sku, "to": "2999-01-01T00:00:00Z"}):
            self.assert_refused(self.operator.get(path_of(self.campaign), pageToken=token, **query),
                                400, "Bad page token")

    def test_any_sku_may_be_asked_for(self):
        for sku in ("a b/c?d&e", "Ω-ß", "100%", "\"'\\<>"):
            self.put_count(sku, 3)
            self.assert_told(sku, {"kind": "WRITE", "available": 3})


class NoHistory(OperatorCase):

    options = ("--no-limits", "--history-days", "0")

    def test_it_is_said(self):
        sku = self.new_sku()
        self.put_count(sku, 1)
        self.assert_refused(self.operator.get(path_of(self.campaign), sku=sku), 409,
                            "No history is kept: --history-days is 0", code="NO_HISTORY")
