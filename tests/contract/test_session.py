"""Sessions of the cabinet: what the cookie is like and what it opens, and that a page of another
site can do nothing with it, although the browser would send it along."""

import time

from tests.contract.operator_case import OperatorCase
from tests.contract.registry import C
from tests.harness.client import Connection, encode_body
from tests.harness.stockd import OVER_TLS

SESSION = "/api/v1/session"
NAME = "__Host-stockd_session" if OVER_TLS else "stockd_session"
SCHEME = "https" if OVER_TLS else "http"
CABINET = {"X-Stockd-Cabinet": "1"}
JSON = {"Content-Type": "application/json"}
TRIES_MAX = 1000
CROSS = "The request comes from a page of another site"


class SessionCase(OperatorCase):

    def ask(self, method, path, headers=None, body=None):
        with Connection(self.server.operator_address) as connection:
            return connection.request(method, path, headers or {}, body)

    def sign_in(self, token=None, headers=None):
        body = encode_body({"token": self.server.operator_token() if token is None else token})
        return self.ask("POST", SESSION, {**JSON, **(headers or {})}, body)

    def cookie(self):
        """Returns the header of a session of its own."""
        answer = self.sign_in()
        self.assertEqual(200, answer.status, answer)
        return {"Cookie": answer.header("Set-Cookie").split(";")[0]}

    def ours(self):
        host, port = self.server.operator_address
        return f"{SCHEME}://{host}:{port}"


class Cookie(SessionCase):

    def test_what_it_is_like(self):
        text = self.sign_in().header("Set-Cookie")
        secure = "; Secure" if OVER_TLS else ""
        self.assertRegex(text, rf"\A{NAME}=[A-Za-z0-9]{{43}}; Path=/; HttpOnly; SameSite=Strict"
                               rf"{secure}\Z")
        self.assertNotEqual(text, self.sign_in().header("Set-Cookie"))

    def test_a_session_opens_what_the_token_opens(self):
        cookie = self.cookie()
        for path in ("/registry", "/tokens", "/requests", "/push", "/session"):
            self.assertEqual(200, self.ask("GET", "/api/v1" + path, cookie).status, path)
        order = {"orderId": self.new_order(), "items": [{"sku": self.new_sku(), "count": 1}]}
        answer = self.ask("POST", f"/api/v1/campaigns/{C}/orders", {**cookie, **CABINET, **JSON},
                          encode_body(order))
        self.assertEqual((409, "NOT_ENOUGH_STOCK"), (answer.status, answer.errors[0]["code"]))

    def test_among_other_cookies(self):
        mine = self.cookie()["Cookie"]
        for words in (f"a=b; {mine}", f"{mine}; c", f"{NAME}=old; {mine}", f"x{mine}; {mine}",
                      f" {mine} "):
            self.assertEqual(200, self.ask("GET", SESSION, {"Cookie": words}).status, words)
        value = mine.split("=")[1]
        for words in (f"x{mine}", f"{NAME}", f"{NAME}={value[:-1]}", f"{NAME}={value}x",
                      f'{NAME}="{value}"', f"token={value}", f"{NAME}={value.swapcase()}",
                      f"{NAME}={self.server.operator_token()}"):
            self.assertEqual(401, self.ask("GET", SESSION, {"Cookie": words}).status, words)

    def test_what_a_page_wants_to_know(self):
        result = self.ask("GET", SESSION, self.cookie()).json["result"]
        host, port = self.server.address
        self.assertEqual(f"{SCHEME}://{host}:{port}", result["publicUrl"])
        self.assertEqual("local" if self.server.database is None else "postgresql",
                         result["store"])
        self.assertEqual(2025, result["edition"])
        self.assertEqual(result, self.operator.get("/session").json["result"])
        self.assertEqual(result, self.sign_in().json["result"])

    def test_signing_out_ends_it(self):
        cookie, other = self.cookie(), self.cookie()
        answer = self.ask("DELETE", SESSION, {**cookie, **CABINET})
        self.assertEqual({"status": "OK"}, answer.json)
        self.assertRegex(answer.header("Set-Cookie"), rf"\A{NAME}=; Path=/; .*Max-Age=0")
        self.assert_refused(self.ask("GET", SESSION, cookie), 401,
                            "The session has ended: sign in again")
        self.assertEqual(200, self.ask("GET", SESSION, other).status)

    def test_all_end_with_the_process(self):
        cookie = self.cookie()
        self.restart()
        self.assertEqual(401, self.ask("GET", SESSION, cookie).status)

    def test_there_are_only_so_many(self):
        first = self.cookie()
        second = self.cookie()
        for _ in range(62):
            self.cookie()
        self.assertEqual(200, self.ask("GET", SESSION, first).status)
        self.cookie()
        self.assertEqual(401, self.ask("GET", SESSION, second).status, "used longest ago")
        self.assertEqual(200, self.ask("GET", SESSION, first).status)

    def test_no_secret_is_told(self):
        secret = self.cookie()["Cookie"].split("=")[1]
        self.sign_in("a-wrong-token-that-nobody-shall-read")
        self.ask("GET", SESSION, {"Cookie": f"{NAME}=a-cookie-that-nobody-shall-read"})
        pages = "".join(self.server.operator(page).body.decode()
                        for page in ("/metrics", "/help"))
        self.server.halt()
        files = b"".join(path.read_bytes() for path in (self.server.folder / "data").rglob("*")
                         if path.is_file())
        told = self.server.stderr_text() + pages + files.decode("latin-1")
        for word in (secret, "nobody-shall-read"):
            self.assertNotIn(word, told)
        self.server.start()


