"""Load on a cluster: clients at work while something happens, then everything is read once more,
and audited.
"""

import collections
import pathlib
import random
import subprocess
import tempfile
import threading
import time

from tests.nodes import record
from tests.nodes.clients import Client, Moments

ROOT = pathlib.Path(__file__).resolve().parents[2]
AUDIT = ROOT / "build" / "tests" / "nodes" / "audit"
BUSINESS = 1000
TOKEN = f"ACMA:{'Nodes' * 7}00001:00000001"
FIRST_STORE = 100000
STORES = 1280

CLIENTS = 8
ACTIVE = 3  # Shelves at a time, beside one of batches.
ASKS = 70  # Of one shelf, then comes the next.
LATE_S_MAX = 60

# What no state of the database may show.
SOUND = """
SELECT 'reserved, and orders say otherwise: ' || s.shelf_id || ' ' || s.sku FROM stock s
  WHERE s.reserved <> (SELECT coalesce(sum(i.units), 0) FROM orders o
    JOIN order_items i USING (shelf_id, campaign_id, order_id)
    WHERE o.shelf_id = s.shelf_id AND i.sku = s.sku AND o.state <= 1);
SELECT 'negative: ' || shelf_id || ' ' || sku FROM stock WHERE available < 0 OR reserved < 0;
SELECT 'an order without items: ' || order_id FROM orders o WHERE NOT EXISTS (SELECT FROM
  order_items i WHERE (i.shelf_id, i.campaign_id, i.order_id)
  = (o.shelf_id, o.campaign_id, o.order_id));
SELECT 'items without an order: ' || order_id FROM order_items i WHERE NOT EXISTS (SELECT FROM
  orders o WHERE (i.shelf_id, i.campaign_id, i.order_id)
  = (o.shelf_id, o.campaign_id, o.order_id));
"""


def registry():
    """Many stores of one business."""
    stores = range(FIRST_STORE, FIRST_STORE + STORES)
    return {
        "businesses": [{"id": BUSINESS, "name": "Business"}],
        "campaigns": [{"id": store, "businessId": BUSINESS, "domain": f"Store {store}",
                       "placementType": "FBS"} for store in stores],
        "warehouses": [{"id": store + 400000, "campaignId": store, "name": f"W {store}"}
                       for store in stores],
        "tokens": [{"name": "all", "businessId": BUSINESS, "scopes": ["all-methods"],
                    "apiKey": TOKEN}]}


class Shelves:
    """Those that are asked now, and all that were."""

    def __init__(self, first_store):
        self.next_store = first_store
        self.all = []
        self._active = [None] * (ACTIVE + 1)  # The first one is of batches.
        self._opening = set()  # Places.
        self._changed = threading.Condition()  # Its lock guards all of this.

    def pick(self, client):
        """Returns one that has numbers; who comes when one is due makes it."""
        with self._changed:
            place = client.random.randrange(len(self._active))
            while place in self._opening:
                self._changed.wait()
            shelf = self._active[place]
            if shelf is not None and shelf.asked < ASKS:
                return shelf
            self._opening.add(place)
            shelf = record.Shelf(self.next_store, TOKEN, place == 0)
            self.next_store += 1
        opened = client.open(shelf)
        with self._changed:
            if opened:
                self.all.append(shelf)
            self._active[place] = shelf
            self._opening.remove(place)
            self._changed.notify_all()
        return shelf


class Load:
    """Runs once; `seed` fixes what is chosen, not which moment a fault hits."""

    def __init__(self, cluster, seed, first_store=FIRST_STORE):
        self.cluster = cluster
        self.random = random.Random(seed)
        self.clock = record.Clock()
        self.shelves = Shelves(first_store)
        moments = Moments()
        self.clients = [Client(number, self.random.random(), cluster.nodes, self.shelves,
                               self.clock, moments) for number in range(CLIENTS)]

    def run(self, happens):
        """Calls happens() while all clients are at work; then reads everything."""
        for client in self.clients:
            client.start()
        try:
            happens()
        finally:
            for client in self.clients:
                client.stopped = True
            for client in self.clients:
                client.join()
        problems = [client.problem for client in self.clients if client.problem]
        if problems:
            raise AssertionError("\n".join(problems))
        self._read_everything()

    def _read_everything(self):
        """All shelves, from all nodes; and orders whose time is over until they are."""
        reader = Client(len(self.clients), 0, self.cluster.nodes, self.shelves, self.clock, None)
        try:
            for number, shelf in enumerate(self.shelves.all):
                node = self.cluster.nodes[number % len(self.cluster.nodes)]
                for _ in range(6 if shelf.is_bulk else 1):
                    self._sure(reader.list, shelf, node=node)
                if not shelf.is_bulk:
                    self._sure(reader.hidden, shelf, node=node)
                for order, (_, expires_ms) in list(shelf.orders.items()):
                    self._sure(reader.read, shelf, order, node=node)
                    if expires_ms:
                        self._wait_for_end(reader, shelf, order, expires_ms)
        finally:
            reader.disconnect()
        self.told = sum((client.told for client in self.clients), collections.Counter())

    @staticmethod
    def _sure(read, shelf, *what, node):
        until = time.monotonic() + LATE_S_MAX
        while not read(shelf, *what, node=node):
            if time.monotonic() > until:
                raise AssertionError(f"{node.address} does not answer, and all is well")

    def _wait_for_end(self, reader, shelf, order, expires_ms):
        while shelf.shows(order) == "RESERVED":
            if record.wall_ms() > expires_ms + LATE_S_MAX * 1000:
                raise AssertionError(f"{order} is RESERVED, and its time is long over")
            self._sure(reader.read, shelf, order, node=self.cluster.nodes[0])

    def audit(self, keep=True):
        """Returns what is wrong, in words; the history of it is kept."""
        with tempfile.TemporaryDirectory(prefix="stockd-nodes-") as folder:
            path = pathlib.Path(folder) / "history"
            record.write(path, self.clock, self.cluster.breaks, self.shelves.all)
            done = subprocess.run([AUDIT, path], capture_output=True, text=True, check=False)
            self.verdict = done.stdout.splitlines()[-1] if done.stdout else done.stderr
            wrong = self.cluster.sql(SOUND)
            if done.returncode != 0:
                wrong.append(done.stdout + done.stderr)
                wrong += [_keep(path)] if keep else []
        return wrong

    def goes_on(self):
        return not any(client.problem for client in self.clients)

    def answers(self):
        """Returns how many there were, on shelves that have numbers."""
        return sum(shelf.count()[0] for shelf in self.shelves.all)

    def figures(self):
        asked = [shelf.count() for shelf in self.shelves.all]
        told = ", ".join(f"{count} of {status}" for status, count in sorted(self.told.items(),
                                                                            key=str))
        return (f"{sum(sure for sure, _ in asked)} answers and {sum(rest for _, rest in asked)} "
                f"outcomes unknown ({told}); {self.verdict}")


def _keep(path):
    """For a look at it; in build/, which no test reads."""
    kept = ROOT / "build" / f"nodes-{time.time_ns()}.history"
    kept.write_bytes(path.read_bytes())
    return f"the history is in {kept}"
