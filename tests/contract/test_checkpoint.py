"""Checkpoints by the operator's wish: what they answer, and that a start goes on from one."""

import unittest

from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS


class Checkpoint(OperatorCase):

    def made(self):
        """Makes one; returns its figures."""
        answer = self.operator.make_checkpoint()
        self.assertEqual(200, answer.status, answer)
        figures = answer.json["result"]
        self.assertEqual(("IDLE", 0), (figures["state"], figures["failed"]), answer)
        return figures

    def test_the_whole_answer(self):
        """C129."""
        self.put_count("A", 5)
        figures = self.made()
        self.assertGreaterEqual(figures["done"], 1)
        self.assertGreater(figures["bytes"], 0)
        self.assertEqual(0, figures["documentsSince"])
        last = figures["last"]
        self.assertGreaterEqual(last["record"], 2)
        self.assertGreaterEqual(last["cells"], 1)
        self.assertGreaterEqual(last["shelves"], 1)
        self.assertEqual(figures, self.operator.checkpoint().json["result"])

    def test_what_comes_after_one_counts_again(self):
        before = self.made()
        self.put_count("A", 5)
        self.operator.update({"marketWarehouses": [{"id": 870001, "name": "m"}]})
        after = self.operator.checkpoint().json["result"]
        self.assertGreater(after["journalBytesSince"], before["journalBytesSince"])
        self.assertEqual(1, after["documentsSince"])

    def test_a_start_goes_on_from_it(self):
        """C129."""
        order = self.new_order()
        self.put_counts({"A": 5, "B": 7})
        self.assert_order(self.operator.order(self.campaign, order, {"A": 2}), "RESERVED")
        made = self.operator.make_token("of a checkpoint", BUSINESS, "all-methods")
        self.assertEqual(200, made.status, made)
        key = made.json["result"]["apiKey"]
        self.made()
        self.put_count("C", 9)
        self.assert_order(self.operator.act(self.campaign, order, "pack"), "PACKED")
        for again in (self.kill, self.restart):
            again()
            self.assertEqual((3, 2), self.numbers("A"))
            self.assertEqual((7, 0), self.numbers("B"))
            self.assertEqual((9, 0), self.numbers("C"))
            self.assert_order(self.operator.get_order(self.campaign, order), "PACKED", {"A": 2})
            self.assertEqual(7, self.stocks("B", token=key)["AVAILABLE"])
            self.assertLess(self.operator.checkpoint().json["result"]["journalBytesSince"], 10**6)

    def test_a_revoked_key_stays_revoked(self):
        made = self.operator.make_token("revoked before", BUSINESS, "all-methods")
        key = made.json["result"]["apiKey"]
        self.assertEqual(200, self.operator.revoke_token("revoked before", BUSINESS).status)
        self.made()
        self.restart()
        answer = self.send("POST", f"/v2/campaigns/{self.campaign}/offers/stocks", {}, token=key)
        self.assertEqual(401, answer.status, answer)


if __name__ == "__main__":
    unittest.main()
