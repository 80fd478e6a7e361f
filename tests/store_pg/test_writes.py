"""Put, mark and count, statement by statement."""

from tests.store_pg import case, store


class TestPut(case.StoreCase):
    """C6, C7, C8."""

    def test_a_newer_number_is_taken_and_an_older_one_is_stale(self):
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100)), ("OK", 1, 0, None))
        self.assertEqual(self.store.put(self.shelf, ("A", 7, 99), ("B", 1, 99)),
                         ("OK", 1, 1, None))
        self.assert_cell("A", available=5, updated=100)
        self.assert_cell("B", available=1, updated=99)

    def test_of_one_moment_the_last_one_is_taken(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.assertEqual(self.store.put(self.shelf, ("A", 4, 100)), ("OK", 1, 0, None))
        self.assert_cell("A", available=4)

    def test_a_repeat_does_not_bring_back_what_was_sold(self):
        for shelf in (self.shelf, self.market):
            self.store.put(shelf, ("A", 5, 100))
            self.store.reserve(shelf, 1, "o", ("A", 2))
            self.assertEqual(self.store.put(shelf, ("A", 5, 100)), ("OK", 0, 1, None))
            self.assert_cell("A", shelf, available=3, reserved=2)
            self.assertEqual(self.store.put(shelf, ("A", 4, 100))[1], 1)
            self.assert_cell("A", shelf, available=4, reserved=2)

    def test_a_repeat_still_is_one_when_the_units_left(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.store.order(self.shelf, 1, "o", store.SHIPPED)
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100))[1], 0)
        self.assert_cell("A", available=3, reserved=0)

    def test_a_number_brings_back_what_was_deleted(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.store.mark(self.shelf, "A", add=store.DELETED | store.HIDDEN)
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100))[1], 1)
        self.assert_cell("A", available=5, marks=store.HIDDEN)

    def test_ignored_skus_get_no_cell(self):
        self.store.put(self.shelf, ("A", 5, 100), ("B", 5, 100))
        self.assertEqual(self.store.put(self.shelf, ("C", 1, 200), ("A", 1, 200), ("B", 1, 50),
                                        policy=store.IGNORE), ("OK", 1, 1, None))
        self.assertIsNone(self.store.cell(self.shelf, "C"))
        self.assert_cell("A", available=1)

    def test_a_rejected_write_names_the_first_unknown_sku_and_changes_nothing(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.assertEqual(self.store.put(self.shelf, ("A", 1, 200), ("Z", 1, 200), ("B", 1, 200),
                                        policy=store.REJECT), ("UNKNOWN_SKU", 0, 0, "Z"))
        self.assert_cell("A", available=5, updated=100)
        self.assertEqual(self.store.put(self.shelf, ("A", 1, 200), policy=store.REJECT),
                         ("OK", 1, 0, None))

    def test_skus_are_bytes(self):
        """No collation makes two of them one, and none sorts them in another order."""
        skus = ["a", "A", "á", "a\u0301", " a", "a\tb", "\U0001F600", "\uFFFD", "0557722", "557722"]
        self.store.put(self.shelf, *((sku, 1, 1) for sku in skus))
        shown = [cell[0] for cell in self.store.page(self.shelf)[100]]
        self.assertEqual(shown, sorted(skus, key=str.encode))

    def test_the_largest_batch(self):
        """2,000 SKUs of 255 characters, new and again."""
        items = [(f"{number:05}" + "ж" * 250, number, 1) for number in range(2000)]
        self.assertEqual(self.store.put(self.shelf, *items)[1], 2000)
        self.assertEqual(self.store.put(self.shelf, *items, policy=store.REJECT)[1], 2000)
        self.assertEqual(self.store.totals(self.shelf)[:2], [2000, sum(range(2000))])


class TestMark(case.StoreCase):
    """Marks are set and cleared; where nothing changes, nothing is written."""

    def test_marks_are_added_and_taken_away(self):
        self.store.put(self.shelf, ("A", 5, 100), ("B", 5, 100))
        self.store.mark(self.shelf, "A", "B", add=store.HIDDEN | store.ARCHIVED)
        self.assertEqual(self.store.mark(self.shelf, "B", clear=store.HIDDEN), 1)
        self.assert_cell("A", marks=store.HIDDEN | store.ARCHIVED)
        self.assert_cell("B", marks=store.ARCHIVED, available=5, updated=100)

    def test_unknown_skus_are_left_out_or_get_a_cell(self):
        self.assertEqual(self.store.mark(self.shelf, "A", add=store.HIDDEN), 0)
        self.assertIsNone(self.store.cell(self.shelf, "A"))
        self.assertEqual(self.store.mark(self.shelf, "A", add=store.HIDDEN, create=True), 1)
        self.assert_cell("A", available=0, updated=store.NEVER, marks=store.HIDDEN)

    def test_a_cell_without_marks_can_be_made(self):
        self.assertEqual(self.store.mark(self.shelf, "A", create=True), 1)
        self.assertEqual(self.store.mark(self.shelf, "A", create=True), 0)
        self.assert_cell("A", marks=0, updated=store.NEVER)

    def test_what_changes_nothing_writes_nothing(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.mark(self.shelf, "A", add=store.HIDDEN)
        place = f"SELECT ctid FROM stock WHERE shelf_id = {self.shelf}"
        before = self.database.sql(place)
        self.assertEqual(self.store.mark(self.shelf, "A", add=store.HIDDEN, create=True), 0)
        self.assertEqual(self.database.sql(place), before)


class TestCount(case.StoreCase):
    """C62: FIT is AVAILABLE and FREEZE together."""

    def test_types_of_one_sku_in_one_request(self):
        code = self.store.count(self.shelf, ("A", store.FIT, 10, 100),
                                ("B", store.AVAILABLE, 3, 100), ("A", store.DEFECT, 2, 100),
                                ("A", store.EXPIRED, 1, 101), ("A", store.QUARANTINE, 4, 100))
        self.assertEqual(code, ("OK", None, None))
        self.assert_cell("A", available=10, defect=2, expired=1, quarantine=None, updated=101)
        self.assert_cell("B", available=3)

    def test_fit_leaves_what_orders_hold(self):
        self.store.count(self.shelf, ("A", store.FIT, 10, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 4))
        self.store.count(self.shelf, ("A", store.FIT, 9, 200))
        self.assert_cell("A", available=5, reserved=4)

    def test_below_what_orders_hold_is_refused_as_a_whole(self):
        self.store.count(self.shelf, ("A", store.FIT, 10, 100), ("B", store.FIT, 10, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 4), ("B", 5))
        self.assertEqual(self.store.count(self.shelf, ("C", store.FIT, 9, 200),
                                          ("B", store.FIT, 4, 200), ("A", store.FIT, 3, 200)),
                         ("BELOW_RESERVED", "B", 5))
        self.assert_cell("A", available=6, reserved=4, updated=100)
        self.assertIsNone(self.store.cell(self.shelf, "C"))

    def test_an_older_count_is_left_out_however_small(self):
        self.store.count(self.shelf, ("A", store.FIT, 10, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 4))
        self.assertEqual(self.store.count(self.shelf, ("A", store.FIT, 1, 99))[0], "OK")
        self.assert_cell("A", available=6, reserved=4)

    def test_of_one_moment_the_least_or_the_last(self):
        self.store.count(self.shelf, ("A", store.AVAILABLE, 10, 100))
        self.store.count(self.shelf, ("A", store.AVAILABLE, 12, 100), least=True)
        self.assert_cell("A", available=10)
        self.store.count(self.shelf, ("A", store.AVAILABLE, 8, 100), least=True)
        self.assert_cell("A", available=8)
        self.store.count(self.shelf, ("A", store.AVAILABLE, 12, 100))
        self.assert_cell("A", available=12)

    def test_none_left_is_no_detail(self):
        self.store.count(self.shelf, ("A", store.DEFECT, 2, 100))
        self.store.count(self.shelf, ("A", store.DEFECT, 0, 101))
        self.assert_cell("A", defect=None, available=0, updated=101)

    def test_a_count_ends_what_a_repeat_is(self):
        self.store.put(self.shelf, ("A", 5, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.store.count(self.shelf, ("A", store.FIT, 7, 100))
        self.assertEqual(self.store.put(self.shelf, ("A", 5, 100))[1], 1)


class TestTurnover(case.StoreCase):
    """C63, C128: on shelves in the Market's warehouses alone."""

    DAY = 86_400_000
    NOW = 1_700_000_000_123

    def sell(self, shelf, units, sold, since):
        self.store.count(shelf, ("A", store.FIT, units, since))
        self.store.reserve(shelf, 1, "o", ("A", sold), now=self.NOW)
        self.store.order(shelf, 1, "o", store.SHIPPED, self.NOW)
        return self.store.cell(shelf, "A", at=self.NOW)["turnover"]

    def test_the_vectors_of_the_contract(self):
        for number, fit in enumerate((449, 450, 999, 1000, 1199, 1200)):
            shelf = self.market + (number << 40)
            self.assertEqual(self.sell(shelf, fit, 300, self.NOW - 30 * self.DAY), fit)

    def test_half_a_tenth_is_rounded_up(self):
        self.assertEqual(self.sell(self.market, 100, 100, self.NOW - self.DAY // 4), 3)

    def test_other_shelves_have_none(self):
        self.assertIsNone(self.sell(self.shelf, 100, 100, self.NOW - self.DAY))
        self.assertEqual(self.database.sql(
            f"SELECT count(*) FROM turnover WHERE shelf_id = {self.shelf}"), ["0"])

    def test_large_numbers_fit(self):
        """4·10⁹ units over sixty days, and more sold than is told apart."""
        self.store.count(self.market, ("A", store.FIT, 2_000_000_000, self.NOW - 90 * self.DAY))
        self.database.sql(f"UPDATE turnover SET sold = 1000000000000, unit_ms = 4294967295 * "
                          f"86400000::bigint WHERE shelf_id = {self.market}")
        self.store.count(self.market, ("A", store.FIT, 2_000_000_000, self.NOW))
        self.database.sql(f"UPDATE turnover SET sold = 1000000000000, unit_ms = 4294967295 * "
                          f"86400000::bigint WHERE shelf_id = {self.market}")
        self.assertEqual(self.store.cell(self.market, "A", at=self.NOW)["turnover"], 0)

    def test_days_outside_the_window_go(self):
        self.store.count(self.market, ("A", store.FIT, 5, self.NOW - 200 * self.DAY))
        for day in range(150, -1, -10):
            self.store.count(self.market, ("A", store.FIT, 5, self.NOW - day * self.DAY))
        kept = self.database.sql(f"SELECT count(*) FROM turnover WHERE shelf_id = {self.market}")
        self.assertEqual(kept, ["61"])
