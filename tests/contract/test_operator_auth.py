"""Who may speak to the operator's listener: the token, its file, pages without one; and what a
request meets before its method looks at it."""

import os
import pathlib
import re
import stat
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import padded
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import C, FULL
from tests.harness.client import Client, Connection, encode_chunks, encode_request
from tests.harness.stockd import Stockd, binary

PAGES = ("/", "/help", "/openapi.yaml", "/healthz", "/readyz", "/metrics")
METHODS = (("GET", "/session"), ("DELETE", "/session"),
           ("GET", "/registry"), ("POST", "/registry"), ("GET", "/tokens"), ("POST", "/tokens"),
           ("POST", "/tokens/revoke"), ("GET", "/requests"),
           ("GET", "/requests/stream"), ("GET", "/health"), ("POST", f"/campaigns/{C}/orders"),
           ("GET", f"/campaigns/{C}/orders/x"), ("POST", f"/campaigns/{C}/orders/x/pack"),
           ("POST", f"/campaigns/{C}/orders/x/ship"), ("POST", f"/campaigns/{C}/orders/x/cancel"),
           ("PUT", f"/campaigns/{C}/warehouses/501/stocks"),
           ("POST", f"/campaigns/{C}/offers/free-storage"), ("GET", "/push"),
           ("POST", f"/campaigns/{C}/push/enable"), ("POST", f"/campaigns/{C}/push/ask"))
MIB = 1024 * 1024


class Token(OperatorCase):

    def assert_unauthorized(self, answer, message):
        self.assert_refused(answer, 401, message)
        self.assertEqual("Bearer", answer.header("WWW-Authenticate"))

    def test_every_method_wants_it(self):
        for method, path in METHODS:
            with self.subTest(method=method, path=path):
                self.assert_unauthorized(
                    self.operator.send(method, path, headers={"Authorization": None}),
                    "Credentials are not specified")

    def test_wrong_ones(self):
        good = self.server.operator_token()
        for value, message in (
                ("Bearer wrong", "Operator token is invalid"),
                ("Bearer ", "Operator token is invalid"),
                ("Bearer", "Operator token is invalid"),
                (f"Bearer {good[:-1]}", "Operator token is invalid"),
                (f"Bearer {good}x", "Operator token is invalid"),
                (f"Bearer {good.swapcase()}", "Operator token is invalid"),
                (f"Bearer {FULL}", "Operator token is invalid"),
                (f"Basic {good}", "Authorization header has invalid syntax"),
                (good, "Authorization header has invalid syntax"),
                ([f"Bearer {good}", f"Bearer {good}"], "Authorization header has invalid syntax")):
            with self.subTest(value=value):
                self.assert_unauthorized(
                    self.operator.send("GET", "/push", headers={"Authorization": value}), message)

    def test_a_key_of_the_public_api_opens_nothing(self):
        self.assert_unauthorized(
            self.operator.send("GET", "/push", headers={"Authorization": None, "Api-Key": FULL}),
            "Credentials are not specified")

    def test_it_opens_nothing_of_the_public_api(self):
        answer = self.api.request("GET", "/v2/campaigns",
                                  {"Authorization": f"Bearer {self.server.operator_token()}"})
        self.assertEqual(403, answer.status, answer)

    def test_good_spellings(self):
        good = self.server.operator_token()
        for value in (f"Bearer {good}", f"bearer {good}", f"BEARER   {good} "):
            self.assertEqual(200, self.operator.send(
                "GET", "/push", headers={"Authorization": value}).status)

    def test_it_is_asked_before_anything_is_said_of_the_request(self):
        for method, path, body in (("POST", "/campaigns/1/orders", b"{"),
                                   ("GET", "/tokens?businessId=x", None),
                                   ("POST", "/registry", b"x" * (5 * MIB))):
            with self.subTest(path=path):
                client = Client(self.server.operator_address)
                self.addCleanup(client.close)
                self.assert_unauthorized(client.request(method, "/api/v1" + path, {}, body),
                                         "Credentials are not specified")

    def test_the_file_is_for_its_owner_alone(self):
        path = self.server.folder / "data" / "operator.token"
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertRegex(path.read_text(encoding="ascii"), r"\A[A-Za-z0-9]{40,}\n\Z")

    def test_it_is_told_nowhere(self):
        token = self.server.operator_token()
        self.operator.get("/push")
        self.assertNotIn(token, self.server.stderr_text())
        self.assertIn("event=operator_token file=", self.server.stderr_text())
        for path in (self.server.folder / "data").rglob("*"):
            if path.is_file() and path.name != "operator.token":
                self.assertNotIn(token.encode(), path.read_bytes(), path)

    def test_it_stays_the_same(self):
        before = self.server.operator_token()
        self.restart()
        self.assertEqual(before, self.server.operator_token())
        self.assertEqual(200, self.operator.get("/push").status)


