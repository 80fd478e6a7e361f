"""Pages, lists, totals, figures."""

from tests.store_pg import case, store

SCAN = 1 << 18


class ReadCase(case.StoreCase):
    """Cells a…j with 0…9 units; every third is hidden, x was never updated."""

    def setUp(self):
        super().setUp()
        self.skus = list("abcdefghij")
        self.store.put(self.shelf, *((sku, units, 1) for units, sku in enumerate(self.skus)))
        self.store.mark(self.shelf, *self.skus[::3], add=store.HIDDEN)
        self.store.mark(self.shelf, "x", create=True)

    def shown(self, **values):
        """Returns the page, whether it goes on, and whether something is on the other side."""
        limit = values.setdefault("limit", 100)
        rows = self.store.page(self.shelf, **values)
        skus = [cell[0] for cell in rows[100]]
        return skus[:limit], len(skus) > limit or bool(rows[102]), bool(rows[101] or rows[103])


class TestPage(ReadCase):
    def test_forward(self):
        self.assertEqual(self.shown(never=False), (self.skus, False, False))
        self.assertEqual(self.shown(limit=4), (list("abcd"), True, False))
        self.assertEqual(self.shown(limit=4, position="d\x01"), (list("efgh"), True, True))
        self.assertEqual(self.shown(limit=4, position="h\x01"), (["i", "j", "x"], False, True))
        self.assertEqual(self.shown(position="x\x01"), ([], False, True))

    def test_backward(self):
        self.assertEqual(self.shown(limit=3, position="e", backward=True),
                         (list("dcb"), True, True))
        self.assertEqual(self.shown(limit=3, position="b", backward=True), (["a"], False, True))
        self.assertEqual(self.shown(position="a", backward=True), ([], False, True))
        self.assertEqual(self.shown(position="y", limit=1, backward=True), (["x"], True, False))

    def test_sides_see_the_filter(self):
        """What does not fit is neither shown nor said to be there."""
        absent = {"presence": store.ABSENT, "never": False}
        self.assertEqual(self.shown(**absent), (["a"], False, False))
        self.assertEqual(self.shown(position="b", **absent), ([], False, True))
        self.assertEqual(self.shown(position="b", presence=store.PRESENT, limit=8, never=False),
                         (list("bcdefghi"), True, False))

    def test_marks(self):
        hidden = {"mask": store.HIDDEN, "wanted": store.HIDDEN}
        self.assertEqual(self.shown(**hidden), (list("adgj"), False, False))
        self.assertEqual(self.shown(limit=2, position="d", **hidden), (list("dg"), True, True))
        self.assertEqual(self.shown(limit=2, position="j", backward=True, **hidden),
                         (list("gd"), True, True))
        self.assertEqual(self.shown(mask=store.HIDDEN, never=False),
                         (list("bcefhi"), False, False))
        self.assertEqual(self.shown(mask=store.ARCHIVED, wanted=store.ARCHIVED),
                         ([], False, False))

    def test_cells_that_were_never_updated(self):
        self.assertEqual(self.shown(never=True)[0], [*self.skus, "x"])
        self.store.mark(self.shelf, "x", add=store.PLACED)
        self.assertEqual(self.shown(never=False)[0], [*self.skus, "x"])

    def test_reserved_units_are_present(self):
        self.store.reserve(self.shelf, 1, "o", ("b", 1))
        self.assertIn("b", self.shown(presence=store.PRESENT)[0])

    def test_other_shelves_are_not_seen(self):
        self.store.put(self.shelf + 5000, ("A", 1, 1), ("z", 1, 1))
        self.assertEqual(self.shown(never=False), (self.skus, False, False))

    def test_a_page_ends_before_it_looked_at_everything(self):
        """2^18 cells at most, in either direction; it says where it ended."""
        shelf = self.shelf + 7000
        self.store.put(shelf, ("last", 1, 1))
        self.database.sql(
            "INSERT INTO stock (shelf_id, sku, updated_ms) SELECT "
            f"{shelf}, lpad(n::text, 7, '0'), 1 FROM generate_series(0, {SCAN + 9}) AS n;"
            "ANALYZE stock")
        rows = self.store.page(shelf, presence=store.PRESENT)
        self.assertEqual((rows[100], [row[0] for row in rows[102]]), ([], [f"{SCAN - 1:07}"]))
        rows = self.store.page(shelf, f"{SCAN - 1:07}\x01", presence=store.PRESENT)
        self.assertEqual([cell[0] for cell in rows[100]], ["last"])
        self.assertEqual((rows[101], rows[102], rows[103]), ([], [], [[f"{0:07}"] + [None] * 9]))
        rows = self.store.page(shelf, "last", backward=True, presence=store.PRESENT)
        self.assertEqual([row[0] for row in rows[102]], [f"{10:07}"])
        self.assertEqual([row[0] for row in rows[101]], ["last"])
        rows = self.store.page(shelf, mask=1, wanted=1)
        self.assertEqual(rows, {100: [], 101: [], 102: [], 103: []})


