"""Clients that order, and the rule that units neither appear nor vanish.

Several customers order from the same few SKUs, of which there are not enough. Each order is the
fact of one client; what lies on the shelf belongs to all, and is held against the orders there are:
FREEZE is what reserved and packed ones hold, and AVAILABLE is what was put in less what they hold,
what was shipped, and what was cancelled after packing. A new round has new SKUs; of those before
it a part is looked at again, and all of it at the end.
"""

import datetime
import threading
import time

from tests.crash.actor import Actor, Fact, good, stocks_of
from tests.crash.stocks import put
from tests.harness.operator_client import Operator

SKUS = 12
UNITS = 40
AGAIN = 20  # Orders of older rounds that are read again each time.
LATE_S_MAX = 30
HOLDING = ("RESERVED", "PACKED")
NEXT = {"pack": "PACKED", "ship": "SHIPPED", "cancel": "CANCELLED"}
ACTIONS = {"RESERVED": ("pack", "ship", "cancel"), "PACKED": ("ship", "cancel")}


class Order(Fact):
    """`value` is its state; None: there is none."""

    def __init__(self, name, items, expires_s):
        super().__init__(name)
        self.id = name
        self.items = items
        self.expires_s = expires_s  # None: never.
        self.packed = False  # Was it, when it was cancelled?

    def is_due(self, now):
        return self.expires_s is not None and self.expires_s <= now

    def settle_at(self, found, started, now):
        """Like settle(), for a server that began to start at `started`."""
        before = {self.value, *self.open}
        if found == "EXPIRED" and self.is_due(now) and "RESERVED" in before:
            self.open.append(found)
        wrong = []
        if found == "RESERVED" and self.is_due(started):
            wrong = [f"{self.name}: RESERVED, and its time was over before the start"]
        self.packed |= found == "CANCELLED" and "PACKED" in before
        return wrong + self.settle(found)

    def units_gone(self, sku):
        gone = self.value in HOLDING or self.value == "SHIPPED" or self.packed
        return self.items.get(sku, 0) if gone else 0

    def units_held(self, sku):
        return self.items.get(sku, 0) if self.value in HOLDING else 0


class Shelf:
    """What all customers order from in one round."""

    def __init__(self, number):
        self.skus = [f"goods-{number}-{index}" for index in range(SKUS)]
        self.orders = []


class Customer:
    """One of those who order, with a connection of its own; knows only its own orders."""

    def __init__(self, store):
        self.store = store
        self.orders = []
        self.operator = None

    def connect(self):
        self.close()
        self.operator = Operator(self.store.server)

    def close(self):
        if self.operator is not None:
            self.operator.close()

    def step(self):
        mine = [order for order in self.orders if order.value in HOLDING
                and order.expires_s is None]
        if not mine or self.store.random.random() < 0.5:
            self.orders.append(self._make())
        else:
            order = self.store.random.choice(mine)
            self._act(order, self.store.random.choice(ACTIONS[order.value]))

    def _make(self):
        order = self.store.new_order()
        more = {}
        if order.expires_s is not None:
            moment = datetime.datetime.fromtimestamp(order.expires_s, datetime.timezone.utc)
            more["expiresAt"] = moment.isoformat(timespec="milliseconds")
        order.open.append("RESERVED")
        answer = self.operator.order(self.store.store, order.id, order.items, **more)
        if answer.status == 409 and answer.code == "NOT_ENOUGH_STOCK":
            self.store.take(short=1)
        elif answer.status == 400 and order.is_due(time.time()):
            pass  # Its time was over before it arrived.
        else:
            self._take(order, answer, "RESERVED")
        order.open.clear()
        return order

    def _act(self, order, action):
        state = NEXT[action]
        order.open.append(state)
        packed = order.value == "PACKED" and action == "cancel"
        self._take(order, self.operator.act(self.store.store, order.id, action), state)
        order.packed |= packed and order.value == state
        order.open.clear()

    def _take(self, order, answer, state):
        if answer.status == 200:
            order.value = state
            self.store.take(acknowledged=1)
        elif answer.status == 503:
            self.store.take(refused=1)
        else:
            raise AssertionError(f"{order.name} to {state}: {answer}")


