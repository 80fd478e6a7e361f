"""stockd asks shops: stockctl serve, and shops that misbehave. CONTRACT §3, C27…C32, vectors 33…35.

The waits between attempts are short ones: 0, 20, 40, 80 ms. An answer has its usual time, for a
busy machine takes some; only shops that are waited for in vain have less.
"""

import contextlib
import json
import os
import socket
import threading
import time
import unittest

from tests.contract import registry as contract_registry
from tests.contract.registry import FULL, SPARE, WAREHOUSE, C
from tests.e2e import shop
from tests.e2e.ctl import CtlCase
from tests.e2e.shop import Shop, element
from tests.e2e.test_serve import Serving
from tests.harness.client import Connection
from tests.harness.stockd import Stockd, binary

WAIT_S_MAX = 60
OLD = "2020-01-01T00:00:00Z"
OPTIONS = ("--push-retry-ms", 20, "--no-limits")
IMPATIENT = ("--push-answer-timeout-ms", 1000)
API_KEY = {"Api-Key": FULL, "Content-Type": "application/json"}


def registry_of(pushes):
    """Returns the tests' registry with these `push` objects, {campaign: push}."""
    registry = contract_registry.build()
    for campaign in registry["campaigns"]:
        if campaign["id"] in pushes:
            campaign["push"] = pushes[campaign["id"]]
    return registry


class PushCase(CtlCase):

    def start_stockd(self, pushes=None, options=()):
        self.server = Stockd(registry_of(pushes or {}), *OPTIONS, *options)
        self.addCleanup(self.server.stop)
        self.server.start()

    def token(self):
        return (self.server.folder / "data" / "operator.token").read_text().strip()

    def operate(self, method, path, body=None):
        """A request of the operator; returns the answer."""
        headers = {"Authorization": "Bearer " + self.token(), "Content-Type": "application/json"}
        with Connection(self.server.operator_address) as connection:
            return connection.request(method, "/api/v1" + path, headers, body)

    def set_pushes(self, pushes):
        """Upserts campaigns with these `push` objects; None: none."""
        campaigns = [{**campaign, "push": pushes[campaign["id"]]} if pushes[campaign["id"]]
                     else campaign for campaign in contract_registry.build()["campaigns"]
                     if campaign["id"] in pushes]
        answer = self.operate("POST", "/registry", {"campaigns": campaigns})
        self.assertEqual(200, answer.status, answer)

    def call(self, method, campaign, body):
        with Connection(self.server.address) as connection:
            answer = connection.request(method, f"/v2/campaigns/{campaign}/offers/stocks", API_KEY,
                                        body)
        self.assertEqual(200, answer.status, answer)
        return answer.json

    def put(self, campaign, skus, count=1, stamp=OLD):
        """Makes the SKUs known, with an old number."""
        for start in range(0, len(skus), 2000):
            self.call("PUT", campaign, {"skus": [
                {"sku": sku, "items": [{"count": count, "updatedAt": stamp}]}
                for sku in skus[start:start + 2000]]})

    def counts(self, campaign, skus):
        """Returns {sku: AVAILABLE}."""
        found = {}
        for start in range(0, len(skus), 500):
            answer = self.call("POST", campaign, {"offerIds": skus[start:start + 500]})
            for warehouse in answer["result"]["warehouses"]:
                for offer in warehouse["offers"]:
                    found[offer["offerId"]] = next(
                        stock["count"] for stock in offer["stocks"]
                        if stock["type"] == "AVAILABLE")
        return found

    def state(self, campaign):
        """Returns the campaign's element of GET push."""
        answer = self.operate("GET", "/push")
        self.assertEqual(200, answer.status, answer)
        found = [one for one in answer.json["result"]["shops"] if one["campaignId"] == campaign]
        return found[0] if found else None

    def wait(self, condition, what):
        deadline = time.monotonic() + WAIT_S_MAX
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"{what} never came\n{self.server.stderr_tail()}")
            time.sleep(0.02)

    def wait_for_success(self, campaign):
        self.wait(lambda: "lastSuccessAt" in (self.state(campaign) or {}), "a success")

    def wait_until_off(self, campaign):
        self.wait(lambda: (self.state(campaign) or {}).get("state") == "OFF", "the switch-off")

    def push_to(self, campaign, skus, push):
        """Puts the SKUs, and then has the shop asked for them."""
        self.put(campaign, skus)
        self.set_pushes({campaign: push})


