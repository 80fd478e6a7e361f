"""The subcommands of a seller beside push and pull, against a stockd with the demo's registry."""

import json
import urllib.parse

from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CtlCase
from tests.e2e.demo import TOKENS, DemoCase

NASTY = ['a,b', 'a"b', '"quoted"', "a\tb", "Чайник 1,5 л", "0557722", "557722", "漢字"]


class Stores(DemoCase):

    def test_campaigns_are_rows_in_three_forms(self):
        rows = self.rows("campaigns")
        self.assertEqual([10003, 10004, 10005, 10006, 10007, 10008], [row["id"] for row in rows])
        self.assertEqual({"id": 10003, "domain": "Moscow store", "placementType": "FBS",
                          "apiAvailability": "AVAILABLE", "businessId": 861370,
                          "businessName": "Demo Trade"}, rows[0])
        self.assertEqual([{name: str(value) for name, value in row.items()} for row in rows],
                         self.table("campaigns"))
        lines = self.good("campaigns").splitlines()
        self.assertEqual(7, len(lines))
        self.assertEqual("   10003  Moscow store    FBS    AVAILABLE                 "
                         "861370  Demo Trade", lines[1])

    def test_another_token_sees_other_stores(self):
        self.assertEqual([20001], [row["id"] for row in self.rows("campaigns",
                                                                  token="other seller")])

    def test_warehouses_show_groups_and_switches(self):
        rows = {row["id"]: row for row in self.rows("warehouses")}
        self.assertEqual({501, 502, 506, 507, 508}, set(rows))
        self.assertEqual({"id": 501, "name": "Tverskaya", "campaignId": 10003, "express": False,
                          "groupId": 77, "groupName": "MSK", "enabled": True, "city": "Moscow"},
                         rows[501])
        self.assertEqual({"id": 507, "name": "Arbat express", "campaignId": 10007,
                          "express": True, "enabled": True}, rows[507])
        self.assertEqual(list(rows), [row["id"] for row in
                                      self.rows("warehouses --business 861370")])
        self.assertIn("MSK", self.good("warehouses"))

    def test_warehouses_of_the_market(self):
        self.assertEqual([("147", "Sofyino"), ("172", "Tomilino"), ("300", "Market returns")],
                         [(row["id"], row["name"]) for row in self.table("warehouses --market")])

    def test_a_warehouse_is_switched_off_and_on(self):
        def is_on():
            return {row["id"]: row["enabled"] for row in self.rows("warehouses")}[506]

        self.assertEqual([{"campaignId": 10006, "enabled": False}],
                         self.rows("warehouse off --campaign 10006"))
        self.assertFalse(is_on())
        self.assertEqual([{"campaignId": 10006, "enabled": True}],
                         self.rows("warehouse on --campaign 10006"))
        self.assertTrue(is_on())

    def test_who_may_not_see_warehouses_learns_why(self):
        self.assert_refused(self.ctl("warehouses", token="stock writer"), 4, "scope")
        self.assert_refused(self.ctl("warehouses --business 900001"), 4, "Access denied")
        self.assert_refused(self.ctl("warehouse off --campaign 10003", token="viewer"), 4, "scope")
        self.assert_refused(self.ctl("warehouse off --campaign 1"), 4, "Campaign not found")


class Token(DemoCase):

    def test_what_each_token_may_do(self):
        cases = {"full access": ("all-methods", True, True, True, True),
                 "stock writer": ("offers-and-cards-management", True, True, False, False),
                 "viewer": ("all-methods:read-only", True, False, True, False),
                 "prices only": ("pricing", False, False, False, False)}
        for name, (scope, *may) in cases.items():
            row, = self.rows("token", token=name)
            self.assertEqual([name, [scope], *may], list(row.values()))

    def test_text_is_one_thing_a_line_and_no_secret(self):
        text = self.good("token", token="viewer")
        self.assertIn("scopes                             all-methods:read-only\n", text)
        self.assertNotIn(TOKENS["viewer"], text)

    def test_revoked_and_oauth_are_told(self):
        self.assert_refused(self.ctl("token", token="revoked"), 4, "revoked", "check the token")
        self.assert_refused(self.ctl("token --auth oauth", token="old integration"), 4,
                            "Api-Key token is not specified")


