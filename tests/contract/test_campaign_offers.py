"""Offers of a campaign (CONTRACT §8): their list and status (C40), `available`, and deleting."""

from urllib.parse import quote

from tests.contract.case import body_of, moment, one
from tests.contract.offers import OffersCase, hidden_path, ids_body, offers_path
from tests.contract.registry import F
from tests.harness.client import encode_body

STATUSES = ["PUBLISHED", "CHECKING", "DISABLED_BY_PARTNER", "DISABLED_AUTOMATICALLY",
            "REJECTED_BY_MARKET", "CREATING_CARD", "NO_CARD", "NO_STOCKS", "ARCHIVED",
            "READY_FOR_PUBLICATION"]
MIXED = "offerIds must not be used together with statuses, categoryIds, vendorNames or tags"


class Status(OffersCase):

    def test_the_whole_answer(self):
        self.put_count("A", 1)
        answer = self.get_offers({})
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status": "OK", "result": {
            "paging": {}, "offers": [{"offerId": "A", "status": "PUBLISHED"}]}}, answer.json)

    def test_a_campaign_without_offers_has_an_empty_list(self):
        self.assertEqual({"paging": {}, "offers": []}, self.result(self.get_offers({})))

    def test_all_that_is_reserved_is_no_stocks(self):
        """C40: AVAILABLE counts, not FIT."""
        self.put_count("A", 2)
        self.order(self.campaign, "A", 2)
        self.assertEqual("NO_STOCKS", self.status("A"))

    def test_what_the_market_counted_is_stock(self):
        """C40: an FBY offer; units that cannot be sold do not count."""
        sku = self.new_sku()
        self.count_at_market(F, sku, 3, "DEFECT")
        self.assertEqual("NO_STOCKS", self.status(sku, F))
        self.count_at_market(F, sku, 1)
        self.assertEqual("PUBLISHED", self.status(sku, F))

    def test_members_of_a_group_share_the_stock(self):
        """C58."""
        first, second = self.new_group()
        self.put_count("A", 1, campaign=first)
        self.assertEqual({"A": "PUBLISHED"}, self.statuses(campaign=second))


class Precedence(OffersCase):

    def test_archived_comes_before_hidden_before_no_stocks_before_published(self):
        """C40, one after another is taken away."""
        sku = self.new_sku()
        self.put_count(sku, 0)
        self.hide(sku)
        self.assertEqual({}, self.archive(sku))
        self.assertEqual("ARCHIVED", self.status(sku))
        self.assertEqual([], self.unarchive(sku))
        self.assertEqual("DISABLED_BY_PARTNER", self.status(sku))
        self.show(sku)
        self.assertEqual("NO_STOCKS", self.status(sku))
        self.put_count(sku, 1)
        self.assertEqual("PUBLISHED", self.status(sku))


