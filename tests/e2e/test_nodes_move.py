"""Several nodes over one database, and changes that move shelves: a warehouse joins a group or
leaves it, or is removed, while other nodes write, know nothing of it, are stopped, or die.

Nothing that was acknowledged may be lost, and nothing sold twice. Nodes that cannot follow are made
by taking the right to read documents from their role, so that nothing here hangs on moments.
"""

import concurrent.futures
import contextlib
import os
import signal
import threading
import time
import unittest

from tests.contract.case import body_of, moment, one, stocks_path
from tests.e2e.test_migrate import WAIT_S_MAX, PgCase
from tests.harness import database
from tests.harness.client import Client, NoAnswer
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd
from tests.store_pg.client import Client as Session

KEY = "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"
MOVING, FIRST, SECOND, APART = 11, 12, 13, 14  # Campaigns; two of them sell from one group.
FBY, MARKET = 15, (147, 148)
OWN_SHELF = 2
REGISTRY = {
    "businesses": [{"id": 1, "name": "b"}],
    "campaigns": [{"id": id, "businessId": 1, "domain": "d", "placementType": "FBS"}
                  for id in (MOVING, FIRST, SECOND, APART)]
    + [{"id": FBY, "businessId": 1, "domain": "d", "placementType": "FBY"}],
    "marketWarehouses": [{"id": id, "name": "m"} for id in MARKET],
    "warehouseGroups": [{"id": 77, "businessId": 1, "name": "g"}],
    "warehouses": [{"id": 501, "campaignId": MOVING, "name": "w"},
                   {"id": 502, "campaignId": FIRST, "name": "w", "groupId": 77},
                   {"id": 503, "campaignId": SECOND, "name": "w", "groupId": 77},
                   {"id": 504, "campaignId": APART, "name": "w"}],
    "tokens": [{"name": "t", "businessId": 1, "apiKey": KEY, "scopes": ["all-methods"]}],
}
JOINED = {"warehouses": [{"id": 501, "campaignId": MOVING, "name": "w", "groupId": 77}]}
ALONE = {"warehouses": [{"id": 501, "campaignId": MOVING, "name": "w"}]}
REMOVED = {"remove": {"warehouses": [501], "campaigns": [MOVING]}}
PATIENCE = ("--store-timeout", "1")  # Three of these until another node ends what one began.
SKUS = [f"S{number:04}" for number in range(900)]  # More than two pieces of a copy.
TOGGLES = 6
ORDERS = 40


class MoveCase(PgCase):

    def setUp(self):
        super().setUp()
        self.base = self.database()
        self.blind_url = database.url(self.base.name, "reader")
        self.base.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO reader")

    def node(self, url, *options):
        """A stockd with its own folder, over this database, and an operator of it."""
        server = Stockd(REGISTRY, "--no-limits", *options)
        self.addCleanup(server.stop)
        path = server.folder / "store.url"
        path.touch(mode=0o600)
        path.write_text(url, encoding="utf-8")
        server.options = (*server.options, "--store-file", path)
        server.start()
        server.api = Operator(server)
        self.addCleanup(server.api.close)
        return server

    def set_blind(self, blind):
        """From now on nodes that came with `blind_url` cannot see what others change, or can."""
        self.base.sql(f"{'REVOKE' if blind else 'GRANT'} SELECT ON document "
                      f"{'FROM' if blind else 'TO'} reader")

    @staticmethod
    def send(client, method, campaign, body):
        return client.request(method, stocks_path(campaign),
                              {"Api-Key": KEY, "Content-Type": "application/json"}, body)

    def set(self, node, campaign, sku, count, *stamp):
        """Returns the status."""
        with contextlib.closing(Client(node.address)) as client:
            return self.send(client, "PUT", campaign, body_of(one(sku, count, *stamp))).status

    def counts(self, node, campaign, skus):
        """Returns {SKU: what is available}."""
        found = {}
        with contextlib.closing(Client(node.address)) as client:
            for first in range(0, len(skus), 400):
                answer = self.send(client, "POST", campaign,
                                   {"offerIds": list(skus[first:first + 400])})
                self.assertEqual(200, answer.status, answer)
                for warehouse in answer.json["result"]["warehouses"]:
                    for offer in warehouse["offers"]:
                        found[offer["offerId"]] = next(
                            stock["count"] for stock in offer["stocks"]
                            if stock["type"] == "AVAILABLE")
        return found

    def change(self, node, document):
        """Returns the status of a change; one that has to wait for another node is tried again."""
        deadline = time.monotonic() + WAIT_S_MAX
        answer = node.api.update(document)
        while answer.status == 503 and time.monotonic() < deadline:
            self.assertIsNotNone(answer.header("Retry-After"))
            answer = node.api.update(document)
        return answer.status

    def fill(self, node, campaign, count, seconds_from_now):
        self.stamp = moment(seconds_from_now)
        with contextlib.closing(Client(node.address)) as client:
            body = body_of(*(one(sku, count, self.stamp) for sku in SKUS))
            self.assertEqual(200, self.send(client, "PUT", campaign, body).status)


