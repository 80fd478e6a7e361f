"""stockctl push with its book: only what changed, zeroes first, the brake, --full; diff and verify;
and where the book is kept.
"""

import json
import os
import pty
import sqlite3
import stat
import threading

from tests.contract import registry
from tests.contract.registry import SPARE
from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, CtlCase
from tests.harness.client import Connection
from tests.harness.stockd import Stockd

HELD = 6
BATCH = 2000


def csv_of(counts):
    return "sku,count\n" + "".join(f"{sku},{count}\n" for sku, count in counts.items())


def sent_by(server):
    """Returns what each request carried, as lists of (SKU, count)."""
    return [[(element["sku"], element["items"][0]["count"])
             for element in json.loads(request.body)["skus"]] for request in server.requests]


class BookCase(CtlCase):

    def push(self, server, counts, *words, **how):
        path = self.file("stock.csv", counts if isinstance(counts, str) else csv_of(counts))
        campaign = () if "--campaign" in words else ("--campaign", CAMPAIGN)
        return self.run_ctl("push", path, *campaign, "--url", server.url, *words,
                            **how)

    def push_well(self, server, counts, *words, **totals):
        ended = self.push(server, counts, *words)
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, **totals)


class OnlyWhatChanged(BookCase):

    def test_second_push_sends_the_difference(self):
        first = {f"sku-{i}": i + 1 for i in range(3000)}
        with Crooked() as server:
            self.push_well(server, first, sent=3000, unchanged=0)
            self.push_well(server, first, sent=0, unchanged=3000)
            self.assertEqual(2, len(server.requests))
            self.push_well(server, {**first, "sku-7": 99, "new": 5}, sent=2, unchanged=2999)
            self.assertEqual([("sku-7", 99), ("new", 5)], sent_by(server)[-1])
            self.assertEqual({**first, "sku-7": 99, "new": 5},
                             {sku: count for sku, (count, _) in server.stock.items()})

    def test_a_number_that_went_and_came_back_is_sent_each_time(self):
        with Crooked() as server:
            for count in (1, 2, 1):
                self.push_well(server, {"A": count}, sent=1, unchanged=0)
            self.assertEqual(1, server.stock["A"][0])

    def test_all_sends_everything(self):
        with Crooked() as server:
            self.push_well(server, {"A": 1, "B": 2}, sent=2)
            self.push_well(server, {"A": 1, "B": 2}, "--all", sent=2, unchanged=0)

    def test_without_a_book_everything_is_sent(self):
        with Crooked() as server:
            for words in (["--no-book"], ["--book", "none"], ["--no-book"]):
                self.push_well(server, {"A": 1}, *words, sent=1, unchanged=0)
        self.assertEqual([], list(self.folder.glob("book*")))

    def test_campaigns_and_servers_are_apart(self):
        with Crooked() as server, Crooked() as other:
            self.push_well(server, {"A": 1}, sent=1)
            self.push_well(server, {"A": 1}, "--campaign", "10004", sent=1)
            self.push_well(other, {"A": 1}, sent=1)
            self.push_well(other, {"A": 1}, "--url", server.url + "/", sent=0)

    def test_numbers_that_become_zero_leave_first(self):
        some = {f"sku-{i:05}": 5 for i in range(2 * BATCH)}
        with Crooked() as server:
            self.push_well(server, some, sent=2 * BATCH)
            changed = {sku: 0 if i % 500 == 499 else 6 for i, sku in enumerate(some)}
            del server.requests[:]
            self.push_well(server, changed, sent=2 * BATCH)
            counts = [count for _, count in sent_by(server)[0]]
            self.assertEqual(8 * [0] + (BATCH - 8) * [6], counts)

    def test_nothing_leaves_before_the_end_of_a_pipe(self):
        """The last row may be the zero that has to leave first."""
        with Crooked() as server:
            process = self.start("push", "-", "--campaign", CAMPAIGN, "--url", server.url)
            process.stdin.write(csv_of({f"sku-{i}": 1 for i in range(BATCH + 1)}).encode())
            process.stdin.write(b"bad,-1\n")
            process.stdin.flush()
            self.assertIn(b"not a whole number", process.stderr.readline())
            self.assertEqual([], server.requests)
            ended = self.finish(process, b"last,0\n")
            self.assertEqual(1, ended.code, ended)
            self.assert_totals(ended, sent=BATCH + 2, bad=1)
            self.assertEqual(("last", 0), sent_by(server)[0][0])

    def test_older_rows_change_nothing_and_are_told(self):
        with Crooked() as server:
            self.push_well(server, {"A": 1}, sent=1)
            ended = self.push(server, "sku,count,updatedAt\nA,2,2020-01-01T00:00:00Z\n")
            self.assertEqual(0, ended.code, ended)
            self.assert_totals(ended, sent=0, unchanged=1)
            self.assertIn("1 rows are older than what was sent before", ended.stderr)
            ended = self.push(server, "sku,count,updatedAt\nA,2,2020-01-01T00:00:00Z\n", "--now")
            self.assert_totals(ended, sent=1)
            self.assertEqual(2, server.stock["A"][0])


