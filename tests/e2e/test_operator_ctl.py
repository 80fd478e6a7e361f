"""The subcommands of an operator: orders, the registry, tokens, and the query log."""

import json
import os
import pathlib
import signal
import stat
import time

from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.demo import BUSINESS, TOKENS, DemoCase

WAIT_S_MAX = 60


class Orders(DemoCase):

    def setUp(self):
        super().setUp()
        path = self.file("stock.csv", "sku,count\nA-1,10\nB;2,1\n")
        self.good(f"push {path} --campaign 10006")

    def make(self, order, *words):
        return self.run_ctl("orders", "make", order, *words, "--campaign", "10006",
                            environment=self.where, token=None)

    def state(self, order):
        row, = self.rows(f"orders show {order} --campaign 10006")
        return row["state"]

    def left(self):
        text = self.good("pull --campaign 10006")
        return {line.split(",")[0].strip('"'): line.split(",")[1:3] for line in
                text.splitlines()[1:]}

    def test_an_order_from_reservation_to_shipment(self):
        ended = self.make("life", "A-1", 2, "B;2", 1, "--output", "json")
        self.assertEqual(0, ended.code, ended)
        order = json.loads(ended.stdout)
        self.assertEqual(("life", 10006, 506, "RESERVED"),
                         tuple(order[name] for name in ("orderId", "campaignId", "warehouseId",
                                                        "state")))
        self.assertEqual([{"sku": "A-1", "count": 2}, {"sku": "B;2", "count": 1}], order["items"])
        held = int(self.left()["A-1"][1])
        again = json.loads(self.make("life", "A-1", 2, "B;2", 1, "--output", "json").stdout)
        self.assertEqual(order, again)
        for action, state in (("pack", "PACKED"), ("ship", "SHIPPED")):
            row, = self.rows(f"orders {action} life --campaign 10006")
            self.assertEqual(state, row["state"])
        self.assertEqual("SHIPPED", self.state("life"))
        self.assertEqual(["8", str(held - 2)], self.left()["A-1"])

    def test_text_is_one_thing_a_line_or_a_row(self):
        self.make("t 1-é", "A-1", 1, "--expires", "2099-01-01T00:00:00+03:00")
        self.make("t2", "A-1", 3)
        text = self.run_ctl("orders", "show", "t 1-é", "--campaign", "10006",
                            environment=self.where, token=None).stdout
        self.assertIn("items      A-1 x 1\n", text)
        self.assertIn("expires    2098-12-31T21:00:00Z\n", text)
        ended = self.ctl("orders cancel t2 none --campaign 10006")
        self.assertEqual(1, ended.code, ended)
        self.assertIn("Order not found 'none'", ended.stderr)
        self.assertEqual(["order  campaign  warehouse  state", "t2        10006        506  CANCE"],
                         [line[:33].strip() for line in ended.stdout.splitlines()])

    def test_a_list_has_the_newest_of_the_states_that_are_wanted(self):
        for number in range(3):
            self.make(f"l{number}", "A-1", 1)
        self.good("orders ship l1 --campaign 10006")
        made = [self.rows(f"orders show l{number} --campaign 10006")[0] for number in range(3)]
        made.sort(key=lambda row: (row["createdAt"].replace("Z", ".000Z")[:23], row["orderId"]),
                  reverse=True)
        self.assertEqual(made, self.rows("orders list --campaign 10006"))
        self.assertEqual(made[:2], self.rows("orders list --campaign 10006 -n 2"))
        self.assertEqual({"l0", "l2"}, {row["orderId"] for row in self.rows(
            "orders list --campaign 10006 --state RESERVED,PACKED")})
        self.assert_refused(self.ctl("orders list --campaign 10006 --state open"), 1, "state")

    def test_what_is_short_is_named(self):
        ended = self.make("short", "A-1", 99, "none", 1)
        self.assert_refused(ended, 1, "Not enough stock", "A-1: 99 wanted, 10 there",
                            "none: 1 wanted, 0 there")
        self.assertEqual("10", self.left()["A-1"][0])

    def test_wrong_steps_are_refused(self):
        self.make("steps", "A-1", 1)
        self.good("orders cancel steps --campaign 10006")
        self.assert_refused(self.ctl("orders ship steps --campaign 10006"), 1, "refused")
        self.assert_refused(self.make("steps", "A-1", 2), 1, "refused")

    def test_wrong_words_say_what_is_wrong(self):
        cases = ((("1", "A-1"), "ORDER SKU COUNT"), (("1", "A-1", "0"), "not '0'"),
                 (("1", "A-1", "x"), "the count behind 'A-1' takes a number from 1"),
                 (("1", "A-1", "1", "B"), "a count is missing behind the SKU 'B'"),
                 (("1", "A-1", "1", "--expires", "soon"), "--expires takes 2026-12-31T12:00:00Z"))
        for words, said in cases:
            with self.subTest(words=words):
                self.assert_refused(self.make(*words), 2, said)

    def test_who_is_not_the_operator_learns_why(self):
        for environment, said in (({"STOCKCTL_OPERATOR_TOKEN": "wrong"}, "operator.token"),
                                  ({"STOCKCTL_OPERATOR_URL": self.where["STOCKCTL_URL"]},
                                   "--operator-url")):
            ended = self.ctl("orders show 1 --campaign 10006", environment=environment)
            self.assert_refused(ended, 4, said)
        self.assert_refused(self.ctl("orders show 1 --campaign 1"), 1, "Campaign not found")
        ended = self.run_ctl("requests", token=None)
        self.assert_refused(ended, 2, "--operator-token-file", "STOCKCTL_OPERATOR_TOKEN")