class Filters(OffersCase):
    """What one test archives, all campaigns of the business know, so only its own SKUs count."""

    def own(self, wanted, body):
        """Of the offers that are found those of the test."""
        return {sku: status for sku, status in self.statuses(body).items() if sku in wanted}

    def fill(self):
        """One offer of each status that there is; returns {SKU: status}."""
        wanted = {self.new_sku(status): status for status in
                  ("PUBLISHED", "NO_STOCKS", "DISABLED_BY_PARTNER", "ARCHIVED")}
        self.assert_ok(self.put(body_of(*(one(sku, int(status != "NO_STOCKS"))
                                          for sku, status in wanted.items()))))
        for sku, status in wanted.items():
            if status == "DISABLED_BY_PARTNER":
                self.hide(sku)
            elif status == "ARCHIVED":
                self.assertEqual({}, self.archive(sku))
        return wanted

    def test_without_a_filter_all_are_shown(self):
        wanted = self.fill()
        for body in ({}, {"offerIds": None, "statuses": None, "tags": None},
                     {"statuses": [], "categoryIds": [], "vendorNames": [], "tags": []}):
            with self.subTest(body=body):
                self.assertEqual(wanted, self.own(wanted, body))

    def test_each_status_and_each_pair_selects_its_own(self):
        wanted = self.fill()
        for first in STATUSES:
            for second in STATUSES:
                with self.subTest(first=first, second=second):
                    found = self.own(wanted, {"statuses": [first, second]})
                    self.assertEqual({sku: status for sku, status in wanted.items()
                                      if status in (first, second)}, found)

    def test_in_a_group_the_filter_looks_at_the_campaigns_own_marks(self):
        first, second = self.new_group()
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 1)), first))
        self.hide("A", campaign=first)
        hidden, shown = {"statuses": ["DISABLED_BY_PARTNER"]}, {"statuses": ["PUBLISHED"]}
        self.assertEqual(["A"], list(self.statuses(hidden, first)))
        self.assertEqual(["B"], list(self.statuses(shown, first)))
        self.assertEqual([], list(self.statuses(hidden, second)))
        self.assertEqual(["A", "B"], list(self.statuses(shown, second)))

    def test_filters_of_the_catalogue_select_nothing(self):
        """Neither categories, nor vendors, nor tags are known here."""
        self.put_count("A", 1)
        for body in ({"categoryIds": [1]}, {"vendorNames": ["x"]}, {"tags": ["x"]},
                     {"tags": ["x"], "statuses": ["PUBLISHED"]}):
            with self.subTest(body=body):
                self.assertEqual({"paging": {}, "offers": []}, self.result(self.get_offers(body)))

    def test_listed_offers_come_in_one_piece_in_their_order(self):
        wanted = self.fill()
        listed = list(reversed(wanted)) + ["unknown"]
        for query in ("", "?limit=1", "?page_token=%%%"):
            with self.subTest(query=query):
                result = self.result(self.get_offers(ids_body(*listed), query=query))
                self.assertEqual({}, result["paging"])
                self.assertEqual(listed[:-1], [offer["offerId"] for offer in result["offers"]])
        self.assertEqual([], list(self.statuses(ids_body("unknown"))))

    def test_listed_offers_and_filters_exclude_each_other(self):
        for name, value in (("statuses", "PUBLISHED"), ("categoryIds", 1), ("vendorNames", "x"),
                            ("tags", "x")):
            with self.subTest(name=name):
                answer = self.get_offers({**ids_body("A"), name: [value]})
                self.assert_refused(answer, 400, MIXED)

    def test_wrong_filters_are_refused(self):
        size = "offerIds size must be between 1 and 200 (rejected size: {})"
        for body, text in (
                (ids_body(), size.format(0)), (ids_body(*map(str, range(201))), size.format(201)),
                (ids_body("A", " A"), "offerIds elements must be unique (rejected value: A)"),
                (ids_body(None), "offerIds elements must be not null (rejected value: null)"),
                (ids_body("A", 7), "Illegal input at 'offerIds[1]'"),
                ({"offerIds": "A"}, "Illegal input at 'offerIds'"),
                ({"statuses": "PUBLISHED"}, "Illegal input at 'statuses'"),
                ({"statuses": ["published"]}, "Illegal input at 'statuses[0]'"),
                ({"statuses": [None]}, "statuses elements must be not null (rejected value: null)"),
                ({"categoryIds": [1, "2"]}, "Illegal input at 'categoryIds[1]'"),
                ({"vendorNames": [1]}, "Illegal input at 'vendorNames[0]'"),
                ({"tags": {}}, "Illegal input at 'tags'")):
            with self.subTest(body=str(body)[:80]):
                self.assert_refused(self.get_offers(body), 400, text)

    def test_200_may_be_listed(self):
        self.put_count("S7", 1)
        self.assertEqual(["S7"], list(self.statuses(ids_body(*(f"S{n}" for n in range(200))))))


