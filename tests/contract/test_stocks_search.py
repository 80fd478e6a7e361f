"""GET /campaigns/{id}/stocks of the operator API: SKUs found, filtered, page by page; marks in
groups, and warehouses of the Market."""

from tests.contract.case import milliseconds, moment
from tests.contract.offers import OffersCase
from tests.contract.registry import MARKET_WAREHOUSE, RETURNS_WAREHOUSE, UNKNOWN, WAREHOUSE

MARKS = ("hidden", "archived", "deleted", "freeStorage")


class StocksCase(OffersCase):

    def page(self, campaign=None, **query):
        return self.result(self.operator.get(f"/campaigns/{campaign or self.campaign}/stocks",
                                             **query))

    def rows(self, campaign=None, **query):
        """Returns {SKU: row} of all pages."""
        found, token = {}, {}
        while True:
            result = self.page(campaign, **query, **token)
            self.assertLessEqual(len(result["stocks"]), query.get("limit", 50))
            for row in result["stocks"]:
                self.assertNotIn(row["sku"], found)
                found[row["sku"]] = row
            if "nextPageToken" not in result["paging"]:
                return found
            token = {"pageToken": result["paging"]["nextPageToken"]}

    def skus(self, campaign=None, **query):
        return sorted(self.rows(campaign, **query))

    def archive_all(self, *skus):
        """Every store of the business knows them from then on: no other test may use them."""
        self.assertEqual({}, self.archive(*skus))

    def assert_bad(self, message, campaign=None, **query):
        answer = self.operator.get(f"/campaigns/{campaign or self.campaign}/stocks", **query)
        self.assert_refused(answer, 400, message)


class Search(StocksCase):

    def setUp(self):
        super().setUp()
        self.known = ["ABC-1", "abc-2", "xABC", "Ёж-abc", "ЁЖ", "ёлка", "100%", "a_c", "日本"]
        self.put_counts({sku: 1 for sku in self.known})

    def test_a_substring_whatever_its_case(self):
        for text, expected in (
                ("abc", ["ABC-1", "abc-2", "xABC", "Ёж-abc"]), ("BC-", ["ABC-1", "abc-2"]),
                ("ё", ["Ёж-abc", "ЁЖ", "ёлка"]), ("ЁЖ", ["Ёж-abc", "ЁЖ"]), ("本", ["日本"]),
                ("%", ["100%"]), ("_", ["a_c"]), ("\\", []), ("  abc-2 ", ["abc-2"]),
                ("abc-22", []), ("'", []), ("", self.known), (" ", self.known)):
            with self.subTest(text=text):
                self.assertEqual(sorted(expected), self.skus(search=text))
                self.assertEqual(sorted(expected), self.skus(search=text, match="SUBSTRING"))

    def test_a_prefix_as_it_stands(self):
        for text, expected in (("ABC", ["ABC-1"]), ("abc", ["abc-2"]), ("Ё", ["Ёж-abc", "ЁЖ"]),
                               ("a", ["abc-2", "a_c"]), ("日", ["日本"]), ("100%", ["100%"]),
                               ("C", []), ("", self.known)):
            with self.subTest(text=text):
                self.assertEqual(sorted(expected), self.skus(search=text, match="PREFIX"))

    def test_one_sku(self):
        self.assertEqual(["ABC-1"], self.skus(sku="ABC-1"))
        self.assertEqual([], self.skus(sku="abc-1"))
        self.assertEqual([], self.skus(sku="ABC-1", filter="ZERO"))
        self.assertEqual(["ABC-1"], self.skus(sku=" ABC-1 ", filter="IN_STOCK"))

    def test_pages(self):
        for query in ({}, {"search": "abc"}, {"search": "a", "match": "PREFIX"},
                      {"filter": "IN_STOCK"}, {"filter": "ZERO"}):
            whole = self.skus(**query)
            for limit in (1, 2, 3):
                with self.subTest(query=query, limit=limit):
                    self.assertEqual(whole, self.skus(limit=limit, **query))

    def test_a_token_goes_with_what_was_asked(self):
        token = self.page(search="abc", limit=1)["paging"]["nextPageToken"]
        self.assertEqual(1, len(self.page(search="abc", limit=1, pageToken=token)["stocks"]))
        for query in ({"search": "abd"}, {"search": "abc", "match": "PREFIX"},
                      {"search": "abc", "filter": "ZERO"}, {}):
            with self.subTest(query=query):
                self.assert_bad("Bad page token", limit=1, pageToken=token, **query)
        self.assert_bad("Bad page token", campaign=self.new_campaign(), search="abc", limit=1,
                        pageToken=token)

    def test_bad_parameters(self):
        for query, message in (
                ({"match": "prefix"},
                 "Parameter match must be PREFIX or SUBSTRING (rejected value: prefix)"),
                ({"filter": "ALL"}, "Parameter filter must be IN_STOCK, ZERO, HIDDEN, ARCHIVED or "
                                    "STALE (rejected value: ALL)"),
                ({"search": "x" * 256}, None), ({"search": "a\nb"}, None), ({"sku": ""}, None),
                ({"limit": 501}, None), ({"limit": 0}, None), ({"warehouseId": "x"}, None),
                ({"sku": "a", "search": "b"},
                 "Parameters sku and search must not be used together"),
                ({"serach": "a"}, "Unknown parameter 'serach'"), ({"pageToken": "x"}, None)):
            with self.subTest(query=query):
                self.assert_bad(message, **query)

    def test_text_that_is_not_utf_8(self):
        answer = self.operator.send("GET", f"/campaigns/{self.campaign}/stocks?search=%FF")
        self.assert_refused(answer, 400)

    def test_an_unknown_campaign(self):
        answer = self.operator.get(f"/campaigns/{UNKNOWN}/stocks")
        self.assert_refused(answer, 404, code="CAMPAIGN_NOT_FOUND")


