"""kill -9 and SIGTERM while checkpoints are written, and while segments that they replace are
removed, under load of every kind: nothing acknowledged is lost, and what is left is whole.

Checkpoints come by themselves, as the journal grows, or one after the other, as the operator asks.
CRASH_ROUNDS and CRASH_SEED as in test_kill.py; half as many rounds, as one takes twice as long.
"""

import time

from tests.crash.stocks import Bulk
from tests.crash.test_kill import EPOCH_ROUNDS, LOAD_S_MAX, ROUNDS, WorldCase
from tests.crash.tools import stockd
from tests.crash.world import KINDS, STOPS
from tests.harness.operator_client import Operator

OPTIONS = ("--checkpoint-mb", 1)
PATIENCE_S = 60


class Checkpoints(WorldCase):

    def setUp(self):
        super().setUp()
        self.made = self.torn = self.removed = 0

    def test_kill_9_while_checkpoints_are_made_loses_nothing_acknowledged(self):
        rounds = max(ROUNDS // 2, 2)
        for first in range(0, rounds, EPOCH_ROUNDS):
            world = self.new_world(kinds=(*KINDS, Bulk, Bulk), options=OPTIONS)
            for number in range(first, min(first + EPOCH_ROUNDS, rounds)):
                self.assert_sound(world.start(), f"round {number}")
                world.run(lambda: self.kill_at_a_checkpoint(world, number % 2 == 0))
                found = stockd("check", world.server.folder / "data", "--quiet")
                self.assertEqual(0, found.code, found)
            self.assert_sound(world.start(), "after the last round")
            self.assertRegex(world.server.stderr_tail(), r"event=store_opened .* checkpoint=[1-9]")
            self.assert_sound(world.audit(everything=True), "at the end")
            print(f"# {self.made} checkpoints begun, {self.torn} not finished, "
                  f"{self.removed} times segments removed: " + world.figures())
        self.assertGreater(self.made + self.torn, 0)

    def test_sigterm_in_the_middle_of_one_is_a_clean_stop(self):
        world = self.new_world(options=OPTIONS)
        for number in range(2):
            self.assert_sound(world.start(), f"round {number}")
            world.run(lambda: self.hurry(world, world.server.halt), trouble=STOPS)
        self.assert_sound(world.start(), "after the last stop")
        self.assert_sound(world.audit(everything=True), "after the last stop")
        print("# 2 times SIGTERM: " + world.figures())

    def hurry(self, world, end):
        """Asks for one checkpoint after the other for a while; then ends as `end` says."""
        operator = Operator(world.server)
        until = time.monotonic() + self.random.uniform(0, LOAD_S_MAX)
        while time.monotonic() < until:
            self.assertEqual(200, operator.send("POST", "/checkpoint").status)
        operator.close()
        end()

    def kill_at_a_checkpoint(self, world, hurried):
        """While they come one after the other, or a moment after one came by itself."""
        data = world.server.folder / "data"
        before, first = self.checkpoints(data), min(self.segments(data))
        if hurried:
            self.hurry(world, world.server.kill)
        else:
            self.wait_for_change(data, before, first)
            time.sleep(self.random.choice((0, 0.001, 0.01, self.random.uniform(0, LOAD_S_MAX))))
            world.server.kill()
        self.made += bool(self.checkpoints(data) - before)
        self.torn += len(self.checkpoints(data)) > 1
        self.removed += min(self.segments(data)) > first

    def wait_for_change(self, data, before, first):
        """Until a checkpoint is begun, or a segment goes where there are several."""
        goes = self.random.random() < 0.5 and len(self.segments(data)) > 2
        deadline = time.monotonic() + PATIENCE_S
        while min(self.segments(data)) == first if goes else self.checkpoints(data) == before:
            self.assertLess(time.monotonic(), deadline, "there is no checkpoint")

    @staticmethod
    def checkpoints(data):
        folder = data / "checkpoints"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    @staticmethod
    def segments(data):
        return {path.name for path in (data / "journal").iterdir()}
