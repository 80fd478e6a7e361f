"""`stockd check`, `backup` and `restore`: a copy of a running stockd is whole and has all that was
acknowledged before, damage is told with its place, and nothing is written over.
"""

import os
import pathlib
import tempfile
import time
import unittest

from tests.contract import registry
from tests.contract.case import stocks_path
from tests.crash.stocks import Bulk, put_body
from tests.crash.test_kill import WorldCase
from tests.crash.tools import contents, stockd
from tests.crash.world import FACTS_ALONE
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd

CAMPAIGN = registry.SPARE[0]
SKUS = [f"sku-{number}" for number in range(300)]
BACKUPS = 4
PATIENCE_S = 30
HEADERS = {"Api-Key": registry.FULL, "Content-Type": "application/json"}


def put(api, campaign, skus, count):
    return api.request("PUT", stocks_path(campaign), HEADERS, put_body(skus, count))


def counts_of(api, campaign, skus):
    """Returns {SKU: AVAILABLE}."""
    answer = api.request("POST", stocks_path(campaign), HEADERS, {"offerIds": skus})
    return {offer["offerId"]: stock["count"]
            for warehouse in answer.json["result"]["warehouses"]
            for offer in warehouse["offers"]
            for stock in offer["stocks"] if stock["type"] == "AVAILABLE"}


class FolderCase(unittest.TestCase):
    """One server with a checkpoint, an order and some records behind it, stopped; and a place for
    copies of its folder.
    """

    @classmethod
    def setUpClass(cls):
        cls.server = Stockd(registry.build(), "--no-limits").start()
        cls.addClassCleanup(cls.server.stop)
        api = Client(cls.server.address)
        operator = Operator(cls.server)
        assert put(api, CAMPAIGN, SKUS, 1).status == 200
        assert operator.make_checkpoint().json["result"]["done"] == 1
        assert put(api, CAMPAIGN, SKUS[:100], 2).status == 200
        assert operator.order(CAMPAIGN, "1", {SKUS[0]: 1}).status == 200
        cls.cells = int(cls.server.metrics()["stockd_cells"])
        operator.close()
        api.close()
        cls.server.kill()
        cls.data = cls.server.folder / "data"

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def copied(self, name="copy"):
        """Returns a backup of the folder."""
        ended = stockd("backup", "--data", self.data, self.place / name)
        self.assertEqual(0, ended.code, ended)
        return self.place / name

    def change_byte(self, path, offset):
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def damaged(self):
        """Returns a backup with a byte of its checkpoint changed."""
        folder = self.copied("damaged")
        (checkpoint,) = (folder / "checkpoints").iterdir()
        self.change_byte(checkpoint, 4096 + 100)
        return folder

    def refused(self, *words, code=1, problem):
        ended = stockd(*words)
        self.assertEqual(code, ended.code, ended)
        self.assertIn(problem, ended.stderr)
        return ended


class Check(FolderCase):

    def test_a_whole_folder_is_whole_in_words_and_in_json(self):
        before = contents(self.data)
        ended = stockd("check", self.data)
        self.assertEqual((0, ""), (ended.code, ended.stderr), ended)
        self.assertEqual(f"{self.data}: whole", ended.stdout.splitlines()[0])
        self.assertIn(f"{self.cells} on", ended.stdout)
        found = stockd("check", self.data, "--output=json")
        self.assertEqual((0, ""), (found.code, found.stderr), found)
        figures = found.json
        self.assertEqual((str(self.data), True), (figures["folder"], figures["whole"]))
        self.assertEqual(self.cells, figures["cells"])
        self.assertEqual((1, 1), (figures["orders"], figures["openOrders"]))
        self.assertEqual((1, 1), (figures["reserved"], figures["checkpoint"]))
        self.assertEqual(200 + 200 - 1, figures["available"])
        self.assertEqual(2, figures["records"])
        self.assertEqual(figures["checkpointRecord"] + 2, figures["lastRecord"])
        self.assertEqual(before, contents(self.data))

    def test_damage_is_told_with_its_place(self):
        folder = self.damaged()
        before = contents(folder)
        ended = self.refused("check", folder, problem="checkpoint 0000000000000001")
        self.assertIn(str(folder), ended.stderr)
        self.assertEqual("", ended.stdout)
        found = self.refused("check", "--output", "json", folder, problem="checkpoint").json
        self.assertEqual((str(folder), False), (found["folder"], found["whole"]))
        self.assertIn("checkpoint 0000000000000001", found["problem"])
        self.assertEqual(before, contents(folder))

    def test_a_segment_that_is_gone_is_told(self):
        folder = self.copied()
        for path in (folder / "journal").iterdir():
            path.unlink()
        self.refused("check", folder, problem="no segment has it: some are missing")

    def test_torn_bytes_are_no_damage(self):
        folder = self.copied()
        segment = sorted((folder / "journal").iterdir())[0]
        used = segment.read_bytes().rstrip(b"\0")
        self.change_byte(segment, len(used) - 4)  # The last frame's checksum.
        found = stockd("check", folder, "--output", "json")
        self.assertEqual(0, found.code, found)
        self.assertEqual((4096, 1), (found.json["tornBytes"], found.json["records"]))
        self.assertIn("torn", stockd("check", folder).stdout)

    def test_a_folder_in_use_is_refused_and_the_way_out_told(self):
        self.server.start()
        try:
            self.refused("check", self.data, problem="`stockd backup`")
        finally:
            self.server.kill()

    def test_what_is_no_data_folder(self):
        (self.place / "empty").mkdir()
        (self.place / "file").write_text("x")
        for name in ("none", "empty", "file"):
            with self.subTest(name=name):
                ended = self.refused("check", self.place / name, problem=str(self.place / name))
                self.assertEqual(1, len(ended.stderr.splitlines()), ended)
        self.assertEqual([], list((self.place / "empty").iterdir()))

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_folder_that_may_not_be_read(self):
        folder = self.copied()
        (folder / "journal").chmod(0)
        self.refused("check", folder, problem="permission")
        (folder / "journal").chmod(0o700)