class Paging(OffersCase):

    def walk(self, body, limit, campaign=None):
        pages, query = [], f"?limit={limit}"
        while True:
            result = self.result(self.get_offers(body, campaign, query))
            pages.append([offer["offerId"] for offer in result["offers"]])
            if "nextPageToken" not in result["paging"]:
                return pages
            token = quote(result["paging"]["nextPageToken"], safe="")
            query = f"?limit={limit}&page_token={token}"

    def test_the_pages_hold_every_offer_once(self):
        skus = [f"S{n:02}" for n in range(25)]
        self.assert_ok(self.put(body_of(*(one(sku, 1) for sku in skus))))
        for limit, sizes in ((10, [10, 10, 5]), (25, [25]), (24, [24, 1]), (200, [25])):
            with self.subTest(limit=limit):
                pages = self.walk({}, limit)
                self.assertEqual(sizes, [len(page) for page in pages])
                self.assertEqual(skus, sum(pages, []))

    def test_filtered_pages_hold_every_offer_once(self):
        """A page may be short, and yet there is a next one (C84)."""
        self.assert_ok(self.put(body_of(*(one(f"S{n:02}", n % 3) for n in range(30)))))
        self.hide(*(f"S{n:02}" for n in range(10)))
        for status, wanted in (("NO_STOCKS", range(12, 30, 3)), ("DISABLED_BY_PARTNER", range(10))):
            with self.subTest(status=status):
                found = sum(self.walk({"statuses": [status]}, 4), [])
                self.assertEqual([f"S{n:02}" for n in wanted], found)

    def test_one_can_go_back(self):
        self.assert_ok(self.put(body_of(*(one(f"S{n}", 1) for n in range(4)))))
        first = self.result(self.get_offers({}, query="?limit=2"))
        self.assertNotIn("prevPageToken", first["paging"])
        token = first["paging"]["nextPageToken"]
        second = self.result(self.get_offers({}, query=f"?limit=2&page_token={token}"))
        token = second["paging"]["prevPageToken"]
        back = self.get_offers({}, query=f"?limit=2&pageToken={token}")
        self.assertEqual(first["offers"], self.result(back)["offers"])

    def test_a_page_has_100_unless_told_and_200_at_most(self):
        self.assert_ok(self.put(body_of(*(one(f"S{n}", 1) for n in range(250)))))
        self.assertEqual(100, len(self.statuses()))
        self.assertEqual(200, len(self.statuses(query="?limit=200")))
        for limit, text in ((201, "Parameter limit must be less than or equal to 200"),
                            (0, "Parameter limit must be greater than or equal to 1")):
            for body in ({}, ids_body("A")):
                with self.subTest(limit=limit, body=body):
                    self.assert_refused(self.get_offers(body, query=f"?limit={limit}"), 400,
                                        f"{text} (rejected value: {limit})")

    def test_a_token_is_bound_to_its_filter(self):
        """C17."""
        self.assert_ok(self.put(body_of(*(one(f"S{n}", 1) for n in range(4)))))
        token = self.result(self.get_offers({}, query="?limit=2"))["paging"]["nextPageToken"]
        query = f"?limit=2&page_token={token}"
        self.assertEqual(["S2", "S3"], list(self.statuses(query=query)))
        for answer in (self.get_offers({"statuses": ["PUBLISHED"]}, query=query),
                       self.get_offers({}, self.new_campaign(), query), self.list_hidden(query),
                       self.send("POST", offers_path(self.campaign, "/stocks") + query, {})):
            self.assert_refused(answer, 400, "Bad page token")


class Update(OffersCase):

    def test_available_hides_and_shows(self):
        """§8: it is the older way of hiding."""
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 1), one("C", 1))))
        self.hide("B", "C")
        self.assert_ok(self.update({"offerId": "A", "available": False},
                                   {"offerId": "B", "available": True}, {"offerId": "C"}))
        self.assertCountEqual(["A", "C"], self.hidden())
        self.assert_ok(self.update({"offerId": "A", "available": None}, {"offerId": "C"}))
        self.assertEqual({"A": "DISABLED_BY_PARTNER", "B": "PUBLISHED", "C": "DISABLED_BY_PARTNER"},
                         self.statuses())

    def test_an_unknown_sku_may_be_hidden_and_shown(self):
        """C33."""
        self.assert_ok(self.update({"offerId": "A", "available": False},
                                   {"offerId": "B", "available": True}, {"offerId": "C"}))
        self.assertEqual({"A": "DISABLED_BY_PARTNER"}, self.statuses())

    def test_in_a_group_it_is_the_campaigns_own(self):
        """C35."""
        first, second = self.new_group()
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 1)), first))
        self.hide("B", campaign=first)
        self.assert_ok(self.update({"offerId": "A", "available": False},
                                   {"offerId": "B", "available": True}, campaign=first))
        self.assertEqual({"A": "DISABLED_BY_PARTNER", "B": "PUBLISHED"}, self.statuses({}, first))
        self.assertEqual({"A": "PUBLISHED", "B": "PUBLISHED"}, self.statuses({}, second))

    def test_what_is_not_ours_is_ignored(self):
        """§8: `vat`, `quantum` and others, of whatever type."""
        self.put_count("A", 1)
        self.assert_ok(self.update({"offerId": "A", "available": False, "vat": "x",
                                    "quantum": {"minQuantity": -1}, "minQuantity": []}))
        self.assertEqual("DISABLED_BY_PARTNER", self.status("A"))

    def test_wrong_bodies_are_refused_and_change_nothing(self):
        """C8."""
        self.put_count("A", 1)
        size = "offers size must be between 1 and 500 (rejected size: {})"
        many = [{"offerId": f"S{n}"} for n in range(501)]
        hide = {"offerId": "A", "available": False}
        for offers, text in (
                (None, size.format(0)), ([], size.format(0)), (many, size.format(501)),
                ({}, "Illegal input at 'offers'"),
                ([hide, None], "offers elements must be not null (rejected value: null)"),
                ([hide, "B"], "Illegal input at 'offers[1]'"),
                ([hide, {"available": False}],
                 "offers[1].offerId must not be null (rejected value: null)"),
                ([hide, {"offerId": "B", "available": "false"}],
                 "Illegal input at 'offers[1].available'"),
                ([hide, {"offerId": "B", "available": 0}],
                 "Illegal input at 'offers[1].available'"),
                ([hide, {"offerId": " A ", "available": False}],
                 "offers elements must be unique (rejected value: A)")):
            with self.subTest(text=text):
                path = offers_path(self.campaign, "/update")
                self.assert_refused(self.send("POST", path, {"offers": offers}), 400, text)
        self.assertEqual({"A": "PUBLISHED"}, self.statuses())
        self.assert_ok(self.update(*many[:500]))


