"""What was answered stays: stock after a clean stop and after kill -9 (CONTRACT §1, C6, C7).

And the server's own manners: the ready line, health, metrics, the demo registry.
"""

import json
import unittest

from tests.contract import registry
from tests.contract.case import StockdCase, body_of, full_body, one
from tests.harness.client import Client
from tests.harness.stockd import ROOT, Stockd

DEMO = ROOT / "demo" / "registry.json"


class Durability(StockdCase):

    def again(self, power_cut):
        self.api.close()
        if power_cut:
            self.server.kill()
            self.server.start()
        else:
            self.server.restart(*self.options)
        self.api = Client(self.server.address)

    def test_an_answered_put_survives(self):
        for power_cut in (False, True):
            with self.subTest(power_cut=power_cut):
                campaign = self.new_campaign()
                self.put_count("A", 5, "2022-12-29T18:02:01.123Z", campaign)
                self.assert_ok(self.put(full_body(), campaign))
                before = self.offers(campaign, query={"limit": 200})
                self.again(power_cut)
                self.assertEqual(before, self.offers(campaign, query={"limit": 200}))
                self.assertEqual(1, self.count("S1999", campaign))

    def test_the_stamp_survives_and_still_decides(self):
        """C7."""
        stamp = "2022-12-29T18:02:01.500Z"
        self.put_count("A", 7, stamp)
        self.again(power_cut=True)
        self.put_count("A", 5, "2022-12-29T18:02:01.499Z")
        self.assertEqual(7, self.count("A"))
        self.put_count("A", 6, stamp)
        self.assertEqual(6, self.count("A"))

    def test_many_restarts_lose_nothing(self):
        for number in range(6):
            self.put_count(f"S{number}", number)
            self.again(power_cut=number % 2 == 0)
        self.assertEqual([f"S{number}" for number in range(6)], sorted(self.skus()))
        self.assertEqual(list(range(6)), [self.count(f"S{number}") for number in range(6)])

    def test_a_refused_put_does_not_come_back(self):
        """C8."""
        self.assert_refused(self.put(body_of(one("A", 1), one("B", -1))), 400)
        self.put_count("C", 1)
        self.again(power_cut=True)
        self.assertEqual(["C"], self.skus())


class Operator(StockdCase):

    def test_health_and_readiness_are_200(self):
        for path in ("/healthz", "/readyz"):
            with self.subTest(path=path):
                self.assertEqual(200, self.server.operator(path).status)

    def test_metrics_are_numbers(self):
        self.put_count("A", 1)
        self.assertTrue(self.server.metrics())

    def test_the_operators_pages_are_not_on_the_public_listener(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            with self.subTest(path=path):
                self.assert_refused(self.send("GET", path), 404, "Resource not found")

    def test_stocks_are_not_on_the_operators_listener(self):
        self.assertNotEqual(200, self.server.operator("/v2/campaigns/10003/offers/stocks").status)


class DemoRegistry(StockdCase):

    @classmethod
    def setUpClass(cls):
        if not DEMO.exists():
            raise unittest.SkipTest(f"{DEMO} is not there")
        cls.server = Stockd(DEMO.read_text(encoding="utf-8"), *cls.options)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def test_the_demo_registry_takes_a_put_and_gives_it_back(self):
        self.put_count("A", 5, campaign=registry.C)
        self.assertEqual(5, self.count("A", registry.D))

    def test_the_demo_registry_is_json(self):
        self.assertIn("campaigns", json.loads(DEMO.read_text(encoding="utf-8")))