class Registry(DemoCase):

    def test_all_entries_are_rows_and_the_document_goes_round(self):
        rows = self.table("registry show")
        kinds = [row["kind"] for row in rows]
        self.assertEqual({"business": 2, "campaign": 7, "group": 1, "warehouse": 6,
                          "market warehouse": 3, "token": 7},
                         {kind: kinds.count(kind) for kind in kinds})
        self.assertIn({"kind": "warehouse", "id": "507", "name": "Arbat express",
                       "of": "campaign 10007", "note": "express"}, rows)
        text = self.good("registry show --output json")
        self.assertEqual(1, text.count("\n"))
        path = self.file("registry.json", text)
        self.assertEqual([], self.rows(f"registry diff {path}"))
        self.assertEqual([{"changed": False, "moves": 0}], self.rows(f"registry apply {path}"))
        for secret in TOKENS.values():
            self.assertNotIn(secret, text)

    def test_bad_documents_are_told(self):
        cases = ((b"", 2, "nothing is there"), (b"{", 2, ":1:"), (b"[]", 2, "no registry document"),
                 (b'{"campaigns":[{"id":0}]}', 1, "campaigns[0].id"),
                 (b'{"campaigns":[{"id":99,"businessId":98,"domain":"x","placementType":"FBS"}]}',
                  1, "98"),
                 (b" " * (4 * 1024 * 1024 + 1), 2, "larger than 4 MiB"))
        for content, code, said in cases:
            path = self.file("bad.json", content)
            with self.subTest(said=said):
                self.assert_refused(self.ctl(f"registry apply {path}"), code, said)
        path = self.file("bad.json", b'{"campaigns":[{"id":0}]}')
        self.assert_refused(self.ctl(f"registry diff {path}"), 2, f"{path}: campaigns[0].id")
        self.assert_refused(self.ctl("registry apply /none"), 2, "cannot open /none")
        self.assert_refused(self.ctl(f"registry apply {self.folder}"), 2, "cannot read")


