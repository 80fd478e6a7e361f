"""A journal with a part missing is never taken for a whole one: the start is refused, with the
segment's name, and nothing in the folder is changed. Damage within a segment: test_kill.py.
"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.harness.client import Client
from tests.harness.stockd import Stockd, binary

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
