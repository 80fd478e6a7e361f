"""stockctl push is killed, at chosen and at random moments, and run again: the server ends with
exactly the file's numbers, what repeats is the same bytes, and nothing is sent that need not be.
"""

import collections
import json
import random
import signal
import subprocess
import threading

from tests.contract import registry
from tests.contract.registry import FULL, SPARE
from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, CtlCase
from tests.harness.stockd import Stockd

BATCH = 2000
ROWS = 10 * BATCH
KILLS = 12
UNDER_WAY_MAX = 2


def csv_of(counts):
    return "sku,count\n" + "".join(f"{sku},{count}\n" for sku, count in counts.items())


class Killed(CtlCase):

    def push_words(self, server, counts):
        return ["push", self.file("stock.csv", csv_of(counts)), "--campaign", CAMPAIGN,
                "--url", server.url]

    def kill_at(self, server, number, counts, is_applied):
        """Pushes, and kills it when the request of that number is there. Returns how many requests
        were answered until then."""
        arrived = threading.Event()
        gate = threading.Event()
        after = len(server.requests)

        def fault(handler, body):
            if is_applied:
                with server.lock:
                    server.apply(body)
            arrived.set()
            gate.wait(crooked.GATE_S_MAX)
            handler.close_connection = True
            handler.leave()
            return False

        # The other connection's request is held, too, so that it is known what was answered.
        server.faults = {after + number: fault, after + number + 1: fault}
        process = self.start(*self.push_words(server, counts))
        self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        gate.set()
        server.faults = {}

    def push_rest(self, server, counts):
        before = len(server.requests)
        ended = self.run_ctl(*self.push_words(server, counts))
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(counts, {sku: count for sku, (count, _) in server.stock.items()})
        return ended, server.requests[before:]

    def test_each_moment_of_a_push(self):
        counts = {f"sku-{i}": i % 7 for i in range(5 * BATCH)}
        for number in (1, 2, 4):
            for is_applied in (False, True):
                with self.subTest(number=number, is_applied=is_applied), Crooked() as server:
                    self.kill_at(server, number, counts, is_applied)
                    until = len(server.requests)
                    ended, rest = self.push_rest(server, counts)
                    # What was acknowledged is not sent again: of the requests before the kill only
                    # those under way may repeat, byte by byte.
                    bodies = [request.body for request in server.requests[:until]]
                    again = [request.body for request in rest if request.body in bodies]
                    self.assertLessEqual(len(again), UNDER_WAY_MAX)
                    self.assertEqual(5, len({request.body for request in server.requests}), ended)
                    self.assertEqual(1, len(set().union(*server.stamps.values())))
                    _, rest = self.push_rest(server, counts)
                    self.assertEqual([], rest)

    def test_newer_file_takes_the_place_of_what_waited(self):
        old = {f"sku-{i}": 5 for i in range(3 * BATCH)}
        new = {**old, **{f"sku-{i}": 6 for i in range(0, 3 * BATCH, 1000)}, "sku-1": 0}
        with Crooked() as server:
            self.kill_at(server, 1, old, is_applied=False)
            self.push_rest(server, new)
            told = collections.defaultdict(list)
            for request in server.requests[1:]:
                for element in json.loads(request.body)["skus"]:
                    told[element["sku"]].append(element["items"][0]["count"])
            self.assertNotIn([5, 6], list(told.values()))
            self.assertNotIn([6, 5], list(told.values()))

    def test_what_waited_and_is_in_no_file_any_more_is_sent(self):
        with Crooked() as server:
            self.kill_at(server, 1, {"A": 5, "B": 6}, is_applied=False)
            ended = self.run_ctl(*self.push_words(server, {"C": 7}))
            self.assertEqual(0, ended.code, ended)
            self.assert_totals(ended, sent=3)
            self.assertEqual({"A": 5, "B": 6, "C": 7},
                             {sku: count for sku, (count, _) in server.stock.items()})

    def test_number_that_goes_back_is_sent_when_it_may_have_arrived(self):
        """Killed before the answer: that the old number is known proves nothing."""
        with Crooked() as server:
            self.assertEqual(0, self.run_ctl(*self.push_words(server, {"A": 5})).code)
            self.kill_at(server, 1, {"A": 9}, is_applied=True)
            self.push_rest(server, {"A": 5})

    def test_interrupt_leaves_what_the_next_push_finds(self):
        arrived, gate = threading.Event(), threading.Event()

        def fault(*_):
            arrived.set()
            gate.wait(crooked.GATE_S_MAX)
            return True

        counts = {f"sku-{i}": 5 for i in range(5 * BATCH)}
        with Crooked({1: fault}) as server:
            process = self.start(*self.push_words(server, counts))
            self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
            process.send_signal(signal.SIGINT)
            gate.set()
            ended = self.finish(process)
            self.assertEqual(130, ended.code, ended)
            self.assertIn("they wait in the book", ended.stderr)
            sent = int(ended.totals()["sent"])
            self.assertEqual(len(server.stock), sent)
            ended, _ = self.push_rest(server, counts)
            self.assert_totals(ended, sent=5 * BATCH - sent, unchanged=sent)


class KilledAtRandom(CtlCase):
    """Against a stockd, which counts what it was sent."""

    def test_whatever_the_moment_the_numbers_are_right(self):
        seed = random.SystemRandom().randrange(1 << 32)
        chance = random.Random(seed)
        server = Stockd(registry.build(), "--no-limits")
        self.addCleanup(server.stop)
        server.start()
        url = "http://{}:{}".format(*server.address)
        campaign = SPARE[0]
        counts = {f"sku-{i}": i % 90 + 1 for i in range(ROWS)}
        words = ["--campaign", campaign, "--url", url, "--max-zero", "100%"]
        with self.subTest(seed=seed):
            needed = ROWS
            for _ in range(KILLS):
                before = counts
                counts = {sku: chance.randrange(90) if chance.random() < 0.3 else count
                          for sku, count in counts.items()}
                needed += sum(counts[sku] != before[sku] for sku in counts)
                process = self.start("push", self.file("stock.csv", csv_of(counts)), *words,
                                     token=FULL)
                try:
                    process.communicate(timeout=chance.random() * 0.25)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
            ended = self.run_ctl("push", self.file("stock.csv", csv_of(counts)), *words)
            self.assertEqual(0, ended.code, ended)
            # Beyond what changed, only what was under way at a kill is sent again.
            self.assertLessEqual(server.metrics()["stockd_skus_written_total"],
                                 needed + KILLS * UNDER_WAY_MAX * BATCH)
            pulled = self.run_ctl("pull", "--campaign", campaign, "--url", url).stdout
            found = dict(line.split(",")[:2] for line in pulled.splitlines()[1:])
            self.assertEqual({sku: str(count) for sku, count in counts.items()}, found)
            ended = self.run_ctl("push", self.folder / "stock.csv", *words)
            self.assert_totals(ended, sent=0, unchanged=ROWS)
            ended = self.run_ctl("verify", "--campaign", campaign, "--url", url)
            self.assertEqual(0, ended.code, ended)