class Rows(StocksCase):

    def test_a_row_tells_all(self):
        sku, stamp = self.new_sku(), moment(-100)
        self.put_count(sku, 10, stamp)
        self.order(self.campaign, sku, 3)
        row = self.rows(sku=sku)[sku]
        self.assertEqual(milliseconds(stamp), milliseconds(row.pop("updatedAt")))
        self.assertEqual({"sku": sku, "fit": 10, "freeze": 3, "available": 7,
                          **{mark: False for mark in MARKS}}, row)
        self.assert_ok(self.operator.count(self.campaign, WAREHOUSE[self.campaign],
                                           (sku, "DEFECT", 2), (sku, "EXPIRED", 1)))
        self.assertEqual([{"type": "DEFECT", "count": 2}, {"type": "EXPIRED", "count": 1}],
                         self.rows(sku=sku)[sku]["unfit"])

    def test_filters(self):
        self.put_counts({"some": 2, "hidden": 1, "archived": 1, "zero": 0, "bound": 1})
        self.put_counts({"old": 1, "old zero": 0, "old archived": 1}, updated_at=moment(-90000))
        self.put_count("nearly old", 1, moment(-86000))
        self.put_count("gone", 1, moment(-90000))
        self.order(self.campaign, "bound", 1)
        self.hide("hidden", "gone")
        self.archive_all("archived", "old archived")
        self.delete("gone")
        self.assert_ok(self.operator.free_storage(self.campaign, ["never"], False))
        for name, expected in (
                ("IN_STOCK", ["some", "hidden", "old", "nearly old"]),
                ("ZERO", ["zero", "bound", "old zero"]), ("HIDDEN", ["hidden"]),
                ("ARCHIVED", ["archived", "old archived"]), ("STALE", ["old", "old zero"])):
            with self.subTest(name=name):
                self.assertEqual(sorted(expected), self.skus(filter=name))
                self.assertEqual(sorted(expected), self.skus(filter=name, limit=1))
                self.assertEqual([sku for sku in sorted(expected) if "o" in sku],
                                 self.skus(filter=name, search="O"))
        rows = self.rows()
        for mark, expected in (("hidden", {"hidden", "gone"}), ("deleted", {"gone"}),
                               ("archived", {"archived", "old archived"})):
            self.assertEqual(expected, {sku for sku, row in rows.items() if row[mark]})

    def test_in_a_group_hidden_and_deleted_are_the_campaigns_own(self):
        first, second = self.new_group()
        self.put_counts({"a": 1, "b": 2, "c": 3, "group's": 4}, campaign=first)
        self.hide("a", "b", campaign=first)
        self.hide("c", campaign=second)
        self.delete("b", campaign=first)
        self.archive_all("group's")
        for campaign, hidden, deleted, in_stock in ((first, ["a"], ["b"], ["a", "c"]),
                                                    (second, ["c"], [], ["a", "b", "c"])):
            with self.subTest(campaign=campaign):
                rows = self.rows(campaign)
                self.assertEqual({*"abc", "group's"}, {*rows} & {*"abc", "group's"})
                self.assertEqual(deleted, [sku for sku in rows if rows[sku]["deleted"]])
                found = self.rows(campaign, filter="HIDDEN")
                self.assertEqual(hidden, sorted(found))
                self.assertEqual({sku: rows[sku] for sku in hidden}, found)
                self.assertEqual(["group's"],
                                 self.skus(campaign, filter="ARCHIVED", search="GROUP"))
                self.assertEqual(in_stock, self.skus(campaign, filter="IN_STOCK", limit=1))
                self.assertEqual(1, rows["a"]["available"])


