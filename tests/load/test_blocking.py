"""A change of the registry that takes long, because shelves are carried, holds up nobody but those
that change the registry, too: health checks, orders and all of the public API go on.

The proof is an order of answers: what is asked later, on the same listener with its one thread, is
answered first. Should the machine carry a shelf before anybody can ask, it is carried again.
"""

import select

from tests.contract import registry
from tests.contract.case import StockdCase, body_of, one, stocks_path
from tests.contract.registry import BUSINESS, FULL
from tests.harness.client import Connection, encode_request
from tests.harness.operator_client import PREFIX

SKUS = 60000
BATCH = 2000
TRIES = 20
GROUP = 4711


class Blocking(StockdCase):
    options = ("--no-limits", "--threads", "1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stores = registry.SPARE[:2]
        with Connection(cls.server.address) as connection:
            for start in range(0, SKUS, BATCH):
                body = body_of(*(one(f"carried-{start + index}", 1) for index in range(BATCH)))
                answer = connection.request("PUT", stocks_path(cls.stores[1]),
                                            {"Api-Key": FULL, "Content-Type": "application/json"},
                                            body)
                assert answer.status == 200, answer

    def begin(self, joined):
        """Asks for the change; returns the connection that its answer will come on."""
        warehouses = [{"id": registry.WAREHOUSE[store], "campaignId": store, "name": "W",
                       **({"groupId": GROUP} if joined else {})} for store in self.stores]
        document = {"warehouseGroups": [{"id": GROUP, "businessId": BUSINESS, "name": "G"}],
                    "warehouses": warehouses}
        connection = Connection(self.server.operator_address)
        self.addCleanup(connection.close)
        token = self.server.operator_token()
        connection.send(encode_request("POST", PREFIX + "/registry", {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json"}, document))
        return connection

    def assert_answered_meanwhile(self, ask):
        """ask() is answered before a change that was sent before it. It may return connections
        that have to be silent then, too.
        """
        for number in range(TRIES):
            changing = self.begin(joined=number % 2 == 0)
            silent = [changing, *(ask() or ())]
            first = not select.select([each.socket for each in silent], [], [], 0)[0]
            self.assertEqual(200, changing.read_final().status)
            changing.close()
            if first:
                return
        self.fail("nobody is answered while shelves are carried")

    def test_pages_of_the_operator(self):
        def ask():
            for path in ("/healthz", "/readyz", "/metrics"):
                self.assertEqual(200, self.server.operator(path).status)
        self.assert_answered_meanwhile(ask)

    def test_the_operators_other_methods(self):
        token = self.server.operator_token()

        def ask():
            with Connection(self.server.operator_address) as connection:
                answer = connection.request(
                    "GET", f"{PREFIX}/campaigns/{registry.C}/orders/none",
                    {"Authorization": f"Bearer {token}"})
            self.assertEqual(404, answer.status)
        self.assert_answered_meanwhile(ask)

    def test_the_public_api_while_a_warehouse_waits_to_be_switched(self):
        """With one thread: whoever waits for the change must not hold it."""
        def ask():
            waiting = self.raw()
            waiting.send(encode_request(
                "POST", f"/v2/campaigns/{registry.D}/warehouse/status",
                {"Api-Key": FULL, "Content-Type": "application/json"}, {"enabled": True}))
            with Connection(self.server.address) as connection:
                self.assertEqual(200, connection.request(
                    "POST", stocks_path(registry.C), {"Api-Key": FULL}).status)
            return [waiting]
        self.assert_answered_meanwhile(ask)
