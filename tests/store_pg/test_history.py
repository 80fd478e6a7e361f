"""What happened to a SKU: what is written down, how it is read back, and the days it is kept in."""

import threading

from tests.harness import database
from tests.store_pg import case, client, driver, store

DAY_US = 86400 * 10 ** 6
# A clock that only the test moves; one that is asked twice gives two moments.
CLOCK = """
CREATE TABLE test_clock (us bigint); INSERT INTO test_clock VALUES (1767225600000000);
CREATE SEQUENCE test_tick; GRANT ALL ON test_clock, test_tick TO stockd;
CREATE OR REPLACE FUNCTION stockd_clock_us() RETURNS bigint LANGUAGE sql AS
$$ SELECT us + nextval('test_tick') FROM test_clock $$;
"""


class HistoryCase(case.StoreCase):
    def setUp(self):
        super().setUp()
        self.store.cause = (store.API, 1000, "key", 7)
        self.addCleanup(setattr, self.store, "cause", (0, 0, "", 0))

    def told(self, sku, *names, shelf=None, **how):
        """Returns the values of these columns of each event, the newest first."""
        events, after = self.store.history(self.shelf if shelf is None else shelf, sku, **how)
        self.assertIsNone(after)
        return [tuple(event[name] for name in names) for event in events]