class SigningIn(SessionCase):

    def test_bad_bodies(self):
        for body, words in ((b"{}", "Illegal input at 'token'"), (b"[]", "Illegal input at 'body'"),
                            (b'{"token":1}', "Illegal input at 'token'")):
            answer = self.ask("POST", SESSION, JSON, body)
            self.assert_refused(answer, 400, words)
            self.assertIsNone(answer.header("Set-Cookie"))
        self.assertEqual(415, self.ask("POST", SESSION, {"Content-Type": "text/plain"},
                                       encode_body({"token": "x"})).status)
        self.assertEqual(200, self.sign_in(f" {self.server.operator_token()}\n").status)

    def test_wrong_tokens_are_slowed_down(self):
        cookie = self.cookie()
        answers = [self.sign_in("wrong")]
        self.assert_refused(answers[0], 401, "Operator token is invalid")
        while answers[-1].status == 401 and len(answers) < TRIES_MAX:
            answers.append(self.sign_in(f"wrong{len(answers)}"))
        late = answers[-1]
        self.assert_refused(late, 420, "Too many wrong tokens: try again in a moment")
        self.assertEqual("1", late.header("Retry-After"))
        self.assertEqual(200, self.ask("GET", SESSION, cookie).status)
        self.assertEqual(200, self.operator.get("/push").status)
        wrong = self.server.metrics()["stockd_sign_in_failures_total"]
        self.assertGreaterEqual(wrong, 5)
        self.assertIn("event=sign_ins_refused", self.server.stderr_text())
        deadline = time.monotonic() + 30
        while self.sign_in().status == 420:
            self.assertLess(time.monotonic(), deadline)


class Strangers(SessionCase):
    """The browser has a session, and a page of another site makes it ask."""

    def places(self):
        """Headers with which a browser tells that another page asks."""
        host, port = self.server.operator_address
        for origin in ("https://evil.example", "null", f"{SCHEME}://{host}:{port + 1}",
                       f"{SCHEME}://{host}", f"ftp://{host}:{port}",
                       f"{SCHEME}://{host}:{port}.evil.example", f"{SCHEME}://evil@{host}:{port}",
                       [self.ours(), "https://evil.example"]):
            yield {"Origin": origin}
        for site in ("cross-site", "same-site", "", ["same-origin", "cross-site"]):
            yield {"Sec-Fetch-Site": site}
            yield {"Sec-Fetch-Site": site, "Origin": self.ours()}

    def test_it_can_change_nothing_and_read_nothing(self):
        cookie = self.cookie()
        for place in self.places():
            for method, path in (("GET", "/registry"), ("POST", "/checkpoint"),
                                 ("DELETE", "/session"), ("POST", "/registry")):
                with self.subTest(place=place, method=method, path=path):
                    answer = self.ask(method, "/api/v1" + path, {**cookie, **CABINET, **place})
                    self.assert_refused(answer, 403, starts=CROSS)
        self.assertEqual(200, self.ask("GET", SESSION, cookie).status)

    def test_it_cannot_sign_in(self):
        for place in self.places():
            answer = self.sign_in(headers=place)
            self.assert_refused(answer, 403, starts=CROSS)
            self.assertIsNone(answer.header("Set-Cookie"))

    def test_a_form_changes_nothing(self):
        """An old browser that says nothing of the page: a form can send no header of its own."""
        cookie = self.cookie()
        for headers in ({}, {"X-Stockd-Cabinet": "0"}, {"X-Stockd-Cabinet": ""},
                        {"X-Stockd-Cabinet": ["1", "1"]}):
            for method, path in (("POST", "/checkpoint"), ("DELETE", "/session"),
                                 ("POST", "/registry"), ("PUT", f"/campaigns/{C}/warehouses/1/"
                                                                "stocks")):
                answer = self.ask(method, "/api/v1" + path, {**cookie, **headers})
                self.assert_refused(answer, 403, "With the cookie of a session a change needs the "
                                                 "header X-Stockd-Cabinet: 1")
        self.assertEqual(200, self.ask("GET", SESSION, cookie).status)

    def test_our_own_page_may(self):
        cookie = self.cookie()
        host, port = self.server.operator_address
        for place in ({"Origin": self.ours(), "Sec-Fetch-Site": "same-origin"},
                      {"Origin": f"{SCHEME}://localhost:{port}", "Host": f"localhost:{port}"},
                      {"Sec-Fetch-Site": "none"}):
            answer = self.ask("POST", "/api/v1/registry", {**cookie, **CABINET, **JSON, **place},
                              b"{}")
            self.assert_updated(answer, changed=False)

    def test_a_token_in_a_header_is_good_from_everywhere(self):
        """Nobody sends it who does not know it: scripts and proxies need not care."""
        for place in self.places():
            answer = self.operator.send("GET", "/push", headers=place)
            self.assertEqual(200, answer.status, answer)


class BehindAProxy(SessionCase):
    options = ("--operator-host", "stock.example",
               "--cabinet-origin", "https://stock.example, https://other.example:8443")

    def test_it_is_ours_by_the_names_of_the_option(self):
        for origin in ("https://stock.example", "https://other.example:8443"):
            answer = self.sign_in(headers={"Origin": origin, "Host": "stock.example"})
            self.assertEqual(200, answer.status, answer)
            text = answer.header("Set-Cookie")
            self.assertTrue(text.startswith("__Host-stockd_session=") and "; Secure" in text, text)
            cookie = {"Cookie": text.split(";")[0]}
            self.assertEqual(200, self.ask("POST", "/api/v1/registry", {
                **cookie, **CABINET, **JSON, "Origin": origin}, b"{}").status)
        for origin in ("https://other.example", "https://stock.example:8443",
                       "http://other.example:8443"):
            answer = self.sign_in(headers={"Origin": origin, "Host": "stock.example"})
            self.assertEqual(403, answer.status, origin)