class Usage(FolderCase):

    def test_wrong_command_lines(self):
        for words, problem in (
                (("check",), "DIR is missing"),
                (("check", "a", "b"), "'b' is one more"),
                (("check", "--data", "x", "y"), "no option '--data'"),
                (("check", "x", "--output", "xml"), "one of: text, json"),
                (("check", "x", "--output"), "needs a value"),
                (("check", ""), "DIR"),
                (("backup",), "TO is missing"),
                (("backup", "x", "--data", ""), "must not be empty"),
                (("restore",), "FROM is missing")):
            with self.subTest(words=words):
                ended = self.refused(*words, code=2, problem=problem)
                self.assertEqual("", ended.stdout)

    def test_each_has_its_help(self):
        for word in ("check", "backup", "restore"):
            ended = stockd(word, "--help")
            self.assertEqual((0, ""), (ended.code, ended.stderr))
            self.assertIn(f"Usage: stockd {word}", ended.stdout)
            self.assertIn("Exit 0:", ended.stdout)
            self.assertIn(f"stockd {word} ", stockd("--help").stdout)


class Backup(FolderCase):

    def test_a_stopped_folder_is_copied_with_its_token_and_without_the_query_log(self):
        (self.data / "requests" / "0000000000000001.requests").touch()
        before = contents(self.data)
        folder = self.copied()
        self.assertEqual(before, contents(self.data))
        files = contents(folder)
        self.assertEqual((0o600, before["operator.token"][1]), files["operator.token"])
        self.assertEqual({"operator.token", "journal", "checkpoints"},
                         {name.split("/")[0] for name in files})
        self.assertEqual(0o700, folder.stat().st_mode & 0o777)
        self.assertEqual(stockd("check", self.data, "--output", "json").json["cells"],
                         stockd("check", folder, "--output", "json").json["cells"])

    def test_an_empty_target_is_taken_and_a_full_one_left_alone(self):
        (self.place / "empty").mkdir()
        self.copied("empty")
        before = contents(self.place)
        ended = self.refused("backup", "--data", self.data, self.place / "empty",
                             problem="is not empty")
        self.assertIn(str(self.place / "empty"), ended.stderr)
        self.assertEqual(before, contents(self.place))

    def test_a_folder_in_the_other_is_no_target(self):
        folder = self.copied()
        before = contents(self.place)
        for target in (self.data / "copy", self.data / "journal" / "a" / "b"):
            self.refused("backup", "--data", self.data, target, problem="is in the other")
        self.refused("restore", folder, "--data", folder / "journal" / "a",
                     problem="is in the other")
        self.assertEqual(before, contents(self.place))

    def test_what_cannot_be_copied_or_made(self):
        self.refused("backup", "--data", self.data, self.place / "a" / "b",
                     problem="the folder it would stand in does not exist")
        self.refused("backup", "--data", self.place / "none", self.place / "c",
                     problem=str(self.place / "none"))
        (self.place / "file").write_text("x")
        self.refused("backup", "--data", self.data, self.place / "file", problem="cannot be made")

    def test_a_damaged_folder_is_not_copied(self):
        folder = self.damaged()
        ended = self.refused("backup", "--data", folder, self.place / "copy",
                             problem="checkpoint 0000000000000001")
        self.assertEqual("", ended.stdout)
        again = stockd("check", self.place / "copy")
        self.assertEqual(1, again.code, again)  # What lies there is no backup.

    def test_it_says_what_check_says(self):
        ended = stockd("backup", "--data", self.data, self.place / "a", "--output", "json",
                       "--quiet")
        self.assertEqual((0, ""), (ended.code, ended.stderr), ended)
        self.assertEqual((True, self.cells), (ended.json["whole"], ended.json["cells"]))
        self.assertEqual(str(self.place / "a"), ended.json["folder"])


