"""Migration: from nothing, again, at once, interrupted; and what it refuses."""

import concurrent.futures
import time

from tests.harness import database
from tests.harness.postgres import free_port
from tests.store_pg import case, client, driver, store

VERSION = 4
TABLES = {"shelf", "stock", "turnover", "orders", "order_items", "order_claim", "document",
          "document_last", "document_summary", "stockd_schema", "rate_window", "stock_history",
          "stock_history_rest"}

# What the extension has that a migration uses, noting each call.
STUB = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
VALUES (99999, 'citus', 10, 2200, false, '13.2');
CREATE TABLE calls (number serial, text text);
CREATE TABLE pg_dist_partition (logicalrelid regclass);
CREATE FUNCTION create_distributed_table(t regclass, c text, colocate_with text) RETURNS void
LANGUAGE sql AS $$ INSERT INTO calls (text) VALUES (format('%s by %s with %s', t, c, $3));
INSERT INTO pg_dist_partition VALUES (t) $$;
CREATE FUNCTION create_reference_table(t regclass) RETURNS void
LANGUAGE sql AS $$ INSERT INTO calls (text) VALUES (format('%s everywhere', t));
INSERT INTO pg_dist_partition VALUES (t) $$;
CREATE FUNCTION create_distributed_function(f regprocedure, distribution_arg_name text DEFAULT '',
colocate_with text DEFAULT '') RETURNS void
LANGUAGE sql AS $$ INSERT INTO calls (text) VALUES (format('%s by %s with %s', f, $2, $3)) $$;
GRANT ALL ON calls, calls_number_seq, pg_dist_partition TO stockd;
"""


class TestMigrate(case.EmptyCase):
    def migrate(self, wanted=f"0 {VERSION} 0"):
        self.assertEqual(driver.migrate(self.database.url), (0, wanted))

    def refused(self, url=None):
        """Returns the words of a refusal: one line."""
        status, said = driver.migrate(url or self.database.url)
        self.assertEqual((status, said.count("\n")), (1, 0), said)
        return said

    def tables(self):
        """Returns their names; days of the history are looked at elsewhere."""
        return set(self.database.sql("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') "
                                     "AND relnamespace = 'public'::regnamespace "
                                     "AND relname !~ '^stock_history_[0-9]{8}$'"))

    def test_from_nothing_and_again(self):
        self.migrate()
        self.assertEqual(self.tables(), TABLES)
        made = store.Store(self.database.url)
        self.addCleanup(made.close)
        made.put(1, ("A", 5, 1))
        self.migrate(f"{VERSION} {VERSION} 0")
        self.assertEqual(made.cell(1, "A")["available"], 5)
        made.add_document("d", b"x", 1)
        self.assertEqual(made.client.query(driver.statements()["VERSION"].text), [[str(VERSION)]])
        self.assertEqual(made.client.query(driver.statements()["PROBLEMS"].text), [])

    def test_some_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            said = sorted(pool.map(driver.migrate, [self.database.url] * 4))
        self.assertEqual(said, [(0, f"0 {VERSION} 0")] + [(0, f"{VERSION} {VERSION} 0")] * 3)

    def test_one_that_was_interrupted_goes_on(self):
        self.migrate()
        self.database.sql("UPDATE stockd_schema SET version = 0;"
                          "DROP FUNCTION stockd_mark, stockd_reserve")
        self.migrate()
        self.migrate(f"{VERSION} {VERSION} 0")

    def test_a_schema_of_version_1_is_brought_up(self):
        """Its cells stay, shelves are open, and functions that ask for no epoch are gone."""
        texts = driver.schema()
        end = next(at for at, text in enumerate(texts) if text.startswith("ALTER TABLE shelf"))
        old = "stockd_mark(bigint,text[],integer,integer,boolean)"
        with client.Client(self.database.url) as session:
            for text in texts[:end]:
                session.query(text)
            session.query(f"CREATE FUNCTION {old} RETURNS bigint LANGUAGE sql AS 'SELECT 1'")
            session.query("UPDATE stockd_schema SET version = 1, tables = 1")
            session.query("INSERT INTO shelf VALUES (1)")
            session.query("INSERT INTO stock (shelf_id, sku, available, updated_ms) "
                          "VALUES (1, 'A', 5, 1)")
        self.migrate(f"1 {VERSION} 0")
        made = store.Store(self.database.url)
        self.addCleanup(made.close)
        self.assertEqual(made.put(1, ("B", 1, 1)), ("OK", 1, 0, None))
        self.assertEqual(made.cell(1, "A")["available"], 5)
        self.assertEqual(self.database.sql(f"SELECT to_regprocedure('{old}') IS NULL"), ["t"])
        self.assertEqual(made.client.query(driver.statements()["PROBLEMS"].text), [])

    def test_functions_that_were_changed_are_made_anew(self):
        self.migrate()
        self.database.sql("CREATE OR REPLACE FUNCTION stockd_mark(p_shelf bigint, p_skus text[], "
                          "p_set integer, p_clear integer, p_create boolean, p_epoch bigint, "
                          "p_source integer, p_at bigint, p_by text, p_request bigint) "
                          "RETURNS TABLE (code integer, changed bigint) "
                          "LANGUAGE sql AS $$ SELECT 0, -1::bigint $$")
        self.migrate(f"{VERSION} {VERSION} 0")
        made = store.Store(self.database.url)
        self.addCleanup(made.close)
        self.assertEqual(made.mark(1, "A", create=True), 1)

    def test_a_schema_of_version_2_is_brought_up(self):
        self.migrate()
        self.database.sql("DROP TABLE rate_window, stock_history; DROP INDEX orders_listed;"
                          "DROP FUNCTION stockd_spend, stockd_clock_ms;"
                          "UPDATE stockd_schema SET version = 2, tables = 2;"
                          "INSERT INTO shelf VALUES (5)")
        self.migrate(f"2 {VERSION} 0")
        self.assertEqual(self.tables(), TABLES)
        self.assertEqual(self.database.sql("SELECT shelf_id FROM shelf"), ["5"])

    def test_a_schema_of_version_3_is_brought_up(self):
        """What is there stays, and functions that were not told why are gone."""
        old = "stockd_mark(bigint,text[],integer,integer,boolean,bigint)"
        self.migrate()
        self.database.sql("DROP TABLE stock_history; DROP INDEX orders_listed;"
                          "DROP FUNCTION stockd_note, stockd_history_days, stockd_put;"
                          "UPDATE stockd_schema SET version = 3, tables = 3;"
                          "INSERT INTO shelf VALUES (5);"
                          "INSERT INTO stock (shelf_id, sku, available, updated_ms) "
                          "VALUES (5, 'A', 5, 1);"
                          f"CREATE FUNCTION {old} RETURNS bigint LANGUAGE sql AS 'SELECT 1'")
        self.migrate(f"3 {VERSION} 0")
        self.assertEqual(self.tables(), TABLES)
        made = store.Store(self.database.url)
        self.addCleanup(made.close)
        made.cause = (store.API, 1000, "key", 1)
        self.assertEqual(made.put(5, ("A", 6, 2)), ("OK", 1, 0, None))
        self.assertEqual([event["available"] for event in made.history(5, "A")[0]], [6])
        self.assertEqual(self.database.sql(f"SELECT to_regprocedure('{old}') IS NULL"), ["t"])
        self.assertEqual(made.client.query(driver.statements()["PROBLEMS"].text), [])

    def test_a_newer_schema_is_left_alone(self):
        self.migrate()
        self.database.sql("UPDATE stockd_schema SET version = 7, tables = 7")
        self.assertIn(f"the schema has version 7, this stockd knows versions up to {VERSION}",
                      self.refused())
        self.assertEqual(self.database.sql("SELECT version, tables FROM stockd_schema"), ["7|7"])

    def test_tables_of_somebody_else_are_left_alone(self):
        self.database.sql("CREATE TABLE orders (number int); INSERT INTO orders VALUES (1)")
        said = self.refused()
        self.assertIn("give it a database of its own", said)
        self.assertIn('"orders"', said)
        self.assertEqual(self.tables(), {"orders"})

    def test_a_right_that_is_missing(self):
        self.database.sql(f"ALTER DATABASE {self.database.name} OWNER TO postgres")
        said = self.refused()
        self.assertIn("the role should own its database", said)
        self.assertEqual(self.tables(), set())

    def test_a_database_that_is_not_there(self):
        said = self.refused(database.url("nowhere", "stockd"))
        self.assertIn('database "nowhere" does not exist', said)

    def test_a_wrong_password_is_not_shown(self):
        said = self.refused(database.url(self.database.name, "stockd", "guessed"))
        self.assertIn("password authentication failed", said)
        self.assertNotIn("guessed", said)

    def test_nobody_there(self):
        said = self.refused(f"postgresql://stockd:secret@127.0.0.1:{free_port()}/x")
        self.assertIn("Connection refused", said)
        self.assertNotIn("secret", said)

    def test_another_encoding(self):
        name = self.database.name + "_latin1"
        database.sql(f"CREATE DATABASE {name} OWNER stockd TEMPLATE template0 "
                     "ENCODING LATIN1 LOCALE 'C'")
        self.addCleanup(database.sql, f"DROP DATABASE {name}")
        self.assertIn("another encoding than UTF8", self.refused(database.url(name, "stockd")))

    def test_a_server_that_only_reads(self):
        self.database.sql(f"ALTER DATABASE {self.database.name} "
                          "SET default_transaction_read_only = on")
        self.assertIn("name the primary", self.refused())

    def test_one_whose_connection_ends_while_it_waits(self):
        ours = (f"FROM pg_stat_activity WHERE datname = '{self.database.name}' AND "
                "application_name = 'stockd migrate' AND wait_event = 'advisory'")
        with client.Client(self.database.url) as first, \
                concurrent.futures.ThreadPoolExecutor(1) as pool:
            first.query("SELECT pg_advisory_lock(786253)")
            said = pool.submit(self.refused)
            while database.sql(f"SELECT 1 {ours}") == [] and not said.done():
                time.sleep(0.05)
            database.sql(f"SELECT pg_terminate_backend(pid) {ours}")
            self.assertIn("the connection was lost, run it again", said.result())
        self.migrate()

    def test_on_citus_tables_and_functions_are_distributed_once(self):
        """With stubs of its functions: Citus itself is not in Debian."""
        self.database.sql(STUB)
        self.migrate(f"0 {VERSION} 1")
        calls = self.database.sql("SELECT text FROM calls ORDER BY number")
        self.assertEqual(calls[:7], ["shelf by shelf_id with none"]
                         + [f"{table} by shelf_id with shelf"
                            for table in ("stock", "turnover", "orders", "order_items",
                                          "order_claim", "stock_history")])
        self.assertEqual(calls[7:11], [f"{table} everywhere" for table in
                                       ("document", "document_summary", "document_last",
                                        "stockd_schema")])
        known = self.database.sql("SELECT oid::regprocedure FROM pg_proc "
                                  "WHERE proname LIKE 'stockd\\_%' AND "
                                  "proname NOT IN ('stockd_document_add', 'stockd_summarize', "
                                  "'stockd_spend', 'stockd_clock_ms', 'stockd_history_days')")
        self.assertEqual({call.split(" by ")[0] for call in calls[11:]}, set(known))
        self.database.sql("DELETE FROM calls")
        self.migrate(f"{VERSION} {VERSION} 1")
        again = self.database.sql("SELECT text FROM calls ORDER BY number")
        self.assertEqual(again, calls[11:])


class TestProblems(case.EmptyCase):
    """What a node asks before it runs: what was changed by hand, and which rights are missing."""

    def setUp(self):
        super().setUp()
        self.assertEqual(driver.migrate(self.database.url)[0], 0)

    def problems(self, change):
        self.database.sql(change)
        with client.Client(self.database.url) as connection:
            return [row[0] for row in
                    connection.query(driver.statements()["PROBLEMS"].text)]

    def test_a_column_that_is_gone(self):
        self.assertEqual(self.problems("ALTER TABLE stock DROP COLUMN written"),
                         ["table stock is not as stockd made it: column written is missing or not "
                          "bigint"])

    def test_a_column_of_another_type(self):
        self.assertEqual(self.problems("ALTER TABLE orders ALTER created_ms TYPE numeric"),
                         ["table orders is not as stockd made it: column created_ms is missing or "
                          "not bigint"])

    def test_a_key_that_is_gone(self):
        self.assertEqual(self.problems("ALTER TABLE stock DROP CONSTRAINT stock_pkey"),
                         ["table stock is not as stockd made it: its primary key is not "
                          "(shelf_id,sku)"])

    def test_a_table_that_is_gone(self):
        said = self.problems("DROP TABLE turnover")
        self.assertEqual(set(said), {"table turnover is not as stockd made it: it is missing"})

    def test_rights_that_are_missing(self):
        self.assertEqual(self.problems(
            "ALTER TABLE stock OWNER TO postgres; GRANT SELECT, INSERT ON stock TO stockd;"
            "ALTER FUNCTION stockd_mark OWNER TO postgres;"
            "REVOKE EXECUTE ON FUNCTION stockd_mark FROM PUBLIC"),
            ["role stockd may not update in table stock",
             "role stockd may not delete in table stock",
             "role stockd may not execute function stockd_mark"])