class Market(StocksCase):
    """Stores that sell from warehouses of the Market."""

    def count_in(self, warehouse, *items):
        self.assert_ok(self.operator.count(self.fby, warehouse, *items))

    def test_numbers_are_the_sum_over_the_warehouses(self):
        other = self.new_market_warehouse()
        self.count_in(MARKET_WAREHOUSE, ("both", "FIT", 5, moment(-90000)), ("here", "FIT", 1),
                      ("both", "DEFECT", 1, moment(-90000)), ("none", "FIT", 0, moment(-90000)))
        self.count_in(other, ("both", "FIT", 2, moment(-10)), ("both", "DEFECT", 2, moment(-10)))
        self.order(self.fby, "both", 3, warehouseId=MARKET_WAREHOUSE)
        rows = self.rows(self.fby)
        for sku, units in (("both", (7, 3, 4)), ("here", (1, 0, 1)), ("none", (0, 0, 0))):
            self.assertEqual(units, tuple(rows[sku][name] for name in
                                          ("fit", "freeze", "available")))
        self.assertEqual([{"type": "DEFECT", "count": 3}], rows["both"]["unfit"])
        for name, expected in (("IN_STOCK", ["both", "here"]), ("ZERO", ["none"]),
                               ("STALE", ["none"])):
            with self.subTest(name=name):
                self.assertEqual(expected, self.skus(self.fby, filter=name, limit=1))
        self.assertEqual(["both"], self.skus(self.fby, warehouseId=other))
        self.assertEqual(2, self.rows(self.fby, warehouseId=MARKET_WAREHOUSE,
                                      sku="both")["both"]["available"])
        self.assertEqual(["both", "none"], self.skus(self.fby, warehouseId=MARKET_WAREHOUSE,
                                                     filter="STALE"))

    def test_marks_are_shown_in_each_warehouse(self):
        self.count_in(MARKET_WAREHOUSE, ("a", "FIT", 1), ("market's", "FIT", 0))
        self.hide("a", campaign=self.fby)
        self.archive_all("market's")
        for query in ({}, {"warehouseId": MARKET_WAREHOUSE}):
            with self.subTest(query=query):
                rows = self.rows(self.fby, **query)
                self.assertEqual(["a"], [sku for sku in rows if rows[sku]["hidden"]])
                self.assertEqual(["a"], self.skus(self.fby, filter="HIDDEN", **query))
                self.assertEqual(["a"], self.skus(self.fby, filter="IN_STOCK", **query))
                self.assertEqual(["market's"], self.skus(self.fby, filter="ARCHIVED",
                                                         match="PREFIX", search="market", **query))
                self.assertTrue(rows["market's"]["archived"])

    def test_returns_of_a_store_with_a_warehouse_of_its_own(self):
        self.put_counts({"a": 5, "b": 1})
        self.assert_ok(self.operator.count(self.campaign, RETURNS_WAREHOUSE, ("a", "DEFECT", 2)))
        self.assertEqual(5, self.rows()["a"]["available"])
        self.assertNotIn("unfit", self.rows()["a"])
        returned = self.rows(warehouseId=RETURNS_WAREHOUSE)
        self.assertEqual(["a"], list(returned))
        self.assertEqual([{"type": "DEFECT", "count": 2}], returned["a"]["unfit"])
        self.assertEqual(["a", "b"],
                         self.skus(warehouseId=WAREHOUSE[self.campaign], filter="IN_STOCK"))

    def test_a_warehouse_of_another(self):
        for warehouse in (MARKET_WAREHOUSE, WAREHOUSE[self.new_campaign()], 1):
            answer = self.operator.get(f"/campaigns/{self.campaign}/stocks", warehouseId=warehouse)
            self.assert_refused(answer, 404, f"Warehouse '{warehouse}' has no goods of this "
                                             "campaign", code="WAREHOUSE_NOT_FOUND")
