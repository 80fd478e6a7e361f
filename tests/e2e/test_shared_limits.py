"""Rate limits of several nodes over one database: together they let through what is documented.

The clock of the windows is the database's, and here it stands where a test puts it: nothing depends
on when a test runs, and a window ends when the test says so.
"""

import concurrent.futures
import contextlib
import email.utils
import itertools
import time
import unittest

from tests.contract import registry
from tests.contract.case import BODY_BYTES_MAX, body_of, one, stocks_path
from tests.contract.registry import SMALL
from tests.harness import database
from tests.harness.client import Client, Connection, encode_body, encode_request
from tests.harness.stockd import Stockd
from tests.store_pg import client as pg_client

NODES, CLIENTS_A_NODE = 3, 3
MINUTE_MS = 60_000
START_MS = 1_800_000_000_000  # A full minute.
WAIT_S_MAX = 60
LIMIT, REMAINING, UNTIL = (f"X-RateLimit-Resource-{word}" for word in
                           ("Limit", "Remaining", "Until"))
WAREHOUSES_A_MINUTE = 100
SKUS, PUTS_A_MINUTE = 2000, 50

CLOCK = """
CREATE TABLE test_clock (ms bigint);
CREATE OR REPLACE FUNCTION stockd_clock_ms() RETURNS bigint LANGUAGE sql AS
$$ SELECT ms FROM test_clock $$;
GRANT ALL ON test_clock TO PUBLIC;
"""

_small = iter(SMALL)


