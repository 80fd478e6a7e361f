"""The words of tests about offers: hiding, deleting, the archive, and what the Market counts."""

from tests.contract import registry
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import FULL


def hidden_path(campaign, suffix=""):
    return f"/v2/campaigns/{campaign}/hidden-offers{suffix}"


def offers_path(campaign, suffix=""):
    return f"/v2/campaigns/{campaign}/offers{suffix}"


def mappings_path(business, suffix=""):
    return f"/v2/businesses/{business}/offer-mappings{suffix}"


def hidden_body(*skus):
    return {"hiddenOffers": [{"offerId": sku} for sku in skus]}


def ids_body(*skus):
    return {"offerIds": list(skus)}


class OffersCase(OperatorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._small = iter(registry.SMALL)

    def new_business(self):
        """Returns a business of the test's own, without any offers: a registry.Small."""
        return next(self._small)

    def result(self, answer):
        """Returns `result` of a good answer."""
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status", "result"}, set(answer.json))
        self.assertEqual("OK", answer.json["status"])
        return answer.json["result"]

    # Hidden offers.

    def hide(self, *skus, campaign=None):
        path = hidden_path(campaign or self.campaign)
        self.assert_ok(self.send("POST", path, hidden_body(*skus)))

    def show(self, *skus, campaign=None):
        path = hidden_path(campaign or self.campaign, "/delete")
        self.assert_ok(self.send("POST", path, hidden_body(*skus)))

    def list_hidden(self, query="", campaign=None, **how):
        return self.send("GET", hidden_path(campaign or self.campaign) + query, **how)

    def hidden(self, query="", campaign=None):
        """Returns the SKUs of one page of hidden offers."""
        found = self.result(self.list_hidden(query, campaign))["hiddenOffers"]
        for offer in found:
            self.assertEqual({"offerId"}, set(offer))
        return [offer["offerId"] for offer in found]

    # Offers of a campaign.

    def get_offers(self, body, campaign=None, query="", **how):
        return self.send("POST", offers_path(campaign or self.campaign) + query, body, **how)

    def statuses(self, body=None, campaign=None, **how):
        """Returns {SKU: status} of one page of offers."""
        offers = self.result(self.get_offers(body or {}, campaign, **how))["offers"]
        found = {offer["offerId"]: offer["status"] for offer in offers}
        self.assertEqual(len(offers), len(found), "a SKU comes twice")
        return found

    def status(self, sku, campaign=None):
        return self.statuses(ids_body(sku), campaign).get(sku)

    def update(self, *offers, campaign=None):
        path = offers_path(campaign or self.campaign, "/update")
        return self.send("POST", path, {"offers": list(offers)})

    def delete(self, *skus, campaign=None):
        """Deletes; returns what could not be."""
        path = offers_path(campaign or self.campaign, "/delete")
        result = self.result(self.send("POST", path, ids_body(*skus)))
        self.assertNotEqual([], result.get("notDeletedOfferIds"))
        return result.get("notDeletedOfferIds", [])

    # The archive.

    def archive(self, *skus, business=registry.BUSINESS, token=FULL):
        """Archives; returns {SKU: error} of what could not be."""
        answer = self.send("POST", mappings_path(business, "/archive"), ids_body(*skus),
                           token=token)
        failures = self.result(answer).get("notArchivedOffers", None)
        self.assertNotEqual([], failures)
        return {failure["offerId"]: failure["error"] for failure in failures or []}

    def unarchive(self, *skus, business=registry.BUSINESS, token=FULL):
        """Returns what could not be brought back."""
        answer = self.send("POST", mappings_path(business, "/unarchive"), ids_body(*skus),
                           token=token)
        failures = self.result(answer).get("notUnarchivedOfferIds", None)
        self.assertNotEqual([], failures)
        return failures or []

    # What happens at the Market.

    def count_at_market(self, campaign, sku, count, kind="AVAILABLE"):
        """The Market counts what lies in its own warehouse."""
        answer = self.operator.count(campaign, registry.MARKET_WAREHOUSE, (sku, kind, count))
        self.assertEqual(200, answer.status, answer)

    def order(self, campaign, sku, count, **more):
        """A customer orders; returns the order's number."""
        order = self.new_order()
        self.assert_order(self.operator.order(campaign, order, {sku: count}, **more), "RESERVED")
        return order
