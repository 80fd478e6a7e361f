"""A disk that is full while commands of every kind come: what changes something is refused with 503
and leaves everything as it was, reads go on, and all goes on by itself when there is room again. So
do checkpoints: one that finds no room is given up, and a later one is made.

The data folder is a small file system in memory; who may not mount one skips the test.
"""

import time

from tests.crash.disks import tmpfs
from tests.crash.stocks import Bulk
from tests.crash.test_kill import WorldCase
from tests.crash.world import KINDS, NO_ROOM
from tests.harness.operator_client import Operator

DISK_MIB = 240
FILLER_BYTES = 170 * 1024 * 1024  # What is left takes a segment and no spare, nor a checkpoint.
WAIT_S_MAX = 60


class FullDisk(WorldCase):

    def setUp(self):
        super().setUp()
        self.world = self.new_world(kinds=(*KINDS, Bulk), options=("--checkpoint-mb", 1))
        self.data = self.world.server.folder / "data"
        tmpfs(self, self.data, DISK_MIB)
        self.addCleanup(self.world.server.halt)  # Before it is unmounted.
        self.filler = self.data / "filler"

    def wait_until(self, question, words):
        deadline = time.monotonic() + WAIT_S_MAX
        while not question():
            self.assertLess(time.monotonic(), deadline, f"not in time: {words}")
            time.sleep(0.02)

    def is_ready(self):
        return self.world.server.operator("/readyz").status == 200

    def refused(self):
        return {id(actor): actor.refused for actor in self.world.actors}

    def done(self):
        return {id(actor): actor.acknowledged for actor in self.world.actors}

    def wait_for_more(self, counts_of, words):
        """Every client gets some further answers of that kind; asking shops needs no room."""
        before = counts_of()
        busy = [actor for actor in self.world.actors if type(actor).__name__ != "Pusher"]
        self.wait_until(lambda: all(counts_of()[id(actor)] > before[id(actor)] for actor in busy),
                        words + str([type(actor).__name__ for actor in busy
                                     if counts_of()[id(actor)] == before[id(actor)]]))

    def test_commands_of_every_kind_wait_for_room(self):
        self.filler.write_bytes(bytes(FILLER_BYTES))
        self.assert_sound(self.world.start(), "first start")

        def fill():
            self.wait_until(lambda: not self.is_ready(), "a full disk")
            self.wait_for_more(self.refused, "refusals of all")
            self.assertEqual(200, self.world.server.operator("/healthz").status)

        self.world.run(fill, NO_ROOM)
        self.world.tell_room(False)
        self.assertIn("event=checkpoint_abandoned error=\"no room\"",
                      self.world.server.stderr_text())
        self.assert_sound(self.world.audit(everything=True), "on a full disk")
        self.world.server.kill()
        self.assert_sound(self.world.start(), "a start on a full disk")
        self.assert_sound(self.world.audit(everything=True), "a start on a full disk")
        self.assertFalse(self.is_ready())

        def free():
            self.wait_for_more(self.refused, "refusals of all after a start")
            self.filler.unlink()
            self.wait_until(self.is_ready, "room again")
            self.wait_for_more(self.done, "all go on")

        self.world.run(free, NO_ROOM)
        self.world.tell_room(True)
        self.assert_sound(self.world.audit(everything=True), "after the disk was freed")
        self.world.server.kill()
        self.assert_sound(self.world.start(), "a start afterwards")
        self.assert_sound(self.world.audit(everything=True), "a start afterwards")
        Operator(self.world.server).make_checkpoint()  # Or one more, where the start made it.
        self.wait_until(lambda: self.world.server.metrics()["stockd_checkpoints_total"] > 0,
                        "a checkpoint")
        print("# full disk: " + self.world.figures())
