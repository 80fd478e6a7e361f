"""The ledger of movements: what came and went, what the Market is told of it, and mistakes."""

import json

from tests.e2e.seller import SellerCase


class Ledger(SellerCase):

    def rows(self, *words):
        """Runs a subcommand that shows rows; returns them."""
        return [json.loads(line) for line in
                self.ctl(*words, "--output", "json").stdout.splitlines()]

    def balance(self, sku):
        row, = self.rows("balance", sku)
        return row["balance"]

    def test_movements_make_the_balance_and_stay_in_the_history(self):
        self.ctl("move", "receive", "A-1", 10, "чайник", 2, "--id", "D-1", "--note", "by lorry")
        self.ctl("move", "order", "A-1", 2)
        self.ctl("move", "return", "A-1", 1)
        self.ctl("move", "sell", "A-1", 3, "--at", "2025-09-17T14:30:00+03:00")
        self.ctl("move", "correct", "A-1", 4)
        self.assertEqual({"A-1": 4, "чайник": 2},
                         {row["sku"]: row["balance"] for row in self.rows("balance")})
        history = self.rows("history", "A-1")
        self.assertEqual([("receive", 10, 10), ("order", -2, 8), ("return", 1, 9), ("sell", -3, 6),
                          ("correct", -2, 4)],
                         [(row["kind"], row["change"], row["balance"]) for row in history])
        self.assertEqual(("D-1", "by lorry"), (history[0]["document"], history[0]["note"]))
        self.assertEqual("2025-09-17T11:30:00Z", history[3]["at"])
        self.assertNotIn("note", history[1])

    def test_a_script_that_runs_again_counts_once(self):
        for _ in range(3):
            row, = self.rows("move", "receive", "A-1", 10, "--id", "delivery-17")
            self.assertEqual({"movement": 1, "sku": "A-1", "kind": "receive", "change": 10,
                              "balance": 10}, row)
        self.assertEqual(10, self.balance("A-1"))
        ended = self.ctl("move", "receive", "A-1", 11, "--id", "delivery-17", code=1)
        self.assertIn("this --id has movement 1, receive 10", ended.stderr)
        self.assertEqual(10, self.balance("A-1"))

    def test_a_line_counts_as_a_whole_or_not_at_all(self):
        self.ctl("move", "receive", "A-1", 3)
        ended = self.ctl("move", "sell", "A-2", 1, "A-1", 1, code=1)
        self.assertIn("A-2: the balance is 0 and would be -1", ended.stderr)
        ended = self.ctl("move", "sell", "A-1", 1, "A-2", 1, code=1)
        self.assertEqual("", ended.stdout)
        self.assertEqual(3, self.balance("A-1"))
        self.assertEqual(1, len(self.rows("history", "A-1")))

    def test_an_undo_takes_back_once(self):
        self.ctl("move", "receive", "A-1", 10)
        self.ctl("move", "sell", "A-1", 4)
        row, = self.rows("move", "undo", 2, "--note", "wrong SKU")
        self.assertEqual(("undo", 4, 10), (row["kind"], row["change"], row["balance"]))
        self.assertIn("movement 3 has undone it", self.ctl("move", "undo", 2, code=1).stderr)
        self.assertIn("is an undo itself", self.ctl("move", "undo", 3, code=1).stderr)
        self.assertIn("no such movement", self.ctl("move", "undo", 9, code=1).stderr)
        self.assertEqual(2, self.rows("history", "A-1")[-1]["undoes"])

    def test_bad_lines_say_what_is_wrong(self):
        self.ctl("move", "receive", "A-1", 3)
        for words, code, said in (
                (("sell", "A-1", 4), 1, "the balance is 3 and would be -1; count them"),
                (("receive", "A-1", 2000000000), 1, "would be more than 2000000000"),
                (("receive", "A-1", 0), 2, "N is a whole number from 1 to 2000000000"),
                (("receive", "A-1", "5.0"), 2, "A-1: N is a whole number"),
                (("receive", "A-1", 2000000001), 2, "A-1: N is a whole number"),
                (("correct", "--", "A-1", -1), 2, "from 0 to 2000000000"),
                (("receive", "A-1"), 2, "SKU N [SKU N …] is missing"),
                (("receive", "A-1", 1, "A-2"), 2, "each SKU needs its number"),
                (("receive", "A-1", 1, " A-1 ", 1), 2, "A-1: the SKU stands there twice"),
                (("receive", " ", 1), 2, "a SKU has 1 to 255 characters"),
                (("receive", "x" * 256, 1), 2, "a SKU has 1 to 255 characters"),
                (("receive", "A\x07", 1), 2, "A?: a SKU has"),
                (("receive", "A-1", 1, "--at", "yesterday"), 2, "--at takes a date and time"),
                (("receive", "A-1", 1, "--at", "2999-01-01T00:00:00Z"), 2, "lies in the future"),
                (("receive", "A-1", 1, "--note", "a\nb"), 2, "--note takes one line"),
                (("receive", "A-1", 1, "--id", " "), 2, "--id takes one line"),
                (("receive", "A-1", 1, "--no-book"), 2, "there is none"),
                (("undo", "A-1"), 2, "NUMBER is that of a movement"),
                (("steal", "A-1", 1), 2, "steal")):
            with self.subTest(words=words):
                ended = self.ctl("move", *words, code=code)
                self.assertIn(said, ended.stderr)
                self.assertEqual("", ended.stdout)
        self.assertEqual(3, self.balance("A-1"))
        for name in ("balance", "history"):
            self.assertIn("B: no movement of it", self.ctl(name, "B", code=1).stderr)