@unittest.skipUnless(binary().exists(), "there is no stockd to run")
class BothSides(PushCase):
    """stockd asks stockctl serve."""

    def test_file_becomes_stock_and_follows_its_changes(self):
        skus = [f"sku-{i}" for i in range(2500)]
        path = self.file("stock.csv", "sku,count\n" + "".join(f"{sku},{i}\n" for i, sku in
                                                             enumerate(skus)))
        token = self.file("token", "a token+/&=?")
        os.chmod(token, 0o600)
        serving = Serving(self, "--leftovers", path, "--token-file", token,
                          "--base-path", "/market/api")
        url = "http://%s:%d/market/api/" % serving.address
        self.start_stockd()
        for campaign, place in ((SPARE[0], "header"), (SPARE[1], "query")):
            with self.subTest(place=place):
                self.push_to(campaign, skus + ["unknown"],
                             {"url": url, "token": "a token+/&=?", "tokenIn": place})
                self.wait_for_success(campaign)
                self.assertEqual({**{sku: i for i, sku in enumerate(skus)}, "unknown": 0},
                                 self.counts(campaign, skus + ["unknown"]))
        os.replace(self.file("next", "sku,count\nsku-1,77\n"), path)
        serving.wait_for_words("read again")
        self.assertEqual(200, self.operate("POST", f"/campaigns/{SPARE[0]}/push/ask").status)
        self.wait(lambda: self.counts(SPARE[0], ["sku-1"]) == {"sku-1": 77}, "the new number")
        self.wait(lambda: self.counts(SPARE[0], ["sku-2"]) == {"sku-2": 0}, "the sold-out one")
        self.assertEqual(1, self.counts(SPARE[1], ["sku-1"])["sku-1"])
        self.assertNotIn("a token+", self.server.stderr_text())
        metrics = self.server.metrics()
        self.assertEqual(2, metrics['stockd_push_shops{state="on"}'])
        self.assertGreaterEqual(metrics["stockd_push_skus_stored_total"], 5002)

    def test_vector_33_every_element_names_the_warehouse(self):
        path = self.file("stock.csv", "sku,count\nA,3\n")
        serving = Serving(self, "--leftovers", path)
        self.start_stockd()
        self.put(C, ["A", "zzz"])
        # Anybody may ask this shop, so it takes the wrong token too: the Market minds.
        self.set_pushes({C: {"url": "http://%s:%d" % serving.address, "token": "x"}})
        self.wait_until_off(C)
        self.assertIn("IGNORED_WRONG_TOKEN", json.dumps(self.state(C)["lastFailure"]))
        self.assertEqual({"A": 1, "zzz": 1}, self.counts(C, ["A", "zzz"]))
        self.assertEqual({"A": 3, "zzz": 0},
                         {sku: count for sku, (count, _) in serving.ask("A", "zzz").items()})


