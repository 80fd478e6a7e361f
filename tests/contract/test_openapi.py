"""openapi.yaml says what there is: each of its methods is answered, asks for credentials and
for the scopes that it names, and shows its window. What answers look like is checked in
all tests, by tests/harness/openapi.py.
"""

from tests.contract import registry
from tests.contract.case import StockdCase
from tests.contract.offers import OffersCase
from tests.contract.registry import PRICES
from tests.harness import openapi
from tests.harness.client import Client

IDS = {"campaignId": registry.C, "businessId": registry.BUSINESS, "warehouseId": 501, "orderId": 1,
       "uploadId": "0123456789abcdef"}
LIMIT = "X-RateLimit-Resource-Limit"


def methods(listener):
    """Yields name, verb, path with real ids, and the operation; files of the cabinet excepted."""
    document = openapi.load(openapi.ROOT / openapi.FILES[listener])
    for verb, template, operation in document.operations():
        if (openapi.listener_of(document.whole["paths"][template]) == listener
                and "{file}" not in template):
            yield operation["operationId"], verb.upper(), template.format(**IDS), operation


class Methods(StockdCase):
    options = ()

    def columns(self, operation):
        return [row for row in operation["x-resource-limit-config"] if row["edition"] == "2025"]

    def test_each_method_asks_who_is_there_and_shows_its_window(self):
        for name, verb, path, operation in methods(openapi.PUBLIC):
            with self.subTest(name=name):
                answer = self.send(verb, path, token=None)
                self.assert_refused(answer, 401, "Credentials are not specified")
                column, = self.columns(operation)
                self.assertEqual(str(column["amount"]), answer.header(LIMIT))

    def test_each_method_wants_one_of_its_scopes(self):
        """C45: the refusal names them all."""
        for name, verb, path, operation in methods(openapi.PUBLIC):
            scopes = operation["x-scopes"]
            if scopes != ["any"]:
                with self.subTest(name=name):
                    answer = self.send(verb, path, token=PRICES)
                    self.assert_refused(answer, 403)
                    self.assertEqual(set(scopes), set(answer.message.split(": ")[1].split(", ")))


class Examples(OffersCase):

    def test_each_body_that_is_shown_is_taken(self):
        """In the order of the document, by the campaigns of the demo. v3 is for businesses without
        groups."""
        self.put_counts({"A-1": 5, "A-2": 5}, campaign=registry.C)
        for name, verb, path, operation in methods(openapi.PUBLIC):
            content = operation.get("requestBody", {"content": {}})["content"]
            if "application/json" in content:
                with self.subTest(name=name):
                    token = registry.FULL
                    if path.startswith("/v3/"):
                        path = path.replace(str(registry.BUSINESS), str(registry.OTHER_BUSINESS))
                        token = registry.OTHER
                    answer = self.send(verb, path, content["application/json"]["example"],
                                       token=token)
                    self.assertEqual(200, answer.status, answer)


class MethodsOfEdition2026(Methods):
    options = ("--edition", "2026")

    def columns(self, operation):
        return [row for row in operation["x-resource-limit-config"]
                if row["edition"] == "2026" and row.get("tariff", "none") == "none"]


class OperatorMethods(StockdCase):

    def test_each_method_asks_who_is_there(self):
        client = Client(self.server.operator_address)
        self.addCleanup(client.close)
        for name, verb, path, operation in methods(openapi.OPERATOR):
            with self.subTest(name=name):
                wanted = 200 if operation["security"] == [] else 401
                if name == "openSession":
                    wanted = 400  # It asks by its body.
                self.assertEqual(wanted, client.request(verb, path).status)