class TestSearch(ReadCase):
    def test_what_is_found(self):
        self.store.put(self.shelf, ("ЁЖ-1", 0, 5), ("Ёж_2", 1, 9), ("AbC", 1, 9))
        for values, expected in (({"text": "ёж"}, ["ЁЖ-1", "Ёж_2"]), ({"text": "_"}, ["Ёж_2"]),
                                 ({"text": "bc"}, ["AbC"]), ({"text": "%"}, []),
                                 ({"position": "i", "end": "k"}, ["i", "j"]),
                                 ({"text": "ж", "available": store.PRESENT}, ["Ёж_2"]),
                                 ({"available": store.ABSENT, "never": False}, ["a", "ЁЖ-1"]),
                                 ({"before": 6, "position": "x"}, ["ЁЖ-1"]),
                                 ({"mask": 1, "wanted": 1}, list("adgj")),
                                 ({"mask": 1, "wanted": 1, "text": "g"}, ["g"]),
                                 ({"text": "ж", "limit": 1}, ["ЁЖ-1", "Ёж_2"])):
            with self.subTest(values=values):
                self.assertEqual(self.store.search(self.shelf, **values), (expected, []))

    def test_a_search_ends_before_it_looked_at_everything(self):
        """2^17 cells at most."""
        shelf = self.shelf + 8000
        self.store.put(shelf, ("last", 1, 1))
        self.database.sql(
            "INSERT INTO stock (shelf_id, sku, updated_ms) SELECT "
            f"{shelf}, lpad(n::text, 7, '0'), 1 FROM generate_series(0, {SCAN // 2 + 9}) AS n;"
            "ANALYZE stock")
        end = f"{SCAN // 2 - 1:07}"
        self.assertEqual(self.store.search(shelf, "last"), ([], [end]))
        self.assertEqual(self.store.search(shelf, "last", end + "\x01"), (["last"], []))
        self.assertEqual(self.store.search(shelf, end="0000002"), (["0000000", "0000001"], []))


class TestPlans(ReadCase):
    """Plans are walks along an index and probes, whatever the statistics say."""

    def plan(self, name, *values):
        self.store.client.query("SET client_min_messages = warning")
        given = ", ".join(f"'{value}'" for value in values)
        return "\n".join(row[0] for row in self.store.client.query(
            f"EXPLAIN EXECUTE {name} ({given})"))

    def test_pages_and_lists_walk_along_the_key(self):
        for name in ("page_next", "page_prev"):
            plan = self.plan(name, self.shelf, "c", 3, 0, 0, 0, "t", 0)
            self.assertIn("stock_pkey", plan)
            self.assertNotIn("Seq Scan", plan)
        plan = self.plan("list", self.shelf, "{a,b}", 0)
        self.assertIn("stock_pkey", plan)
        self.assertNotIn("Seq Scan", plan)

    def test_searches_walk_along_the_key_up_to_where_the_prefix_ends(self):
        for name, index in (("search", "stock_pkey"), ("search_marked", "stock_marked")):
            plan = self.plan(name, self.shelf, "c", 3, 0, 1, 1, "t", 0, "d", "x", 0, 0)
            self.assertRegex(plan, index + r".*\n *Index Cond: .*sku >= \$2.*sku < \$9")
            self.assertNotIn("Seq Scan", plan)

    def test_marked_cells_have_an_index(self):
        for name in ("marked_next", "marked_prev"):
            self.assertIn("stock_marked", self.plan(name, self.shelf, "c", 3, 0, 1, 1, "t", 0))