class RefusedRows(BookCase):

    def rows_refused(self, guilty, name=None):
        """A fault that refuses what holds a guilty SKU; `name` says which in words or not."""
        def fault(handler, body):
            found = [element["sku"] for element in json.loads(body)["skus"]
                     if element["sku"] in guilty]
            if not found:
                return True
            handler.answer(400, {"status": "ERROR", "errors": [
                {"code": "BAD_REQUEST", "message": name(sku) if name else "no"}
                for sku in found[:20]]})
            return False
        return {number: fault for number in range(1, 1000)}

    def test_guilty_rows_are_found_without_being_named(self):
        counts = {f"sku-{i}": i + 1 for i in range(2 * BATCH)}
        guilty = {"sku-3", "sku-1999", "sku-2500"}
        with Crooked(self.rows_refused(guilty)) as server:
            ended = self.push(server, counts)
            self.assertEqual(1, ended.code, ended)
            self.assert_totals(ended, sent=2 * BATCH - 3, refused=3)
            told = [line for line in ended.stderr.splitlines() if "stock.csv:" in line]
            self.assertEqual(sorted(f"stock.csv:{int(sku[4:]) + 2}: no" for sku in guilty),
                             sorted(line[line.index("stock.csv"):] for line in told))
            self.assertLess(len(server.requests), 80)
            self.assertEqual(counts.keys() - guilty, server.stock.keys())
            # They are not known: the next push tries them again, and them alone.
            server.faults = {}
            self.push_well(server, counts, sent=3, unchanged=2 * BATCH - 3)
            self.assertEqual(counts.keys(), server.stock.keys())

    def test_guilty_rows_that_are_named_cost_one_more_request(self):
        counts = {f"sku-{i}": i + 1 for i in range(BATCH)}
        guilty = {"sku-3", "sku-1999"}
        name = "Stock for '{}' is odd".format
        with Crooked(self.rows_refused(guilty, name)) as server:
            ended = self.push(server, counts)
            self.assertEqual(1, ended.code, ended)
            self.assert_totals(ended, sent=BATCH - 2, refused=2)
            self.assertIn("stock.csv:5: Stock for 'sku-3' is odd\n", ended.stderr)
            self.assertEqual(2, len(server.requests))

    def test_what_is_not_about_rows_is_not_taken_apart(self):
        counts = {f"sku-{i}": i + 1 for i in range(5 * BATCH)}
        with Crooked(self.rows_refused(counts)) as server:
            ended = self.push(server, counts)
            self.assertEqual(1, ended.code, ended)
            self.assert_totals(ended, sent=0, refused=5 * BATCH)
            self.assertIn("rows all at once", ended.stderr)
            self.assertLess(len(server.requests), 60)


class TheBrake(BookCase):

    SOME = {f"sku-{i}": 5 for i in range(10)}

    def zeroes(self, count):
        return {sku: 0 if i < count else 5 for i, sku in enumerate(self.SOME)}

    def test_too_many_zeroes_stop_the_push_before_anything_is_sent(self):
        with Crooked() as server:
            self.push_well(server, self.SOME, sent=10)
            ended = self.push(server, {**self.zeroes(3), "new": 1})
            self.assertEqual(HELD, ended.code, ended)
            self.assertIn("3 of the 10 SKUs that have stock would become 0, 30.0%, and --max-zero "
                          "allows 20%", ended.stderr)
            self.assert_totals(ended, sent=0)
            self.assertEqual(1, len(server.requests))
            self.push_well(server, self.zeroes(2), sent=2)
            ended = self.push(server, self.zeroes(5), "--max-zero", "30")
            self.assertEqual(HELD, ended.code, ended)
            self.push_well(server, self.zeroes(5), "--max-zero", "100%", sent=3)

    def test_share_is_a_share(self):
        for word in ("101%", "-1%", "x", "%", "20.5%"):
            with self.subTest(word):
                ended = self.run_ctl("push", "x", "--campaign", "1", "--max-zero", word)
                self.assertEqual(2, ended.code, ended)
                self.assertIn("--max-zero takes a share from 0% to 100%", ended.stderr)


