"""A journal that is damaged, or lacks a part, is never taken for a whole one: the start is refused,
with the segment's name, and nothing in the folder is changed.
"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.harness.client import Client
from tests.harness.stockd import ServerFault, Stockd, binary

FIRST = "0000000000000001.journal"
SPARE = "0000000000000002.journal"
SEGMENT_BYTES = 64 * 1024 * 1024


class MissingParts(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        """A journal of some commits and a spare segment, left as a kill -9 leaves it."""
        cls.server = Stockd(registry.build(), "--no-limits")
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        client = Client(cls.server.address)
        for count in range(20):
            answer = client.request("PUT", stocks_path(registry.C), {"Api-Key": registry.FULL},
                                    body_of(one("A", count)))
            assert answer.status == 200, answer
        client.close()
        cls.server.kill()

    def start_after(self, *cuts):
        """Cuts segments of a copy to a size each; returns the start's exit status and log."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "data"
        shutil.copytree(self.server.folder / "data", folder)
        for name, size in cuts:
            with open(folder / "journal" / name, "r+b") as segment:
                segment.truncate(size)
        sizes = self.sizes(folder)
        done = subprocess.run(
            [binary(), "--data", folder, "--listen", "127.0.0.1:0", "--operator-listen",
             "127.0.0.1:0"], capture_output=True, timeout=60, check=False)
        self.assertEqual(sizes, self.sizes(folder))
        return done.returncode, done.stderr.decode()

    def sizes(self, folder):
        return {path.name: path.stat().st_size for path in (folder / "journal").iterdir()}

    def test_a_shortened_segment_is_refused_by_name_and_size(self):
        for size in (4096, 8192, 12288 + 100, SEGMENT_BYTES - 4096):
            with self.subTest(size=size):
                status, log = self.start_after((FIRST, size))
                self.assertEqual(1, status)
                self.assertIn(f"segment {FIRST[:16]} is {size} bytes long", log)

    def test_an_emptied_first_segment_before_another_is_refused(self):
        status, log = self.start_after((FIRST, 0))
        self.assertEqual(1, status)
        self.assertIn(f"segment {SPARE[:16]} is empty, and so is the one before it", log)


class Damage(unittest.TestCase):
    """Bytes of the journal are changed behind the back of a stockd that was killed."""

    def setUp(self):
        self.server = Stockd(registry.build(), "--no-limits")
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

    def write(self, count):
        api = Client(self.server.address)
        answer = api.request("PUT", stocks_path(registry.SPARE[0]), {"Api-Key": registry.FULL},
                             body_of(one("A", count)))
        api.close()
        self.assertEqual(200, answer.status, answer)

    def read(self):
        api = Client(self.server.address)
        answer = api.request("POST", stocks_path(registry.SPARE[0]), {"Api-Key": registry.FULL},
                             {"offerIds": ["A"]})
        api.close()
        row, = answer.json["result"]["warehouses"][0]["offers"]
        return {row["offerId"]: {stock["type"]: stock["count"]
                                 for stock in row["stocks"]}["AVAILABLE"]}

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
