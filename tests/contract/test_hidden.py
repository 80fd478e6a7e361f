"""Hidden offers (CONTRACT §4): add, list, resume; C33, C34, C35."""

from urllib.parse import quote

from tests.contract.case import body_of, one
from tests.contract.offers import OffersCase, hidden_body, hidden_path
from tests.contract.registry import BUSINESS, F, WAREHOUSE
from tests.harness.client import encode_body

SIZE = "hiddenOffers size must be between 1 and 500 (rejected size: {})"


class TheGuidesCheck(OffersCase):
    """"How to check the functionality of the integration", step by step, against any stock."""

    def test_hide_put_and_show_again(self):
        self.put_count("A-1", 20)
        self.put_count("B-2", 7)
        self.assertEqual({"A-1": "PUBLISHED", "B-2": "PUBLISHED"}, self.statuses())

        # 1. Hide the items using POST hidden-offers.
        self.hide("A-1", "B-2")
        self.assertEqual(["A-1", "B-2"], self.hidden())
        self.assertEqual({"A-1": "DISABLED_BY_PARTNER", "B-2": "DISABLED_BY_PARTNER"},
                         self.statuses())

        # 2. Make a request PUT offers/stocks to transfer the leftovers.
        self.assert_ok(self.put(body_of(one("A-1", 18), one("B-2", 0))))
        self.assertEqual((18, 0), (self.count("A-1"), self.count("B-2")))
        self.assertEqual(["A-1", "B-2"], self.hidden())

        # 3. Resume showing hidden goods: POST hidden-offers/delete.
        self.show("A-1", "B-2")
        self.assertEqual([], self.hidden())
        self.assertEqual({"A-1": "PUBLISHED", "B-2": "NO_STOCKS"}, self.statuses())
        self.assertEqual((18, 0), (self.count("A-1"), self.count("B-2")))

    def test_32_a_hidden_sku_keeps_its_stock(self):
        """Vector 32: hide A, PUT A=3, list, unhide."""
        self.hide("A")
        self.put_count("A", 3)
        self.assertEqual(["A"], self.hidden())
        self.show("A")
        self.assertEqual([], self.hidden())
        self.assertEqual(3, self.count("A"))


