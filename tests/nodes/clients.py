"""Clients of several nodes: each request goes to a node by chance, and what came of it is noted.

All of them ask the same few shelves at a time: numbers with and without a moment, one SKU and all,
orders and what becomes of them, marks, reads. A request without an answer, or with 503, may have
been done or may yet be; now and then it is repeated at another node.
"""

import collections
import datetime
import random
import re
import threading
import traceback

from tests.harness.client import Connection, NoAnswer
from tests.nodes.record import wall_ms

SKUS = [f"sku-{index}" for index in range(6)]
BATCHES = ["batch-0", "batch-1", "batch-2"]
BATCH_SKUS = 300
FIRST_MS = 1672531200000  # 2023: long before any moment that a node sets.
ACTIONS = ("pack", "ship", "cancel")
PATIENCE_S = (0.5, 1.5, 6.0)
REPEATS = 0.5
STATE = re.compile(r" is ([A-Z]+) and cannot be ")


class Odd(AssertionError):
    """An answer that nothing explains."""


class Moments:
    """Rising, but for steps back: what is sent is older, newer or as old as what is there."""

    def __init__(self):
        self._lock = threading.Lock()
        self._last = FIRST_MS

    def next(self, back):
        with self._lock:
            self._last += 1
            return max(FIRST_MS + 1, self._last - back)


