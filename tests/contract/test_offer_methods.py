"""What all methods about offers have in common (CONTRACT §4, §8): who may ask, and what is refused
before a method looks closer. The methods themselves are in test_hidden, test_campaign_offers and
test_archive.
"""

from tests.contract.case import BODY_BYTES_MAX, padded
from tests.contract.offers import OffersCase, hidden_body, ids_body
from tests.contract.registry import (BUSINESS, C, DBS, EXPRESS, F, FOREIGN, INACTIVE, OTHER,
                                     OTHER_BUSINESS, PRICES, REVOKED, STOCK_VIEWER, UNKNOWN, VIEWER,
                                     WRITER)

CAMPAIGN, FIRM = "/campaigns/{}", "/businesses/{}"

# verb, whose, rest of the path, a good body, and whether it writes.
METHODS = [
    ("POST", CAMPAIGN, "/hidden-offers", hidden_body("A"), True),
    ("GET", CAMPAIGN, "/hidden-offers", None, False),
    ("POST", CAMPAIGN, "/hidden-offers/delete", hidden_body("A"), True),
    ("POST", CAMPAIGN, "/offers", {}, False),
    ("POST", CAMPAIGN, "/offers/update", {"offers": [{"offerId": "A", "available": True}]}, True),
    ("POST", CAMPAIGN, "/offers/delete", ids_body("A"), True),
    ("POST", FIRM, "/offer-mappings/archive", ids_body("never seen"), True),
    ("POST", FIRM, "/offer-mappings/unarchive", ids_body("never seen"), True),
    ("POST", FIRM, "/offer-mappings", {}, False),
]
BODY_OPTIONAL = "/offer-mappings"


