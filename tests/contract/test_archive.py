"""The archive of a business (CONTRACT §8): C13, C41, C42; and the list of its offers."""

from urllib.parse import quote

from tests.contract.case import body_of, one, stocks_path
from tests.contract.offers import OffersCase, hidden_body, hidden_path, ids_body, mappings_path
from tests.contract.registry import BUSINESS, C, MARKET_WAREHOUSE

SIZE = "offerIds size must be between 1 and {} (rejected size: {})"


class ArchiveCase(OffersCase):
    """`self.small` is a business of the test's own: see tests/contract/registry.py."""

    def setUp(self):
        super().setUp()
        self.small = self.new_business()

    def put_small(self, campaign, **counts):
        body = body_of(*(one(sku, count) for sku, count in counts.items()))
        self.assert_ok(self.put(body, campaign, token=self.small.token))

    def archive_small(self, *skus):
        return self.archive(*skus, business=self.small.business, token=self.small.token)

    def unarchive_small(self, *skus):
        return self.unarchive(*skus, business=self.small.business, token=self.small.token)

    def statuses_small(self, campaign):
        return self.statuses({}, campaign, token=self.small.token)

    def stocks_small(self, campaign, body):
        """Returns {SKU: AVAILABLE} of an answer."""
        warehouses = self.result(self.post(body, campaign, token=self.small.token))["warehouses"]
        return {offer["offerId"]: stock["count"]
                for warehouse in warehouses for offer in warehouse["offers"]
                for stock in offer["stocks"] if stock["type"] == "AVAILABLE"}

    def mappings(self, body=None, query=""):
        """Returns a page of the business's offers as {SKU: archived}, and its `paging`."""
        result = self.result(self.send("POST", mappings_path(self.small.business) + query, body,
                                       token=self.small.token))
        self.assertEqual({"paging", "offerMappings"}, set(result))
        found = {}
        for mapping in result["offerMappings"]:
            self.assertEqual({"offer"}, set(mapping))
            self.assertEqual({"offerId", "archived"}, set(mapping["offer"]))
            self.assertNotIn(mapping["offer"]["offerId"], found)
            found[mapping["offer"]["offerId"]] = mapping["offer"]["archived"]
        return found, result["paging"]


