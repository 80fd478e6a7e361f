"""The registry at start: an upsert of the file, kept in the store, refused with words (§9, §11).

A start that must fail is run to its end and judged by its exit status and its log.
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.harness.client import Client
from tests.harness.stockd import Stockd, binary

KEY = "ACMA:RegistryRegistryRegistryRegistryRegistry:00000001"
NEW_KEY = "ACMA:ReplacedReplacedReplacedReplacedReplaced:00000002"


def document(*, groups=(), grouped=(), key=KEY, name="keeper"):
    """Two stores of one seller; `grouped` names the warehouses that belong to group 7."""
    return {
        "businesses": [{"id": 1, "name": "Seller"}],
        "campaigns": [{"id": campaign, "businessId": 1, "domain": f"Store {campaign}",
                       "placementType": "FBS"} for campaign in (11, 12)],
        "warehouseGroups": [{"id": group, "businessId": 1, "name": f"Group {group}"}
                            for group in groups],
        "warehouses": [{"id": campaign + 10, "campaignId": campaign, "name": "Warehouse",
                        **({"groupId": 7} if campaign + 10 in grouped else {})}
                       for campaign in (11, 12)],
        "tokens": [{"name": name, "businessId": 1, "scopes": ["all-methods"], "apiKey": key}],
    }


class Kept(unittest.TestCase):
    """What a restart, with or without a file, makes of the registry."""

    def setUp(self):
        self.server = Stockd(document())
        self.addCleanup(self.server.stop)
        self.server.start()

    def restart(self, *, file=None):
        """Restarts on the same data; `file` is a new registry, None keeps what the store has."""
        text = json.dumps(file if file is not None else {})
        (self.server.folder / "registry.json").write_text(text, encoding="utf-8")
        self.server.restart()

    def ask(self, method, campaign, body, key=KEY):
        client = Client(self.server.address)
        self.addCleanup(client.close)
        return client.request(method, stocks_path(campaign), {"Api-Key": key}, body)

    def put(self, campaign, sku, count, updated_at=None):
        item = one(sku, count) if updated_at is None else one(sku, count, updated_at)
        answer = self.ask("PUT", campaign, body_of(item))
        self.assertEqual(200, answer.status, answer)

    def count(self, campaign, sku):
        answer = self.ask("POST", campaign, {"offerIds": [sku]})
        self.assertEqual(200, answer.status, answer)
        warehouses = answer.json["result"]["warehouses"]
        if not warehouses:
            return None
        return warehouses[0]["offers"][0]["stocks"][2]["count"]

    def test_campaigns_and_tokens_are_there_without_a_file(self):
        self.put(11, "A", 5)
        self.restart()
        self.assertEqual(5, self.count(11, "A"))

    def test_a_token_of_the_same_name_replaces_the_old_secret(self):
        self.restart(file={"tokens": document(key=NEW_KEY)["tokens"]})
        self.assertEqual(401, self.ask("POST", 11, {}).status)
        self.assertEqual(200, self.ask("POST", 11, {}, key=NEW_KEY).status)

    def test_a_secret_is_nowhere_in_the_data_folder(self):
        self.server.kill()
        for path in (self.server.folder / "data").rglob("*"):
            if path.is_file():
                self.assertNotIn(KEY.encode(), path.read_bytes(), path)
        self.server.start()

    def test_joining_a_group_keeps_the_newest_count_of_each_sku(self):
        """C60."""
        self.put(11, "both", 1, "2024-01-01T00:00:00Z")
        self.put(12, "both", 2, "2024-01-02T00:00:00Z")
        self.put(11, "only 11", 3)
        self.put(12, "only 12", 4)
        self.restart(file=document(groups=[7], grouped=[21, 22]))
        for campaign in (11, 12):
            self.assertEqual(2, self.count(campaign, "both"))
            self.assertEqual(3, self.count(campaign, "only 11"))
            self.assertEqual(4, self.count(campaign, "only 12"))

    def test_leaving_a_group_keeps_a_copy_with_each_member(self):
        """C60."""
        self.restart(file=document(groups=[7], grouped=[21, 22]))
        self.put(11, "A", 5)
        self.restart(file=document(groups=[7], grouped=[21]))
        self.put(11, "A", 6)
        self.assertEqual(6, self.count(11, "A"))
        self.assertEqual(5, self.count(12, "A"))
        self.restart()
        self.assertEqual((6, 5), (self.count(11, "A"), self.count(12, "A")))


    def test_a_shelf_that_was_filled_and_not_assigned_is_nobodys(self):
        """A power cut between carrying units to a new group and keeping the registry."""
        self.put(11, "SECRET", 42)
        data = self.server.folder / "data" / "journal" / "0000000000000001.journal"
        self.restart(file=document(groups=[7], grouped=[21]))
        self.server.kill()
        self.cut_last_frame(data)
        other = document(groups=[])
        other["businesses"].append({"id": 2, "name": "Rival"})
        other["campaigns"].append({"id": 13, "businessId": 2, "domain": "Rival's",
                                   "placementType": "FBS"})
        other["warehouses"].append({"id": 23, "campaignId": 13, "name": "Rival's"})
        other["tokens"].append({"name": "rival", "businessId": 2, "scopes": ["all-methods"],
                                "apiKey": NEW_KEY})
        (self.server.folder / "registry.json").write_text(json.dumps(other), encoding="utf-8")
        self.server.start()
        answer = self.ask("POST", 13, {"offerIds": ["SECRET"]}, key=NEW_KEY)
        self.assertEqual([], answer.json["result"]["warehouses"])
        self.assertEqual(42, self.count(11, "SECRET"))

    def cut_last_frame(self, path):
        """Zeroes the last frame of a segment: what was written last never reached the disk."""
        text = bytearray(path.read_bytes())
        last = max(at for at in range(4096, len(text), 4096) if text[at:at + 4] == b"STJF")
        text[last:] = bytes(len(text) - last)
        path.write_bytes(text)


class Refused(unittest.TestCase):
    """A file that cannot be applied stops the start, exit status 1, and the log says where."""

    def start_with(self, text, before=None):
        """The log of a start that fails; `before` is a registry that was applied first."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        store = []
        if before is not None:
            server = Stockd(before)
            self.addCleanup(server.stop)
            server.start()
            server.kill()
            folder, store = server.folder, server.store_words()
        path = folder / "registry.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        done = subprocess.run(
            [binary(), "--data", folder / "data", "--registry", path, "--listen", "127.0.0.1:0",
             "--operator-listen", "127.0.0.1:0", *store], capture_output=True, timeout=60,
            check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertNotIn(b"event=ready", done.stdout)
        return done.stderr.decode("utf-8")

    def broken(self, change):
        value = document()
        change(value)
        return json.dumps(value)

    def test_each_fault_is_told_with_its_place(self):
        faults = [
            ('{"businesses": [\n  {"id": 1,, "name": "x"}]}', "line 2, column 12"),
            ('{"businesses": [', "the file ends in the middle"),
            ("", "empty"),
            (b'{"a": "\xff"}', "not UTF-8"),
            ("[]", "must be an object"),
            ('{"campagns": []}', "no list 'campagns'"),
            (self.broken(lambda r: r["campaigns"][1].pop("domain")), "campaigns[1].domain"),
            (self.broken(lambda r: r["campaigns"][0].update(businessId=2)), "businessId 2"),
            (self.broken(lambda r: r["campaigns"][0].update(colour="red")), "'colour'"),
            (self.broken(lambda r: r["campaigns"][0].update(placementType="FBX")),
             "campaigns[0].placementType"),
            (self.broken(lambda r: r["warehouses"].pop()), "campaign 12"),
            (self.broken(lambda r: r["warehouses"][0].update(groupId=9)), "groupId 9"),
            (self.broken(lambda r: r["warehouses"].append(dict(r["warehouses"][0]))),
             "warehouses[2]"),
            (self.broken(lambda r: r["tokens"][0].update(scopes=["everything"])),
             "tokens[0].scopes"),
            (self.broken(lambda r: r["tokens"][0].pop("apiKey")), "tokens[0].apiKey"),
            (self.broken(lambda r: r["warehouses"][0].update(shelfId="x")),
             "warehouses[0].shelfId"),
            (self.broken(lambda r: r["tokens"].append({**r["tokens"][0], "name": "twin"})),
             "same secret"),
        ]
        for text, place in faults:
            with self.subTest(place=place):
                self.assertIn(place, self.start_with(text))

    def test_nothing_passes_from_one_business_to_another(self):
        """Its units would pass along."""
        first = document(groups=[7])
        first["businesses"].append({"id": 2, "name": "Rival"})
        for place, change in (("warehouse group 7", lambda r: r["warehouseGroups"][0]),
                              ("campaign 12", lambda r: r["campaigns"][1])):
            with self.subTest(place=place):
                second = json.loads(json.dumps(first))
                change(second)["businessId"] = 2
                self.assertIn(place + " belongs to business 1",
                              self.start_with(json.dumps(second), before=json.dumps(first)))

    def test_no_secret_is_in_the_log(self):
        log = self.start_with(self.broken(lambda r: r["tokens"][0].update(scopes=["none"])))
        self.assertNotIn(KEY, log)

    def test_a_file_that_is_not_there_is_told(self):
        done = subprocess.run(
            [binary(), "--data", self.enterContext(tempfile.TemporaryDirectory()), "--registry",
             "/no/such/file"], capture_output=True, timeout=60, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn(b"/no/such/file", done.stderr)


class ManyStores(unittest.TestCase):

    def test_the_demo_ids_of_this_suite_are_one_registry(self):
        """The registry the other tests run on is applied whole, and again without a change."""
        server = Stockd(registry.build())
        self.addCleanup(server.stop)
        server.start().restart()
        self.assertIn("changed=yes", server.stderr_text())
        self.assertIn("event=registry_unchanged", server.stderr_text())
