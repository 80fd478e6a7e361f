"""stockctl push where others have a hand in it: another stockctl of the campaign, another name of
the book or of the shop, an archive that was damaged, and stores that say odd things of themselves.
"""

import os
import threading
import zipfile

from tests.e2e import books, crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, CtlCase
from tests.e2e.test_pull import Always, cell, pages_of


def store_of(cells):
    """Faults that make a store: it has these, and takes what it is told."""
    pages = pages_of(cells)

    def fault(handler, body):
        return handler.command == "PUT" or pages(handler, body)
    return Always(fault)


class Turns(CtlCase):

    def start_push(self, server, path, **how):
        return self.start("push", path, "--campaign", CAMPAIGN, "--url", server.url, **how)

    def hold(self):
        """Returns the gate that the first request waits for, and the faults that make it wait."""
        self.arrived, gate = threading.Event(), threading.Event()

        def fault(*_):
            self.arrived.set()
            return gate.wait(crooked.GATE_S_MAX)
        return gate, {1: fault}

    def begin(self, server):
        """Starts a push that has the campaign until the gate opens."""
        first = self.start_push(server, self.file("first.csv", "sku,count\nA,1\n"))
        self.assertTrue(self.arrived.wait(crooked.GATE_S_MAX))
        return first

    def test_who_waits_reads_when_it_is_his_turn(self):
        """Read before, the numbers would be older than what is sent meanwhile."""
        gate, faults = self.hold()
        with Crooked(faults) as server:
            first = self.begin(server)
            path = self.file("stock.csv", "sku,count\nA,10\n")
            other = self.start_push(server, path)
            self.assertIn(b"waiting for it", other.stderr.readline())
            os.replace(self.file("next", "sku,count\nA,9\n"), path)
            gate.set()
            self.assertEqual(0, self.finish(first).code)
            self.assertEqual(0, self.finish(other).code)
            self.assertEqual(9, server.stock["A"][0])

    def test_who_comes_by_a_link_to_the_book_waits_too(self):
        link = self.folder / "link.sqlite"
        link.symlink_to("book.sqlite")
        gate, faults = self.hold()
        with Crooked(faults) as server:
            first = self.begin(server)
            other = self.start_push(server, self.file("other.csv", "sku,count\nA,2\n"),
                                    environment={"STOCKCTL_BOOK": str(link)})
            self.assertIn(b"waiting for it", other.stderr.readline())
            gate.set()
            self.assertEqual(0, self.finish(first).code)
            self.assertEqual(0, self.finish(other).code)
            self.assertEqual(2, server.stock["A"][0])

    def test_shop_is_one_however_its_host_is_written(self):
        with Crooked() as server:
            server_of = server.url.replace("127.0.0.1", "{}").format
            for host, count in (("localhost", 5), ("LocalHost", 9), ("localhost", 5)):
                path = self.file("stock.csv", f"sku,count\nA,{count}\n")
                ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url",
                                     server_of(host))
                self.assertEqual(0, ended.code, ended)
                self.assertEqual(count, server.stock["A"][0])


class Sources(CtlCase):

    def test_nothing_is_sent_of_an_archive_with_a_wrong_checksum(self):
        rows = [["sku", "count"], ["A", 7111], ["B", 3]]
        whole = books.archive(books.parts({"Sheet1": rows}), zipfile.ZIP_STORED)
        path = self.file("stock.xlsx", whole.replace(b"<v>7111</v>", b"<v>9111</v>"))
        with Crooked() as server:
            ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url", server.url)
            self.assertEqual(5, ended.code, ended)
            self.assertIn("the archive is damaged", ended.stderr)
            self.assertEqual([], server.requests)


class OddStores(CtlCase):

    def ctl(self, server, *words):
        return self.run_ctl(*words, "--campaign", CAMPAIGN, "--url", server.url)

    def test_what_cannot_be_a_sku_does_not_get_into_the_book(self):
        path = self.file("stock.csv", "sku,count\nA,5\n")
        for sku in ("", "two\nlines", " A ", 600000 * "x"):
            with self.subTest(sku[:9]), Crooked(store_of([cell(sku, 3), cell("B", 4)])) as server:
                for sent in (2, 1):
                    ended = self.ctl(server, "push", path, "--full", "--yes", "--max-zero", "100")
                    self.assertEqual(0, ended.code, ended)
                    self.assert_totals(ended, sent=sent)
                self.assertEqual({"A": 5, "B": 0}, {sku: count for sku, (count, _)
                                                    in server.stock.items()})

    def test_last_of_all_moments_has_none_behind_it(self):
        path = self.file("stock.csv", "sku,count\nA,5\n")
        cells = [cell(sku, 3, updated_at="9999-12-31T23:59:59.999Z") for sku in "AB"]
        with Crooked(store_of(cells)) as server:
            self.assertEqual(0, self.ctl(server, "push", path).code)
            for words in (("push", path, "--full", "--yes", "--max-zero", "100"),
                          ("verify", "--repair"), ("push", path)):
                with self.subTest(words[0]):
                    ended = self.ctl(server, *words)
                    self.assertEqual(0, ended.code, ended)
            self.assertEqual({"A": 5, "B": 0}, {sku: count for sku, (count, _)
                                                in server.stock.items()})
