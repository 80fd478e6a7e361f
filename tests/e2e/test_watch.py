"""stockctl watch: what makes it push, what it says of it, and how it lives through failures, a
changed profile and signals. Nothing sleeps here: each step waits for a line of the log."""

import json
import os
import re
import select
import signal
import time

from tests.e2e.seller import SellerCase

WAIT_S_MAX = 60
CSV = "sku;count\nA;1\n"
LINE = re.compile(r"at=\S+ level=(\S+) (event=.*)")


class Watching:
    """A running watch: `event()` waits for the next line of its log with this event."""

    def __init__(self, case, *words):
        self.case = case
        self.process = case.start_ctl("watch", *words)
        self.text = ""
        self.seen = 0
        case.addCleanup(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def event(self, name):
        """Returns the values of the next such line; lines before it are passed over."""
        deadline = time.monotonic() + WAIT_S_MAX
        while True:
            end = self.text.find("\n", self.seen)
            while end >= 0:
                line = LINE.fullmatch(self.text[self.seen:end])
                self.seen = end + 1
                if line and line[2].split()[0] == "event=" + name:
                    return dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line[2]))
                end = self.text.find("\n", self.seen)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stderr], [], [], left)[0]:
                raise AssertionError(f"no event={name} in {WAIT_S_MAX} s: {self.text}")
            piece = os.read(self.process.stderr.fileno(), 65536)
            if not piece:
                raise AssertionError(f"ended without event={name}: {self.text}")
            self.text += piece.decode()

    def stop(self, number=signal.SIGTERM):
        """Ends it; it ends in order."""
        self.process.send_signal(number)
        self.case.assertEqual(str(int(number)), self.event("stopped")["signal"])
        self.case.assertEqual(0, self.process.wait(WAIT_S_MAX))


