"""The wire test vectors of CONTRACT §17 that concern PUT and POST …/offers/stocks, one by one.

`C` is campaign 10003 (FBS, warehouse 501), `D` is 10004 (FBS, warehouse 502, grouped with 501),
`F` is 10005 (FBY). 24 and 28 are the parts that need nothing but these two methods; where the rest
of them is, and 27 and 31 to 35, says the last table of docs/contract.md.
"""

import datetime
import email.utils

from tests.contract.case import (BODY_BYTES_MAX, StockdCase, body_of, full_body, moment, one,
                                 padded, stocks_path)
from tests.contract.registry import C, D, F, FOREIGN, UNKNOWN, VIEWER


class Vectors(StockdCase):

    def test_01_a_put_of_one_sku_is_ok(self):
        """Vector 1: PUT C with one SKU is 200 {"status":"OK"}."""
        self.assert_ok(self.put({"skus": [{"sku": "A", "items": [{"count": 5}]}]}, C))

    def test_02_the_path_without_version_and_with_json_suffix_is_the_same_method(self):
        """Vector 2: the same to /campaigns/10003/offers/stocks.json."""
        sku = self.new_sku()
        path = "/campaigns/10003/offers/stocks.json"
        self.assert_ok(self.send("PUT", path, body_of(one(sku, 5))))
        self.assertEqual(5, self.count(sku, C))

    def test_03_fields_of_older_bodies_are_ignored(self):
        """Vector 3: `warehouseId` and `type` added change nothing."""
        sku = self.new_sku()
        self.assert_ok(self.put({"skus": [{"sku": sku, "warehouseId": 1,
                                           "items": [{"count": 5, "type": "FIT"}]}]}, C))
        self.assertEqual(5, self.count(sku, C))

    def test_04_a_body_without_skus_has_zero_of_them(self):
        """Vector 4: `{}` and `{"skuItems":[…]}`."""
        for body in ({}, {"skuItems": [{"sku": "A", "partnerWarehouseId": 1, "count": 0}]}):
            with self.subTest(body=body):
                self.assert_refused(self.put(body, C), 400,
                                    "skus size must be between 1 and 2000 (rejected size: 0)")

    def test_05_2001_skus_are_too_many(self):
        """Vector 5: PUT C with 2001 SKUs."""
        body = body_of(*(one(f"S{index}", 1) for index in range(2001)))
        self.assert_refused(self.put(body, C), 400,
                            "skus size must be between 1 and 2000 (rejected size: 2001)")

    def test_06_a_sku_has_exactly_one_item(self):
        """Vector 6: no items, two items."""
        for items in ([], [{"count": 1}, {"count": 2}]):
            with self.subTest(items=items):
                self.assert_refused(
                    self.put(body_of({"sku": "A", "items": items}), C), 400,
                    f"skus[0].items size must be between 1 and 1 (rejected size: {len(items)})")

    def test_07_a_count_is_not_below_zero_nor_above_two_billion(self):
        """Vector 7: -1 and 2000000001."""
        self.assert_refused(
            self.put(body_of(one("A", -1)), C), 400,
            "skus[0].items[0].count must be greater than or equal to 0 (rejected value: -1)")
        self.assert_refused(
            self.put(body_of(one("A", 2000000001)), C), 400,
            "skus[0].items[0].count must be less than or equal to 2000000000"
            " (rejected value: 2000000001)")

    def test_08_the_same_sku_twice_after_trimming_is_refused(self):
        """Vector 8: " A " and "A" in one body."""
        self.assert_refused(self.put(body_of(one(" A ", 1), one("A", 2)), C), 400,
                            "Duplicate shop-sku 'A' for warehouse '501'")

    def test_09_a_stamp_in_the_future_is_refused_an_old_one_is_not(self):
        """Vector 9: +1 h is refused; -25 h is fine in edition 2025."""
        self.assert_refused(self.put(body_of(one("A", 5, moment(+3600))), C), 400,
                            "Stock for 'A' should not be in the future")
        self.assert_ok(self.put(body_of(one(self.new_sku(), 5, moment(-25 * 3600))), C))

    def test_10_an_older_stamp_does_not_win_and_is_still_ok(self):
        """Vector 10: count 7 at T, then count 5 at T - 10 s."""
        sku = self.new_sku()
        self.put_count(sku, 7, moment(-100), C)
        self.put_count(sku, 5, moment(-110), C)
        self.assertEqual(7, self.count(sku, C))

    def test_11_a_put_to_fby_is_not_allowed(self):
        """Vector 11: PUT F."""
        self.assert_refused(self.put(body_of(one("A", 5)), F), 400,
                            starts="Campaign type is not allowed",
                            code="CAMPAIGN_TYPE_NOT_SUPPORTED")

    def test_12_a_read_only_token_cannot_put(self):
        """Vector 12: PUT C with a `:read-only` scope."""
        self.assert_refused(
            self.put(body_of(one("A", 5)), C, token=VIEWER), 403,
            starts="Token does not have any of the scopes to access the API method")

    def test_13_a_body_over_512_kb_is_too_big(self):
        """Vector 13: 524 289 bytes get 400, not 413."""
        body = padded(body_of(one("A", 5)), BODY_BYTES_MAX + 1)
        self.assert_refused(self.put(body, C), 400, starts="The request is too big")

    def test_14_plain_text_is_not_supported(self):
        """Vector 14: PUT C with Content-Type: text/plain."""
        answer = self.put(body_of(one("A", 5)), C, headers={"Content-Type": "text/plain"})
        self.assert_refused(answer, 415, "Content type 'text/plain' not supported")

    def test_15_delete_is_not_supported(self):
        """Vector 15: DELETE C offers/stocks."""
        self.assert_refused(self.send("DELETE", stocks_path(C)), 405,
                            "Request method 'DELETE' not supported")

    def test_16_an_unknown_version_is_not_found(self):
        """Vector 16: /v9/… and /V2/…"""
        for version in ("/v9", "/V2"):
            for method in ("PUT", "POST"):
                with self.subTest(version=version, method=method):
                    answer = self.send(method, stocks_path(C, version), body_of(one("A", 5)))
                    self.assert_refused(answer, 404, "Resource not found")

    def test_17_an_unknown_campaign_is_404_somebody_elses_is_403(self):
        """Vector 17: unknown campaign / someone else's."""
        body = body_of(one("A", 5))
        self.assert_refused(self.put(body, UNKNOWN), 404, "Campaign not found: '1'")
        self.assert_refused(self.put(body, FOREIGN), 403, "Access denied")

    def test_18_wrong_credentials_are_401_but_a_wrong_oauth_token_is_403(self):
        """Vector 18: no header / bad Api-Key / bad OAuth."""
        body = body_of(one("A", 5))
        self.assert_refused(self.put(body, C, token=None), 401, "Credentials are not specified")
        self.assert_refused(self.put(body, C, token="ACMA:nobody"), 401,
                            "Api-Key token is invalid")
        answer = self.put(body, C, token=None, headers={"Authorization": "Bearer y0_nobody"})
        self.assert_refused(answer, 403, "OAuth token is invalid")

    def test_21_a_put_to_one_member_of_a_group_shows_in_the_other(self):
        """Vector 21: PUT C A=5, POST D shows warehouse 502 with AVAILABLE 5."""
        sku = self.new_sku()
        self.put_count(sku, 5, campaign=C)
        answer = self.post({"offerIds": [sku]}, D)
        warehouse, = answer.json["result"]["warehouses"]
        self.assertEqual(502, warehouse["warehouseId"])
        self.assertIn({"type": "AVAILABLE", "count": 5}, warehouse["offers"][0]["stocks"])

    def test_22_a_post_without_body_gives_the_first_hundred(self):
        """Vector 22: POST C without body: first 100 SKUs, `nextPageToken` if there are more."""
        prefix = self.new_sku("page")
        self.assert_ok(self.put(body_of(*(one(f"{prefix}-{n}", n) for n in range(101))), C))
        answer = self.post(None, C)
        self.assertEqual(200, answer.status, answer)
        result = answer.json["result"]
        self.assertEqual(100, len(result["warehouses"][0]["offers"]))
        self.assertIn("nextPageToken", result["paging"])

    def test_23_a_limit_above_200_is_refused(self):
        """Vector 23: POST C ?limit=201."""
        self.assert_refused(
            self.post(None, C, {"limit": 201}), 400,
            "Parameter limit must be less than or equal to 200 (rejected value: 201)")

    def test_24_listed_skus_come_in_one_piece(self):
        """Vector 24 (without the archive): all listed SKUs are returned, no `nextPageToken`."""
        skus = [self.new_sku() for _ in range(300)]
        self.assert_ok(self.put(body_of(*(one(sku, 1) for sku in skus)), C))
        result = self.post({"offerIds": skus}, C).json["result"]
        found = [offer["offerId"] for offer in result["warehouses"][0]["offers"]]
        self.assertEqual(sorted(skus), sorted(found))
        self.assertNotIn("nextPageToken", result["paging"])

    def test_25_offer_ids_are_1_to_500_and_unique(self):
        """Vector 25: `[]` / 501 ids / duplicates."""
        size = "offerIds size must be between 1 and 500 (rejected size: {})"
        many = [f"S{index}" for index in range(501)]
        self.assert_refused(self.post({"offerIds": []}, C), 400, size.format(0))
        self.assert_refused(self.post({"offerIds": many}, C), 400, size.format(501))
        self.assert_refused(self.post({"offerIds": ["A", "A"]}, C), 400,
                            "offerIds elements must be unique (rejected value: A)")

    def test_26_a_page_token_that_is_none_is_bad(self):
        """Vector 26: POST C ?page_token=%%%, sent as it stands."""
        answer = self.send("POST", stocks_path(C) + "?page_token=%%%", {})
        self.assert_refused(answer, 400, "Bad page token")

    def test_28_available_is_the_count_that_was_put(self):
        """Vector 28 (without orders): PUT 18 gives FIT 18, FREEZE 0, AVAILABLE 18."""
        sku = self.new_sku()
        self.put_count(sku, 18, campaign=C)
        stocks = {stock["type"]: stock["count"] for stock in self.offer(sku, C)["stocks"]}
        self.assertEqual({"FIT": 18, "FREEZE": 0, "AVAILABLE": 18}, stocks)

    def test_29_a_leading_zero_makes_another_sku(self):
        """Vector 29: `557722` and `0557722` are two cells."""
        self.assert_ok(self.put(body_of(one("557722", 1), one("0557722", 2)), C))
        self.assertEqual((1, 2), (self.count("557722", C), self.count("0557722", C)))

    def test_30_a_sku_has_up_to_255_characters_and_no_line_feed(self):
        """Vector 30: 255 characters and a TAB inside are fine; 256, blanks, LF inside are not."""
        for sku, status in (("x" * 255, 200), ("x" * 256, 400), ("   ", 400), ("a\nb", 400),
                            ("a\tb", 200)):
            with self.subTest(sku=sku):
                self.assertEqual(status, self.put(body_of(one(sku, 1)), C).status)