class Pages(OperatorCase):

    def test_pages_want_no_token(self):
        for path in PAGES:
            self.assertEqual(200, self.server.operator(path).status, path)

    def test_the_help_names_every_method(self):
        text = self.server.operator("/help").body.decode("utf-8")
        for method, path in METHODS:
            path = re.sub(r"/orders/x", "/orders/{orderId}", path)
            path = path.replace(str(C), "{campaignId}").replace("501", "{warehouseId}")
            self.assertIn(f"{method:<6} /api/v1{path}\n", text)

    def test_head_is_for_pages(self):
        client = Client(self.server.operator_address)
        self.addCleanup(client.close)
        for path in PAGES:
            answer = client.request("HEAD", path)
            self.assertEqual((200, b""), (answer.status, answer.body), path)
        answer = client.request("HEAD", "/api/v1/push")
        self.assertEqual(405, answer.status)
        self.assertEqual("GET", answer.header("Allow"))

    def test_verbs(self):
        for path, allow in (("/registry", "GET, POST"), ("/tokens", "GET, POST"),
                            ("/tokens/revoke", "POST"), ("/requests", "GET"),
                            (f"/campaigns/{C}/orders", "GET, POST"),
                            (f"/campaigns/{C}/history", "GET"),
                            (f"/campaigns/{C}/orders/x", "GET"),
                            (f"/campaigns/{C}/warehouses/1/stocks", "PUT")):
            answer = self.operator.send("DELETE", path)
            self.assert_refused(answer, 405, "Request method 'DELETE' not supported")
            self.assertEqual(allow, answer.header("Allow"))
        client = Client(self.server.operator_address)
        self.addCleanup(client.close)
        answer = client.request("POST", "/metrics", {}, b"{}")
        self.assert_refused(answer, 405, "Only GET and HEAD are supported here")
        self.assertEqual("GET, HEAD", answer.header("Allow"))

    def test_paths_that_are_none(self):
        client = Client(self.server.operator_address)
        self.addCleanup(client.close)
        for path in ("/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/push", "/api/v1/push/",
                     "/api/v1/push.json", "/api/V1/push", "/v2/campaigns", "/healthz/",
                     f"/api/v1/campaigns/{C}", f"/api/v1/campaigns/{C}/orders/",
                     f"/api/v1/campaigns/{C}/orders/a/b", "/api/v1//push"):
            with self.subTest(path=path):
                answer = client.request(
                    "GET", path, {"Authorization": f"Bearer {self.server.operator_token()}"})
                self.assert_refused(answer, 404,
                                    "Resource not found; GET /help lists what there is")

    def test_metrics_have_the_figures_of_every_part(self):
        names = {name.split("{")[0] for name in self.server.metrics()}
        store = "stockd_commits_total" if self.server.database is None else "stockd_pg_connections"
        for name in ("stockd_cells", "stockd_requests_total", store,
                     "stockd_request_log_written_total", "stockd_build_info"):
            self.assertIn(name, names)
        self.assertTrue(any(name.startswith("stockd_push_") for name in names), names)


