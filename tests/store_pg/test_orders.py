"""Orders: all or none, each action as often as one likes, and what expires."""

from tests.store_pg import case, client, store

DAY = 86_400_000


class OrderCase(case.StoreCase):
    def setUp(self):
        super().setUp()
        self.store.put(self.shelf, ("A", 10, 100), ("B", 10, 100))

    def reserve(self, name="o", *items, **more):
        return self.store.reserve(self.shelf, 1, name, *(items or [("B", 2), ("A", 3)]), **more)


class TestReserve(OrderCase):
    def test_items_come_back_in_their_order(self):
        self.assertEqual(self.reserve(now=500, expires=900),
                         ("OK", (store.RESERVED, 500, 500, 900), [("B", 2), ("A", 3)], []))
        self.assert_cell("A", available=7, reserved=3, updated=100)
        self.assert_cell("B", available=8, reserved=2)

    def test_a_repeat_changes_nothing_in_any_order_of_items(self):
        first = self.reserve(now=500)
        self.assertEqual(self.reserve("o", ("A", 3), ("B", 2), now=600, expires=7), first)
        self.assert_cell("A", available=7)

    def test_other_items_are_another_order(self):
        first = self.reserve()
        for items in ([("A", 3)], [("A", 3), ("B", 1)], [("A", 3), ("B", 2), ("C", 1)],
                      [("A", 3), ("C", 2)]):
            self.assertEqual(self.reserve("o", *items), ("ORDER_EXISTS", *first[1:]))

    def test_campaigns_have_names_of_their_own(self):
        self.reserve()
        self.assertEqual(self.store.reserve(self.shelf, 2, "o", ("A", 1))[0], "OK")

    def test_every_shortage_is_told_in_the_order_of_the_request(self):
        code, head, items, shortages = self.reserve("o", ("Z", 1), ("B", 11), ("A", 10), ("C", 2))
        self.assertEqual((code, head, items), ("SHORTAGE", (None,) * 4, []))
        self.assertEqual(shortages, [("Z", 1, 0), ("B", 11, 10), ("C", 2, 0)])
        self.assert_cell("A", available=10, reserved=0)
        self.assertEqual(self.store.order(self.shelf, 1, "o")[0], "ORDER_UNKNOWN")

    def test_an_order_that_is_there_is_not_short(self):
        first = self.reserve("o", ("A", 10))
        self.assertEqual(self.reserve("o", ("A", 10)), first)

    def test_no_more_is_held_than_a_count_may_be(self):
        """Orders hold 2,000,000,000 units of a SKU at most."""
        for moment in (200, 300):
            self.store.put(self.shelf, ("A", 2_000_000_000, moment))
            if moment == 200:
                self.assertEqual(self.reserve("o", ("A", 1_999_999_999))[0], "OK")
        self.assertEqual(self.reserve("p", ("A", 2))[3], [("A", 2, 1)])
        self.assertEqual(self.reserve("p", ("A", 1))[0], "OK")

    def test_five_hundred_items(self):
        items = [(f"{number:03}", 1) for number in range(500)]
        self.store.put(self.shelf, *((sku, 1, 1) for sku, _ in items))
        answer = self.reserve("o", *reversed(items))
        self.assertEqual((answer[0], answer[2]), ("OK", items[::-1]))


class TestStates(OrderCase):
    def act(self, to, now=1000):
        return self.store.order(self.shelf, 1, "o", to, now)

    def test_what_becomes_of_the_units(self):
        for states, available, reserved in (([store.PACKED], 7, 3), ([store.SHIPPED], 7, 0),
                                            ([store.CANCELLED], 10, 0),
                                            ([store.PACKED, store.SHIPPED], 7, 0),
                                            ([store.PACKED, store.CANCELLED], 7, 0)):
            self.shelf += 1000
            self.store.put(self.shelf, ("A", 10, 100), ("B", 10, 100))
            self.reserve()
            for state in states * 2 if len(states) == 1 else states:
                self.assertEqual(self.act(state)[:2], ("OK", (state, 1000, 1000, 0)))
            self.assert_cell("A", available=available, reserved=reserved, updated=100)

    def test_the_first_moment_of_a_state_stays(self):
        self.reserve(now=500)
        self.act(store.PACKED, 600)
        self.assertEqual(self.act(store.PACKED, 700)[1], (store.PACKED, 500, 600, 0))

    def test_states_that_an_order_is_past(self):
        for first, refused in ((store.SHIPPED, [store.PACKED, store.CANCELLED]),
                               (store.CANCELLED, [store.PACKED, store.SHIPPED])):
            self.shelf += 1000
            self.store.put(self.shelf, ("A", 10, 100), ("B", 10, 100))
            self.reserve()
            seen = self.act(first)
            for state in refused:
                self.assertEqual(self.act(state), ("ORDER_STATE", *seen[1:]))
            self.assertEqual(self.act(store.READ), seen)

    def test_unknown_orders(self):
        for to in (store.READ, store.PACKED, store.SHIPPED, store.CANCELLED):
            self.assertEqual(self.act(to), ("ORDER_UNKNOWN", (None,) * 4, [], []))


