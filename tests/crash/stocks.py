"""Clients that write and read what can be ordered.

A unit is what one request writes: one SKU, or 200 SKUs with one count, so that a half-applied
request would show. Each request carries a new, larger count and a later updatedAt.
"""

import datetime

from tests.crash.actor import Actor, Fact, stocks_of, stocks_path, whole
from tests.harness.client import Connection, encode_body, encode_request

SINGLES = 20
BATCHES = 2
BATCH_SKUS = 200
MS = datetime.timedelta(milliseconds=1)


def stamp(count):
    """The updatedAt of a count: they rise together."""
    moment = datetime.datetime(2023, 1, 1) + count * MS
    return moment.isoformat(timespec="milliseconds") + "Z"


def put_body(skus, count):
    item = {"count": count, "updatedAt": stamp(count)}
    return {"skus": [{"sku": sku, "items": [item]} for sku in skus]}


def put(actor, campaign, skus, count):
    """Writes one count to all SKUs; it is also the order of updatedAt."""
    return actor.send("PUT", stocks_path(campaign), put_body(skus, count))


def count_of(actor, campaign, skus):
    """Returns the one AVAILABLE of all these SKUs; None: none of them has a number."""
    found = stocks_of(actor, campaign, skus)
    return whole(skus[0], (found.get(sku, {}).get("AVAILABLE") for sku in skus))


class Unit(Fact):
    """SKUs that are always written together, through any of these campaigns."""

    def __init__(self, campaigns, skus):
        super().__init__(f"{campaigns[0]}/{skus[0]}")
        self.campaigns = campaigns
        self.skus = skus


class Writer(Actor):
    """PUT of one SKU and of 200, in a store and in a group through either member."""

    def prepare(self):
        group = self.place.group()
        alone = self.place.store()
        members = [self.place.store(group), self.place.store(group)]
        self.count = 0
        self.units = []
        for campaigns in ([alone], members):
            self.units += [Unit(campaigns, [f"one-{index}"]) for index in range(SINGLES)]
            self.units += [Unit(campaigns, [f"many-{batch}-{index}"
                                            for index in range(BATCH_SKUS)])
                           for batch in range(BATCHES)]

    def step(self):
        unit = self.random.choice(self.units)
        self.count += 1
        campaign = self.random.choice(unit.campaigns)
        self.change(lambda: put(self, campaign, unit.skus, self.count), (unit, self.count))

    def audit(self):
        wrong = []
        for unit in self.units:
            for campaign in unit.campaigns:
                wrong += unit.settle(count_of(self, campaign, unit.skus))
        return wrong


class WriterOfSeveral(Actor):
    """v3's update over three warehouses: each is whole, a crash may leave the first ones (C108)."""

    def prepare(self):
        self.stores = [self.place.store() for _ in range(3)]
        self.count = 0
        self.units = [[Unit([store], [f"v3-{batch}-{index}" for index in range(40)])
                       for store in self.stores] for batch in range(4)]

    def step(self):
        units = self.random.choice(self.units)
        self.count += 1
        items = [{"sku": sku, "partnerWarehouseId": self.place.warehouse(unit.campaigns[0]),
                  "count": self.count} for unit in units for sku in unit.skus]
        path = f"/v3/businesses/{self.place.business}/offers/stocks/update"
        self.change(lambda: self.send("POST", path, {"skuItems": items}),
                    *((unit, self.count) for unit in units), whole=False)

    def audit(self):
        return [line for units in self.units for unit in units
                for line in unit.settle(count_of(self, unit.campaigns[0], unit.skus))]


class Reader(Actor):
    """Reads what it is just writing: a number that was shown never goes back, nor its half."""

    def prepare(self):
        self.store = self.place.store()
        self.skus = [f"seen-{index}" for index in range(30)]
        self.count = 0
        self.shown = 0
        self.writing = None

    def connect(self):
        super().connect()
        self.writing = Connection(self.server.address)

    def close(self):
        super().close()
        if self.writing is not None:
            self.writing.close()

    def step(self):
        self.count += 1
        fields = {"Api-Key": self.place.token, "Content-Type": "application/json"}
        self.writing.send(encode_request("PUT", stocks_path(self.store), fields,
                                         encode_body(put_body(self.skus, self.count))))
        self.take(count_of(self, self.store, self.skus))
        if self.writing.read_final().status == 200:
            self.shown = self.count
            self.acknowledged += 1
        else:
            self.refused += 1

    def take(self, found):
        if isinstance(found, str):
            raise AssertionError(found)
        self.shown = max(self.shown, found or 0)

    def audit(self):
        found = count_of(self, self.store, self.skus)
        if isinstance(found, str):
            return [found]
        wrong = [] if (found or 0) >= self.shown else [
            f"{self.store}: {found}, and {self.shown} was shown"]
        self.shown = found or 0
        return wrong


class Bulk(Actor):
    """Fills the disk: each request has 2,000 new SKUs with long names, 320 KB in the journal."""

    SKUS = 2000

    def prepare(self):
        self.store = self.place.store()
        self.units = []

    def step(self):
        number = len(self.units)
        unit = Unit([self.store], [f"{number:04}-{index:04}-" + "x" * 150
                                   for index in range(self.SKUS)])
        self.units.append(unit)
        if not self.change(lambda: put(self, self.store, unit.skus, number + 1),
                           (unit, number + 1)):
            self.units.pop()

    def audit(self):
        """Of each a few SKUs, of the last one, which may be half there, all."""
        wrong = []
        for start in range(0, len(self.units), 100):
            units = self.units[start:start + 100]
            skus = [sku for unit in units for sku in unit.skus[::self.SKUS // 4]]
            found = stocks_of(self, self.store, skus)
            for unit in units:
                wrong += unit.settle(whole(unit.name, (
                    found.get(sku, {}).get("AVAILABLE") for sku in unit.skus[::self.SKUS // 4])))
        for unit in self.units[-1:]:
            wrong += unit.settle(count_of(self, self.store, unit.skus))
        return wrong