class Delete(OffersCase):

    def test_a_deleted_offer_is_gone_from_the_campaigns_lists(self):
        self.assert_ok(self.put(body_of(one("A", 5), one("B", 5))))
        self.assertEqual([], self.delete("A"))
        self.assertEqual({"B": "PUBLISHED"}, self.statuses())
        self.assertIsNone(self.status("A"))
        self.assertEqual(["B"], self.skus())
        self.assertIsNone(self.offer("A"))

    def test_a_put_brings_it_back(self):
        self.put_count("A", 5)
        self.assertEqual([], self.delete("A"))
        self.put_count("A", 6)
        self.assertEqual(("PUBLISHED", 6), (self.status("A"), self.count("A")))

    def test_an_older_put_does_not(self):
        """C7: a number that is not taken changes nothing."""
        self.put_count("A", 5)
        self.assertEqual([], self.delete("A"))
        self.put_count("A", 6, moment(-100))
        self.assertIsNone(self.status("A"))

    def test_deleting_twice_is_the_same(self):
        """A client may repeat it."""
        self.put_count("A", 5)
        self.assertEqual([], self.delete("A"))
        self.assertEqual([], self.delete("A"))
        self.assertIsNone(self.status("A"))

    def test_what_is_unknown_is_told(self):
        self.put_count("A", 5)
        self.assertEqual(["x", "y"], self.delete("x", "A", "y"))
        self.assertEqual({}, self.statuses())

    def test_what_orders_hold_is_not_deleted(self):
        self.assert_ok(self.put(body_of(one("A", 5), one("B", 5))))
        order = self.order(self.campaign, "A", 1)
        self.assertEqual(["A"], self.delete("A", "B"))
        self.assertEqual({"A": "PUBLISHED"}, self.statuses())
        self.assert_order(self.operator.act(self.campaign, order, "cancel"), "CANCELLED")
        self.assertEqual([], self.delete("A"))

    def test_what_lies_in_a_warehouse_of_the_market_is_not_deleted(self):
        """Be it fit or not."""
        sku = self.new_sku()
        for kind in ("AVAILABLE", "DEFECT"):
            with self.subTest(kind=kind):
                self.count_at_market(F, sku, 1, kind)
                self.assertEqual([sku], self.delete(sku, campaign=F))
                self.assertIsNotNone(self.status(sku, F))
                self.count_at_market(F, sku, 0, kind)
        self.assertEqual([], self.delete(sku, campaign=F))
        self.assertIsNone(self.status(sku, F))

    def test_members_of_a_group_delete_each_for_itself(self):
        """The stock is the group's; a PUT of the campaign brings the offer back, no other one."""
        first, second = self.new_group()
        self.assert_ok(self.put(body_of(one("A", 5), one("B", 5)), first))
        self.assertEqual([], self.delete("A", campaign=first))
        self.assertEqual({"B": "PUBLISHED"}, self.statuses({}, first))
        self.assertEqual({"A": "PUBLISHED", "B": "PUBLISHED"}, self.statuses({}, second))
        self.put_count("A", 6, campaign=second)
        self.assertIsNone(self.status("A", first))
        self.assertIsNone(self.offer("A", first))
        self.put_count("A", 7, campaign=first)
        self.assertEqual(("PUBLISHED", 7), (self.status("A", first), self.count("A", first)))

    def test_a_hidden_offer_that_comes_back_is_still_hidden(self):
        self.put_count("A", 5)
        self.hide("A")
        self.assertEqual([], self.delete("A"))
        self.put_count("A", 5)
        self.assertEqual("DISABLED_BY_PARTNER", self.status("A"))

    def test_deleting_is_durable(self):
        self.put_count("A", 5)
        self.assertEqual([], self.delete("A"))
        self.kill()
        self.assertEqual({}, self.statuses())

    def test_wrong_bodies_are_refused_and_change_nothing(self):
        """C8."""
        self.put_count("A", 1)
        size = "offerIds size must be between 1 and 500 (rejected size: {})"
        for body, text in (
                ({}, size.format(0)), ({"offerIds": None}, size.format(0)),
                (ids_body(), size.format(0)),
                (ids_body(*map(str, range(501))), size.format(501)),
                (ids_body("A", " A"), "offerIds elements must be unique (rejected value: A)"),
                (ids_body("A", None), "offerIds elements must be not null (rejected value: null)"),
                (ids_body("A", " "),
                 "offerIds[1] size must be between 1 and 255 (rejected value: )"),
                (ids_body("A", 7), "Illegal input at 'offerIds[1]'"),
                ({"offerIds": "A"}, "Illegal input at 'offerIds'")):
            with self.subTest(text=text):
                path = offers_path(self.campaign, "/delete")
                self.assert_refused(self.send("POST", path, body), 400, text)
        self.assertEqual({"A": "PUBLISHED"}, self.statuses())

    def test_500_may_be_deleted_at_once(self):
        skus = [f"S{n}" for n in range(500)]
        self.assert_ok(self.put(body_of(*(one(sku, 1) for sku in skus))))
        self.assertEqual([], self.delete(*skus))
        self.assertEqual({}, self.statuses())