class Change(DemoCase):

    def test_a_change_is_shown_before_and_made_after(self):
        document = {
            "businesses": [{"id": 5, "name": "New"}, {"id": 861370, "name": "Demo Trade"}],
            "campaigns": [{"id": 50, "businessId": 5, "domain": "New store",
                           "placementType": "FBS"},
                          {"id": 20001, "businessId": 900001, "domain": "Renamed",
                           "placementType": "FBS"}],
            "warehouses": [{"id": 550, "campaignId": 50, "name": "Its own"},
                           {"id": 507, "campaignId": 10007, "name": "Arbat express",
                            "express": True}],
            "tokens": [{"name": "viewer", "businessId": 861370,
                        "scopes": ["all-methods:read-only"], "apiKey": TOKENS["viewer"]}],
            "remove": {"tokens": [{"name": "prices only", "businessId": 861370}],
                       "warehouses": [508], "campaigns": [10008]}}
        path = self.file("change.json", json.dumps(document))
        self.good("warehouse off --campaign 10007")  # Not told in the document: it stays off.
        found = {(row["change"], row["kind"], row.get("id", row["name"]))
                 for row in self.rows(f"registry diff {path}")}
        self.assertEqual({("new", "business", 5), ("new", "campaign", 50),
                          ("new", "warehouse", 550), ("changed", "campaign", 20001),
                          ("removed", "campaign", 10008), ("removed", "warehouse", 508),
                          ("removed", "token", "prices only")}, found)
        ended = self.ctl("registry apply -", stdin=pathlib.Path(path).read_bytes())
        self.assertEqual(0, ended.code, ended)
        self.assertIn("changed                  yes\n", ended.stdout)
        self.assertEqual([], self.rows(f"registry diff {path}"))
        self.assertEqual(["Renamed"], [row["domain"] for row in
                                       self.rows("campaigns", token="other seller")])


class Tokens(DemoCase):

    def test_a_token_from_its_making_to_its_end(self):
        path = self.folder / "token"
        row, = self.rows(f"tokens create sync --business {BUSINESS} --scopes "
                         f"offers-and-cards-management,pricing -o {path}")
        self.assertEqual({"name": "sync", "businessId": 861370, "file": str(path)}, row)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode))
        found, = [row for row in self.rows("tokens list") if row["name"] == "sync"]
        self.assertEqual({"businessId": 861370, "name": "sync", "kind": "API_KEY",
                          "revoked": False,
                          "scopes": ["pricing", "offers-and-cards-management"]}, found)
        told = self.run_ctl("token", "--token-file", path, environment=self.where, token=None)
        self.assertIn("may send stock, hide, unhide       yes", told.stdout)
        self.good(f"tokens revoke sync --business {BUSINESS}")
        ended = self.run_ctl("token", "--token-file", path, environment=self.where, token=None)
        self.assert_refused(ended, 4, "revoked")

    def test_without_a_file_the_key_is_shown_once(self):
        row, = self.rows(f"tokens create shown --business {BUSINESS} --scopes all-methods")
        told = self.run_ctl("token", environment=self.where, token=row["apiKey"])
        self.assertIn("shown", told.stdout)
        self.assertNotIn(row["apiKey"], self.good("tokens list"))

    def test_refusals(self):
        create = f"tokens create full-access --business {BUSINESS} --scopes"
        self.assert_refused(self.ctl(f"{create} nonsense"), 1, "nonsense")
        self.good(f"{create} pricing")
        self.assert_refused(self.ctl(f"{create} pricing"), 1, "refused")
        self.assert_refused(self.ctl("tokens revoke none --business 900001"), 1, "none")
        self.assert_refused(self.ctl("tokens list --business 5"), 1, "Business not found")

    def test_a_file_that_is_there_is_not_overwritten(self):
        path = self.file("token", "mine")
        ended = self.ctl(f"tokens create over --business {BUSINESS} --scopes pricing -o {path}")
        self.assert_refused(ended, 2, "File exists")
        self.assertEqual("mine", pathlib.Path(path).read_text(encoding="utf-8"))
        self.assertNotIn("over", [row["name"] for row in self.rows("tokens list")])

    def test_a_lost_answer_is_not_asked_for_again(self):
        path = self.folder / "token"
        with Crooked({1: crooked.hang_up}) as server:
            ended = self.ctl(f"tokens create lost --business {BUSINESS} --scopes pricing -o {path}"
                             f" --operator-url {server.url}")
        self.assert_refused(ended, 3)
        self.assertEqual(1, len(server.requests))
        self.assertFalse(path.exists())