class Hidden(DemoCase):

    def hidden(self, campaign):
        return [row["sku"] for row in self.rows(f"hidden --campaign {campaign}")]

    def test_hide_list_unhide(self):
        ended = self.ctl("hide A-1 0557722 A-1 --campaign 10003")
        self.assertEqual(0, ended.code, ended)
        self.assert_totals(ended, sent=2, refused=0, bad=0)
        self.assertEqual(["A-1", "0557722"], self.hidden(10003))
        self.assertEqual("SKU\nA-1\n0557722\n", self.good("hidden --campaign 10003"))
        self.assertEqual("sku\nA-1\n", self.good("hidden --campaign 10003 -n 1 --output csv"))
        self.good("hide A-1 --campaign 10003")
        self.good("unhide A-1 not-hidden --campaign 10003")
        self.assertEqual(["0557722"], self.hidden(10003))
        self.assertEqual([], self.hidden(10004))

    def test_what_is_listed_can_be_given_back(self):
        path = self.file("skus.txt", "sku\n" + "".join(
            '"' + sku.replace('"', '""') + '"\n' for sku in NASTY))
        totals, = self.rows(f"hide --campaign 10006 --file {path}")
        self.assertEqual((len(NASTY), 0, 0), (totals["sent"], totals["refused"], totals["bad"]))
        listed = self.good("hidden --campaign 10006 --output csv")
        self.assertEqual(NASTY, self.hidden(10006))
        ended = self.ctl("unhide --campaign 10006 --file -", stdin=listed.encode())
        self.assert_totals(ended, sent=len(NASTY), refused=0, bad=0)
        self.assertEqual([], self.hidden(10006))

    def test_a_long_list_takes_several_requests_and_pages(self):
        skus = [f"sku-{index}" for index in range(1201)]
        path = self.file("skus.csv", "\ufeff" + "\r\n".join(["SKU"] + skus) + "\r\n\r\n")
        self.assert_totals(self.ctl(f"hide --campaign 10007 --file {path}"), sent=1201)
        self.assertEqual(skus, self.hidden(10007))
        self.assertEqual(skus[:700], [row["sku"] for row in
                                      self.rows("hidden --campaign 10007 --limit 700")])

    def test_bad_skus_are_named_and_the_others_sent(self):
        skus = ["good", "x" * 256, "\x7f", "be\x1bll", "fine"]
        path = self.file("skus.csv", "name,sku\n" + "".join(f"n,{sku}\n" for sku in skus))
        ended = self.ctl(f"hide --campaign 10005 --file {path}")
        self.assertEqual(1, ended.code, ended)
        self.assert_totals(ended, sent=2, bad=3)
        for line in (3, 4, 5):
            self.assertIn(f"{path}:{line}: '", ended.stderr)
        self.assertNotIn("\x1b", ended.stderr)
        self.assertEqual(["good", "fine"], self.hidden(10005))

    def test_who_is_not_allowed_learns_why(self):
        self.assertEqual(4, self.ctl("hide A --campaign 10003", token="viewer").code)
        self.assert_refused(self.ctl("hidden --campaign 20001"), 4, "Access denied")
        self.assertEqual([], self.rows("hidden --campaign 10004", token="viewer"))


class Answers(CtlCase):
    """Servers that are not what they should be."""

    def ctl(self, server, *words):
        return self.run_ctl(*words, "--url", server.url, "--retries", "1")

    def test_each_request_signs_itself_and_asks_what_it_should(self):
        def campaigns(handler, _):
            page = int(urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)["page"][0])
            handler.answer(200, {"campaigns": [{"id": page, "domain": "x"}],
                                 "pager": {"pagesCount": 3, "currentPage": page}})

        with Crooked({1: campaigns, 2: campaigns, 3: campaigns}, gets=True) as server:
            ended = self.ctl(server, "campaigns", "--output", "json")
        self.assertEqual(0, ended.code, ended)
        self.assertEqual([1, 2, 3], [json.loads(line)["id"] for line in ended.stdout.splitlines()])
        for request in server.requests:
            self.assertEqual("GET", request.method)
            self.assertRegex(request.headers["X-Market-Integration"], r"^stockctl/\d")
            self.assertIn("Api-Key", request.headers)

    def test_pages_by_tokens_are_followed_too(self):
        first = crooked.say(200, b'{"campaigns":[{"id":1}],"paging":{"nextPageToken":"+/="}}')
        last = crooked.say(200, b'{"campaigns":[{"id":2}],"paging":{}}')
        with Crooked({1: first, 2: last}, gets=True) as server:
            ended = self.ctl(server, "campaigns", "--output", "csv")
        self.assertEqual("id,domain,placementType,apiAvailability,businessId,businessName\n"
                         "1,,,,0,\n2,,,,0,\n", ended.stdout)
        self.assertIn("page_token=%2B%2F%3D", server.requests[1].path)

    def test_what_is_not_the_api_is_told(self):
        for words in (("campaigns",), ("warehouses",), ("warehouses", "--market"), ("token",),
                      ("hidden", "--campaign", "1"), ("warehouse", "on", "--campaign", "1")):
            for data in (b"<html>", b"[]", b"{}", b'{"campaigns":[{}]}', b'{"result":{}}'):
                with self.subTest(words=words, data=data):
                    with Crooked({1: crooked.say(200, data)}, gets=True) as server:
                        ended = self.ctl(server, *words)
                    self.assertEqual(3, ended.code, ended)
                    self.assertIn("is not the API", ended.stderr)

    def test_a_busy_server_is_asked_again(self):
        with Crooked({1: crooked.refuse(503, "", {"Retry-After": "0"}), 2: crooked.hang_up,
                      3: crooked.say(200, b'{"status":"OK"}')}) as server:
            ended = self.run_ctl("hide", "A", "--campaign", "1", "--url", server.url)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual(3, len(server.requests))
        self.assertEqual(1, len({request.body for request in server.requests}))
