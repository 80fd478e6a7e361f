"""Bad HTTP and bad clients: malformed heads, repeated headers, vanishing and slow clients.

A malformed head may be answered by 4xx or 5xx or by the end of the connection; it never does
anything, and the server goes on serving others.
"""

import select

from tests.contract.case import StockdCase, attack, body_of, one, stocks_path
from tests.contract.registry import FULL, WRITER
from tests.harness.client import encode_body, encode_request

JSON = {"Api-Key": FULL, "Content-Type": "application/json"}


class BadHttpCase(StockdCase):
    """Heads that never end are ended by the time limit."""
    options = ("--no-limits", "--request-timeout", "2")

    def head(self, **headers):
        return encode_request("PUT", stocks_path(self.campaign), {**JSON, **headers})

    def assert_rejected(self, data):
        """Sends bytes that are no request, then says no more."""
        with self.nothing_changes():
            connection = self.raw()
            try:
                connection.send(data)
            except OSError:
                pass  # The server has had enough before the end.
            connection.finish_sending()
            rest = connection.read_rest()
            if rest:
                self.assertRegex(rest.split(b"\r\n")[0], rb"^HTTP/1\.[01] [45]\d\d ")


class Heads(BadHttpCase):

    def test_what_is_no_request_is_rejected(self):
        for data in (b"GARBAGE\r\n\r\n", b"\r\n\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
                     b"\x00" * 1000, b"\xff" * 1000, b"PUT\r\n\r\n", b"PUT  HTTP/1.1\r\n\r\n",
                     b"PUT / HTTP/9.9\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"PUT / FTP/1.1\r\nHost: x\r\n\r\n", b"x" * 200000, b""):
            with self.subTest(data=data[:40]):
                self.assert_rejected(data)

    def test_a_head_that_does_not_end_is_rejected(self):
        self.assert_rejected(self.head()[:-2])

    def test_a_head_without_end_and_measure_is_rejected(self):
        """Many headers, one long header, a long path."""
        many = {f"X-{n}": "y" * 100 for n in range(20000)}
        for data in (self.head(**many), self.head(**{"X": "y" * 2000000}),
                     encode_request("PUT", "/" + "x" * 2000000, JSON)):
            with self.subTest(data=data[:40]):
                self.assert_rejected(data)

    def test_a_content_length_that_is_none_is_rejected(self):
        body = encode_body(attack())
        for length in ("abc", "-1", "1e2", "0x10", "99999999999999999999999", "", "5,6"):
            with self.subTest(length=length):
                self.assert_rejected(self.head(**{"Content-Length": length}) + body)

    def test_bad_chunks_are_rejected(self):
        body = encode_body(attack())
        for chunks in (b"xyz\r\n" + body, b"-5\r\n" + body, b"FFFFFFFFFFFFFFFFF\r\n" + body,
                       b"\r\n" + body, b"5\r\n" + body, b"%x\r\n%sXX0\r\n\r\n" % (len(body), body),
                       b"%x\r\n%s\r\n" % (len(body), body)):
            with self.subTest(chunks=chunks[:20]):
                self.assert_rejected(self.head(**{"Transfer-Encoding": "chunked"}) + chunks)

    def test_a_body_shorter_than_announced_is_rejected(self):
        body = encode_body(attack())
        self.assert_rejected(self.head(**{"Content-Length": str(len(body) + 1)}) + body)

    def test_two_lengths_that_differ_are_rejected(self):
        """RFC 9112: nobody knows where the next request begins."""
        body = encode_body(attack())
        lengths = [str(len(body)), str(len(body) - 1)]
        for pair in (lengths, lengths[::-1]):
            with self.subTest(pair=pair):
                self.assert_rejected(self.head(**{"Content-Length": pair}) + body)

    def test_length_and_chunks_together_do_not_smuggle_a_request(self):
        """RFC 9112: chunks decide or the request is refused; the rest is no second request."""
        hidden = self.put_bytes(attack())
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.head(**{"Content-Length": "5", "Transfer-Encoding": "chunked"})
                            + b"0\r\n\r\n" + hidden)
            connection.finish_sending()
            connection.read_rest()

    def test_a_length_beyond_counting_is_too_big(self):
        """It must neither hold its connection for ever nor keep the service from ending."""
        for length in (2 ** 63, 2 ** 64 - 1):
            with self.subTest(length=length):
                connection = self.raw()
                connection.send(self.head(**{"Content-Length": str(length)}))
                self.assert_refused(connection.read_final(), 400, starts="The request is too big")

    def test_an_unknown_transfer_coding_is_refused(self):
        connection = self.raw()
        connection.send(self.head(**{"Transfer-Encoding": "gzip, chunked"}) + b"0\r\n\r\n")
        self.assertEqual(400, connection.read_final().status)

    def test_too_many_query_parameters_are_refused(self):
        """C89: 600 are taken; with one more the connection closes."""
        path = stocks_path(self.campaign) + "?" + "&".join(["a=1"] * 600)
        self.assertEqual(200, self.send("POST", path).status)
        answer = self.raw().request("POST", path + "&a=1", JSON)
        self.assert_refused(answer, 400, "Too many query parameters")
        self.assertTrue(answer.closes())

    def test_control_characters_in_a_path_are_no_way_in(self):
        for path in (stocks_path("%00"), stocks_path("1%0d%0aX:%20y"), stocks_path("%2f"),
                     "/v2/../v2/campaigns/1/offers/stocks/..", "/%", "/%zz", "//", "/?", "*",
                     "/\xff"):
            with self.subTest(path=path), self.nothing_changes():
                answer = self.raw().request("PUT", path, JSON, attack())
                self.assertIn(answer.status, (400, 404))

    def test_control_characters_in_an_error_text_are_escaped(self):
        """The answer stays JSON, its head stays a head."""
        for method, path in (("PUT", stocks_path("%22%0d%0a%1f")), ("PUT", stocks_path("%ff")),
                             ("B'W", stocks_path(self.campaign))):
            with self.subTest(method=method, path=path):
                answer = self.raw().request(method, path, JSON, attack())
                self.assertIn(answer.status, (400, 404, 405))
                if (answer.header("Content-Type") or "").startswith("application/json"):
                    self.assert_refused(answer, answer.status)


