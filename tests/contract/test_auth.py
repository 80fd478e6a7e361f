"""Authorization (CONTRACT §9): Api-Key, OAuth, scopes, C43 to C45."""

from tests.contract.case import StockdCase, body_of, one
from tests.contract.registry import (FOREIGN, FULL, OAUTH, OTHER, PRICES, READ_SCOPES, REVOKED,
                                     STOCK_VIEWER, VIEWER, WRITE_SCOPES, WRITER)

NO_SCOPE = "Token does not have any of the scopes to access the API method: "


class AuthCase(StockdCase):

    def with_headers(self, **headers):
        """A PUT that only the authorization can spoil."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.put(body_of(one("A", 1)), token=None, headers=fields)

    def assert_unauthorized(self, message, **headers):
        self.assert_refused(self.with_headers(**headers), 401, message)


class ApiKey(AuthCase):

    def test_both_writing_scopes_may_put(self):
        for token in (FULL, WRITER):
            with self.subTest(token=token):
                self.assert_ok(self.with_headers(Api_Key=token))

    def test_reading_scopes_may_post_but_not_put(self):
        for token in (VIEWER, STOCK_VIEWER):
            with self.subTest(token=token):
                self.assertEqual(200, self.post({}, token=token).status)
                self.assert_refused(self.with_headers(Api_Key=token), 403, starts=NO_SCOPE)

    def test_another_scope_may_neither(self):
        self.assert_refused(self.with_headers(Api_Key=PRICES), 403, starts=NO_SCOPE)
        self.assert_refused(self.post({}, token=PRICES), 403, starts=NO_SCOPE)

    def test_the_missing_scope_text_lists_the_fitting_ones(self):
        """C45: after a colon, comma-separated."""
        for answer, scopes in ((self.with_headers(Api_Key=PRICES), WRITE_SCOPES),
                               (self.post({}, token=PRICES), READ_SCOPES)):
            with self.subTest(scopes=scopes):
                self.assert_refused(answer, 403, starts=NO_SCOPE)
                listed = [name.strip() for name in answer.message[len(NO_SCOPE):].split(",")]
                self.assertEqual(len(scopes), len(listed))
                self.assertEqual(scopes, set(listed))

    def test_a_token_is_bound_to_its_business(self):
        """Every token sees its own campaigns and no others."""
        body = body_of(one("A", 1))
        self.assert_ok(self.put(body, FOREIGN, token=OTHER))
        self.assert_refused(self.put(body, token=OTHER), 403, "Access denied")
        self.assert_refused(self.put(body, FOREIGN, token=FULL), 403, "Access denied")

    def test_no_credentials_at_all(self):
        self.assert_unauthorized("Credentials are not specified")

    def test_an_empty_api_key(self):
        self.assert_unauthorized("Credentials are not specified", Api_Key="")

    def test_an_unknown_api_key_of_any_shape_is_invalid(self):
        """C43: a self-hosted service knows tokens of any shape."""
        sample = "ACMA:I4c4CxCSYaI41RSC2uYWP2qj3Rhhm4knMiBEga5K:151c0664"  # The documentation's.
        for token in ("x", "ACMA:", FULL[:-1], FULL + "0", FULL.lower(), "B" + FULL[1:], sample,
                      "a" * 2000, "\xff\xfe", f"Bearer {FULL}", f'"{FULL}"', f"{FULL},{FULL}"):
            with self.subTest(token=token):
                self.assert_unauthorized("Api-Key token is invalid", Api_Key=token)

    def test_a_revoked_api_key(self):
        self.assert_unauthorized("Api-Key token is revoked", Api_Key=REVOKED)

    def test_the_headers_name_has_no_case(self):
        for name in ("api-key", "API-KEY"):
            with self.subTest(name=name):
                self.assert_ok(self.put(body_of(one("A", 1)), token=None, headers={name: FULL}))

    def test_an_oauth_token_is_no_api_key_and_the_other_way_round(self):
        self.assert_unauthorized("Api-Key token is invalid", Api_Key=OAUTH)
        self.assert_refused(self.with_headers(Authorization=f"Bearer {FULL}"), 403,
                            "OAuth token is invalid")

    def test_the_api_key_decides_when_both_are_sent(self):
        """C44."""
        self.assert_ok(self.with_headers(Api_Key=FULL, Authorization="Bearer nobody"))
        self.assert_ok(self.with_headers(Api_Key=FULL, Authorization="garbage"))
        self.assert_unauthorized("Api-Key token is invalid", Api_Key="nobody",
                                 Authorization=f"Bearer {OAUTH}")

    def test_a_signature_of_the_caller_is_ignored(self):
        """§9: X-Market-Integration."""
        for signature in ("stockctl/1.0", "x" * 100, "x" * 3000):
            with self.subTest(signature=signature):
                self.assert_ok(self.with_headers(Api_Key=FULL, X_Market_Integration=signature))

    def test_no_token_is_ever_logged(self):
        self.with_headers(Api_Key=FULL)
        self.with_headers(Api_Key="SecretSecretSecret")
        self.with_headers(Authorization="Bearer SecretSecretSecret")
        for secret in (FULL, FULL[5:45], "SecretSecretSecret"):
            self.assertNotIn(secret, self.server.stderr_text())


class OAuth(AuthCase):

    def test_a_bearer_token_may_put_and_post(self):
        """§9: OAuth tokens have no scopes per method."""
        headers = {"Authorization": f"Bearer {OAUTH}"}
        self.assert_ok(self.put(body_of(one("A", 1)), token=None, headers=headers))
        self.assertEqual(200, self.post({}, token=None, headers=headers).status)

    def test_the_old_header_of_old_clients(self):
        """§9: values with or without double quotes, blanks or none after the comma."""
        for value in (f'OAuth oauth_token="{OAUTH}", oauth_client_id="client"',
                      f"OAuth oauth_token={OAUTH}, oauth_client_id=client",
                      f"OAuth oauth_token={OAUTH},oauth_client_id=client",
                      f'OAuth oauth_client_id="client", oauth_token="{OAUTH}"'):
            with self.subTest(value=value):
                self.assert_ok(self.with_headers(Authorization=value))

    def test_the_scheme_has_no_case(self):
        """RFC 9110."""
        self.assert_ok(self.with_headers(Authorization=f"bearer {OAUTH}"))

    def test_a_wrong_oauth_token_is_403_not_401(self):
        for value in ("Bearer nobody", f"Bearer {OAUTH}x", f"Bearer {OAUTH[:-1]}",
                      "OAuth oauth_token=nobody, oauth_client_id=client",
                      'OAuth oauth_token="nobody", oauth_client_id="client"'):
            with self.subTest(value=value):
                self.assert_refused(self.with_headers(Authorization=value), 403,
                                    "OAuth token is invalid")

    def test_an_oauth_header_without_token(self):
        for value in ("OAuth oauth_client_id=client", 'OAuth oauth_token="", oauth_client_id="c"',
                      "OAuth oauth_token=, oauth_client_id=c"):
            with self.subTest(value=value):
                self.assert_unauthorized("OAuth token is not specified", Authorization=value)

    def test_another_scheme_is_not_supported(self):
        """§9, the text of D25."""
        for value in ("Basic dXNlcjpwYXNz", "Digest username=x", "Negotiate abc"):
            with self.subTest(value=value):
                self.assert_unauthorized(
                    "Unsupported authorization type specified in Authorization header",
                    Authorization=value)

    def test_what_cannot_be_parsed_is_401(self):
        for value in ("Bearer", "OAuth", "OAuth oauth_token", '"', "=", ",,,", "Bearer  ",
                      'OAuth oauth_token="' + OAUTH, "\xff"):
            with self.subTest(value=value):
                self.assert_refused(self.with_headers(Authorization=value), 401)

    def test_an_oauth_token_is_bound_to_its_business(self):
        answer = self.put(body_of(one("A", 1)), FOREIGN, token=None,
                          headers={"Authorization": f"Bearer {OAUTH}"})
        self.assert_refused(answer, 403, "Access denied")


class DocumentedShape(AuthCase):
    """C43: with --api-key-shape documented the shape is told before the token is looked up."""
    options = ("--no-limits", "--api-key-shape", "documented")

    BODY, TAIL = "A" * 40, "0" * 8

    def test_a_good_token_stays_good(self):
        self.assert_ok(self.with_headers(Api_Key=FULL))

    def test_the_order_is_prefix_length_format_lookup_revoked(self):
        for token, message in (
                (f"ABCD:{self.BODY}:{self.TAIL}", "Api-Key token prefix invalid"),
                (f"acma:{self.BODY}:{self.TAIL}", "Api-Key token prefix invalid"),
                ("x", "Api-Key token prefix invalid"),
                ("ABCD:x", "Api-Key token prefix invalid"),
                ("ACMA:x", "Api-Key token length invalid"),
                (f"ACMA:{self.BODY}:{self.TAIL}0", "Api-Key token length invalid"),
                (f"ACMA:{self.BODY[1:]}-:{self.TAIL}0", "Api-Key token length invalid"),
                (f"ACMA:{self.BODY[1:]}-:{self.TAIL}", "Api-Key token format invalid"),
                (f"ACMA:{self.BODY}:{self.TAIL[1:]}g", "Api-Key token format invalid"),
                (f"ACMA:{self.BODY}{self.TAIL}0", "Api-Key token format invalid"),
                (f"ACMA:{self.BODY}:{self.TAIL}", "Api-Key token is invalid"),
                (REVOKED, "Api-Key token is revoked")):
            with self.subTest(token=token):
                self.assert_unauthorized(message, Api_Key=token)
