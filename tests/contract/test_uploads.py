"""A file of leftovers is handed over, shown as what it would change, and then applied."""

import io
import struct
import threading
import unittest
import zipfile

from tests.contract.case import body_of, milliseconds, moment, one
from tests.contract.registry import INACTIVE, UNKNOWN
from tests.contract.upload_case import UploadCase, csv
from tests.e2e import books
from tests.harness.client import Connection, encode_request

MIB = 1024 * 1024


class Check(UploadCase):

    def test_a_file_is_compared_with_the_store_and_changes_nothing(self):
        self.put_counts({"same": 5, "more": 1, "gone": 3, "other": 7})
        with self.subTest("what it says"):
            found = self.check({"same": 5, "more": 9, "gone": 0, "new": 2}, name="a.csv")
            self.assertEqual(
                {"changes": 3, "unchanged": 1, "stale": 0, "changed": 1, "new": 1, "toZero": 1,
                 "zeroedByFull": 0, "unitsBefore": 16, "unitsAfter": 23}, found["plan"])
            self.assertEqual(("a.csv", "CSV", 4, 4, 0, 0, False),
                             tuple(found[name] for name in ("name", "format", "rows", "good", "bad",
                                                            "skipped", "full")))
            self.assertEqual([{"sku": "gone", "before": 3, "after": 0, "kind": "ZERO"},
                              {"sku": "more", "before": 1, "after": 9, "kind": "CHANGED"},
                              {"sku": "new", "after": 2, "kind": "NEW"}], found["changes"])
        self.assertEqual([5, 1, 3, 7, None], self.counts("same", "more", "gone", "other", "new"))

    def test_what_is_suspicious_is_told_with_row_and_sku(self):
        rows = ["abc,1", "ABC,2", "abc,3", "x,-1", ",5", "y,", "557722.0,4"]
        found = self.check(csv(rows), name="f.csv")
        kinds = {row["kind"]: row for row in found["findings"]}
        self.assertEqual({"twin-case": 1, "sku-repeated": 1, "count-negative": 1, "sku-empty": 1,
                          "count-empty": 1, "sku-spreadsheet": 1},
                         {kind: row["count"] for kind, row in kinds.items()})
        self.assertEqual([{"place": "f.csv:5", "row": 5, "sku": "x",
                           "text": "the count '-1' is not a whole number from 0 to 2000000000"}],
                         kinds["count-negative"]["examples"])
        self.assertNotIn("sku", kinds["sku-empty"]["examples"][0])
        self.assertEqual((7, 3, 3, 1, 3), (found["rows"], found["good"], found["bad"],
                                           found["skipped"], found["plan"]["new"]))

    def test_rows_older_than_the_store_are_stale_unless_they_are_of_now(self):
        self.put_count("a", 5, moment(0))
        rows = csv([f"a,1,{moment(-3600)}"], "sku,count,updatedAt")
        found = self.check(rows)
        self.assertEqual((0, 1), (found["plan"]["changes"], found["plan"]["stale"]))
        found = self.check(rows, now="true")
        self.assertEqual((1, 0), (found["plan"]["changes"], found["plan"]["stale"]))

    def test_units_can_be_kept_back(self):
        found = self.check({"a": 10, "b": 2}, buffer=3)
        self.assertEqual([("a", None, 7, "NEW"), ("b", None, 0, "NEW")], self.changes(found))

    def test_changes_come_page_by_page_zeroes_first(self):
        self.put_counts({f"z{index}": 1 for index in range(3)})
        rows = {f"n{index:03}": index + 1 for index in range(120)}
        found = self.check({**rows, **{f"z{index}": 0 for index in range(3)}})
        self.assertEqual(100, len(found["changes"]))
        pages = self.changes(found, limit=50)
        self.assertEqual([(f"z{index}", 1, 0, "ZERO") for index in range(3)], pages[:3])
        self.assertEqual([(sku, None, count, "NEW") for sku, count in rows.items()], pages[3:])

    def test_a_page_token_belongs_to_its_upload(self):
        rows = {f"n{index}": 1 for index in range(3)}
        first, second = self.check(rows), self.check(rows)
        answer = self.operator.upload_changes(self.campaign, first["uploadId"], limit=1)
        token = answer.json["result"]["paging"]["nextPageToken"]
        answer = self.operator.upload_changes(self.campaign, second["uploadId"], pageToken=token)
        self.assertEqual((400, "Bad page token"), (answer.status, answer.message))

    def test_an_xlsx_is_read_and_its_sheet_chosen(self):
        head = ["sku", "count"]
        book = books.archive(books.parts({"Лист1": [head, ["0012", 4]],
                                          "Other": [head, ["x", 1]]}))
        found = self.check(book, name="a.xlsx")
        self.assertEqual(("XLSX, sheet Лист1", [("0012", None, 4, "NEW")]),
                         (found["format"], self.changes(found)))
        found = self.check(book, sheet="Other")
        self.assertEqual([("x", None, 1, "NEW")], self.changes(found))

    def test_a_feed_and_an_old_encoding_are_read(self):
        feed = ('<?xml version="1.0" encoding="UTF-8"?><yml_catalog><shop><offers>'
                '<offer id="a"><count>3</count></offer></offers></shop></yml_catalog>')
        self.assertEqual(("YML", [("a", None, 3, "NEW")]), self.form_of(feed.encode()))
        self.assertEqual(("CSV in windows-1251", [("яблоко", None, 3, "NEW")]),
                         self.form_of("sku;count\nяблоко;3\n".encode("cp1251")))

    def form_of(self, data):
        found = self.check(data)
        return found["format"], self.changes(found)

    def test_a_column_can_be_named(self):
        data = csv(["a,1,2"], "sku,count,остаток")
        self.assert_file_refused(self.operator.upload(self.campaign, data), "countColumn=NAME")
        found = self.check(data, countColumn="остаток")
        self.assertEqual([("a", None, 2, "NEW")], self.changes(found))


