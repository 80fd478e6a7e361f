"""Fences: a shelf refuses whoever knows too little; and they are up when nobody is left behind."""

import threading

from tests.store_pg import case, store

BUSY_S_MAX = 30


class TestFence(case.StoreCase):
    """Statement by statement. The epoch of a store is 0 until the test says another."""

    def setUp(self):
        super().setUp()
        self.store.epoch = 0

    def refusals(self, shelf):
        """What each command that writes answers."""
        return {
            "put": self.store.put(shelf, ("A", 9, 200))[0],
            "put each": self.store.put(shelf, ("A", 9, 200), policy=store.IGNORE)[0],
            "mark": self.store.mark(shelf, "A", add=store.HIDDEN),
            "count": self.store.count(shelf, ("A", store.AVAILABLE, 9, 200))[0],
            "reserve": self.store.reserve(shelf, 1, "new", ("A", 1))[0],
            "order": self.store.order(shelf, 1, "old", store.SHIPPED)[0],
        }

    def test_whoever_knows_too_little_changes_nothing(self):
        for shelf in (self.shelf, self.market):
            self.store.epoch = 4
            self.store.put(shelf, ("A", 5, 100))
            self.store.reserve(shelf, 1, "old", ("A", 2))
            self.store.fence(shelf, 5)
            self.assertEqual(set(self.refusals(shelf).values()), {"FENCED"})
            self.assert_cell("A", shelf, available=3, reserved=2, updated=100, marks=0)
            self.assertEqual(self.store.order(shelf, 1, "new")[0], "ORDER_UNKNOWN")
            self.assertEqual(self.store.order(shelf, 1, "old")[1][0], store.RESERVED)

    def test_whoever_knows_enough_does_not_notice(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.reserve(self.shelf, 1, "old", ("A", 2))
        self.store.fence(self.shelf, 5)
        self.store.epoch = 5
        self.assertEqual(set(self.refusals(self.shelf).values()), {"OK", 1})

    def test_a_shelf_that_nobody_wrote_to_is_fenced(self):
        self.store.fence(self.shelf, 1)
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100))[0], "FENCED")
        self.assertIsNone(self.store.cell(self.shelf, "A"))

    def test_a_fence_is_never_lowered(self):
        self.store.fence(self.shelf, 5)
        self.store.fence(self.shelf, 3)
        self.store.epoch = 4
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100))[0], "FENCED")

    def test_expiry_goes_on_behind_it(self):
        """Units come back where the order lies, whoever sells from there."""
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2), expires=2000)
        self.store.fence(self.shelf, 5)
        self.assertEqual(self.store.expire(self.shelf, 2000), 1)
        self.assert_cell("A", available=5, reserved=0)


class TestDrain(case.StoreCase):
    """A fence and those who got in before it."""

    def waits(self, client):
        return self.database.sql(
            f"SELECT 1 FROM pg_stat_activity WHERE pid = {client.pid} AND wait_event_type = 'Lock'")

    def begin(self, name, run):
        """Runs it in a thread, until it waits for a lock or is done. Returns the thread."""
        made = self.another()
        made.client.pid = int(made.client.query("SELECT pg_backend_pid()")[0][0])
        thread = threading.Thread(target=run, args=(made,), name=name)
        thread.start()
        while thread.is_alive() and not self.waits(made.client):
            thread.join(0.01)
        return thread

    def join(self, thread):
        thread.join(BUSY_S_MAX)
        self.assertFalse(thread.is_alive(), thread.name)

    def test_it_waits_for_a_write_that_is_under_way(self):
        self.store.put(self.shelf, ("A", 1, 1))
        writer = self.another()
        writer.client.query("BEGIN")
        self.assertEqual(writer.put(self.shelf, ("A", 5, 100))[0], "OK")
        self.store.fence(self.shelf, 1)  # Returns at once.
        draining = self.begin("drain", lambda other: other.drain(self.shelf))
        self.assertTrue(draining.is_alive())
        writer.client.query("COMMIT")
        self.join(draining)
        self.assert_cell("A", available=5)

    def test_new_writers_do_not_hold_it_up(self):
        """A stream of writers that overlap would keep a fence with one lock out for ever."""
        self.store.put(self.shelf, ("A", 1, 1))
        first = self.another()
        first.client.query("BEGIN")
        self.assertEqual(first.put(self.shelf, ("A", 5, 100))[0], "OK")
        self.store.fence(self.shelf, 1)
        draining = self.begin("drain", lambda other: other.drain(self.shelf))
        self.assertEqual(self.another().put(self.shelf, ("B", 5, 100))[0], "FENCED")
        first.client.query("COMMIT")
        self.join(draining)
        self.assertIsNone(self.store.cell(self.shelf, "B"))

    def test_a_write_that_began_before_it_and_comes_after_it_is_refused(self):
        """It saw the shelf without a fence, waited, and looks again."""
        self.store.put(self.shelf, ("A", 5, 100))
        holder = self.another()
        holder.client.query("BEGIN")
        holder.client.query(f"SELECT FROM shelf WHERE shelf_id = {self.shelf} FOR UPDATE")
        said = []
        writing = self.begin("write", lambda other: said.append(
            other.put(self.shelf, ("A", 9, 200))[0]))
        self.assertTrue(writing.is_alive())
        holder.fence(self.shelf, 1)
        holder.client.query("COMMIT")
        self.join(writing)
        self.assertEqual(said, ["FENCED"])
        self.store.drain(self.shelf)
        self.assert_cell("A", available=5)