class SharedLimits(unittest.TestCase):
    """Three nodes. Each test has a business of its own, as nodes remember what they were told."""

    @classmethod
    def setUpClass(cls):
        cls.database = database.Database()
        cls.addClassCleanup(cls.database.drop)
        cls.database.sql(CLOCK + "INSERT INTO test_clock VALUES (0)")
        cls.nodes = [cls.node("--parallel", CLIENTS_A_NODE) for _ in range(NODES)]

    @classmethod
    def node(cls, *options):
        server = Stockd(registry.build(), "--store-connections", "4", *options)
        cls.addClassCleanup(server.stop)
        path = server.folder / "store.url"
        path.touch(mode=0o600)
        path.write_text(cls.database.url, encoding="utf-8")
        server.options = (*server.options, "--store-file", path)
        return server.start()

    def setUp(self):
        self.database.sql("TRUNCATE rate_window")
        self.set_clock(START_MS)
        small = next(_small)
        self.key, self.campaign = small.token, small.alone
        self.warehouses = f"/v2/businesses/{small.business}/warehouses"

    def set_clock(self, moment_ms):
        self.database.sql(f"UPDATE test_clock SET ms = {moment_ms}")

    def spent(self):
        """Returns what the database counts, of all entities and methods."""
        return [int(line) for line in self.database.sql("SELECT used FROM rate_window")]

    def wait_until(self, happened):
        end = time.monotonic() + WAIT_S_MAX
        while not happened():
            self.assertLess(time.monotonic(), end)

    def ask(self, method, path, body=None, node=None):
        with Connection((node or self.nodes[0]).address) as connection:
            return connection.request(method, path, {
                "Api-Key": self.key, "Content-Type": "application/json"}, body)

    def impatient_node(self):
        return self.node("--store-timeout", "1")

    def put(self, *items, node=None):
        return self.ask("PUT", stocks_path(self.campaign), body_of(*items), node)

    def ask_everywhere(self, count, method, path, body=None):
        """So many requests, of as many clients at once as there may be; returns their answers."""
        numbers = itertools.count()

        def work(node):
            answers = []
            with contextlib.closing(Client(node.address)) as client:
                while next(numbers) < count:
                    answers.append(client.request(method, path, {
                        "Api-Key": self.key, "Content-Type": "application/json"}, body))
            return answers

        with concurrent.futures.ThreadPoolExecutor(NODES * CLIENTS_A_NODE) as pool:
            return sum(pool.map(work, self.nodes * CLIENTS_A_NODE), [])

    def assert_exact(self, answers, amount, granted, cost):
        """So many were granted, each told what remained behind it; the rest were refused."""
        good = [answer for answer in answers if answer.status == 200]
        self.assertEqual(granted, len(good))
        self.assertEqual([amount - cost * (index + 1) for index in range(granted)],
                         sorted((int(answer.header(REMAINING)) for answer in good), reverse=True))
        bad = [answer for answer in answers if answer.status != 200]
        self.assertEqual({(420, str(amount - cost * granted))},
                         {(answer.status, answer.header(REMAINING)) for answer in bad})
        for answer in answers:
            until = email.utils.parsedate_to_datetime(answer.header(UNTIL)).timestamp()
            self.assertEqual((str(amount), START_MS + MINUTE_MS),
                             (answer.header(LIMIT), until * 1000))
        self.assertEqual([cost * granted], self.spent())

    # What is granted.

    def test_requests_of_all_nodes_share_one_window(self):
        answers = self.ask_everywhere(WAREHOUSES_A_MINUTE + 40, "GET", self.warehouses)
        self.assert_exact(answers, WAREHOUSES_A_MINUTE, WAREHOUSES_A_MINUTE, 1)

    def test_products_of_all_nodes_share_one_window(self):
        body = encode_body(body_of(*(one(f"S{number}", 1) for number in range(SKUS))))
        answers = self.ask_everywhere(PUTS_A_MINUTE + 9, "PUT", stocks_path(self.campaign), body)
        self.assert_exact(answers, SKUS * PUTS_A_MINUTE, PUTS_A_MINUTE, SKUS)

    def test_what_is_answered_counts_at_all_nodes(self):
        """A page costs its offers, known when it was read; a refused one shows none of them."""
        self.assertEqual(200, self.put(*(one(f"S{number}", 1) for number in range(7))).status)
        self.database.sql("DELETE FROM rate_window; INSERT INTO rate_window "
                          f"VALUES ({START_MS + MINUTE_MS}, {self.campaign}, 99980, 1)")
        answers = [self.ask("POST", stocks_path(self.campaign), {}, node) for node in self.nodes]
        self.assertEqual([(200, "13"), (200, "6"), (420, "6")],
                         [(answer.status, answer.header(REMAINING)) for answer in answers])
        self.assertNotIn(b"S1", answers[2].body)

    def test_a_window_ends_for_all_nodes_at_once(self):
        self.set_clock(START_MS + MINUTE_MS - 1)
        for node, _ in zip(itertools.cycle(self.nodes), range(WAREHOUSES_A_MINUTE)):
            self.assertEqual(200, self.ask("GET", self.warehouses, node=node).status)
        for node in self.nodes:
            self.assertEqual(420, self.ask("GET", self.warehouses, node=node).status)
        self.set_clock(START_MS + MINUTE_MS)
        answers = [self.ask("GET", self.warehouses, node=node) for node in self.nodes]
        self.assertEqual([(200, str(WAREHOUSES_A_MINUTE - 1 - index)) for index in range(NODES)],
                         [(answer.status, answer.header(REMAINING)) for answer in answers])

    # What takes nothing, and what is given back.

    def test_a_bad_key_takes_nothing(self):
        with Connection(self.nodes[0].address) as connection:
            answer = connection.request("GET", self.warehouses, {"Api-Key": self.key + "0"})
        self.assertEqual((401, []), (answer.status, self.spent()))

    def test_an_announced_size_is_paid_beside_its_answer(self):
        with Connection(self.nodes[0].address) as connection:
            connection.send(encode_request("PUT", stocks_path(self.campaign), {
                "Api-Key": self.key, "Content-Type": "application/json",
                "Content-Length": str(BODY_BYTES_MAX + 1)}))
            self.assertEqual(400, connection.read_answer().status)
        self.wait_until(lambda: self.spent() == [1])

    def test_a_write_that_came_to_nothing_is_given_back(self):
        """Its row is locked for longer than the node waits."""
        self.assertEqual(200, self.put(one("A", 1)).status)
        node = self.impatient_node()
        with pg_client.Client(self.database.url) as other:
            other.query("BEGIN; SELECT 1 FROM stock FOR UPDATE")
            answer = self.put(one("A", 2), one("B", 2), node=node)
            other.query("ROLLBACK")
        self.assertEqual((503, "99999"), (answer.status, answer.header(REMAINING)))
        self.wait_until(lambda: self.spent() == [1])

    def test_who_cannot_be_counted_is_not_served(self):
        node = self.impatient_node()
        with pg_client.Client(self.database.url) as other:
            other.query("BEGIN; LOCK TABLE rate_window")
            answers = [self.ask("GET", self.warehouses, node=node),
                       self.put(one("unserved", 1), node=node), self.put(node=node)]
            other.query("ROLLBACK")
        for answer in answers:
            self.assertEqual(503, answer.status, answer)
            self.assertIsNotNone(answer.header("Retry-After"))
        self.assertEqual([], self.database.sql("SELECT 1 FROM stock WHERE sku = 'unserved'"))

    def test_without_limits_nothing_is_counted(self):
        node = self.node("--no-limits")
        for _ in range(WAREHOUSES_A_MINUTE + 1):
            answer = self.ask("GET", self.warehouses, node=node)
            self.assertEqual((200, "2147483647"), (answer.status, answer.header(REMAINING)))
        self.assertEqual([], self.spent())
