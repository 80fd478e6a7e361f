"""Every error text of CONTRACT §0.5 that PUT and POST …/offers/stocks can give, edition 2025.

Also the form of an error answer (§0.2), the codes (C4) and several errors at once (C5).
Texts of 401 and of OAuth are in test_auth.py, of 420 in test_limits.py and test_parallel.py,
of paging in test_paging.py, of the SKU in test_sku.py, those of 2026 in test_edition_2026.py.
"""

from tests.contract.case import (BODY_BYTES_MAX, StockdCase, attack, body_of, moment, one, padded,
                                 stocks_path)
from tests.contract.registry import F, FOREIGN, INACTIVE, PRICES, UNKNOWN, WAREHOUSE

ITEM = "skus[0].items[0]"


def with_items(items):
    return body_of({"sku": "A", "items": items})


class Validation(StockdCase):
    """400: what a well-formed JSON body can have wrong."""

    def assert_put_refused(self, body, message):
        with self.nothing_changes():
            self.assert_refused(self.put(body), 400, message)

    def assert_post_refused(self, body, message):
        with self.nothing_changes():
            self.assert_refused(self.post(body), 400, message)

    def test_skus_absent_null_or_empty_has_size_zero(self):
        """C14."""
        for body in ({}, {"skus": None}, {"skus": []}, {"SKUS": [one("A", 1)]}):
            with self.subTest(body=body):
                self.assert_put_refused(
                    body, "skus size must be between 1 and 2000 (rejected size: 0)")

    def test_items_absent_null_or_empty_has_size_zero(self):
        for element in ({"sku": "A"}, {"sku": "A", "items": None}, {"sku": "A", "items": []}):
            with self.subTest(element=element):
                self.assert_put_refused(
                    body_of(element),
                    "skus[0].items size must be between 1 and 1 (rejected size: 0)")

    def test_two_items_are_too_many(self):
        self.assert_put_refused(
            attack({"sku": "A", "items": [{"count": 1}, {"count": 1}]}),
            "skus[1].items size must be between 1 and 1 (rejected size: 2)")

    def test_a_missing_sku_is_null(self):
        for element in ({"items": [{"count": 1}]}, {"sku": None, "items": [{"count": 1}]}):
            with self.subTest(element=element):
                self.assert_put_refused(
                    attack(element), "skus[1].sku must not be null (rejected value: null)")

    def test_a_missing_count_is_null(self):
        """§1.2: an empty value is never a zero."""
        for item in ({}, {"count": None}, {"updatedAt": "2022-12-29T18:02:01Z"}):
            with self.subTest(item=item):
                self.assert_put_refused(
                    with_items([item]),
                    f"{ITEM}.count must not be null (rejected value: null)")

    def test_null_elements_are_refused(self):
        self.assert_put_refused(attack(None),
                                "skus elements must be not null (rejected value: null)")
        self.assert_put_refused(
            with_items([None]),
            "skus[0].items elements must be not null (rejected value: null)")
        self.assert_post_refused({"offerIds": ["A", None]},
                                 "offerIds elements must be not null (rejected value: null)")

    def test_a_count_above_two_billion(self):
        """The path names the SKU's place in the request."""
        body = body_of(*(one(f"S{n}", 1) for n in range(17)), one("A", 3000000000))
        self.assert_put_refused(body, "skus[17].items[0].count must be less than or equal to"
                                      " 2000000000 (rejected value: 3000000000)")

    def test_a_count_at_the_ends_of_int64(self):
        for count, bound in ((2 ** 63 - 1, "less than or equal to 2000000000"),
                             (-2 ** 63, "greater than or equal to 0")):
            with self.subTest(count=count):
                self.assert_put_refused(
                    body_of(one("A", count)),
                    f"{ITEM}.count must be {bound} (rejected value: {count})")

    def test_a_wrong_json_type_in_put_is_named_by_its_path(self):
        """C11 among them: a count is a JSON integer."""
        for body, path in (
                ({"skus": {}}, "skus"), ({"skus": "A"}, "skus"), ({"skus": 1}, "skus"),
                ({"skus": True}, "skus"), (body_of(5), "skus[0]"), (body_of("A"), "skus[0]"),
                (body_of([]), "skus[0]"), (attack(False), "skus[1]"),
                (body_of(one(5, 1)), "skus[0].sku"), (body_of(one(True, 1)), "skus[0].sku"),
                (body_of(one({}, 1)), "skus[0].sku"), (body_of(one(["A"], 1)), "skus[0].sku"),
                (with_items({}), "skus[0].items"), (with_items("x"), "skus[0].items"),
                (with_items([5]), "skus[0].items[0]"), (with_items([[]]), "skus[0].items[0]"),
                *((body_of(one("A", count)), f"{ITEM}.count")
                  for count in ("5", "", True, False, 5.5, {}, [5]))):
            with self.subTest(body=body):
                self.assert_put_refused(body, f"Illegal input at '{path}'")

    def test_a_wrong_json_type_in_post_is_named_by_its_path(self):
        for body, path in (
                ({"offerIds": "A"}, "offerIds"), ({"offerIds": {}}, "offerIds"),
                ({"offerIds": [5]}, "offerIds[0]"), ({"offerIds": ["A", True]}, "offerIds[1]"),
                ({"offerIds": [["A"]]}, "offerIds[0]"), ({"archived": 1}, "archived"),
                ({"archived": "true"}, "archived"), ({"withTurnover": "yes"}, "withTurnover"),
                ({"stocksWarehouseId": 501, "hasStocks": 0}, "hasStocks"),
                ({"stocksWarehouseId": "501"}, "stocksWarehouseId"),
                ({"stocksWarehouseId": 501.5}, "stocksWarehouseId"),
                ({"stocksWarehouseId": True}, "stocksWarehouseId")):
            with self.subTest(body=body):
                self.assert_post_refused(body, f"Illegal input at '{path}'")

    def test_a_body_that_is_no_object_is_refused(self):
        for body in ("[]", "5", '"skus"', "true", '[{"skus":[]}]'):
            for ask in (self.put, self.post):
                with self.subTest(body=body, ask=ask.__name__), self.nothing_changes():
                    self.assert_refused(ask(body), 400)

    def test_offer_ids_sizes(self):
        size = "offerIds size must be between 1 and 500 (rejected size: {})"
        self.assert_post_refused({"offerIds": []}, size.format(0))
        self.assert_post_refused({"offerIds": [f"S{n}" for n in range(501)]}, size.format(501))

    def test_a_warehouse_below_one(self):
        for warehouse in (0, -1):
            with self.subTest(warehouse=warehouse):
                self.assert_post_refused(
                    {"stocksWarehouseId": warehouse},
                    "stocksWarehouseId must be greater than or equal to 1"
                    f" (rejected value: {warehouse})")

    def test_a_duplicate_names_the_sku_and_the_warehouse(self):
        """C3."""
        self.assert_put_refused(
            attack(one("A", 1), one("A", 1)),
            f"Duplicate shop-sku 'A' for warehouse '{WAREHOUSE[self.campaign]}'")

    def test_a_stamp_in_the_future(self):
        self.assert_put_refused(attack(one("A", 1, moment(3600))),
                                "Stock for 'A' should not be in the future")

    def test_an_empty_put(self):
        for body in (None, b""):
            with self.subTest(body=body), self.nothing_changes():
                answer = self.put(body, headers={"Content-Type": "application/json",
                                                 "Content-Length": "0"})
                self.assert_refused(answer, 400, "Required request body is missing")

    def test_a_body_too_big(self):
        with self.nothing_changes():
            self.assert_refused(self.put(padded(attack(), BODY_BYTES_MAX + 1)), 400,
                                starts="The request is too big")


