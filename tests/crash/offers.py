"""Clients that hide, delete, archive and mark offers, and one for the Market that counts them."""

from tests.crash.actor import Actor, Fact, good, stocks_of, stocks_path, whole
from tests.crash.stocks import put

SKUS = 25
UNFIT = ("QUARANTINE", "DEFECT", "EXPIRED", "UTILIZATION")


def ids(skus):
    return {"offerIds": skus}


class Marker(Actor):
    """Hides and shows, deletes and brings back: each request 25 SKUs of a store."""

    def prepare(self):
        self.store = self.place.store()
        self.count = 0
        self.hidden = [self._fact("hidden", batch) for batch in range(6)]
        self.deleted = [self._fact("deleted", batch) for batch in range(6)]

    @staticmethod
    def _fact(word, batch):
        fact = Fact(f"{word} {batch}", False)
        fact.skus = [f"{word}-{batch}-{index}" for index in range(SKUS)]
        return fact

    def settle_in(self):
        for fact in self.deleted:
            good(put(self, self.store, fact.skus, 1))

    def step(self):
        if self.random.random() < 0.5:
            self._hide_or_show(self.random.choice(self.hidden))
        else:
            self._delete_or_bring_back(self.random.choice(self.deleted))

    def _hide_or_show(self, fact):
        path = f"/v2/campaigns/{self.store}/hidden-offers" + ("/delete" if fact.value else "")
        body = {"hiddenOffers": [{"offerId": sku} for sku in fact.skus]}
        self.change(lambda: self.send("POST", path, body), (fact, not fact.value))

    def _delete_or_bring_back(self, fact):
        self.count += 1
        path = f"/v2/campaigns/{self.store}/offers/delete"
        if fact.value:
            self.change(lambda: put(self, self.store, fact.skus, 1 + self.count), (fact, False))
        else:
            self.change(lambda: self.send("POST", path, ids(fact.skus)), (fact, True))

    def audit(self):
        hidden = set()
        for fact in self.hidden:
            query = "&".join(f"offer_id={sku}" for sku in fact.skus)
            answer = self.read("GET", f"/v2/campaigns/{self.store}/hidden-offers?{query}")
            hidden |= {offer["offerId"] for offer in answer["result"]["hiddenOffers"]}
        there = set()
        for fact in self.deleted:
            answer = self.read("POST", f"/v2/campaigns/{self.store}/offers", ids(fact.skus))
            there |= {offer["offerId"] for offer in answer["result"]["offers"]}
        return [line for fact in self.hidden
                for line in fact.settle(whole(fact.name, (sku in hidden for sku in fact.skus)))
                ] + [line for fact in self.deleted for line in
                     fact.settle(whole(fact.name, (sku not in there for sku in fact.skus)))]


class Archivist(Actor):
    """Archives in a whole business, which has several shelves: each is whole (C97)."""

    refusals_allowed = True  # It begins anew while the registry changes, 8 times at most.

    def prepare(self):
        group = self.place.group()
        self.stores = [self.place.store(), self.place.store(group), self.place.store(group),
                       self.place.store(placement="FBY")]
        self.batches = [[f"kept-{batch}-{index}" for index in range(SKUS)] for batch in range(4)]
        # Of a group all members see the same shelf, so the last of them is left out.
        self.facts = [[Fact(f"archived {store} {skus[0]}", False)
                       for store in (self.stores[0], self.stores[1], self.stores[3])]
                      for skus in self.batches]

    def settle_in(self):
        for skus in self.batches:
            for store in self.stores[:2]:
                good(put(self, store, skus, 1))

    def step(self):
        number = self.random.randrange(len(self.batches))
        facts = self.facts[number]
        wanted = not facts[0].value
        word = "archive" if wanted else "unarchive"
        path = f"/v2/businesses/{self.place.business}/offer-mappings/{word}"
        self.change(lambda: self.send("POST", path, ids(self.batches[number])),
                    *((fact, wanted) for fact in facts), whole=False)

    def audit(self):
        wrong = []
        for skus, facts in zip(self.batches, self.facts):
            for fact, store in zip(facts, (self.stores[0], self.stores[1], self.stores[3])):
                answer = self.read("POST", f"/v2/campaigns/{store}/offers", ids(skus))
                archived = {offer["offerId"] for offer in answer["result"]["offers"]
                            if offer["status"] == "ARCHIVED"}
                wrong += fact.settle(whole(fact.name, (sku in archived for sku in skus)))
        return wrong


class Counter(Actor):
    """The Market: counts of all types in a warehouse of its own, and the mark of free storage."""

    def prepare(self):
        self.store = self.place.store(placement="FBY")
        self.market = 700000 + self.place.business
        self.place.document["marketWarehouses"] = [{"id": self.market, "name": "Market"}]
        self.batches = [[f"counted-{batch}-{index}" for index in range(12)] for batch in range(4)]
        self.counts = [Fact(f"count of {skus[0]}", 0) for skus in self.batches]
        self.free = [Fact(f"free storage of {skus[0]}", False) for skus in self.batches]
        self.count = 0

    def settle_in(self):
        for number in range(len(self.batches)):
            assert self._count(number), "no room for a first count"

    def step(self):
        number = self.random.randrange(len(self.batches))
        if self.random.random() < 0.7:
            self._count(number)
        else:
            free = self.free[number]
            self.change(lambda: self.operator.free_storage(self.store, self.batches[number],
                                                           not free.value),
                        (free, not free.value))

    def _count(self, number):
        self.count += 1
        rows = [(sku, kind, self.count + more) for sku in self.batches[number]
                for more, kind in enumerate(("FIT", *UNFIT))]
        return self.change(lambda: self.operator.count(self.store, self.market, *rows),
                           (self.counts[number], self.count))

    def audit(self):
        wrong = []
        for skus, counted, free in zip(self.batches, self.counts, self.free):
            found = stocks_of(self, self.store, skus)
            wrong += counted.settle(whole(counted.name, (
                found[sku].get(kind, 0) - more for sku in skus
                for more, kind in enumerate(("FIT", *UNFIT)))))
            answer = self.read("POST", stocks_path(self.store),
                               {"offerIds": skus, "withTurnover": True})
            wrong += free.settle(whole(free.name, (
                offer["turnoverSummary"]["turnover"] == "FREE_STORE"
                for row in answer["result"]["warehouses"] for offer in row["offers"])))
        return wrong