class Limits(OffersCase):
    options = ()
    listing, writing = (10000, 3), 10000

    def remaining(self, answer, limit):
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(str(limit), answer.header("X-RateLimit-Resource-Limit"))
        return int(answer.header("X-RateLimit-Resource-Remaining"))

    def test_each_method_has_its_window_and_its_cost(self):
        """§8."""
        limit, cost = self.listing
        update = {"offers": [{"offerId": "A", "available": True}, {"offerId": "B"}]}

        def costs(path, body, whole):
            left = [self.remaining(self.send("POST", path, body), whole) for _ in range(2)]
            return left[0] - left[1]

        def scenario(campaign):
            self.put_count("A", 1, campaign=campaign)
            self.put_count("B", 1, campaign=campaign)
            self.hide("C", campaign=campaign)
            self.assertEqual(cost, costs(offers_path(campaign), {}, limit))
            self.assertEqual(2, costs(offers_path(campaign, "/update"), update, self.writing))
            self.assertEqual(2, costs(offers_path(campaign, "/delete"), ids_body("x", "y"),
                                      self.writing))

        self.within_one_minute(scenario)

    def test_a_bad_body_costs_what_it_would_have(self):
        """C50."""
        bodies = [encode_body({"hiddenOffers": [{"offerId": "A"}] * n}) for n in (1, 7)]

        def scenario(campaign):
            path = hidden_path(campaign)
            before = self.remaining(self.send("POST", path, bodies[0]), self.writing)
            self.assertEqual(400, self.send("POST", path, bodies[1]).status)
            after = self.remaining(self.send("POST", path, bodies[0]), self.writing)
            self.assertEqual(7 + 1, before - after)

        self.within_one_minute(scenario)


class LimitsOfEdition2026(Limits):
    options = ("--edition", "2026")
    listing, writing = (1000, 1), 5000

