"""Several nodes over one database, and documents of the registry that are brought together: what a
node that starts has to take stays small, and whoever runs goes on from where he is.
"""

import os
import signal
import unittest

from tests.e2e.test_nodes_move import ALONE, FBY, JOINED, MOVING, MoveCase

DOCUMENTS = 256  # So many changes ask for a summary.


class Summary(MoveCase):

    def setUp(self):
        super().setUp()
        self.name_number = 0

    def change_often(self, node, count):
        for _ in range(count):
            self.name_number += 1
            document = {"businesses": [{"id": 1, "name": f"b {self.name_number}"}]}
            self.assertEqual(200, self.change(node, document))

    def last_and_summary(self):
        return tuple(map(int, self.base.sql(
            "SELECT document_id, summary_id FROM document_last")[0].split("|")))

    def wait_for_summary(self, behind):
        self.eventually(lambda: self.last_and_summary()[1] > behind)
        return self.last_and_summary()[1]

    @staticmethod
    def known(node):
        return node.api.registry().json

    def test_a_node_that_starts_takes_it_and_one_that_runs_goes_on(self):
        maker, other = self.node(self.base.url), self.node(self.base.url)
        self.assertEqual(200, self.change(maker, JOINED))
        self.assertEqual(200, self.change(maker, {"remove": {"campaigns": [FBY]}}))
        self.change_often(maker, DOCUMENTS)
        first = self.wait_for_summary(0)
        self.eventually(lambda: self.known(other) == self.known(maker))
        self.change_often(maker, DOCUMENTS)
        second = self.wait_for_summary(first)
        self.assertGreater(second, first)
        kept = self.base.sql("SELECT min(document_id), max(document_id) FROM document")
        self.assertEqual([f"{first}|{self.last_and_summary()[0]}"], kept)
        self.eventually(lambda: self.known(other) == self.known(maker))
        late = self.node(self.base.url)
        self.assertEqual(self.known(maker), self.known(late))
        self.assertNotIn(FBY, [campaign["id"] for campaign in self.known(late)["campaigns"]])
        for node, document in ((late, ALONE), (other, JOINED)):
            self.eventually(lambda node=node: self.known(node) == self.known(maker))
            self.assertEqual(200, self.change(node, document))
            self.eventually(lambda: self.known(maker) == self.known(late) == self.known(other))
            self.assertEqual(200, self.set(maker, MOVING, "A", 5))

    def test_a_node_that_stands_at_the_summary_before_goes_on(self):
        """The last document that it has taken is the one that a summary covers last."""
        maker, away = self.node(self.base.url), self.node(self.base.url)
        last, _ = self.last_and_summary()
        self.change_often(maker, DOCUMENTS - last)
        first = self.wait_for_summary(0)
        self.assertEqual(DOCUMENTS, first)
        self.eventually(lambda: self.known(away) == self.known(maker))
        os.kill(away.process_id(), signal.SIGSTOP)
        try:
            self.change_often(maker, DOCUMENTS)
            self.wait_for_summary(first)
        finally:
            os.kill(away.process_id(), signal.SIGCONT)
        self.eventually(lambda: self.known(away) == self.known(maker))

    def test_a_node_that_missed_two_ends_and_can_be_started_again(self):
        maker, away = self.node(self.base.url), self.node(self.base.url)
        os.kill(away.process_id(), signal.SIGSTOP)
        try:
            first = 0
            for _ in range(2):
                self.change_often(maker, DOCUMENTS + 1)
                first = self.wait_for_summary(first)
        finally:
            os.kill(away.process_id(), signal.SIGCONT)
        self.assert_ends(away)
        away.start()
        self.assertEqual(self.known(maker), self.known(away))

    def assert_ends(self, node):
        self.assertEqual(75, node.wait(30))
        self.assertIn("event=registry_missed", node.stderr_text())

    def test_a_node_that_knows_what_the_database_lost_ends_and_can_be_started_again(self):
        """A failover to a standby that was behind, or a restore: it would go on with shelves that
        no other node knows."""
        last = "(SELECT document_id FROM document_last)"
        for lost in (f"DELETE FROM document WHERE document_id = {last};"
                     "UPDATE document_last SET document_id = document_id - 1",
                     f"UPDATE document SET send_key = send_key - 1 WHERE document_id = {last}"):
            node = self.node(self.base.url)
            self.change_often(node, 1)
            self.base.sql(lost)
            self.assert_ends(node)
            other = self.node(self.base.url)
            node.start()
            self.assertEqual(self.known(other), self.known(node))
            self.change_often(node, 1)
            for each in (other, node):  # What is lost next they might know, too.
                each.halt()


if __name__ == "__main__":
    unittest.main()
