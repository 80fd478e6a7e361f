"""stockctl check: files, what is wrong with them, and what is said."""

import json
import os
import pathlib
import struct
import zipfile

from tests.e2e import books
from tests.e2e.ctl import CtlCase
from tests.harness import postgres

HEADER = ["sku", "count"]
HERE = pathlib.Path(__file__).parent
MEGABYTE = 1 << 20


def csv(*rows, header="sku,count,updatedAt"):
    return "\n".join((header, *rows)) + "\n"


def yml(*offers, encoding="UTF-8", before="", attributes=""):
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n{before}<yml_catalog{attributes}><shop>'
            f'<offers>\n{chr(10).join(offers)}\n</offers></shop></yml_catalog>\n').encode(encoding)


def old_workbook(name):
    """An OLE container with one entry of that name."""
    head = bytearray(512)
    head[:8] = bytes.fromhex("D0CF11E0A1B11AE1")
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 0)
    return bytes(head) + name.encode("utf-16-le").ljust(512, b"\0")


class Check(CtlCase):

    def check(self, name, content, *words, environment=None):
        path = self.file(name, content)
        return self.run_ctl("check", path, "--output", "json", "--quiet", *words, token=None,
                            environment=environment)

    def assert_found(self, ended, expected, where=""):
        """The findings are these, {kind: count}, and the exit status says so."""
        self.assertEqual(1 if expected else 0, ended.code, ended)
        found = json.loads(ended.stdout)["findings"]
        self.assertEqual(expected, {finding["kind"]: finding["count"] for finding in found}, where)
        return found

    def test_what_is_wrong_with_rows_is_counted_and_told(self):
        rows = [
            (",1", "sku-empty", "the SKU is empty"),
            ("x" * 256 + ",1", "sku-long", "256 characters, 255 are allowed"),
            ('"a\nb",1', "sku-broken", "'a?b' holds a control character"),
            ("A,-1", "count-negative", "the count '-1' is not a whole number"),
            ("A,1.5", "count-fraction", "the count '1.5' is not a whole number"),
            ('A,"0,5"', "count-fraction", "the count '0,5' is not a whole number"),
            ("A,5.0", "count-spreadsheet", "the count '5.0' is not a whole number"),
            ("A,1E+3", "count-spreadsheet", "the count '1E+3' is not a whole number"),
            ("A,2000000001", "count-large", "from 0 to 2000000000"),
            ("A,1 000", "count-broken", "the count '1 000' is not a whole number"),
            ("A,1,,000", "row-long", "a field that holds the separator needs quotes"),
            ("A", "count-absent", "the row ends before its count"),
            ("A,", "count-empty", "'A'"),
            ("A,1,17.09.2025", "updated-at-broken", "'17.09.2025' is not a date and time"),
            ("A,1,2222-01-01T00:00:00Z", "updated-at-future", "lies in the future"),
            ("1.23E+10,1", "sku-spreadsheet", "'1.23E+10'"),
            ("557722.0,1", "sku-spreadsheet", "'557722.0'"),
            ("2025-05-12 00:00:00,1", "sku-spreadsheet", "'2025-05-12 00:00:00'"),
            ("A\u00a0B,1", "sku-spaces", "'A\u00a0B'"),
            ("\u0410BC,1", "sku-mixed-letters", "'\u0410BC' (Cyrillic \u0410)"),
        ]
        for row, kind, said in rows:
            with self.subTest(row):
                found = self.assert_found(self.check("f.csv", csv("Good,1", row)), {kind: 1}, row)
                example = found[0]["examples"][0]
                self.assertTrue(example["place"].endswith("/f.csv:3"), example)
                self.assertIn(said, example["text"])

    def test_twins_and_repetitions_name_both_rows(self):
        pairs = [
            ("557722", "0557722", "twin-zeros", "'0557722' and '557722' on line 2"),
            ("abc", "ABC", "twin-case", "'ABC' and 'abc' on line 2"),
            ("\u043b\u0430\u043c\u043f\u0430", "\u041b\u0410\u041c\u041f\u0410", "twin-case", ""),
            ("A B", "A  B", "twin-spaces", "'A  B' and 'A B' on line 2"),
            ("ABC", "\u0410\u0412\u0421", "twin-letters",
             "'\u0410\u0412\u0421' (Cyrillic \u0410\u0412\u0421) and 'ABC' (Latin) on line 2"),
            ("abc", "00ABC", "twin-several", "'00ABC' and 'abc' on line 2"),
            ("A", "A", "sku-repeated", "the SKU stands on line 2 already; that row is kept"),
        ]
        for first, second, kind, said in pairs:
            with self.subTest(kind):
                ended = self.check("f.csv", csv(f"{first},1", f"{second},1"))
                expected = {kind: 1}
                if kind == "twin-spaces":
                    expected["sku-spaces"] = 1
                found = self.assert_found(ended, expected)
                example = next(f for f in found if f["kind"] == kind)["examples"][0]
                self.assertTrue(example["place"].endswith("/f.csv:3"), example)
                self.assertIn(said, example["text"])

    def test_clean_files_of_every_form_and_name_are_clean(self):
        table = [["Ваш SKU *", "Название", "Количество"], ["0557722", "x", 5], ["Б-1", None, 0]]
        lines = "Артикул;Остаток\n0557722;5\nБ-1;0\n"
        offers = ('<offer id="0557722"><count>5</count></offer>',
                  '<offer id="Б-1"><name>x</name><count> 0 </count></offer>')
        forms = {
            "a.csv": ("CSV", lines),
            "b.csv": ("CSV in windows-1251", lines.encode("cp1251")),
            "c.txt": ("CSV in UTF-16", lines.replace(";", "\t").encode("utf-16")),
            "late.csv": ("CSV in windows-1251",
                         ("sku;count\n0557722;5\n" + "\n" * 70000 + "Б-1;0\n").encode("cp1251")),
            "shared.xlsx": ("XLSX, sheet Sheet1", books.book(table)),
            "inline.xlsx": ("XLSX, sheet Sheet1", books.book(table, shared=False)),
            "stored.xlsx": ("XLSX, sheet Sheet1", books.archive(
                books.parts({"Sheet1": table}), zipfile.ZIP_STORED)),
            "a.yml": ("YML", yml(*offers)),
            "b.xml": ("YML", yml(*offers, encoding="windows-1251",
                                 before='<!DOCTYPE yml_catalog SYSTEM "shops.dtd">\n')),
        }
        for name, (form, content) in forms.items():
            with self.subTest(name):
                ended = self.check(name, content)
                self.assert_found(ended, {})
                said = json.loads(ended.stdout)
                self.assertEqual((form, 2, 2), (said["form"], said["rows"], said["good"]))
                path = self.file(name, content)
                with open(path, "rb") as file:  # A pipe, not the file.
                    piped = self.run_ctl("check", "-", "--output", "json", stdin=file.read(),
                                         token=None)
                self.assert_found(piped, {})
                self.assertEqual(form, json.loads(piped.stdout)["form"])

    def test_book_of_a_real_spreadsheet_library_is_read(self):
        content = (HERE / "files" / "openpyxl.xlsx").read_bytes()
        ended = self.check("a.xlsx", content)
        found = self.assert_found(ended, {"sku-rounded": 1, "sku-cell": 1, "count-fraction": 1,
                                          "count-cell": 1, "count-empty": 1, "twin-zeros": 1})
        self.assertIn("/a.xlsx:Остатки!3", found[-1]["examples"][0]["place"])
        self.assertEqual("'557722' and '0557722' in row 2", found[-1]["examples"][0]["text"])

    def test_cells_are_what_they_are_stored_as(self):
        good = [
            (books.number("557722"), "557722"),
            (books.number("557722.0"), "557722"),
            (books.number("1.23E+10"), "12300000000"),
            (books.number("4.6E12"), "4600000000000"),
            (books.number("557722", books.SEVEN_DIGITS), "0557722"),
            ("0557722", "0557722"),
            ("1.5", "1.5"),
            (books.rich("A", " ", "B"), "A B"),
            ("0557722_x000D_", "0557722"),
            ("a_x005F_x_x0_b", "a_x_x0_b"),
            (books.formula('"A"&1', "A1", "str"), "A1"),
            (books.formula("5*5", "25"), "25"),
            ("a & <b>", "a & <b>"),
        ]
        for at, (cell, sku) in enumerate(good):
            with self.subTest(sku):
                # A twin in the same file shows what became of it.
                rows = [HEADER, [cell, 1], [sku, 2]]
                found = self.assert_found(self.check(f"{at}.xlsx", books.book(rows)),
                                          {"sku-repeated": 1}, sku)
                self.assertEqual("the SKU stands in row 2 already; that row is kept",
                                 found[0]["examples"][0]["text"])
        bad = [
            (books.number("12.5"), 1, "sku-cell", "'12.5' is a number with a fraction"),
            (books.number("1.2345678901234567E+19"), 1, "sku-rounded", "has rounded"),
            (books.number("45789", books.DATE), 1, "sku-cell", "is a date"),
            (books.Raw(' t="e"', "<v>#N/A</v>"), 1, "sku-cell", "'#N/A' is an error of"),
            (books.formula("A1"), 1, "sku-cell", "is a formula whose value is not in the file"),
            ("A", books.number("2.5"), "count-fraction", "the count '2.5' is not"),
            ("A", books.number("-3"), "count-negative", "the count '-3' is not"),
            ("A", books.number("1e99"), "count-spreadsheet", "the count '1e99' is not"),
            ("A", books.number("45789", books.DATE), "count-cell", "is a date"),
            ("A", books.Raw(' t="e"', "<v>#REF!</v>"), "count-cell", "'#REF!' is an error of"),
            ("A", books.Raw(' t="b"', "<v>1</v>"), "count-broken", "the count 'TRUE' is not"),
            ("A", "много", "count-broken", "the count 'много' is not"),
            ("A", None, "count-empty", "'A'"),
            (None, 5, "sku-empty", "the SKU is empty"),
        ]
        for at, (sku, count, kind, said) in enumerate(bad):
            with self.subTest(said):
                rows = [HEADER, ["Good", 1], [sku, count]]
                found = self.assert_found(self.check(f"b{at}.xlsx", books.book(rows)), {kind: 1})
                example = found[0]["examples"][0]
                self.assertTrue(example["place"].endswith("xlsx:Sheet1!3"), example)
                self.assertIn(said, example["text"])

    def test_dates_of_cells_are_in_the_local_zone(self):
        # 2025-09-17 14:30, an instant that Moscow has three hours before UTC.
        moment = books.number("45917.604166666664", books.DATE)
        rows = [[*HEADER, "updatedAt"], ["A", 1, moment]]
        for zone in ("UTC", "Europe/Moscow"):
            self.assert_found(self.check("a.xlsx", books.book(rows), environment={"TZ": zone}), {})
        late = [[*HEADER, "updatedAt"], ["A", 1, books.number("117500.25", books.DATE)],
                ["B", 1, "yesterday"], ["C", 1, books.Raw(' t="d"', "<v>2025-09-17T14:30:00</v>")]]
        self.assert_found(self.check("a.xlsx", books.book(late)),
                          {"updated-at-broken": 1, "updated-at-future": 1})

    def test_sheet_is_the_first_visible_one_or_the_one_named(self):
        sheets = {"Secret": [["x"]], "Stock": [[], ["note", None], HEADER], "Other":
                  [[None], HEADER, ["A", 1]]}
        content = books.archive(books.parts(sheets, states=(' state="hidden"',)))
        ended = self.check("a.xlsx", content)
        self.assertEqual(2, ended.code)
        self.assertIn("sheet Stock, row 2: the first row must name the columns sku and count",
                      ended.stderr)
        ended = self.check("a.xlsx", content, "--sheet", "other")
        self.assert_found(ended, {})
        self.assertEqual("XLSX, sheet Other", json.loads(ended.stdout)["form"])
        ended = self.check("a.xlsx", content, "--sheet", "None")
        self.assertEqual(2, ended.code)
        self.assertIn("it has no sheet 'None', but 'Secret', 'Stock', 'Other'", ended.stderr)

    def test_outlets_count_when_they_are_asked_for(self):
        content = yml('<offer id="A"><count>1</count><outlets><outlet instock="3" '
                      'warehouse_name="Мой"/><outlet instock="4"/></outlets></offer>',
                      '<offer id="B"><outlets><outlet instock="x"/></outlets></offer>',
                      '<offer id="C"><count>1</count><count>2</count></offer>',
                      '<offer id="D"><param><count>7</count></param></offer>')
        for words, expected in (((), {"count-broken": 1, "count-empty": 2}),
                                (("--outlets",), {"count-broken": 1, "count-empty": 2}),
                                (("--outlet", "Мой"), {"count-empty": 3})):
            with self.subTest(words):
                self.assert_found(self.check("f.yml", content, *words), expected)
        found = self.assert_found(self.check("f.yml", content),
                                  {"count-broken": 1, "count-empty": 2})
        self.assertIn("/f.yml:offer 3 (line 5)", found[0]["examples"][0]["place"])
        self.assertIn("the count '1 2' is not", found[0]["examples"][0]["text"])

    def test_what_cannot_be_read_is_said_in_words(self):
        table = [HEADER, ["A", 1]]
        good = books.parts({"Sheet1": table})
        whole = books.book(table)
        deep = "<a>" * 70
        bomb = {**good, "xl/styles.xml": b"<styleSheet>" + b" " * (65 * MEGABYTE)}
        laughs = ('<!DOCTYPE yml_catalog [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n')
        files = [
            ("empty.csv", "", "empty.csv:1: the first row must name the columns sku and count"),
            ("names.csv", "name,price\nA,1\n", "names.csv:1: the first row must name the columns"),
            ("twice.csv", "id,sku,count\n", "two columns that can be the SKU, 'id' and 'sku'"),
            ("quote.csv", 'sku,count\nA,"1\n', "quote.csv:2: a quote is opened here"),
            ("old.xls", old_workbook("Workbook"), "it is an old .xls, or has a password"),
            ("locked.xlsx", old_workbook("EncryptedPackage"), "it has a password"),
            ("page.xls", "<html><body><table></table></body></html>", "it is a web page"),
            ("xml.xls", '<?xml version="1.0"?><Workbook/>', "the XML form of 2003"),
            ("gzip.csv", b"\x1f\x8b\x08\x00", "it is compressed with gzip; unpack it first"),
            ("pdf.xlsx", b"%PDF-1.4", "it is a PDF"),
            ("ods.xlsx", books.archive({"content.xml": "<a/>"}), "it is an OpenDocument"),
            ("zip.xlsx", books.archive({"a.csv": "sku,count\n"}), "it is a zip archive, not an XL"),
            ("b.xlsb", books.archive({**good, "xl/workbook.bin": "x"}), "it is an XLSB"),
            ("cut.xlsx", whole[:len(whole) // 2], "begins as a zip archive, and is damaged or cut"),
            ("blank.xlsx", books.book([]), "its sheet Sheet1 is empty"),
            ("names.xlsx", books.book([["a", "b"]]), "sheet Sheet1, row 1: the first row must"),
            ("text.xlsx", books.archive({**good, "xl/sharedStrings.xml": "<sst/>"}),
             "a cell names a text that is not in the file"),
            ("broken.xlsx", books.archive({**good, "xl/worksheets/sheet1.xml": "<worksheet><row>"}),
             "no element found"),
            ("bomb.xlsx", books.archive(bomb), "xl/styles.xml is larger than 64 MB when unpacked"),
            ("many.xlsx", books.archive({f"p{at}": "" for at in range(10001)}),
             "the archive has more than 10000 parts"),
            ("laughs.yml", yml(before=laughs), "laughs.yml:2: it declares entities of its own"),
            ("entity.yml", yml('<offer id="a&nbsp;b"><count>1</count></offer>',
                               before='<!DOCTYPE yml_catalog SYSTEM "shops.dtd">\n'),
             "entity.yml:4: it refers to an entity that is declared nowhere"),
            ("deep.yml", yml(deep), "its elements are nested too deep"),
            ("long.yml", yml(f"<offer id=\"{'x' * (2 * MEGABYTE)}\"/>"), "of more than a megabyte"),
            ("cut.yml", yml('<offer id="A">')[:-30], "cut.yml:"),
            ("koi.yml", b'<?xml version="1.0" encoding="KOI8-R"?><yml_catalog/>',
             "its encoding is neither UTF-8 nor windows-1251"),
            ("rss.xml", "<rss/>", "it is XML, but no YML"),
        ]
        for name, content, said in files:
            with self.subTest(name):
                ended = self.check(name, content)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertIn(name, ended.stderr)
                self.assertEqual(1, ended.stderr.count("\n"), ended)

    def test_columns_encoding_and_form_can_be_said(self):
        content = csv("A,x,1,2", header="sku,id,count,остаток")
        ended = self.check("f.csv", content)
        self.assertEqual(2, ended.code)
        ended = self.check("f.csv", content, "--sku-column", "SKU", "--count-column", "Остаток")
        self.assert_found(ended, {})
        ended = self.check("f.csv", content, "--sku-column", "here", "--count-column", "count")
        self.assertIn("the first row has no column 'here'", ended.stderr)
        bad = b"sku,count\n\xcf\xf0,1\n"
        self.assert_found(self.check("f.csv", bad, "--encoding", "utf-8"), {"sku-broken": 1})
        self.assert_found(self.check("f.csv", bad), {})
        ended = self.check("f.csv", content, "--format", "yml")
        self.assertIn("f.csv:1: syntax error", ended.stderr)

    def test_commands_count_when_they_end_well(self):
        path = self.file("f.csv", csv("A,1", "B,-1"))
        def run(command):
            return self.run_ctl("check", "--command", command, "--output", "json", token=None)
        found = self.assert_found(run(f"cat {path}"), {"count-negative": 1})
        self.assertEqual("command:3", found[0]["examples"][0]["place"])
        book = self.file("f.xlsx", books.book([HEADER, ["A", 1]]))
        self.assert_found(run(f"cat {book}"), {})
        for command, said in ((f"cat {path}; exit 3", "the command ended with exit status 3"),
                              (f"cat {path}; kill -9 $$", "the command was ended by signal 9"),
                              ("exec /nowhere/at/all", "the command ended with exit status 127")):
            with self.subTest(command):
                ended = run(command)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertEqual("", ended.stdout)

    def test_command_lines_that_cannot_be(self):
        path = self.file("f.csv", csv("A,1"))
        secret = "postgresql://user:secret@127.0.0.1/db"
        for words, said in (((), "FILE, --command, --query or --from-book is missing"),
                            ((path, "--command", "true"), "only one of FILE, --command, --query"),
                            (("--query", "SELECT 1"), "--query needs --database"),
                            ((path, "--database", "postgresql://h/db"), "is for --query"),
                            (("--query", "SELECT 1", "--database", secret), "holds a password"),
                            ((path, "--outlets", "--outlet", "x"), "do not go together"),
                            ((path, "--format", "ods"), "--format takes auto|csv|xlsx|yml"),
                            (("/nowhere/f.csv",), "cannot open /nowhere/f.csv")):
            with self.subTest(words):
                ended = self.run_ctl("check", *words, token=None)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertNotIn("secret", ended.stderr)

    def test_text_names_the_form_and_some_places(self):
        path = self.file("f.csv", csv(*(f"A{at},-1" for at in range(7))))
        ended = self.run_ctl("check", path, "--examples", "2", token=None)
        lines = ended.stdout.splitlines()
        self.assertEqual(f"{path}: CSV", lines[0])
        self.assertRegex(lines[1], r"^error +count-negative +7  the count is below zero$")
        self.assertEqual([f"    {path}:{at}: the count '-1' is not a whole number from 0 to "
                          "2000000000" for at in (2, 3)], lines[2:4])
        self.assertEqual(5, len(lines), ended)
        self.assert_totals(ended, rows=7, good=0, skipped=0, bad=7, warnings=0)


class CheckQuery(CtlCase):

    def test_query_is_a_table_whose_columns_have_names(self):
        server = postgres.Postgres()
        server.start()
        self.addCleanup(server.stop)
        secret = self.file("url", server.url(user="stockd") + "\n")
        os.chmod(secret, 0o600)
        def run(query):
            return self.run_ctl("check", "--query", query, "--database-file", secret, "--output",
                                "json", token=None)
        table = "(VALUES ('0557722', 5), ('Б', NULL), ('C', -1)) AS stock(id, остаток)"
        ended = run(f"SELECT * FROM {table}; ")
        self.assertEqual(1, ended.code, ended)
        said = json.loads(ended.stdout)
        self.assertEqual((3, 1, 1, 1), tuple(said[name] for name in
                                             ("rows", "good", "skipped", "bad")))
        self.assertEqual([("count-negative", "query:row 3"), ("count-empty", "query:row 2")],
                         [(finding["kind"], finding["examples"][0]["place"])
                          for finding in said["findings"]])
        twice = run("SELECT 'A' AS sku, i AS count FROM generate_series(1, 2) AS i")
        self.assertIn("query:row 2\",\"text\":\"the SKU stands in row 1 already", twice.stdout)
        many = run("SELECT i AS sku, i % 7 AS count FROM generate_series(1, 50000) AS i -- all")
        self.assertEqual((0, 50000), (many.code, json.loads(many.stdout)["good"]), many)
        for query, reason in (("SELEKT", "the query failed: ERROR:"),
                              ("SELECT 'A' AS sku, 1 / (i - 40000) AS count "
                               "FROM generate_series(1, 50000) AS i", "division by zero"),
                              ("SELECT 1 AS one", "must name the columns sku and count")):
            with self.subTest(query):
                ended = run(query)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(reason, ended.stderr)
                self.assertEqual("", ended.stdout)
        wrong = self.file("wrong", "postgresql://stockd:p@ss@127.0.0.1/db")
        ended = self.run_ctl("check", "--query", "SELECT 1", "--database-file", wrong, token=None)
        self.assertIn("its password is not escaped", ended.stderr)
        self.assertNotIn("p@ss", ended.stderr)