class Apply(UploadCase):

    def test_what_was_shown_is_written_with_the_moment_of_the_file(self):
        self.put_counts({"gone": 3, "more": 1, "same": 5, **{f"s{i}": 1 for i in range(7)}})
        found = self.check({"gone": 0, "more": 9, "same": 5, "new": 2})
        state = self.apply(found)
        self.assertEqual((3, 0, 0), (state["total"], state["stale"], state["refusedCount"]))
        self.assertEqual([0, 9, 5, 2, 1], self.counts("gone", "more", "same", "new", "s0"))
        self.assertEqual(milliseconds(found["checkedAt"]),
                         milliseconds(self.offer("new")["updatedAt"]))
        again = self.check({"gone": 0, "more": 9, "same": 5, "new": 2})
        self.assertEqual((0, 4), (again["plan"]["changes"], again["plan"]["unchanged"]))
        self.apply(again)

    def test_the_moment_of_a_row_counts(self):
        at = moment(-60)
        self.apply(self.check(csv([f"a,1,{at}"], "sku,count,updatedAt")))
        self.assertEqual(milliseconds(at), milliseconds(self.offer("a")["updatedAt"]))

    def test_what_came_to_the_store_meanwhile_stays(self):
        self.put_count("a", 1)
        found = self.check({"a": 2, "b": 2})
        self.put_count("a", 7)
        state = self.apply(found)
        self.assertEqual(1, state["stale"])
        self.assertEqual([7, 2], self.counts("a", "b"))

    def test_it_has_to_be_confirmed_by_its_number_and_only_once(self):
        found = self.check({"a": 2, "b": 2})
        answer = self.operator.apply_upload(self.campaign, found["uploadId"], {"confirm": 1})
        self.assertEqual((409, "UPLOAD_OTHER_COUNT"), (answer.status, answer.code))
        answer = self.operator.apply_upload(self.campaign, found["uploadId"], {})
        self.assertEqual((400, "BAD_REQUEST"), (answer.status, answer.code))
        self.assertEqual([None], self.counts("a"))
        self.apply(found)
        answer = self.begin(found)
        self.assertEqual((409, "UPLOAD_STATE"), (answer.status, answer.code))

    def test_the_brake_wants_a_word(self):
        self.put_counts({f"s{index}": 1 for index in range(10)})
        found = self.check({"s0": 0, "s1": 0})
        self.assertNotIn("brake", found)
        found = self.check({"s0": 0, "s1": 0, "s2": 0})
        self.assertEqual({"inStock": 10, "toZero": 3, "share": 30.0, "limit": 20}, found["brake"])
        answer = self.begin(found)
        self.assertEqual((409, "BRAKE"), (answer.status, answer.code))
        self.assertIn("3 of the 10 SKUs", answer.message)
        self.assertEqual([1], self.counts("s0"))
        self.apply(found, overBrake=True)
        self.assertEqual([0, 0, 0, 1], self.counts("s0", "s1", "s2", "s3"))

    def test_a_full_file_sells_out_what_it_lacks(self):
        self.put_counts({**{f"s{index}": 1 for index in range(10)}, "lacking": 4, "empty": 0})
        rows = [f"s{index},1" for index in range(8)] + ["s8,-1", "s9,"]
        found = self.check(csv(rows), full="true")
        self.assertEqual((1, 1, 8, 14, 10),
                         tuple(found["plan"][name] for name in (
                             "changes", "zeroedByFull", "unchanged", "unitsBefore", "unitsAfter")))
        self.assertEqual([("lacking", 4, 0, "ZERO_BY_FULL")], self.changes(found))
        self.apply(found)
        self.assertEqual([0, 1, 1], self.counts("lacking", "s8", "s9"))

    def test_a_full_file_has_to_say_whose_counts_it_has(self):
        self.put_counts({"a": 1})
        found = self.check(csv(["a,1", ",5"]), full="true")
        self.assertIn("no SKU", found["obstacle"])
        answer = self.begin(found)
        self.assertEqual((409, "UPLOAD_OBSTACLE"), (answer.status, answer.code))

    def test_many_rows_are_many_batches_and_zeroes_leave_first(self):
        rows = {f"m{index}": 1 + index % 7 for index in range(4100)}
        state = self.apply(self.check(rows))
        self.assertEqual(4100, state["total"])
        self.assertEqual([1, 7, 1 + 4099 % 7], self.counts("m0", "m6", "m4099"))
        zeroes = {f"m{index}": 0 for index in range(0, 4100, 2)}
        found = self.check({**rows, **zeroes, "fresh": 1})
        self.assertEqual((2050, 1, 2050), (found["plan"]["toZero"], found["plan"]["new"],
                                           found["plan"]["unchanged"]))
        self.apply(found, overBrake=True)
        self.assertEqual([0, 2, 1], self.counts("m0", "m1", "fresh"))

    def test_a_group_has_one_stock_and_a_deleted_offer_comes_back(self):
        first, second = self.new_group()
        self.put_counts({"a": 3}, first)
        self.send("POST", f"/v2/campaigns/{second}/offers/delete", {"offerIds": ["a"]})
        self.assertEqual([], self.skus(second))
        found = self.check({"a": 8, "b": 1}, second)
        self.assertEqual([("a", 3, 8, "CHANGED"), ("b", None, 1, "NEW")], self.changes(found))
        self.apply(found)
        self.assertEqual([8, 1], self.counts("a", "b", campaign=first))
        self.assertEqual({"a", "b"}, set(self.skus(second)))

    def test_a_deleted_offer_comes_back_with_the_same_number(self):
        self.put_counts({"a": 3})
        self.send("POST", f"/v2/campaigns/{self.campaign}/offers/delete", {"offerIds": ["a"]})
        found = self.check({"a": 3})
        self.assertEqual([("a", None, 3, "NEW")], self.changes(found))
        self.assertEqual(found["plan"]["unitsBefore"], found["plan"]["unitsAfter"])
        self.apply(found)
        self.assertEqual(["a"], self.skus())

    def test_orders_keep_what_they_hold(self):
        self.put_counts({"a": 5})
        self.assert_order(self.operator.order(self.campaign, self.new_order(), {"a": 2}),
                          "RESERVED")
        self.apply(self.check({"a": 9}))
        self.assertEqual((9, 2), self.numbers("a"))


