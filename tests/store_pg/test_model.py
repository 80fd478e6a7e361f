"""Random commands on both stores: the PostgreSQL store answers as the local one does.

A seed that failed is played again with STORE_PG_SEED=n; STORE_PG_STEPS=n takes more of them.
"""

import os
import random

from tests.store_pg import case, driver, store

SEED = int(os.environ.get("STORE_PG_SEED", "0")) or random.randrange(1, 1 << 30)
STEPS = int(os.environ.get("STORE_PG_STEPS", "2000"))
SKUS = ["A", "B", "a", "aa", "a b", "я", "\U0001F600", "\uFFFD", "z%\"\\,{}'", "NULL",
        *map(str, range(10))]
DAY = 86_400_000
BEGIN = 1_700_000_000_000
VERDICTS = ["OK", "UNKNOWN_SKU", "BAD_POSITION", "NO_ROOM", "BELOW_RESERVED", "SHORTAGE",
            "ORDER_EXISTS", "ORDER_UNKNOWN", "ORDER_STATE"]
ACTION_STATES = {1: store.READ, 2: store.PACKED, 3: store.SHIPPED, 4: store.CANCELLED}


def cells_of(rows):
    """Cells of the PostgreSQL store as the local one prints them."""
    return sorted([row[0], *row[1:5], *(unfit or 0 for unfit in row[5:9]),
                   -1 if row[9] is None else row[9]] for row in rows)


def cells_printed(lines):
    return sorted([driver.unescaped(line[0]), *map(int, line[1:])] for line in lines)


class Resending(store.Store):
    """Some statements are sent again, as after a connection that broke before the answer came: the
    second answer counts."""

    WRITES = {"put", "put_each", "count", "mark", "reserve", "order", "expire"}

    def __init__(self, url, chance):
        super().__init__(url)
        self.chance = chance

    def run(self, name, *values):
        if name in self.WRITES and self.chance.random() < 0.25:
            super().run(name, *values)
        return super().run(name, *values)