class Restore(FolderCase):

    def started_on(self, folder):
        """A stockd on a restored folder."""
        server = Stockd(registry.build(), "--no-limits")
        self.addCleanup(server.stop)
        folder.rename(server.folder / "data")
        return server.start()

    def test_a_backup_becomes_a_folder_that_serves_the_same(self):
        ended = stockd("restore", self.copied(), "--data", self.place / "data")
        self.assertEqual(0, ended.code, ended)
        token = (self.data / "operator.token").read_text()
        server = self.started_on(self.place / "data")
        self.assertEqual(token.strip(), server.operator_token())
        api = Client(server.address)
        counts = counts_of(api, CAMPAIGN, SKUS)
        api.close()
        expected = {sku: 2 if number < 100 else 1 for number, sku in enumerate(SKUS)}
        expected[SKUS[0]] = 1  # One unit is reserved.
        self.assertEqual(expected, counts)
        operator = Operator(server)
        self.assertEqual("RESERVED",
                         operator.get_order(CAMPAIGN, "1").json["result"]["order"]["state"])
        operator.close()

    def test_a_damaged_backup_touches_nothing(self):
        folder = self.damaged()
        self.refused("restore", folder, "--data", self.place / "data",
                     problem="checkpoint 0000000000000001")
        self.assertFalse((self.place / "data").exists())

    def test_a_folder_with_something_in_it_is_left_alone(self):
        folder = self.copied()
        (self.place / "data").mkdir()
        (self.place / "data" / "operator.token").write_text("mine\n")
        before = contents(self.place)
        self.refused("restore", folder, "--data", self.place / "data",
                     problem="operator.token in it")
        self.assertEqual(before, contents(self.place))

    def test_a_folder_in_use_is_no_backup(self):
        self.server.start()
        try:
            self.refused("restore", self.data, "--data", self.place / "data",
                         problem="a stockd has the data folder")
        finally:
            self.server.kill()
        self.assertFalse((self.place / "data").exists())


class Running(WorldCase):
    """Backups of a stockd that is written to, and makes checkpoints all the time."""

    def test_backups_under_load_have_all_that_was_acknowledged(self):
        world = self.new_world(kinds=(*FACTS_ALONE, Bulk), options=("--checkpoint-mb", 1))
        place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        backups = []

        def copy_and_kill():
            deadline = time.monotonic() + PATIENCE_S
            while len(backups) < BACKUPS or (self.checkpoints(world) < 2 and
                                             time.monotonic() < deadline):
                folder = place / f"copy{len(backups)}"
                world.mark()
                ended = stockd("backup", "--data", world.server.folder / "data", folder)
                backups.append((folder, world.unmark(), ended))
            self.assertGreater(self.checkpoints(world), 1)
            world.server.kill()

        self.assert_sound(world.start(), "first start")
        world.run(copy_and_kill)
        self.assert_sound(world.start(), "after the kill")
        for folder, may_hold, ended in self.random.sample(backups, BACKUPS):
            self.assertEqual(0, ended.code, ended)
            self.audit(world, folder, may_hold)
        print(f"# {len(backups)} backups under load: " + world.figures())

    def audit(self, world, folder, may_hold):
        """Of the copy, restored to a new folder."""
        server = Stockd(registry.build(), *world.server.options)
        self.addCleanup(server.stop)
        ended = stockd("restore", folder, "--data", server.folder / "data")
        self.assertEqual(0, ended.code, ended)
        server.write_registry(world.document)
        self.assert_sound(world.audit_copy(server.start(), may_hold), folder.name)
        server.halt()

    @staticmethod
    def checkpoints(world):
        return world.server.metrics()["stockd_checkpoints_total"]