class Refusals(UploadCase):

    def test_only_the_sellers_own_numbers(self):
        answer = self.operator.upload(self.fby, csv({"a": 1}))
        self.assertEqual((400, "CAMPAIGN_TYPE_NOT_SUPPORTED",
                          "Campaign type is not allowed. Allowed campaign types: FBS, DBS"),
                         (answer.status, answer.code, answer.message))
        answer = self.operator.upload(UNKNOWN, csv({"a": 1}))
        self.assertEqual((404, "CAMPAIGN_NOT_FOUND"), (answer.status, answer.code))
        self.apply(self.check({"a": 1}, INACTIVE))

    def test_files_that_are_none(self):
        for data, words in (
                (b"PK\3\4 and nothing else", ["damaged"]),
                (b"%PDF-1.7 of a price list", ["PDF"]),
                (b"name,price\na,1\n", ["skuColumn"]),
                (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><yml_catalog/>', ["entit"]),
                (bomb(), ["larger than"])):
            with self.subTest(data[:20]):
                self.assert_file_refused(self.operator.upload(self.campaign, data), *words)

    def test_an_empty_body_and_wrapped_ones(self):
        answer = self.operator.upload(self.campaign, b"")
        self.assertEqual((400, "Required request body is missing"),
                         (answer.status, answer.message))
        for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
            answer = self.operator.upload(self.campaign, b"x", {"Content-Type": kind})
            self.assertEqual(415, answer.status, answer)

    def test_parameters_are_checked_before_the_file_comes(self):
        for query in ({"full": "yes"}, {"buffer": "-1"}, {"encoding": "koi8"}, {"sheet": ""}):
            with self.subTest(query):
                answer = self.operator.upload(self.campaign, csv({"a": 1}), **query)
                self.assertEqual((400, "BAD_REQUEST"), (answer.status, answer.code))

    def test_a_file_that_is_too_large_is_refused_before_it_comes(self):
        answer = self.operator.upload(self.campaign, None, {
            "Content-Length": str(64 * MIB + 1), "Expect": "100-continue"})
        self.assertEqual(400, answer.status)
        self.assertIn("65536 KB", answer.message)

    def test_one_of_a_mebibyte_and_more_comes_whole(self):
        rows = {f"sku-{index:06}": 1 for index in range(120000)}
        found = self.check(rows)
        self.assertEqual((120000, 120000), (found["rows"], found["plan"]["new"]))

    def test_somebody_else_cannot_see_it(self):
        found = self.check({"a": 1})
        answer = self.operator.get_upload(self.new_campaign(), found["uploadId"])
        self.assertEqual((404, "UPLOAD_NOT_FOUND"), (answer.status, answer.code))

    def test_a_dropped_one_is_gone(self):
        found = self.check({"a": 1})
        self.assert_ok(self.operator.drop_upload(self.campaign, found["uploadId"]))
        for answer in (self.operator.get_upload(self.campaign, found["uploadId"]),
                       self.operator.drop_upload(self.campaign, found["uploadId"]),
                       self.operator.upload_changes(self.campaign, found["uploadId"]),
                       self.begin(found)):
            self.assertEqual((404, "UPLOAD_NOT_FOUND"), (answer.status, answer.code))

    def test_the_newest_four_are_kept(self):
        found = [self.check({"a": 1}) for _ in range(5)]
        answer = self.operator.get_upload(self.campaign, found[0]["uploadId"])
        self.assertEqual(404, answer.status)
        for upload in found[1:]:
            self.assertNotIn("plan", self.state(upload))
            self.assertEqual(upload, self.state(upload, **{"with": "check"}))

    def test_two_come_in_at_a_time_and_a_cut_one_leaves_its_place(self):
        path = f"/api/v1/campaigns/{self.campaign}/uploads"
        head = encode_request("POST", path, {
            "Authorization": f"Bearer {self.server.operator_token()}", "Content-Length": "1000000",
            "Expect": "100-continue"})
        held = []
        for _ in range(2):
            held.append(Connection(self.server.operator_address))
            held[-1].send(head)
            self.assertEqual(100, held[-1].read_answer("POST").status)
            held[-1].send(b"sku,count\n")
        answer = self.operator.upload(self.campaign, csv({"a": 1}))
        self.assertEqual((503, "1"), (answer.status, answer.header("Retry-After")))
        held[0].close()
        while answer.status == 503:  # The server learns of it in its own time.
            answer = self.operator.upload(self.campaign, csv({"a": 1}))
        self.assertEqual(200, answer.status)
        held[1].close()


class Template(UploadCase):

    def template(self, **query):
        answer = self.operator.get(f"/campaigns/{self.campaign}/template.xlsx", **query)
        self.assertEqual(200, answer.status, answer)
        return answer.body

    def test_an_empty_one_can_be_uploaded(self):
        for lang in ("en", "ru"):
            found = self.check(self.template(lang=lang))
            self.assertEqual((0, []), (found["rows"], found["findings"]))

    def test_one_with_stocks_changes_nothing_when_it_comes_back(self):
        counts = {"0012": 3, "1E5": 0, "a <b> & 'c'": 7, "_x0041_": 1, "2024-01-02": 2}
        counts.update({f"sku-{index}": index for index in range(600)})
        self.put_counts(counts)
        self.send("POST", f"/v2/campaigns/{self.campaign}/offers/delete", {"offerIds": ["sku-5"]})
        found = self.check(self.template(**{"with": "stocks"}), full="true")
        self.assertEqual([], self.changes(found))
        self.assertEqual((len(counts) - 1, len(counts) - 1),
                         (found["rows"], found["plan"]["unchanged"]))

    def test_words_it_does_not_know(self):
        for query in ({"lang": "de"}, {"with": "prices"}):
            answer = self.operator.get(f"/campaigns/{self.campaign}/template.xlsx", **query)
            self.assertEqual((400, "BAD_REQUEST"), (answer.status, answer.code))


class UnknownSkus(UploadCase):
    options = ("--no-limits", "--unknown-sku", "reject")

    def test_they_are_told_and_left_out(self):
        answer = self.put(body_of(one("a", 1)))
        self.assertEqual(400, answer.status)
        found = self.check({"a": 1, "b": 2}, name="f.csv")
        self.assertEqual(0, found["plan"]["changes"])
        self.assertEqual((2, 0), (found["bad"], found["good"]))
        finding = found["findings"][0]
        self.assertEqual(("sku-unknown", 2, "error"),
                         (finding["kind"], finding["count"], finding["severity"]))
        self.assertEqual(["a", "b"], [row["sku"] for row in finding["examples"]])


class OldDates(UploadCase):
    options = ("--no-limits", "--edition", "2026")

    def test_more_than_a_day_ago_is_refused_as_a_request_is(self):
        found = self.check(csv([f"a,1,{moment(-25 * 3600)}", f"b,1,{moment(-3600)}"],
                               "sku,count,updatedAt"))
        self.assertEqual([("updated-at-old", 1)],
                         [(row["kind"], row["count"]) for row in found["findings"]])
        self.assertEqual([("b", None, 1, "NEW")], self.changes(found))


class SlowOnes(UploadCase):
    """Each megabyte of a file has the time of a request, so that slow lines can send large ones."""
    options = ("--no-limits", "--request-timeout", "2")

    def test_one_does_not_hold_up_a_stop(self):
        connection = Connection(self.server.operator_address)
        self.addCleanup(connection.close)
        connection.send(encode_request("POST", f"/api/v1/campaigns/{self.campaign}/uploads", {
            "Authorization": f"Bearer {self.server.operator_token()}",
            "Content-Length": str(64 * MIB), "Expect": "100-continue"}))
        self.assertEqual(100, connection.read_answer("POST").status)
        sent_some, ended = threading.Event(), threading.Event()

        def send():
            try:
                while not ended.wait(1.5):
                    connection.send(b"sku,1\n" * (MIB // 6 + 1))
                    sent_some.set()
            except OSError:
                sent_some.set()  # It was cut off.

        sender = threading.Thread(target=send)
        sender.start()
        sent_some.wait()
        try:
            self.server.halt()  # Fails where that takes a minute.
        finally:
            ended.set()
            sender.join()
        self.server.start()


class Restarts(UploadCase):

    def test_an_upload_does_not_outlive_its_server_and_the_file_can_come_again(self):
        rows = {f"r{index}": 1 for index in range(20000)}
        found = self.check(rows)
        self.assertEqual(200, self.begin(found).status)
        while self.state(found)["done"] == 0:
            pass
        self.kill()
        answer = self.operator.get_upload(self.campaign, found["uploadId"])
        self.assertEqual(404, answer.status)
        again = self.check(rows)
        written = again["plan"]["unchanged"]
        self.assertEqual((0, True), (written % 2000, written >= 2000), again["plan"])
        self.apply(again)
        self.assertEqual(20000, self.check(rows)["plan"]["unchanged"])

    def test_a_stop_ends_it_behind_a_batch(self):
        found = self.check({f"r{index}": 1 for index in range(20000)})
        self.assertEqual(200, self.begin(found).status)
        self.restart()
        again = self.check({f"r{index}": 1 for index in range(20000)})
        self.assertEqual(0, again["plan"]["unchanged"] % 2000)


def bomb():
    """An archive of a kilobyte whose sheet says that it is 1.3 GB."""
    data = books.book([["sku", "count"], ["a", 1]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return data.replace(struct.pack("<I", size), struct.pack("<I", 1300 * MIB))


if __name__ == "__main__":
    unittest.main()
