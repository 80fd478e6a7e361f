"""A stockd with honest clients of many kinds at work, and attackers let loose on it.

`Besieged` is a World (tests/crash) whose clients never stop and whose every request has to be
answered, and one business for the attackers. `attack()` runs attackers for a while and measures
from outside; `settle()` waits until the process holds what it held before.
"""

import random
import threading
import time

from tests.crash.actor import Actor, good, stocks_path
from tests.crash.world import STAYS, World
from tests.harness.client import Client, Connection, NoAnswer
from tests.load.watch import Attacker, Usage, Watch

BACK_S_MAX = 60
FILES_COME_AND_GO = 8  # A newcomer, what lingers, a segment, a file of the query log.
PAGE_SKUS = 400


class Victim(Actor):
    """The business whose tokens the attackers have. It does nothing by itself."""

    CAMPAIGNS = 20
    MARKETS = 12

    def prepare(self):
        self.campaigns = [self.place.store() for _ in range(self.CAMPAIGNS)]
        self.store = self.place.store(placement="FBY")
        self.markets = [700000 + index for index in range(self.MARKETS)]
        self.place.document["marketWarehouses"] = [
            {"id": market, "name": f"Market {market}"} for market in self.markets]

    def clients(self):
        return []

    def settle_in(self):
        """Fills its shelves: a page of `campaigns` has 240 KB, one of `store` 12 times that."""
        skus = [f"{index:03}" + "😀" * 250 for index in range(PAGE_SKUS)]
        body = {"skus": [{"sku": sku, "items": [{"count": 1}]} for sku in skus]}
        for campaign in self.campaigns[:4]:
            good(self.send("PUT", stocks_path(campaign), body))
        for market in self.markets:
            good(self.operator.count(self.store, market, *((sku, "FIT", 1) for sku in skus)))

    def audit(self):
        return []

    def given(self, connections, operator):
        """What an attacker is told."""
        address = self.server.operator_address if operator else self.server.address
        return {"address": tuple(address), "operator": operator, "connections": connections,
                "token": self.place.token, "operator_token": self.server.operator_token(),
                "campaigns": self.campaigns, "market": self.store}


class Newcomer(threading.Thread):
    """An honest client that connects anew for each request, and comes again when it is told 503."""

    def __init__(self, besieged):
        super().__init__()
        self.server = besieged.world.server
        self.path = stocks_path(besieged.victim.campaigns[-1])
        self.fields = {"Api-Key": besieged.victim.place.token}
        self.stopped = False
        self.answered = self.told_to_wait = self.cut_off = 0
        self.problem = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        self.join()
        print(f"# newcomers: {self.answered} answered, {self.told_to_wait} told to wait, "
              f"{self.cut_off} cut off")
        if self.problem is not None:
            raise AssertionError(self.problem)

    def run(self):
        while not self.stopped and self.problem is None:
            try:
                self._ask()
            except (OSError, NoAnswer):
                self.cut_off += 1  # Beyond what can be told to so many at once.
            time.sleep(0.01)

    def _ask(self):
        with Connection(self.server.address) as connection:
            answer = connection.request("POST", self.path + "?limit=1", self.fields)
        if answer.status == 200:
            self.answered += 1
        elif answer.status == 503 and answer.header("Retry-After"):
            self.told_to_wait += 1
        else:
            self.problem = repr(answer)


class Besieged:
    """The world, its honest clients at work from enter to exit."""

    def __init__(self, case, kinds, options, limits=False):
        self.case = case
        self.world = World(random.random(), (Victim, *kinds), options, limits)
        case.addCleanup(self.world.end)
        self.victim = self.world.actors[0]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work)
        self.problem = None
        self.highest = 0

    def __enter__(self):
        self.case.assertEqual([], self.world.start())
        self.thread.start()
        self._wait_until_all_work()
        self.before = self.usage()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _work(self):
        try:
            self.world.run(self.over.wait, STAYS)
        except AssertionError as problem:
            self.problem = problem

    def _wait_until_all_work(self):
        busy = self.world.actors[1:]
        deadline = time.monotonic() + BACK_S_MAX
        while not all(actor.acknowledged > 2 for actor in busy) and self.problem is None:
            self.case.assertLess(time.monotonic(), deadline, "honest clients do not get to work")
            time.sleep(0.01)
        self.assert_honest_are_served()

    def usage(self):
        return Usage(self.world.server.process_id())

    def assert_honest_are_served(self):
        """Nobody has anything to complain of so far."""
        if self.problem is not None:
            raise self.problem

    def attack(self, names, seconds, connections, operator=False):
        """Runs these attacks at the same time. Returns {name: what it saw}, and the Watch."""
        done = [actor.acknowledged for actor in self.world.actors[1:]]
        with Watch(self.world.server.process_id()) as watch:
            attacker = Attacker(names, self.victim.given(connections, operator))
            attacker.wait()
            time.sleep(seconds)  # How long the attack lasts; nothing is expected of the time.
            seen = attacker.end()
        self.highest = max(self.highest, watch.resident)
        for name, one in seen.items():
            where = "operator, " if operator else ""
            print(f"# {where}{name}: {one['opened']} connections, "
                  f"{one['sent_bytes'] >> 10} KB, {one['closed']} ended, "
                  f"answers {one['statuses']}; {watch.resident >> 20} MB, {watch.files} files")
            self.case.assertEqual(0, one["no_retry_after"], name)
            self.case.assertGreater(one["opened"], 0, name)
        self.assert_honest_are_served()
        after = [actor.acknowledged for actor in self.world.actors[1:]]
        print(f"#   meanwhile {sum(after) - sum(done)} honest changes were acknowledged")
        return seen, watch

    def settle(self):
        """Waits until files and threads are what they were before the first attack."""
        deadline = time.monotonic() + BACK_S_MAX
        while True:
            usage = self.usage()
            files = self.before.files + FILES_COME_AND_GO
            if usage.files <= files and usage.threads <= self.before.threads:
                return
            self.case.assertLess(time.monotonic(), deadline,
                                 f"{usage.files} files and {usage.threads} threads, before "
                                 f"{self.before.files} and {self.before.threads}")
            time.sleep(0.02)

    def assert_nothing_is_lost(self):
        """After the honest clients stopped: kill -9, start, and compare."""
        self.world.server.kill()
        self.world.server.options += ("--idle-timeout", 60)  # Comparing takes its time.
        self.case.assertEqual([], self.world.start())
        self.case.assertEqual([], self.world.audit(everything=True))
