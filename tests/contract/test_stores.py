"""GET /stores of the operator API: which stores there are, what lies there, how they are found.

A store in a database says for some seconds again what it counted, so each test looks at stores of
its own, once, when all was done to them.
"""

from tests.contract.case import milliseconds, moment, one
from tests.contract.offers import OffersCase
from tests.contract.registry import (BUSINESS, C, D, FOREIGN, INACTIVE, MARKET_WAREHOUSE,
                                     OTHER_BUSINESS, RETURNS_WAREHOUSE, WAREHOUSE, build)

NUMBERS = ("skus", "available", "reserved", "unfit", "hidden")


class StoresCase(OffersCase):

    def page(self, **query):
        return self.result(self.operator.get("/stores", **query))

    def pages(self, **query):
        """Returns the stores of all pages, in order."""
        found, token = [], {}
        while True:
            result = self.page(**query, **token)
            found += result["stores"]
            if "nextPageToken" not in result["paging"]:
                return found
            token = {"pageToken": result["paging"]["nextPageToken"]}

    def store(self, campaign):
        row, = self.page(search=campaign)["stores"]
        self.assertEqual(campaign, row["campaignId"])
        return row

    def numbers(self, row):
        return tuple(row[name] for name in NUMBERS)


class Numbers(StoresCase):

    def test_a_store_with_a_warehouse(self):
        stamp = moment(-30)
        self.put_counts({"a": 5, "b": 7, "c": 0}, updated_at=moment(-100))
        self.put_count("a", 6, stamp)
        self.order(self.campaign, "b", 2)
        self.hide("c", "d")
        self.assert_ok(self.operator.count(self.campaign, WAREHOUSE[self.campaign],
                                           ("a", "DEFECT", 4, stamp)))
        row = self.store(self.campaign)
        self.assertEqual((4, 11, 2, 4, 2), self.numbers(row))
        self.assertEqual(milliseconds(stamp), milliseconds(row["updatedAt"]))
        self.assertLess(milliseconds(row["countedAt"]), milliseconds(moment(2)))
        self.assertEqual(
            (BUSINESS, "Demo Trade", f"Spare {self.campaign}", "FBS",
             [{"id": WAREHOUSE[self.campaign], "name": f"Warehouse of {self.campaign}"}]),
            tuple(row[name] for name in ("businessId", "businessName", "domain", "placementType",
                                         "warehouses")))
        self.assertNotIn("warehouseGroup", row)

    def test_whether_the_api_is_switched_on(self):
        self.assertEqual("AVAILABLE", self.store(self.campaign)["apiAvailability"])
        found = {row["campaignId"]: row for row in self.page(search=INACTIVE)["stores"]}
        self.assertEqual("DISABLED_BY_INACTIVITY", found[INACTIVE]["apiAvailability"])

    def test_an_empty_store(self):
        row = self.store(self.new_campaign())
        self.assertEqual((0, 0, 0, 0, 0), self.numbers(row))
        self.assertNotIn("updatedAt", row)
        self.assertEqual([0] * 24, row["updates"])

    def test_members_of_a_group_share_what_lies_there(self):
        first, second = self.new_group()
        self.put_counts({"a": 5, "b": 7}, campaign=first)
        self.hide("a", "b", campaign=second)
        rows = [self.store(first), self.store(second)]
        self.assertEqual([(2, 12, 0, 0, 0), (2, 12, 0, 0, 2)], list(map(self.numbers, rows)))
        self.assertEqual(rows[0]["warehouseGroup"], rows[1]["warehouseGroup"])
        self.assertEqual([WAREHOUSE[first]], [place["id"] for place in rows[0]["warehouses"]])

    def test_a_store_in_the_markets_warehouses(self):
        other = self.new_market_warehouse()
        stamp = moment(-5)
        self.assert_ok(self.operator.count(self.fby, MARKET_WAREHOUSE, ("a", "FIT", 5),
                                           ("b", "EXPIRED", 2)))
        self.assert_ok(self.operator.count(self.fby, other, ("a", "FIT", 3, stamp)))
        self.order(self.fby, "a", 1, warehouseId=other)
        row = self.store(self.fby)
        self.assertEqual((2, 7, 1, 2, 0), self.numbers(row))
        self.assertGreater(milliseconds(row["updatedAt"]), milliseconds(stamp))
        names = {place["id"]: place["name"] for place in row["warehouses"]}
        self.assertEqual("Sofyino", names[MARKET_WAREHOUSE])
        self.assertEqual(f"Market {other}", names[other])
        self.assertNotIn(RETURNS_WAREHOUSE, names)

    def test_updates_are_counted_by_store(self):
        first, second = self.new_group()
        self.put_counts({"a": 1}, campaign=first)
        self.assert_ok(self.put({"skus": [one("a", 2), one("b", 1)]}, second))
        self.put_count("a", 1, moment(-1000), campaign=first)  # Stale: nothing is updated.
        self.put({"skus": []}, first)
        self.assert_ok(self.operator.count(first, WAREHOUSE[first], ("c", "FIT", 1),
                                           ("c", "DEFECT", 1)))
        rows = {row["campaignId"]: row for row in self.page(search="Member", limit=100)["stores"]}
        self.assertEqual((2, 2), tuple(sum(rows[campaign]["updates"][-2:])
                                       for campaign in (first, second)))
        self.assertEqual(0, sum(rows[first]["updates"][:-2]))


class Found(StoresCase):

    def ids(self, text):
        return [row["campaignId"] for row in self.pages(search=text, limit=100)]

    def test_by_what_is_known_of_them(self):
        member = self.new_group()[0]
        for text, expected in (
                (C, C), ("moscow STORE", C), (f"warehouse of {D}", D), ("group 77", C),
                ("OTHER sell", FOREIGN), (OTHER_BUSINESS, FOREIGN), (f" Member {member} ", member)):
            with self.subTest(text=text):
                found = self.ids(text)
                self.assertEqual([expected], found[:1])
        self.assertEqual([C, D], self.ids("Group 77"))
        self.assertEqual([], self.ids("nowhere"))
        self.assertEqual([], self.ids("%"))

    def test_russian_names(self):
        campaign = self.new_fby()
        self.assert_updated(self.operator.update({"campaigns": [
            {"id": campaign, "businessId": BUSINESS, "domain": "Ёлки и Игрушки",
             "placementType": "FBY"}]}))
        self.assertEqual([campaign], self.ids("ёлки И иГР"))

    def test_pages(self):
        known = {campaign["id"] for campaign in build()["campaigns"]}
        whole = [row["campaignId"] for row in self.pages(limit=100)]
        self.assertEqual(len(whole), len(set(whole)))
        self.assertLessEqual(known, set(whole))
        spare = self.ids("Spare 300")
        for limit in (1, 7, 50):
            with self.subTest(limit=limit):
                self.assertEqual(spare, [row["campaignId"] for row in
                                         self.pages(search="spare 300", limit=limit)])
        self.assertEqual(50, len(self.page()["stores"]))

    def test_bad_parameters(self):
        token = self.page(limit=1)["paging"]["nextPageToken"]
        for query in ({"limit": 101}, {"limit": 0}, {"search": "x" * 256}, {"sort": "name"},
                      {"pageToken": "x"}, {"pageToken": token, "search": "a"}):
            with self.subTest(query=query):
                self.assert_refused(self.operator.get("/stores", **query), 400)
        self.assert_refused(self.operator.send("GET", "/stores?search=%FF"), 400)