class Full(BookCase):
    """Against a stockd: what it has is read."""

    @classmethod
    def setUpClass(cls):
        cls.stockd = Stockd(registry.build(), "--no-limits")
        cls.addClassCleanup(cls.stockd.stop)
        cls.stockd.start()
        cls.url = "http://{}:{}".format(*cls.stockd.address)
        cls.campaigns = iter(SPARE)

    def setUp(self):
        super().setUp()
        self.campaign = next(self.campaigns)

    def ctl(self, name, counts, *words, **how):
        path = self.file("stock.csv", counts if isinstance(counts, str) else csv_of(counts))
        return self.run_ctl(name, path, "--campaign", self.campaign, "--url", self.url, *words,
                            **how)

    def stock(self):
        ended = self.run_ctl("pull", "--campaign", self.campaign, "--url", self.url)
        return {line.split(",")[0]: int(line.split(",")[1])
                for line in ended.stdout.splitlines()[1:]}

    def fill(self, counts):
        """Of another tool: the book knows nothing of it."""
        self.assertEqual(0, self.ctl("push", counts, "--no-book").code)

    def test_what_the_file_lacks_becomes_zero_after_a_yes(self):
        self.fill({**{f"old-{i}": 3 for i in range(250)}, "empty": 0})
        self.assertEqual(0, self.ctl("push", {f"mine-{i}": 4 for i in range(750)}).code)
        ours = {f"mine-{i}": 4 for i in range(700)}
        ended = self.ctl("push", ours, "--full", "--max-zero", "50%")
        self.assertEqual(HELD, ended.code, ended)
        self.assertIn("300 SKUs have stock and are not in ", ended.stderr)
        self.assertIn("--yes is needed", ended.stderr)
        self.assertEqual(3, self.stock()["old-7"])
        ended = self.ctl("push", ours, "--full", "--yes")
        self.assertEqual(HELD, ended.code, ended)
        self.assertIn("300 of the 1000 SKUs that have stock would become 0", ended.stderr)
        ended = self.ctl("push", ours, "--full", "--yes", "--max-zero", "30%")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=300, unchanged=700)
        stock = self.stock()
        self.assertEqual({**ours, **{sku: 0 for sku in stock if sku not in ours}}, stock)
        ended = self.ctl("push", ours, "--full")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=0, unchanged=700)

    def test_rows_that_are_skipped_or_bad_are_not_lacking(self):
        self.fill({"skipped": 3, "bad": 4, "gone": 5})
        ended = self.ctl("push", "sku,count\nskipped,\nbad,-1\n", "--full", "--yes",
                         "--max-zero", "100%")
        self.assertEqual(1, ended.code, ended)
        self.assertEqual({"skipped": 3, "bad": 4, "gone": 0}, self.stock())

    def test_files_that_may_not_be_whole_are_held(self):
        self.fill({"A": 3, "B": 4})
        for content, words in (("sku,count\nA,3\n\"B,4\n", "cannot be read to its end"),
                               ("sku,count\nA,3\n\"B\nB\",4\n", "say whose count it is")):
            with self.subTest(words):
                ended = self.ctl("push", content, "--full", "--yes", "--max-zero", "100%")
                self.assertEqual(HELD, ended.code, ended)
                self.assertIn(words, ended.stderr)
                self.assertEqual({"A": 3, "B": 4}, self.stock())

    def test_on_a_terminal_somebody_is_asked(self):
        for answer, code, left in (("no\n", HELD, 5), ("yes\n", 0, 0)):
            with self.subTest(answer):
                self.fill({"gone": 5, **{f"sku-{i}": 1 for i in range(9)}})
                path = self.file("stock.csv", csv_of({f"sku-{i}": 1 for i in range(9)}))
                asked = self.on_terminal(answer, "push", path, "--campaign", self.campaign,
                                         "--url", self.url, "--full")
                self.assertEqual(code, asked.code, asked)
                self.assertIn("1 SKUs have stock and are not in ", asked.stderr)
                self.assertEqual(left, self.stock()["gone"])

    def on_terminal(self, answer, *words):
        """Runs it with a terminal for standard input and error, and answers its question."""
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        process = self.start(*words, stdin=terminal, stderr=terminal)
        os.close(terminal)
        said = b""
        while b"[yes/no]" not in said:
            said += os.read(controller, 4096)
        os.write(controller, answer.encode())
        process.stderr = None
        ended = self.finish(process, None)
        ended.stderr = said.decode()
        return ended

    def test_diff_shows_what_a_push_would_change(self):
        self.fill({"same": 1, "other": 2, "elsewhere": 3})
        ended = self.ctl("diff", {"same": 1, "other": 5, "new": 7})
        self.assertEqual(1, ended.code, ended)
        self.assertEqual([["there", "here", "SKU"], ["2", "5", "other"], ["-", "7", "new"]],
                         [line.split() for line in ended.stdout.splitlines()[:-1]])
        self.assert_totals(ended, different=2, same=1, only_there=1, bad=0, skipped=0)
        ended = self.ctl("diff", {"same": 1, "other": 5, "new": 7}, "--full", "--output", "json")
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        self.assertEqual([{"sku": "other", "there": 2, "here": 5},
                          {"sku": "elsewhere", "there": 3, "here": 0},
                          {"sku": "new", "there": None, "here": 7}], lines[:-1])
        self.assertEqual(3, lines[-1]["different"])
        ended = self.ctl("diff", {"same": 1, "other": 2, "nowhere": 0})
        self.assertEqual(0, ended.code, ended)
        self.assertEqual({"same": 1, "other": 2, "elsewhere": 3}, self.stock())

    def verify(self, *words):
        return self.run_ctl("verify", "--campaign", self.campaign, "--url", self.url, *words)

    def test_verify_finds_drift_and_repair_mends_it(self):
        ours = {f"sku-{i}": 5 for i in range(450)}
        self.assertEqual(0, self.ctl("push", ours).code)
        ended = self.verify()
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, drifted=0, same=450)
        self.fill({"sku-7": 9, "sku-8": 0, "of somebody else": 1})
        ended = self.verify()
        self.assertEqual(1, ended.code, ended)
        self.assertEqual([["9", "5", "sku-7"], ["0", "5", "sku-8"]],
                         [line.split() for line in ended.stdout.splitlines()[1:-1]])
        self.assert_totals(ended, drifted=2, same=448, sent=0)
        ended = self.verify("--repair", "--output", "json")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, drifted=2, sent=2)
        self.assertEqual({**ours, "of somebody else": 1}, self.stock())
        self.assertEqual(0, self.verify().code)

    def test_verify_does_not_take_orders_for_drift(self):
        self.assertEqual(0, self.ctl("push", {"A": 5, "B": 5}).code)
        self.reserve("A", 2)
        ended = self.verify("--repair")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, drifted=0, ordered=1, same=1, sent=0)
        self.assertEqual({"A": 3, "B": 5}, self.stock())

    def test_verify_does_not_sell_again_what_was_shipped(self):
        self.assertEqual(0, self.ctl("push", {"A": 5, "B": 5}).code)
        self.reserve("A", 2)
        self.operate(f"/order-{self.campaign}-A/ship")
        self.assertEqual({"A": 3, "B": 5}, self.stock())
        ended = self.verify("--repair")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, drifted=0, ordered=1, same=1, sent=0)
        self.assertEqual({"A": 3, "B": 5}, self.stock())

    def reserve(self, sku, count):
        self.operate("", {"orderId": f"order-{self.campaign}-{sku}",
                          "items": [{"sku": sku, "count": count}]})

    def operate(self, path, body=None):
        token = (self.stockd.folder / "data" / "operator.token").read_text().strip()
        with Connection(self.stockd.operator_address) as connection:
            answer = connection.request(
                "POST", f"/api/v1/campaigns/{self.campaign}/orders" + path,
                {"Authorization": "Bearer " + token, "Content-Type": "application/json"}, body)
        self.assertEqual(200, answer.status, answer)