class SeveralErrors(StockdCase):
    """C5: all of them, at most 20, in document order."""

    def test_all_errors_are_told_in_document_order(self):
        answer = self.put(body_of({"sku": "a\nb", "items": [{"count": -1}]}, one("B", 1),
                                  {"sku": "C", "items": []}, one(None, 3000000000)))
        self.assert_refused(answer, 400)
        places = [error["message"].split(" ")[0] for error in answer.errors]
        self.assertEqual(["skus[0].sku", "skus[0].items[0].count", "skus[2].items", "skus[3].sku",
                          "skus[3].items[0].count"], places)

    def test_no_more_than_twenty_are_told(self):
        answer = self.put(body_of(*(one(f"S{n}", -1) for n in range(30))))
        self.assert_refused(answer, 400)
        places = [error["message"].split(" ")[0] for error in answer.errors]
        self.assertEqual([f"skus[{n}].items[0].count" for n in range(20)], places)

    def test_twenty_errors_of_long_values_stay_a_small_answer(self):
        answer = self.put(body_of(*(one("x" * 10000 + str(n), 1) for n in range(30))))
        self.assert_refused(answer, 400)
        self.assertEqual(20, len(answer.errors))
        self.assertLess(len(answer.body), 65536)


class Places(StockdCase):
    """Path, verb, campaign, media type."""

    def test_unknown_paths_and_versions_are_404(self):
        """§0.1 and C53."""
        here = f"campaigns/{self.campaign}/offers/stocks"
        for path in ("/", "/v2", "/v2/", "/nothing", "/v2/nothing", f"/v9/{here}", f"/V2/{here}",
                     f"/v02/{here}", f"/v/{here}", f"/v2/v2/{here}", f"/v2/{here}.xml",
                     f"/v2/{here}.jsonx", f"/v2/{here}.JSON", f"/v2/{here}.json.json",
                     f"/v2/{here}x", f"/v2/{here}/more", f"/v2/{here.title()}",
                     "/v2/campaigns/offers/stocks"):
            for method in ("PUT", "POST", "GET", "DELETE"):
                with self.subTest(path=path, method=method):
                    answer = self.send(method, path, body_of(one("A", 1)))
                    self.assert_refused(answer, 404, "Resource not found")
        self.assertIsNone(self.count("A"))

    def test_other_verbs_are_405_and_told_what_is_allowed(self):
        """C54."""
        for method in ("GET", "DELETE", "PATCH", "OPTIONS", "BREW", "put"):
            with self.subTest(method=method), self.nothing_changes():
                answer = self.send(method, stocks_path(self.campaign), attack())
                self.assert_refused(answer, 405, f"Request method '{method}' not supported")
                allowed = {word.strip() for word in answer.header("Allow").split(",")}
                self.assertEqual({"PUT", "POST"}, allowed)

    def test_head_is_405_without_a_body(self):
        """C54."""
        answer = self.send("HEAD", stocks_path(self.campaign))
        self.assertEqual(405, answer.status)
        self.assert_alive()

    def test_a_campaign_that_is_no_number_is_a_type_mismatch(self):
        """§0.4."""
        for text in ("abc", "10003x", "1.5", "99999999999999999999", "9223372036854775808"):
            for method in ("PUT", "POST"):
                with self.subTest(text=text, method=method):
                    answer = self.send(method, stocks_path(text), body_of(one("A", 1)))
                    self.assert_refused(answer, 400, f"Type mismatch: '{text}'")

    def test_a_campaign_below_one_is_out_of_bounds(self):
        """§0.4."""
        for number in (0, -1):
            with self.subTest(number=number):
                answer = self.send("PUT", stocks_path(number), body_of(one("A", 1)))
                self.assert_refused(answer, 400, "campaignId must be greater than or equal to 1"
                                                 f" (rejected value: {number})")

    def test_campaigns_one_may_not_touch(self):
        """C26, for both methods."""
        for campaign, status, message in (
                (UNKNOWN, 404, f"Campaign not found: '{UNKNOWN}'"),
                (2 ** 63 - 1, 404, f"Campaign not found: '{2 ** 63 - 1}'"),
                (FOREIGN, 403, "Access denied"),
                (INACTIVE, 403, "Access denied for campaign '10008' because it is not active")):
            for ask, body in ((self.put, body_of(one("A", 1))), (self.post, {})):
                with self.subTest(campaign=campaign, ask=ask.__name__):
                    self.assert_refused(ask(body, campaign), status, message)

    def test_a_model_that_may_not_put_has_its_own_code(self):
        """C4."""
        self.assert_refused(self.put(body_of(one("A", 1)), F), 400, "Campaign type is not allowed",
                            code="CAMPAIGN_TYPE_NOT_SUPPORTED")

    def test_a_scope_that_does_not_fit(self):
        for ask, body in ((self.put, body_of(one("A", 1))), (self.post, {})):
            with self.subTest(ask=ask.__name__):
                self.assert_refused(ask(body, token=PRICES), 403, starts=(
                    "Token does not have any of the scopes to access the API method"))

    def test_other_media_types_are_415(self):
        """C48, for both methods."""
        for kind in ("text/plain", "application/xml", "text/json",
                     "application/x-www-form-urlencoded", "multipart/form-data",
                     "application/octet-stream", "application/jsonx"):
            for ask, body in ((self.put, attack()), (self.post, {})):
                with self.subTest(kind=kind, ask=ask.__name__), self.nothing_changes():
                    answer = ask(body, headers={"Content-Type": kind})
                    self.assert_refused(answer, 415, f"Content type '{kind}' not supported")

    def test_two_content_types_are_415(self):
        """C81."""
        with self.nothing_changes():
            kinds = ["application/json", "application/json"]
            self.assert_refused(self.put(attack(), headers={"Content-Type": kinds}), 415)

    def test_without_a_body_its_type_is_not_looked_at(self):
        """C81."""
        self.assertEqual(200, self.post(None, headers={"Content-Type": "text/plain"}).status)

    def test_a_content_type_that_is_none_is_415(self):
        """C48: the text may be either of the two of §0.5."""
        for kind in ("garbage", "/", "application/", "application json"):
            with self.subTest(kind=kind), self.nothing_changes():
                answer = self.put(attack(), headers={"Content-Type": kind})
                self.assert_refused(answer, 415)
                self.assertIn(answer.message, (f"Content type '{kind}' not supported",
                                               f"Unknown content-type: '{kind}'"))
