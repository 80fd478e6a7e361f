"""The query log of the operator API: what finished requests of the public API left behind,
newest first, filtered, in pages, kept; and no secret in it."""

import json
import subprocess
from urllib.parse import quote

from tests.contract.case import body_of, milliseconds, one, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, C, D, FULL, OAUTH, OTHER, VIEWER
from tests.harness.stockd import binary


class Requests(OperatorCase):

    def requests(self, **query):
        answer = self.operator.get("/requests", **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]["requests"]

    def pages(self, **query):
        """Returns all entries, page by page."""
        found, token = [], None
        while True:
            more = {"page_token": token} if token else {}
            result = self.operator.get("/requests", **query, **more).json["result"]
            found += result["requests"]
            token = result["paging"].get("nextPageToken")
            if token is None:
                return found

    def newest(self):
        return self.requests(limit=1)[0]

    def test_an_entry_tells_what_happened(self):
        body = body_of(one("a", 5))
        answer = self.put(body, headers={"User-Agent": "shop/1.0"})
        entry = self.newest()
        self.assertEqual(
            ("PUT", stocks_path(self.campaign), self.campaign, BUSINESS, "full access", 200,
             len(json.dumps(body, ensure_ascii=False)), len(answer.body), "shop/1.0"),
            tuple(entry[name] for name in ("method", "path", "campaignId", "businessId",
                                           "tokenName", "status", "requestBytes", "replyBytes",
                                           "caller")))
        self.assertGreater(entry["tookMicroseconds"], 0)
        milliseconds(entry["receivedAt"])
        self.assertNotIn("errors", entry)

    def test_one_is_found_by_its_id(self):
        mine = self.new_campaign()
        for number in range(5):
            self.post(campaign=mine, query={"mark": number})
        entries = self.requests(campaignId=mine)
        self.assertEqual(5, len({entry["id"] for entry in entries}))
        for entry in entries:
            self.assertEqual([entry], self.pages(id=entry["id"]))
            self.assertEqual(milliseconds(entry["receivedAt"]), int(entry["id"], 16) >> 20)
        self.assertEqual([], self.pages(id=entries[0]["id"], campaignId=C))
        self.assertEqual([], self.pages(id=entries[0]["id"], to="2020-01-01T00:00:00Z"))
        self.assertEqual([], self.pages(id=f"{int(entries[0]['id'], 16) - (1 << 40):016x}"))

    def test_error_texts_are_in_it(self):
        self.put({"skus": []})
        self.assertEqual([{"code": "BAD_REQUEST",
                           "message": "skus size must be between 1 and 2000 (rejected size: 0)"}],
                         self.newest()["errors"])

    def test_who_is_not_let_in_is_found_by_the_campaign_too(self):
        mine = self.new_campaign()
        self.post(campaign=mine, token="ACMA:nobody")
        self.post(campaign=mine, token=OTHER)
        self.assertEqual([403, 401],
                         [entry["status"] for entry in self.requests(campaignId=mine)])
        self.assertNotIn(b"nobody", self.operator.get("/requests", campaignId=mine).body)

    def test_newest_first(self):
        skus = [f"order-{number}" for number in range(5)]
        for sku in skus:
            self.post(query={"limit": "1", "mark": sku})
        paths = [entry["path"] for entry in self.requests(limit=5)]
        self.assertEqual([sku for sku in reversed(skus)],
                         [path.rsplit("=", 1)[1] for path in paths])

    def test_filters(self):
        mine = self.new_campaign()
        self.put(body_of(one("a", 1)), mine)
        self.put({"skus": []}, mine)
        self.post(campaign=mine)
        self.post(campaign=mine, token=VIEWER)
        self.post(campaign=mine, query={"limit": "x"})
        for query, expected in (({}, 5), ({"status": "2xx"}, 3), ({"status": "4xx"}, 2),
                                ({"status": "5xx"}, 0), ({"status": "400"}, 2),
                                ({"status": "401"}, 0), ({"status": "403"}, 0),
                                ({"method": "PUT"}, 2), ({"method": "POST"}, 3),
                                ({"method": "put"}, 0), ({"method": "PUT", "status": "2xx"}, 1)):
            with self.subTest(query=query):
                found = self.requests(campaignId=mine, **query)
                self.assertEqual(expected, len(found), found)

    def test_time(self):
        mine = self.new_campaign()
        for _ in range(3):
            self.post(campaign=mine)
        times = [entry["receivedAt"] for entry in reversed(self.requests(campaignId=mine))]
        self.assertEqual(3, len(self.requests(campaignId=mine, **{"from": times[0]})))
        self.assertEqual([], self.requests(campaignId=mine, to=times[0]))
        self.assertEqual([], self.requests(campaignId=mine, to="2020-01-01T00:00:00Z"))
        self.assertEqual(3, len(self.requests(campaignId=mine, **{
            "from": "2020-01-01T00:00:00+03:00", "to": "2999-01-01T00:00:00Z"})))

    def test_pages(self):
        mine = self.new_campaign()
        for number in range(25):
            self.post(campaign=mine, query={"mark": number})
        whole = self.requests(campaignId=mine, limit=500)
        self.assertEqual(25, len(whole))
        self.assertEqual(whole, self.pages(campaignId=mine, limit=10))
        self.assertEqual(whole, self.pages(campaignId=mine, limit=1))

    def test_pages_do_not_shift(self):
        mine = self.new_campaign()
        for number in range(6):
            self.post(campaign=mine, query={"mark": number})
        first = self.operator.get("/requests", campaignId=mine, limit=3).json["result"]
        self.post(campaign=mine, query={"mark": "late"})
        second = self.requests(campaignId=mine, limit=3,
                               page_token=first["paging"]["nextPageToken"])
        marks = [entry["path"].rsplit("=", 1)[1] for entry in first["requests"] + second]
        self.assertEqual(["5", "4", "3", "2", "1", "0"], marks)

    def test_a_token_goes_with_its_filters(self):
        for _ in range(3):
            self.post()
        token = self.operator.get("/requests", campaignId=self.campaign, limit=1).json["result"][
            "paging"]["nextPageToken"]
        for query in ({}, {"campaignId": C}, {"campaignId": self.campaign, "method": "PUT"},
                      {"campaignId": self.campaign, "status": "2xx"}):
            self.assert_refused(self.operator.get("/requests", page_token=token, **query), 400,
                                "Bad page token")
        for wrong in ("%%%", "e30", token[:-2]):
            self.assert_refused(self.operator.get("/requests", campaignId=self.campaign,
                                                  page_token=wrong), 400, "Bad page token")

    def test_bad_parameters(self):
        for query, words in (
                ({"limit": 0}, "Parameter limit must be greater than or equal to 1 "
                               "(rejected value: 0)"),
                ({"limit": 501}, "Parameter limit must be less than or equal to 500 "
                                 "(rejected value: 501)"),
                ({"limit": "x"}, "Type mismatch: 'x'"),
                ({"campaignId": 0}, "Parameter campaignId must be greater than or equal to 1 "
                                    "(rejected value: 0)"),
                ({"from": "yesterday"}, "Type mismatch: 'yesterday'"),
                ({"id": "18CC251F47B00000"}, "Parameter id must be 16 hexadecimal digits "
                                             "(rejected value: 18CC251F47B00000)"),
                ({"id": ""}, "Parameter id must be 16 hexadecimal digits (rejected value: )"),
                ({"to": "2020-01-01"}, "Type mismatch: '2020-01-01'"),
                ({"status": "6xx"}, "Parameter status must be a class such as 4xx or a number of "
                                    "three digits (rejected value: 6xx)"),
                ({"status": "20"}, "Parameter status must be "),
                ({"status": "abc"}, "Parameter status must be "),
                ({"status": ""}, "Parameter status must be ")):
            with self.subTest(query=query):
                self.assert_refused(self.operator.get("/requests", **query), 400, starts=words)

    def test_no_secret_and_no_body_is_in_it(self):
        body_text = "a-sku-that-is-nowhere-else"
        self.put(body_of(one(body_text, 5)))
        self.put({"skus": []}, token=OTHER)
        self.send("POST", stocks_path(D), token=None, headers={"Authorization": f"Bearer {OAUTH}"})
        self.post(query={"auth-token": "hush", "api_key": "hush", "mark": "shown"})
        text = self.operator.get("/requests", limit=500).body.decode("utf-8")
        self.assertIn("mark=shown", text)
        self.restart()  # What gathered in memory is written.
        for path in (self.server.folder / "data" / "requests").iterdir():
            text += path.read_text(encoding="utf-8")
        for secret in (FULL, OTHER, OAUTH, "hush", body_text, self.server.operator_token()):
            self.assertNotIn(secret, text)

    def test_the_operators_own_requests_are_not_in_it(self):
        self.operator.get("/push")
        self.assertEqual([], [entry for entry in self.requests(limit=500)
                              if entry["path"].startswith("/api/")])

    def test_it_is_there_after_a_restart(self):
        mine = self.new_campaign()
        self.post(campaign=mine, query={"mark": quote("before")})
        before = self.requests(campaignId=mine)
        self.restart()
        self.assertEqual(before, self.requests(campaignId=mine))
        self.post(campaign=mine, query={"mark": "after"})
        after = self.requests(campaignId=mine)
        self.assertEqual(before, after[1:])
        self.assertTrue(after[0]["path"].endswith("mark=after"))


class NoLog(OperatorCase):
    options = ("--no-limits", "--request-log-mb", "0")

    def test_there_is_none_where_nobody_wants_it(self):
        self.post()
        self.assert_refused(self.operator.get("/requests"), 404,
                            "No query log is kept: --request-log-mb is 0")
        self.assertFalse((self.server.folder / "data" / "requests").exists())

    def test_one_that_is_too_small_is_refused(self):
        done = subprocess.run([binary(), "--request-log-mb", "15"], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual((2, "stockd: --request-log-mb takes 0 or a number from 16 on, not 15\n"),
                         (done.returncode, done.stderr))
