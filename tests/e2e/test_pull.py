"""stockctl pull: pages, CSV, files that appear whole or not at all, the same patience as push."""

import csv
import io
import json
import os
import signal
import threading
import urllib.parse

from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, CtlCase

NASTY = ["0557722", "557722", "a,b", 'a"b', "a\tb", "Чайник 1,5 л", "'", "a;b", "x" * 255,
         "Ж" * 255, "=1+1", "  two  spaces".strip()]
STAMP = "2023-11-21T00:42:42.5+03:00"


def cell(sku, available, reserved=0, updated_at=STAMP):
    value = {"offerId": sku, "stocks": [{"type": "FIT", "count": available + reserved},
                                        {"type": "FREEZE", "count": reserved},
                                        {"type": "AVAILABLE", "count": available}]}
    if updated_at is not None:
        value["updatedAt"] = updated_at
    return value


def pages_of(cells, size=200):
    """Returns a fault that answers like getStocks, page by page; tokens need escaping."""
    def answer(handler, _):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
        start = int(query.get("page_token", ["+/=&0"])[0][4:])
        page = cells[start:start + size]
        paging = {"nextPageToken": f"+/=&{start + size}"} if start + size < len(cells) else {}
        handler.answer(200, {"status": "OK", "result": {
            "paging": paging, "warehouses": [{"warehouseId": 1, "offers": page}] if page else []}})
    return answer


class Always(dict):
    """The same fault for every request, but for some."""

    def __init__(self, fault, **others):
        super().__init__({int(number[1:]): other for number, other in others.items()})
        self.fault = fault

    def get(self, number, default=None):
        return super().get(number, self.fault)


