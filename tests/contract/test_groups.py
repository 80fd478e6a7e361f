"""Warehouse groups (CONTRACT §11): one cell per group and SKU, C58 and C59."""

import json
import threading

from tests.contract.case import StockdCase, moment, body_of, one, stocks_path
from tests.contract.registry import C, D, FULL
from tests.harness.client import Client


class Groups(StockdCase):

    def test_a_write_shows_in_every_member_under_its_own_warehouse(self):
        """C58: C and D are warehouses 501 and 502 of one group."""
        sku = self.new_sku()
        for count, writer in ((5, C), (6, D)):
            self.put_count(sku, count, campaign=writer)
            for reader, warehouse in ((C, 501), (D, 502)):
                with self.subTest(writer=writer, reader=reader):
                    found, = self.post({"offerIds": [sku]}, reader).json["result"]["warehouses"]
                    self.assertEqual(warehouse, found["warehouseId"])
                    self.assertEqual(count, self.count(sku, reader))

    def test_the_stamp_is_shared(self):
        """C58."""
        first, second = self.new_group()
        self.put_count("A", 5, "2022-12-29T18:02:01Z", first)
        self.assertEqual(self.offer("A", first)["updatedAt"], self.offer("A", second)["updatedAt"])

    def test_a_campaign_outside_the_group_sees_nothing(self):
        first, _ = self.new_group()
        self.put_count("A", 5, campaign=first)
        self.assertIsNone(self.count("A"))

    def test_an_older_stamp_through_another_member_loses(self):
        """C59."""
        first, second = self.new_group()
        self.put_count("A", 7, moment(-100), first)
        self.put_count("A", 5, moment(-110), second)
        self.assertEqual((7, 7), (self.count("A", first), self.count("A", second)))

    def test_an_equal_stamp_through_another_member_wins(self):
        """C59: later arrival."""
        first, second = self.new_group()
        stamp = moment(-100)
        self.put_count("A", 7, stamp, first)
        self.put_count("A", 5, stamp, second)
        self.assertEqual((5, 5), (self.count("A", first), self.count("A", second)))

    def test_of_two_members_written_at_once_the_newest_stamp_stays(self):
        """C59: whatever the order of arrival."""
        members = self.new_group()

        def write(member, parity):
            client = Client(self.server.address)
            for step in range(60):
                second = (step * 37) % 60  # Every second once, in a mixed order.
                if second % 2 == parity:
                    body = json.dumps(body_of(one("A", second, f"2024-01-01T00:00:{second:02}Z")))
                    client.request("PUT", stocks_path(member), headers, body)
            client.close()

        headers = {"Api-Key": FULL, "Content-Type": "application/json"}
        threads = [threading.Thread(target=write, args=(member, parity))
                   for parity, member in enumerate(members)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((59, 59), tuple(self.count("A", member) for member in members))