class Client(threading.Thread):
    """One of many. `shelves` gives the shelf to ask next, `nodes` are the servers."""

    def __init__(self, number, seed, nodes, shelves, clock, moments):
        super().__init__(name=f"client {number}")
        self.number = number
        self.random = random.Random(seed)
        self.nodes = nodes
        self.shelves = shelves
        self.clock = clock
        self.moments = moments
        self.stopped = False
        self.problem = None
        self.told = collections.Counter()  # By status, and "nothing".
        self._orders = 0
        self._connections = {}

    def run(self):
        try:
            while not self.stopped:
                self.step(self.shelves.pick(self))
        except Exception:  # A thread has nobody to raise to.
            self.problem = f"{self.name}: {traceback.format_exc()}"
        finally:
            self.disconnect()

    # --- Asking. ---

    def ask(self, shelf, public, method, path, body=None, node=None):
        """Returns the answer; None: there was none. Raises OSError where nothing was sent."""
        node = node or self.random.choice(self.nodes)
        key = (node, public)
        address = node.address if public else node.operator_address
        known, connection = self._connections.get(key, (None, None))
        if known != address:
            connection = Connection(address)
            self._connections[key] = address, connection
        fields = ({"Api-Key": shelf.token} if public
                  else {"Authorization": f"Bearer {node.operator_token()}"})
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.socket.settimeout(self.random.choice(PATIENCE_S))
        answer = None
        try:
            answer = connection.request(method, path, fields, body)
        except (OSError, NoAnswer):
            pass  # Killed, paused or late.
        if answer is None or answer.closes():
            connection.close()
            del self._connections[key]
        self.told[answer.status if answer else "nothing"] += 1
        if answer is not None and answer.status == 503:
            if answer.header("Retry-After") is None:
                raise Odd(f"503 without Retry-After: {answer}")
            return None
        return answer

    def disconnect(self):
        for _, connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def tell(self, shelf, what, read, *request, node=None):
        """Asks and notes it; read(answer) is what the answer says, in words of a history; None: of
        nothing. Returns whether there was an answer."""
        begin = self.clock.now()
        try:
            answer = self.ask(shelf, *request, node=node)
        except OSError:
            return False  # The node is gone: nothing was sent.
        end = self.clock.now()
        if answer is None:
            if not what.startswith(("read", "list", "hidden")):
                shelf.note(begin, None, what)
            return False
        said = read(answer)
        if said is None:
            return True
        if what in ("list", "hidden"):
            what, said = f"{what} {said}", ""
        shelf.note(begin, end, what, said)
        return True

    def open(self, shelf):
        """The first numbers of a shelf. Returns whether they are there."""
        names = BATCHES if shelf.is_bulk else SKUS
        items = [(name, 25, FIRST_MS) for name in names]
        while not self.tell(shelf, put_words(items), done, True, "PUT", stocks_path(shelf),
                            put_body(items)):
            if self.stopped:
                return False
        return True

    def repeat(self, *what):
        """The same until it has an answer, or it is time for something else."""
        while not self.tell(*what) and not self.stopped and self.random.random() < REPEATS:
            pass

    # --- Choosing. ---

    def step(self, shelf):
        shelf.asked += 1
        if shelf.is_bulk:
            if self.random.random() < 0.6:
                self.put(shelf, self.random.sample(BATCHES, self.random.choice((1, 1, 2))))
            else:
                self.list(shelf)
            return
        chance = self.random.random()
        if chance < 0.24:
            self.put(shelf, self.random.sample(SKUS, self.random.choice((1, 1, 3, len(SKUS)))))
        elif chance < 0.28:
            self.put_stamped(shelf)
        elif chance < 0.50:
            self.reserve(shelf)
        elif chance < 0.74 and shelf.orders:
            self.act(shelf)
        elif chance < 0.79 and shelf.orders:
            self.read(shelf, self.random.choice(list(shelf.orders)))
        elif chance < 0.85:
            self.mark(shelf)
        elif chance < 0.88:
            self.hidden(shelf)
        else:
            self.list(shelf)

    def put(self, shelf, names):
        """The counts and moments of one request differ, or are all the same."""
        items = [(name, self.random.randint(0, 25),
                  self.moments.next(self.random.choice((0, 0, 0, 1, 5)))) for name in names]
        if self.random.random() < 0.5:
            items = [(name, count, items[0][2]) for name, count, _ in items]
        self.repeat(shelf, put_words(items), done, True, "PUT", stocks_path(shelf),
                    put_body(items))

    def put_stamped(self, shelf):
        """Without a moment: the node's counts, and each is newer than all before. One at a time,
        and none any more after one that had no answer: it may come at any moment."""
        items = [(sku, self.random.randint(0, 25), None)
                 for sku in self.random.sample(SKUS, self.random.choice((1, 3)))]
        with shelf.lock:
            if not shelf.stamps:
                return
            words = put_words([(sku, count, wall_ms()) for sku, count, _ in items])
            shelf.stamps = self.tell(shelf, words, done, True, "PUT", stocks_path(shelf),
                                     put_body(items))

    def reserve(self, shelf):
        """A new order; sometimes one again, as it was or with other items."""
        again = list(shelf.orders)[-5:]
        if again and self.random.random() < 0.15:
            order = self.random.choice(again)
            items, expires_ms = shelf.orders[order]
            if self.random.random() < 0.2:
                items = {sku: count + 1 for sku, count in items.items()}
        else:
            self._orders += 1
            order = f"o-{self.number}-{self._orders}"
            items = {sku: self.random.randint(1, 6)
                     for sku in self.random.sample(SKUS, self.random.choice((1, 2, 3)))}
            expires_ms = 0
            if self.random.random() < 0.2:
                expires_ms = wall_ms() + self.random.randint(50, 1500)
            shelf.orders[order] = items, expires_ms
        body = {"orderId": order,
                "items": [{"sku": sku, "count": count} for sku, count in items.items()]}
        if expires_ms:
            body["expiresAt"] = stamp(expires_ms)
        self.repeat(shelf, f"reserve {order} {expires_ms} {item_words(items)}", reserved, False,
                    "POST", f"/api/v1/campaigns/{shelf.campaign}/orders", body)

    def act(self, shelf):
        order = self.random.choice(list(shelf.orders)[-12:])
        action = self.random.choice(ACTIONS)
        self.repeat(shelf, f"{action} {order}", acted, False, "POST",
                    f"/api/v1/campaigns/{shelf.campaign}/orders/{order}/{action}")

    def mark(self, shelf):
        skus = self.random.sample(SKUS, self.random.choice((1, 3, len(SKUS))))
        hide = self.random.random() < 0.5
        path = f"/v2/campaigns/{shelf.campaign}/hidden-offers" + ("" if hide else "/delete")
        body = {"hiddenOffers": [{"offerId": sku} for sku in skus]}
        self.repeat(shelf, f"{'hide' if hide else 'show'} {' '.join(skus)}", done, True, "POST",
                    path, body)

    # --- Reading; from a node that is given, or any. ---

    def read(self, shelf, order, node=None):
        return self.tell(shelf, f"read {order}", acted, False, "GET",
                         f"/api/v1/campaigns/{shelf.campaign}/orders/{order}", None, node=node)

    def list(self, shelf, node=None):
        if not shelf.is_bulk:
            names, skus = {sku: sku for sku in SKUS}, SKUS
        else:
            name = self.random.choice(BATCHES)
            skus = batch_skus(name)
            names = dict.fromkeys(skus, name)
        return self.tell(shelf, "list", lambda answer: listed(answer, names), True, "POST",
                         stocks_path(shelf), {"offerIds": skus}, node=node)

    def hidden(self, shelf, node=None):
        query = "&".join(f"offer_id={sku}" for sku in SKUS)
        return self.tell(shelf, "hidden", hidden_of, True, "GET",
                         f"/v2/campaigns/{shelf.campaign}/hidden-offers?{query}", None, node=node)


