"""What `--edition 2026` changes for PUT and POST …/offers/stocks: texts, windows, paging.

Its parallel limit is tested in test_parallel.py.
"""

from tests.contract.case import StockdCase, attack, body_of, moment, one
from tests.contract.registry import (BUSINESS, F, FOREIGN, INACTIVE, OAUTH, OTHER_BUSINESS,
                                     UNKNOWN)

GOOD = body_of(one("A", 1))


class Edition2026(StockdCase):
    options = ("--no-limits", "--edition", "2026")

    def test_the_seeds_sample_stamp_is_too_old(self):
        """C10 and §1.5."""
        with self.nothing_changes():
            self.assert_refused(self.put(attack(one("A", 0, "2022-12-29T18:02:01Z"))), 400,
                                "Stock for 'A' should not be older than a day")

    def test_the_past_bound_is_a_day(self):
        """C10: 86 400 s."""
        self.put_count("A", 5, moment(-86400 + 120))
        self.assert_refused(self.put(body_of(one("A", 5, moment(-86400 - 2)))), 400,
                            "Stock for 'A' should not be older than a day")

    def test_the_future_bound_is_the_same(self):
        """C10."""
        self.put_count("A", 5, moment(+30))
        self.assert_refused(self.put(body_of(one("A", 5, moment(+120)))), 400,
                            "Stock for 'A' should not be in the future")

    def test_a_put_without_stamp_is_now(self):
        self.put_count("A", 5)
        self.assertEqual(5, self.count("A"))

    def test_a_campaign_not_found_has_no_colon(self):
        for ask, body in ((self.put, GOOD), (self.post, {})):
            with self.subTest(ask=ask.__name__):
                self.assert_refused(ask(body, UNKNOWN), 404, f"Campaign not found '{UNKNOWN}'")

    def test_an_inactive_campaign(self):
        for ask, body in ((self.put, GOOD), (self.post, {})):
            with self.subTest(ask=ask.__name__):
                self.assert_refused(ask(body, INACTIVE), 403,
                                    f"API for campaign '{INACTIVE}' disabled due to inactivity")

    def test_a_model_that_is_not_allowed_is_told_which_are(self):
        self.assert_refused(self.put(GOOD, F), 400, code="CAMPAIGN_TYPE_NOT_SUPPORTED", starts=(
            "Campaign type is not allowed. Allowed campaign types: FBS, DBS"))

    def test_no_credentials_and_an_empty_api_key(self):
        self.assert_refused(self.put(GOOD, token=None), 401, "Credentials are not specified")
        self.assert_refused(self.put(GOOD, token=""), 401, "Api-Key token is not specified")

    def test_another_scheme_has_invalid_syntax(self):
        """§0.5: `Unsupported authorization type…` is a text of D25 only."""
        answer = self.put(GOOD, token=None, headers={"Authorization": "Basic dXNlcjpwYXNz"})
        self.assert_refused(answer, 401, "Authorization header has invalid syntax")

    def test_the_validation_texts_are_the_same(self):
        for body, message in (
                ({}, "skus size must be between 1 and 2000 (rejected size: 0)"),
                (body_of(one("A", -1)), "skus[0].items[0].count must be greater than or equal to 0"
                                        " (rejected value: -1)"),
                (body_of(one("A", "5")), "Illegal input at 'skus[0].items[0].count'")):
            with self.subTest(body=body):
                self.assert_refused(self.put(body), 400, message)

    def test_the_default_limit_is_50(self):
        """C15."""
        self.fill(120)
        self.assertEqual(50, len(self.skus()))

    def test_a_limit_above_100_is_cut_silently(self):
        """C15."""
        self.fill(120)
        for limit in (100, 101, 200, 201, 100000):
            with self.subTest(limit=limit):
                self.assertEqual(100, len(self.skus(query={"limit": limit})))

    def test_a_limit_below_one_is_still_refused(self):
        self.assert_refused(
            self.post({}, query={"limit": 0}), 400,
            "Parameter limit must be greater than or equal to 1 (rejected value: 0)")

    def test_paging_goes_on_with_both_spellings(self):
        """§16."""
        self.fill(120)
        token = self.post({}).json["result"]["paging"]["nextPageToken"]
        pages = [self.skus(query={name: token}) for name in ("pageToken", "page_token")]
        self.assertEqual(50, len(pages[0]))
        self.assertEqual(pages[0], pages[1])

    def test_listed_skus_come_in_one_piece_beyond_the_limit(self):
        self.fill(120)
        self.assertEqual(120, len(self.skus(body={"offerIds": [f"S{n}" for n in range(120)]})))

    def fill(self, how_many):
        self.assert_ok(self.put(body_of(*(one(f"S{n}", 1) for n in range(how_many)))))


class BusinessHeader(StockdCase):
    """§9 [new]: X-Business-Id with OAuth."""
    options = ("--no-limits", "--edition", "2026")

    def put_for(self, business, campaign=None):
        headers = {"Authorization": f"Bearer {OAUTH}", "X-Business-Id": str(business)}
        return self.put(GOOD, campaign, token=None, headers=headers)

    def test_the_campaigns_own_business_is_fine(self):
        self.assert_ok(self.put_for(BUSINESS))

    def test_a_value_that_is_no_number_is_incorrect(self):
        for value in ("abc", "1x"):
            with self.subTest(value=value):
                self.assert_refused(self.put_for(value), 400,
                                    f"Incorrect X-Business-Id header value: '{value}'")

    def test_another_business_than_the_campaigns_is_403(self):
        self.assert_refused(self.put_for(OTHER_BUSINESS), 403)
        self.assert_refused(self.put_for(BUSINESS, FOREIGN), 403)