class Behind(MoveCase):
    """A node that goes on with what it knew."""

    def test_it_does_not_write_to_a_shelf_that_was_left(self):
        one_node, blind = self.node(self.base.url), self.node(self.blind_url)
        self.assertEqual(200, self.set(blind, MOVING, "A", 5))
        self.set_blind(True)
        self.assertEqual(200, self.change(one_node, JOINED))
        self.assertEqual(503, self.set(blind, MOVING, "A", 7))
        self.assertEqual(503, self.set(blind, MOVING, "B", 7))
        self.assertEqual(503, blind.api.update(ALONE).status)  # By what it knows it is so already.
        self.assertEqual(200, self.set(blind, APART, "C", 7))
        self.assertEqual({"A": 5}, self.counts(one_node, MOVING, ["A", "B"]))
        self.set_blind(False)
        self.eventually(lambda: self.set(blind, MOVING, "A", 8) == 200)
        self.assertEqual({"A": 8}, self.counts(one_node, SECOND, ["A"]))

    def test_it_does_not_sell_from_a_shelf_that_was_left(self):
        one_node, blind = self.node(self.base.url), self.node(self.blind_url)
        self.assertEqual(200, self.set(blind, MOVING, "A", 5))
        self.set_blind(True)
        self.assertEqual(200, self.change(one_node, JOINED))
        self.assertEqual(200, one_node.api.order(FIRST, "all", {"A": 5}).status)
        self.assertEqual(503, blind.api.order(MOVING, "twice", {"A": 5}).status)
        self.set_blind(False)
        self.eventually(lambda: blind.api.order(MOVING, "twice", {"A": 5}).status == 409)

    def test_it_does_not_write_to_a_shelf_that_is_gone(self):
        one_node, blind = self.node(self.base.url), self.node(self.blind_url)
        self.set_blind(True)
        self.assertEqual(200, self.change(one_node, REMOVED))
        self.assertEqual(503, self.set(blind, MOVING, "A", 5))
        self.assertEqual([], self.base.sql(f"SELECT 1 FROM stock WHERE shelf_id = {OWN_SHELF}"))

    def test_what_is_refused_does_not_close_the_shelf(self):
        """An order that another node took stands in the way."""
        one_node, other = self.node(self.base.url), self.node(self.base.url)
        self.assertEqual(200, self.set(other, MOVING, "A", 5))
        self.assertEqual(200, other.api.order(MOVING, "o", {"A": 1}).status)
        self.assertEqual(409, self.change(one_node, JOINED))
        for node in (one_node, other):
            self.assertEqual(200, self.set(node, MOVING, "A", 6))


class Halfway(MoveCase):
    """A node that is stopped, or dies, when it has carried a part of a shelf."""

    def begin_to_leave(self, node):
        """The warehouse was in the group, and leaves it: the node is held up behind a part of what
        it carries. Returns the thread in which it is asked, and what lets it carry on."""
        self.fill(node, MOVING, 1, -200)
        self.assertEqual(200, self.change(node, JOINED))
        self.fill(node, FIRST, 10, -100)
        leaving = threading.Thread(target=self.change_or_fail, args=(node,))
        holder = Session(self.base.url)
        self.addCleanup(holder.close)
        holder.query("BEGIN")
        holder.query(f"SELECT FROM stock WHERE shelf_id = {OWN_SHELF} AND sku = '{SKUS[600]}' "
                     "FOR UPDATE")
        leaving.start()
        self.eventually(lambda: self.base.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
            "wait_event_type = 'Lock' AND query LIKE '%stockd_count%'"))
        return leaving, lambda: holder.query("ROLLBACK")

    def change_or_fail(self, node):
        with contextlib.suppress(OSError, NoAnswer):  # It may be killed.
            self.change(node, ALONE)

    def sell(self, node):
        """What the shelf holds then: {SKU: count}. One piece of it a late copy would bring back."""
        self.eventually(lambda: self.set(node, MOVING, "opened", 1) == 200)
        self.assertEqual(200, node.api.order(MOVING, "o", {SKUS[850]: 4}).status)
        self.assertEqual(200, self.set(node, MOVING, SKUS[860], 3, self.stamp))
        return {**dict.fromkeys(SKUS, 10), SKUS[850]: 6, SKUS[860]: 3, "opened": 1}

    def test_another_node_carries_on_and_the_late_one_changes_nothing(self):
        late, other = (self.node(self.base.url, *PATIENCE) for _ in range(2))
        leaving, let_go = self.begin_to_leave(late)
        os.kill(late.process_id(), signal.SIGSTOP)
        try:
            let_go()
            wanted = self.sell(other)
        finally:
            os.kill(late.process_id(), signal.SIGCONT)
        leaving.join()
        for node in (late, other):
            self.assertEqual(wanted, self.counts(node, MOVING, list(wanted)))
        self.assertEqual(["registry moves|2", "registry moved|2"], self.base.sql(
            "SELECT name, count(*) FROM document WHERE name LIKE 'registry mov%' "
            "GROUP BY name ORDER BY name DESC"))

    def test_another_node_carries_on_where_one_died(self):
        dying, other = (self.node(self.base.url, *PATIENCE) for _ in range(2))
        _, let_go = self.begin_to_leave(dying)
        dying.kill()
        let_go()
        wanted = self.sell(other)
        self.assertEqual(wanted, self.counts(other, MOVING, list(wanted)))

    def test_shelves_of_a_change_that_never_came_are_opened(self):
        """A node fenced them, and died before it added the document."""
        nodes = [self.node(self.base.url, *PATIENCE) for _ in range(2)]
        self.base.sql("INSERT INTO shelf (shelf_id, fence) SELECT 2, document_id + 1 "
                      "FROM document_last")
        self.assertEqual(503, self.set(nodes[0], MOVING, "A", 5))
        self.assertEqual(200, self.set(nodes[0], FIRST, "A", 5))
        for node in nodes:
            self.eventually(lambda node=node: self.set(node, MOVING, "A", 6) == 200)
        self.assertEqual(200, self.change(nodes[1], JOINED))
        self.assertEqual({"A": 6}, self.counts(nodes[1], MOVING, ["A"]))


