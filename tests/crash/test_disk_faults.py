"""A disk that becomes read-only, or fails, under load of every kind: stockd ends with exit status
74 and says so, refuses to start until the disk is mended, and then has everything acknowledged.

Both are real: ext4 on a loop device. The kernel makes it read-only the way it does after an error
of its own, and it fails because the disk below has less room than it says, like a thin volume.
"""

import time

from tests.crash.disks import Image, remount, tmpfs
from tests.crash.stocks import Bulk
from tests.crash.test_kill import WorldCase
from tests.crash.world import KINDS
from tests.harness.stockd import STOP_S_MAX, ServerFault

EXIT_FAILED_DISK = 74
LOAD_S = 0.2
IMAGE_MIB = 400
SMALL_MIB = 24


class DiskFaults(WorldCase):

    def assert_ends_with_74(self, server):
        """The documented stop, and what it says."""
        self.assertEqual(EXIT_FAILED_DISK, server.wait(STOP_S_MAX), server.stderr_tail())
        self.assertIn("event=journal_failed", server.stderr_text())

    def assert_refused_start(self, world, *words):
        before = len(world.server.stderr_text())
        with self.assertRaises(ServerFault):
            world.server.start()
        said = world.server.stderr_text()[before:]
        for word in words:
            self.assertIn(word, said)

    def test_a_disk_that_becomes_read_only_under_load(self):
        world = self.new_world()
        disk = Image(self, world.server.folder / "data", IMAGE_MIB)
        self.addCleanup(world.server.halt)  # Before it is unmounted.
        self.assert_sound(world.start(), "first start")

        def try_to_remount():
            time.sleep(LOAD_S)
            self.assertIn("busy", remount(disk.path, "ro"))  # The kernel protects open files.
            time.sleep(LOAD_S)

        world.run(try_to_remount)
        # What the kernel does after an error. Nobody writes just now: in the moment of an abort
        # ext4 (Linux 6.18) says of a sync that it was done when it was not.
        self.assertEqual("", remount(disk.path, "abort"))
        world.tell_room(False)
        world.run(lambda: self.assert_ends_with_74(world.server))
        world.tell_room(True)
        with self.assertRaises(OSError):
            (disk.path / "new").touch()
        self.assert_refused_start(world, "event=store_not_opened", "a read-only disk")
        disk.mount_again()
        self.assert_sound(world.start(), "after mounting again")
        self.assert_sound(world.audit(everything=True), "after mounting again")

        # One that is read-only from the start, in good order.
        world.server.kill()
        self.assertEqual("", remount(disk.path, "ro"))
        self.assert_refused_start(world, "event=store_not_opened", "a read-only disk")
        self.assertEqual("", remount(disk.path, "rw"))
        self.assert_sound(world.start(), "after remounting")
        self.assert_sound(world.audit(everything=True), "after remounting")
        print("# read-only while running: " + world.figures())

    def test_a_disk_that_fails_under_load(self):
        world = self.new_world(kinds=(*KINDS, Bulk))
        below = world.server.folder / "below"
        tmpfs(self, below, SMALL_MIB)
        disk = Image(self, world.server.folder / "data", IMAGE_MIB, below)
        self.addCleanup(world.server.halt)
        self.assert_sound(world.start(), "first start")
        world.run(lambda: self.assert_ends_with_74(world.server))
        self.assertEqual("", remount(below, f"size={IMAGE_MIB}m"))
        disk.mount_again()
        self.assert_sound(world.start(), "after mending")
        self.assert_sound(world.audit(everything=True), "after mending")
        print("# disk failed while running: " + world.figures())