class Customers(Actor):
    """One store and its customers."""

    looks_at_a_part = True

    def prepare(self):
        self.store = self.place.store()
        self.shelves = []
        self.customers = [Customer(self) for _ in range(3)]
        self.number = 0
        self.short = 0
        self.lock = threading.Lock()  # Guards the figures and the list of orders.

    def clients(self):
        return self.customers

    def settle_in(self):
        self.begin_round()

    def begin_round(self):
        """New goods for everybody."""
        shelf = Shelf(len(self.shelves))
        good(put(self, self.store, shelf.skus, UNITS))
        self.shelves.append(shelf)
        for customer in self.customers:
            customer.orders = []

    def take(self, acknowledged=0, refused=0, short=0):
        with self.lock:
            self.acknowledged += acknowledged
            self.refused += refused
            self.short += short

    def new_order(self):
        with self.lock:
            self.number += 1
            items = {sku: self.random.randint(1, 3)
                     for sku in self.random.sample(self.shelves[-1].skus, 3)}
            expires_s = None
            if self.random.random() < 0.4:
                expires_s = int((time.time() + self.random.uniform(0.02, 0.4)) * 1000) / 1000
            order = Order(f"order-{self.number}", items, expires_s)
            self.shelves[-1].orders.append(order)
            return order

    def audit(self, everything=False):
        wrong = []
        for shelf in self.shelves:
            orders = shelf.orders
            if shelf is not self.shelves[-1] and not everything:
                orders = self.random.sample(orders, min(AGAIN, len(orders)))
            for order in orders:
                wrong += self._audit_order(order)
            for order in orders:
                wrong += self._wait_for_end(order)
            wrong += self._audit_shelf(shelf)
        return wrong

    def _audit_order(self, order):
        answer = self.operator.get_order(self.store, order.id)
        if answer.status == 404:
            return order.settle_at(None, self.started, time.time())
        found = good(answer)["result"]["order"]
        items = {item["sku"]: item["count"] for item in found["items"]}
        wrong = [] if items == order.items else [f"{order.name}: {items}, sent {order.items}"]
        return wrong + order.settle_at(found["state"], self.started, time.time())

    def may_end(self, order):
        """Without room no order ends by itself: there is nowhere to write that down."""
        return self.has_room and order.value == "RESERVED" and order.expires_s is not None

    def _wait_for_end(self, order):
        """An order that would expire while the shelf is looked at is waited for."""
        wrong = []
        while self.may_end(order) and not wrong:
            if time.time() > order.expires_s + LATE_S_MAX:
                return [f"{order.name}: RESERVED, and its time is long over"]
            wrong = self._audit_order(order)
        return wrong

    def _audit_shelf(self, shelf):
        found = stocks_of(self, self.store, shelf.skus)
        wrong = []
        for sku in shelf.skus:
            gone = sum(order.units_gone(sku) for order in shelf.orders)
            held = sum(order.units_held(sku) for order in shelf.orders)
            expected = {"FIT": UNITS - gone + held, "FREEZE": held, "AVAILABLE": UNITS - gone}
            if found.get(sku) != expected:
                wrong.append(f"{self.store}/{sku}: {found.get(sku)}, orders say {expected}")
        return wrong


class Seller(Actor):
    """Counts and orders of one client in turns: the whole shelf is one fact, exact to the unit."""

    KEPT = 12  # Orders that are looked at.

    def prepare(self):
        self.store = self.place.store()
        self.skus = [f"sold-{index}" for index in range(8)]
        self.number = 0
        self.fact = Fact(f"shelf of {self.store}", self._value(dict.fromkeys(self.skus, (0, 0)),
                                                               {}))

    @staticmethod
    def _value(shelf, orders):
        """`shelf` is {SKU: (available, reserved)}, `orders` {id: (state, items)}."""
        return tuple(sorted(shelf.items())), tuple(
            (name, state, tuple(sorted(items.items()))) for name, (state, items) in orders.items())

    def _now(self):
        shelf, orders = self.fact.value
        return dict(shelf), {name: (state, dict(items)) for name, state, items in orders}

    def settle_in(self):
        good(put(self, self.store, self.skus, 0))

    def step(self):
        shelf, orders = self._now()
        live = [name for name, (state, _) in orders.items() if state in HOLDING]
        chance = self.random.random()
        if chance < 0.3:
            self._put(shelf, orders)
        elif chance < 0.6 or not live:
            self._reserve(shelf, orders)
        else:
            self._act(shelf, orders, self.random.choice(live))

    def _put(self, shelf, orders):
        self.number += 1
        skus = self.random.sample(self.skus, 4)
        for sku in skus:
            shelf[sku] = (self.number, shelf[sku][1])
        self.change(lambda: put(self, self.store, skus, self.number),
                    (self.fact, self._value(shelf, orders)))

    def _reserve(self, shelf, orders):
        items = {sku: self.random.randint(1, max(1, shelf[sku][0] // 4))
                 for sku in self.random.sample(self.skus, 3)}
        if any(shelf[sku][0] < count for sku, count in items.items()):
            self._put(shelf, orders)
            return
        self.number += 1
        name = f"order-{self.number}"
        for sku, count in items.items():
            shelf[sku] = (shelf[sku][0] - count, shelf[sku][1] + count)
        orders[name] = ("RESERVED", items)
        self._forget(orders)
        self.change(lambda: self.operator.order(self.store, name, items),
                    (self.fact, self._value(shelf, orders)))

    def _forget(self, orders):
        over = [name for name, (state, _) in orders.items() if state not in HOLDING]
        for name in over[:max(0, len(orders) - self.KEPT)]:
            del orders[name]

    def _act(self, shelf, orders, name):
        state, items = orders[name]
        action = self.random.choice(ACTIONS[state])
        orders[name] = (NEXT[action], items)
        for sku, count in items.items() if action != "pack" else ():
            back = count if action == "cancel" and state == "RESERVED" else 0
            shelf[sku] = (shelf[sku][0] + back, shelf[sku][1] - count)
        self.change(lambda: self.operator.act(self.store, name, action),
                    (self.fact, self._value(shelf, orders)))

    def audit(self):
        """Orders that only an open request knows are looked for as well."""
        found = stocks_of(self, self.store, self.skus)
        shelf = {sku: (found[sku]["AVAILABLE"], found[sku]["FREEZE"]) for sku in self.skus}
        known = {name for value in (self.fact.value, *self.fact.open) for name, _, _ in value[1]}
        read = {name: self._read_order(name) for name in known}
        for value in (self.fact.value, *self.fact.open):
            names = [name for name, _, _ in value[1]]
            orders = {name: read[name] for name in names if read[name] is not None}
            if self._value(shelf, orders) == value:
                return self.fact.settle(value)
        return self.fact.settle(self._value(shelf, {name: order for name, order in read.items()
                                                    if order is not None}))

    def _read_order(self, name):
        answer = self.operator.get_order(self.store, name)
        if answer.status == 404:
            return None
        order = good(answer)["result"]["order"]
        return order["state"], {item["sku"]: item["count"] for item in order["items"]}