class RepeatedHeaders(BadHttpCase):

    def test_the_same_header_twice_never_breaks_the_server(self):
        """The first, the last or none may decide; a stranger is never let in."""
        for headers, statuses in (
                ({"Api-Key": [FULL, FULL]}, (200, 400, 401)),
                ({"Api-Key": [FULL, WRITER]}, (200, 400, 401)),
                ({"Api-Key": ["nobody", "none"]}, (400, 401)),
                ({"Content-Type": ["application/json", "application/json"]}, (200, 400, 415)),
                ({"Content-Type": ["text/plain", "text/plain"]}, (400, 415)),
                ({"Authorization": ["Bearer a", "Bearer b"], "Api-Key": None}, (400, 401, 403))):
            with self.subTest(headers=headers):
                self.assertIn(self.put(body_of(one("A", 1)), headers=headers).status, statuses)
                self.assert_alive()

    def test_two_equal_lengths_are_one_length_or_refused(self):
        body = encode_body(body_of(one("A", 1)))
        length = str(len(body))
        answer = self.raw().request("PUT", stocks_path(self.campaign),
                                    {**JSON, "Content-Length": [length, length]}, body)
        self.assertIn(answer.status, (200, 400))
        self.assert_alive()

    def test_no_header_at_all_is_answered(self):
        answer = self.raw().request("PUT", stocks_path(self.campaign), {"Host": None})
        self.assertIn(answer.status, (400, 401))

    def test_a_put_without_length_has_no_body(self):
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.head())
            self.assert_refused(connection.read_final(), 400, "Required request body is missing")

    def test_two_hosts_or_none_never_break_the_server(self):
        for host in (None, ["a", "b"], ["", ""], "\xff", "a" * 3000):
            with self.subTest(host=host):
                answer = self.raw().request("PUT", stocks_path(self.campaign),
                                            {**JSON, "Host": host}, body_of(one("A", 1)))
                self.assertIn(answer.status, (200, 400, 431))
                self.assert_alive()