class Methods(OffersCase):

    def ask(self, row, subject=None, version="/v2", suffix="", **how):
        """Sends a good request, but for what is told."""
        verb, whose, rest, body, _ = row
        if subject is None:
            subject = self.campaign if whose == CAMPAIGN else BUSINESS
        how.setdefault("body", body)
        how.setdefault("method", verb)
        return self.send(path=version + whose.format(subject) + rest + suffix, **how)

    def each(self, *, campaign=None, body=None, writes=None):
        """Returns the methods that are so."""
        return [method for method in METHODS
                if ((campaign is None or campaign == (method[1] == CAMPAIGN))
                    and (body is None or body == (method[3] is not None))
                    and (writes is None or writes == method[4]))]

    def test_all_four_forms_of_the_path_are_one_method(self):
        """§0.1."""
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                for version in ("/v2", ""):
                    for suffix in ("", ".json"):
                        self.assertEqual(200, self.ask(method, None, version, suffix).status)

    def test_other_versions_and_suffixes_are_not_found(self):
        """§0.1, C53."""
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                for version, suffix in (("/v3", ""), ("/V2", ""), ("/v2", ".xml"), ("/v2", "/")):
                    self.assert_refused(self.ask(method, None, version, suffix), 404,
                                        "Resource not found")

    def test_other_verbs_are_not_supported(self):
        """C54."""
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                for verb in ("DELETE", "PATCH"):
                    answer = self.ask(method, method=verb)
                    self.assert_refused(answer, 405, f"Request method '{verb}' not supported")
                    self.assertIn(method[0], answer.header("Allow").split(", "))

    def test_who_asks_must_be_known(self):
        """§9."""
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                self.assert_refused(self.ask(method, token=None), 401,
                                    "Credentials are not specified")
                self.assert_refused(self.ask(method, token="x"), 401, "Api-Key token is invalid")
                self.assert_refused(self.ask(method, token=REVOKED), 401,
                                    "Api-Key token is revoked")
                self.assert_refused(
                    self.ask(method, token=None, headers={"Authorization": "Bearer x"}), 403,
                    "OAuth token is invalid")

    def test_the_scope_must_be_there(self):
        """§4, §8: writes have no `:read-only` variant."""
        text = "Token does not have any of the scopes to access the API method: "
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                self.assert_refused(self.ask(method, token=PRICES), 403, starts=text)
                self.assertEqual(200, self.ask(method, token=WRITER).status)
        for method in self.each(writes=True):
            with self.subTest(verb=method[0], path=method[2]):
                for token in (VIEWER, STOCK_VIEWER):
                    self.assert_refused(
                        self.ask(method, token=token), 403,
                        text + "all-methods, offers-and-cards-management")
        for method in self.each(writes=False):
            with self.subTest(verb=method[0], path=method[2]):
                for token in (VIEWER, STOCK_VIEWER):
                    self.assertEqual(200, self.ask(method, token=token).status)

    def test_the_campaign_must_be_ones_own_and_active(self):
        """C26, §9."""
        for method in self.each(campaign=True):
            with self.subTest(verb=method[0], path=method[2]):
                self.assert_refused(self.ask(method, UNKNOWN), 404,
                                    f"Campaign not found: '{UNKNOWN}'")
                self.assert_refused(self.ask(method, FOREIGN), 403, "Access denied")
                self.assert_refused(
                    self.ask(method, INACTIVE), 403,
                    f"Access denied for campaign '{INACTIVE}' because it is not active")
                self.assert_refused(self.ask(method, token=OTHER), 403, "Access denied")

    def test_the_business_must_be_ones_own(self):
        """§9: one that does not exist is not told apart."""
        for method in self.each(campaign=False):
            with self.subTest(verb=method[0], path=method[2]):
                for business in (OTHER_BUSINESS, 1, 2 ** 63 - 1):
                    self.assert_refused(self.ask(method, business), 403, "Access denied")

    def test_the_number_in_the_path_is_one(self):
        """§0.4, §0.5."""
        for method in self.each():
            with self.subTest(verb=method[0], path=method[2]):
                name = "campaignId" if method[1] == CAMPAIGN else "businessId"
                self.assert_refused(self.ask(method, "abc"), 400, "Type mismatch: 'abc'")
                self.assert_refused(
                    self.ask(method, 0), 400,
                    f"{name} must be greater than or equal to 1 (rejected value: 0)")

    def test_all_models_may_ask(self):
        """§4, §8."""
        for method in self.each(campaign=True):
            with self.subTest(verb=method[0], path=method[2]):
                for campaign in (C, F, DBS, EXPRESS):
                    self.assertEqual(200, self.ask(method, campaign).status)

    def test_a_body_is_required(self):
        """§8: but for the list of a business's offers, where none is `{}`."""
        for method in self.each(body=True):
            with self.subTest(verb=method[0], path=method[2]):
                answer = self.ask(method, body=b"")
                if method[2] == BODY_OPTIONAL:
                    self.assertEqual(200, answer.status, answer)
                else:
                    self.assert_refused(answer, 400, "Required request body is missing")

    def test_the_body_is_json_and_an_object(self):
        """§0.5."""
        for method in self.each(body=True):
            with self.subTest(verb=method[0], path=method[2]):
                for body, text in ((b"{", "Unexpected end of content"), (b"{]", "JSON: "),
                                   (b'{"a":"\xff"}', "Unexpected character"),
                                   (b"[]", "Illegal input at '$'"),
                                   (b"null", "Illegal input at '$'"),
                                   (b'"x"', "Illegal input at '$'")):
                    self.assert_refused(self.ask(method, body=body), 400, starts=text)

    def test_the_body_has_its_size_and_its_type(self):
        """C47, C48."""
        for method in self.each(body=True):
            with self.subTest(verb=method[0], path=method[2]):
                largest = padded(method[3], BODY_BYTES_MAX)
                self.assertEqual(200, self.ask(method, body=largest).status)
                self.assert_refused(self.ask(method, body=largest + b" "), 400,
                                    starts="The request is too big")
                self.assert_refused(self.ask(method, headers={"Content-Type": "text/plain"}), 415,
                                    "Content type 'text/plain' not supported")

    def test_unknown_members_and_parameters_are_ignored(self):
        """C55."""
        for method in self.each(body=True):
            with self.subTest(verb=method[0], path=method[2]):
                body = {**method[3], "unknown": [{"x": 1}]}
                answer = self.ask(method, body=body, suffix="?x=1")
                self.assertEqual(self.ask(method).json, answer.json)


class MethodsOfEdition2026(OffersCase):
    options = ("--no-limits", "--edition", "2026")

    def test_a_campaign_is_not_found_without_a_colon(self):
        for verb, whose, rest, body, _ in METHODS:
            if whose == CAMPAIGN:
                with self.subTest(verb=verb, path=rest):
                    answer = self.send(verb, "/v2" + whose.format(UNKNOWN) + rest, body)
                    self.assert_refused(answer, 404, f"Campaign not found '{UNKNOWN}'")