class Watch(SellerCase):

    def watch(self, *words):
        return Watching(self, *words)

    def start_shop(self, *lines, text=CSV):
        """A watch of one campaign and a file, behind its first push; returns it and the path."""
        path = self.file("stock.csv", text)
        self.profile(f"campaign = {self.campaign}", f"file = {path}", "settle = 10", *lines)
        watching = self.watch("--profile", "shop")
        self.assertEqual("start", watching.event("push_begins")["because"])
        self.assertEqual("1", watching.event("push_done")["sent"])
        return watching, path

    def test_a_file_that_is_written_or_replaced_is_pushed(self):
        watching, path = self.start_shop()
        self.file("stock.csv", "sku;count\nA;2\n")
        self.assertEqual("change", watching.event("push_begins")["because"])
        watching.event("push_done")
        self.assertEqual({"A": 2}, self.stock(self.campaign))
        os.rename(self.file("new.csv", "sku;count\nA;2\nB;5\n"), path)
        done = watching.event("push_done")
        self.assertEqual(("1", "1", "0"), (done["sent"], done["unchanged"], done["exit"]))
        self.assertEqual({"A": 2, "B": 5}, self.stock(self.campaign))
        watching.stop()

    def test_what_a_command_says_is_asked_for_at_the_interval(self):
        source = self.file("source", "sku;count\nA;1\n")
        self.profile(f"campaign = {self.campaign}", f"command = cat {source}", "interval = 1")
        watching = self.watch("--profile", "shop")
        watching.event("push_done")
        self.file("source", "sku;count\nA;7\n")
        self.assertEqual("interval", watching.event("push_begins")["because"])
        watching.event("push_done")
        self.assertEqual({"A": 7}, self.stock(self.campaign))
        watching.stop(signal.SIGINT)

    def test_with_json_each_push_has_a_line_on_standard_output(self):
        self.profile(f"campaign = {self.campaign}",
                     f"file = {self.file('stock.csv', CSV)}")
        watching = self.watch("--profile", "shop", "--output", "json")
        watching.event("push_done")
        row = json.loads(watching.process.stdout.readline())
        self.assertEqual((self.campaign, 1), (row["campaign"], row["sent"]))
        watching.stop()

    def test_the_guide_s_table_of_movements_reaches_the_market_as_it_happens(self):
        self.ctl("move", "receive", "product", 10)
        self.profile(f"campaign = {self.campaign}", "from-book = yes")
        watching = self.watch("--profile", "shop")
        watching.event("push_done")
        self.assertEqual(10, self.count("product"))
        answer = self.operator.order(self.campaign, "first", {"product": 2})
        self.assert_order(answer, "RESERVED")
        for words, left in ((("order", "product", 2), 8), (("receive", "product", 10), 18),
                            (("sell", "product", 3), 15)):
            self.ctl("move", *words)
            self.assertEqual("movement", watching.event("push_begins")["because"])
            self.assertEqual("1", watching.event("push_done")["sent"])
            self.assertEqual(left, self.count("product"))
        watching.stop()

    def test_it_goes_on_after_failures_and_waits_longer_each_time(self):
        path = self.folder / "stock.csv"
        self.profile(f"campaign = {self.campaign}", f"file = {path}", "settle = 10")
        watching = self.watch("--profile", "shop")
        watching.event("push_failed")  # There is no file yet.
        first = watching.event("push_again")
        self.assertEqual(("1", "1000"), (first["failures"], first["wait_ms"]))
        self.assertEqual("retry", watching.event("push_begins")["because"])
        second = watching.event("push_again")
        self.assertEqual(("2", "2000"), (second["failures"], second["wait_ms"]))
        self.file("stock.csv", "sku;count\nA;1\n")
        self.assertEqual("change", watching.event("push_begins")["because"])
        self.assertEqual("0", watching.event("push_done")["exit"])
        watching.stop()

    def test_a_server_that_comes_back_gets_what_it_missed(self):
        watching, _ = self.start_shop("retries = 0")
        address = self.server.address
        self.server.halt()
        self.file("stock.csv", "sku;count\nA;9\n")
        self.assertEqual("3", watching.event("push_failed")["exit"])
        watching.event("push_again")
        listen = "{}:{}".format(*address)
        self.server.restart(*self.options, "--listen", listen)
        self.assertEqual("retry", watching.event("push_begins")["because"])
        while watching.event("push_done")["exit"] != "0":
            pass
        self.api.close()
        self.assertEqual({"A": 9}, self.stock(self.campaign))
        watching.stop()

    def test_bad_rows_are_told_and_not_tried_again(self):
        watching, _ = self.start_shop()
        self.file("stock.csv", "sku;count\nA;x\nB;2\n")
        failed = watching.event("push_failed")
        self.assertEqual(("1", "1", "1"), (failed["exit"], failed["sent"], failed["bad"]))
        self.file("stock.csv", "sku;count\nA;3\nB;2\n")
        self.assertEqual("change", watching.event("push_begins")["because"])
        watching.event("push_done")
        self.assertEqual({"A": 3, "B": 2}, self.stock(self.campaign))
        watching.stop()

    def test_the_brake_holds_here_too(self):
        watching, _ = self.start_shop()
        self.file("stock.csv", "sku;count\nA;0\n")
        self.assertEqual("6", watching.event("push_failed")["exit"])
        self.assertEqual({"A": 1}, self.stock(self.campaign))
        watching.stop()

    def test_sighup_reads_the_profile_again_and_a_bad_one_is_refused(self):
        watching, path = self.start_shop()
        self.profile(f"campaign = {self.campaign}", "capmaign = 7")
        watching.process.send_signal(signal.SIGHUP)
        refused = watching.event("config_refused")
        self.assertIn("config:5: unknown key 'capmaign'", refused["problem"])
        self.file("stock.csv", "sku;count\nA;5\n")  # The one before is in force.
        watching.event("push_done")
        self.assertEqual({"A": 5}, self.stock(self.campaign))
        other = self.new_campaign()
        moved = self.file("moved.csv", "sku;count\nB;6\n")
        self.profile(f"campaign = {other}", f"file = {moved}", "settle = 10")
        watching.process.send_signal(signal.SIGHUP)
        self.assertEqual("config", watching.event("push_begins")["because"])
        self.assertEqual(str(other), watching.event("push_done")["campaign"])
        self.file("moved.csv", "sku;count\nB;7\n")
        watching.event("push_done")
        self.assertEqual({"B": 7}, self.stock(other))
        self.assertEqual({"A": 5}, self.stock(self.campaign))
        watching.stop()

    def test_what_cannot_be_watched_is_a_usage_error(self):
        self.profile(f"campaign = {self.campaign}")
        for words, said in ((("-", "--profile", "shop"), "standard input cannot be watched"),
                            (("x.csv",), "--campaign ID is missing"),
                            (("--profile", "shop"), "nothing to read")):
            with self.subTest(words=words):
                self.assertIn(said, self.ctl("watch", *words, code=2).stderr)
