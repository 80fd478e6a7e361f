"""Paging of POST …/offers/stocks (CONTRACT §2): `limit` and `page_token`, C15, C16, C17, C23."""

from tests.contract.case import StockdCase, body_of, full_body, one, stocks_path
from tests.contract.registry import WAREHOUSE


class Paging(StockdCase):

    def fill(self, how_many):
        self.assert_ok(self.put(body_of(*(one(f"S{n:04}", n) for n in range(how_many)))))
        return [f"S{n:04}" for n in range(how_many)]

    def page(self, limit, token=None, **more):
        """Returns the page's SKUs and its `paging`."""
        query = {"limit": limit, **more}
        if token is not None:
            query["page_token"] = token
        result = self.post({}, query=query).json["result"]
        offers = result["warehouses"][0]["offers"] if result["warehouses"] else []
        return [offer["offerId"] for offer in offers], result["paging"]

    def walk(self, limit):
        pages, token = [], None
        while True:
            skus, paging = self.page(limit, token)
            pages.append(skus)
            token = paging.get("nextPageToken")
            if token is None:
                return pages

    def test_the_pages_hold_every_sku_once(self):
        """C16: `limit` counts SKUs; the last page may be short."""
        skus = self.fill(25)
        for limit, sizes in ((10, [10, 10, 5]), (25, [25]), (24, [24, 1]), (1, [1] * 25),
                             (200, [25])):
            with self.subTest(limit=limit):
                pages = self.walk(limit)
                self.assertEqual(sizes, [len(page) for page in pages])
                self.assertEqual(sorted(skus), sorted(sum(pages, [])))

    def test_the_order_does_not_change(self):
        """C16: neither between calls, nor with the limit, nor by writing again."""
        self.fill(30)
        first = sum(self.walk(7), [])
        self.put_count("S0000", 99)
        self.assertEqual(first, sum(self.walk(7), []))
        self.assertEqual(first, sum(self.walk(30), []))

    def test_the_local_store_lists_in_order_of_first_appearance(self):
        """C16."""
        for sku in ("B", "C", "A"):
            self.put_count(sku, 1)
        self.put_count("B", 2)
        self.assertEqual(["B", "C", "A"], self.skus())

    def test_the_default_limit_is_100_and_200_is_the_most(self):
        """C15."""
        self.fill(250)
        self.assertEqual(100, len(self.skus()))
        self.assertEqual(200, len(self.skus(query={"limit": 200})))
        self.assert_refused(
            self.post({}, query={"limit": 500}), 400,
            "Parameter limit must be less than or equal to 200 (rejected value: 500)")

    def test_a_limit_below_one_is_refused(self):
        """§0.4."""
        for limit in (0, -1, -2147483648):
            with self.subTest(limit=limit):
                answer = self.post({}, query={"limit": limit})
                self.assert_refused(answer, 400, "Parameter limit must be greater than or equal to"
                                                 f" 1 (rejected value: {limit})")

    def test_a_limit_that_is_no_int32_is_refused(self):
        for limit in ("abc", "1.5", "1e2", "0x10", "99999999999999999999", "10 20", "١"):
            with self.subTest(limit=limit):
                answer = self.post({}, query={"limit": limit})
                self.assert_refused(answer, 400)
        self.assert_refused(self.post({}, query={"limit": "abc"}), 400, "Type mismatch: 'abc'")

    def test_the_single_page_has_an_empty_paging(self):
        """C23."""
        self.fill(3)
        self.assertEqual({}, self.page(3)[1])

    def test_the_first_page_has_only_a_next_token_the_last_only_a_previous_one(self):
        self.fill(3)
        first, paging = self.page(1)
        self.assertEqual({"nextPageToken"}, set(paging))
        _, paging = self.page(1, paging["nextPageToken"])
        self.assertEqual({"nextPageToken", "prevPageToken"}, set(paging))
        self.assertEqual(first, self.page(1, paging["prevPageToken"])[0])
        _, paging = self.page(1, paging["nextPageToken"])
        self.assertEqual({"prevPageToken"}, set(paging))

    def test_tokens_need_no_escaping(self):
        """C17: base64url."""
        self.fill(2)
        self.assertRegex(self.page(1)[1]["nextPageToken"], r"^[A-Za-z0-9_=-]+$")

    def test_both_spellings_of_the_token_are_taken(self):
        """§16."""
        self.fill(2)
        token = self.page(1)[1]["nextPageToken"]
        self.assertEqual(self.page(1, token), self.page(1, pageToken=token))

    def test_page_token_is_taken_before_its_newer_spelling(self):
        """C82."""
        self.fill(3)
        token = self.page(1)[1]["nextPageToken"]
        self.assertEqual(self.page(1, token), self.page(1, token, pageToken="%%%"))

    def test_of_a_parameter_that_comes_twice_the_first_counts(self):
        """C82."""
        skus = self.fill(3)
        answer = self.send("POST", stocks_path(self.campaign) + "?limit=1&limit=2&limit=x")
        warehouse, = answer.json["result"]["warehouses"]
        self.assertEqual(skus[:1], [offer["offerId"] for offer in warehouse["offers"]])

    def test_the_limit_may_change_from_page_to_page(self):
        """C86."""
        skus, shown, token = self.fill(10), [], None
        for limit in (2, 5, 200):
            page, paging = self.page(limit, token)
            shown += page
            token = paging.get("nextPageToken")
        self.assertEqual((skus, None), (shown, token))

    def test_page_and_page_size_are_ignored_with_a_token(self):
        """§2."""
        self.fill(4)
        token = self.page(2)[1]["nextPageToken"]
        self.assertEqual(self.page(2, token), self.page(2, token, page=7, pageSize=1))

    def test_a_token_that_was_never_given_out_is_bad(self):
        """C17: noise, and the documentation's own sample."""
        self.fill(2)
        for token in ("abc", "%%%", "0", "-", "=" * 8, "eyBuZXh0SWQ6IDIzNDIgfQ==", "\u0416",
                      "A" * 4000):
            with self.subTest(token=token):
                self.assert_refused(self.post({}, query={"page_token": token}), 400,
                                    "Bad page token")

    def test_a_token_is_bound_to_its_campaign(self):
        """C17: foreign."""
        self.fill(2)
        token = self.page(1)[1]["nextPageToken"]
        answer = self.post({}, self.new_campaign(), {"limit": 1, "page_token": token})
        self.assert_refused(answer, 400, "Bad page token")

    def test_a_token_is_bound_to_its_filter(self):
        """C17."""
        self.fill(2)
        token = self.page(1)[1]["nextPageToken"]
        for body in ({"archived": True}, {"stocksWarehouseId": WAREHOUSE[self.campaign]}):
            with self.subTest(body=body):
                answer = self.post(body, query={"limit": 1, "page_token": token})
                self.assert_refused(answer, 400, "Bad page token")

    def test_new_skus_between_pages_neither_skip_nor_repeat(self):
        """C17: keyset, not offset."""
        skus = self.fill(10)
        seen, token = [], None
        for step in range(100):
            page, paging = self.page(2, token)
            seen += page
            token = paging.get("nextPageToken")
            if token is None:
                break
            if step < 5:
                self.put_count(f"late-{step}", 1)
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(set(skus) <= set(seen))

    def test_filtered_pages_go_on_with_the_same_filter(self):
        """C17: a token with the filter it came from."""
        self.assert_ok(self.put(body_of(*(one(f"S{n}", n % 2) for n in range(9)))))
        body = {"stocksWarehouseId": WAREHOUSE[self.campaign], "hasStocks": True}
        seen, query = [], {"limit": 3}
        while True:
            result = self.post(body, query=query).json["result"]
            seen += [offer["offerId"] for warehouse in result["warehouses"]
                     for offer in warehouse["offers"]]
            if "nextPageToken" not in result["paging"]:
                break
            query["page_token"] = result["paging"]["nextPageToken"]
        self.assertEqual(["S1", "S3", "S5", "S7"], sorted(seen))

    def test_ten_thousand_skus_come_page_by_page(self):
        for part in range(5):
            self.assert_ok(self.put(full_body(f"P{part}-")))
        self.assertEqual(10000, len(set(sum(self.walk(200), []))))
