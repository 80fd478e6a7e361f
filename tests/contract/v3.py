"""The words of tests about v3 (CONTRACT §14): paths, bodies, and a business without groups."""

from tests.contract.case import StockdCase
from tests.contract.registry import SOLO, SOLO_FULL, SOLO_SPARE, WAREHOUSE


def update_path(business=SOLO):
    return f"/v3/businesses/{business}/offers/stocks/update"


def stocks_v3_path(business=SOLO):
    return f"/v3/businesses/{business}/offers/stocks"


def warehouses_path(business=SOLO):
    return f"/v3/businesses/{business}/warehouses"


def status_path(business=SOLO):
    return f"/v3/businesses/{business}/warehouse/models/status"


def item(sku, campaign, count, **more):
    return {"sku": sku, "partnerWarehouseId": WAREHOUSE[campaign], "count": count, **more}


def items(*elements):
    return {"skuItems": list(elements)}


def not_ours(warehouse, business=SOLO):
    return f"Warehouse '{warehouse}' is not one of business '{business}'"


class V3Case(StockdCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._spare = iter(SOLO_SPARE)

    def send(self, method, path, body=None, token=SOLO_FULL, headers=None):
        return super().send(method, path, body, token, headers)

    def update(self, *elements, **how):
        return self.send("POST", update_path(), items(*elements), **how)

    def read(self, campaign, query="", **more):
        """Returns the answer to a question about a campaign's warehouse."""
        body = {"partnerWarehouseId": WAREHOUSE[campaign], **more}
        return self.send("POST", stocks_v3_path() + query, body)

    def result(self, answer):
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status", "result"}, set(answer.json))
        return answer.json["result"]

    def assert_scopes(self, answer, scopes):
        self.assert_refused(answer, 403, starts=(
            "Token does not have any of the scopes to access the API method: "))
        self.assertEqual(scopes, set(answer.message.split(": ", 1)[1].split(", ")))
