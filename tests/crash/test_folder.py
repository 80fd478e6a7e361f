"""Data folders that are not for this process: somebody has it open, it belongs to somebody else, it
is not there, or a newer stockd wrote it. Each is refused with words that name it, exit status 1,
and nothing in it is changed.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time
import unittest

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.crash.tools import stockd
from tests.crash.test_kill import WorldCase, start_alone
from tests.crash.xxh3 import checksum
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd, binary

BLOCK = 4096
NOBODY = "nobody"
NEW_KIND = 200
NEW_VERSION = 99


def contents(folder):
    """Returns {path: (mode, bytes)} of a folder's files but the lock's."""
    return {path.relative_to(folder): (path.stat().st_mode, path.read_bytes())
            for path in sorted(folder.rglob("*")) if path.is_file()}


class SecondProcess(WorldCase):

    def test_a_second_process_is_refused_and_the_first_goes_on(self):
        world = self.new_world()
        self.assert_sound(world.start(), "first start")
        data = world.server.folder / "data"
        link = world.server.folder / "the same under another name"
        link.symlink_to(data, target_is_directory=True)

        def second():
            for path in (data, link):
                process = start_alone(world.server, "--data", path)
                _, said = process.communicate(timeout=30)
                self.assertEqual(1, process.returncode, said)
                self.assertIn("another stockd", said.decode())
                self.assertIn(str(path), said.decode())
            time.sleep(0.1)

        world.run(second)
        self.assert_sound(world.audit(everything=True), "beside a second one")
        print("# beside a second process: " + world.figures())


class MovedFolder(unittest.TestCase):
    """A folder is moved away under a stockd at work, and another one comes into its place."""

    def put(self, server, sku, count):
        client = Client(server.address)
        answer = client.request("PUT", stocks_path(registry.C), {"Api-Key": registry.FULL},
                                body_of(one(sku, count)))
        client.close()
        self.assertEqual(200, answer.status, answer)

    def test_nothing_is_written_into_the_other_folder(self):
        server = Stockd(registry.build(), "--no-limits")
        self.addCleanup(server.stop)
        server.start()
        self.put(server, "A", 1)
        data, moved, backup = (server.folder / name for name in ("data", "moved", "backup"))
        operator = Operator(server)
        self.assertEqual(200, operator.make_checkpoint().status)
        self.assertEqual(0, stockd("backup", "--data", data, backup).code)
        data.rename(moved)
        self.assertEqual(0, stockd("restore", backup, "--data", data).code)
        before = {name: contents(data / name) for name in ("journal", "checkpoints")}
        self.put(server, "A", 2)
        operator.send("POST", "/checkpoint")
        figures = {"done": 1, "failed": 0}
        while figures["done"] + figures["failed"] == 1:
            figures = operator.checkpoint().json["result"]
        operator.close()
        for name, files in before.items():
            self.assertTrue(files == contents(data / name), name)
        self.assertIn("event=data_folder_moved", server.stderr_text())
        server.kill()
        shutil.rmtree(data)
        moved.rename(data)
        server.start()
        client = Client(server.address)
        answer = client.request("POST", stocks_path(registry.C), {"Api-Key": registry.FULL})
        client.close()
        offer = answer.json["result"]["warehouses"][0]["offers"][0]
        self.assertIn({"type": "AVAILABLE", "count": 2}, offer["stocks"])


class FolderCase(unittest.TestCase):
    """A folder that a stockd has written to and left, with a checkpoint."""

    @classmethod
    def setUpClass(cls):
        cls.server = Stockd(registry.build(), "--no-limits")
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        client = Client(cls.server.address)
        for count in range(3):
            answer = client.request("PUT", stocks_path(registry.C), {"Api-Key": registry.FULL},
                                    body_of(one("A", count)))
            assert answer.status == 200, answer
            if count == 1:
                operator = Operator(cls.server)
                assert operator.make_checkpoint().status == 200
                operator.close()
        client.close()
        cls.server.kill()

    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.top.chmod(0o755)
        self.data = self.top / "data"
        shutil.copytree(self.server.folder / "data", self.data)

    def start(self, data=None, **how):
        """Starts it until it ends, or says that it is ready. Returns exit status and log."""
        process = subprocess.Popen(
            [binary(), "--data", data or self.data, "--listen", "127.0.0.1:0",
             "--operator-listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", **how)
        if b"event=ready" in process.stdout.readline():
            process.terminate()
        _, said = process.communicate(timeout=60)
        return process.returncode, said.decode()

    def assert_starts(self, **how):
        status, said = self.start(**how)
        self.assertEqual(0, status, said)
        self.assertIn("event=stopping", said)

    def assert_refused(self, *words, data=None, **how):
        status, said = self.start(data, **how)
        self.assertEqual(1, status, said)
        self.assertIn("level=error", said)
        for word in words:
            self.assertIn(word, said)
        self.assertNotIn("event=store_opened", said)


class NewerFormat(FolderCase):

    def setUp(self):
        super().setUp()
        self.segment = self.data / "journal" / f"{1:016x}.journal"

    def change(self, path, offset, data):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(data)

    def raise_version(self, path):
        """Headers of segments and checkpoints begin alike."""
        header = bytearray(path.read_bytes()[:40])
        self.assertEqual(checksum(header[:32], 0).to_bytes(8, "little"), bytes(header[32:]),
                         "the test's own checksum is wrong")
        header[4:8] = NEW_VERSION.to_bytes(4, "little")
        header[32:] = checksum(header[:32], 0).to_bytes(8, "little")
        self.change(path, 0, bytes(header))

    def assert_refused_unchanged(self, *words):
        before = contents(self.data)
        for _ in range(2):
            self.assert_refused(*words)
        self.assertEqual(before, contents(self.data))

    def test_a_segment_of_a_newer_version(self):
        self.raise_version(self.segment)
        self.assert_refused_unchanged(f"segment {1:016x} has a newer format")

    def test_a_checkpoint_of_a_newer_version(self):
        self.raise_version(self.data / "checkpoints" / f"{1:016x}.checkpoint")
        self.assert_refused_unchanged(f"checkpoint {1:016x} has a newer format")

    def test_a_record_of_a_newer_kind(self):
        journal = self.segment.read_bytes()
        journal_id = int.from_bytes(journal[8:16], "little")
        at, seq = BLOCK, 1
        while journal[at:at + 4] == b"STJF":
            seq += int.from_bytes(journal[at + 4:at + 8], "little")
            at += -(-(32 + int.from_bytes(journal[at + 8:at + 12], "little")) // BLOCK) * BLOCK
        record = (2).to_bytes(4, "little") + bytes([NEW_KIND, 0])
        frame = (b"STJF" + (1).to_bytes(4, "little") + len(record).to_bytes(4, "little")
                 + bytes(4) + seq.to_bytes(8, "little") + record)
        self.change(self.segment, at, frame + checksum(frame, journal_id).to_bytes(8, "little"))
        self.assert_refused_unchanged(f"segment {1:016x} at byte {at}",
                                      f"record {seq}: not supported")


class Path(FolderCase):

    def test_a_folder_that_is_not_there_is_made(self):
        self.assert_starts(data=self.top / "new")
        self.assertEqual(0o700, (self.top / "new").stat().st_mode & 0o777)

    def test_a_folder_whose_parent_is_not_there(self):
        path = self.top / "nowhere" / "data"
        self.assert_refused("cannot create the data folder", str(path), data=path)
        self.assertFalse(path.parent.exists())

    def test_a_file_where_the_folder_should_be(self):
        path = self.top / "file"
        path.write_bytes(b"mine")
        self.assert_refused(str(path), data=path)
        self.assertEqual(b"mine", path.read_bytes())


def other_user():
    """Returns how to become another user; skips where we may not."""
    try:
        entry = pwd.getpwnam(NOBODY)
    except KeyError as problem:
        raise unittest.SkipTest(f"there is no user {NOBODY} here") from problem
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root can become another user")
    how = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    try:
        subprocess.run([binary(), "--version"], capture_output=True, check=True, cwd="/", **how)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise unittest.SkipTest(f"{NOBODY} may not run {binary()}") from problem
    return how


class OtherUser(FolderCase):
    """As another user than the one whose folder it is. Root may do everything, so it cannot show
    what permissions do.
    """

    def setUp(self):
        super().setUp()
        self.how = other_user()

    def give(self):
        """Everything belongs to the other user from now on."""
        for path in (self.data, *self.data.rglob("*")):
            os.chown(path, self.how["user"], self.how["group"])

    def test_a_folder_of_ones_own(self):
        self.give()
        self.assert_starts(**self.how)

    def test_a_folder_of_somebody_else(self):
        before = contents(self.data)
        self.assert_refused("permission denied, or a read-only disk", str(self.data), **self.how)
        self.assertEqual(before, contents(self.data))

    def test_files_that_root_left_in_it(self):
        """What happens when it was started as root by mistake."""
        for name in ("lock", "journal", f"journal/{1:016x}.journal"):
            with self.subTest(name=name):
                self.give()
                os.chown(self.data / name, 0, 0)
                (self.data / name).chmod(0o700 if name == "journal" else 0o600)
                self.assert_refused("permission denied, or a read-only disk", str(self.data),
                                    **self.how)
                self.give()
                self.assert_starts(**self.how)

    def test_a_folder_without_permission_to_write(self):
        self.give()
        for mode in (0o500, 0o000):
            with self.subTest(mode=oct(mode)):
                (self.data / "journal").chmod(mode)
                self.assert_refused("permission denied, or a read-only disk", str(self.data),
                                    **self.how)
        (self.data / "journal").chmod(0o700)
        self.assert_starts(**self.how)

    def test_a_parent_without_permission_to_write(self):
        path = self.top / "new"
        self.assert_refused("cannot create the data folder", str(path), data=path, **self.how)
