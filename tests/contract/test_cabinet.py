"""The cabinet's files as a browser gets them: whole, gzipped where it takes that, kept by it for as
long as they are the same, and under a policy that runs nothing else."""

import gzip
import pathlib
import re

from tests.contract.case import body_of, one, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.harness.client import Connection

ROOT = pathlib.Path(__file__).resolve().parents[2]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


class Files(OperatorCase):

    def get(self, path, headers=None, method="GET"):
        with Connection(self.server.operator_address) as connection:
            return connection.request(method, path, headers or {})

    def assets(self):
        found = re.findall(r'"/?(assets/[^"]+)"', self.get("/").body.decode())
        self.assertTrue(found)
        return ["/" + path for path in found]

    def test_the_page_runs_what_came_with_it_and_nothing_else(self):
        answer = self.get("/")
        self.assertEqual("text/html; charset=utf-8", answer.header("Content-Type"))
        policy = dict(row.split(" ", 1) for row in
                      answer.header("Content-Security-Policy").split("; "))
        host, port = self.server.address
        scheme = "https" if self.server.tls else "http"
        self.assertEqual({
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
            "img-src": "'self' data:", "font-src": "'self'", "base-uri": "'none'",
            "form-action": "'none'", "frame-ancestors": "'none'",
            "connect-src": f"'self' {scheme}://{host}:{port}"}, policy)
        self.assertEqual("same-origin", answer.header("Cross-Origin-Opener-Policy"))
        self.assertEqual([answer.header("Content-Security-Policy")],
                         answer.headers.get_all("Content-Security-Policy"))
        page = answer.body.decode()
        self.assertNotRegex(page, r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:")

    def test_the_same_bytes_gzipped_or_not(self):
        for path in ("/", "/openapi.yaml", *self.assets()):
            with self.subTest(path=path):
                plain, zipped = self.get(path), self.get(path, GZIP)
                self.assertIsNone(plain.header("Content-Encoding"))
                self.assertEqual("gzip", zipped.header("Content-Encoding"))
                self.assertEqual(plain.body, gzip.decompress(zipped.body))
                self.assertLess(len(zipped.body), len(plain.body))
                self.assertNotEqual(plain.header("ETag"), zipped.header("ETag"))
                self.assertEqual("Accept-Encoding", zipped.header("Vary"))
                for words in ("identity", "gzip;q=0", "gzip; q=0.000, *", "br"):
                    other = self.get(path, {"Accept-Encoding": words})
                    self.assertEqual(plain.body, other.body, words)

    def test_what_a_browser_has_is_not_sent_again(self):
        for path in ("/", self.assets()[0], "/openapi.yaml"):
            for headers in ({}, GZIP):
                whole = self.get(path, headers)
                etag = whole.header("ETag")
                for words in (etag, f'"other", {etag}', f"W/{etag}", "*"):
                    with self.subTest(path=path, words=words):
                        answer = self.get(path, {**headers, "If-None-Match": words})
                        self.assertEqual((304, b""), (answer.status, answer.body))
                        self.assertEqual(etag, answer.header("ETag"))
                        self.assertIsNone(answer.header("Content-Type"))
                        self.assertEqual(whole.header("Content-Length"),
                                         answer.header("Content-Length"))
                self.assertEqual(200, self.get(path, {**headers,
                                                      "If-None-Match": '"other"'}).status)
        etag = self.get("/").header("ETag")
        self.assertEqual(200, self.get("/", {**GZIP, "If-None-Match": etag}).status,
                         "other bytes, another tag")

    def test_assets_are_kept_for_ever(self):
        for path in self.assets():
            answer = self.get(path)
            self.assertEqual("public, max-age=31536000, immutable", answer.header("Cache-Control"))
            self.assertEqual("nosniff", answer.header("X-Content-Type-Options"))
        self.assertEqual("no-cache", self.get("/").header("Cache-Control"))
        for path in ("/assets/nothing.js", "/assets/", "/assets/../operator.token", "/index.html"):
            self.assertEqual(404, self.get(path).status, path)

    def test_the_description_is_ours(self):
        answer = self.get("/openapi.yaml")
        self.assertEqual((ROOT / "openapi.yaml").read_bytes(), answer.body)
        self.assertEqual("application/yaml", answer.header("Content-Type"))

    def test_a_head_has_the_size_alone(self):
        answer = self.get("/", method="HEAD")
        self.assertEqual((200, b""), (answer.status, answer.body))
        self.assertEqual(str(len(self.get("/").body)), answer.header("Content-Length"))
        answer = self.get("/", method="POST")
        self.assert_refused(answer, 405, "Only GET and HEAD are supported here")


class Console(OperatorCase):
    """What the cabinet's own page may do on the public listener, and no other one."""

    def ours(self):
        scheme = "https" if self.server.tls else "http"
        port = self.server.operator_address[1]
        return [f"{scheme}://{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]")]

    def preflight(self, origin, verb="PUT"):
        with Connection(self.server.address.unchecked()) as connection:
            return connection.request("OPTIONS", stocks_path(self.campaign), {
                "Origin": origin, "Access-Control-Request-Method": verb,
                "Access-Control-Request-Headers": "api-key,content-type"})

    def test_a_browser_that_asks_first_gets_leave(self):
        for origin in self.ours():
            answer = self.preflight(origin)
            self.assertEqual((204, b""), (answer.status, answer.body), answer)
            self.assertEqual(origin, answer.header("Access-Control-Allow-Origin"))
            self.assertEqual("Origin", answer.header("Vary"))
            verbs = answer.header("Access-Control-Allow-Methods").split(", ")
            self.assertEqual({"GET", "POST", "PUT", "DELETE"}, set(verbs))
            names = answer.header("Access-Control-Allow-Headers").lower().split(", ")
            self.assertLessEqual({"api-key", "authorization", "content-type"}, set(names))
            self.assertIsNone(answer.header("Access-Control-Allow-Credentials"))
            self.assertIsNone(answer.header("Content-Type"))

    def test_the_page_may_read_answers_refusals_too(self):
        for origin in self.ours():
            for answer in (self.put(body_of(one("A", 1)), headers={"Origin": origin}),
                           self.put("{", headers={"Origin": origin}),
                           self.send("GET", "/nothing", headers={"Origin": origin}),
                           self.put(body_of(one("A", 1)), token=None,
                                    headers={"Origin": origin})):
                self.assertEqual(origin, answer.header("Access-Control-Allow-Origin"), answer)
                self.assertIn("X-RateLimit-Resource-Remaining",
                              answer.header("Access-Control-Expose-Headers"))

    def test_nobody_else_sees_any_of_it(self):
        plain = self.preflight("https://evil.example")
        self.assertEqual(405, plain.status)
        port = self.server.operator_address[1]
        for origin in ("null", f"http://127.0.0.1:{port + 1}", "http://127.0.0.1",
                       f"http://evil.example:{port}", f"ftp://127.0.0.1:{port}",
                       ",".join(self.ours()), [self.ours()[0], "https://evil.example"]):
            answer = self.preflight(origin)
            self.assertEqual((405, plain.body), (answer.status, answer.body), origin)
            answers = [answer, self.put(body_of(one("A", 1)), headers={"Origin": origin})]
            for name in (name for each in answers for name in each.headers):
                self.assertFalse(name.lower().startswith("access-control"), (origin, name))

    def test_a_question_is_no_request(self):
        """Neither among the figures nor in the query log."""
        before = {name: value for name, value in self.server.metrics().items()
                  if name.startswith("stockd_requests_total")}
        self.preflight(self.ours()[0])
        after = self.server.metrics()
        self.assertEqual(before, {name: after[name] for name in before})

    def test_an_options_that_asks_nothing_is_answered_as_ever(self):
        answer = self.send("OPTIONS", stocks_path(self.campaign),
                           headers={"Origin": self.ours()[0]})
        self.assert_refused(answer, 405, "Request method 'OPTIONS' not supported")


class ElsewhereOpen(OperatorCase):
    options = ("--public-url", "https://stock.example/")

    def test_the_page_may_call_what_the_operator_named(self):
        policy = self.server.operator("/").header("Content-Security-Policy")
        self.assertIn("connect-src 'self' https://stock.example", policy.split("; "))
