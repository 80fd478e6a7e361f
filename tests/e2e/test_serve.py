"""stockctl serve against askers of all kinds: right ones, wrong ones, crooked ones; and a file that
changes, breaks and disappears under it. CONTRACT §3, C28, C31."""

import datetime
import json
import os
import pathlib
import select
import signal
import socket
import ssl
import subprocess
import time

from tests.e2e import books
from tests.e2e.ctl import CtlCase
from tests.harness.client import Connection, NoAnswer, encode_chunks, encode_request

TOKEN = "ABCDEF0123456789"
FILE = ("sku;count;updatedAt\nA-1;18;2017-11-21T00:42:42+03:00\nA-2;0;\nЧайник;7\n"
        "0557722;1\n557722;2\n")
STAMP_A1 = "2017-11-20T21:42:42Z"
WAIT_S_MAX = 60
RIGHT = {"Authorization": TOKEN, "Content-Type": "application/json"}


class Serving:
    """A running shop: `address`, `ask()`, and what it says on standard error."""

    def __init__(self, case, *words):
        self.case = case
        self.process = case.start("serve", "--listen", "127.0.0.1:0", *words, token=None)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.said = ""
        case.addCleanup(self.kill)
        line = self.process.stdout.readline().decode()
        if not line:
            raise AssertionError(f"no ready line: {self.process.stderr.read()}")
        self.ready = dict(word.split("=", 1) for word in line.split())
        host, port = self.ready["listen"].rsplit(":", 1)
        self.address = (host, int(port))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def stop(self, number=signal.SIGTERM):
        """Stops it in order; returns the run's end."""
        self.process.send_signal(number)
        os.set_blocking(self.process.stderr.fileno(), True)
        ended = self.case.finish(self.process)
        ended.stderr = self.said + ended.stderr
        return ended

    def request(self, body, headers=None, path="/stocks", method="POST"):
        with Connection(self.address) as connection:
            return connection.request(method, path, RIGHT if headers is None else headers, body)

    def ask(self, *skus, warehouse=501):
        """Returns {sku: (count, updatedAt)} of a right request; each element is checked."""
        answer = self.request({"warehouseId": warehouse, "skus": list(skus)})
        self.case.assertEqual(200, answer.status, answer)
        self.case.assertRegex(answer.header("Content-Type"), "^application/json")
        found = {}
        for element in answer.json["skus"]:
            self.case.assertEqual({"sku", "warehouseId", "items"}, set(element))
            self.case.assertEqual(warehouse, element["warehouseId"])
            item, = element["items"]
            self.case.assertEqual({"type", "count", "updatedAt"}, set(item))
            self.case.assertEqual("FIT", item["type"])
            self.case.assertNotIn(element["sku"], found)
            found[element["sku"]] = (item["count"], item["updatedAt"])
        return found

    def wait_for_words(self, words):
        """Waits until standard error has said this; forgets what was said before."""
        deadline = time.monotonic() + WAIT_S_MAX
        while words not in self.said:
            if time.monotonic() > deadline:
                raise AssertionError(f"never said {words!r}, only {self.said!r}")
            select.select([self.process.stderr], [], [], 0.5)
            self.said += (self.process.stderr.read() or b"").decode()
        said, self.said = self.said, ""
        return said


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Serve(CtlCase):

    def setUp(self):
        super().setUp()
        self.path = self.file("leftovers.csv", FILE)
        self.token_path = self.file("token", TOKEN + "\n")
        os.chmod(self.token_path, 0o600)

    def serve(self, *words):
        return Serving(self, "--leftovers", self.path, "--token-file", self.token_path, *words)

    def replace(self, text):
        """Replaces the file in one step."""
        part = self.file("part", text)
        os.replace(part, self.path)

    def assert_refused(self, status, answer):
        self.assertEqual(status, answer.status, answer)
        self.assertEqual("ERROR", answer.json["status"])
        self.assertTrue(answer.errors[0]["code"] and answer.message)
        self.assertNotIn(TOKEN, answer.body.decode())

    def test_all_that_is_asked_for_is_answered(self):
        shop = self.serve()
        self.assertEqual("5", shop.ready["skus"])
        changed = os.stat(self.path).st_mtime
        found = shop.ask("A-1", "A-2", "Чайник", "557722", "0557722")
        self.assertEqual((18, STAMP_A1), found["A-1"])
        self.assertEqual({"A-2": 0, "Чайник": 7, "557722": 2, "0557722": 1},
                         {sku: found[sku][0] for sku in found if sku != "A-1"})
        self.assertAlmostEqual(changed, moment(found["A-2"][1]), delta=0.002)

    def test_vector_33_unknown_sku_is_sold_out_now(self):
        shop = self.serve()
        before = time.time()
        found = shop.ask("A-1", "zzz", warehouse=1669219)
        self.assertEqual(0, found["zzz"][0])
        self.assertLessEqual(before - 0.002, moment(found["zzz"][1]))
        self.assertLessEqual(moment(found["zzz"][1]), time.time() + 0.002)

    def test_row_without_a_number_is_answered_with_none_left(self):
        """C126: like a SKU without a row."""
        self.replace("sku,count\nA-1,18\nA-2,\n")
        self.assertEqual([18, 0], [count for count, _ in self.serve().ask("A-1", "A-2").values()])

    def test_repeated_sku_is_answered_once(self):
        self.assertEqual({"A-1", "A-2"}, set(self.serve().ask("A-1", " A-1 ", "A-2", "A-1")))

    def test_warehouse_is_a_number_without_a_fraction(self):
        shop = self.serve()
        for text in ("501", "501.0", "5.01e2"):
            answer = shop.request('{"warehouseId":%s,"skus":["A-1"]}' % text)
            self.assertEqual(200, answer.status, (text, answer))
            self.assertEqual(501, answer.json["skus"][0]["warehouseId"])
        for text in ("0.5", '"501"', "null", "[]", "-1", "1e30"):
            self.assert_refused(400, shop.request('{"warehouseId":%s,"skus":["A-1"]}' % text))

    def test_bad_bodies_are_refused_with_400(self):
        shop = self.serve()
        skus = [f"s{i}" for i in range(1001)]
        for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", {}, {"warehouseId": 1},
                     {"warehouseId": 1, "skus": []}, {"warehouseId": 1, "skus": "A-1"},
                     {"warehouseId": 1, "skus": [None]}, {"warehouseId": 1, "skus": [1]},
                     {"warehouseId": 1, "skus": ["x" * 256]}, {"warehouseId": 1, "skus": ["  "]},
                     {"warehouseId": 1, "skus": ["a\nb"]}, {"warehouseId": 1, "skus": skus},
                     {"skus": ["A-1"]}):
            with self.subTest(body=str(body)[:60]):
                self.assert_refused(400, shop.request(body))
        self.assertEqual(1000, len(shop.ask(*skus[:1000])))
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])

    def test_longest_request_fits_and_a_longer_one_is_refused(self):
        shop = self.serve()
        wide = [chr(0x10400 + i // 100) + chr(0x10500 + i % 100) + 253 * "\U0001F600"
                for i in range(1000)]
        body = json.dumps({"warehouseId": 1, "skus": wide}).encode()  # All of it escaped.
        self.assertGreater(len(body), 3 * 1000 * 1000)
        answer = shop.request(body)
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(wide, [element["sku"] for element in answer.json["skus"]])
        self.assert_refused(400, shop.request(b" " * (4 * 1024 * 1024 + 1)))
        with Connection(shop.address) as connection:
            connection.send(encode_request("POST", "/stocks",
                                           {**RIGHT, "Transfer-Encoding": "chunked"}))
            connection.send(encode_chunks(b" " * (5 * 1024 * 1024)))
            self.assert_refused(400, connection.read_final())

    def test_endless_body_is_cut_off(self):
        shop = self.serve()
        with Connection(shop.address) as connection:
            connection.send(encode_request("POST", "/stocks",
                                           {**RIGHT, "Transfer-Encoding": "chunked"}))
            piece = encode_chunks(b" " * (1024 * 1024), end=False)
            with self.assertRaises(OSError):
                for _ in range(200):
                    connection.send(piece)
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])

    def test_token_is_needed_in_the_header_or_in_the_query(self):
        shop = self.serve()
        body = {"warehouseId": 501, "skus": ["A-1"]}
        for headers, path in (({"Authorization": TOKEN}, "/stocks"),
                              ({}, f"/stocks?auth-token={TOKEN}"),
                              ({"Authorization": "x"}, f"/stocks?auth-token={TOKEN}")):
            self.assertEqual(200, shop.request(body, headers, path).status)
        for headers, path in (({}, "/stocks"), ({"Authorization": TOKEN + "x"}, "/stocks"),
                              ({"Authorization": "Bearer " + TOKEN}, "/stocks"),
                              ({"Authorization": TOKEN.lower()}, "/stocks"),
                              ({"Authorization": ""}, "/stocks"), ({}, "/stocks?auth-token="),
                              ({}, "/stocks?token=" + TOKEN), ({}, "/stocks?auth-token")):
            with self.subTest(headers=headers, path=path):
                self.assert_refused(403, shop.request(body, headers, path))
        ended = shop.stop()
        self.assertNotIn(TOKEN, ended.stdout + ended.stderr)
        self.assertEqual("answered=3 refused=8", ended.stdout.splitlines()[-1])

    def test_without_a_token_file_anybody_may_ask_and_that_is_said(self):
        shop = Serving(self, "--leftovers", self.path)
        self.assertEqual(200, shop.request({"warehouseId": 1, "skus": ["A-1"]}, {}).status)
        self.assertIn("anybody", shop.stop().stderr)

    def test_other_paths_methods_and_types(self):
        shop = self.serve("--base-path", "/market/api/")
        body = {"warehouseId": 501, "skus": ["A-1"]}
        self.assertEqual(200, shop.request(body, path="/market/api/stocks").status)
        for path in ("/stocks", "/", "/market/api/stocks/", "/market/api/stocks/x",
                     "/market/stocks"):
            self.assert_refused(404, shop.request(body, path=path))
        for method in ("GET", "PUT", "DELETE"):
            answer = shop.request(body, path="/market/api/stocks", method=method)
            self.assert_refused(405, answer)
            self.assertEqual("POST", answer.header("Allow"))
        for kind, status in (("text/plain", 415), ("application/xml", 415), (None, 200),
                             ("application/json;charset=UTF-8", 200), ("APPLICATION/JSON", 200)):
            answer = shop.request(body, {**RIGHT, "Content-Type": kind}, "/market/api/stocks")
            self.assertEqual(status, answer.status, (kind, answer))

    def test_connection_stays_usable_after_a_refusal(self):
        shop = self.serve()
        body = {"warehouseId": 501, "skus": ["A-1"]}
        with Connection(shop.address) as connection:
            for headers, status in (({}, 403), (RIGHT, 200), ({}, 403), (RIGHT, 200)):
                self.assertEqual(status,
                                 connection.request("POST", "/stocks", headers, body).status)

    def test_slow_and_silent_clients_hold_up_nobody(self):
        shop = self.serve("--timeout", "3600")
        slow = [Connection(shop.address) for _ in range(40)]
        for index, connection in enumerate(slow):
            connection.send(b"POST /stocks HTTP/1.1\r\nHost: x\r\n"[:index])
        half = Connection(shop.address)
        half.send(encode_request("POST", "/stocks", {**RIGHT, "Content-Length": "100"}, b"{"))
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])
        self.assertEqual([], select.select([half.socket], [], [], 0)[0], "it still waits")
        half.reset()
        for connection in slow:
            connection.close()
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])

    def test_clients_that_drip_are_closed(self):
        shop = self.serve("--timeout", "1")
        with Connection(shop.address) as dripping, Connection(shop.address) as silent:
            began = time.monotonic()
            with self.assertRaises(OSError):
                while time.monotonic() - began < WAIT_S_MAX:
                    dripping.send(b"P")
                    select.select([], [], [], 0.05)
            self.assertEqual(b"", silent.read_rest())
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])

    def test_bytes_that_are_not_http(self):
        shop = self.serve("--timeout", "1")
        for data in (b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n",
                     b"POST /stocks HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"):
            with Connection(shop.address) as connection:
                try:
                    connection.send(data)
                    connection.finish_sending()
                    connection.read_rest()
                except (OSError, NoAnswer):
                    pass
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])

    def test_changed_file_is_read_again(self):
        shop = self.serve()
        self.replace("sku,count\nA-1,4\nnew,9\n")
        self.assertIn("2 SKUs", shop.wait_for_words("read again"))
        found = shop.ask("A-1", "new", "A-2")
        self.assertEqual([4, 9, 0], [found[sku][0] for sku in ("A-1", "new", "A-2")])
        pathlib.Path(self.path).write_text("sku,count\nA-1,5\n", encoding="utf-8")
        shop.wait_for_words("read again")
        self.assertEqual(5, shop.ask("A-1")["A-1"][0])

    def test_spreadsheets_feeds_and_commands_are_answered_from(self):
        book = self.file("a.xlsx", books.book([["Ваш SKU", "Остаток"], ["0557722", 5]]))
        feed = self.file("a.yml", '<yml_catalog><shop><offers><offer id="0557722"><count>5</count>'
                                  "</offer></offers></shop></yml_catalog>")
        for words in (("--leftovers", book), ("--leftovers", feed), ("--command", f"cat {book}")):
            with self.subTest(words):
                shop = Serving(self, *words, "--token-file", self.token_path)
                self.assertEqual("1", shop.ready["skus"])
                self.assertEqual(5, shop.ask("0557722")["0557722"][0])
                shop.stop()

    def test_command_is_asked_again_after_its_time(self):
        shop = Serving(self, "--command", f"cat {self.path}", "--every", "1", "--token-file",
                       self.token_path)
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])
        self.replace("sku,count\nA-1,4\n")
        shop.wait_for_words("the source was read again: 1 SKUs")
        self.assertEqual(4, shop.ask("A-1")["A-1"][0])
        os.remove(self.path)
        said = shop.wait_for_words("ended with exit status 1")
        self.assertIn("stay in force", said)
        self.assertEqual(4, shop.ask("A-1")["A-1"][0])

    def test_broken_file_leaves_the_numbers_before(self):
        shop = self.serve()
        for text, words in (("sku,count\nA-1,4\nA-2,x\n", ":3: the count 'x'"),
                            ("sku,count\nA-1,4\nA-1,5\n", ":3: the SKU has a row already"),
                            ("sku,count\nA-1\n", "ends before its count"),
                            ("nothing of use\n", "leftovers.csv:1:"),
                            ("", "leftovers.csv:1:")):
            with self.subTest(text=text):
                self.replace(text)
                said = shop.wait_for_words(words)
                self.assertIn("stay in force", said)
                self.assertEqual(18, shop.ask("A-1")["A-1"][0])
        os.remove(self.path)
        shop.wait_for_words("cannot find")
        self.assertEqual(18, shop.ask("A-1")["A-1"][0])
        self.replace("sku,count\nA-1,6\n")
        shop.wait_for_words("read again")
        self.assertEqual(6, shop.ask("A-1")["A-1"][0])

    def test_half_million_rows(self):
        self.replace("sku,count\n" + "".join(f"sku-{i},{i}\n" for i in range(500000)))
        shop = self.serve()
        self.assertEqual("500000", shop.ready["skus"])
        found = shop.ask(*(f"sku-{i}" for i in range(0, 500000, 500)))
        self.assertTrue(all(f"sku-{count}" == sku for sku, (count, _) in found.items()))

    def test_signals_stop_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            shop = self.serve()
            shop.ask("A-1")
            ended = shop.stop(number)
            self.assertEqual(0, ended.code, ended)
            self.assertEqual("answered=1 refused=0", ended.stdout.splitlines()[-1])

    def test_https(self):
        key, chain = str(self.folder / "key.pem"), str(self.folder / "chain.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", chain], check=True, capture_output=True)
        shop = self.serve("--tls-certificate", chain, "--tls-key", key)
        context = ssl.create_default_context(cafile=chain)
        with socket.create_connection(shop.address, timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                secure.sendall(encode_request("POST", "/stocks", {**RIGHT, "Connection": "close"},
                                              {"warehouseId": 501, "skus": ["A-1"]}))
                text = b"".join(iter(lambda: secure.recv(65536), b""))
        self.assertIn(b" 200 ", text.split(b"\r\n")[0])
        self.assertIn(b'"count":18', text)
        ended = self.run_ctl("serve", "--leftovers", self.path, "--tls-certificate", chain)
        self.assertEqual(2, ended.code, ended)

    def test_what_keeps_it_from_starting(self):
        shop = self.serve()
        taken = "%s:%d" % shop.address
        for words, code, problem in (
                ([], 2, "nothing to read: FILE, --command, --query or --from-book is missing"),
                (["--leftovers", "/nowhere.csv"], 2, "cannot open /nowhere.csv"),
                (["--leftovers", str(self.folder)], 2, "no plain file"),
                (["--leftovers", self.file("bad.csv", "sku,count\nA,-1\n")], 2, "bad.csv:2:"),
                (["--leftovers", self.path, "--listen", "here"], 2, "--listen takes"),
                (["--leftovers", self.path, "--listen", taken], 5, "in use"),
                (["--leftovers", self.path, "--base-path", "api"], 2, "--base-path takes"),
                (["--leftovers", self.path, "--token-file", "/nowhere"], 2, "cannot read"),
                (["--leftovers", self.path, "--token-file", self.file("empty", "\n")], 2, "empty"),
                (["--leftovers", self.path, "--campaign", "1"], 2, "unknown option --campaign")):
            with self.subTest(words=words):
                ended = self.run_ctl("serve", *words)
                self.assertEqual(code, ended.code, ended)
                self.assertIn(problem, ended.stderr)
