"""Load for stockd, and an auditor that knows what may be there afterwards.

A unit is what one request writes: one SKU, or 200 SKUs with one count, so that a half-applied
request would show. Each unit belongs to one client thread, and each of its requests carries a new,
larger count and a later updatedAt.

`Load(server, seed)` makes the clients; `run(end)` lets them write until end() has ended the server
or said stop; `audit()` reads every unit back and compares it with what was sent and acknowledged.
The two halves share only the units' lists of counts: the auditor never asks the clients.
"""

import datetime
import random
import threading

from tests.contract import registry
from tests.harness.client import Client, NoAnswer

CLIENTS = 4
CAMPAIGNS = registry.SPARE[:3]
SINGLES = 20
BATCHES = 2
BATCH_SKUS = 200
OFFER_IDS_MAX = 500
MS = datetime.timedelta(milliseconds=1)


class Unit:
    """SKUs that are always written together."""

    def __init__(self, campaign, skus):
        self.campaign = campaign
        self.skus = skus
        self.acknowledged = None  # The count; None: nothing was.
        self.sent = []  # Counts sent since, without an answer.

    def may_hold(self, count):
        return count == self.acknowledged or count in self.sent

    def __repr__(self):
        return f"{self.campaign}/{self.skus[0]}"


class Writer(threading.Thread):
    """One client: a request at a time, on units of its own."""

    def __init__(self, address, units, number, seed):
        super().__init__()
        self.address = address
        self.units = units
        self.count = number
        self.random = random.Random(seed)
        self.stopped = False
        self.answers = 0
        self.refused = False  # With 503, the answer of a server that is stopping.
        self.problem = None

    def run(self):
        api = Client(self.address)
        try:
            while not self.stopped:
                self._write(api, self.random.choice(self.units))
        except (OSError, NoAnswer):
            pass  # The server is gone; whether it took the last request, the auditor must allow.
        finally:
            api.close()

    def _write(self, api, unit):
        self.count += 1
        unit.sent.append(self.count)
        answer = put(api, unit.campaign, unit.skus, self.count)
        if answer.status != 200:
            self.stopped = True
            self.refused = answer.status == 503
            self.problem = f"{unit}: {answer}"
            unit.sent.remove(self.count)  # A refusal promises that nothing was applied.
            return
        unit.acknowledged = self.count
        unit.sent.clear()
        self.answers += 1


def put(api, campaign, skus, count):
    """Writes one count to all SKUs; it is also the order of updatedAt."""
    moment = datetime.datetime(2023, 1, 1) + count * MS
    item = {"count": count, "updatedAt": moment.isoformat(timespec="milliseconds") + "Z"}
    body = {"skus": [{"sku": sku, "items": [item]} for sku in skus]}
    return api.request("PUT", f"/v2/campaigns/{campaign}/offers/stocks", _headers(), body)


def counts_of(api, campaign, skus):
    """Returns {SKU: count} of those that are there."""
    found = {}
    for start in range(0, len(skus), OFFER_IDS_MAX):
        answer = api.request("POST", f"/v2/campaigns/{campaign}/offers/stocks", _headers(),
                             {"offerIds": skus[start:start + OFFER_IDS_MAX]})
        if answer.status != 200:
            raise AssertionError(f"reading back: {answer}")
        for warehouse in answer.json["result"]["warehouses"]:
            for offer in warehouse["offers"]:
                stocks = {stock["type"]: stock["count"] for stock in offer["stocks"]}
                found[offer["offerId"]] = stocks["AVAILABLE"]
    return found


def _headers():
    return {"Api-Key": registry.FULL, "Content-Type": "application/json"}


class Load:
    """All clients of one server, over all its lives."""

    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.count = 0
        self.answers = 0
        self.lost_answers = 0  # Requests that were written although nobody was told.
        self.units = [self._units_of(client) for client in range(CLIENTS)]

    @staticmethod
    def _units_of(client):
        units = []
        for campaign in CAMPAIGNS:
            units += [Unit(campaign, [f"one-{client}-{index}"]) for index in range(SINGLES)]
            units += [Unit(campaign, [f"many-{client}-{batch}-{index}"
                                      for index in range(BATCH_SKUS)])
                      for batch in range(BATCHES)]
        return units

    def run(self, end, may_refuse=False):
        """Writes from all clients while end() runs, which ends the server or just returns.

        Any answer but 200 is a failure; with `may_refuse` 503 only ends the client.
        """
        writers = [Writer(self.server.address, units, self.count, self.random.random())
                   for units in self.units]
        for writer in writers:
            writer.start()
        try:
            end()
        finally:
            for writer in writers:
                writer.stopped = True
            for writer in writers:
                writer.join()
        self.count = max(writer.count for writer in writers)
        self.answers += sum(writer.answers for writer in writers)
        problems = [writer.problem for writer in writers
                    if writer.problem and not (writer.refused and may_refuse)]
        if problems:
            raise AssertionError("; ".join(problems))

    def audit(self):
        """Returns what is wrong, a line each. What is there now must stay from here on."""
        api = Client(self.server.address)
        wrong = []
        for campaign in CAMPAIGNS:
            units = [unit for own in self.units for unit in own if unit.campaign == campaign]
            found = counts_of(api, campaign, [sku for unit in units for sku in unit.skus])
            for unit in units:
                wrong += self._audit_unit(unit, {found.get(sku) for sku in unit.skus})
        api.close()
        return wrong

    def _audit_unit(self, unit, counts):
        if len(counts) != 1:
            return [f"{unit}: a part of a request: {sorted(counts, key=str)[:5]}"]
        count = counts.pop()
        if not unit.may_hold(count):
            return [f"{unit}: {count}, acknowledged {unit.acknowledged}, then sent {unit.sent}"]
        self.lost_answers += count != unit.acknowledged
        unit.acknowledged = count
        unit.sent.clear()
        return []