class TestList(ReadCase):
    def test_in_the_order_of_the_keys(self):
        self.assertEqual([cell[0] for cell in self.store.list(self.shelf, "c", "?", "a", "j")],
                         ["c", "a", "j"])
        rows, _ = self.store.run("list", self.shelf, ["c", "?", "a"], 0)
        self.assertEqual([row[0] for row in rows], [1, 3])

    def test_of_an_unknown_shelf(self):
        self.assertEqual(self.store.list(self.shelf + 9000, "a"), [])


class TestTotals(ReadCase):
    def test_what_lies_there_and_what_is_bound(self):
        self.store.reserve(self.shelf, 1, "o", ("j", 4))
        self.store.reserve(self.shelf, 2, "p", ("j", 1))
        self.store.reserve(self.shelf, 2, "q", ("i", 1))
        self.store.order(self.shelf, 2, "q", store.SHIPPED)
        self.store.order(self.shelf, 2, "p", store.PACKED)
        self.store.count(self.shelf, ("a", store.DEFECT, 3, 5), ("b", store.EXPIRED, 4, 5))
        self.assertEqual(self.store.totals(self.shelf), [11, 39, 5, 7, 2])
        self.assertEqual(self.store.totals(self.shelf, 2), [11, 39, 5, 7, 1])
        self.assertEqual(self.store.totals(self.shelf + 9000), [0, 0, 0, 0, 0])

    def test_figures(self):
        self.store.put(store.MARKET + 800_000, ("a", 1, 1), policy=store.CREATE)
        [[shelves, highest]], _ = self.store.run("figures")
        self.assertGreaterEqual(shelves, 2)
        self.assertEqual(highest, 800_000)
        self.assertGreaterEqual(self.store.run("cells")[0][0][0], 0)


class TestDocuments(case.StoreCase):
    """Kept in order, once each, and never behind what somebody else added."""

    def test_documents(self):
        self.assertEqual(self.store.documents(), [])
        self.assertEqual(self.store.add_document("a", b"\x00\xFF'\\", 11), ("OK", 1))
        self.assertEqual(self.store.add_document("b", b"", 12, expected=1), ("OK", 2))
        self.assertEqual(self.store.add_document("b", b"", 12, expected=1), ("OK", 2))
        self.assertEqual(self.store.add_document("c", b"", 13, expected=1), ("BEHIND", 2))
        self.assertEqual(self.store.documents(), [(1, "a", b"\x00\xFF'\\"), (2, "b", b"")])
        self.assertEqual(self.store.documents(after=1, key=11), [(2, "b", b"")])
        self.assertEqual(len(self.store.documents(limit=1)), 1)
        self.assertEqual(self.store.summarize(1, ("r", "old")), "BEHIND")
        self.assertEqual(self.store.summary(), [])
        for _ in range(2):  # Sent again.
            self.assertEqual(self.store.summarize(2, ("r", "state"), ("p", "")), "OK")
        self.assertEqual(self.store.summary(), [(2, "r", "state"), (2, "p", "")])
        self.assertEqual(len(self.store.documents()), 2)
        self.store.add_document("c", b"", 14, expected=2)
        self.assertEqual(self.store.summarize(3, ("r", "newer")), "OK")
        self.assertEqual(self.store.summary(), [(3, "r", "newer")])
        self.assertEqual(self.store.documents(), [(2, "b", b""), (3, "c", b"")])
        self.assertEqual(self.store.run("document_last")[0], [[3, 3]])

    def test_whoever_knows_a_document_that_is_not_there_is_told(self):
        """A failover or a restore lost it, and perhaps others came since."""
        _, first = self.store.add_document("a", b"", 21)
        _, last = self.store.add_document("b", b"", 22)
        self.assertEqual(self.store.documents(after=last, key=22), [])
        for number, key in ((last + 1, 23), (last, 23), (first, 22)):
            self.assertEqual(self.store.documents(after=number, key=key)[0], (0, "", b""))
