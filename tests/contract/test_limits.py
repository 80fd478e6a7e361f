"""Products per minute (CONTRACT §10): rate headers, cost, refusal, C50 and C51.

Windows are aligned to the clock minute. A test that counts runs inside `within_one_minute`, which
throws a run across a minute's edge away. What one request costs is measured between two probes of
equal cost, so that it does not matter whether `Remaining` is told before or after the charge.
"""

import email.utils
import functools

from tests.contract.case import (BODY_BYTES_MAX, PRODUCTS_PER_MINUTE, StockdCase, body_of,
                                 full_body, one, padded, stocks_path)
from tests.contract.registry import F, FOREIGN, INACTIVE, PRICES, UNKNOWN
from tests.harness.client import encode_body

LIMIT, REMAINING, UNTIL = (f"X-RateLimit-Resource-{word}" for word in
                           ("Limit", "Remaining", "Until"))
TEXT = ("Hit rate limit of 100000 requests per 1 minute for resource"
        " campaigns/{{campaignId}}/offers/stocks for campaignId {}")


@functools.cache
def put_of(how_many):
    """Returns the bytes of a PUT of so many SKUs."""
    return encode_body(body_of(*(one(f"S{n}", 1) for n in range(how_many))))


class Limits(StockdCase):
    options = ()

    def remaining_after_probe(self, campaign):
        """A PUT of one SKU; returns what its answer says remains."""
        answer = self.put(body_of(one("probe", 1)), campaign)
        self.assert_ok(answer)
        return int(answer.header(REMAINING))

    def assert_cost(self, allowed, request):
        """Does request(campaign) cost what is allowed (a number or several)?"""
        allowed = allowed if isinstance(allowed, tuple) else (allowed,)

        def scenario(campaign):
            before = self.remaining_after_probe(campaign)
            request(campaign)
            after = self.remaining_after_probe(campaign)
            self.assertIn(before - after - 1, allowed)

        self.within_one_minute(scenario)

    def spend(self, campaign, products):
        """PUTs so many products."""
        while products > 0:
            part = min(products, 2000)
            self.assert_ok(self.put(put_of(part), campaign))
            products -= part

    # Headers.

    def test_every_answer_carries_the_three_headers(self):
        """§10: errors too, 404 included."""
        good = body_of(one("A", 1))
        for name, answer in {
                "PUT 200": self.put(good), "POST 200": self.post({}),
                "404 path": self.send("PUT", "/nothing", good),
                "404 version": self.send("PUT", stocks_path(self.campaign, "/v9"), good),
                "404 campaign": self.put(good, UNKNOWN), "405": self.send("DELETE", "/v2/campaigns"
                                                                          "/10003/offers/stocks"),
                "401": self.put(good, token=None), "403 scope": self.put(good, token=PRICES),
                "403 foreign": self.put(good, FOREIGN), "403 inactive": self.put(good, INACTIVE),
                "400 json": self.put("{"), "400 validation": self.put({}),
                "400 size": self.put(padded(good, BODY_BYTES_MAX + 1)),
                "400 model": self.put(good, F), "400 campaign": self.put(good, "abc"),
                "400 limit": self.post({}, query={"limit": 0}),
                "415": self.put(good, headers={"Content-Type": "text/plain"})}.items():
            with self.subTest(answer=name):
                self.assertRegex(answer.header(LIMIT) or "absent", r"^\d+$")
                self.assertRegex(answer.header(REMAINING) or "absent", r"^\d+$")
                self.assertRegex(answer.header(UNTIL) or "absent",
                                 r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:00 GMT$")

    def test_the_limit_is_100000(self):
        for answer in (self.put(body_of(one("A", 1))), self.post({})):
            self.assertEqual(str(PRODUCTS_PER_MINUTE), answer.header(LIMIT))

    def test_until_is_the_next_full_minute(self):
        """§10: RFC 822, in GMT; compared with the answer's own Date."""
        answer = self.put(body_of(one("A", 1)))
        until = email.utils.parsedate_to_datetime(answer.header(UNTIL))
        self.assertEqual(0, until.second)
        date = email.utils.parsedate_to_datetime(answer.header("Date"))
        self.assertTrue(0 <= (until - date).total_seconds() <= 60, (until, date))

    # Cost.

    def test_a_put_costs_its_number_of_skus(self):
        for skus in (1, 2, 2000):
            with self.subTest(skus=skus):
                self.assert_cost(skus, lambda campaign: self.put(put_of(skus), campaign))

    def test_a_put_without_effect_costs_the_same(self):
        """C7: three older stamps are ignored, yet they were products."""
        body = body_of(*(one(sku, 1, "2001-01-01T00:00:00Z") for sku in "ABC"))

        def twice(campaign):
            self.put(body_of(*(one(sku, 1) for sku in "ABC")), campaign)
            self.put(body, campaign)

        self.assert_cost(6, twice)

    def test_a_post_costs_its_number_of_offers(self):
        """§2: counted on the answer, between two probes of one offer."""
        def ask(campaign, how_many):
            answer = self.post({"offerIds": [f"S{n}" for n in range(how_many)]}, campaign)
            self.assertEqual(200, answer.status, answer)
            return int(answer.header(REMAINING))

        def scenario(campaign):
            self.assert_ok(self.put(put_of(150), campaign))
            before = ask(campaign, 1)
            ask(campaign, 40)
            self.assertEqual(40 + 1, before - ask(campaign, 1))

        self.within_one_minute(scenario)

    def test_a_bad_body_costs_one(self):
        """C50."""
        for body in ("{", "nonsense", {}, body_of(one("A", -1)), b"\xff"):
            with self.subTest(body=body):
                self.assert_cost(1, lambda campaign: self.put(body, campaign))

    def test_a_bad_body_of_three_skus_costs_one_or_three(self):
        """C50: 1, or the number of parsed `skus`."""
        body = body_of(one("A", 1), one("B", 1), one("C", -1))
        self.assert_cost((1, 3), lambda campaign: self.put(body, campaign))

    def test_campaigns_do_not_pay_for_each_other(self):
        """§10: the entity is the campaign."""
        self.assert_cost(0, lambda campaign: self.put(put_of(2000)))

    # Refusal.

    def test_the_refusal_is_420_with_the_whole_text(self):
        """C51."""
        def scenario(campaign):
            self.spend(campaign, PRODUCTS_PER_MINUTE)
            answer = self.put(body_of(one("A", 1)), campaign)
            self.assert_refused(answer, 420, TEXT.format(campaign))
            self.assertEqual("0", answer.header(REMAINING))

        self.within_one_minute(scenario)

    def test_what_does_not_fit_is_refused_whole_and_costs_nothing(self):
        """C50: 2 do not fit into 1, then 1 does."""
        def scenario(campaign):
            self.spend(campaign, PRODUCTS_PER_MINUTE - 1)
            for _ in range(3):
                answer = self.put(body_of(one("A", 1), one("B", 1)), campaign)
                self.assert_refused(answer, 420, TEXT.format(campaign))
            last = self.put(body_of(one("last", 1)), campaign)
            self.assert_ok(last)
            self.assertEqual(420, self.put(body_of(one("A", 1)), campaign).status)

        self.within_one_minute(scenario)

    def test_a_refused_put_changes_nothing(self):
        """C50."""
        seen = []

        def scenario(campaign):
            seen[:] = [campaign]
            self.spend(campaign, PRODUCTS_PER_MINUTE)
            self.assertEqual(420, self.put(body_of(one("S0", 999)), campaign).status)

        self.within_one_minute(scenario)
        self.server.restart("--no-limits")  # To look, whatever the minute.
        self.addCleanup(self.server.restart, *self.options)
        self.api.close()
        self.api.address = self.server.address
        self.assertEqual(1, self.count("S0", seen[0]))

    def test_posts_are_refused_when_they_have_used_everything_up(self):
        """§2: 200 answers of 500 offers."""
        listed = encode_body({"offerIds": [f"S{n}" for n in range(500)]})

        def scenario(campaign):
            self.assert_ok(self.put(put_of(500), campaign))
            for _ in range(PRODUCTS_PER_MINUTE // 500 + 1):
                answer = self.post(listed, campaign)
                if answer.status != 200:
                    break
            self.assert_refused(answer, 420, TEXT.format(campaign))

        self.within_one_minute(scenario)

    def test_another_campaign_is_served_meanwhile(self):
        """§10."""
        def scenario(campaign):
            self.spend(campaign, PRODUCTS_PER_MINUTE)
            self.assertEqual(420, self.put(body_of(one("A", 1)), campaign).status)
            self.assert_ok(self.put(body_of(one("A", 1))))

        self.within_one_minute(scenario)


class NoLimits(StockdCase):
    options = ("--no-limits",)

    def test_without_limits_the_51st_full_put_is_fine(self):
        body = full_body()
        for _ in range(51):
            self.assert_ok(self.put(body))

    def test_without_limits_many_requests_run_in_parallel(self):
        with self.holding(8, self.campaign):
            self.assert_ok(self.put(body_of(one("A", 1))))
