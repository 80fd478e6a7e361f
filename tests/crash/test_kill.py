"""kill -9 and SIGTERM under load of every kind: nothing acknowledged is lost or half there.

CRASH_ROUNDS turns it up; each EPOCH_ROUNDS rounds begin with a new folder, so that a long run does
not become one of long starts. CRASH_SEED plays a run again.
"""

import os
import random
import subprocess
import time
import unittest

from tests.crash.world import KINDS, STOPS, World
from tests.harness.stockd import binary

ROUNDS = int(os.environ.get("CRASH_ROUNDS", 8))
EPOCH_ROUNDS = 25
LOAD_S_MAX = 0.4
STARTS_CUT_MAX = 3  # After one kill.
START_S_MAX = 0.1


class WorldCase(unittest.TestCase):
    """Makes worlds from one seed, and tells it."""

    def setUp(self):
        self.seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10 ** 9)))
        self.random = random.Random(self.seed)
        print(f"# CRASH_SEED={self.seed}")

    def new_world(self, kinds=KINDS, options=()):
        world = World(self.random.random(), kinds, options)
        self.addCleanup(world.end)
        return world

    def assert_sound(self, wrong, where):
        self.assertEqual([], wrong, f"{where}, CRASH_SEED={self.seed}")


class Kill(WorldCase):

    def test_kill_9_at_any_moment_loses_nothing_acknowledged(self):
        self.kills = self.starts_cut = 0
        for first in range(0, ROUNDS, EPOCH_ROUNDS):
            world = self.new_world()
            for number in range(first, min(first + EPOCH_ROUNDS, ROUNDS)):
                self.assert_sound(world.start(), f"round {number}")
                world.run(lambda: self._kill_soon(world))
                self._cut_starts(world)
            self.assert_sound(world.start(), "after the last round")
            self.assert_sound(world.audit(everything=True), "at the end")
            self._assert_everybody_worked(world, ROUNDS - first)
            print(f"# {self.kills} kills, {self.starts_cut} more while starting: "
                  + world.figures())

    def _kill_soon(self, world):
        time.sleep(self.random.uniform(0, LOAD_S_MAX))  # The moment is the point of the test.
        world.server.kill()
        self.kills += 1

    def _cut_starts(self, world):
        """Now and then the next starts are killed, too."""
        if self.random.random() < 0.6:
            return
        for _ in range(self.random.randint(1, STARTS_CUT_MAX)):
            world.before_start()
            process = start_alone(world.server)
            time.sleep(self.random.uniform(0, START_S_MAX))
            process.kill()
            process.communicate()
            self.starts_cut += 1

    def _assert_everybody_worked(self, world, rounds):
        if rounds >= 5:  # In fewer a slow machine may kill before somebody's first answer.
            for actor in world.actors:
                self.assertGreater(actor.acknowledged, 0, type(actor).__name__)

    def test_sigterm_under_load_loses_nothing_acknowledged_and_exits_0(self):
        world = self.new_world()
        self.assert_sound(world.start(), "first start")
        for number in range(3):
            # Any exit status but 0 raises. Who is told to come again was not served.
            world.run(lambda: self._terminate_soon(world), trouble=STOPS)
            self.assert_sound(world.audit(everything=True), f"round {number}")
        print("# 3 times SIGTERM: " + world.figures())

    def _terminate_soon(self, world):
        time.sleep(self.random.uniform(0.05, LOAD_S_MAX))
        world.before_start()
        world.server.restart(*world.server.options)


def start_alone(server, *more):
    """Starts the program on the server's folder without waiting for it."""
    command = [str(binary()), "--data", str(server.folder / "data"),
               "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0",
               *server.options, *more]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)
