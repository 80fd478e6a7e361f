"""Many connections at once: nothing is sold twice, nobody waits in a circle."""

import concurrent.futures
import random
import time

from tests.store_pg import case, store

CLIENTS = 8


class RaceCase(case.StoreCase):
    def race(self, work, clients=CLIENTS):
        """Runs work(store, number) on a connection each; returns what they return."""
        stores = [self.another() for _ in range(clients)]
        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            return [task.result() for task in
                    [pool.submit(work, stores[number], number) for number in range(clients)]]

    def check_orders(self, shelf):
        """What cells hold is what open orders say."""
        wrong = self.database.sql(f"""
            SELECT s.sku, s.reserved, coalesce(h.units, 0) FROM stock s LEFT JOIN (
              SELECT i.sku, sum(i.units) AS units FROM order_items i
              JOIN orders o USING (shelf_id, campaign_id, order_id)
              WHERE i.shelf_id = {shelf} AND o.state <= 1 GROUP BY i.sku) h USING (sku)
            WHERE s.shelf_id = {shelf} AND s.reserved <> coalesce(h.units, 0)""")
        self.assertEqual(wrong, [])


class TestOrders(RaceCase):
    def test_nothing_is_sold_twice(self):
        """Each order comes from two clients; items are in no order."""
        skus = [f"s{number}" for number in range(20)]
        self.store.put(self.shelf, *((sku, 30, 1) for sku in skus))

        def buy(client, number):
            chance = random.Random(number // 2)
            done = {}
            for order in range(100):
                items = [(sku, chance.randint(1, 3)) for sku in chance.sample(skus, 4)]
                name = f"{number // 2}-{order}"
                done[name] = client.reserve(self.shelf, 1, name, *items)[0]
            return done

        sold = {}
        for answers in self.race(buy):
            for name, code in answers.items():
                self.assertIn(code, ("OK", "SHORTAGE"))
                sold.setdefault(name, set()).add(code)
        kept = {row.split("|")[0] for row in
                self.database.sql(f"SELECT order_id FROM orders WHERE shelf_id = {self.shelf}")}
        self.assertEqual(kept, {name for name, codes in sold.items() if "OK" in codes})
        cells = self.store.list(self.shelf, *skus)
        self.assertTrue(all(cell[1] >= 0 and cell[1] + cell[2] == 30 for cell in cells), cells)
        self.check_orders(self.shelf)

    def test_an_order_ends_once(self):
        """Ship, cancel and expire at the same moment: one of them has its way with the units."""
        self.store.put(self.shelf, ("A", 100, 1), ("B", 100, 1))
        for order in range(50):
            self.store.reserve(self.shelf, 1, f"o{order}", ("B", 1), ("A", 2), expires=900)

        def end(client, number):
            for order in range(50):
                if number % 3 == 2:
                    client.expire(self.shelf, 1000, limit=2)
                else:
                    client.order(self.shelf, 1, f"o{order}",
                                 store.SHIPPED if number % 3 else store.CANCELLED)

        self.race(end)
        shipped = int(self.database.sql("SELECT count(*) FROM orders WHERE state = 2 "
                                        f"AND shelf_id = {self.shelf}")[0])
        self.assert_cell("A", available=100 - 2 * shipped, reserved=0)
        self.assert_cell("B", available=100 - shipped, reserved=0)


class TestWrites(RaceCase):
    def test_the_newest_number_wins_and_nobody_waits_in_a_circle(self):
        """Puts of each policy, counts, marks and orders of the same cells, known and not."""
        skus = [f"s{number}" for number in range(60)]
        for shelf in (self.shelf, self.market):
            self.store.put(shelf, *((sku, 5, 1) for sku in skus[::2]))

        def write(client, number):
            chance = random.Random(number)
            newest = {}
            for turn in range(60):
                shelf = chance.choice([self.shelf, self.market])
                moment = 10 + turn * CLIENTS + number
                some = chance.sample(skus, 30)
                kind = chance.randrange(5)
                if kind == 0:
                    client.put(shelf, *((sku, 9, moment) for sku in some),
                               policy=chance.randrange(3))
                elif kind == 1:
                    client.count(shelf, *((sku, store.AVAILABLE, 9, moment) for sku in some))
                elif kind == 2:
                    client.mark(shelf, *some, add=1, create=chance.random() < 0.5)
                elif kind == 3:
                    client.reserve(shelf, 1, f"{number}-{turn}", *((sku, 1) for sku in some[:5]),
                                   expires=chance.choice([0, 500]))
                else:
                    client.expire(shelf, 1000, limit=5)
                if kind == 1:
                    newest |= {(shelf, sku): moment for sku in some}
            return newest

        for newest in self.race(write):
            for (shelf, sku), moment in newest.items():
                self.assertGreaterEqual(self.store.cell(shelf, sku)["updated"], moment)
        for shelf in (self.shelf, self.market):
            self.check_orders(shelf)

    def test_marks_of_one_request_are_one_change(self):
        """Also where one of them is set already: who clears both comes before that or after it."""
        self.store.put(self.shelf, ("A", 1, 1), ("B", 1, 1))
        self.store.mark(self.shelf, "A", add=store.HIDDEN)
        holder, setter, clearer = self.another(), self.another(), self.another()
        holder.client.query("BEGIN")
        holder.client.query(f"SELECT 1 FROM stock WHERE shelf_id = {self.shelf} AND sku = 'B' "
                            "FOR UPDATE")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            setting = pool.submit(setter.mark, self.shelf, "A", "B", add=store.HIDDEN)
            self.wait_for(lambda: self.count_waiting() == 1)
            clearing = pool.submit(clearer.mark, self.shelf, "A", "B", clear=store.HIDDEN)
            self.wait_for(lambda: clearing.done() or self.count_waiting() == 2)
            holder.client.query("COMMIT")
            setting.result()
            clearing.result()
        marks = {self.store.cell(self.shelf, sku)["marks"] for sku in "AB"}
        self.assertEqual(len(marks), 1)

    def count_waiting(self):
        return int(self.database.sql("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                                     " current_database() AND wait_event_type = 'Lock'")[0])

    def wait_for(self, condition):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


class TestDocuments(RaceCase):
    def test_numbers_become_visible_in_order(self):
        """Whoever reads behind the last number that he saw misses nothing."""
        def add(client, number):
            seen = []
            for turn in range(40):
                client.add_document("d", b"x", number * 1000 + turn)
                last, *_, key = seen[-1] if seen else (0, 0)
                seen += client.run("documents", last, 1000, key)[0]
            return [row[0] for row in seen]

        for seen in self.race(add):
            self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertEqual(len(self.store.documents(limit=1000)), 40 * CLIENTS)

    def test_one_of_those_who_expect_the_same_is_first(self):
        base = len(self.store.documents(limit=1000))
        answers = self.race(lambda client, number:
                            client.add_document("d", b"x", -1 - number, expected=base))
        self.assertEqual(sorted(answers), [("BEHIND", base + 1)] * (CLIENTS - 1)
                         + [("OK", base + 1)])