@unittest.skipUnless(binary().exists(), "there is no stockd to run")
class Crooked(PushCase):
    """stockd asks shops that do something else."""

    def test_questions_are_as_documented(self):
        with Shop({"A": 5, "B": 6}) as one:
            self.start_stockd()
            self.push_to(C, ["A", "B"], one.push())
            self.wait_for_success(C)
            self.assertEqual(1, len(one.wrong))
            question, = one.questions
            self.assertEqual((WAREHOUSE[C], ["A", "B"], "header"),
                             (question.warehouse, question.skus, question.place))
            self.assertEqual({"A": 5, "B": 6}, self.counts(C, ["A", "B"]))
            state = self.state(C)
            self.assertEqual(("ON", 0, WAREHOUSE[C]),
                             (state["state"], state["failures"], state["warehouseId"]))
            self.assertIn("nextAt", state)
            self.assertNotIn("lastFailure", state)
            self.assertNotIn(one.token, json.dumps(state) + self.server.stderr_text())

    def test_vector_34_2500_skus_are_three_parallel_requests(self):
        skus = [f"sku-{i}" for i in range(2500)]
        gate = threading.Barrier(3)
        with Shop({sku: i for i, sku in enumerate(skus)}, behave=shop.wait_for(gate)) as one:
            self.start_stockd()
            self.push_to(C, skus, one.push())
            self.wait_for_success(C)
            self.assertFalse(gate.broken)
            self.assertEqual([500, 1000, 1000], sorted(len(asked.skus) for asked in one.questions))
            self.assertEqual(set(skus), {sku for asked in one.questions for sku in asked.skus})
            self.assertEqual({sku: i for i, sku in enumerate(skus)}, self.counts(C, skus))

    def check_failure(self, campaign, one, code, reason):
        """The same question five times, nothing stored, off; then enabled, it is asked again."""
        self.wait_until_off(campaign)
        state = self.state(campaign)
        self.assertEqual(5, state["failures"], state)
        self.assertEqual(code, state["lastFailure"]["code"], state)
        self.assertTrue(state["lastFailure"]["message"].startswith(reason), state)
        # A kept connection that ends without a word is replaced once: it may just have grown old.
        self.assertIn(len(one.questions), (5, 6) if one.behave is shop.hang_up else (5,))
        self.assertEqual(1, len({tuple(asked.skus) for asked in one.questions}))
        self.assertEqual({"A": 1, "B": 1}, self.counts(campaign, ["A", "B"]))
        self.assertRegex(self.server.stderr_text(),
                         f"event=push_failed campaign={campaign} code={code} reason={reason}")
        self.assertEqual(409, self.operate("POST", f"/campaigns/{campaign}/push/ask").status)
        one.behave = None
        self.assertEqual(200, self.operate("POST", f"/campaigns/{campaign}/push/enable").status)
        self.wait_for_success(campaign)
        self.assertEqual({"A": 0, "B": 0}, self.counts(campaign, ["A", "B"]))
        self.assertEqual("ON", self.state(campaign)["state"])

    def check_failures(self, rows, options=()):
        """Of several campaigns at once; a row is (name, behave, code, reason)."""
        self.start_stockd(options=options)
        with contextlib.ExitStack() as open_shops:
            shops = {campaign: open_shops.enter_context(Shop(behave=row[1]))
                     for campaign, row in zip(SPARE, rows)}
            for campaign in shops:
                self.put(campaign, ["A", "B"])
            self.set_pushes({campaign: one.push() for campaign, one in shops.items()})
            for (campaign, one), (name, _, code, reason) in zip(shops.items(), rows, strict=True):
                with self.subTest(name=name):
                    self.check_failure(campaign, one, code, reason)

    def test_answers_that_are_late_end_with_the_switch_off(self):
        never = threading.Event()
        self.addCleanup(never.set)
        self.check_failures([
            ("too late", shop.wait_for(never), "CANT_GET_RESPONSE", "READ_TIMED_OUT"),
            ("dripping", shop.drip, "CANT_GET_RESPONSE", "READ_TIMED_OUT"),
        ], IMPATIENT)

    def test_vector_35_and_other_failures_end_with_the_switch_off(self):
        no_answer, bad_answer = "CANT_GET_RESPONSE", "INVALID_RESPONSE"
        self.check_failures([
            ("half", shop.half, no_answer, "HTTP"),
            ("hangs up", shop.hang_up, no_answer, "HTTP"),
            ("500", shop.say(500, {}), no_answer, "HTTP"),
            ("400", shop.say(400, {}), no_answer, "HTTP"),
            ("403", shop.say(403, {}), no_answer, "HTTP"),
            ("elsewhere", shop.say(302, {}, {"Location": "http://127.0.0.1:1/"}), no_answer,
             "HTTP"),
            ("html", shop.say(200, b"<html>", {"Content-Type": "text/html"}), no_answer,
             "UNSUPPORTED_MEDIA_TYPE"),
            ("not JSON", shop.say(200, b'{"skus":['), bad_answer, "CANT_PARSE_RESPONSE"),
            ("not UTF-8", shop.say(200, b'{"skus":["\xff"]}'), bad_answer, "CANT_PARSE_RESPONSE"),
            ("noise", shop.noise, bad_answer, "CANT_PARSE_RESPONSE"),
            ("no skus", shop.say(200, {}), bad_answer, "INVALID_DATA"),
            ("wrong id", shop.change(lambda all, _: all[:1] + [
                {**all[1], "warehouseId": 1}]), bad_answer, "INVALID_DATA"),
            ("extra SKU", shop.change(lambda all, asked: all + [
                element("C", asked.warehouse, 1)]), bad_answer, "INVALID_DATA"),
            ("twice", shop.change(lambda all, _: all + all[:1]), bad_answer, "INVALID_DATA"),
            ("ACTUAL", shop.change(lambda all, asked: all[:1] + [
                element("B", asked.warehouse, 1, kind="ACTUAL")]), bad_answer, "INVALID_DATA"),
            ("two items", shop.change(lambda all, _: all[:1] + [
                {**all[1], "items": 2 * all[1]["items"]}]), bad_answer, "INVALID_DATA"),
            ("too many", shop.change(lambda all, asked: all[:1] + [
                element("B", asked.warehouse, 2000000001)]), bad_answer, "INVALID_DATA"),
        ])

    def test_a_shop_that_says_its_token_does_not_put_it_into_the_log(self):
        echo = '" event=bug at="'
        with Shop() as one:
            one.behave = shop.change(lambda all, asked: all + [
                element(one.token, asked.warehouse, 1), element(echo, asked.warehouse, 1)])
            self.start_stockd()
            self.push_to(C, ["A"], one.push())
            self.wait_until_off(C)
            self.assertIn("INVALID_DATA", self.state(C)["lastFailure"]["message"])
            text = self.server.stderr_text()
            self.assertIn("reason=INVALID_DATA", text)
            self.assertNotIn(one.token, text)
            self.assertNotIn(echo, text)

    def test_nobody_listens_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            self.start_stockd()
            self.push_to(C, ["A"], {"url": f"http://127.0.0.1:{port}", "token": "x"})
            self.wait_until_off(C)
        self.assertIn("CONNECTION_REFUSED", self.state(C)["lastFailure"]["message"])

    def test_shop_that_speaks_no_tls(self):
        with Shop() as one:
            self.start_stockd()
            self.push_to(C, ["A"], {**one.push(), "url": one.url.replace("http:", "https:")})
            self.wait_until_off(C)
            self.assertIn("SSL_ERROR", self.state(C)["lastFailure"]["message"])
            self.assertEqual([], one.questions)

    def test_shop_that_ignores_a_wrong_token(self):
        with Shop({"A": 5}, ignores_token=True) as one:
            self.start_stockd()
            self.push_to(C, ["A"], one.push())
            self.wait_until_off(C)
            self.assertIn("IGNORED_WRONG_TOKEN", self.state(C)["lastFailure"]["message"])
            self.assertEqual((5, 0), (len(one.wrong), len(one.questions)))
            self.assertEqual({"A": 1}, self.counts(C, ["A"]))

    def test_waits_grow_and_a_success_forgets_them(self):
        failures = iter(range(4))

        def behave(handler, question):
            return next(failures, None) is None or shop.say(500, {})(handler, question)

        with Shop({"A": 5}, behave=behave) as one:
            self.start_stockd(options=("--push-retry-ms", 100))
            self.push_to(C, ["A"], one.push())
            self.wait_for_success(C)
            moments = [asked.at for asked in one.questions]
            waits = [later - earlier for earlier, later in zip(moments, moments[1:])]
            for least, wait in zip((0, 0.1, 0.2, 0.4), waits, strict=True):
                self.assertGreaterEqual(wait, least - 0.01)
            state = self.state(C)
            self.assertEqual(("ON", 0), (state["state"], state["failures"]))
            self.assertIn("lastFailure", state)

    def test_slow_shop_holds_up_nobody(self):
        skus = [f"sku-{i}" for i in range(2500)]
        gate = threading.Event()
        self.addCleanup(gate.set)
        with Shop(behave=shop.wait_for(gate)) as slow, Shop(dict.fromkeys(skus, 4)) as quick:
            self.start_stockd(options=("--push-answer-timeout-ms", 60000))
            self.push_to(SPARE[0], skus, slow.push())
            self.wait(lambda: slow.parallel == 3, "the slow shop's third request")
            self.push_to(SPARE[1], skus, quick.push())
            self.wait_for_success(SPARE[1])
            self.assertEqual(3, slow.parallel)
            gate.set()

    def test_newest_number_wins_whoever_said_it(self):
        with Shop({"A": 5, "B": 6}) as one:
            self.start_stockd()
            self.put(C, ["A"], count=9, stamp="2024-05-01T12:00:01Z")  # A second newer.
            self.put(C, ["B"], count=9, stamp="2024-05-01T11:59:59Z")
            self.set_pushes({C: one.push()})
            self.wait_for_success(C)
            self.assertEqual({"A": 9, "B": 6}, self.counts(C, ["A", "B"]))

    def test_what_is_left_out_or_from_the_future_keeps_its_number(self):
        ahead = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        behave = shop.change(lambda all, asked: [
            element("A", asked.warehouse, 5), element("B", asked.warehouse, 6, stamp=ahead)])
        with Shop(behave=behave) as one:
            self.start_stockd()
            self.push_to(C, ["A", "B", "C"], one.push())
            self.wait_for_success(C)
            self.assertEqual({"A": 5, "B": 1, "C": 1}, self.counts(C, ["A", "B", "C"]))

    def test_number_older_than_a_day_is_dropped_in_edition_2026(self):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        behave = shop.change(lambda all, asked: [
            element("A", asked.warehouse, 5), element("B", asked.warehouse, 6, stamp=now)])
        with Shop(behave=behave) as one:
            self.start_stockd(options=("--edition", 2026))
            self.put(C, ["A", "B"], stamp=now)
            self.set_pushes({C: one.push()})
            self.wait_for_success(C)
            self.assertEqual({"A": 1, "B": 6}, self.counts(C, ["A", "B"]))

    def test_switch_survives_a_restart(self):
        with Shop({"A": 5}, behave=shop.say(500, {})) as one:
            self.start_stockd({C: one.push()})
            self.put(C, ["A"])
            self.operate("POST", f"/campaigns/{C}/push/ask")
            self.wait_until_off(C)
            self.server.restart(*OPTIONS)
            asked = len(one.questions)
            self.wait_until_off(C)
            self.assertEqual(asked, len(one.questions))
            one.behave = None
            self.operate("POST", f"/campaigns/{C}/push/enable")
            self.wait_for_success(C)
            self.server.restart(*OPTIONS)
            self.wait_for_success(C)

    def test_settings_are_followed_at_once(self):
        """And not in the next round, which is an hour later."""
        with Shop({"A": 5}) as one, Shop({"A": 7}, token="another") as other:
            other.stamp = "2024-05-01T13:00:00Z"
            self.start_stockd()
            self.push_to(C, ["A"], one.push())
            self.wait_for_success(C)
            self.set_pushes({C: other.push(place="query")})
            self.wait(lambda: other.questions, "a question to the new address")
            self.assertEqual("query", other.questions[0].place)
            self.assertEqual(1, len(other.wrong))
            self.wait(lambda: self.counts(C, ["A"]) == {"A": 7}, "the other shop's number")
            self.set_pushes({C: None})
            self.wait(lambda: self.state(C) is None, "the end of asking")

    def test_period_begins_new_rounds(self):
        with Shop({"A": 5}) as one:
            self.start_stockd()
            self.push_to(C, ["A"], one.push(period_s=1))
            self.wait(lambda: len(one.questions) >= 3, "the third round")
            moments = [asked.at for asked in one.questions]
            pauses = [later - earlier for earlier, later in zip(moments, moments[1:])]
            self.assertGreater(max(pauses), 0.5)  # One that comes late makes the next one short.

    def test_campaigns_without_a_shop(self):
        self.start_stockd()
        self.assertEqual([], self.operate("GET", "/push").json["result"]["shops"])
        for what in ("ask", "enable"):
            self.assertEqual(404, self.operate("POST", f"/campaigns/{C}/push/{what}").status)
            self.assertEqual(404, self.operate("POST", f"/campaigns/1/push/{what}").status)

    def test_stop_does_not_wait_for_a_shop(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        with Shop(behave=shop.wait_for(gate)) as one:
            self.start_stockd(options=("--push-answer-timeout-ms", 60000))
            self.push_to(C, ["A"], one.push())
            self.wait(lambda: one.parallel == 1, "a question")
            self.server.halt()
            self.assertEqual(1, one.parallel, "still unanswered")
            gate.set()