class Archive(ArchiveCase):

    def test_24_a_listed_archived_sku_is_returned(self):
        """Vector 24: POST C {"offerIds":["A","archived-SKU"]}: both, no `nextPageToken`."""
        self.assert_ok(self.put(body_of(one("A", 5), one("archived-SKU", 7)), C))
        self.assertEqual({}, self.archive("archived-SKU"))
        answer = self.post({"offerIds": ["A", "archived-SKU"]}, C)
        warehouse, = self.result(answer)["warehouses"]
        self.assertEqual(["A", "archived-SKU"], [offer["offerId"] for offer in warehouse["offers"]])
        self.assertNotIn("nextPageToken", answer.json["result"]["paging"])
        self.assertEqual([], self.unarchive("archived-SKU"))

    def test_it_hides_an_offer_in_all_campaigns_and_keeps_its_stock(self):
        """C42: stock is counted by getStocks with `archived: true`."""
        small = self.small
        self.put_small(small.alone, A=1, B=2)
        self.put_small(small.first, A=3)
        self.assertEqual({}, self.archive_small("A"))
        for campaign, count in ((small.alone, 1), (small.first, 3), (small.second, 3)):
            with self.subTest(campaign=campaign):
                self.assertEqual("ARCHIVED", self.statuses_small(campaign)["A"])
                self.assertEqual({"A": count}, self.stocks_small(campaign, {"archived": True}))
                self.assertNotIn("A", self.stocks_small(campaign, {}))
                self.assertNotIn("A", self.stocks_small(campaign, {"archived": False}))
                self.assertEqual({"A": count}, self.stocks_small(campaign, ids_body("A")))
        self.assertEqual({"B": 2}, self.stocks_small(small.alone, {}))
        self.assertEqual([], self.unarchive_small("A"))
        for campaign, count in ((small.alone, 1), (small.first, 3), (small.second, 3)):
            with self.subTest(campaign=campaign):
                self.assertEqual("PUBLISHED", self.statuses_small(campaign)["A"])
                self.assertEqual(count, self.stocks_small(campaign, {})["A"])

    def test_stock_is_written_and_the_offer_stays_archived(self):
        """C13: also in a campaign that never had it."""
        self.put_small(self.small.alone, A=1)
        self.assertEqual({}, self.archive_small("A"))
        self.put_small(self.small.alone, A=5)
        self.put_small(self.small.first, A=6)
        for campaign, count in ((self.small.alone, 5), (self.small.second, 6)):
            self.assertEqual({"A": count}, self.stocks_small(campaign, {"archived": True}))
            self.assertEqual({"A": "ARCHIVED"}, self.statuses_small(campaign))

    def test_all_campaigns_know_what_is_archived(self):
        """The archive is the business's, and so is what is in it."""
        self.put_small(self.small.alone, A=1)
        self.assertEqual({}, self.archive_small("A"))
        self.assertEqual({"A": "ARCHIVED"}, self.statuses_small(self.small.fby))
        self.assertEqual([], self.unarchive_small("A"))
        self.assertEqual({"A": "NO_STOCKS"}, self.statuses_small(self.small.fby))

    def test_failures_alone_are_told_in_the_order_of_the_request(self):
        """C41: an unknown SKU is UNKNOWN."""
        self.put_small(self.small.alone, A=1, B=1)
        self.assertEqual({"x": "UNKNOWN", "y": "UNKNOWN"}, self.archive_small("x", "A", "y"))
        self.assertEqual({"A": "ARCHIVED", "B": "PUBLISHED"}, self.statuses_small(self.small.alone))
        self.assertEqual(["x", "y"], self.unarchive_small("x", "A", "y"))
        self.assertEqual({"A": "PUBLISHED", "B": "PUBLISHED"},
                         self.statuses_small(self.small.alone))

    def test_the_whole_answers(self):
        """§8: the array is absent when it is empty."""
        self.put_small(self.small.alone, A=1)
        for rest, listed in (("/archive", {"notArchivedOffers": [{"offerId": "x",
                                                                  "error": "UNKNOWN"}]}),
                             ("/unarchive", {"notUnarchivedOfferIds": ["x"]})):
            for sku, result in (("A", {}), ("x", listed)):
                with self.subTest(rest=rest, sku=sku):
                    answer = self.send("POST", mappings_path(self.small.business, rest),
                                       ids_body(sku), token=self.small.token)
                    self.assertEqual({"status": "OK", "result": result}, answer.json)

    def test_twice_is_the_same(self):
        self.put_small(self.small.alone, A=1)
        self.assertEqual([], self.unarchive_small("A"))
        for _ in range(2):
            self.assertEqual({}, self.archive_small("A"))
            self.assertEqual({"A": "ARCHIVED"}, self.statuses_small(self.small.alone))
        for _ in range(2):
            self.assertEqual([], self.unarchive_small("A"))
            self.assertEqual({"A": "PUBLISHED"}, self.statuses_small(self.small.alone))

    def test_a_hidden_sku_without_stock_is_known(self):
        """C33, C41."""
        self.assert_ok(self.send("POST", hidden_path(self.small.second), hidden_body("A"),
                                 token=self.small.token))
        self.assertEqual({}, self.archive_small("A"))

    def test_another_business_does_not_notice(self):
        other = self.new_business()
        self.put_small(self.small.alone, A=1)
        self.assertEqual({"A": "UNKNOWN"},
                         self.archive("A", business=other.business, token=other.token))
        self.assertEqual({"A": "PUBLISHED"}, self.statuses_small(self.small.alone))

    def test_it_is_durable(self):
        self.put_small(self.small.alone, A=1, B=1)
        self.assertEqual({}, self.archive_small("A", "B"))
        self.assertEqual([], self.unarchive_small("B"))
        self.kill()
        self.assertEqual({"A": "ARCHIVED", "B": "PUBLISHED"},
                         self.statuses_small(self.small.alone))


class MarketsWarehouses(ArchiveCase):

    def test_what_lies_in_a_warehouse_of_the_market_is_not_archived(self):
        """§8: be it fit or not; until it is gone."""
        self.put_small(self.small.alone, B=1)
        for kind in ("AVAILABLE", "DEFECT"):
            with self.subTest(kind=kind):
                self.count_at_market(self.small.fby, "A", 1, kind)
                self.assertEqual({"A": "OFFER_HAS_STOCKS", "x": "UNKNOWN"},
                                 self.archive_small("A", "x", "B"))
                self.assertEqual([], self.unarchive_small("B"))
                self.count_at_market(self.small.fby, "A", 0, kind)
        self.assertEqual({}, self.archive_small("A"))
        self.assertEqual("ARCHIVED", self.statuses_small(self.small.fby)["A"])

    def test_what_orders_hold_there_is_not_archived(self):
        self.count_at_market(self.small.fby, "A", 1)
        self.order(self.small.fby, "A", 1, warehouseId=MARKET_WAREHOUSE)
        self.assertEqual({"A": "OFFER_HAS_STOCKS"}, self.archive_small("A"))

    def test_a_sellers_stock_does_not_hinder(self):
        """§8."""
        self.put_small(self.small.alone, A=10)
        self.assertEqual({}, self.archive_small("A"))


