"""stockctl push and what people give it: forms of CSV, bad rows, tokens, command lines."""

import json
import os

from tests.e2e.crooked import Crooked
from tests.e2e.ctl import CAMPAIGN, TOKEN, CtlCase


class PushFiles(CtlCase):

    def push(self, content, *words, **how):
        """Pushes a file to a good server; returns the end and what the server then has."""
        path = self.file("stock.csv", content)
        with Crooked() as server:
            ended = self.run_ctl("push", path, "--campaign", CAMPAIGN, "--url", server.url,
                                 "--no-book", *words, **how)
        return ended, {sku: count for sku, (count, _) in server.stock.items()}, server

    def test_all_forms_of_csv_are_the_same(self):
        forms = {
            "plain": "sku,count\nA,1\n0557722,2\n",
            "semicolons, CRLF": "sku;count\r\nA;1\r\n0557722;2\r\n",
            "TAB, no last line end": "sku\tcount\nA\t1\n0557722\t2",
            "byte-order mark": "\ufeffsku,count\nA,1\n0557722,2\n",
            "another order and case": "COUNT,Name,SKU\n1,x,A\n2,y,0557722\n",
            "quotes": '"sku","count"\n"A","1"\n"0557722","2"\n',
            "old Mac": "sku,count\rA,1\r0557722,2\r",
            "blank lines": "\n\nsku,count\n\nA,1\n\n\n0557722,2\n\n",
            "a spreadsheet's empty rows": "sku;count;note\nA;1;\n0557722;2;\n;;\n;;\n",
            "spaces": "sku , count\n  A  , 1\n\"  0557722\",2 \n",
            "quoted separators": "sku;count;\"a,b,c,d,e\"\nA;1;\"x;y\"\n0557722;2;\"two\nlines\"\n",
        }
        for name, content in forms.items():
            with self.subTest(name):
                ended, stock, _ = self.push(content)
                self.assertEqual(0, ended.code, ended)
                self.assertEqual({"A": 1, "0557722": 2}, stock)
                self.assert_totals(ended, sent=2, refused=0, bad=0, skipped=0)

    def test_bad_rows_are_told_and_the_others_sent(self):
        rows = [
            ("good,1", None),
            (",5", "the SKU is empty"),
            ("A,-1", "'-1' is not a whole number from 0 to 2000000000"),
            ("B,1.5", "'1.5' is not"),
            ("C,2000000001", "'2000000001' is not"),
            ("D,много", "'много' is not"),
            ("E", "ends before its count"),
            (256 * "x" + ",1", "256 characters, 255 are allowed"),
            ("F,1,yesterday", "'yesterday' is not a date"),
            ("F,1,2022-12-29T18:02:01", "is not a date and time with its offset"),
            ("F,1,2222-12-29T18:02:01Z", "lies in the future"),
            ("\"two\nlines\",1", "holds a control character"),
            ("good,2", "stands on line 2 already"),
            ("skipped,", None),
            ("also good,2000000000,2022-12-29T18:02:01+03:00", None),
        ]
        content = "sku,count,updatedAt\n" + "".join(row + "\n" for row, _ in rows)
        ended, stock, server = self.push(content)
        self.assertEqual(1, ended.code, ended)
        self.assertEqual({"good": 1, "also good": 2000000000}, stock)
        self.assertEqual({"2022-12-29T15:02:01Z"}, server.stamps["also good"])
        self.assert_totals(ended, sent=2, refused=0, bad=12, skipped=1)
        line = 2
        for row, reason in rows:
            if reason:
                self.assertRegex(ended.stderr, rf"(?m)^.*stock\.csv:{line}: .*")
                told = [told for told in ended.stderr.splitlines() if f"stock.csv:{line}: " in told]
                self.assertIn(reason, told[0])
            line += 1 + row.count("\n")

    def test_bad_utf8_is_a_bad_row_and_nothing_more(self):
        content = b"sku,count,name\nA,1,\xff\n\xcf\xf0\xe8\xe2\xe5\xf2,2,x\nB,3,y\n"
        ended, stock, _ = self.push(content, "--encoding", "utf-8")
        self.assertEqual(1, ended.code, ended)
        self.assertEqual({"A": 1, "B": 3}, stock)
        self.assertIn("stock.csv:3: the SKU '??????' is not UTF-8", ended.stderr)
        ended, stock, _ = self.push(content)
        self.assertEqual(0, ended.code, ended)
        self.assertEqual({"A": 1, "Привет": 2, "B": 3}, stock)

    def test_rows_before_a_quote_that_is_never_closed_are_sent(self):
        for tail in ("x,3\n", 500000 * "x,3\n"):
            ended, stock, _ = self.push('sku,count\nA,1\n"B,2\n' + tail)
            self.assertEqual(1, ended.code, ended)
            self.assertEqual({"A": 1}, stock)
            self.assertIn("stock.csv:3: ", ended.stderr)
            self.assertIn("quote", ended.stderr)

    def test_file_that_is_no_such_csv_is_a_usage_error(self):
        for content, reason in ((b"", "must name the columns"),
                                (b"one,two\n1,2\n", "sku and count"),
                                (b"sku,count,SKU\nA,1,B\n", "two columns"), (b"sku\nA\n", "count"),
                                (100000 * b"x", "does not end")):
            with self.subTest(reason):
                ended, stock, _ = self.push(content)
                self.assertEqual(2, ended.code, ended)
                self.assertEqual({}, stock)
                self.assertIn(reason, ended.stderr)

    def test_empty_file_with_a_header_is_fine(self):
        ended, _, server = self.push("sku,count\n")
        self.assertEqual(0, ended.code, ended)
        self.assertEqual([], server.requests)

    def test_now_overrides_the_column(self):
        ended, _, server = self.push("sku,count,updatedAt\nA,1,2022-12-29T18:02:01Z\n", "--now")
        self.assertEqual(0, ended.code, ended)
        self.assertNotIn("2022-12-29T18:02:01Z", server.stamps["A"])

    def test_standard_input_and_json(self):
        with Crooked() as server:
            ended = self.run_ctl("push", "-", "--campaign", CAMPAIGN, "--output=json",
                                 environment={"STOCKCTL_URL": server.url},
                                 stdin=b"sku,count\nA,1\n,2\nB,\n")
        self.assertEqual(1, ended.code, ended)
        self.assertIn("-:3: ", ended.stderr)
        totals = json.loads(ended.stdout)
        self.assertGreaterEqual(totals.pop("seconds"), 0)
        self.assertEqual({"sent": 1, "unchanged": 0, "refused": 0, "bad": 1, "skipped": 1}, totals)

    def test_many_rows_in_little_memory(self):
        """A million rows would do the same in 20 times the time."""
        rows = 50000
        content = "sku,count\n" + "".join(f"{i:07},{i}\n" for i in range(rows)) + "0000007,1\n"
        ended, stock, _ = self.push(content)
        self.assertEqual(1, ended.code, ended)
        self.assertEqual(rows, len(stock))
        self.assertIn("stock.csv:50002: the SKU stands on line 9 already", ended.stderr)

    def test_token_file_may_have_a_line_end_and_is_watched(self):
        token = self.file("token", TOKEN + "\r\n")
        for mode, warned in ((0o600, False), (0o644, True)):
            os.chmod(token, mode)
            ended, _, server = self.push("sku,count\nA,1\n", "--token-file", token, token=None)
            self.assertEqual(0, ended.code, ended)
            self.assertEqual(TOKEN, server.requests[0].headers["Api-Key"])
            self.assertEqual(warned, "others can read" in ended.stderr, ended)

    def test_token_file_comes_before_the_environment(self):
        token = self.file("token", "from-file")
        _, _, server = self.push("sku,count\nA,1\n", "--token-file", token, token="from-variable")
        self.assertEqual("from-file", server.requests[0].headers["Api-Key"])

    def test_wrong_tokens_are_usage_errors(self):
        cases = ((["--token-file", self.file("empty", "\n")], None, "empty"),
                 (["--token-file", self.file("two", "a b")], None, "not one word"),
                 (["--token-file", self.file("long", 5000 * "x")], None, "longer"),
                 (["--token-file", str(self.folder / "none")], None, "cannot read"),
                 ([], None, "STOCKCTL_TOKEN"), ([], "a\nb", "not one word"))
        for words, token, reason in cases:
            with self.subTest(reason):
                ended, _, server = self.push("sku,count\nA,1\n", *words, token=token)
                self.assertEqual(2, ended.code, ended)
                self.assertIn(reason, ended.stderr)
                self.assertEqual([], server.requests)

    def test_wrong_command_lines_are_usage_errors(self):
        path = self.file("stock.csv", "sku,count\nA,1\n")
        cases = (([], "Usage"), (["sell"], "no subcommand 'sell'"),
                 (["push", "--campaign", "1"], "nothing to read: FILE"),
                 (["push", path], "--campaign ID is missing"),
                 (["push", path, "--campaign", "x"], "--campaign takes numbers from 1 to"),
                 (["push", path, "--campaign"], "needs a value"),
                 (["push", path, path, "--campaign", "1"], "unexpected argument"),
                 (["push", path, "--token=secret"], "unknown option --token;"),
                 (["push", path, "--campaign", "1", "--output", "xml"], "text|json, not 'xml'"),
                 (["push", path, "--campaign", "1", "--quiet=maybe"],
                 "takes yes or no, not 'maybe'"),
                 (["push", path, "--campaign", "1", "--url", "shop.example"], "http"),
                 (["push", path, "--campaign", "1", "--url", "http://me:secret@shop.example"],
                  "no password"),
                 (["push", str(self.folder / "none"), "--campaign", "1"], "cannot open"),
                 (["push", str(self.folder), "--campaign", "1"], "directory"),
                 (["pull", "x", "--campaign", "1"], "unexpected argument"),
                 (["pull", "-x", "--campaign", "1"], "unknown option -x"))
        for words, reason in cases:
            with self.subTest(words):
                ended = self.run_ctl(*words)
                self.assertEqual(2, ended.code, ended)
                self.assertEqual("", ended.stdout)
                self.assertIn(reason, ended.stderr)
                self.assertNotIn("secret", ended.stderr)

    def test_help_and_version_need_nothing(self):
        for words in (["--help"], ["-h"], ["--version"], ["push", "--help"], ["pull", "-h"]):
            with self.subTest(words):
                ended = self.run_ctl(*words, token=None)
                self.assertEqual(0, ended.code, ended)
                self.assertIn("stockctl", ended.stdout)
                self.assertEqual("", ended.stderr)
        self.assertIn("Examples", self.run_ctl("push", "--help").stdout)
