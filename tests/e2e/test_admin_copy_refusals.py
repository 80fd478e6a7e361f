"""`stockctl admin copy`: what is refused, and what is left of a copy that ends half-way."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

from tests.e2e.copying import PATIENCE_S, CopyCase, Seller, small_source
from tests.harness import database, postgres


class Refusals(CopyCase):

    def refused(self, code, source, target, *words):
        """It ends so, and says why in a line; nothing secret is in it."""
        ended = self.copy(source, target, "--quiet")
        self.assertEqual(code, ended.code, ended)
        self.assertEqual("", ended.stdout)
        self.assertEqual(1, len(ended.stderr.splitlines()), ended)
        for word in words:
            self.assertIn(word, ended.stderr)
        self.assertNotIn(database.password(), ended.stderr)
        return ended

    def test_command_lines(self):
        secret = self.file("open", "postgresql://u:secret@127.0.0.1/x")
        os.chmod(secret, 0o644)
        rows = [
            ([], "--from or --from-file is missing"),
            (["--from", "a"], "--to or --to-file is missing"),
            (["--from", "a", "--to", "b", "c"], "c"),
            (["--from", "mysql://h/x", "--to", "b"], "postgresql://"),
            (["--from", "a", "--to", "postgresql://h/x", "--to-file", "f"], "one of the two"),
            (["--from-file", self.folder / "absent", "--to", "b"], "absent"),
            (["--from", "a", "--to-file", secret], "chmod o-rwx"),
            (["--from", "a", "--to", "b", "--output", "xml"], "text|json"),
            (["--from", self.folder, "--to", self.folder / "in"], "one of the two folders is in"),
            (["--from", self.folder / "in", "--to", self.folder], "one of the two folders is in"),
        ]
        for words, said in rows:
            with self.subTest(words=words):
                ended = self.run_ctl("admin", "copy", *words, token=None)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertNotIn("secret", ended.stderr)

    def test_sources(self):
        small, damaged = small_source(), self.folder / "damaged"
        shutil.copytree(small, damaged)
        segment = min((damaged / "journal").glob("*.journal"))
        data = bytearray(segment.read_bytes())
        data[4096 + 30] ^= 1
        segment.write_bytes(data)
        empty, newer = self.database(migrated=False), self.database()
        newer.sql("UPDATE stockd_schema SET version = 99")
        port = postgres.free_port()
        rows = [
            (1, self.folder / "absent", ["absent: ", "no journal is in this folder"]),
            (1, empty.url, [empty.name, "no tables of stockd", "stockd migrate"]),
            (1, newer.url, ["version 99", "use a newer one"]),
            (3, f"postgresql://u@127.0.0.1:{port}/x", ["refused"]),
            (3, database.url("no_such", "stockd"), ["does not exist"]),
            (4, database.url("postgres", "stockd", password="wrong"), ["password"]),
            (4, database.url(self.database().name, "reader"), ["permission denied"]),
        ]
        for code, source, words in rows:
            with self.subTest(words=words):
                self.refused(code, source, self.folder / "new", *words)
                self.assertFalse((self.folder / "new").exists())
        made = self.database()
        self.refused(1, damaged, made.url, "damaged: ")
        self.assertEqual(["t"], made.sql("SELECT version > 0 AND NOT EXISTS (SELECT FROM shelf)"
                                         " FROM stockd_schema"))

    def test_targets(self):
        small, made, empty = small_source(), self.database(), self.database(migrated=False)
        full = self.folder / "full"
        full.mkdir()
        (full / "mine").write_text("kept", encoding="utf-8")
        self.refused(1, small, full, "full: is not empty: there is mine in it")
        self.assertEqual("kept", (full / "mine").read_text(encoding="utf-8"))
        self.refused(1, small, full / "mine", "mine: ")
        self.refused(1, small, self.folder / "no" / "where", "does not exist")
        self.refused(1, small, empty.url, "stockd migrate")
        for table, values in (("shelf", "(7)"), ("document", "(1, 1, 'n', 'c')")):
            with self.subTest(table=table):
                made.sql(f"INSERT INTO {table} VALUES {values}")
                self.refused(1, small, made.url, "is not empty", f"1 rows in table {table}")
                made.sql(f"DELETE FROM {table}")
        self.refused(4, small, database.url(made.name, "reader"), "permission denied")
        self.copied(small, made.url)
        self.refused(1, small, made.url, "is not empty")

    def test_what_is_in_use(self):
        small, made, other = small_source(), self.database(), self.database()
        with self.node(small) as server:
            self.refused(1, server.folder / "data", made.url, "a stockd has the data folder")
        with self.node(other.url):
            self.refused(1, other.url, self.folder / "new", "stop every node")
            self.refused(1, small, other.url, "stop every node")
        self.assertFalse((self.folder / "new").exists())
        self.copied(small, made.url)

    def test_rows_that_no_stockd_writes(self):
        made = self.database()
        self.copied(small_source(), made.url)
        late = "9000000000000000"
        rows = [  # What is done by hand, how it is undone, and what is said.
            ("UPDATE stock SET marks = 64", "UPDATE stock SET marks = 0",
             "the cell of SKU A has marks that nobody knows"),
            ("UPDATE stock SET available = 5000000000", "UPDATE stock SET available = 3",
             "more units than a cell can have"),
            ("UPDATE stock SET reserved = 4", "UPDATE stock SET reserved = 2",
             "cell 0 has other units reserved than orders hold"),
            ("UPDATE stock SET history_ms = 5", "UPDATE stock SET history_ms = NULL",
             "has a history, and is in no warehouse of the Market"),
            ("UPDATE stock SET sku = 'B'", "UPDATE stock SET sku = 'A'",
             "order o has an item that has no cell"),
            (f"UPDATE orders SET expires_ms = {late}", "UPDATE orders SET expires_ms = 0",
             "order o has an impossible moment"),
            ("UPDATE order_items SET units = 3000000000", "UPDATE order_items SET units = 2",
             "order o has an impossible item"),
            ("UPDATE order_items SET order_id = 'p'", "UPDATE order_items SET order_id = 'o'",
             "order o has no items"),
            ("UPDATE stock SET reserved = 0; UPDATE orders SET shelf_id = 77",
             "UPDATE stock SET reserved = 2; UPDATE orders SET shelf_id ="
             " (SELECT shelf_id FROM stock)", "table orders has 1 rows, of which 0 belong"),
            ("INSERT INTO turnover SELECT shelf_id, 5, 1, 740000, sku FROM stock",
             "DELETE FROM turnover", "table turnover has 1 rows, of which 0 belong"),
            ("INSERT INTO stock (shelf_id, sku) VALUES (77, 'stray')",
             "DELETE FROM stock WHERE shelf_id = 77", "table stock has 2 rows, of which 1 belong"),
            (f"UPDATE stock SET updated_ms = {late}", "",
             "the cell of SKU A was updated at an impossible moment"),
            ("ALTER TABLE stock DROP COLUMN marks CASCADE", "", "is not as stockd made it"),
        ]
        for statement, undo, words in rows:
            with self.subTest(statement=statement):
                made.sql(statement)
                self.refused(1, made.url, self.folder / "new", made.name, words)
                shutil.rmtree(self.folder / "new", ignore_errors=True)
                made.sql(undo)

    def test_a_copy_that_came_out_different_is_no_store(self):
        small, made = small_source(), self.database()
        made.sql("""
            CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN NEW.available := NEW.available + 1; RETURN NEW; END $$;
            CREATE TRIGGER more BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION more()""")
        self.refused(1, small, made.url, "differs from", "SKU A: available is 3 here and 4 there")
        self.assert_no_node_starts(made.url, "not to its end")
        made.sql("DROP TRIGGER more ON stock")
        ended = self.copy(small, made.url)
        self.assertEqual(0, ended.code, ended)


class HalfWay(CopyCase):
    """A copy that ends in the middle. It waits there for a lock that the test holds."""

    @contextlib.contextmanager
    def holding(self, made, statement):
        """Holds what the statement locks; whoever waits for it does until the end."""
        session = subprocess.Popen(
            [postgres.PROGRAMS[-1] / "psql", "-X", "-q", "-A", "-t", database.url(made.name)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            session.stdin.write(f"BEGIN;\n{statement};\nSELECT 'held';\n")
            session.stdin.flush()
            self.assertEqual("held", session.stdout.readline().strip())
            yield
        finally:
            session.communicate("COMMIT;\n")

    def start_copy(self, source, target, made):
        """Starts one, and returns its process when it waits for a lock."""
        process = self.start(*self.words(source, target, "--quiet"), token=None)
        until = time.monotonic() + PATIENCE_S
        while not made.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                           " AND application_name = 'stockctl admin copy'"
                           " AND datname = current_database()"):
            self.assertLess(time.monotonic(), until, "it never waited")
            self.assertIsNone(process.poll(), "it ended")
        return process

    def held_target(self, made):
        """A target whose items wait for a row of a table of the test's own."""
        made.sql("""
            CREATE TABLE gate (one boolean); INSERT INTO gate VALUES (true);
            GRANT ALL ON gate TO stockd;
            CREATE FUNCTION wait_there() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN PERFORM 1 FROM gate FOR UPDATE; RETURN NEW; END $$;
            CREATE TRIGGER wait_there BEFORE INSERT ON order_items
              FOR EACH ROW EXECUTE FUNCTION wait_there()""")
        return self.holding(made, "LOCK TABLE gate")

    def test_killed_on_the_way_into_a_database(self):
        small, made = small_source(), self.database()
        with self.held_target(made):
            process = self.start_copy(small, made.url, made)
            process.kill()
            self.finish(process)
        self.assert_no_node_starts(made.url, "not to its end; begin the copy again")
        done = database.migrate(made.url)
        self.assertEqual(1, done.returncode, done)
        self.assertIn("begin the copy again", done.stderr)
        ended = self.copy(made.url, self.folder / "new")
        self.assertEqual(1, ended.code, ended)
        self.assertIn("begin the copy again", ended.stderr)

        ended = self.copy(small, made.url)
        self.assertEqual(0, ended.code, ended)
        self.assertIn("what an unfinished copy had left was removed", ended.stderr)
        with self.node(made.url) as server, Seller(server) as seller:
            self.assertEqual("RESERVED", seller.state("o"))

    def test_killed_on_the_way_into_a_folder(self):
        small, made, back = small_source(), self.database(), self.folder / "back"
        self.copied(small, made.url)
        with self.holding(made, "LOCK TABLE order_items"):
            process = self.start_copy(made.url, back, made)
            process.kill()
            self.finish(process)
        self.assert_no_node_starts(back, "the copy in this folder was never finished")
        ended = self.copy(made.url, back)
        self.assertEqual(1, ended.code, ended)
        self.assertIn("never finished; remove the folder and begin again", ended.stderr)
        shutil.rmtree(back)
        self.copied(made.url, back)

    def test_interrupted(self):
        small, made = small_source(), self.database()
        with self.held_target(made):
            process = self.start_copy(small, made.url, made)
            process.send_signal(signal.SIGINT)
        ended = self.finish(process)
        self.assertEqual(130, ended.code, ended)
        self.assertIn("interrupted", ended.stderr)
        self.assert_no_node_starts(made.url, "not to its end")

    def test_its_database_goes_away(self):
        small, made = small_source(), self.database()
        with self.held_target(made):
            process = self.start_copy(small, made.url, made)
            made.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                     " datname = current_database() AND application_name = 'stockctl admin copy'")
            ended = self.finish(process)
        self.assertEqual(3, ended.code, ended)
        self.assert_no_node_starts(made.url, "not to its end")
        ended = self.copy(small, made.url)
        self.assertEqual(0, ended.code, ended)

    def test_no_node_comes_between_and_no_password_is_seen(self):
        small, made, other = small_source(), self.database(), self.database()
        self.copied(small, made.url)
        with self.holding(made, "LOCK TABLE order_items"):
            words = ["admin", "copy", "--from", made.url, f"--to={other.url}", "--quiet"]
            with self.patched_words(words):
                process = self.start_copy(None, None, made)
            self.assert_no_node_starts(made.url, "a store is being copied")
            shown = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            self.assertNotIn(database.password().encode(), shown)
            self.assertIn(made.name.encode(), shown)
            self.assertIn(other.name.encode(), shown)
        ended = self.finish(process)
        self.assertEqual(0, ended.code, ended)
        self.assertIn("--from-file keeps it out of sight", ended.stderr)
        self.assertNotIn(database.password(), ended.stderr + ended.stdout)

    @contextlib.contextmanager
    def patched_words(self, words):
        """A command line as it stands, instead of one with files."""
        self.words = lambda *_: words
        try:
            yield
        finally:
            del self.words
