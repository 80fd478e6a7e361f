"""Floods, slow clients and deaf ones, one kind after the other and then all at once, while honest
clients go on. Measured from outside: memory stays below the bound that follows from the limits
(docs/operating.md), descriptors and threads come back, every honest request gets its answer, every
503 says when to come again, and in the end nothing acknowledged is missing.

LOAD_S is how long each attack lasts, LOAD_CONNECTIONS with how many connections.
"""

import os
import unittest

from tests.crash.entries import Registrar, Switcher
from tests.crash.offers import Counter, Marker
from tests.crash.orders import Customers, Seller
from tests.crash.stocks import Reader, Writer, WriterOfSeveral
from tests.harness.stockd import binary
from tests.load.besieged import FILES_COME_AND_GO, Besieged, Newcomer

LOAD_S = float(os.environ.get("LOAD_S", 0.3))
ATTACKERS = int(os.environ.get("LOAD_CONNECTIONS", 400))
CONNECTIONS, OPERATOR_CONNECTIONS = 300, 100
THREADS, OPERATOR_THREADS = 2, 1
MEMORY_MB, OPERATOR_MEMORY_MB = 64, 64
OPTIONS = ("--connections", CONNECTIONS, "--threads", THREADS, "--request-timeout", 5,
           "--idle-timeout", 10, "--request-memory-mb", MEMORY_MB)
HONEST = (Writer, WriterOfSeveral, Reader, Marker, Counter, Customers, Seller, Registrar, Switcher)
ATTACKS = (("silent", "slow_heads"), ("slow_bodies", "slow_chunks"), ("deaf", "pipelined"),
           ("unauthorized", "malformed"), ("huge_told", "huge_chunked", "huge_of_a_stranger"),
           ("cut", "half_closed"))
OPERATOR_ATTACKS = (("silent", "slow_bodies"), ("deaf", "pipelined"), ("unauthorized", "malformed"),
                    ("huge_chunked", "cut"))
LINGERING = 2 * 64  # Sockets that are read for a moment after a 503.
KB, MB = 1024, 1024 * 1024
CONNECTION_KB = 64 + 24 + 3 * 64  # The library's, the request's, and what is always granted.
LARGEST_REQUEST_MB = 16  # What a thread may hold beyond what is counted.


def bound():
    """Bytes that the process may hold beyond what it held before: docs/operating.md, Memory."""
    return ((CONNECTIONS + OPERATOR_CONNECTIONS) * CONNECTION_KB * KB
            + (MEMORY_MB + OPERATOR_MEMORY_MB) * MB
            + (THREADS + OPERATOR_THREADS) * LARGEST_REQUEST_MB * MB)


class Flood(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.sanitized = b"__asan_init" in binary().read_bytes()

    def test_honest_clients_are_served_and_memory_is_bounded(self):
        with Besieged(self, HONEST, OPTIONS) as besieged:
            done = [actor.acknowledged for actor in besieged.world.actors]
            with Newcomer(besieged) as newcomer:
                for names in ATTACKS:
                    self.run_them(besieged, names, ATTACKERS // len(names))
                for names in OPERATOR_ATTACKS:
                    self.run_them(besieged, names, ATTACKERS // 2 // len(names), operator=True)
                self.run_them(besieged, sum(ATTACKS, ()), ATTACKERS // 6)
            self.assertGreater(newcomer.answered, 0)
            for actor, before in zip(besieged.world.actors[1:], done[1:]):
                self.assertGreater(actor.acknowledged, before, type(actor).__name__)
        besieged.assert_nothing_is_lost()
        print(f"# memory: {besieged.before.resident >> 20} MB before, {besieged.highest >> 20} MB "
              f"at most, {besieged.before.resident + bound() >> 20} MB allowed; "
              + besieged.world.figures())

    def run_them(self, besieged, names, connections, operator=False):
        _, watch = besieged.attack(names, LOAD_S, connections, operator)
        besieged.settle()
        opened = watch.files - besieged.before.files
        most = OPERATOR_CONNECTIONS if operator else CONNECTIONS
        self.assertLessEqual(opened, most + LINGERING + FILES_COME_AND_GO, names)
        grown = watch.resident - besieged.before.resident
        if not self.sanitized:  # Which keeps what was freed for a while.
            self.assertLess(grown, bound(), f"{names}: {grown >> 20} MB more")


class Limits(unittest.TestCase):
    """With rate and parallel limits in force: a seller who ignores them harms nobody else."""

    def test_a_flood_of_420(self):
        options = ("--connections", CONNECTIONS, "--threads", THREADS)
        with Besieged(self, (Seller, Customers, Counter), options, limits=True) as besieged:
            seen, _ = besieged.attack(["limited"], LOAD_S, 100)
            self.assertGreater(seen["limited"]["statuses"]["420"], 0)
            besieged.settle()
        besieged.assert_nothing_is_lost()
        print("# " + besieged.world.figures())