class Places(BookCase):

    def test_place_is_that_of_the_options_or_the_state_folder(self):
        cases = (
            (["--book", str(self.folder / "a" / "b" / "one.sqlite")], {}, "a/b/one.sqlite"),
            ([], {"STOCKCTL_BOOK": str(self.folder / "two.sqlite")}, "two.sqlite"),
            ([], {"STOCKCTL_BOOK": "", "XDG_STATE_HOME": str(self.folder / "state")},
             "state/stockctl/book.sqlite"),
            ([], {"STOCKCTL_BOOK": "", "HOME": str(self.folder / "home")},
             "home/.local/state/stockctl/book.sqlite"),
        )
        for words, environment, place in cases:
            with self.subTest(place), Crooked() as server:
                ended = self.push(server, {"A": 1}, *words, environment=environment)
                self.assertEqual(0, ended.code, ended)
                path = self.folder / place
                self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
                if path.parent != self.folder:
                    self.assertEqual(0o700, stat.S_IMODE(path.parent.stat().st_mode))

    def test_bad_books_are_told_apart(self):
        other = self.folder / "other.sqlite"
        with sqlite3.connect(other) as database:
            database.execute("CREATE TABLE mine (a)")
        database.close()
        newer = self.folder / "newer.sqlite"
        with Crooked() as server:
            self.push(server, {"A": 1}, "--book", newer)
        with sqlite3.connect(newer) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        cases = ((self.file("text", 300 * "no database at all\n"), "not a database"),
                 (str(other), "is a database of something else"),
                 (str(newer), "was written by a newer stockctl"),
                 (str(self.folder), "unable to open"),
                 (self.file("file", "x") + "/book", "ot a directory"))
        path = self.file("stock.csv", "sku,count\nA,1\n")
        for book, words in cases:
            with self.subTest(words):
                ended = self.run_ctl("push", path, "--campaign", "1", "--book", book)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(words, ended.stderr)
        ended = self.run_ctl("push", path, "--campaign", "1", environment={"STOCKCTL_BOOK": ""})
        self.assertEqual(2, ended.code, ended)
        self.assertIn("no place for the book", ended.stderr)

    def test_damaged_rows_are_not_believed(self):
        with Crooked() as server:
            self.push_well(server, {"A": 1, "B": 2}, sent=2)
            database = sqlite3.connect(self.folder / "book.sqlite")
            data, = database.execute("SELECT data FROM batch_rows").fetchone()
            with database:
                database.execute("UPDATE batch_rows SET data = ?",
                                 (data[:5] + bytes([data[5] ^ 1]) + data[6:],))
            database.close()
            ended = self.push(server, {"A": 1, "B": 3})
            self.assertEqual(5, ended.code, ended)
            self.assertIn("is damaged", ended.stderr)
            self.assertEqual(1, len(server.requests))

    def test_second_stockctl_of_a_campaign_waits_and_others_do_not(self):
        arrived, gate = threading.Event(), threading.Event()

        def fault(*_):
            arrived.set()
            gate.wait(crooked.GATE_S_MAX)
            return True

        path = self.file("first.csv", "sku,count\nA,1\n")
        with Crooked({1: fault}) as server:
            first = self.start("push", path, "--campaign", CAMPAIGN, "--url", server.url)
            self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
            ended = self.push(server, {"A": 2}, "--campaign", "10004")
            self.assertEqual(0, ended.code, ended)
            other = self.start("push", self.file("second.csv", "sku,count\nA,3\n"),
                               "--campaign", CAMPAIGN, "--url", server.url)
            self.assertIn(b"another stockctl works on this campaign", other.stderr.readline())
            gate.set()
            self.assertEqual(0, self.finish(first).code)
            ended = self.finish(other)
            self.assertEqual(0, ended.code, ended)
            self.assertEqual(3, server.stock["A"][0])
            gate.clear()
            arrived.clear()
            server.faults = {len(server.requests) + 1: fault}
            first = self.start("push", self.file("third.csv", "sku,count\nA,4\n"),
                               "--campaign", CAMPAIGN, "--url", server.url)
            self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
            ended = self.push(server, {"A": 5})
            self.assertEqual(5, ended.code, ended)
            self.assertIn("is in use: another stockctl works on this campaign", ended.stderr)
            gate.set()
            self.assertEqual(0, self.finish(first).code)
            self.assertEqual(4, server.stock["A"][0])
