"""Windows of rate limits: what is taken, given back and forgotten, by a clock of the test's own."""

import concurrent.futures

from tests.store_pg import case

MINUTE, HOUR = 60_000, 3_600_000
START = 1_800_000_000_000  # A full minute, and a full hour.
CLIENTS = 8

CLOCK = """
CREATE TABLE test_clock (ms bigint);
INSERT INTO test_clock VALUES (0);
CREATE OR REPLACE FUNCTION stockd_clock_ms() RETURNS bigint LANGUAGE sql AS
$$ SELECT ms FROM test_clock $$;
"""


class TestRates(case.StoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.real_ms = cls.store.client.query("SELECT stockd_clock_ms(), "
                                             "extract(epoch FROM clock_timestamp()) * 1000")[0]
        cls.store.client.query(CLOCK)

    def setUp(self):
        super().setUp()
        self.set_clock(START + 1)

    def set_clock(self, moment):
        self.store.client.query(f"UPDATE test_clock SET ms = {moment}")

    def spend(self, cost, amount=10, method=1, period=MINUTE, asker=None):
        """Of an entity of this test's own. Returns whether it was granted, and what was spent."""
        [[granted, spent, at, until]], _ = (asker or self.store).run(
            "spend", self.shelf, method, cost, amount, period)
        self.assertTrue(until - period <= at < until and until % period == 0, (at, until))
        return granted, spent

    def give_back(self, cost, until, method=1):
        return self.store.run("spend_back", until, self.shelf, method, cost)[1]

    def test_the_clock_is_that_of_the_database(self):
        ours, real = map(float, self.real_ms)
        self.assertLess(abs(real - ours), 60_000)

    def test_what_does_not_fit_takes_nothing(self):
        self.assertEqual([self.spend(cost) for cost in (11, 7, 4, 3, 1, 0)],
                         [(False, 0), (True, 7), (False, 7), (True, 10), (False, 10), (False, 10)])

    def test_a_cost_of_nothing_tells_how_it_stands(self):
        self.assertEqual([self.spend(cost) for cost in (0, 4, 0)],
                         [(True, 0), (True, 4), (True, 4)])

    def test_entities_methods_and_periods_have_windows_of_their_own(self):
        self.spend(10)
        self.assertEqual(self.spend(10, method=2), (True, 10))
        self.assertEqual(self.spend(10, period=HOUR), (True, 10))
        self.shelf = -self.shelf
        self.assertEqual(self.spend(10), (True, 10))

    def test_a_window_ends_with_its_last_millisecond(self):
        for moment, wanted in ((0, (True, 10)), (MINUTE - 1, (False, 10)), (MINUTE, (True, 1))):
            self.set_clock(START + moment)
            self.assertEqual(self.spend(10 if moment == 0 else 1), wanted)

    def test_a_clock_that_goes_back_finds_the_window_that_it_left(self):
        self.spend(9)
        self.set_clock(START + MINUTE)
        self.spend(1)
        self.set_clock(START + MINUTE - 1)
        self.assertEqual(self.spend(2), (False, 9))

    def test_what_is_given_back_is_that_of_its_window(self):
        self.spend(9)
        self.assertEqual(self.give_back(4, START + MINUTE), "UPDATE 1")
        self.assertEqual(self.spend(5), (True, 10))
        self.assertEqual(self.give_back(4, START), "UPDATE 0")
        self.assertEqual(self.give_back(11, START + MINUTE), "UPDATE 0")
        self.assertEqual(self.spend(0), (False, 10))

    def test_windows_that_ended_go_later(self):
        self.spend(3)
        kept = f"SELECT used FROM rate_window WHERE entity = {self.shelf}"
        self.set_clock(START + 2 * MINUTE)
        self.store.run("windows_end")
        self.assertEqual(self.store.client.query(kept), [["3"]])
        self.set_clock(START + 2 * MINUTE + 1)
        self.store.run("windows_end")
        self.assertEqual(self.store.client.query(kept), [])

    def test_many_at_once_get_the_amount_and_no_more(self):
        """Costs of 1 to 3 until each client was refused a 1: nothing is left, nothing is over."""
        amount = 500

        def take(asker):
            taken = []
            cost = 3
            while cost > 0:  # Each turn takes something, or the cost shrinks.
                granted, spent = self.spend(cost, amount, asker=asker)
                if granted:
                    taken.append((spent, cost))
                else:
                    cost -= 1
            return taken

        askers = [self.another() for _ in range(CLIENTS)]
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            taken = sorted(sum(pool.map(take, askers), []))
        spent = [0] + [after for after, _ in taken]
        self.assertEqual([after - cost for after, cost in taken], spent[:-1])
        self.assertEqual(spent[-1], amount)

    def test_nothing_of_it_waits_for_a_disk(self):
        self.assertEqual(self.database.sql(
            "SELECT relpersistence FROM pg_class WHERE oid = 'rate_window'::regclass"), ["u"])

    def test_plans_are_probes_of_the_key(self):
        text = "UPDATE rate_window SET used = used WHERE ends_ms = 1 AND entity = 1 AND method = 1"
        for plan in (text, "DELETE FROM rate_window WHERE ends_ms < (SELECT stockd_clock_ms())"):
            lines = "\n".join(row[0] for row in self.store.client.query(f"EXPLAIN {plan}"))
            self.assertIn("Index Scan using rate_window_pkey", lines)
            self.assertIn("Index Cond: (", lines)