class Hide(OffersCase):

    def test_a_sku_is_trimmed_and_exact(self):
        """§0.3, C2."""
        self.hide("  557722\t", "0557722", "a")
        self.assertEqual(["0557722", "557722", "a"], sorted(self.hidden()))
        self.assertEqual([], self.hidden("?offer_id=A"))

    def test_hiding_twice_changes_nothing(self):
        """C33."""
        self.hide("A", "B")
        self.hide("A")
        self.assertEqual(["A", "B"], self.hidden())

    def test_an_unknown_sku_may_be_hidden_and_then_is_known(self):
        """C33: without ever having had stock it has none to be read (C22)."""
        self.hide("A")
        self.assertEqual({"A": "DISABLED_BY_PARTNER"}, self.statuses())
        self.assertIsNone(self.offer("A"))
        self.put_count("A", 3)
        self.assertEqual(3, self.count("A"))
        self.assertEqual("DISABLED_BY_PARTNER", self.status("A"))

    def test_an_unknown_sku_may_be_shown_and_stays_unknown(self):
        """C33."""
        self.show("A")
        self.assertEqual({}, self.statuses())

    def test_the_market_hides_as_well(self):
        """§4: all models."""
        sku = self.new_sku()
        self.hide(sku, campaign=F)
        self.assertEqual([sku], self.hidden(f"?offer_id={sku}", F))

    def test_members_of_a_group_hide_each_for_itself(self):
        """C35: the stock is the group's, hiding is the campaign's."""
        first, second = self.new_group()
        self.put_count("A", 5, campaign=first)
        self.hide("A", "unknown", campaign=first)
        self.assertEqual(["A", "unknown"], self.hidden(campaign=first))
        self.assertEqual([], self.hidden(campaign=second))
        self.assertEqual("DISABLED_BY_PARTNER", self.status("A", first))
        self.assertEqual("PUBLISHED", self.status("A", second))
        self.assertEqual("DISABLED_BY_PARTNER", self.status("unknown", first))
        self.show("A", campaign=first)
        self.assertEqual("PUBLISHED", self.status("A", first))
        self.assertEqual(5, self.count("A", second))

    def test_what_a_campaign_hid_or_deleted_stays_its_own_in_a_group(self):
        """C35, C60: the stock goes to the group, what the campaign says of its offers does not."""
        first, second = self.new_campaign(), self.new_campaign()
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 1), one("C", 1)), first))
        self.hide("A", campaign=first)
        self.assertEqual([], self.delete("B", campaign=first))
        group = 5000
        for group_id, shown in ((group, {"A": "PUBLISHED", "B": "PUBLISHED", "C": "PUBLISHED"}),
                                (None, None)):
            document = {"warehouses": [{"id": WAREHOUSE[campaign], "campaignId": campaign,
                                        "name": "W", **({"groupId": group_id} if group_id else {})}
                                       for campaign in (first, second)],
                        "warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "G"}]}
            self.assert_updated(self.operator.update(document))
            with self.subTest(group=group_id):
                own = {"A": "DISABLED_BY_PARTNER", "C": "PUBLISHED"}
                self.assertEqual(own, self.statuses({}, first))
                self.assertEqual(["A"], self.hidden(campaign=first))
                self.assertEqual([], self.hidden(campaign=second))
                if shown is not None:
                    self.assertEqual(shown, self.statuses({}, second))

    def test_members_of_older_times_are_ignored(self):
        """§4."""
        body = {"hiddenOffers": [{"offerId": "A", "feedId": 1, "ttlInHours": 2, "comment": "c",
                                  "priority": 3, "marketSku": 4}]}
        self.assert_ok(self.send("POST", hidden_path(self.campaign), body))
        self.assertEqual(["A"], self.hidden())
        self.assert_ok(self.send("POST", hidden_path(self.campaign, "/delete"), body))
        self.assertEqual([], self.hidden())

    def test_the_resume_method_of_older_times_is_gone(self):
        """§4: DELETE hidden-offers."""
        answer = self.send("DELETE", hidden_path(self.campaign), hidden_body("A"))
        self.assert_refused(answer, 405, "Request method 'DELETE' not supported")
        self.assertEqual({"GET", "POST"}, set(answer.header("Allow").split(", ")))

    def test_hidden_is_durable(self):
        self.hide("A", "B")
        self.show("B")
        self.kill()
        self.assertEqual(["A"], self.hidden())


class BadBodies(OffersCase):

    def ask(self, body, suffix=""):
        return self.send("POST", hidden_path(self.campaign, suffix), body)

    def test_there_are_1_to_500_offers(self):
        many = hidden_body(*(f"S{n}" for n in range(501)))
        for suffix in ("", "/delete"):
            with self.subTest(suffix=suffix):
                self.assert_refused(self.ask({}, suffix), 400, SIZE.format(0))
                self.assert_refused(self.ask({"hiddenOffers": None}, suffix), 400, SIZE.format(0))
                self.assert_refused(self.ask({"hiddenOffers": []}, suffix), 400, SIZE.format(0))
                self.assert_refused(self.ask(many, suffix), 400, SIZE.format(501))
                self.assert_ok(self.ask({"hiddenOffers": many["hiddenOffers"][:500]}, suffix))

    def test_an_offer_is_an_object_with_a_sku(self):
        offer = "hiddenOffers[1]"
        for element, text in (
                (None, "hiddenOffers elements must be not null (rejected value: null)"),
                ("A", f"Illegal input at '{offer}'"), ([], f"Illegal input at '{offer}'"),
                ({}, f"{offer}.offerId must not be null (rejected value: null)"),
                ({"offerId": None}, f"{offer}.offerId must not be null (rejected value: null)"),
                ({"offerId": 7}, f"Illegal input at '{offer}.offerId'"),
                ({"offerId": " \t "},
                 f"{offer}.offerId size must be between 1 and 255 (rejected value: )"),
                ({"offerId": "x" * 256},
                 f"{offer}.offerId size must be between 1 and 255 (rejected value: {'x' * 256})")):
            for suffix in ("", "/delete"):
                with self.subTest(element=element, suffix=suffix):
                    body = {"hiddenOffers": [{"offerId": "good"}, element]}
                    self.assert_refused(self.ask(body, suffix), 400, text)
        self.assertEqual([], self.hidden())

    def test_a_sku_that_comes_again_is_told_with_its_positions(self):
        """§0.5: for hiding alone; all of them, counted from 0, after trimming."""
        answer = self.ask(hidden_body("B", "A", " A ", "C", "A"))
        self.assert_refused(answer, 400, "Duplicate offerId='A' at positions '1, 2, 4'")
        self.assertEqual(1, len(answer.errors))
        self.assertEqual([], self.hidden())

    def test_a_sku_that_comes_again_is_shown_once(self):
        """§4: uniqueness is not stated for resume."""
        self.hide("A", "B")
        self.assert_ok(self.ask(hidden_body("A", "A", " A"), "/delete"))
        self.assertEqual(["B"], self.hidden())

    def test_up_to_20_errors_are_told_in_document_order(self):
        """C5."""
        body = {"hiddenOffers": [{"offerId": ""}, {"offerId": "A"}, {"offerId": "A"}, 7]}
        texts = [error["message"] for error in self.ask(body).errors]
        self.assertEqual(
            ["hiddenOffers[0].offerId size must be between 1 and 255 (rejected value: )",
             "Duplicate offerId='A' at positions '1, 2'", "Illegal input at 'hiddenOffers[3]'"],
            texts)
        self.assertEqual(20, len(self.ask({"hiddenOffers": [7] * 30}).errors))

    def test_a_wrong_type_is_refused(self):
        for value in (7, "A", {}, True):
            with self.subTest(value=value):
                self.assert_refused(self.ask({"hiddenOffers": value}), 400,
                                    "Illegal input at 'hiddenOffers'")


class List(OffersCase):

    def walk(self, limit, name="page_token"):
        """Returns the pages, and their `paging`."""
        pages, pagings, query = [], [], f"?limit={limit}"
        while True:
            result = self.result(self.list_hidden(query))
            pages.append([offer["offerId"] for offer in result["hiddenOffers"]])
            pagings.append(result["paging"])
            if "nextPageToken" not in result["paging"]:
                return pages, pagings
            query = f"?limit={limit}&{name}={quote(result['paging']['nextPageToken'], safe='')}"

    def test_without_hidden_offers_it_is_empty(self):
        self.put_count("A", 1)
        self.assertEqual({"paging": {}, "hiddenOffers": []}, self.result(self.list_hidden()))

    def test_the_pages_hold_every_hidden_sku_once(self):
        skus = [f"S{n:02}" for n in range(25)]
        self.assert_ok(self.put(body_of(*(one(f"shown-{n}", n) for n in range(30)))))
        self.hide(*skus)
        for limit, sizes in ((10, [10, 10, 5]), (25, [25]), (24, [24, 1]), (500, [25])):
            for name in ("page_token", "pageToken"):
                with self.subTest(limit=limit, name=name):
                    pages, pagings = self.walk(limit, name)
                    self.assertEqual(sizes, [len(page) for page in pages])
                    self.assertEqual(skus, sum(pages, []))
                    self.assertNotIn("prevPageToken", pagings[0])

    def test_one_can_go_back(self):
        self.hide(*(f"S{n}" for n in range(5)))
        pages, pagings = self.walk(2)
        token = pagings[2]["prevPageToken"]
        self.assertEqual(pages[1], self.hidden(f"?limit=2&page_token={token}"))

    def test_a_page_has_250_unless_told_and_500_at_most(self):
        for part in range(2):
            self.hide(*(f"S{part}-{n}" for n in range(255)))
        self.assertEqual(250, len(self.hidden()))
        self.assertEqual(500, len(self.hidden("?limit=500")))
        self.assert_refused(
            self.list_hidden("?limit=501"), 400,
            "Parameter limit must be less than or equal to 500 (rejected value: 501)")
        self.assert_refused(
            self.list_hidden("?limit=0"), 400,
            "Parameter limit must be greater than or equal to 1 (rejected value: 0)")
        self.assert_refused(self.list_hidden("?limit=x"), 400, "Type mismatch: 'x'")

    def test_a_token_is_bound_to_its_list(self):
        """C17."""
        self.hide("A", "B")
        token = self.result(self.list_hidden("?limit=1"))["paging"]["nextPageToken"]
        query = f"?limit=1&page_token={token}"
        self.assertEqual(["B"], self.hidden(query))
        other = self.new_campaign()
        self.hide("A", "B", campaign=other)
        for answer in (self.list_hidden(query, other), self.list_hidden("?page_token=%%%"),
                       self.list_hidden("?page_token="), self.get_offers({}, query=query)):
            self.assert_refused(answer, 400, "Bad page token")

    def test_skus_may_be_asked_for(self):
        """§4: those of them that are hidden, in one piece, in the order of the query."""
        self.put_count("shown", 1)
        self.hide("A", "B", "C")
        for query, found in (("?offer_id=C&offer_id=A", ["C", "A"]), ("?offer_id=shown", []),
                             ("?offer_id=unknown&offer_id=B", ["B"]),
                             ("?limit=1&offer_id=A&offer_id=B", ["A", "B"]),
                             ("?offer_id=+A%09", ["A"]), ("?offer_id=a", [])):
            with self.subTest(query=query):
                result = self.result(self.list_hidden(query))
                self.assertEqual({}, result["paging"])
                self.assertEqual(found, [offer["offerId"] for offer in result["hiddenOffers"]])

    def test_a_comma_belongs_to_the_sku(self):
        """C34."""
        self.hide("A,B", "A")
        self.assertEqual(["A,B"], self.hidden("?offer_id=A,B"))
        self.assertEqual(["A,B"], self.hidden("?offer_id=A%2CB"))

    def test_skus_of_the_query_keep_the_rules(self):
        self.hide("A")
        rest = "(rejected value: )"
        for query, text in (
                ("?offer_id=A&offer_id=%20A",
                 "offer_id elements must be unique (rejected value: A)"),
                ("?offer_id=", f"offer_id[0] size must be between 1 and 255 {rest}"),
                ("?offer_id=A&offer_id=%20", f"offer_id[1] size must be between 1 and 255 {rest}"),
                ("?limit=501&offer_id=A",
                 "Parameter limit must be less than or equal to 500 (rejected value: 501)")):
            with self.subTest(query=query):
                self.assert_refused(self.list_hidden(query), 400, text)
        self.assert_refused(self.list_hidden("?offer_id=a%0Ab"), 400,
                            starts="offer_id[0] must match")
        self.assert_refused(self.list_hidden(f"?offer_id={'x' * 256}"), 400,
                            starts="offer_id[0] size must be between 1 and 255")

    def test_500_skus_may_be_asked_for_and_no_more(self):
        self.hide(*(f"S{n}" for n in range(500)))
        query = "?" + "&".join(f"offer_id=S{n}" for n in range(500))
        self.assertEqual(500, len(self.hidden(query)))
        self.assert_refused(self.list_hidden(query + "&offer_id=more"), 400,
                            "offer_id size must be between 1 and 500 (rejected size: 501)")


class Limits(OffersCase):
    options = ()
    per_minute = 10000

    def remaining(self, answer):
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(str(self.per_minute), answer.header("X-RateLimit-Resource-Limit"))
        return int(answer.header("X-RateLimit-Resource-Remaining"))

    def test_hiding_costs_its_offers_and_a_full_window_refuses(self):
        """§4; C50: what does not fit is refused whole."""
        bodies = [encode_body(hidden_body(*(f"S{n}" for n in range(count)))) for count in (1, 500)]

        def scenario(campaign):
            for suffix in ("", "/delete"):
                path = hidden_path(campaign, suffix)
                left = self.remaining(self.send("POST", path, bodies[0]))
                for _ in range(self.per_minute // 500 - 1):
                    after = self.remaining(self.send("POST", path, bodies[1]))
                    self.assertEqual(500, left - after)
                    left = after
                self.assert_refused(
                    self.send("POST", path, bodies[1]), 420,
                    f"Hit rate limit of {self.per_minute} requests per 1 minute for resource"
                    f" campaigns/{{campaignId}}/hidden-offers{suffix} for campaignId {campaign}")

        self.within_one_minute(scenario)


class ListLimits(OffersCase):
    options = ()
    limit, costs = 10000, (10, 20)

    def test_listing_has_a_window_of_its_own(self):
        """§4: in the older edition the SKUs shown are counted, in the newer one the requests."""
        def remaining(query, campaign):
            answer = self.list_hidden(query, campaign)
            self.assertEqual(200, answer.status, answer)
            self.assertEqual(str(self.limit), answer.header("X-RateLimit-Resource-Limit"))
            return int(answer.header("X-RateLimit-Resource-Remaining"))

        def scenario(campaign):
            self.hide(*(f"S{n}" for n in range(30)), campaign=campaign)
            left = [remaining(f"?limit={limit}", campaign) for limit in (1, 10, 20, 1)]
            self.assertEqual(self.costs, (left[0] - left[1], left[1] - left[2]))

        self.within_one_minute(scenario)


class LimitsOfEdition2026(Limits):
    options = ("--edition", "2026")
    per_minute = 5000


class ListLimitsOfEdition2026(ListLimits):
    options = ("--edition", "2026")
    limit, costs = 100, (1, 1)
