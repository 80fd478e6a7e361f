"""A full disk: writes are refused with words, reads go on, and it ends when there is room again.

The data folder is a small file system in memory; who may not mount one skips the test.
"""

import shutil
import subprocess
import time
import unittest

from tests.contract import registry
from tests.crash.load import counts_of, put
from tests.harness.client import Client
from tests.harness.stockd import Stockd

DISK = "170m"
FILLER_BYTES = 100 * 1024 * 1024
CAMPAIGN = registry.SPARE[0]
REQUESTS_MAX = 400
ROOM_S_MAX = 10


class FullDisk(unittest.TestCase):

    def setUp(self):
        self.server = Stockd(registry.build(), "--no-limits")
        self.data = self.server.folder / "data"
        self.data.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs",
                                  str(self.data)], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.server.stop()
            self.skipTest("no file system can be mounted here: "
                          + mounted.stderr.decode(errors="replace").strip())
        self.addCleanup(self._unmount)
        self.addCleanup(self.server.stop)
        self.api = Client(self.server.address)
        self.written = 0

    def _unmount(self):
        subprocess.run(["umount", str(self.data)], check=True)
        shutil.rmtree(self.server.folder, ignore_errors=True)

    def _start(self):
        self.api.close()
        self.server.start()
        self.api = Client(self.server.address)

    def _write(self):
        """Writes 2000 new SKUs; returns the answer."""
        skus = [f"{self.written:04}-{index:04}-" + "x" * 150 for index in range(2000)]
        answer = put(self.api, CAMPAIGN, skus, self.written + 1)
        if answer.status == 200:
            self.written += 1
        return answer

    def _fill(self):
        """Writes until it is refused; returns the refusal."""
        for _ in range(REQUESTS_MAX):
            answer = self._write()
            if answer.status != 200:
                return answer
        self.fail(f"the disk is not full after {self.written} requests")

    def _assert_all_there(self):
        for number in range(0, self.written, 7):
            skus = [f"{number:04}-{index:04}-" + "x" * 150 for index in (0, 999, 1999)]
            self.assertEqual(dict.fromkeys(skus, number + 1), counts_of(self.api, CAMPAIGN, skus))

    def _assert_refusal(self, answer):
        self.assertEqual(503, answer.status, answer)
        self.assertEqual("SERVICE_UNAVAILABLE", answer.code)
        self.assertGreaterEqual(int(answer.header("Retry-After") or 0), 1, answer)

    def test_writes_wait_for_room_and_reads_go_on(self):
        filler = self.data / "filler"
        with open(filler, "wb") as file:
            file.write(bytes(FILLER_BYTES))
        self._start()
        self._assert_refusal(self._fill())
        self.assertGreater(self.written, 10)
        self.assertNotEqual(200, self.server.operator("/readyz").status)
        self.assertEqual(200, self.server.operator("/healthz").status)
        self._assert_all_there()

        self.server.kill()  # It also starts on a full disk, and says the same.
        self._start()
        self._assert_refusal(self._write())
        self._assert_all_there()

        filler.unlink()
        deadline = time.monotonic() + ROOM_S_MAX
        while self._write().status != 200:
            self.assertLess(time.monotonic(), deadline, "no room in time")
            time.sleep(0.1)  # The server looks for room once a second.
        self.assertEqual(200, self.server.operator("/readyz").status)
        self._assert_all_there()
        self._assert_refusal(self._fill())
        self.server.kill()
        self._start()
        self._assert_all_there()