class Guide(SellerCase):

    def test_the_table(self):
        """§12: 0 → 10 → 8 → 18 → 15, pushed after each step; a repeated script changes nothing."""
        self.profile(f"campaign = {self.campaign}", "from-book = yes")
        self.ctl("move", "correct", "product", 0, "--id", "stocktaking")
        self.ctl("push", "--profile", "shop")
        self.assertEqual(0, self.count("product"))
        steps = ((("receive", "product", 10, "--id", "delivery-1"), 10),
                 (("order", "product", 2, "--id", "order-1"), 8),
                 (("receive", "product", 10, "--id", "delivery-2"), 18),
                 (("sell", "product", 3, "--id", "receipt-1"), 15))
        for words, left in steps:
            if words[0] == "order":  # The buyer's order lowers the Market's own number.
                answer = self.operator.order(self.campaign, "first", {"product": 2})
                self.assert_order(answer, "RESERVED")
                self.assertEqual(left, self.count("product"))
            self.ctl("move", *words)
            self.assert_totals(self.ctl("push", "--profile", "shop"), sent=1)
            self.assertEqual(left, self.count("product"))
        for words, _ in steps:
            self.ctl("move", *words)
        self.assert_totals(self.ctl("push", "--profile", "shop"), sent=0, unchanged=1)
        self.assertEqual(15, self.count("product"))

    def test_a_balance_below_zero_is_told_as_zero(self):
        self.profile(f"campaign = {self.campaign}", "from-book = yes", "max-zero = 100%")
        self.ctl("move", "receive", "A-1", 3)
        self.ctl("push", "--profile", "shop")
        self.ctl("move", "sell", "A-1", 5, "--force")
        self.ctl("push", "--profile", "shop")
        self.assertEqual(0, self.count("A-1"))
        self.ctl("move", "correct", "A-1", 2)
        self.ctl("push", "--profile", "shop")
        self.assertEqual(2, self.count("A-1"))

    def test_an_empty_ledger_is_told(self):
        self.profile(f"campaign = {self.campaign}", "from-book = yes")
        self.assertIn("no movement was written down", self.ctl("push", "--profile", "shop",
                                                               code=2).stderr)
