"""All clients of one server over all its lives, and the auditor that asks them.

`World(seed)` makes the clients and a server that has not started. `start()` starts it and audits;
`run(end)` lets all clients send until end() has ended the server, or just returned. The clients run
in threads, and each is at most one request ahead of what it knows to be done.
"""

import collections
import random
import threading
import traceback

from tests.crash.actor import Fact, Stopping, facts_of
from tests.crash.entries import Grouper, Issuer, Pusher, Registrar, Switcher
from tests.crash.offers import Archivist, Counter, Marker
from tests.crash.orders import Customers, Seller
from tests.crash.stocks import Reader, Writer, WriterOfSeveral
from tests.harness.client import NoAnswer
from tests.harness.stockd import Stockd

KINDS = (Writer, Writer, WriterOfSeveral, Reader, Marker, Archivist, Counter, Customers, Seller,
         Registrar, Grouper, Issuer, Switcher, Pusher)
FACTS_ALONE = tuple(kind for kind in KINDS if kind not in (Reader, Customers, Pusher))
# A shop that fails twice is switched off, and is slow to reach when the machine is busy.
OPTIONS = ("--push-failures", "2", "--push-retry-ms", "1",
           "--push-connect-timeout-ms", "30000")


NO_ROOM, STOPS, STAYS = "no room", "stops", "stays"


class Sender(threading.Thread):
    """One client at work: a request at a time, until it is stopped or the server is gone."""

    def __init__(self, actor, client, trouble):
        super().__init__()
        self.actor = actor
        self.client = client
        self.refusals_allowed = trouble in (NO_ROOM, STOPS) or actor.refusals_allowed
        self.may_stop = trouble is STOPS
        self.stays = trouble is STAYS
        self.stopped = False
        self.problem = None

    def run(self):
        refused = self.actor.refused
        try:
            self.client.connect()
            while not self.stopped:
                self.client.step()
                if self.actor.refused != refused and not self.refusals_allowed:
                    raise AssertionError("503 where there is room")
        except (OSError, NoAnswer):
            # The server is gone; whether it did the last request, the auditor must allow.
            if self.stays and not self.stopped:
                self.problem = f"{type(self.actor).__name__}: {traceback.format_exc(limit=-4)}"
        except Stopping:
            if not self.may_stop:
                self.problem = f"{type(self.actor).__name__}: {traceback.format_exc(limit=-4)}"
        except Exception:  # A thread has nobody to raise to.
            self.problem = f"{type(self.actor).__name__}: {traceback.format_exc(limit=-4)}"
        finally:
            self.client.close()


class World:
    """Clients of every kind, each with a business of its own."""

    def __init__(self, seed, kinds=KINDS, options=(), limits=False):
        """With `limits` those of rate and of parallel requests are in force."""
        chance = random.Random(seed)
        self.server = Stockd({}, *([] if limits else ["--no-limits"]), *OPTIONS, *options)
        self.actors = [kind(self.server, number, chance.random())
                       for number, kind in enumerate(kinds)]
        self.document = document = collections.defaultdict(list)
        for actor in self.actors:
            for name, rows in actor.place.document.items():
                document[name] += rows
        self.server.write_registry(document)
        self.starts = 0

    def end(self):
        for actor in self.actors:
            actor.end()
        self.server.stop()

    def tell_room(self, has_room):
        """Whether the disk has room from now on."""
        for actor in self.actors:
            actor.has_room = has_room
            actor.started = 0.0

    def before_start(self):
        for actor in self.actors:
            actor.before_start()

    def start(self):
        """Starts the server. Returns what is wrong, a line each."""
        self.before_start()
        self.server.start()
        self.starts += 1
        return self.audit() if self.starts > 1 else self._settle_in()

    def _settle_in(self):
        for actor in self.actors:
            actor.connect()
            actor.settle_in()
            actor.close()
        return []

    def audit(self, everything=False):
        """Returns what is wrong, a line each; what is there now must stay from here on."""
        wrong = []
        for actor in self.actors:
            actor.connect()
            more = {"everything": True} if everything and actor.looks_at_a_part else {}
            wrong += [f"{type(actor).__name__}: {line}" for line in actor.audit(**more)]
            actor.close()
        return wrong

    def run(self, end, trouble=None):
        """Sends from all clients while end() runs. Any answer that nobody expects raises: of what
        changes something, 503 is expected with NO_ROOM and STOPS, of the rest with STOPS alone; and
        with STAYS every request has to have its answer.
        """
        for actor in self.actors:
            if actor.has_room:
                actor.connect()
                actor.begin_round()
                actor.close()
        senders = [Sender(actor, client, trouble)
                   for actor in self.actors for client in actor.clients()]
        for sender in senders:
            sender.start()
        try:
            end()
        finally:
            for sender in senders:
                sender.stopped = True
            for sender in senders:
                sender.join()
        problems = [sender.problem for sender in senders if sender.problem]
        if problems:
            raise AssertionError("\n".join(problems))

    def mark(self):
        """A copy is about to be made: it has to hold what is acknowledged now, or came later."""
        Fact.marking = True
        for actor in self.actors:
            for fact in facts_of(actor):
                fact.since = [fact.value, *fact.open]

    def unmark(self):
        """The copy is made. Returns what it may hold, for audit_copy()."""
        Fact.marking = False
        return {fact: list(fact.since) for actor in self.actors for fact in facts_of(actor)}

    def audit_copy(self, server, may_hold):
        """Returns what is wrong with a copy that `server` runs on. The clients are at rest, and of
        kinds that have nothing but facts.
        """
        wrong = []
        for actor in self.actors:
            facts = facts_of(actor)
            before = [(fact.value, list(fact.open)) for fact in facts]
            for fact in facts:
                fact.value, *fact.open = may_hold.get(fact, [None])
            actor.server = server
            actor.connect()
            wrong += [f"copy, {type(actor).__name__}: {line}" for line in actor.audit()]
            actor.close()
            actor.server = self.server
            for fact, (value, sent) in zip(facts, before):
                fact.value, fact.open = value, sent
        return wrong

    def figures(self):
        """What was done, in words."""
        done = collections.Counter()
        refused = collections.Counter()
        for actor in self.actors:
            done[type(actor).__name__] += actor.acknowledged
            refused[type(actor).__name__] += actor.refused
        words = ", ".join(f"{name} {count}" for name, count in done.items())
        more = f", {sum(refused.values())} refused with 503" if sum(refused.values()) else ""
        return f"{sum(done.values())} acknowledged changes ({words}){more}"