class Pull(CtlCase):

    def pull(self, server, *words, **how):
        return self.run_ctl("pull", "--campaign", CAMPAIGN, "--url", server.url, *words, **how)

    def rows(self, text):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(["sku", "count", "reserved", "updatedAt"], rows[0])
        return rows[1:]

    def test_all_pages_become_one_csv(self):
        cells = [cell(sku, index, 2) for index, sku in enumerate(NASTY)]
        cells += [cell(f"sku-{index}", index) for index in range(1000)]
        with Crooked(Always(pages_of(cells))) as server:
            ended = self.pull(server)
        self.assertEqual(0, ended.code, ended)
        rows = self.rows(ended.stdout)
        self.assertEqual([one["offerId"] for one in cells], [row[0] for row in rows])
        self.assertEqual(["a,b", "2", "2", "2023-11-20T21:42:42.500Z"], rows[2])
        self.assertEqual({"pulled": "1012"}, {"pulled": ended.totals(ended.stderr)["pulled"]})
        self.assertEqual(6, len(server.requests))
        self.assertEqual({"POST"}, {request.method for request in server.requests})
        self.assertTrue(all("limit=200" in request.path for request in server.requests))
        self.assertEqual({b"{}"}, {request.body for request in server.requests})

    def test_output_goes_back_into_push_unchanged(self):
        cells = [cell(sku, index) for index, sku in enumerate(NASTY)]
        path = self.folder / "stock.csv"
        with Crooked(Always(pages_of(cells))) as server:
            ended = self.pull(server, "-o", path)
            self.assertEqual(0, ended.code, ended)
            self.assertEqual("", ended.stdout)
        with Crooked() as server:
            ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url", server.url)
            self.assertEqual(0, ended.code, ended)
            stamp = "2023-11-20T21:42:42.500Z"
            self.assertEqual({sku: (index, stamp) for index, sku in enumerate(NASTY)},
                             server.stock)

    def test_a_spreadsheet_goes_back_into_push_as_well(self):
        cells = [cell(sku, index, reserved=1) for index, sku in enumerate(NASTY)]
        path = self.folder / "Stock.XLSX"
        with Crooked(Always(pages_of(cells))) as server:
            ended = self.pull(server, "-o", path)
            self.assertEqual((0, ""), (ended.code, ended.stdout), ended)
        with Crooked() as server:
            ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url", server.url)
            self.assertEqual(0, ended.code, ended)
            self.assertEqual({sku: index for index, sku in enumerate(NASTY)},
                             {sku: count for sku, (count, _) in server.stock.items()})

    def test_what_a_spreadsheet_cannot_be_leaves_no_file(self):
        path = self.folder / "stock.xlsx"
        with Crooked(Always(pages_of([cell("a\x01b", 1)]))) as server:
            ended = self.pull(server, "-o", path)
            self.assertEqual(5, ended.code, ended)
            self.assertIn("control character", ended.stderr)
            ended = self.pull(server, "-o", path, "--output", "json")
            self.assertEqual(2, ended.code, ended)
            self.assertIn("leave that out", ended.stderr)
        self.assertEqual([], list(self.folder.glob("stock*")))

    def test_empty_store_is_a_header(self):
        with Crooked(Always(pages_of([]))) as server:
            ended = self.pull(server)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual("sku,count,reserved,updatedAt\n", ended.stdout)

    def test_row_without_a_stamp_has_an_empty_one(self):
        with Crooked(Always(pages_of([cell("A", 1, updated_at=None)]))) as server:
            ended = self.pull(server)
        self.assertEqual([["A", "1", "0", ""]], self.rows(ended.stdout))

    def test_json_is_an_object_for_each_row(self):
        with Crooked(Always(pages_of([cell('"A"', 1, updated_at=None), cell("B", 2)]))) as server:
            ended = self.pull(server, "--output", "json")
        first, second = map(json.loads, ended.stdout.splitlines())
        self.assertEqual({"sku": '"A"', "count": 1, "reserved": 0}, first)
        self.assertEqual(["sku", "count", "reserved", "updatedAt"], list(second))
        self.assertEqual(2, json.loads(ended.stderr.splitlines()[-1])["pulled"])

    def test_page_that_names_itself_as_the_next_one_ends_it(self):
        def answer(handler, _):
            again = "page_token" in handler.path
            handler.answer(200, {"status": "OK", "result": {
                "paging": {"nextPageToken": "again"},
                "warehouses": [{"warehouseId": 1, "offers": [cell("AB"[again], 1)]}]}})

        with Crooked(Always(answer)) as server:
            ended = self.pull(server, "-o", self.folder / "stock.csv")
            self.assertEqual(3, ended.code, ended)
            self.assertIn("names itself", ended.stderr)
            self.assertEqual(2, len(server.requests))
        self.assertFalse((self.folder / "stock.csv").exists())

    def test_warehouse_is_asked_for(self):
        with Crooked(Always(pages_of([]))) as server:
            self.pull(server, "--warehouse", "501")
        self.assertEqual({"stocksWarehouseId": 501}, json.loads(server.requests[0].body))

    def test_sku_on_two_warehouses_is_warned_of(self):
        with Crooked(Always(pages_of([cell("A", 1), cell("A", 2)]))) as server:
            ended = self.pull(server)
        self.assertEqual(0, ended.code, ended)
        self.assertIn("--warehouse", ended.stderr)

    def test_faults_do_not_lose_or_repeat_rows(self):
        cells = [cell(f"sku-{index}", index) for index in range(1000)]
        good = pages_of(cells)

        def cut(handler, body):
            handler.answer(200, {"status": "OK", "result": {"warehouses": []}}, cut=9)

        with Crooked(Always(good, n1=crooked.refuse(503, "", {"Retry-After": "0"}), n2=cut,
                            n4=crooked.limit(0), n6=crooked.hang_up)) as server:
            ended = self.pull(server)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual([one["offerId"] for one in cells],
                         [row[0] for row in self.rows(ended.stdout)])
        self.assertEqual(1, server.parallel_max)

    def test_file_appears_only_when_it_is_whole(self):
        cells = [cell(f"sku-{index}", index) for index in range(300)]
        path = self.folder / "stock.csv"
        path.write_text("old")
        for status, code in ((404, 4), (400, 1), (502, 3)):
            with self.subTest(status=status):
                with Crooked(Always(crooked.refuse(status), n1=pages_of(cells))) as server:
                    ended = self.pull(server, "-o", path, "--retries", "0")
                self.assertEqual(code, ended.code, ended)
                self.assertEqual("old", path.read_text())
                self.assertEqual(["stock.csv"], os.listdir(self.folder))
        with Crooked(Always(pages_of(cells))) as server:
            self.assertEqual(0, self.pull(server, "-o", path).code)
        self.assertEqual(300, len(self.rows(path.read_text())))
        self.assertEqual(["stock.csv"], os.listdir(self.folder))

    def test_first_page_again_is_no_second_page(self):
        cells = [cell(f"sku-{index}", index) for index in range(300)]
        path = self.folder / "stock.csv"

        def forgetful(handler, body):
            handler.path = handler.path.partition("?")[0]
            pages_of(cells)(handler, body)

        with Crooked(Always(pages_of(cells), n2=forgetful)) as server:
            ended = self.pull(server, "-o", path)
        self.assertEqual(3, ended.code, ended)
        self.assertIn("the first page came twice", ended.stderr)
        self.assertFalse(path.exists())

    def link_to(self, target):
        """A link instead of the thing itself: a mistake here must not replace a device."""
        path = self.folder / target.strip("/").replace("/", "-")
        path.symlink_to(target)
        return path

    def test_what_is_no_plain_file_is_written_to_and_kept(self):
        path = self.link_to("/dev/null")
        with Crooked(Always(pages_of([cell("A", 1)]))) as server:
            ended = self.pull(server, "-o", path)
        self.assertEqual(0, ended.code, ended)
        self.assertTrue(path.is_symlink())

    def test_full_disk_and_bad_path_are_told(self):
        with Crooked(Always(pages_of([cell("A", 1)]))) as server:
            full = self.pull(server, "-o", self.link_to("/dev/full"))
            nowhere = self.pull(server, "-o", self.folder / "none" / "x.csv")
        self.assertEqual(5, full.code, full)
        self.assertIn("No space left", full.stderr)
        self.assertEqual(2, nowhere.code, nowhere)

    def test_answer_of_something_else_is_told(self):
        for data in (b"<html>", b"{}", b'{"result":{"warehouses":[{}]}}', b'[]'):
            with self.subTest(data=data):
                with Crooked({1: crooked.say(200, data)}) as server:
                    ended = self.pull(server)
                self.assertEqual(3, ended.code, ended)

    def test_interrupt_leaves_nothing_behind(self):
        arrived, gate = threading.Event(), threading.Event()
        cells = [cell(f"sku-{index}", index) for index in range(1000)]
        good = pages_of(cells)

        def slow(handler, body):
            arrived.set()
            gate.wait(crooked.GATE_S_MAX)
            good(handler, body)

        with Crooked(Always(good, n2=slow)) as server:
            process = self.start("pull", "--campaign", CAMPAIGN, "--url", server.url,
                                 "-o", self.folder / "stock.csv")
            self.assertTrue(arrived.wait(crooked.GATE_S_MAX))
            process.send_signal(signal.SIGINT)
            gate.set()
            ended = self.finish(process)
        self.assertEqual(130, ended.code, ended)
        self.assertEqual([], os.listdir(self.folder))