class TestExpiry(OrderCase):
    def test_what_is_due_is_released(self):
        for name, expires in (("a", 900), ("b", 901), ("c", 0), ("d", 800)):
            self.reserve(name, ("A", 1), ("B", 2), expires=expires)
        self.store.order(self.shelf, 1, "d", store.PACKED)
        self.assertIn((self.shelf, 900), self.store.expiring(900))
        self.assertEqual(self.store.expire(self.shelf, 900), 1)
        self.assertEqual(self.store.order(self.shelf, 1, "a")[1], (store.OVER, 1000, 900, 900))
        self.assert_cell("A", available=7, reserved=3)
        self.assertNotIn(self.shelf, dict(self.store.expiring(900)))
        self.assertEqual(self.store.expire(self.shelf, 900), 0)

    def test_some_at_a_time_the_first_ones_first(self):
        for number in range(5):
            self.reserve(f"o{number}", ("A", 1), ("B", 1), expires=500 + number)
        self.assertEqual(self.store.expire(self.shelf, 10_000, limit=3), 3)
        self.assert_cell("A", available=8, reserved=2)
        self.assertEqual(dict(self.store.expiring(10_000))[self.shelf], 503)

    def test_an_expired_order_cannot_go_on(self):
        self.reserve(expires=900)
        self.store.expire(self.shelf, 900)
        for to in (store.PACKED, store.SHIPPED, store.CANCELLED):
            self.assertEqual(self.store.order(self.shelf, 1, "o", to)[0], "ORDER_STATE")
        self.assertEqual(self.reserve()[:2], ("OK", (store.OVER, 1000, 900, 900)))

    def test_an_order_that_somebody_works_on_is_left_alone(self):
        self.reserve(expires=900)
        other = self.another()
        other.client.query("BEGIN")
        other.order(self.shelf, 1, "o", store.PACKED)
        self.assertEqual(self.store.expire(self.shelf, 900), 0)
        other.client.query("COMMIT")
        self.assertEqual(self.store.expire(self.shelf, 900), 0)
        self.assertEqual(self.store.order(self.shelf, 1, "o")[1][0], store.PACKED)


class TestForgetting(OrderCase):
    def test_orders_that_were_over_long_ago_are_forgotten_when_another_comes(self):
        self.reserve("shipped", ("A", 1), now=0)
        self.store.order(self.shelf, 1, "shipped", store.SHIPPED, 1000)
        self.reserve("open", ("A", 1), now=0)
        self.reserve("new", ("A", 1), now=30 * DAY + 999)
        self.assertEqual(self.store.order(self.shelf, 1, "shipped")[0], "OK")
        self.reserve("newer", ("A", 1), now=30 * DAY + 1000)
        self.assertEqual(self.store.order(self.shelf, 1, "shipped")[0], "ORDER_UNKNOWN")
        self.assertEqual(self.store.order(self.shelf, 1, "open")[0], "OK")
        with self.assertRaises(client.Refused) as caught:  # Seen before, and gone since: once more.
            self.store.client.query(f"SELECT stockd_order_rows({self.shelf}, 1, 'shipped', 0)")
        self.assertEqual(caught.exception.state, "40001")
        left = self.database.sql("SELECT count(*) FROM order_items WHERE order_id = 'shipped' "
                                 f"AND shelf_id = {self.shelf}")
        self.assertEqual(left, ["0"])
