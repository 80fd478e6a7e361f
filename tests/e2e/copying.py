"""What tests of `stockctl admin copy` share: a node as sellers and its operator see it, with one of
everything that a store can hold; and folders, databases and nodes to copy from and to.
"""

import atexit
import contextlib
import functools
import json
import os
import pathlib
import shutil
import tempfile
import time

from tests.contract import registry
from tests.contract.case import body_of, moment, one, stocks_path
from tests.contract.offers import hidden_body, hidden_path, ids_body, mappings_path, offers_path
from tests.contract.registry import BUSINESS, FULL, MARKET_WAREHOUSE, WAREHOUSE
from tests.crash import tools
from tests.e2e.ctl import CtlCase
from tests.harness import database
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd

PATIENCE_S = 60
SKUS, PAGE = 50, 20
LAST = f"sku {SKUS - 1} ж"

SHOP, MARKET = 30001, registry.F
GROUP = registry.C, registry.D
READ = (SHOP, MARKET, *GROUP)
MOMENT = moment(-3600)
ORDERS = {"reserved": [], "expiring": [], "expired": [], "packed": ["pack"],
          "shipped": ["pack", "ship"], "cancelled": ["cancel"], "taken back": ["pack", "cancel"]}


class Seller:
    """A node as sellers and its operator see it."""

    def __init__(self, server):
        self.server = server
        self.client = Client(server.address)
        self.operator = Operator(server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.operator.close()

    def send(self, method, path, body=None):
        fields = {"Api-Key": FULL}
        if body is not None:
            fields["Content-Type"] = "application/json"
        answer = self.client.request(method, path, fields, body)
        assert answer.status == 200, answer
        return answer.json

    def put(self, campaign, sku, count, updated_at=MOMENT):
        self.send("PUT", stocks_path(campaign), body_of(one(sku, count, updated_at)))

    def pages(self, method, path, body, name):
        """All of a list that comes in pages."""
        found, token = [], ""
        while token is not None:
            query = f"?limit={PAGE}" + (f"&page_token={token}" if token else "")
            result = self.send(method, path + query, body)["result"]
            found += result[name]
            token = result.get("paging", {}).get("nextPageToken")
        return found

    def stocks(self, campaign, **body):
        """{(warehouse, SKU): what is said of it}."""
        rows = self.pages("POST", stocks_path(campaign), body, "warehouses")
        return {(row["warehouseId"], offer["offerId"]): sorted(
            (kind["type"], kind["count"]) for kind in offer["stocks"]) + [
                offer["updatedAt"] if "updatedAt" in offer else None,
                offer.get("turnoverSummary")] for row in rows for offer in row["offers"]}

    def done(self, answer):
        assert answer.status == 200, answer
        return answer.json.get("result")

    def order(self, campaign, name, items, actions, **more):
        self.done(self.operator.order(campaign, name, items, **more))
        for action in actions:
            self.done(self.operator.act(campaign, name, action))

    def fill(self):
        """One of everything, on several shelves."""
        for campaign in (SHOP, GROUP[0]):
            rows = (one(f"sku {number} ж", number, moment(-7200 - number))
                    for number in range(SKUS))
            self.send("PUT", stocks_path(campaign), body_of(*rows))
            self.put(campaign, "ordered", 100)
            for name, actions in ORDERS.items():
                more = {"expiring": {"expiresAt": moment(3600)},
                        "expired": {"expiresAt": moment(2)}}.get(name, {})
                self.order(campaign, f"{name} {campaign}", {"ordered": 3, LAST: 2}, actions,
                           **more)
        unfit = [("sku 5 ж", kind, at) for at, kind in
                 enumerate(("QUARANTINE", "DEFECT", "EXPIRED", "UTILIZATION"), start=1)]
        self.done(self.operator.count(SHOP, WAREHOUSE[SHOP], *unfit))
        self.send("POST", hidden_path(SHOP), hidden_body("sku 1 ж", "sku 2 ж"))
        self.send("POST", offers_path(SHOP, "/delete"), ids_body("sku 3 ж"))
        self.send("POST", mappings_path(BUSINESS, "/archive"), ids_body("sku 4 ж"))
        for sku, fit in (("fast", 4490), ("slow", 12000)):
            self.done(self.operator.count(MARKET, MARKET_WAREHOUSE,
                                          (sku, "FIT", fit, moment(-30 * 24 * 3600))))
            self.order(MARKET, f"sold {sku}", {sku: 3000}, ["ship"])
        self.done(self.operator.free_storage(MARKET, ["slow"], True))
        self.done(self.operator.make_token("made", BUSINESS, "all-methods"))
        self.done(self.operator.revoke_token("made", BUSINESS))
        until = time.monotonic() + PATIENCE_S
        while self.state(f"expired {SHOP}") != "EXPIRED":
            assert time.monotonic() < until, "an order did not expire"

    def state(self, name, campaign=SHOP):
        return self.done(self.operator.get_order(campaign, name))["order"]["state"]

    def picture(self):
        """All that can be seen, in no order that a store chooses."""
        orders = [(campaign, f"{name} {campaign}") for campaign in (SHOP, GROUP[0])
                  for name in ORDERS] + [(MARKET, "sold fast"), (MARKET, "sold slow")]
        return {
            "stocks": [self.stocks(campaign, withTurnover=True) for campaign in READ],
            "archived": [self.stocks(campaign, archived=True) for campaign in READ],
            "hidden": sorted(offer["offerId"] for offer in self.pages(
                "GET", hidden_path(SHOP), None, "hiddenOffers")),
            "offers": [sorted((offer["offerId"], offer["status"]) for offer in self.pages(
                "POST", offers_path(campaign), {}, "offers")) for campaign in READ],
            "orders": [self.done(self.operator.get_order(*order)) for order in orders],
            "registry": self.done(self.operator.registry()),
        }


@functools.lru_cache(None)
def small_source():
    """A folder with one cell and one order, for all tests: a copy leaves its source as it is."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stockd-small-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = Stockd(registry.build(), "--no-limits")
    try:
        with Seller(server.start()) as seller:
            seller.put(SHOP, "A", 5)
            seller.order(SHOP, "o", {"A": 2}, [])
        server.halt()
        shutil.move(server.folder / "data", folder / "small")
    finally:
        server.stop()
    return folder / "small"


class CopyCase(CtlCase):

    def database(self, migrated=True):
        made = database.Database(migrated)
        self.addCleanup(made.drop)
        return made

    def url_file(self, url):
        path = self.folder / f"url {abs(hash(url))}"
        path.touch(mode=0o600)
        path.write_text(url, encoding="utf-8")
        return path

    def words(self, source, target, *more):
        """A command line; a URL comes in a file."""
        words = ["admin", "copy"]
        for option, place in (("--from", source), ("--to", target)):
            words += ([f"{option}-file", self.url_file(place)] if "://" in str(place)
                      else [option, place])
        return words + [*more]

    def copy(self, source, target, *more):
        return self.run_ctl(*self.words(source, target, *more), token=None)

    def copied(self, source, target):
        """Copies; returns what was."""
        ended = self.copy(source, target, "--output", "json", "--quiet")
        self.assertEqual(0, ended.code, ended)
        self.assertEqual("", ended.stderr)
        result = json.loads(ended.stdout)
        self.assertTrue(result["done"])
        return result

    def checked(self, folder):
        ended = tools.stockd("check", folder, "--output", "json")
        self.assertEqual(0, ended.code, ended)
        return ended.json

    @contextlib.contextmanager
    def node(self, place, start=True):
        """A stockd whose balances are there. A folder is moved to it, and back."""
        server = Stockd(registry.build(), "--no-limits")
        if "://" in str(place):
            server.options += ("--store-file", self.url_file(place))
        else:
            os.rename(place, server.folder / "data")
        try:
            yield server.start() if start else server
        finally:
            server.halt()
            if "://" not in str(place):
                shutil.move(server.folder / "data", place)
            server.stop()

    def assert_no_node_starts(self, place, *words):
        """stockd refuses to start there, and says this."""
        options = (["--data", self.folder / "node", "--store-file", self.url_file(place)]
                   if "://" in str(place) else ["--data", place])
        ended = tools.stockd(*options, "--listen", "127.0.0.1:0", "--operator-listen",
                             "127.0.0.1:0")
        self.assertEqual(1, ended.code, ended)
        for word in words:
            self.assertIn(word, ended.stderr)
