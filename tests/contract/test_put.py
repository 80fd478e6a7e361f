"""PUT …/offers/stocks (CONTRACT §1): what a good request does, C6, C8, C9."""

import json
import threading

from tests.contract.case import (StockdCase, attack, body_of, full_body, moment, one,
                                 stocks_path)
from tests.contract.registry import C, DBS, EXPRESS, F, FULL, WAREHOUSE
from tests.harness.client import Client

PATHS = [stocks_path("{}", version, suffix) for version in ("/v2", "") for suffix in ("", ".json")]


class Put(StockdCase):

    def test_the_seeds_own_sample_body_is_valid(self):
        """§1.5: a stamp that is years old stays a valid request."""
        self.put_count("string", 0, "2022-12-29T18:02:01Z")
        self.assertEqual(0, self.count("string"))

    def test_all_four_forms_of_the_path_are_one_method(self):
        """§0.1: /v2/X, /X, /v2/X.json and /X.json."""
        for count, path in enumerate(PATHS, start=1):
            with self.subTest(path=path):
                answer = self.send("PUT", path.format(self.campaign), body_of(one("A", count)))
                self.assert_ok(answer)
                self.assertEqual(count, self.count("A"))

    def test_fbs_express_and_dbs_may_put(self):
        for campaign in (C, EXPRESS, DBS):
            with self.subTest(campaign=campaign):
                self.put_count("model", 3, campaign=campaign)
                self.assertEqual(3, self.count("model", campaign))

    def test_fby_may_not_put(self):
        self.assert_refused(self.put(body_of(one("A", 1)), F), 400,
                            starts="Campaign type is not allowed",
                            code="CAMPAIGN_TYPE_NOT_SUPPORTED")

    def test_a_count_is_absolute(self):
        self.put_count("A", 20)
        self.put_count("A", 18)
        self.assertEqual(18, self.count("A"))

    def test_a_sku_not_mentioned_keeps_its_count(self):
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 2))))
        self.put_count("A", 5)
        self.assertEqual((5, 2), (self.count("A"), self.count("B")))

    def test_zero_is_a_count(self):
        self.put_count("A", 5)
        self.put_count("A", 0)
        self.assertEqual(0, self.count("A"))

    def test_two_billion_is_a_count(self):
        self.put_count("A", 2000000000)
        self.assertEqual(2000000000, self.count("A"))

    def test_2000_skus_are_taken_in_one_request(self):
        self.assert_ok(self.put(full_body()))
        self.assertEqual(1, self.count("S1999"))

    def test_the_same_sku_in_two_campaigns_is_two_cells(self):
        other = self.new_campaign()
        self.put_count("A", 1)
        self.put_count("A", 2, campaign=other)
        self.assertEqual((1, 2), (self.count("A"), self.count("A", other)))

    def test_skus_are_compared_with_case(self):
        self.assert_ok(self.put(body_of(one("sku", 1), one("SKU", 2))))
        self.assertEqual((1, 2), (self.count("sku"), self.count("SKU")))

    def test_fields_of_older_and_newer_bodies_are_ignored(self):
        """C55 and §1.6: unknown fields at every level, of any kind."""
        junk = {"a": [1, {"b": None}], "c": -1.5e3, "d": True, "e": "text"}
        self.assert_ok(self.put({**junk, "skus": [
            {**junk, "sku": "A", "warehouseId": "x",
             "items": [{**junk, "type": "ACTUAL", "count": 4}]}]}))
        self.assertEqual(4, self.count("A"))

    def test_unknown_query_parameters_are_ignored(self):
        """C55: also those that POST knows."""
        path = stocks_path(self.campaign) + "?limit=abc&page_token=%25&x=1&x=2&&=&y"
        self.assert_ok(self.send("PUT", path, body_of(one("A", 4))))

    def test_an_unknown_sku_makes_a_bare_offer(self):
        """C6: by default a SKU nobody knew is taken."""
        self.assertIsNone(self.count("A"))
        self.put_count("A", 5)
        self.assertEqual(5, self.count("A"))

    def test_one_bad_sku_leaves_all_untouched(self):
        """C8: all or nothing, wherever the bad one stands."""
        bad = {"count": one("bad", -1), "sku": one("a\nb", 1), "date": one("bad", 1, "yesterday"),
               "future": one("bad", 1, moment(3600)), "again": one("A", 3), "null": None}
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 2))))
        for fault, element in bad.items():
            good = [one("A", 9), one("C", 9)]
            for elements in ([element, *good], [good[1], element, good[0]]):
                with self.subTest(fault=fault, elements=elements):
                    self.assert_refused(self.put(body_of(*elements)), 400)
                    self.assertEqual((1, 2, None), tuple(map(self.count, "ABC")))

    def test_duplicates_are_refused_on_every_path(self):
        """C9: byte-identical duplicates too."""
        expected = f"Duplicate shop-sku 'A' for warehouse '{WAREHOUSE[self.campaign]}'"
        for path in PATHS:
            with self.subTest(path=path), self.nothing_changes():
                body = attack(one("A", 1), one("B", 1), one("A", 1))
                answer = self.send("PUT", path.format(self.campaign), body)
                self.assert_refused(answer, 400, expected)

    def test_duplicates_are_found_among_2000(self):
        """C9: the first SKU again at the very end."""
        elements = [one(f"S{index}", 1) for index in range(1999)] + [one("S0", 1)]
        self.assert_refused(self.put(body_of(*elements)), 400, starts="Duplicate shop-sku 'S0'")

    def test_requests_in_parallel_lose_nothing(self):
        problems = []

        def write(number):
            client = Client(self.server.address)
            for step in range(50):
                body = json.dumps(body_of(one(f"S{number}-{step}", number * 100 + step)))
                answer = client.request("PUT", stocks_path(self.campaign), headers, body)
                if answer.status != 200:
                    problems.append(answer)
            client.close()

        headers = {"Api-Key": FULL, "Content-Type": "application/json"}
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], problems)
        for number in range(8):
            listed = self.offers(body={"offerIds": [f"S{number}-{step}" for step in range(50)]})
            counts = {offer["offerId"]: offer["stocks"] for offer in listed}
            for step in range(50):
                self.assertIn({"type": "AVAILABLE", "count": number * 100 + step},
                              counts[f"S{number}-{step}"])


class UnknownSkus(StockdCase):
    """C6: the switch --unknown-sku."""

    def setUp(self):
        super().setUp()
        self.restart("create")
        self.put_count("known", 1)

    def restart(self, mode):
        self.api.close()
        self.server.restart("--no-limits", "--unknown-sku", mode)
        self.api = Client(self.server.address)

    def test_create_takes_an_unknown_sku(self):
        self.put_count("new", 2)
        self.assertEqual(2, self.count("new"))

    def test_ignore_takes_only_the_known_ones(self):
        self.restart("ignore")
        self.assert_ok(self.put(body_of(one("new", 2), one("known", 3))))
        self.assertEqual((None, 3), (self.count("new"), self.count("known")))

    def test_reject_refuses_the_whole_request_and_names_the_sku(self):
        self.restart("reject")
        answer = self.put(body_of(one("known", 3), one("never-seen", 2)))
        self.assert_refused(answer, 400)
        self.assertIn("never-seen", answer.message)
        self.assertEqual((["known"], 1), (self.skus(), self.count("known")))

    def test_reject_takes_known_ones(self):
        self.restart("reject")
        self.put_count("known", 3)
        self.assertEqual(3, self.count("known"))