# --- Requests and answers in the words of a history. ---


def stocks_path(shelf):
    return f"/v2/campaigns/{shelf.campaign}/offers/stocks"


def stamp(moment_ms):
    moment = datetime.datetime.fromtimestamp(moment_ms / 1000, datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds")


def batch_skus(name):
    return [f"{name}-{index}" for index in range(BATCH_SKUS)]


def put_body(items):
    """A batch is that many SKUs with one number, so that a half of it would show."""
    rows = []
    for name, count, moment_ms in items:
        item = {"count": count}
        if moment_ms is not None:
            item["updatedAt"] = stamp(moment_ms)
        skus = batch_skus(name) if name in BATCHES else [name]
        rows += [{"sku": sku, "items": [item]} for sku in skus]
    return {"skus": rows}


def put_words(items):
    return "put " + " ".join(f"{name} {count} {moment_ms}" for name, count, moment_ms in items)


def item_words(items):
    return " ".join(f"{sku} {count}" for sku, count in items.items())


def expect(answer, *statuses):
    if answer.status not in statuses:
        raise Odd(str(answer))
    return answer.json


def done(answer):
    expect(answer, 200)
    return ""


def listed(answer, names):
    """A row for each different view of what has one name; -1: there is none."""
    rows = {}
    there = set()
    for warehouse in expect(answer, 200)["result"]["warehouses"]:
        for offer in warehouse["offers"]:
            counts = {row["type"]: row["count"] for row in offer["stocks"]}
            moment = datetime.datetime.fromisoformat(offer["updatedAt"].replace("Z", "+00:00"))
            moment_ms = round(moment.timestamp() * 1000)
            there.add(offer["offerId"])
            row = (f"{names[offer['offerId']]} {counts['FIT']} {counts['FREEZE']} "
                   f"{counts['AVAILABLE']} {moment_ms}")
            rows[row] = True
    rows |= {f"{names[sku]} -1 -1 -1 -1": True for sku in names if sku not in there}
    return " ".join(rows)


def hidden_of(answer):
    found = {offer["offerId"] for offer in expect(answer, 200)["result"]["hiddenOffers"]}
    return " ".join(f"{sku} {int(sku in found)}" for sku in SKUS)


def reserved(answer):
    """400: its time was over before it came; then nothing was done."""
    body = expect(answer, 200, 400, 409)
    if answer.status == 400:
        if answer.message != "expiresAt must be in the future":
            raise Odd(str(answer))
        return None
    if answer.status == 200:
        return order_words(body)
    if answer.code == "ORDER_EXISTS":
        return "exists"
    rows = body["result"]["shortages"]
    return "short " + " ".join(f"{row['sku']} {row['requested']} {row['available']}"
                               for row in rows)


def acted(answer):
    body = expect(answer, 200, 404, 409)
    if answer.status == 404:
        return "missing"
    if answer.status == 409:
        return f"refused {STATE.search(answer.message).group(1)}"
    return order_words(body)


def order_words(body):
    order = body["result"]["order"]
    items = {item["sku"]: item["count"] for item in order["items"]}
    return f"= {order['state']} {item_words(items)}"