class Orders(MoveCase):
    """One order, asked for at two nodes at once."""

    def test_it_is_made_once_though_it_may_come_from_two_warehouses(self):
        nodes = [self.node(self.base.url) for _ in range(2)]
        skus = SKUS[:ORDERS]
        for warehouse in MARKET:
            answer = nodes[0].api.count(FBY, warehouse, *((sku, "AVAILABLE", 1) for sku in skus))
            self.assertEqual(200, answer.status, answer)
        barrier = threading.Barrier(2)

        def ask(node, warehouse):
            statuses = []
            for sku in skus:
                barrier.wait(WAIT_S_MAX)
                statuses.append(node.api.order(FBY, sku, {sku: 1}, warehouseId=warehouse).status)
            return statuses

        with concurrent.futures.ThreadPoolExecutor() as pool:
            said = list(pool.map(ask, nodes, MARKET))
        self.assertEqual([], self.base.sql(
            "SELECT sku, count(*) FROM order_items GROUP BY sku HAVING count(*) > 1"))
        for sku, *statuses in zip(skus, *said):
            self.assertLessEqual(set(statuses), {200, 503}, sku)
            repeated = nodes[0].api.order(FBY, sku, {sku: 1})
            self.assertEqual(200, repeated.status, repeated)


class UnderLoad(MoveCase):
    """Three nodes write all the time, one of them is stopped again and again."""

    def write(self, node, number, ended, kept):
        """Counts up SKUs of its own, and notes what was acknowledged, and what was tried."""
        with contextlib.closing(Client(node.address)) as client:
            count = 0
            while not ended.is_set():
                count += 1
                for campaign in (MOVING, SECOND):
                    sku = f"{campaign}-{number}"
                    answer = self.send(client, "PUT", campaign, body_of(one(sku, count)))
                    acknowledged, _ = kept.get(sku, (0, 0))
                    kept[sku] = (count if answer.status == 200 else acknowledged, count)

    def test_what_was_acknowledged_is_there_in_the_end(self):
        nodes = [self.node(self.base.url, *PATIENCE) for _ in range(3)]
        ended, kept = threading.Event(), {}
        with concurrent.futures.ThreadPoolExecutor() as pool:
            writers = [pool.submit(self.write, node, 10 * index + thread, ended, kept)
                       for index, node in enumerate(nodes) for thread in range(3)]
            try:
                for step in range(TOGGLES):
                    os.kill(nodes[2].process_id(), signal.SIGSTOP)
                    try:
                        document = ALONE if step % 2 else JOINED
                        self.assertEqual(200, self.change(nodes[step % 2], document))
                    finally:
                        os.kill(nodes[2].process_id(), signal.SIGCONT)
                    before = len(writers)
                    self.eventually(lambda: self.set(nodes[2], MOVING, "x", before) == 200)
            finally:
                ended.set()
        for writer in writers:
            writer.result()
        for campaign in (MOVING, SECOND):
            skus = [sku for sku in kept if sku.startswith(f"{campaign}-")]
            found = self.counts(nodes[(TOGGLES - 1) % 2], campaign, skus)  # Of the last change.
            for sku in skus:
                acknowledged, tried = kept[sku]
                self.assertTrue(acknowledged <= found.get(sku, 0) <= tried,
                                (sku, acknowledged, found.get(sku), tried))


if __name__ == "__main__":
    unittest.main()
