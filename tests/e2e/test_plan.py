"""How long a catalogue takes: requests, bytes, minutes, and which limit it is that binds."""

import json

from tests.e2e.seller import SellerCase

FIGURES = ("skus", "requests", "cutByBytes", "minutes", "seconds", "boundBy", "skusPerMinute",
           "limitFrom")


class Plan(SellerCase):

    options = ()  # The limits are looked at.

    def catalogue(self, rows, sku="SKU-%d"):
        return self.file("stock.csv", "sku;count\n" + "".join(
            f"{sku % number};1\n" for number in range(rows)))

    def plan(self, *words, code=0):
        """Returns the rows of a plan."""
        ended = self.ctl("plan", *words, "--output", "json", code=code)
        return [json.loads(line) for line in ended.stdout.splitlines()], ended

    def figures(self, *words):
        row, = self.plan(*words)[0]
        return tuple(row[name] for name in FIGURES)

    def test_the_documented_limits(self):
        path = self.catalogue(0)
        for rows, expected in (
                (0, (0, 0, 0, 0, 0, "parallel", 100000, "documents")),
                (1, (1, 1, 0, 1, 1, "parallel", 100000, "documents")),
                (2001, (2001, 2, 0, 1, 1, "parallel", 100000, "documents")),
                (100000, (100000, 50, 0, 1, 13, "parallel", 100000, "documents")),
                (102001, (102001, 52, 0, 2, 61, "rate", 100000, "documents"))):
            with self.subTest(rows=rows):
                self.catalogue(rows)
                self.assertEqual(expected, self.figures(path))

    def test_slow_requests_are_bound_by_how_many_there_are_at_once(self):
        path = self.catalogue(20000)
        self.assertEqual((20000, 10, 0, 1, 50, "parallel", 100000, "documents"),
                         self.figures(path, "--request-ms", 10000))

    def test_long_skus_are_cut_by_bytes(self):
        """512 KB hold 1,584 SKUs of 251 characters."""
        path = self.catalogue(4000, "x" * 246 + "%05d")
        row, = self.plan(path)[0]
        self.assertEqual((4000, 3, 2), (row["skus"], row["requests"], row["cutByBytes"]))
        self.assertLess(4000 * 290, row["bytes"])
        self.assertLessEqual(row["bytes"], 3 * 524288)

    def test_the_server_is_asked_for_its_limit_and_nothing_changes_there(self):
        alone, first, second = self.campaign, *self.new_group()
        self.profile(f"campaign = {first} {second}\n  {alone}", f"file = {self.catalogue(10)}")
        rows, ended = self.plan("--profile", "shop")
        self.assertEqual([(first, 100000, "server"), (alone, 100000, "server")],
                         [(row["campaignId"], row["skusPerMinute"], row["limitFrom"])
                          for row in rows])
        self.assertIn(f"campaign {second} is not sent: it shares its stock with {first}",
                      ended.stderr)
        self.assertEqual({}, self.stock(first))
        self.assertEqual({}, self.stock(alone))

    def test_who_cannot_be_asked_is_not_waited_for(self):
        path = self.catalogue(10)
        words = (path, "--campaign", self.campaign, "--token-file", self.token_file)
        row, = self.plan(*words)[0]
        self.assertEqual("documents", row["limitFrom"])
        row, = self.plan(*words, "--url", self.url)[0]
        self.assertEqual("server", row["limitFrom"])
        row, = self.plan(*words, "--url", self.url, "--offline")[0]
        self.assertEqual("documents", row["limitFrom"])

    def test_bad_rows_do_not_count_and_people_get_a_table(self):
        path = self.file("stock.csv", "sku;count\nA;1\nB;x\nA;2\nC;3\n")
        rows, ended = self.plan(path, code=1)
        self.assertEqual(2, rows[0]["skus"])
        self.assertIn("2 rows are bad and do not count", ended.stderr)
        lines = self.ctl("plan", path, code=1).stdout.splitlines()
        self.assertIn("bound by", lines[0])
        self.assertIn("parallel", lines[1])
        self.assertIn("cannot open", self.ctl("plan", "/nowhere.csv", code=2).stderr)
