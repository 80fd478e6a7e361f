"""What all clients of the crash tests are made of.

A `Fact` is something that one request changes as a whole: what was acknowledged of it, and what was
sent since without an answer. An `Actor` is one client with a business of its own: `step()` sends
one request, `audit()` reads back everything it ever changed. It has one request under way at
a time, so after a crash a fact is as it was acknowledged, or as the one open request would have
made it, and nothing in between. Actors share nothing, so any number of them runs at once.
"""

import random
import time

from tests.harness.client import Client
from tests.harness.operator_client import Operator


class Stopping(AssertionError):
    """A request that has nothing to do with room was refused with 503: the server is ending."""


class Fact:
    """A value that is there as a whole, or not at all."""

    marking = False  # Between World.mark() and World.unmark(): what is sent is remembered.

    def __init__(self, name, value=None):
        self.name = name
        self.value = value  # Acknowledged.
        self.open = []  # Sent since, without an answer.
        self.since = [value]  # Acknowledged at the mark, and all that was sent from there on.

    def send(self, value):
        self.open.append(value)
        if self.marking:
            self.since.append(value)

    def settle(self, found):
        """Takes what was read back as the truth; returns what is wrong with it, a line each."""
        wrong = []
        if found != self.value and found not in self.open:
            wrong = [f"{self.name}: {found}, acknowledged {self.value}, then sent {self.open}"]
        self.value = found
        self.open.clear()
        return wrong


class Place:
    """The ids of an actor, and the registry entries that it needs."""

    def __init__(self, number):
        self.business = 1000 + number
        self.token = f"ACMA:{'Actor' * 7}{number:05}:0000{number:04x}"
        self.document = {
            "businesses": [{"id": self.business, "name": f"Business {self.business}"}],
            "campaigns": [], "warehouses": [], "warehouseGroups": [],
            "tokens": [{"name": "all", "businessId": self.business, "scopes": ["all-methods"],
                        "apiKey": self.token}]}
        self._next = 100000 + 100 * number

    def store(self, group=None, placement="FBS", **more):
        """Adds a campaign, with a warehouse where it has one; returns its id."""
        store = self._next
        self._next += 1
        campaign, warehouse = self.entries(store, group, placement)
        self.document["campaigns"].append({**campaign, **more})
        self.document["warehouses"] += warehouse
        return store

    def group(self):
        """Adds a group; returns its id."""
        group = self._next + 800000
        self._next += 1
        self.document["warehouseGroups"].append(
            {"id": group, "businessId": self.business, "name": f"Group {group}"})
        return group

    def entries(self, store, group=None, placement="FBS"):
        """Returns a campaign and the list of its warehouses as a registry has them."""
        warehouse = {"id": self.warehouse(store), "campaignId": store, "name": f"W {store}"}
        if group is not None:
            warehouse["groupId"] = group
        return ({"id": store, "businessId": self.business, "domain": f"Store {store}",
                 "placementType": placement}, [warehouse] if placement == "FBS" else [])

    @staticmethod
    def warehouse(store):
        return store + 400000


class Actor:
    """One client. Subclasses have `settle_in()`, `step()` and `audit()`."""

    refusals_allowed = False  # Whether 503 is an answer it may get at any time.
    looks_at_a_part = False  # audit() takes `everything`; without it old things are sampled.

    def __init__(self, server, number, seed):
        self.server = server
        self.place = Place(number)
        self.random = random.Random(seed)
        self.has_room = True  # The disk has.
        self.started = 0.0  # A moment before the server's last start, if it had room then.
        self.acknowledged = 0
        self.refused = 0
        self.api = None
        self.operator = None
        self.prepare()

    def prepare(self):
        """Says what the registry has to hold. Before the server starts."""

    def clients(self):
        """Those who send at the same time, each with connect(), step() and close()."""
        return [self]

    def before_start(self):
        """Before each start of the server."""
        self.started = time.time() if self.has_room else 0.0

    def settle_in(self):
        """Once, before the first step."""

    def begin_round(self):
        """Before the steps, wherever there is room."""

    def step(self):
        """One request."""
        raise NotImplementedError

    def audit(self):
        """Returns what is wrong, a line each. What is there now must stay from here on."""
        raise NotImplementedError

    def end(self):
        """When all is over."""

    def connect(self):
        """To where the server is now."""
        self.close()
        self.api = Client(self.server.address)
        self.operator = Operator(self.server)

    def close(self):
        if self.api is not None:
            self.api.close()
            self.operator.close()

    def send(self, method, path, body=None, token=None):
        """One request of the public API."""
        fields = {"Api-Key": token or self.place.token}
        if body is not None:
            fields["Content-Type"] = "application/json"
        return self.api.request(method, path, fields, body)

    def read(self, method, path, body=None):
        """Returns the JSON of an answer that has to be good."""
        return good(self.send(method, path, body))

    def change(self, answer_of, *changes, whole=True):
        """Runs answer_of(), a request that sets each (fact, value). Returns whether it did.

        A refusal with 503 changed nothing, or, unless `whole`, perhaps a part of it.
        """
        for fact, value in changes:
            fact.send(value)
        answer = answer_of()
        if answer.status == 200:
            for fact, value in changes:
                fact.value = value
                fact.open.clear()
            self.acknowledged += 1
            return True
        if answer.status != 503:
            raise AssertionError(f"{[fact.name for fact, _ in changes]}: {answer}")
        if answer.header("Retry-After") is None:
            raise AssertionError(f"503 without Retry-After: {answer}")
        self.refused += 1
        if whole:
            for fact, value in changes:
                fact.open.remove(value)
        return False


def facts_of(actor):
    """Returns all facts of an actor, wherever it keeps them."""
    found, left = [], list(vars(actor).values())
    while left:
        thing = left.pop()
        if isinstance(thing, Fact):
            found.append(thing)
        elif isinstance(thing, (list, tuple)):
            left += thing
    return found


def good(answer):
    """Returns the JSON of an answer that has to be good."""
    if answer.status == 503:
        raise Stopping(str(answer))
    if answer.status != 200:
        raise AssertionError(f"reading back: {answer}")
    return answer.json


def stocks_path(campaign):
    return f"/v2/campaigns/{campaign}/offers/stocks"


def stocks_of(actor, campaign, skus):
    """Returns {SKU: {type: count}} of those that have numbers, in the one place they lie in."""
    found = {}
    for start in range(0, len(skus), 500):
        answer = actor.read("POST", stocks_path(campaign), {"offerIds": skus[start:start + 500]})
        for warehouse in answer["result"]["warehouses"]:
            for offer in warehouse["offers"]:
                found[offer["offerId"]] = {row["type"]: row["count"] for row in offer["stocks"]}
    return found


def whole(name, values):
    """Returns the one value that a thing of several parts has, or the parts as a text."""
    values = list(values)
    if all(value == values[0] for value in values):
        return values[0]
    return f"a part of a request: {name} {sorted(set(map(str, values)))[:5]}"
