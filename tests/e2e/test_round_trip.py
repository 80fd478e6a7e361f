"""stockctl and stockd together: the demo's leftovers go in, come out the same, and go in again."""

import csv
import io
import json
import unittest

from tests.e2e.ctl import CAMPAIGN, ROOT, CtlCase
from tests.harness.stockd import Stockd, binary

REGISTRY = (ROOT / "demo" / "registry.json").read_text(encoding="utf-8")
LEFTOVERS = ROOT / "demo" / "leftovers.csv"
TOKENS = {token["name"]: token for token in json.loads(REGISTRY)["tokens"]}
GROUP_MEMBER, FULFILMENT = "10004", "10005"


def read_rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@unittest.skipUnless(binary().exists(), "there is no stockd to run")
class RoundTrip(CtlCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Stockd(REGISTRY)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.url = "http://{}:{}".format(*cls.server.address)

    def ctl(self, *words, token="full access", **how):
        secret = TOKENS[token].get("apiKey") or TOKENS[token]["oauth"]
        return self.run_ctl(*words, "--url", self.url, token=secret, **how)

    def push(self, path, *words, campaign=CAMPAIGN, **how):
        return self.ctl("push", path, "--campaign", campaign, *words, **how)

    def pull(self, *words, campaign=CAMPAIGN, **how):
        return self.ctl("pull", "--campaign", campaign, *words, **how)

    def test_demo_comes_back_as_it_went_in(self):
        wanted = {row["sku"]: row["count"]
                  for row in read_rows(LEFTOVERS.read_text(encoding="utf-8"))}
        self.assertEqual(10000, len(wanted))
        ended = self.push(LEFTOVERS)
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=10000, refused=0, bad=0, skipped=0)

        path = self.folder / "pulled.csv"
        ended = self.pull("-o", path)
        self.assertEqual(0, ended.code, ended)
        text = path.read_text(encoding="utf-8")
        self.assertEqual(wanted, {row["sku"]: row["count"] for row in read_rows(text)})

        ended = self.push(path)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(text, self.pull().stdout)
        self.assertEqual(text, self.pull(campaign=GROUP_MEMBER).stdout)

    def test_later_push_of_the_same_file_wins(self):
        path = self.file("stock.csv", "sku,count\nlater-wins,1\n")
        self.assertEqual(0, self.push(path, campaign="10006").code)
        changed = self.file("changed.csv", "sku,count\nlater-wins,2\n")
        self.assertEqual(0, self.push(changed, campaign="10006").code)
        self.assertEqual(0, self.push(path, campaign="10006").code)
        rows = read_rows(self.pull(campaign="10006").stdout)
        self.assertEqual(["1"], [row["count"] for row in rows if row["sku"] == "later-wins"])

    def test_who_is_not_allowed_learns_why(self):
        path = self.file("stock.csv", "sku,count\nA,1\n")
        cases = (("viewer", CAMPAIGN, 4, "scope"), ("revoked", CAMPAIGN, 4, "revoked"),
                 ("full access", "1", 4, "Campaign not found"),
                 ("full access", "20001", 4, "Access denied"),
                 ("full access", FULFILMENT, 1, "Campaign type is not allowed"))
        for token, campaign, code, reason in cases:
            with self.subTest(token=token, campaign=campaign):
                ended = self.push(path, campaign=campaign, token=token)
                self.assertEqual(code, ended.code, ended)
                self.assertIn(reason, ended.stderr)

    def test_oauth_token_works(self):
        path = self.file("stock.csv", "sku,count\noauth,1\n")
        ended = self.push(path, "--auth", "oauth", campaign="10007", token="old integration")
        self.assertEqual(0, ended.code, ended)
