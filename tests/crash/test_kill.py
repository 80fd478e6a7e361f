"""kill -9, SIGTERM, a second process, damage: nothing acknowledged is lost or half there."""

import os
import random
import subprocess
import time
import unittest

from tests.contract import registry
from tests.crash.load import Load, counts_of, put
from tests.harness.client import Client
from tests.harness.stockd import ServerFault, Stockd, binary

ROUNDS = 15
LOAD_S_MAX = 0.4
OPTIONS = ("--no-limits",)


class CrashCase(unittest.TestCase):
    """One server for each test, on a folder of its own."""

    def setUp(self):
        self.seed = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10 ** 9)))
        self.random = random.Random(self.seed)
        self.server = Stockd(registry.build(), *OPTIONS)
        self.addCleanup(self.server.stop)

    def segment(self, index):
        return self.server.folder / "data" / "journal" / f"{index:016x}.journal"

    def change_byte(self, path, offset):
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def refused_start(self):
        """The server must not start, and exits with 1. Returns what it said."""
        before = len(self.server.stderr_text())
        with self.assertRaises(ServerFault):
            self.server.start()
        return self.server.stderr_text()[before:]


class Kill(CrashCase):

    def test_kill_9_at_any_moment_loses_nothing_acknowledged(self):
        print(f"# CRASH_SEED={self.seed}")
        load = Load(self.server, self.seed)
        for number in range(ROUNDS):
            self.server.start()
            self.assertEqual([], load.audit(), f"round {number}, CRASH_SEED={self.seed}")
            load.run(self._kill_soon)
        self.server.start()
        self.assertEqual([], load.audit(), f"last round, CRASH_SEED={self.seed}")
        self.assertGreater(load.answers, ROUNDS)
        print(f"# {ROUNDS} kills, {load.answers} acknowledged requests, "
              f"{load.lost_answers} applied without an answer")

    def _kill_soon(self):
        time.sleep(self.random.uniform(0, LOAD_S_MAX))  # The moment is the point of the test.
        self.server.kill()

    def test_kill_9_while_starting_loses_nothing_acknowledged(self):
        print(f"# CRASH_SEED={self.seed}")
        load = Load(self.server.start(), self.seed)
        load.run(self._kill_soon)
        for _ in range(10):
            process = self._start_alone()
            time.sleep(self.random.uniform(0, 0.1))
            process.kill()
            process.wait()
        self.server.start()
        self.assertEqual([], load.audit(), f"CRASH_SEED={self.seed}")

    def _start_alone(self, *more):
        """Starts the program on the server's folder without waiting for it."""
        command = [str(binary()), "--data", str(self.server.folder / "data"),
                   "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", *more]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)

    def test_sigterm_under_load_loses_nothing_acknowledged_and_exits_0(self):
        load = Load(self.server.start(), self.seed)
        for number in range(3):
            load.run(self._terminate_soon, may_refuse=True)  # Any exit status but 0 raises.
            self.assertEqual([], load.audit(), f"round {number}, CRASH_SEED={self.seed}")

    def _terminate_soon(self):
        time.sleep(self.random.uniform(0.05, LOAD_S_MAX))
        self.server.restart(*OPTIONS)

    def test_a_second_process_on_the_folder_is_refused(self):
        load = Load(self.server.start(), self.seed)
        process = self._start_alone()
        _, said = process.communicate(timeout=30)
        self.assertEqual(1, process.returncode, said)
        self.assertIn("another stockd", said.decode())
        self.assertIn(str(self.server.folder / "data"), said.decode())
        load.run(lambda: time.sleep(0.1))  # The first one goes on.
        self.assertEqual([], load.audit())


class Damage(CrashCase):

    def write(self, count):
        api = Client(self.server.address)
        answer = put(api, registry.SPARE[0], ["A"], count)
        api.close()
        self.assertEqual(200, answer.status, answer)

    def read(self):
        api = Client(self.server.address)
        found = counts_of(api, registry.SPARE[0], ["A"])
        api.close()
        return found

    def frame_offsets(self):
        """Returns where frames begin in the first segment: blocks with their magic."""
        data = self.segment(1).read_bytes()
        return [offset for offset in range(0, len(data), 4096)
                if data[offset:offset + 4] == b"STJF"]

    def test_a_changed_byte_between_records_is_refused_and_named(self):
        self.server.start()
        for count in range(1, 6):
            self.write(count)
        self.server.kill()
        offset = self.frame_offsets()[-3]
        self.change_byte(self.segment(1), offset + 30)
        for _ in range(2):  # Refusing changes nothing.
            said = self.refused_start()
            self.assertIn(self.segment(1).name.split(".")[0], said)
            self.assertIn(f"byte {offset}", said)
        self.change_byte(self.segment(1), offset + 30)
        self.server.start()
        self.assertEqual({"A": 5}, self.read())

    def test_a_torn_end_is_cut_and_told(self):
        self.server.start()
        self.write(1)
        self.write(2)
        self.server.kill()
        self.change_byte(self.segment(1), self.frame_offsets()[-1] + 30)
        self.server.start()
        self.assertEqual({"A": 1}, self.read())
        self.assertIn("event=journal_torn segment=0000000000000001", self.server.stderr_text())
        self.write(3)
        self.server.kill()
        self.server.start()
        self.assertEqual({"A": 3}, self.read())

    def test_a_missing_segment_is_refused(self):
        self.server.start()
        self.write(1)
        self.server.kill()
        self.segment(1).rename(self.server.folder / "away")
        self.assertIn("missing", self.refused_start())
        (self.server.folder / "away").rename(self.segment(1))
        self.server.start()
        self.assertEqual({"A": 1}, self.read())

    def test_a_strange_file_in_the_journal_is_refused(self):
        self.server.start()
        self.write(1)
        self.server.kill()
        stranger = self.segment(1).with_name("backup.tar")
        stranger.write_bytes(b"")
        self.assertIn("backup.tar is not a journal segment", self.refused_start())
        stranger.unlink()
        self.server.start()
        self.assertEqual({"A": 1}, self.read())