class Sizes(OperatorCase):
    """Most bodies are held to the public API's size, a registry to 4 MiB."""

    def test_a_registry_may_be_large(self):
        body = padded({"businesses": []}, 4 * MIB)
        self.assert_updated(self.operator.send("POST", "/registry", body), changed=False)
        self.assert_refused(
            self.operator.send("POST", "/registry", padded({}, 4 * MIB + 1)), 400,
            "The request is too big: Maximum allowed request size must be less than 4096 KB")

    def test_others_may_not(self):
        words = "The request is too big: Maximum allowed request size must be less than 512 KB"
        path = f"/campaigns/{C}/orders"
        self.assert_refused(self.operator.send("POST", path, padded({}, MIB // 2)), 400,
                            starts="orderId must not be null")
        self.assert_refused(self.operator.send("POST", path, padded({}, MIB // 2 + 1)), 400, words)

    def test_chunked_bodies_are_counted(self):
        for path, size, words in (
                ("/registry", 4 * MIB, None), ("/registry", 4 * MIB + 1, "less than 4096 KB"),
                (f"/campaigns/{C}/orders", MIB // 2 + 1, "less than 512 KB")):
            with self.subTest(path=path, size=size), \
                    Connection(self.server.operator_address) as connection:
                head = encode_request("POST", "/api/v1" + path, {
                    "Authorization": f"Bearer {self.server.operator_token()}",
                    "Transfer-Encoding": "chunked"})
                connection.send(head + encode_chunks(padded({}, size)))
                answer = connection.read_final("POST")
                self.assertEqual(200 if words is None else 400, answer.status, answer)
                self.assertTrue(words is None or answer.message.endswith(words), answer)


class TokenFile(unittest.TestCase):
    """--operator-token-file."""

    def file(self, content):
        folder = tempfile.mkdtemp(prefix="stockd-test-")
        self.addCleanup(lambda: (path.unlink(missing_ok=True), os.rmdir(folder)))
        path = pathlib.Path(folder) / "token"
        path.write_bytes(content)
        return path

    def start(self, path):
        server = Stockd(registry.build(), "--operator-token-file", path)
        self.addCleanup(server.stop)
        return server.start()

    def status(self, server, token):
        client = Client(server.operator_address)
        self.addCleanup(client.close)
        return client.request("GET", "/api/v1/push", {"Authorization": f"Bearer {token}"}).status

    def test_its_first_line_is_the_token(self):
        for content in (b"s3cret-of_mine", b"  s3cret-of_mine \r\nsecond line\n"):
            with self.subTest(content=content):
                server = self.start(self.file(content))
                self.assertEqual(200, self.status(server, "s3cret-of_mine"))
                self.assertEqual(401, self.status(server, "second"))
                self.assertFalse((server.folder / "data" / "operator.token").exists())

    def test_one_that_cannot_be_used_keeps_stockd_from_starting(self):
        missing = self.file(b"")
        missing.unlink()
        first_line = "its first line has to be the token: visible ASCII characters"
        for path, problem in ((missing, "not found"), (self.file(b""), first_line),
                              (self.file(b"\ntoken\n"), first_line),
                              (self.file(b"two words\n"), first_line),
                              (self.file("ключ\n".encode()), first_line),
                              (self.file(b"x" * 5000), "larger than 4096 bytes")):
            with self.subTest(problem=problem), tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(
                    [binary(), "--data", f"{folder}/data", "--listen", "127.0.0.1:0",
                     "--operator-listen", "127.0.0.1:0", "--operator-token-file", path],
                    capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(f"event=operator_token_unusable file={path} problem=\"", done.stderr)
                self.assertIn(problem, done.stderr)
                self.assertEqual("", done.stdout)
