"""Tokens made, listed and revoked by the operator (§9): good at once, gone at once, shown once."""

from tests.contract import registry
from tests.contract.case import stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, C, FOREIGN, OTHER_BUSINESS, SMALL, WRITER
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd

SHAPE = r"\AACMA:[A-Za-z0-9]{40}:[0-9a-f]{8}\Z"
MOST = 30


class Tokens(OperatorCase):

    def made(self, name, business=BUSINESS, *scopes):
        answer = self.operator.make_token(name, business, *(scopes or ("all-methods",)))
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]

    def listed(self, business):
        answer = self.operator.get("/tokens", businessId=business)
        self.assertEqual(200, answer.status, answer)
        return {row["name"]: row for row in answer.json["result"]["tokens"]}

    def status(self, key, campaign=C, method="POST"):
        body = {"skus": []} if method == "PUT" else None
        return self.send(method, stocks_path(campaign), body, token=key).status

    def test_a_new_key_is_good_at_once(self):
        result = self.made("fresh", BUSINESS, "offers-and-cards-management")
        self.assertRegex(result["apiKey"], SHAPE)
        self.assertEqual(("fresh", BUSINESS, ["offers-and-cards-management"]),
                         (result["name"], result["businessId"], result["scopes"]))
        self.assertEqual(200, self.status(result["apiKey"]))
        self.assertEqual(403, self.status(result["apiKey"], FOREIGN))

    def test_its_scopes_count(self):
        key = self.made("reader", BUSINESS, "all-methods:read-only", "pricing")["apiKey"]
        self.assertEqual(200, self.status(key))
        self.assertEqual(403, self.status(key, method="PUT"))

    def test_it_is_good_after_a_kill(self):
        key = self.made("kept")["apiKey"]
        self.kill()
        self.assertEqual(200, self.status(key))

    def test_no_two_keys_are_alike(self):
        keys = {self.made(f"key {number}", SMALL[0].business)["apiKey"] for number in range(20)}
        self.assertEqual(20, len(keys))

    def test_its_secret_is_shown_once(self):
        key = self.made("secret")["apiKey"]
        for answer in (self.operator.get("/tokens"), self.operator.registry()):
            self.assertNotIn(key.encode(), answer.body)
        self.server.kill()
        for path in (self.server.folder / "data").rglob("*"):
            if path.is_file():
                self.assertNotIn(key.encode(), path.read_bytes(), path)
        self.assertNotIn(key, self.server.stderr_text())
        self.kill()

    def test_a_revoked_key_is_told_so_at_once_and_for_ever(self):
        key = self.made("passing")["apiKey"]
        answer = self.operator.revoke_token("passing", BUSINESS)
        self.assertEqual({"name": "passing", "businessId": BUSINESS, "revoked": True},
                         answer.json["result"])
        self.kill()
        answer = self.send("POST", stocks_path(C), token=key)
        self.assert_refused(answer, 401, "Api-Key token is revoked")
        self.assertEqual(200, self.operator.revoke_token("passing", BUSINESS).status)
        self.assertTrue(self.listed(BUSINESS)["passing"]["revoked"])

    def test_a_file_does_not_bring_back_what_was_revoked(self):
        own = Stockd(registry.build(), *self.options)
        self.addCleanup(own.stop)
        own.start()
        operator = Operator(own)
        self.assertEqual(200, operator.revoke_token("stock writer", BUSINESS).status)
        operator.close()
        own.write_registry({**registry.build(), "businesses": [
            {"id": BUSINESS, "name": "Renamed"}, {"id": OTHER_BUSINESS, "name": "Other Seller"}]})
        own.restart()  # With a file that changed, where the token stands as it was.
        client = Client(own.address)
        answer = client.request("POST", stocks_path(C), {"Api-Key": WRITER})
        client.close()
        self.assert_refused(answer, 401, "Api-Key token is revoked")

    def test_the_list(self):
        self.made("listed", OTHER_BUSINESS, "settings-management", "pricing:read-only")
        rows = self.listed(OTHER_BUSINESS)
        self.assertEqual({"name": "listed", "businessId": OTHER_BUSINESS, "kind": "API_KEY",
                          "scopes": ["pricing:read-only", "settings-management"],
                          "revoked": False}, rows["listed"])
        self.assertEqual({OTHER_BUSINESS}, {row["businessId"] for row in rows.values()})
        self.assertEqual("OAUTH", self.listed(BUSINESS)["old integration"]["kind"])
        everybody = self.operator.get("/tokens").json["result"]["tokens"]
        self.assertGreater(len(everybody), len(rows) + len(self.listed(BUSINESS)))

    def test_names_are_taken_once_in_a_business(self):
        self.made("twin")
        self.assert_refused(self.operator.make_token("twin", BUSINESS, "pricing"), 409,
                            f"Business {BUSINESS} has a token 'twin' already", code="TOKEN_EXISTS")
        self.made("twin", OTHER_BUSINESS)
        self.operator.revoke_token("twin", BUSINESS)
        self.assert_refused(self.operator.make_token("twin", BUSINESS, "pricing"), 409,
                            code="TOKEN_EXISTS")
        self.assertEqual(["all-methods"], self.listed(BUSINESS)["twin"]["scopes"])

    def test_a_business_has_thirty_at_most(self):
        """§9; revoked ones do not count."""
        business = SMALL[1].business
        for number in range(MOST - len(self.listed(business))):
            self.made(f"key {number}", business)
        self.assert_refused(self.operator.make_token("one more", business, "pricing"), 409,
                            f"Business {business} has {MOST} tokens already; revoke one before",
                            code="TOO_MANY_TOKENS")
        self.operator.revoke_token("key 3", business)
        self.made("one more", business)

    def test_what_is_not_there(self):
        self.assert_refused(self.operator.make_token("x", 5, "pricing"), 404,
                            "Business not found '5'")
        self.assert_refused(self.operator.get("/tokens", businessId=5), 404,
                            "Business not found '5'")
        for business, name in ((BUSINESS, "nobody"), (5, "x"), (OTHER_BUSINESS, "full access")):
            self.assert_refused(self.operator.revoke_token(name, business), 404,
                                f"Business '{business}' has no token '{name}'",
                                code="TOKEN_NOT_FOUND")

    def test_bad_bodies(self):
        good = {"name": "bad", "businessId": BUSINESS, "scopes": ["pricing"]}
        around = "name must have no control characters and no spaces around it"
        unknown = "scopes elements must be scopes of Api-Key tokens (rejected value: "
        rows = [
            ([], "Illegal input at '$'"),
            ({**good, "name": None}, "name must not be null (rejected value: null)"),
            ({**good, "name": 5}, "Illegal input at 'name'"),
            ({**good, "name": ""}, "name size must be between 1 and 100 (rejected value: )"),
            ({**good, "name": "x" * 101}, "name size must be between 1 and 100 "),
            ({**good, "name": " x"}, around),
            ({**good, "name": "a\nb"}, around),
            ({**good, "businessId": "1"}, "Illegal input at 'businessId'"),
            ({**good, "businessId": 0}, "businessId must be greater than or equal to 1 "),
            ({**good, "scopes": []}, "scopes size must be between 1 and 14 (rejected size: 0)"),
            ({"name": "bad", "businessId": BUSINESS},
             "scopes size must be between 1 and 14 (rejected size: 0)"),
            ({**good, "scopes": "pricing"}, "Illegal input at 'scopes'"),
            ({**good, "scopes": [None]}, "scopes elements must be not null "),
            ({**good, "scopes": [1]}, "Illegal input at 'scopes[0]'"),
            ({**good, "scopes": ["PRICING"]}, unknown + "PRICING)"),
        ]
        for body, words in rows:
            with self.subTest(body=str(body)[:60]):
                self.assert_refused(self.operator.send("POST", "/tokens", body), 400, starts=words)
        for body, words in (([], "Illegal input at '$'"), ({"name": "x"}, "businessId must not "),
                            ({"businessId": BUSINESS}, "name must not be null "),
                            ({"businessId": BUSINESS, "name": 5}, "Illegal input at 'name'")):
            self.assert_refused(self.operator.send("POST", "/tokens/revoke", body), 400,
                                starts=words)
        self.assert_refused(self.operator.get("/tokens", businessId="x"), 400,
                            "Type mismatch: 'x'")
        self.assertNotIn("bad", self.listed(BUSINESS))

    def test_a_name_of_a_hundred_characters(self):
        name = "я" * 100
        key = self.made(name)["apiKey"]
        self.assertEqual(200, self.status(key))
        self.assertEqual(200, self.operator.revoke_token(name, BUSINESS).status)