class VanishingClients(BadHttpCase):

    def test_a_client_gone_before_its_answer_harms_nobody(self):
        for step in range(50):
            connection = self.raw()
            connection.send(self.put_bytes(body_of(one("gone", step))))
            connection.reset()
        self.assert_alive()
        self.assertIn(self.count("gone"), [None, *range(50)])

    def test_a_client_gone_within_its_body_has_changed_nothing(self):
        data = self.put_bytes(attack())
        with self.nothing_changes():
            for cut in range(1, len(data), 11):
                for leave in ("reset", "close"):
                    connection = self.raw()
                    connection.send(data[:cut])
                    getattr(connection, leave)()

    def test_a_client_that_never_speaks_harms_nobody(self):
        for _ in range(20):
            self.raw()
        self.assert_alive()

    def test_a_client_that_does_not_read_its_answers_harms_nobody(self):
        """200 large answers asked for, none read."""
        self.assert_ok(self.put(body_of(*(one(f"{n:0200}", 1) for n in range(200)))))
        request = encode_request("POST", stocks_path(self.campaign) + "?limit=200", JSON, {})
        connection = self.raw()
        connection.send(request * 200)
        self.assert_alive()
        connection.reset()
        self.assert_alive()

    def test_bytes_behind_a_request_are_the_next_request(self):
        connection = self.raw()
        connection.send(self.put_bytes(body_of(one("A", 1))) + b"GARBAGE\r\n\r\n")
        self.assert_ok(connection.read_final())
        connection.finish_sending()
        rest = connection.read_rest()
        self.assertNotIn(b" 200 ", rest.split(b"\r\n")[0])
        self.assert_alive()


class SlowClients(BadHttpCase):
    """--request-timeout: a request that is not whole in time ends its connection."""
    options = ("--no-limits", "--request-timeout", "1")

    def assert_ends(self, connection, drip):
        """Feeds the connection byte by byte until the server ends it, which it must.

        The wait between two bytes ends at once when the server speaks or closes.
        """
        for byte in drip:
            if select.select([connection.socket], [], [], 0.05)[0]:
                break
            try:
                connection.send(bytes([byte]))
            except OSError:
                break
        rest = connection.read_rest()
        if rest:
            self.assertRegex(rest.split(b"\r\n")[0], rb"^HTTP/1\.[01] (400|408|503) ")

    def test_a_body_that_stops_ends_the_connection(self):
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.put_bytes(attack())[:-5])
            self.assert_ends(connection, b"")

    def test_a_body_that_drips_ends_the_connection(self):
        """Every byte is progress, and the request is still not whole in time."""
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.head(**{"Content-Length": "5000"}))
            self.assert_ends(connection, b" " * 600)

    def test_a_head_that_stops_ends_the_connection(self):
        connection = self.raw()
        connection.send(self.head()[:-2])
        self.assert_ends(connection, b"")

    def test_a_head_that_drips_ends_the_connection(self):
        connection = self.raw()
        connection.send(self.head()[:-2] + b"X-Slow: ")
        self.assert_ends(connection, b"y" * 600)

    def test_chunks_that_stop_end_the_connection(self):
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.head(**{"Transfer-Encoding": "chunked"}) + b"5\r\n{\"sku\r\n")
            self.assert_ends(connection, b"")


class IdleClients(BadHttpCase):
    options = ("--no-limits", "--idle-timeout", "1")

    def test_an_idle_connection_ends(self):
        """--idle-timeout: after its answer, without a word."""
        connection = self.raw()
        connection.send(self.put_bytes(body_of(one("A", 1))))
        self.assert_ok(connection.read_final())
        self.assertEqual(b"", connection.read_rest())

    def test_a_silent_connection_ends(self):
        connection = self.raw()
        self.assertEqual(b"", connection.read_rest())


class SlowClientsAndPlaces(StockdCase):
    options = ("--request-timeout", "1", "--parallel", "1")

    def test_a_slow_client_gives_its_place_back(self):
        """C49: when its time is over."""
        connection = self.raw()
        connection.send(self.put_bytes(attack())[:-5])
        connection.read_rest()
        self.eventually(lambda: self.put(body_of(one("A", 1))).status == 200)