class Changes(DemoCase):

    def setUp(self):
        super().setUp()
        path = self.file("stock.csv", "sku,count\nA-1,10\n")
        self.good(f"push {path} --campaign 10006")

    def test_a_history_has_its_causes_and_leads_to_its_requests(self):
        self.good("hide A-1 --campaign 10006")
        self.good("orders make changed A-1 2 --campaign 10006")
        rows = self.rows("changes A-1 --campaign 10006")
        self.assertEqual(["RESERVE", "MARK", "WRITE"], [row["kind"] for row in rows])
        self.assertEqual(("changed", 2, "operator"), tuple(
            rows[0][name] for name in ("orderId", "count", "token")))
        self.assertEqual((["HIDDEN"], "API"), (rows[1]["set"], rows[1]["source"]))
        entry, = self.rows(f"requests --id {rows[1]['requestId']}")
        self.assertEqual("/v2/campaigns/10006/hidden-offers", entry["path"])
        self.assertEqual(rows, self.rows("changes A-1 --campaign 10006 --warehouse 506"))
        self.assertEqual(rows[:1], self.rows("changes A-1 --campaign 10006 -n 1"))
        self.assertEqual([], self.rows("changes A-1 --campaign 10006 --to 2020-01-01T00:00:00Z"))
        self.assertIn("HIDDEN", self.good("changes A-1 --campaign 10006"))
        self.assertEqual([], self.rows("changes none --campaign 10006"))
        self.assert_refused(self.ctl("changes A-1 --campaign 10006 --from soon"), 1, "soon")


class Requests(DemoCase):

    def eventually(self, question):
        """The log is written once a second."""
        deadline = time.monotonic() + WAIT_S_MAX
        while time.monotonic() < deadline:
            found = question()
            if found:
                return found
        return self.fail("never")

    def test_filters_and_forms(self):
        self.good("hide A --campaign 10003")
        self.ctl("hide A --campaign 10004", token="viewer")
        rows = self.eventually(lambda: self.rows("requests --status 403 --campaign 10004"))
        self.assertEqual(1, len(rows))
        row = rows[0]
        self.assertEqual(("POST", "/v2/campaigns/10004/hidden-offers", 10004, "viewer", 403),
                         tuple(row[name] for name in ("method", "path", "campaignId", "tokenName",
                                                      "status")))
        self.assertRegex(row["caller"], r"^stockctl/\d")
        self.assertIn("scopes", row["errors"][0])
        self.assertEqual(rows, self.rows(f"requests --id {row['id']}"))
        self.assertEqual([], self.rows("requests --method PUT --status 4xx"))
        self.assertEqual([], self.rows("requests --from 2099-01-01T00:00:00Z"))
        self.assertEqual(1, len(self.rows("requests --limit 1 --to 2099-01-01T00:00:00Z")))
        self.assertIn("/v2/campaigns/10004/hidden-offers", self.good("requests --status 4xx"))
        self.assert_refused(self.ctl("requests --status nonsense"), 1, "status")

    def test_following_shows_what_comes_the_oldest_first(self):
        self.good("hide before --campaign 10006")
        self.eventually(lambda: self.rows("requests --campaign 10006"))
        process = self.start("requests", "--campaign", "10006", "--follow", "--output", "json",
                             environment=self.where, token=None)
        first = json.loads(process.stdout.readline())
        self.assertEqual("/v2/campaigns/10006/hidden-offers", first["path"])
        self.good("unhide before --campaign 10006")
        second = json.loads(process.stdout.readline())
        self.assertEqual("/v2/campaigns/10006/hidden-offers/delete", second["path"])
        self.good("hidden --campaign 10006")
        third = json.loads(process.stdout.readline())
        self.assertEqual("GET", third["method"])
        process.send_signal(signal.SIGINT)
        ended = self.finish(process)
        self.assertEqual((130, ""), (ended.code, ended.stdout), ended)
