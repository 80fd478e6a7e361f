"""Claims: of two that make one order, each on another shelf, only one does."""

import itertools

from tests.store_pg import case, store

HOUR_US = 3600 * 1000000


class TestClaims(case.StoreCase):
    """Two requests for one order over two shelves, step by step."""

    FIRST, SECOND = (100, 7), (200, 3)  # Claims.

    def setUp(self):
        super().setUp()
        self.other = 500000 + self.shelf
        for shelf in (self.shelf, self.other):
            self.store.put(shelf, ("A", 1, 100))

    def look(self, shelf, claim):
        return self.store.claim(shelf, 1, "o", *claim)[0]

    def make(self, shelf, claim):
        return self.store.reserve(shelf, 1, "o", ("A", 1), claim=claim)[0]

    def reserved(self):
        return sum(self.store.cell(shelf, "A")["reserved"] for shelf in (self.shelf, self.other))

    def test_in_every_order_of_their_steps_one_is_made_at_most(self):
        """Each looks at its own shelf first, then at the other one, then makes it on its own."""
        for steps in set(itertools.permutations([0, 0, 0, 1, 1, 1])):
            for low in (0, 1):
                with self.subTest(steps=steps, low=low):
                    self.setUp()
                    self.play(steps, low)
                    self.assertLessEqual(self.reserved(), 1)

    def play(self, steps, low):
        claims = (self.FIRST, self.SECOND) if low == 0 else (self.SECOND, self.FIRST)
        shelves = ((self.shelf, self.other), (self.other, self.shelf))
        done, over = [0, 0], [False, False]
        for who in steps:
            if over[who]:
                continue
            step, done[who] = done[who], done[who] + 1
            if step < 2:
                over[who] = self.look(shelves[who][step], claims[who]) != "ORDER_UNKNOWN"
            else:
                self.make(shelves[who][0], claims[who])

    def test_alone_it_is_made_and_a_repeat_finds_it(self):
        self.assertEqual(self.look(self.shelf, self.FIRST), "ORDER_UNKNOWN")
        self.assertEqual(self.look(self.other, self.FIRST), "ORDER_UNKNOWN")
        for _ in range(2):  # Sent again, as after a connection that broke.
            self.assertEqual(self.make(self.shelf, self.FIRST), "OK")
        code, (state, *_), items, _ = self.store.claim(self.shelf, 1, "o", *self.SECOND)
        self.assertEqual((code, state, items), ("OK", store.RESERVED, [("A", 1)]))

    def test_a_lower_claim_is_told_of_the_higher_one(self):
        self.look(self.shelf, self.SECOND)
        code, (_, met, *_), _, _ = self.store.claim(self.shelf, 1, "o", *self.FIRST)
        self.assertEqual((code, met), ("CLAIMED", self.SECOND[0]))
        self.assertEqual(self.look(self.shelf, self.SECOND), "ORDER_UNKNOWN")

    def test_of_one_moment_the_key_decides(self):
        self.look(self.shelf, (100, 7))
        self.assertEqual(self.look(self.shelf, (100, 6)), "CLAIMED")
        self.assertEqual(self.look(self.shelf, (100, 8)), "ORDER_UNKNOWN")
        self.assertEqual(self.make(self.shelf, (100, 7)), "CLAIMED")

    def test_old_claims_are_forgotten_and_make_nothing(self):
        self.look(self.shelf, (100, 7))
        self.store.claim(self.shelf, 1, "later", 101 + HOUR_US, 1)
        self.assertEqual(self.database.sql(
            f"SELECT order_id FROM order_claim WHERE shelf_id = {self.shelf}"), ["later"])
        self.assertEqual(self.make(self.shelf, (100, 7)), "CLAIMED")

    def test_behind_a_fence_nobody_claims(self):
        self.store.fence(self.shelf, 1)
        self.assertEqual(self.look(self.shelf, self.FIRST), "FENCED")