class BadBodies(OffersCase):

    def test_1_to_200_distinct_skus(self):
        for rest in ("/archive", "/unarchive"):
            for body, text in (
                    ({}, SIZE.format(200, 0)), ({"offerIds": None}, SIZE.format(200, 0)),
                    (ids_body(), SIZE.format(200, 0)),
                    (ids_body(*map(str, range(201))), SIZE.format(200, 201)),
                    (ids_body("A", " A"), "offerIds elements must be unique (rejected value: A)"),
                    (ids_body(None), "offerIds elements must be not null (rejected value: null)"),
                    (ids_body("A", ""),
                     "offerIds[1] size must be between 1 and 255 (rejected value: )"),
                    (ids_body(7), "Illegal input at 'offerIds[0]'"),
                    ({"offerIds": {}}, "Illegal input at 'offerIds'")):
                with self.subTest(rest=rest, text=text):
                    answer = self.send("POST", mappings_path(BUSINESS, rest), body)
                    self.assert_refused(answer, 400, text)
        self.assertEqual(200, len(self.archive(*(f"never seen {n}" for n in range(200)))))

    def test_a_bad_sku_keeps_the_others_from_being_archived(self):
        """C8."""
        sku = self.new_sku()
        self.put_count(sku, 1)
        answer = self.send("POST", mappings_path(BUSINESS, "/archive"), ids_body(sku, ""))
        self.assertEqual(400, answer.status)
        self.assertEqual("PUBLISHED", self.status(sku))


class Mappings(ArchiveCase):

    def walk(self, limit, body=None):
        """Returns the SKUs of all pages, in order; no SKU comes twice."""
        skus, query = [], f"?limit={limit}"
        while True:
            found, paging = self.mappings(body, query)
            self.assertLessEqual(len(found), limit)
            skus += found
            if "nextPageToken" not in paging:
                self.assertEqual(len(skus), len(set(skus)))
                return skus
            query = f"?limit={limit}&page_token={quote(paging['nextPageToken'], safe='')}"

    def fill(self):
        """Offers on three shelves, some on several; returns the SKUs."""
        small = self.small
        self.put_small(small.alone, **{f"S{n:02}": 1 for n in range(0, 30)})
        self.put_small(small.first, **{f"S{n:02}": 1 for n in range(20, 50)})
        self.count_at_market(small.fby, "S45", 1)
        self.count_at_market(small.fby, "F", 1)
        return [f"S{n:02}" for n in range(50)] + ["F"]

    def test_a_business_without_offers_has_an_empty_list(self):
        for body in (None, {}):
            self.assertEqual(({}, {}), self.mappings(body))

    def test_each_sku_comes_once_whatever_the_page(self):
        skus = self.fill()
        for limit in (1, 3, 7, 20, 50, 51, 200):
            with self.subTest(limit=limit):
                self.assertCountEqual(skus, self.walk(limit))

    def test_pages_are_full_where_campaigns_share_their_offers(self):
        self.fill()
        found, paging = self.mappings(query="?limit=40")
        self.assertEqual(40, len(found))
        self.assertIn("nextPageToken", paging)

    def test_archived_selects_one_or_the_other(self):
        """§8: without it, what is not archived."""
        skus = self.fill()
        gone = [f"S{n:02}" for n in range(15, 35)]
        self.assertEqual({}, self.archive_small(*gone))
        kept = [sku for sku in skus if sku not in gone]
        for body, wanted in ((None, kept), ({"archived": False}, kept), ({"archived": None}, kept),
                             ({"archived": True}, gone)):
            for limit in (3, 200):
                with self.subTest(body=body, limit=limit):
                    self.assertCountEqual(wanted, self.walk(limit, body))
        self.assertEqual({sku: True for sku in gone}, self.mappings({"archived": True})[0])

    def test_listed_skus_come_in_their_order_archived_or_not(self):
        self.put_small(self.small.first, A=1, B=1)
        self.put_small(self.small.alone, C=1)
        self.assertEqual({}, self.archive_small("B"))
        listed = ids_body("C", "B", "unknown", "A")
        for query in ("", "?limit=1", "?page_token=%%%"):
            with self.subTest(query=query):
                found, paging = self.mappings(listed, query)
                self.assertEqual([("C", False), ("B", True), ("A", False)], list(found.items()))
                self.assertEqual({}, paging)
        self.assertEqual(["B"], list(self.mappings({**listed, "archived": True})[0]))
        self.assertEqual(["C", "A"], list(self.mappings({**listed, "archived": False})[0]))

    def test_a_deleted_offer_is_still_the_businesss(self):
        """§8: deleting is a campaign's."""
        self.put_small(self.small.alone, A=1)
        path = f"/v2/campaigns/{self.small.alone}/offers/delete"
        self.assertEqual({}, self.result(self.send("POST", path, ids_body("A"),
                                                   token=self.small.token)))
        self.assertEqual({"A": False}, self.mappings()[0])

    def test_a_token_is_bound_to_its_filter(self):
        """C17."""
        self.fill()
        token = self.mappings(query="?limit=2")[1]["nextPageToken"]
        query = f"?limit=2&pageToken={token}"
        self.assertEqual(self.walk(4)[2:4], list(self.mappings(query=query)[0]))
        other = self.new_business()
        for business, body, page in ((self.small, {"archived": True}, query),
                                     (other, {}, query), (self.small, {}, "?page_token=%%%"),
                                     (self.small, {}, "?page_token=")):
            answer = self.send("POST", mappings_path(business.business) + page, body,
                               token=business.token)
            self.assert_refused(answer, 400, "Bad page token")
        answer = self.send("POST", stocks_path(self.small.alone) + query, {},
                           token=self.small.token)
        self.assert_refused(answer, 400, "Bad page token")

    def test_wrong_requests_are_refused(self):
        limit = "Parameter limit must be less than or equal to 200 (rejected value: 201)"
        for body, query, text in (
                ({}, "?limit=201", limit), (ids_body("A"), "?limit=201", limit),
                ({}, "?limit=0",
                 "Parameter limit must be greater than or equal to 1 (rejected value: 0)"),
                (ids_body(), "", SIZE.format(200, 0)),
                (ids_body(*map(str, range(201))), "", SIZE.format(200, 201)),
                (ids_body("A", "A "), "", "offerIds elements must be unique (rejected value: A)"),
                ({"archived": "yes"}, "", "Illegal input at 'archived'"),
                ({"offerIds": "A"}, "", "Illegal input at 'offerIds'")):
            with self.subTest(text=text):
                answer = self.send("POST", mappings_path(BUSINESS) + query, body)
                self.assert_refused(answer, 400, text)

    def test_a_page_has_100_unless_told(self):
        for part in range(2):
            self.put_small(self.small.alone, **{f"S{part}-{n}": 1 for n in range(105)})
        self.assertEqual(100, len(self.mappings()[0]))
        self.assertEqual(200, len(self.mappings(query="?limit=200")[0]))


