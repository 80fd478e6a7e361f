"""Headers of every answer, and requests that a stranger's web page could make a browser send."""

from tests.contract import registry
from tests.contract.case import body_of, one, padded, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, C
from tests.harness.client import Client, Connection, encode_request
from tests.harness.stockd import OVER_TLS, Stockd

EVERYWHERE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
OPERATORS = {
    **EVERYWHERE, "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'"}
TELLING = ("Server", "X-Powered-By", "Set-Cookie", "Access-Control-Allow-Origin",
           "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
           "Access-Control-Allow-Credentials", "Strict-Transport-Security")
EVIL = "https://evil.example"


class Headers(OperatorCase):
    options = ("--no-limits", "--connections", "20")

    def assert_headers(self, answer, wanted):
        for name, value in wanted.items():
            self.assertEqual([value], answer.headers.get_all(name), (name, answer))
        for name in TELLING:
            self.assertIsNone(answer.header(name), (name, answer))

    def test_the_public_api_has_them_on_every_answer(self):
        path = stocks_path(self.campaign)
        for status, answer in (
                (200, self.put(body_of(one("A", 1)))),
                (200, self.post()),
                (400, self.put("{")),
                (400, self.put(padded({}, 600000))),
                (401, self.put(body_of(one("A", 1)), token=None)),
                (404, self.send("GET", "/nothing")),
                (405, self.send("DELETE", path)),
                (415, self.put("x", headers={"Content-Type": "text/plain"})),
                (400, self.raw().request("GET", "/a%2Fb", {})),
                (400, self.raw().request("GET", path, {"Host": None}))):
            with self.subTest(status=status):
                self.assertEqual(status, answer.status, answer)
                self.assert_headers(answer, EVERYWHERE)

    def test_the_operators_listener_has_them_on_every_answer(self):
        pages = Client(self.server.operator_address)
        self.addCleanup(pages.close)
        for status, answer in (
                *((200, pages.request("GET", page)) for page in ("/help", "/healthz", "/metrics")),
                (405, pages.request("POST", "/healthz")),
                (200, self.operator.get("/registry")),
                (200, self.operator.send("POST", "/tokens", {
                    "name": "x", "businessId": BUSINESS, "scopes": ["all-methods"]})),
                (401, self.operator.send("GET", "/registry", headers={"Authorization": None})),
                (404, self.operator.get("/nothing")),
                (421, pages.request("GET", "/metrics", {"Host": "evil.example"}))):
            with self.subTest(status=status):
                self.assertEqual(status, answer.status, answer)
                self.assert_headers(answer, OPERATORS)

    def test_one_connection_too_many_has_them(self):
        if OVER_TLS:
            self.skipTest("before a handshake it is an alert: test_tls.Full")
        for index in range(22):
            connection = self.raw()
            connection.send(self.put_bytes(body_of(one("A", 1))))
            answer = connection.read_final()
            self.assert_headers(answer, EVERYWHERE)
            if index >= 20:
                self.assertEqual(503, answer.status)


class Strangers(OperatorCase):
    """What a page of another site, opened in the operator's browser, can get there."""

    def ask(self, method, path, headers, body=None, server=None):
        with Connection((server or self.server).operator_address) as connection:
            return connection.request(method, path, headers, body)

    def test_its_own_name_opens_nothing(self):
        """DNS rebinding: its name points at 127.0.0.1, and the browser sends it in Host. Not even
        the token helps: who knows it knows the address."""
        token = {"Authorization": f"Bearer {self.server.operator_token()}"}
        for host in ("evil.example", "evil.example:8081", "127.0.0.1.evil.example", "localhost.x",
                     "stockd"):
            for path in ("/", "/healthz", "/readyz", "/metrics", "/nothing", "/api/v1/registry"):
                for method, headers in (("GET", {}), ("GET", token), ("POST", token)):
                    with self.subTest(host=host, path=path, method=method):
                        answer = self.ask(method, path, {"Host": host, **headers})
                        self.assert_refused(answer, 421, starts="The operator's listener",
                                            code="MISDIRECTED_REQUEST")

    def test_numbers_localhost_and_names_of_the_option_are_fine(self):
        port = self.server.operator_address[1]
        for host in (f"127.0.0.1:{port}", "127.0.0.1", f"[::1]:{port}", f"localhost:{port}",
                     "LOCALHOST", "10.0.0.1"):
            with self.subTest(host=host):
                self.assertEqual(200, self.ask("GET", "/metrics", {"Host": host}).status)
        server = Stockd(registry.build(), "--operator-host", "stockd.example,metrics")
        self.addCleanup(server.stop)
        server.start()
        for host, status in (("stockd.example:8081", 200), ("Metrics", 200), ("evil.example", 421),
                             ("example", 421), ("localhost", 200)):
            with self.subTest(host=host):
                self.assertEqual(status, self.ask("GET", "/", {"Host": host}, server=server).status)

    def test_a_form_of_another_site_does_nothing(self):
        """It can send POST without asking, as a form or as text, but no Authorization; and there is
        no cookie that a browser would add."""
        path = f"/api/v1/campaigns/{C}/orders"
        body = '{"orderId":"evil","items":[{"sku":"A","count":1}]}'
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            for origin in (EVIL, "null", "http://localhost:1"):
                with self.subTest(kind=kind, origin=origin):
                    headers = {"Origin": origin, "Content-Type": kind,
                               "Cookie": f"token={self.server.operator_token()}"}
                    self.assertEqual(401, self.ask("POST", path, headers, body).status)
        headers = {"Authorization": f"Bearer {self.server.operator_token()}",
                   "Content-Type": "text/plain"}
        self.assertEqual(415, self.ask("POST", path, headers, body).status)
        self.assertEqual(404, self.operator.get_order(C, "evil").status)

    def test_a_browser_that_asks_first_gets_no_leave(self):
        """Without Access-Control headers no other site may send a token or read an answer."""
        for listener in (self.server.operator_address, self.server.address):
            for path in ("/api/v1/registry", "/metrics", stocks_path(C)):
                headers = {"Origin": EVIL, "Access-Control-Request-Method": "POST",
                           "Access-Control-Request-Headers": "authorization,api-key"}
                for method in ("OPTIONS", "GET"):
                    with self.subTest(path=path, method=method), \
                            Connection(listener.unchecked()) as connection:
                        answer = connection.request(method, path, headers)
                        if method == "OPTIONS":
                            self.assertIn(answer.status, (404, 405))
                        for name in answer.headers:
                            self.assertFalse(name.lower().startswith("access-control"), name)

    def test_an_upgrade_is_not_followed(self):
        with Connection(self.server.operator_address) as connection:
            connection.send(encode_request("GET", "/healthz", {
                "Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c, websocket",
                "HTTP2-Settings": "AAMAAABkAAQAAP__"}))
            answer = connection.read_final("GET")
            self.assertEqual((200, None), (answer.status, answer.header("Upgrade")))