class TestWriting(HistoryCase):
    def test_a_put_tells_who_what_and_when(self):
        self.store.put(self.shelf, ("B", 5, 20), ("A", 3, 10))
        self.store.cause = (store.OPERATOR, 2000, "имя", -1)
        self.store.put(self.shelf, ("A", 4, 11))
        names = ["kind", "source", "at", "by", "request", "available", "reserved", "updated"]
        self.assertEqual(self.told("A", *names),
                         [(store.WRITE, store.OPERATOR, 2000, "имя", -1, 4, 0, 11),
                          (store.WRITE, store.API, 1000, "key", 7, 3, 0, 10)])
        self.assertEqual(self.told("B", *names),
                         [(store.WRITE, store.API, 1000, "key", 7, 5, 0, 20)])
        self.assertEqual(self.told("C", "kind"), [])
        self.assertEqual(self.told("A", "kind", shelf=self.shelf + 10 ** 6), [])

    def test_nothing_is_kept_without_a_source(self):
        self.store.cause = (0, 1000, "key", 7)
        self.store.put(self.shelf, ("A", 1, 1), ("B", 1, 1))
        self.store.put(self.market, ("A", 1, 1))
        self.store.mark(self.shelf, "A", add=store.HIDDEN)
        self.store.count(self.shelf, ("A", store.FIT, 5, 5))
        self.store.reserve(self.shelf, 1, "o", ("A", 1), expires=2000)
        self.store.order(self.shelf, 1, "o", store.PACKED)
        self.store.reserve(self.shelf, 1, "p", ("A", 1), expires=2000)
        self.assertEqual(self.store.expire(self.shelf, 3000), 1)
        self.assertEqual(self.told("A", "kind"), [])
        self.assertEqual(self.told("A", "kind", shelf=self.market), [])

    def test_what_was_stale_is_left_out(self):
        """Whichever way a put takes: few stale ones, many, one SKU alone, each by itself."""
        skus = [f"S{number:02}" for number in range(40)]
        for policy, shelf in ((store.CREATE, self.shelf), (store.IGNORE, self.shelf + 10 ** 6)):
            self.store.put(shelf, *[(sku, 1, 100) for sku in skus])
            self.store.put(shelf, (skus[3], 2, 300), policy=policy)
            self.store.put(shelf, (skus[3], 2, 200), policy=policy)
            self.store.put(shelf, *[(sku, 3, 200) for sku in skus], policy=policy)
            self.store.put(shelf, *[(sku, 4, 150 + index % 2 * 100)
                                    for index, sku in enumerate(skus)], policy=policy)
            rows = {sku: self.told(sku, "available", "updated", shelf=shelf) for sku in skus}
            self.assertEqual(rows[skus[3]], [(2, 300), (1, 100)])
            self.assertEqual(rows[skus[4]], [(3, 200), (1, 100)])
            self.assertEqual(rows[skus[5]], [(4, 250), (3, 200), (1, 100)])

    def test_a_repeat_that_orders_moved_since_is_none(self):
        self.store.put(self.shelf, ("A", 9, 100), ("B", 9, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.assertEqual(self.store.put(self.shelf, ("A", 9, 100), ("B", 9, 100)),
                         ("OK", 1, 1, None))
        self.assertEqual(self.told("A", "kind"), [(store.RESERVE,), (store.WRITE,)])
        self.assertEqual(self.told("B", "kind"), [(store.WRITE,), (store.WRITE,)])

    def test_a_put_tells_what_orders_hold(self):
        self.store.put(self.shelf, ("A", 9, 100), ("B", 9, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.store.put(self.shelf, ("A", 5, 200), ("B", 5, 200))
        self.store.put(self.shelf, ("A", 6, 300))
        self.store.put(self.shelf, ("A", 7, 400), policy=store.REJECT)
        self.assertEqual(self.told("A", "available", "reserved"),
                         [(7, 2), (6, 2), (5, 2), (7, 2), (9, 0)])
        self.assertEqual(self.told("B", "available", "reserved"), [(5, 0), (9, 0)])

    def test_a_put_that_is_refused_leaves_nothing(self):
        self.store.put(self.shelf, ("A", 9, 100))
        self.store.put(self.shelf, ("A", 8, 200), ("Z", 1, 200), policy=store.REJECT)
        self.assertEqual(self.told("A", "available"), [(9,)])
        self.store.fence(self.shelf, 5)
        self.store.put(self.shelf, ("A", 8, 200), ("B", 1, 200))
        self.assertEqual(self.told("A", "available"), [(9,)])

    def test_counts_of_several_types_are_told_one_by_one(self):
        self.store.put(self.shelf, ("A", 9, 100))
        self.store.reserve(self.shelf, 1, "o", ("A", 2))
        self.store.count(self.shelf, ("B", store.AVAILABLE, 1, 200), ("A", store.DEFECT, 4, 200),
                         ("A", store.FIT, 12, 200), ("A", store.EXPIRED, 1, 50))
        self.assertEqual(self.told("A", "type", "count", "available", "reserved", "updated")[:2],
                         [(store.FIT, 12, 10, 2, 200), (store.DEFECT, 4, None, 2, 200)])
        self.store.count(self.shelf, ("A", store.AVAILABLE, 50, 200), least=True)
        self.assertEqual(self.told("A", "kind", "type", "count", "available")[0],
                         (store.COUNT, store.AVAILABLE, 10, 10))

    def test_marks_tell_where_they_changed_something(self):
        self.store.put(self.shelf, ("A", 9, 100))
        self.store.mark(self.shelf, "A", "B", "C", add=store.HIDDEN, create=True)
        self.store.mark(self.shelf, "A", "D", add=store.HIDDEN, clear=store.ARCHIVED)
        self.store.mark(self.shelf, "A", add=store.ARCHIVED, clear=store.HIDDEN)
        self.assertEqual(self.told("A", "kind", "set", "clear", "available"),
                         [(store.MARK, store.ARCHIVED, store.HIDDEN, None),
                          (store.MARK, store.HIDDEN, 0, None), (store.WRITE, None, None, 9)])
        self.assertEqual(self.told("C", "kind", "set"), [(store.MARK, store.HIDDEN)])
        self.assertEqual(self.told("D", "kind"), [])

    def test_orders_tell_what_they_leave(self):
        self.store.put(self.shelf, ("A", 9, 100), ("B", 5, 100))
        self.store.reserve(self.shelf, 8, "one", ("B", 1), ("A", 2))
        self.store.reserve(self.shelf, 8, "one", ("B", 1), ("A", 2))
        self.store.reserve(self.shelf, 8, "none", ("A", 100))
        self.store.order(self.shelf, 8, "one", store.PACKED)
        self.store.reserve(self.shelf, 9, "two", ("A", 3))
        self.store.order(self.shelf, 8, "one", store.SHIPPED)
        self.store.order(self.shelf, 9, "two", store.CANCELLED)
        self.store.order(self.shelf, 9, "two", store.PACKED)
        self.assertEqual(
            self.told("A", "kind", "campaign", "order", "count", "available", "reserved"),
            [(store.CANCEL, 9, "two", 3, 7, 0), (store.SHIP, 8, "one", 2, 4, 3),
             (store.RESERVE, 9, "two", 3, 4, 5), (store.PACK, 8, "one", 2, 7, 2),
             (store.RESERVE, 8, "one", 2, 7, 2), (store.WRITE, None, None, None, 9, 0)])
        self.assertEqual(self.told("B", "kind", "count", "available", "reserved")[:3],
                         [(store.SHIP, 1, 4, 0), (store.PACK, 1, 4, 1), (store.RESERVE, 1, 4, 1)])

    def test_orders_that_expire_together_are_told_one_after_the_other(self):
        self.store.put(self.shelf, ("A", 9, 100), ("B", 5, 100))
        for number in (1, 2, 3):
            self.store.reserve(self.shelf, 8, f"o{number}", ("A", number), ("B", 1),
                               expires=2000 + number)
        self.assertEqual(self.store.expire(self.shelf, 3000), 3)
        names = ["kind", "source", "at", "by", "order", "count", "available", "reserved"]
        self.assertEqual(self.told("A", *names)[:3],
                         [(store.EXPIRE, store.EXPIRY, 3000, "", "o3", 3, 9, 0),
                          (store.EXPIRE, store.EXPIRY, 3000, "", "o2", 2, 6, 3),
                          (store.EXPIRE, store.EXPIRY, 3000, "", "o1", 1, 4, 5)])

    def test_what_is_rolled_back_did_not_happen(self):
        other = self.another()
        other.cause = self.store.cause
        other.client.query("BEGIN")
        other.put(self.shelf, ("A", 1, 1), ("B", 1, 1))
        other.client.query("ROLLBACK")
        self.assertEqual(self.told("A", "kind"), [])

    def test_the_order_is_that_in_which_rows_were_locked(self):
        """The second writer began first, by every clock, and waited for the first one."""
        late = self.another()
        late.cause = (store.API, 500, "late", 8)
        with client.Client(self.database.url) as holder:
            self.store.put(self.shelf, ("A", 1, 1), ("B", 1, 1))
            holder.query("BEGIN")
            holder.query(f"SELECT 1 FROM stock WHERE shelf_id = {self.shelf} AND sku = 'B' "
                         "FOR UPDATE")
            waiting = threading.Thread(target=late.put, args=(self.shelf, ("B", 3, 3),
                                                              ("C", 3, 3)))
            waiting.start()
            self.until_somebody_waits()
            self.store.put(self.shelf, ("A", 2, 2))
            holder.query("COMMIT")
            waiting.join()
        self.store.put(self.shelf, ("A", 4, 4), ("B", 4, 4))
        self.assertEqual(self.told("B", "available"), [(4,), (3,), (1,)])
        places = {sku: self.told(sku, "place") for sku in "AB"}
        self.assertLess(places["A"][1], places["B"][1])

    def until_somebody_waits(self):
        waits = (f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self.database.name}' "
                 "AND wait_event_type = 'Lock'")
        while not self.database.sql(waits):
            pass


class TestReading(HistoryCase):
    def pages(self, sku, **how):
        """Returns the events of all pages, and how many pages there were."""
        events, count, after = [], 0, None
        while (after is not None or count == 0) and count < 100:
            where = {} if after is None else {"place": after}
            page, after = self.store.history(self.shelf, sku, **how, **where)
            events += page
            count += 1
        return events, count

    def test_pages_tell_all_of_it_once(self):
        for number in range(12):
            self.store.put(self.shelf, ("A", number, number), ("B", 1, number))
            self.store.put(self.shelf, ("0", 1, number), ("Z", 1, number))
            self.store.count(self.shelf, ("A", store.DEFECT, number, number),
                             ("A", store.EXPIRED, number, number))
        whole, _ = self.store.history(self.shelf, "A")
        self.assertEqual(len(whole), 36)
        for limit, looked in ((1, 1000), (2, 1), (5, 7), (36, 36), (35, 2), (100, 3)):
            events, count = self.pages("A", limit=limit, looked=looked)
            self.assertEqual(events, whole, (limit, looked))
            self.assertLessEqual(count, 75)

    def test_a_page_may_be_empty_and_have_a_next_one(self):
        self.store.put(self.shelf, ("A", 1, 1))
        for number in range(5):
            self.store.put(self.shelf, ("B", number, number))
        events, after = self.store.history(self.shelf, "A", looked=3)
        self.assertEqual(events, [])
        events, _ = self.store.history(self.shelf, "A", looked=3, place=after)
        self.assertEqual(len(events), 1)

    def test_a_time_is_that_of_the_cause(self):
        """Whatever the place: the clock of the database says when it was written down."""
        for number in range(6):
            self.store.cause = (store.API, 1000 + number, "key", 7)
            self.store.put(self.shelf, ("A", number, number))
        self.assertEqual(self.told("A", "available", since=1002, until=1005), [(4,), (3,), (2,)])
        events, after = self.store.history(self.shelf, "A", since=1001, until=1004, limit=2)
        self.assertEqual([event["at"] for event in events], [1003, 1002])
        events, after = self.store.history(self.shelf, "A", since=1001, until=1004, place=after)
        self.assertEqual(([event["at"] for event in events], after), ([1001], None))

    def test_skus_are_bytes(self):
        skus = ["a", "A", "ä", "日本", "𝄞", "a b", "x'y", "{a,\"b\"}"]
        self.store.put(self.shelf, *[(sku, index, 1) for index, sku in enumerate(skus)])
        for index, sku in enumerate(skus):
            self.assertEqual(self.told(sku, "available"), [(index,)])
        for sku in ("", "B", "aa", "\u00c5", "~"):
            self.assertEqual(self.told(sku, "available"), [])

    def test_a_look_goes_along_the_key(self):
        """No plan reads or sorts more rows than it looks at, in whichever days they are."""
        text = driver.statements()["history"].text
        values = ["5", "'A'::text", "0", str(2 ** 60), str(2 ** 60), "9", "20", "11", "9", "0", "9"]
        for number, value in reversed(list(enumerate(values, 1))):
            text = text.replace(f"${number}", value)
        plan = "\n".join(row[0] for row in self.store.client.query(f"EXPLAIN {text}"))
        self.assertNotIn("Seq Scan", plan)
        self.assertIn("Index Scan Backward using stock_history_", plan)
        self.assertRegex(plan, r"Merge Append|Append")


class TestDays(case.EmptyCase):
    def setUp(self):
        super().setUp()
        self.assertEqual(driver.migrate(self.database.url)[0], 0)
        self.store = store.Store(self.database.url)
        self.addCleanup(self.store.close)
        self.store.cause = (store.API, 1000, "key", 7)

    def days(self):
        return self.database.sql("SELECT relname FROM pg_class WHERE relname ~ "
                                 "'^stock_history_[0-9]{8}$' AND relkind = 'r' ORDER BY 1")

    def rest(self):
        return int(self.database.sql("SELECT count(*) FROM stock_history_rest")[0])

    def use_clock(self):
        self.database.sql("SET ROLE stockd;" + CLOCK)

    def move_clock(self, days):
        self.database.sql(f"UPDATE test_clock SET us = us + {days} * {DAY_US}")

    def test_a_migration_makes_today_and_a_week(self):
        today = self.database.sql("SELECT to_char(now() AT TIME ZONE 'UTC', "
                                  "'\"stock_history_\"YYYYMMDD')")[0]
        self.assertEqual(len(self.days()), 8)
        self.assertIn(today, self.days()[:2])
        self.store.put(1, ("A", 1, 1))
        self.assertEqual(self.rest(), 0)
        self.assertEqual(self.store.keep_days(30), 0)

    def test_days_come_and_go(self):
        self.use_clock()
        self.assertEqual(self.store.keep_days(-1), 8)
        made = self.days()
        self.assertEqual(made[:2], ["stock_history_20260101", "stock_history_20260102"])
        for number in range(4):
            self.store.put(1, ("A", number, number))
            self.move_clock(1)
            self.store.keep_days(2)
        self.assertEqual(self.days()[:2], ["stock_history_20260103", "stock_history_20260104"])
        self.assertEqual([event["available"] for event in self.store.history(1, "A")[0]], [3, 2])

    def test_with_none_kept_days_that_ended_go_and_none_is_made(self):
        self.use_clock()
        self.store.keep_days(-1)
        self.store.put(1, ("A", 1, 1))
        self.move_clock(3)
        self.store.keep_days(0)
        self.assertEqual(self.days()[0], "stock_history_20260104")
        self.assertNotIn("stock_history_20260111", self.days())
        self.assertEqual(self.store.history(1, "A"), ([], None))

    def test_a_row_without_its_day_is_kept_all_the_same(self):
        self.use_clock()
        self.store.put(1, ("A", 1, 1), ("B", 1, 1))
        self.assertEqual(self.rest(), 1)
        self.assertEqual(self.store.keep_days(30), 7)
        self.assertNotIn("stock_history_20260101", self.days())
        self.store.put(1, ("A", 2, 2))
        self.move_clock(1)
        self.store.put(1, ("A", 3, 3))
        self.assertEqual(self.rest(), 2)
        self.assertEqual([event["available"] for event in self.store.history(1, "A")[0]],
                         [3, 2, 1])
        self.move_clock(30)
        self.store.keep_days(30)
        self.assertEqual(self.rest(), 0)

    def test_a_writer_that_has_not_ended_holds_up_no_new_day(self):
        with client.Client(self.database.url) as writer:
            writer.query("BEGIN")
            writer.query("SELECT * FROM stockd_put(1, '{A}', '{1}', '{1}', 0, 1, 1, '', 1)")
            self.use_clock()
            self.assertEqual(self.store.keep_days(30), 8)
            writer.query("COMMIT")

    def test_a_day_that_somebody_reads_goes_later(self):
        self.use_clock()
        self.store.keep_days(30)
        self.store.put(1, ("A", 1, 1))
        self.move_clock(40)
        with client.Client(self.database.url) as reader:
            reader.query("BEGIN")
            reader.query("SELECT count(*) FROM stock_history")
            self.store.keep_days(30)
            self.assertIn("stock_history_20260101", self.days())
            self.assertEqual(self.store.put(1, ("A", 2, 2)), ("OK", 1, 0, None))
            reader.query("COMMIT")
        self.store.keep_days(30)
        self.assertNotIn("stock_history_20260101", self.days())

    def test_some_at_once(self):
        self.use_clock()
        others = [store.Store(self.database.url) for _ in range(3)]
        for other in others:
            self.addCleanup(other.close)
        threads = [threading.Thread(target=other.keep_days, args=(30,)) for other in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.store.keep_days(30)
        self.assertEqual(len([day for day in self.days() if day < "stock_history_202602"]), 8)

    def test_who_serves_need_not_own_the_tables_but_must_have_rights(self):
        self.use_clock()
        reader = database.url(self.database.name, "reader")
        with client.Client(reader) as connection:
            with self.assertRaisesRegex(client.Refused, "may not delete in table stock_history"):
                connection.query("SELECT stockd_history_days(0)")
            self.database.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public "
                              "TO reader")
            self.assertEqual(connection.query("SELECT stockd_history_days(30)"), [["1"]])
