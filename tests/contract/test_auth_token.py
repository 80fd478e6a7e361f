"""POST auth/token (CONTRACT §7), C39."""

from tests.contract.case import StockdCase
from tests.contract.registry import (FULL, INVENTORY_VIEWER, NO_SCOPES, OAUTH, PRICES, REVOKED,
                                     STOCK_VIEWER, VIEWER, WRITER)

PATH = "/v2/auth/token"


class AuthToken(StockdCase):

    def test_name_and_scopes(self):
        for token, name, scope in (
                (FULL, "full access", "ALL_METHODS"),
                (WRITER, "stock writer", "OFFERS_AND_CARDS_MANAGEMENT"),
                (VIEWER, "viewer", "ALL_METHODS_READ_ONLY"),
                (STOCK_VIEWER, "stock viewer", "OFFERS_AND_CARDS_MANAGEMENT_READ_ONLY"),
                (INVENTORY_VIEWER, "inventory viewer", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY"),
                (PRICES, "prices only", "PRICING")):
            with self.subTest(name=name):
                answer = self.send("POST", PATH, token=token)
                self.assertEqual(200, answer.status, answer)
                self.assertEqual({"status": "OK", "result": {
                    "apiKey": {"name": name, "authScopes": [scope]}}}, answer.json)

    def test_all_forms_of_the_path(self):
        for path in ("/v2/auth/token", "/auth/token", "/v2/auth/token.json", "/auth/token.json"):
            self.assertEqual(200, self.send("POST", path).status)
        self.assert_refused(self.send("POST", "/v3/auth/token"), 404)

    def test_an_oauth_token_is_not_enough(self):
        """C39."""
        answer = self.send("POST", PATH, token=None, headers={"Authorization": f"Bearer {OAUTH}"})
        self.assert_refused(answer, 401, "Api-Key token is not specified")

    def test_with_both_the_api_key_decides(self):
        """C44."""
        answer = self.send("POST", PATH, headers={"Authorization": f"Bearer {OAUTH}"})
        self.assertEqual("full access", answer.json["result"]["apiKey"]["name"])

    def test_bad_credentials(self):
        self.assert_refused(self.send("POST", PATH, token=None), 401,
                            "Credentials are not specified")
        self.assert_refused(self.send("POST", PATH, token="nobody's"), 401,
                            "Api-Key token is invalid")
        self.assert_refused(self.send("POST", PATH, token=REVOKED), 401,
                            "Api-Key token is revoked")
        answer = self.send("POST", PATH, token=None, headers={"Authorization": "Bearer nobody's"})
        self.assert_refused(answer, 403, "OAuth token is invalid")
        self.assert_refused(self.send("POST", PATH, token=NO_SCOPES), 403, starts="Token does not")

    def test_a_body_is_not_looked_at(self):
        for body in (b"{", b"", b"[]", b"\xff"):
            self.assertEqual(200, self.send("POST", PATH, body).status)

    def test_other_verbs(self):
        answer = self.send("GET", PATH)
        self.assert_refused(answer, 405, "Request method 'GET' not supported")
        self.assertEqual("POST", answer.header("Allow"))


class AuthTokenOfEdition2026(AuthToken):
    options = ("--no-limits", "--edition", "2026")
