"""stockctl push against a server that fails: nothing lost, nothing changed between attempts, never
more than two requests at once, never more than the rate limit leaves."""

import email.utils
import json
import signal
import threading
import time

from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, TOKEN, CtlCase

BATCH = 2000
HALF_A_DAY_S = 12 * 60 * 60  # What ends later than in a day is not waited for.


def csv_of(count, name="sku-{}"):
    return "sku,count\n" + "".join(f"{name.format(i)},{i}\n" for i in range(count))


class PushFaults(CtlCase):

    def push(self, server, rows, *words, **how):
        path = self.file("stock.csv", csv_of(rows))
        return self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url", server.url,
                            *words, **how)

    def assert_whole(self, server, rows):
        """Each row arrived, with one stamp, in bodies that never changed; two at once at most."""
        self.assertEqual({f"sku-{i}": i for i in range(rows)},
                         {sku: count for sku, (count, _) in server.stock.items()})
        self.assertEqual(1, len(set().union(*server.stamps.values())))
        for bodies in server.bodies().values():
            self.assertEqual(1, len(set(bodies)), "a repeated body differs")
        self.assertLessEqual(server.parallel_max, 2)

    def test_headers_say_who_and_nothing_else(self):
        with Crooked() as server:
            ended = self.push(server, 1)
            self.assertEqual(0, ended.code, ended)
        request = server.requests[0]
        self.assertEqual("PUT", request.method)
        self.assertEqual(f"/v2/campaigns/{CAMPAIGN}/offers/stocks", request.path)
        self.assertEqual(TOKEN, request.headers["Api-Key"])
        self.assertEqual("application/json", request.headers["Content-Type"])
        self.assertRegex(request.headers["X-Market-Integration"], r"^stockctl/\d")
        self.assertNotIn("Authorization", request.headers)
        self.assertNotIn("Expect", request.headers)
        self.assertNotIn(TOKEN, ended.stdout + ended.stderr)

    def test_oauth_is_sent_as_bearer(self):
        with Crooked() as server:
            self.push(server, 1, "--auth", "oauth")
        self.assertEqual(f"Bearer {TOKEN}", server.requests[0].headers["Authorization"])
        self.assertNotIn("Api-Key", server.requests[0].headers)

    def test_batches_hold_2000_items_and_two_go_at_once(self):
        gate = threading.Barrier(2)
        with Crooked({2: crooked.wait_for(gate), 3: crooked.wait_for(gate)}) as server:
            ended = self.push(server, 5 * BATCH + 1)
            self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=5 * BATCH + 1, refused=0, bad=0, skipped=0)
        self.assertFalse(gate.broken)
        self.assertEqual([1] + 5 * [BATCH], sorted(len(json.loads(request.body)["skus"])
                                                   for request in server.requests))
        self.assertEqual(2, server.parallel_max)
        self.assert_whole(server, 5 * BATCH + 1)

    def test_batches_hold_512_kilobytes(self):
        for wide in ("{:04}" + 250 * "Ж", "{:04}" + 240 * "\\", "{:04}" + 60 * "a\\'Ж"):
            with self.subTest(wide):
                path = self.file("stock.csv", csv_of(3000, wide))
                with Crooked() as server:
                    ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url",
                                         server.url)
                self.assertEqual(0, ended.code, ended)
                sizes = [len(request.body) for request in server.requests]
                self.assertLessEqual(max(sizes), 524288)
                self.assertGreater(sorted(sizes)[1], 523000)
                self.assertEqual(3000, len(server.stock))

    def test_420_waits_until_the_window_ends_and_repeats_the_body(self):
        with Crooked({2: crooked.limit(1)}) as server:
            ended = self.push(server, 3 * BATCH)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(4, len(server.requests))
        self.assertIn("420", ended.stderr)
        self.assert_whole(server, 3 * BATCH)

    def test_420_about_parallel_requests_is_not_about_the_window(self):
        fault = crooked.refuse(420, "Hit rate limit of 2 parallel requests",
                               {"X-RateLimit-Resource-Remaining": "90000",
                                "X-RateLimit-Resource-Until": "Fri, 31 Dec 2100 23:59:00 GMT"})
        with Crooked({1: fault}) as server:
            ended = self.push(server, BATCH)
        self.assertEqual(0, ended.code, ended)
        self.assert_whole(server, BATCH)

    def test_503_waits_as_told_and_repeats_the_body(self):
        with Crooked({1: crooked.refuse(503, "later", {"Retry-After": "1"})}) as server:
            ended = self.push(server, BATCH)
        self.assertEqual(0, ended.code, ended)
        self.assertIn("trying again in 1.0 s", ended.stderr)
        self.assert_whole(server, BATCH)

    def test_answer_cut_in_the_middle_is_no_answer(self):
        with Crooked({1: crooked.cut_answer, 3: crooked.hang_up}) as server:
            ended = self.push(server, 4 * BATCH)
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=4 * BATCH, refused=0)
        self.assert_whole(server, 4 * BATCH)

    def test_slow_answer_is_given_up_and_asked_again(self):
        with Crooked({1: crooked.never_answer}) as server:
            ended = self.push(server, BATCH, "--timeout", "1")
        self.assertEqual(0, ended.code, ended)
        self.assertGreaterEqual(len(server.requests), 2)
        self.assert_whole(server, BATCH)

    def test_everything_at_once(self):
        faults = {1: crooked.refuse(500), 2: crooked.limit(1), 4: crooked.cut_answer,
                  5: crooked.refuse(503, "", {"Retry-After": "0"}), 6: crooked.hang_up,
                  7: crooked.zipped, 9: crooked.never_answer}
        with Crooked(faults) as server:
            ended = self.push(server, 6 * BATCH, "--timeout", "1")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=6 * BATCH, refused=0, bad=0)
        self.assert_whole(server, 6 * BATCH)

    def test_rate_limit_is_never_exceeded(self):
        with Crooked(window=(3 * BATCH, 2)) as server:
            ended = self.push(server, 10 * BATCH)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(0, server.exceeded)
        self.assertEqual(10, len(server.requests))
        self.assert_whole(server, 10 * BATCH)

    def test_rate_limit_follows_the_servers_clock(self):
        for ahead_s in (-3600, 3600):
            with self.subTest(ahead_s=ahead_s):
                with Crooked(window=(2 * BATCH, 2), clock_ahead_s=ahead_s) as server:
                    ended = self.push(server, 4 * BATCH)
                self.assertEqual(0, ended.code, ended)
                self.assertEqual(0, server.exceeded)
                self.assertIn("clock", ended.stderr)
                self.assert_whole(server, 4 * BATCH)

    def test_400_refuses_the_rows_that_it_names(self):
        answer = {"status": "ERROR", "errors": [
            {"code": "BAD_REQUEST", "message": "skus[17].items[0].count is odd"},
            {"code": "BAD_REQUEST", "message": "Stock for 'sku-5' should not be older than a day"},
            {"code": "BAD_REQUEST", "message": "steer\u001b[31m"}]}
        with Crooked({1: crooked.say(400, json.dumps(answer).encode())}) as server:
            ended = self.push(server, BATCH + 10)
        self.assertEqual(1, ended.code, ended)
        self.assert_totals(ended, sent=BATCH + 8, refused=2)
        self.assertIn("stock.csv:19: skus[17].items[0].count is odd\n", ended.stderr)
        self.assertIn("stock.csv:7: Stock for 'sku-5'", ended.stderr)
        self.assertIn("refused: steer?[31m", ended.stderr)
        self.assertNotIn("\x1b", ended.stderr)
        self.assertEqual(BATCH + 8, len(server.stock))
        self.assertNotIn("sku-17", server.stock)

    def test_not_allowed_stops_the_run_with_4(self):
        for status, word in ((401, "check the token"), (403, "scope"), (404, "--campaign")):
            with self.subTest(status=status):
                with Crooked({1: crooked.refuse(status, "No such luck")}) as server:
                    ended = self.push(server, 5 * BATCH)
                self.assertEqual(4, ended.code, ended)
                self.assertIn(f"{status}: No such luck", ended.stderr)
                self.assertIn(word, ended.stderr)
                self.assertLessEqual(len(server.requests), 2)

    def test_server_that_never_recovers_is_unreachable_with_3(self):
        faults = {number: crooked.refuse(502) for number in range(1, 4)}
        with Crooked(faults) as server:
            ended = self.push(server, 1, "--retries", "2")
        self.assertEqual(3, ended.code, ended)
        self.assertEqual(3, len(server.requests))
        self.assert_totals(ended, sent=0)

    def test_nobody_there_is_unreachable_with_3(self):
        with Crooked() as server:
            url = server.url
        path = self.file("stock.csv", csv_of(1))
        ended = self.run_ctl("push", path, "--campaign", "1", "--url", url, "--retries", "0")
        self.assertEqual(3, ended.code, ended)
        self.assertIn("cannot reach", ended.stderr)

    def test_200_of_something_else_is_not_an_acknowledgement(self):
        for data in (b"<html>Welcome to the hotel</html>", b'{"status":"ERROR"}', b""):
            with self.subTest(data=data):
                with Crooked({1: crooked.say(200, data)}) as server:
                    ended = self.push(server, 1)
                self.assertEqual(3, ended.code, ended)
                self.assertIn("not the API", ended.stderr)
                self.assert_totals(ended, sent=0)

    def test_redirect_is_not_followed(self):
        fault = crooked.say(302, b"", {"Location": "http://127.0.0.1:1/"})
        with Crooked({1: fault}) as server:
            ended = self.push(server, 1)
        self.assertEqual(4, ended.code, ended)

    def test_interrupt_finishes_what_is_under_way(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number=number):
                arrived, gate = threading.Event(), threading.Event()

                def fault(*_):
                    arrived.set()
                    gate.wait(crooked.GATE_S_MAX)
                    return True

                path = self.file("stock.csv", csv_of(5 * BATCH))
                with Crooked({1: fault}) as server:
                    process = self.start("push", path, "--campaign", CAMPAIGN, "--url", server.url)
                    self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
                    process.send_signal(number)
                    gate.set()
                    ended = self.finish(process)
                self.assertEqual(code, ended.code, ended)
                self.assertIn("interrupted", ended.stderr)
                sent = int(ended.totals()["sent"])
                self.assertEqual(len(server.stock), sent)
                self.assertLess(sent, 5 * BATCH)

    def test_interrupt_ends_every_kind_of_waiting(self):
        """For the window, for the next attempt, for more input, which is read before all else."""
        far = email.utils.formatdate(time.time() + HALF_A_DAY_S, usegmt=True)
        waits = {
            "window": (crooked.refuse(420, "no", {"X-RateLimit-Resource-Remaining": "0",
                                                  "X-RateLimit-Resource-Until": far}), b"420"),
            "attempt": (crooked.refuse(503, "no", {"Retry-After": "3000"}), b"3000.0 s"),
            "input": (None, b"not a whole number"),
        }
        for name, (fault, told) in waits.items():
            with self.subTest(name):
                with Crooked({1: fault}) as server:
                    process = self.start("push", "-", "--campaign", CAMPAIGN, "--url", server.url)
                    process.stdin.write((csv_of(BATCH + 1) + "bad,-1\n").encode())
                    process.stdin.flush()
                    if fault is not None:
                        process.stdin.close()
                        process.stdin = None
                    while told not in process.stderr.readline():
                        pass
                    process.send_signal(signal.SIGINT)
                    self.assertEqual(130, process.wait(crooked.GATE_S_MAX))
                    ended = self.finish(process)
                self.assertIn("interrupted", ended.stderr)
                self.assert_totals(ended, sent=0)