class Pair:
    """The two stores and a clock that does not go back."""

    def __init__(self, test, chance):
        self.test = test
        self.chance = chance
        self.now = BEGIN
        self.pg = Resending(test.database.url, random.Random(0))
        test.addCleanup(self.pg.close)
        self.local = driver.Local()
        test.addCleanup(self.local.close)

    def shelf(self):
        return self.chance.choice([self.test.shelf, self.test.market])

    def units(self):
        return self.chance.choice([0, 1, 2, 3, 7, 20, 20, 100] * 2
                                  + [2_000_000_000, 1_999_999_990])

    def moment(self):
        """Near the clock, often the same one again."""
        return self.now + self.chance.choice([0, 0, 0, 0, -1, 1, -1000, 1000, -DAY, DAY // 2])

    def skus(self):
        """Of all, or of those that most is done to."""
        known = self.chance.choice([SKUS, SKUS[:4]])
        return self.chance.sample(known, self.chance.randint(1, 4))

    def step(self):
        self.now += self.chance.choice([0, 0, 0, 1, 1000, 3_600_000, DAY, 40 * DAY // 7])
        if self.chance.random() < 0.005:
            self.now += 70 * DAY
        scenes = [self.repeated_put, self.counted_below]
        commands = [self.put, self.mark, self.count, self.count, self.reserve, self.reserve,
                    self.reserve, self.order, self.order, self.expire, self.page]
        self.chance.choice(commands * 3 + scenes)()

    def check(self, what, theirs, ours):
        self.test.assertEqual(ours, theirs, f"{what} at {self.now}")

    def repeated_put(self):
        """The same number again, after orders or a mark, perhaps."""
        shelf, policy, moment = self.shelf(), self.chance.randrange(3), self.now + DAY
        items = [(sku, 100, moment) for sku in self.skus()]
        self.put(shelf, policy, items)
        for number in range(self.chance.randrange(3)):
            self.reserve(shelf, f"scene-{number}", [(sku, 1) for sku, *_ in items])
        if self.chance.random() < 0.3:
            self.mark(shelf, [items[0][0]], store.DELETED)
        if self.chance.random() < 0.2:
            self.count(shelf, [(items[0][0], store.FIT, 101, moment)])
        self.put(shelf, policy, items)
        for number in range(2):
            self.order(shelf, f"scene-{number}", 4)

    def counted_below(self):
        """Less than orders hold, of some SKUs, one of them unknown, perhaps."""
        shelf, skus = self.shelf(), self.skus()
        self.put(shelf, 0, [(sku, 10, self.now) for sku in skus])
        self.reserve(shelf, "scene-0", [(sku, 5) for sku in skus])
        items = [(sku, store.FIT, self.chance.choice([4, 5, 6]), self.now) for sku in skus]
        unknown = f"unknown-{self.now}-{self.chance.random()}"
        self.count(shelf, [*items, (unknown, store.FIT, 1, self.now)])
        self.order(shelf, "scene-0", 4)

    def put(self, shelf=None, policy=None, items=None):
        moment = self.moment()
        shelf = shelf or self.shelf()
        policy = self.chance.randrange(3) if policy is None else policy
        items = items or [(sku, self.units(), moment) for sku in self.skus()]
        fields = [part for sku, *rest in items for part in (driver.escaped(sku), *rest)]
        [[verdict, applied, stale, unknown]] = self.local.ask("put", shelf, policy, *fields)
        theirs = (VERDICTS[int(verdict)], int(applied), int(stale),
                  driver.unescaped(unknown) or None)
        self.check("put", theirs, self.pg.put(shelf, *items, policy=policy))

    def mark(self, shelf=None, skus=None, add=None):
        shelf, skus = shelf or self.shelf(), skus or self.skus()
        create = self.chance.random() < 0.6
        add = self.chance.choice([0, 1, 2, 4, 8, 16, 16, 5]) if add is None else add
        clear = self.chance.choice([0, 1, 2, 4, 31]) & ~add
        [[verdict]] = self.local.ask("mark", shelf, int(create), add, clear,
                                     *map(driver.escaped, skus))
        self.pg.mark(shelf, *skus, add=add, clear=clear, create=create)
        self.check("mark", VERDICTS[int(verdict)], "OK")

    def count(self, shelf=None, items=None):
        shelf, least = shelf or self.shelf(), self.chance.random() < 0.5
        types = [store.FIT, store.AVAILABLE, *range(store.QUARANTINE, store.UTILIZATION + 1)]
        items = items or [(sku, kind, self.units(), self.moment()) for sku in self.skus()
                          for kind in self.chance.sample(types, self.chance.randint(1, 3))]
        self.chance.shuffle(items)
        fields = [part for sku, *rest in items for part in (driver.escaped(sku), *rest)]
        [[verdict, *below]] = self.local.ask("count", shelf, int(least), *fields)
        sku, held = below if len(below) == 2 else (None, None)
        theirs = (VERDICTS[int(verdict)], sku and driver.unescaped(sku), held and int(held))
        self.check("count", theirs, self.pg.count(shelf, *items, least=least))

    def _order(self, lines):
        """An answer of the local store as the other one gives it."""
        verdict, *head = map(int, lines[0])
        code = VERDICTS[verdict]
        if code in ("SHORTAGE", "ORDER_UNKNOWN"):
            head = [None] * 4
        rows = [(driver.unescaped(line[0]), *map(int, line[1:])) for line in lines[1:]]
        return (code, tuple(head), [row for row in rows if len(row) == 2],
                [row for row in rows if len(row) == 3])

    def name(self):
        return f"order-{self.chance.randint(1, 6)}"

    def reserve(self, shelf=None, name=None, items=None):
        shelf, name, campaign = shelf or self.shelf(), name or self.name(), self.campaign()
        items = items or [(sku, max(1, self.units())) for sku in self.skus()]
        expires = self.chance.choice([0, self.now + 1000, self.now + DAY])
        fields = [part for sku, count in items for part in (driver.escaped(sku), count)]
        lines = self.local.ask("order", shelf, 0, campaign, name, self.now, expires, *fields)
        self.check("reserve", self._order(lines),
                   self.pg.reserve(shelf, campaign, name, *items, now=self.now, expires=expires))

    def campaign(self):
        return self.chance.choice([1, 1, 1, 2])

    def order(self, shelf=None, name=None, action=None):
        shelf, name, campaign = shelf or self.shelf(), name or self.name(), self.campaign()
        action = action or self.chance.choice(list(ACTION_STATES))
        lines = self.local.ask("order", shelf, action, campaign, name, self.now, 0)
        self.check("order", self._order(lines),
                   self.pg.order(shelf, campaign, name, ACTION_STATES[action], self.now))

    def expire(self):
        self.local.ask("expire", self.now)
        for shelf, _ in self.pg.expiring(self.now):
            self.pg.expire(shelf, self.now)
        self.check("expire", [], self.pg.expiring(self.now))

    def page(self):
        shelf, mask = self.shelf(), self.chance.choice([0, 0, 1, 6, 16, 31])
        values = {"presence": self.chance.randrange(3), "mask": mask,
                  "wanted": mask & self.chance.choice([0, 1, 4, 31]),
                  "never": self.chance.random() < 0.5, "at": self.moment(), "limit": 500}
        lines = self.local.ask("page", shelf, values["presence"], mask, values["wanted"],
                               int(values["never"]), values["at"])
        self.check("page", cells_printed(lines), cells_of(self.pg.page(shelf, **values)[100]))

    def compare(self):
        """All that there is."""
        for shelf in (self.test.shelf, self.test.market):
            theirs = cells_printed(self.local.ask("page", shelf, 0, 0, 0, 1, self.now))
            ours = cells_of(self.pg.page(shelf, at=self.now, limit=500)[100])
            self.test.assertEqual(ours, theirs)
            for campaign in (0, 1):
                [totals] = self.local.ask("totals", shelf, campaign)
                self.test.assertEqual(self.pg.totals(shelf, campaign), list(map(int, totals)))


class TestBothStores(case.StoreCase):
    """Seeded; a failure says which step."""

    def play(self, seed, steps):
        pair = Pair(self, random.Random(seed))
        for step in range(steps):
            try:
                pair.step()
                pair.compare()
            except Exception as error:
                raise AssertionError(f"STORE_PG_SEED={seed}, step {step}: {error}") from error

    def test_random_commands_mean_the_same(self):
        self.play(SEED, STEPS)
