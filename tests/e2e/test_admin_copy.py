"""`stockctl admin copy`: a million cells, and one of everything else that a store can hold, from a
data folder into a PostgreSQL and back, read again by nodes that start on each.
"""

import contextlib
import os
import time

from tests.contract.registry import BUSINESS, FULL
from tests.crash import tools
from tests.e2e.copying import LAST, MARKET, READ, SHOP, CopyCase, Seller, small_source
from tests.harness.operator_client import Operator

CELLS = int(os.environ.get("COPY_CELLS", "1000000"))
STEP = 7919  # Nothing in common with it: each row comes once.
MILLION = 30000
CHANGES = 256  # So many ask for documents to be brought together.
TOTALS = ("shelves", "cells", "available", "reserved", "unfit", "orders", "openOrders")


class Everything(CopyCase):

    def million(self):
        """A CSV of a million SKUs, in no order; and the same as it is pulled, sorted."""
        rows = [(f"sku-{number:07},{number % 5000}", f"2026-01-0{1 + number % 9}T00:00:00Z")
                for number in range(CELLS)]
        mixed = (rows[index * STEP % CELLS] for index in range(CELLS))
        path = self.file("million.csv", "sku,count,updatedAt\n" + "".join(
            f"{sku},{moment}\n" for sku, moment in mixed))
        return path, [f"{sku},0,{moment}" for sku, moment in rows]

    def pulled(self, server):
        url = "http://{}:{}".format(*server.address)
        ended = self.run_ctl("pull", "--campaign", MILLION, "--url", url, "--quiet", token=FULL)
        self.assertEqual(0, ended.code, ended.stderr)
        return sorted(ended.stdout.splitlines()[1:])

    def test_a_million_cells_and_everything_else_there_and_back(self):
        source, back, made = self.folder / "source", self.folder / "back", self.database()
        source.mkdir()
        with self.node(source) as server, Seller(server) as seller:
            seller.fill()
            url = "http://{}:{}".format(*server.address)
            path, rows = self.million()
            ended = self.run_ctl("push", path, "--campaign", MILLION, "--url", url, "--quiet",
                                 token=FULL)
            self.assertEqual(0, ended.code, ended)
            before = seller.picture()
        self.assert_shows_everything(before)
        files, check = tools.contents(source), self.checked(source)
        self.assertGreater(check["cells"], CELLS)

        there = self.copied(source, made.url)
        self.assertEqual({name: check[name] for name in TOTALS},
                         {name: there[name] for name in TOTALS})
        self.assertEqual(files, tools.contents(source))
        self.assert_table_has(made, rows)
        with self.node(made.url) as server, Seller(server) as seller:
            self.assertEqual(before, seller.picture())

        again = self.copied(made.url, back)
        self.assertEqual({**there, **dict.fromkeys(("from", "to", "seconds"))},
                         {**again, **dict.fromkeys(("from", "to", "seconds"))})
        check_back = self.checked(back)
        self.assertEqual({name: check[name] for name in TOTALS},
                         {name: check_back[name] for name in TOTALS})
        with self.node(back) as server, Seller(server) as seller:
            self.assertEqual(before, seller.picture())
            self.assertTrue(rows == self.pulled(server), "other rows were pulled")
            self.assert_it_goes_on(seller)

    def assert_shows_everything(self, picture):
        """What is compared is there."""
        self.assertEqual({"RESERVED", "PACKED", "SHIPPED", "CANCELLED", "EXPIRED"},
                         {order["order"]["state"] for order in picture["orders"]})
        turnover = [offer[-1] for offer in picture["stocks"][READ.index(MARKET)].values()]
        self.assertEqual(["FREE_STORE", "VERY_HIGH"], sorted(each["turnover"] for each in turnover))
        kinds = {kind for offer in picture["stocks"][0].values() for kind, _ in offer[:-2]}
        self.assertTrue({"FREEZE", "QUARANTINE", "DEFECT", "EXPIRED", "UTILIZATION"} <= kinds)
        self.assertEqual(["sku 1 ж", "sku 2 ж"], picture["hidden"])
        self.assertEqual([1, 1, 1], [len(found) for found in picture["archived"] if found])

    def assert_table_has(self, made, rows):
        """What was pushed into the folder stands in the table, whatever copied it there."""
        stands = made.sql(f"""
            SELECT sku || ',' || available || ',' || reserved || ',' || to_char(
              to_timestamp(updated_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            FROM stock WHERE shelf_id = (SELECT shelf_id FROM stock GROUP BY shelf_id
              HAVING count(*) >= {CELLS}) AND updated_ms > 0 ORDER BY sku""")
        self.assertTrue(rows == stands, "the table has other rows")

    def assert_it_goes_on(self, seller):
        """What cannot be seen: a repeat brings nothing back, and orders still hold their units."""
        held = dict(seller.stocks(SHOP, offerIds=["ordered"]))
        seller.put(SHOP, "ordered", 100)
        self.assertEqual(held, seller.stocks(SHOP, offerIds=["ordered"]))
        seller.order(SHOP, f"reserved {SHOP}", {"ordered": 3, LAST: 2}, ["cancel"])
        self.assertNotEqual(held, seller.stocks(SHOP, offerIds=["ordered"]))

    def test_documents_that_were_brought_together_go_along(self):
        made = self.database()
        self.copied(small_source(), made.url)
        with self.node(made.url) as server, contextlib.closing(Operator(server)) as operator:
            for number in range(CHANGES + 1):
                document = {"businesses": [{"id": BUSINESS, "name": f"b {number}"}]}
                self.assertEqual(200, operator.update(document).status)
            deadline = time.monotonic() + 60
            while made.sql("SELECT summary_id FROM document_last") == ["0"]:
                self.assertLess(time.monotonic(), deadline)
            known = operator.registry().json
        self.copied(made.url, self.folder / "back")
        with self.node(self.folder / "back") as server, \
                contextlib.closing(Operator(server)) as operator:
            self.assertEqual(known, operator.registry().json)

    def test_between_two_of_a_kind(self):
        small, made, other = small_source(), self.database(), self.database()
        self.copied(small, made.url)
        self.copied(made.url, other.url)
        self.copied(other.url, self.folder / "third")
        ended = self.copy(self.folder / "third", self.folder / "fourth")
        self.assertEqual(0, ended.code, ended)
        for words in ("compared cell by cell", "1 on 1 shelves", "3 available, 2 reserved",
                      "1, open: 1"):
            self.assertIn(words, ended.stdout)
        self.assertEqual(1, self.checked(self.folder / "fourth")["openOrders"])