class MappingsOfEdition2026(ArchiveCase):
    options = ("--no-limits", "--edition", "2026")

    def test_100_are_the_most(self):
        """§8: listed, and on a page."""
        self.assertEqual({}, self.mappings(ids_body(*map(str, range(100))))[0])
        self.assertEqual({}, self.mappings({}, "?limit=100")[0])
        path = mappings_path(BUSINESS)
        self.assert_refused(self.send("POST", path, ids_body(*map(str, range(101)))), 400,
                            SIZE.format(100, 101))
        self.assert_refused(
            self.send("POST", path + "?limit=101", {}), 400,
            "Parameter limit must be less than or equal to 100 (rejected value: 101)")


class Limits(ArchiveCase):
    options = ()
    writing, listing = 10000, 600

    def test_each_method_has_its_window_of_the_business_and_its_cost(self):
        """§8."""
        def costs(business, rest, body, limit):
            left = []
            for _ in range(2):
                answer = self.send("POST", mappings_path(business.business, rest), body,
                                   token=business.token)
                self.assertEqual(200, answer.status, answer)
                self.assertEqual(str(limit), answer.header("X-RateLimit-Resource-Limit"))
                left.append(int(answer.header("X-RateLimit-Resource-Remaining")))
            return left[0] - left[1]

        def scenario(_):
            business = self.new_business()
            for rest in ("/archive", "/unarchive"):
                self.assertEqual(3, costs(business, rest, ids_body("x", "y", "z"), self.writing))
            self.assertEqual(1, costs(business, "", {}, self.listing))

        self.within_one_minute(scenario)

    def test_a_full_window_refuses(self):
        """C51."""
        def scenario(_):
            business = self.new_business()
            path = mappings_path(business.business)
            for _ in range(self.listing):
                self.assertEqual(200, self.send("POST", path, {}, token=business.token).status)
            self.assert_refused(
                self.send("POST", path, {}, token=business.token), 420,
                f"Hit rate limit of {self.listing} requests per 1 minute for resource"
                f" businesses/{{businessId}}/offer-mappings for businessId {business.business}")

        self.within_one_minute(scenario)


class LimitsOfEdition2026(Limits):
    options = ("--edition", "2026")
    writing, listing = 5000, 100
