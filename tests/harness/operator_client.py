"""Speaks the operator API of one server: the token from its data folder, one method a call.

Every call returns the answer, whatever it is; nothing here asserts. After a restart of the server
the next call goes to the new address.
"""

import time
from urllib.parse import quote

from tests.harness.client import Client

PREFIX = "/api/v1"


def _query(query):
    if not query:
        return ""
    return "?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items())


class Operator:
    """Not for use by several threads at once."""

    def __init__(self, server):
        self.server = server
        self._client = None

    def send(self, method, path, body=None, headers=None):
        """Sends any request behind /api/v1; a header given as None is left out."""
        if self._client is None or self._client.address != self.server.operator_address:
            self.close()
            self._client = Client(self.server.operator_address)
        fields = {"Authorization": f"Bearer {self.server.operator_token()}"}
        if body is not None:
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        return self._client.request(method, PREFIX + path, fields, body)

    def get(self, path, **query):
        return self.send("GET", path + _query(query))

    # Orders.

    def order(self, campaign, order_id, items, **more):
        """Makes an order; `items` is {sku: count}, `more` is expiresAt or warehouseId."""
        rows = [{"sku": sku, "count": count} for sku, count in items.items()]
        return self.send("POST", f"/campaigns/{campaign}/orders",
                         {"orderId": order_id, "items": rows, **more})

    def get_order(self, campaign, order_id):
        return self.send("GET", self._order_path(campaign, order_id))

    def act(self, campaign, order_id, action):
        """Sends pack, ship or cancel."""
        return self.send("POST", f"{self._order_path(campaign, order_id)}/{action}")

    @staticmethod
    def _order_path(campaign, order_id):
        return f"/campaigns/{campaign}/orders/{quote(order_id, safe='')}"

    # The Market's own counts.

    def count(self, campaign, warehouse, *items):
        """Sends counts; an item is (sku, type, count) or (sku, type, count, updatedAt)."""
        names = ("sku", "type", "count", "updatedAt")
        rows = [dict(zip(names, item)) for item in items]
        return self.send("PUT", f"/campaigns/{campaign}/warehouses/{warehouse}/stocks",
                         {"items": rows})

    def free_storage(self, campaign, skus, free):
        return self.send("POST", f"/campaigns/{campaign}/offers/free-storage",
                         {"offerIds": skus, "free": free})

    # Files of leftovers.

    def upload(self, campaign, data, headers=None, **query):
        """Hands a file over; a query is name="…", full="true" and so on."""
        path = f"/campaigns/{campaign}/uploads" + _query(query)
        return self.send("POST", path, data,
                         {"Content-Type": "application/octet-stream", **(headers or {})})

    def get_upload(self, campaign, upload, **query):
        return self.get(f"/campaigns/{campaign}/uploads/{upload}", **query)

    def upload_changes(self, campaign, upload, **query):
        return self.get(f"/campaigns/{campaign}/uploads/{upload}/changes", **query)

    def apply_upload(self, campaign, upload, body):
        return self.send("POST", f"/campaigns/{campaign}/uploads/{upload}/apply", body)

    def drop_upload(self, campaign, upload):
        return self.send("DELETE", f"/campaigns/{campaign}/uploads/{upload}")

    # Checkpoints.

    def checkpoint(self):
        return self.get("/checkpoint")

    def make_checkpoint(self, patience_s=60):
        """Makes one and waits for its end; returns the last answer, whatever it is."""
        before = self.checkpoint()
        answer = self.send("POST", "/checkpoint")
        until = time.monotonic() + patience_s
        while answer.status == 200 and time.monotonic() < until:
            state = answer.json["result"]
            if state["state"] == "IDLE" and (state["done"], state["failed"]) != (
                    before.json["result"]["done"], before.json["result"]["failed"]):
                break
            answer = self.checkpoint()
        return answer

    # Registry and tokens.

    def registry(self):
        return self.get("/registry")

    def update(self, document):
        return self.send("POST", "/registry", document)

    def make_token(self, name, business, *scopes):
        return self.send("POST", "/tokens",
                         {"name": name, "businessId": business, "scopes": list(scopes)})

    def revoke_token(self, name, business):
        return self.send("POST", "/tokens/revoke", {"name": name, "businessId": business})

    def close(self):
        if self._client is not None:
            self._client.close()
            self._client = None
