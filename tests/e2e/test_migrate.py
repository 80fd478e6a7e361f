"""A store in a PostgreSQL from outside: `stockd migrate`, what is wrong with an address or a
database and how it is told, passwords out of sight, and a node whose database goes away.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
from urllib.parse import urlsplit

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.contract.registry import C, FULL
from tests.harness import database, postgres
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd, binary

SECRET = "se/cr@et"  # Has to be encoded in a URL.
WAIT_S_MAX = 60
NODES, CHANGES = 4, 3


class PgCase(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stockd-migrate-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def database(self, migrated=True):
        made = database.Database(migrated)
        self.addCleanup(made.drop)
        return made

    def file_of(self, url, mode=0o600):
        path = self.folder / "store.url"
        path.touch()
        path.chmod(mode)
        path.write_text(url, encoding="utf-8")
        return path

    def run_it(self, *words, **environment):
        """Runs stockd until it ends by itself; returns its exit code, and all that it said."""
        ended = subprocess.run([str(binary()), *map(str, words)], check=False, timeout=60,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env={**os.environ, **environment})
        return ended.returncode, ended.stdout.decode()

    def migrate(self, url, *words):
        return self.run_it("migrate", "--store-file", self.file_of(url), *words)

    def start_words(self, url):
        return ["--data", self.folder / "data", "--listen", "127.0.0.1:0",
                "--operator-listen", "127.0.0.1:0", "--store-file", self.file_of(url)]

    def node(self, url, *options):
        """A stockd with its own folder, over this database."""
        server = Stockd(registry.build(), "--no-limits", *options)
        self.addCleanup(server.stop)
        path = server.folder / "store.url"
        path.touch(mode=0o600)
        path.write_text(url, encoding="utf-8")
        server.options = (*server.options, "--store-file", path)
        return server.start()

    def client(self, server):
        client = Client(server.address)
        self.addCleanup(client.close)
        return client

    def put(self, client, sku, count, key=FULL):
        return client.request("PUT", stocks_path(C), {
            "Api-Key": key, "Content-Type": "application/json"}, body_of(one(sku, count)))

    def count(self, client, sku):
        answer = client.request("POST", stocks_path(C), {
            "Api-Key": FULL, "Content-Type": "application/json"}, {"offerIds": [sku]})
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]["warehouses"][0]["offers"][0]["stocks"][-1]["count"]

    def eventually(self, question):
        deadline = time.monotonic() + WAIT_S_MAX
        while not question():
            self.assertLess(time.monotonic(), deadline, f"still no: {question}")
            time.sleep(0.05)


class Migrate(PgCase):

    def test_it_makes_the_tables_once(self):
        empty = self.database(migrated=False)
        code, said = self.migrate(empty.url)
        self.assertEqual(0, code, said)
        self.assertIn("were made", said)
        code, said = self.migrate(empty.url)
        self.assertEqual(0, code, said)
        self.assertIn("nothing to do", said)

    def test_the_result_as_json(self):
        empty = self.database(migrated=False)
        for version_from in (0, None):
            code, said = self.migrate(empty.url, "--output", "json")
            self.assertEqual(0, code, said)
            result = json.loads(said)
            self.assertTrue(result["done"])
            if version_from is None:
                version_from = result["versionTo"]
            self.assertEqual(version_from, result["versionFrom"])
            self.assertNotIn(urlsplit(empty.url).password, said)

    def test_two_at_once_make_them_once(self):
        empty = self.database(migrated=False)
        words = [str(binary()), "migrate", "--store-file", str(self.file_of(empty.url))]
        both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said = sorted(process.communicate(timeout=60)[0] for process in both)
        self.assertEqual([0, 0], [process.returncode for process in both], said)
        self.assertIn("nothing to do", said[0])
        self.assertIn("were made", said[1])

    def test_what_is_kept_stays(self):
        """It is never destructive: with data in the tables, once more."""
        made = self.database()
        client = self.client(self.node(made.url))
        self.assertEqual(200, self.put(client, "kept", 7).status)
        self.assertEqual(0, self.migrate(made.url)[0])
        self.assertEqual(7, self.count(client, "kept"))

    def test_nodes_of_an_older_version_are_stopped_before(self):
        """They would go on with statements that know nothing of what is new."""
        made = self.database()
        node = self.node(made.url)
        made.sql("UPDATE stockd_schema SET version = 2, tables = 2;"
                 "DROP TABLE rate_window, stock_history; DROP INDEX orders_listed")
        code, said = self.migrate(made.url)
        self.assertEqual(1, code, said)
        self.assertIn("work on tables of version 2: stop every node before", said)
        self.assertEqual(["2|2"], made.sql("SELECT version, tables FROM stockd_schema"))
        node.halt()
        code, said = self.migrate(made.url)
        self.assertEqual(0, code, said)


class BadInput(PgCase):
    """A clear line and a non-zero exit, for both who migrate and who serve; never a password."""

    def assert_told(self, url, code, *words, tools=("migrate", "serve")):
        for tool in tools:
            with self.subTest(tool=tool, words=words):
                if tool == "migrate":
                    ended, said = self.migrate(url)
                else:
                    ended, said = self.run_it(*self.start_words(url))
                self.assertEqual(code, ended, said)
                for word in words:
                    self.assertIn(word, said)
                last = [line for line in said.splitlines() if "event=stopped" not in line]
                self.assertEqual(1, len(last), said)
                for secret in (SECRET, "cr@et", "se/cr", "cr%40et", database.password()):
                    self.assertNotIn(secret, said)

    def test_a_wrong_address(self):
        self.assert_told("localhost", 2, "postgresql://")
        self.assert_told("host=localhost password=secret", 2, "a blank")
        self.assert_told(f"postgresql://user:{SECRET}@127.0.0.1/x", 2, "%2F")
        self.assert_told("postgresql://user:se%2cr%40et%@127.0.0.1/x", 2, "percent-encoded")
        self.assert_told("postgresql://127.0.0.1/x?no_such_option=1", 2, "query parameter")
        self.assert_told("", 2, "its first line has to be a URL")

    def test_nobody_is_there(self):
        port = postgres.free_port()
        self.assert_told(f"postgresql://user:se%2Fcr%40et@127.0.0.1:{port}/x", 1, "refused",
                         f"127.0.0.1:{port}/x")

    def test_a_refused_password(self):
        url = database.url("postgres", "stockd", password=SECRET)
        self.assert_told(url, 1, "password authentication failed")

    def test_no_such_database(self):
        self.assert_told(database.url("no_such", "stockd"), 1, "no_such", "does not exist")

    def test_tls_is_required(self):
        self.assert_told(database.url("postgres", "stockd", sslmode="require"), 1, "SSL")
        self.assert_told(database.url("postgres", "tls_only", sslmode="disable"), 1,
                         "no encryption")

    def test_no_right_to_make_tables(self):
        empty = self.database(migrated=False)
        url = database.url(empty.name, "reader")
        self.assert_told(url, 1, "permission denied", tools=("migrate",))

    def test_no_right_to_use_them(self):
        made = self.database()
        url = database.url(made.name, "reader")
        self.assert_told(url, 1, "permission", tools=("serve",))

    def test_no_tables_yet(self):
        empty = self.database(migrated=False)
        self.assert_told(empty.url, 1, "stockd migrate", tools=("serve",))

    def test_a_newer_schema(self):
        made = self.database()
        made.sql("UPDATE stockd_schema SET version = 99")
        self.assert_told(made.url, 1, "99", "newer")

    def test_a_table_that_was_changed_by_hand(self):
        for change in ("ALTER TABLE stock RENAME COLUMN marks TO remarks",
                       "DROP TABLE order_items CASCADE"):
            made = self.database()
            made.sql(change)
            self.assert_told(made.url, 1, "is not as stockd made it",
                             "stock" if "stock" in change else "order_items")

    def test_options_that_do_not_go_together(self):
        path = self.file_of("postgresql://127.0.0.1/x")
        for tool in ([], ["migrate"]):
            code, said = self.run_it(*tool, "--store", "postgresql://127.0.0.1/x", "--store-file",
                                     path)
            self.assertEqual(2, code, said)
            self.assertIn("one of the two", said)
        code, said = self.run_it("migrate")
        self.assertEqual(2, code, said)
        self.assertIn("--store or --store-file is missing", said)

    def test_the_tools_of_folders_say_what_to_use(self):
        for words in (["check", "postgresql://127.0.0.1/x"],
                      ["backup", "--store", "postgresql://127.0.0.1/x", self.folder / "to"],
                      ["restore", self.folder / "from", "--store=postgresql://127.0.0.1/x"]):
            code, said = self.run_it(*words)
            self.assertEqual(2, code, said)
            self.assertIn("pg_dump", said)


class Passwords(PgCase):

    def test_one_on_the_command_line_is_hidden(self):
        made = self.database()
        password = urlsplit(made.url).password
        server = Stockd({}, "--store", made.url)
        self.addCleanup(server.stop)
        server.start()
        shown = pathlib.Path(f"/proc/{server.process_id()}/cmdline").read_bytes()
        self.assertNotIn(password.encode(), shown)
        at = urlsplit(made.url)
        self.assertIn(f"127.0.0.1:{at.port}/{made.name}".encode(), shown)
        self.assertNotIn(password, server.stderr_text())
        self.assertIn("event=password_in_sight", server.stderr_text())

    def test_one_in_a_file_that_all_may_read_is_refused(self):
        made = self.database()
        path = self.file_of(made.url, mode=0o644)
        for tool in (["--data", self.folder / "data"], ["migrate"]):
            code, said = self.run_it(*tool, "--store-file", path)
            self.assertEqual(2, code, said)
            self.assertIn("chmod o-rwx", said)

    def test_one_from_the_environment_or_its_own_file(self):
        made = self.database()
        at = urlsplit(made.url)
        url = f"postgresql://stockd@127.0.0.1:{at.port}/{made.name}"
        pgpass = self.folder / "pgpass"
        pgpass.touch(mode=0o600)
        pgpass.write_text(f"127.0.0.1:{at.port}:*:stockd:{at.password}\n")
        for environment in ({"PGPASSWORD": at.password}, {"PGPASSFILE": str(pgpass)}):
            code, said = self.run_it("migrate", "--store", url, **environment)
            self.assertEqual(0, code, said)


class Life(PgCase):
    """What a node does while its database comes and goes, and beside other nodes."""

    def test_without_its_database_it_refuses_and_comes_back(self):
        own = postgres.Postgres().start()
        self.addCleanup(own.stop)
        own.sql("CREATE DATABASE balances OWNER stockd")
        url = own.url("balances", "stockd")
        self.assertEqual(0, self.migrate(url)[0])
        server = self.node(url, "--store-timeout", "1")
        client = self.client(server)
        self.assertEqual(200, self.put(client, "A", 7).status)
        self.assertEqual(200, server.operator("/readyz").status)
        own.kill()
        self.eventually(lambda: server.operator("/readyz").status == 503)
        answer = self.put(client, "A", 8)
        self.assertEqual(503, answer.status, answer)
        self.assertIsNotNone(answer.header("Retry-After"))
        self.assertEqual(200, server.operator("/healthz").status)
        own.start()
        self.eventually(lambda: server.operator("/readyz").status == 200)
        self.assertEqual(7, self.count(client, "A"))
        self.assertEqual(200, self.put(client, "A", 9).status)
        self.assertEqual(9, self.count(client, "A"))

    def test_two_nodes_have_the_same_balances(self):
        made = self.database()
        one_node, other_node = self.node(made.url), self.node(made.url)
        first, second = self.client(one_node), self.client(other_node)
        self.assertEqual(200, self.put(first, "A", 7).status)
        self.assertEqual(7, self.count(second, "A"))
        self.assertEqual(200, self.put(second, "A", 8).status)
        self.assertEqual(8, self.count(first, "A"))
        one_node.kill()
        self.assertEqual(8, self.count(second, "A"))

    def test_nodes_that_start_at_once_apply_one_registry_once(self):
        made = self.database()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            nodes = list(pool.map(lambda _: self.node(made.url), range(NODES)))
        for node in nodes:
            self.assertEqual(200, self.put(self.client(node), "A", 1).status)
        kept = made.sql("SELECT name, count(*) FROM document GROUP BY name ORDER BY name")
        self.assertEqual(["registry|1", "registry file|1"], kept)

    def nodes(self, count):
        url = self.database().url
        nodes = [self.node(url) for _ in range(count)]
        operators = [Operator(node) for node in nodes]
        for operator in operators:
            self.addCleanup(operator.close)
        return nodes, operators

    def test_nodes_follow_what_one_of_them_changes(self):
        nodes, (one, other) = self.nodes(2)
        made = one.make_token("new", registry.BUSINESS, "all-methods")
        key = made.json["result"]["apiKey"]
        clients = [self.client(node) for node in nodes]
        self.eventually(lambda: self.put(clients[1], "A", 1, key).status == 200)
        self.assertIn("event=registry_followed changes=1", nodes[1].stderr_text())
        self.assertEqual(200, other.revoke_token("new", registry.BUSINESS).status)
        self.eventually(lambda: self.put(clients[0], "A", 2, key).status == 401)

    def test_changes_at_several_nodes_at_once_are_all_there_in_the_end(self):
        nodes, operators = self.nodes(NODES)
        refusals = set()

        def change(number):
            operator = operators[number]
            for step in range(CHANGES):
                document = {"businesses": [{"id": 990 + number * CHANGES + step, "name": "New"}]}
                answer = operator.update(document)
                while answer.status == 503:  # Another one was faster, and is followed soon.
                    refusals.add(answer.message)
                    time.sleep(0.1)
                    answer = operator.update(document)
                self.assertEqual(200, answer.status, answer)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(change, range(NODES)))
        for text in refusals:
            self.assertIn("Another node changed the registry a moment ago", text)
        for operator in operators:
            self.eventually(lambda operator=operator: self.new_ones(operator) == NODES * CHANGES)

    def new_ones(self, operator):
        businesses = operator.registry().json["businesses"]
        return sum(business["name"] == "New" for business in businesses)

    def test_there_are_no_checkpoints_to_ask_for(self):
        operator = Operator(self.node(self.database().url))
        self.addCleanup(operator.close)
        for answer in (operator.checkpoint(), operator.send("POST", "/checkpoint")):
            self.assertEqual(409, answer.status, answer)
            self.assertEqual("NO_CHECKPOINTS", answer.errors[0]["code"])

    def test_its_folder_is_not_taken_for_a_local_store(self):
        server = self.node(self.database().url)
        server.halt()
        code, said = self.run_it("--data", server.folder / "data")
        self.assertEqual(1, code, said)
        self.assertIn("a node whose store is elsewhere", said)

    def test_its_folder_is_its_own(self):
        made = self.database()
        server = self.node(made.url)
        code, said = self.run_it("--data", server.folder / "data", "--store-file",
                                 self.file_of(made.url))
        self.assertEqual(1, code, said)
        self.assertIn("another stockd has the data folder", said)


if __name__ == "__main__":
    unittest.main()