class VectorsOfEdition2026(StockdCase):
    options = ("--no-limits", "--edition", "2026")

    def test_09_a_stamp_older_than_a_day_is_refused(self):
        """Vector 9: -25 h in edition 2026."""
        self.assert_refused(self.put(body_of(one("A", 5, moment(-25 * 3600))), C), 400,
                            "Stock for 'A' should not be older than a day")


class VectorsOfLimits(StockdCase):
    options = ()

    def test_19_the_third_simultaneous_request_is_refused(self):
        """Vector 19: 420 for the third at once."""
        with self.holding(2, C):
            answer = self.put(body_of(one("A", 5)), C)
        self.assert_refused(answer, 420, "Hit rate limit of 2 parallel requests")

    def test_20_the_51st_full_put_of_a_minute_is_refused(self):
        """Vector 20: 420, `Remaining: 0`, `Until` = next minute."""
        body = full_body()

        def scenario(campaign):
            for _ in range(50):
                last = self.put(body, campaign)
                self.assert_ok(last)
            answer = self.put(body, campaign)
            self.assertEqual(420, answer.status, answer)
            self.assertEqual("0", answer.header("X-RateLimit-Resource-Remaining"))
            until, now = (email.utils.parsedate_to_datetime(answer.header(name))
                          for name in ("X-RateLimit-Resource-Until", "Date"))
            self.assertEqual(now.replace(second=0) + datetime.timedelta(minutes=1), until)

        self.within_one_minute(scenario)
