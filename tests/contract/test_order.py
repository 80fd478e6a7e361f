"""The order of checks (CONTRACT C46): a request with two faults gets the earlier one's answer.

Path 404, verb 405, auth 401/403, parallel 420, scope 403, campaign 404/403, resource 420, size 400,
content type 415, JSON and validation 400, model 400.
"""

import itertools

from tests.contract.case import (BODY_BYTES_MAX, PRODUCTS_PER_MINUTE, StockdCase, body_of,
                                 full_body, one, padded, stocks_path)
from tests.contract.registry import F, FOREIGN, FULL, INACTIVE, OTHER, UNKNOWN, VIEWER
from tests.harness.client import encode_body

SCOPE_TEXT = "Token does not have any of the scopes"
MODEL_CODE = "CAMPAIGN_TYPE_NOT_SUPPORTED"

# step, what it spoils, the value, status, how the message starts. Two faults of one step, or that
# spoil the same thing, cannot be combined.
FAULTS = [
    (1, "version", "/v9", 404, "Resource not found"),
    (1, "suffix", ".xml", 404, "Resource not found"),
    (2, "method", "DELETE", 405, "Request method 'DELETE' not supported"),
    (3, "credentials", {}, 401, "Credentials are not specified"),
    (3, "credentials", {"Api-Key": "nobody"}, 401, "Api-Key token is invalid"),
    (3, "credentials", {"Authorization": "Bearer nobody"}, 403, "OAuth token is invalid"),
    (5, "credentials", {"Api-Key": VIEWER}, 403, SCOPE_TEXT),
    (6, "campaign", UNKNOWN, 404, f"Campaign not found: '{UNKNOWN}'"),
    (6, "campaign", FOREIGN, 403, "Access denied"),
    (6, "campaign", INACTIVE, 403, f"Access denied for campaign '{INACTIVE}'"),
    (8, "size", BODY_BYTES_MAX + 1, 400, "The request is too big"),
    (9, "kind", "text/plain", 415, "Content type 'text/plain' not supported"),
    (10, "body", b'{"skus":[', 400, "Unexpected end of content"),
    (10, "body", b'{"skus":,}', 400, "JSON: "),
    (10, "body", b"{}", 400, "skus size must be between"),
    (11, "campaign", F, 400, "Campaign type is not allowed"),
]
STEP, SPOILS, VALUE, STATUS, STARTS = range(5)


class OrderCase(StockdCase):

    def spoiled(self, *faults, campaign=None):
        """Sends a PUT with these faults and no others."""
        request = {"version": "/v2", "suffix": "", "method": "PUT",
                   "credentials": {"Api-Key": FULL}, "campaign": campaign or self.campaign,
                   "size": 0, "kind": "application/json", "body": body_of(one("A", 1))}
        for fault in faults:
            request[fault[SPOILS]] = fault[VALUE]
        path = stocks_path(request["campaign"], request["version"], request["suffix"])
        headers = {"Content-Type": request["kind"], **request["credentials"]}
        body = padded(request["body"], max(request["size"], len(encode_body(request["body"]))))
        return self.send(request["method"], path, body, token=None, headers=headers)

    def assert_answer_of(self, fault, answer):
        code = MODEL_CODE if fault[STEP] == 11 else None
        self.assert_refused(answer, fault[STATUS], starts=fault[STARTS], code=code)


class Order(OrderCase):

    def test_each_fault_alone_gets_its_own_answer(self):
        for fault in FAULTS:
            with self.subTest(fault=fault):
                self.assert_answer_of(fault, self.spoiled(fault))
        self.assert_ok(self.spoiled())

    def test_of_two_faults_the_earlier_step_answers(self):
        """C46, all pairs."""
        for earlier, later in itertools.combinations(FAULTS, 2):
            if earlier[STEP] == later[STEP] or earlier[SPOILS] == later[SPOILS]:
                continue
            with self.subTest(earlier=earlier, later=later):
                self.assert_answer_of(earlier, self.spoiled(earlier, later))

    def test_no_faulty_request_changes_anything(self):
        with self.nothing_changes():
            for fault in FAULTS:
                self.spoiled(fault)


class OrderOfParallel(OrderCase):
    """Where the parallel limit (step 4) stands."""
    options = ("--parallel", "1")

    def test_before_it_come_path_verb_and_auth(self):
        """C46."""
        with self.holding(1, self.campaign):
            for fault in FAULTS:
                if fault[STEP] < 4:
                    with self.subTest(fault=fault):
                        self.assert_answer_of(fault, self.spoiled(fault))

    def test_after_it_come_scope_size_content_type_and_json(self):
        """C46. The viewer may POST, so that it can hold a place, but not PUT."""
        for fault in FAULTS:
            if fault[STEP] > 4 and fault[SPOILS] != "campaign":
                token = fault[VALUE]["Api-Key"] if fault[SPOILS] == "credentials" else FULL
                with self.subTest(fault=fault), \
                     self.holding(1, self.campaign, "POST", token, b"{}"):
                    self.assert_refused(self.spoiled(fault), 420,
                                        starts="Hit rate limit of 1 parallel requests")


class OrderOfParallel2026(StockdCase):
    options = ("--parallel", "1", "--edition", "2026")

    def test_after_it_comes_the_campaign(self):
        """C46: in 2026 the limit's entity is surely the campaign in the path."""
        with self.holding(1, FOREIGN, token=OTHER):
            self.assert_refused(self.put(body_of(one("A", 1)), FOREIGN), 420,
                                starts="Hit rate limit of 1 parallel requests")
        self.assert_refused(self.put(body_of(one("A", 1)), FOREIGN), 403, "Access denied")


class OrderOfResource(OrderCase):
    """Where the limit of products per minute (step 7) stands."""
    options = ()

    def test_it_stands_between_campaign_and_size(self):
        """C46: with nothing left, what comes earlier is still told, what comes later is not."""
        body = full_body()

        def scenario(campaign):
            for _ in range(PRODUCTS_PER_MINUTE // 2000):
                self.assert_ok(self.put(body, campaign))
            self.assertEqual(420, self.spoiled(campaign=campaign).status)
            for fault in FAULTS:
                if fault[SPOILS] == "campaign":
                    continue  # Another campaign has its own limit.
                answer = self.spoiled(fault, campaign=campaign)
                if fault[STEP] < 7:
                    self.assert_answer_of(fault, answer)
                else:
                    self.assert_refused(answer, 420, starts="Hit rate limit of 100000 requests")

        self.within_one_minute(scenario)
