"""The transport (CONTRACT §10): bodies' size, media type, connections, C47, C48, C52, C55, C56."""

from tests.contract.case import (BODY_BYTES_MAX, EXPECT, StockdCase, attack, body_of, full_body,
                                 one, padded, stocks_path)
from tests.contract.registry import FULL, UNKNOWN
from tests.harness.client import encode_body, encode_chunks, encode_request

GOOD = body_of(one("A", 5))
JSON = {"Api-Key": FULL, "Content-Type": "application/json"}


class Size(StockdCase):
    """C47: 524 288 bytes and not one more."""

    def head(self, **headers):
        """The head of a PUT that announces a body."""
        return encode_request("PUT", stocks_path(self.campaign), {**JSON, **headers})

    def test_524288_bytes_are_taken(self):
        self.assert_ok(self.put(padded(GOOD, BODY_BYTES_MAX)))
        self.assertEqual(5, self.count("A"))

    def test_524289_bytes_are_too_big(self):
        for ask in (self.put, self.post):
            with self.subTest(ask=ask.__name__), self.nothing_changes():
                self.assert_refused(ask(padded(attack(), BODY_BYTES_MAX + 1)), 400,
                                    starts="The request is too big")

    def test_a_chunked_body_of_524288_bytes_is_taken(self):
        data = padded(GOOD, BODY_BYTES_MAX)
        for chunk_bytes in (4096, 65536, BODY_BYTES_MAX):
            with self.subTest(chunk_bytes=chunk_bytes):
                connection = self.raw()
                connection.send(self.head(**{"Transfer-Encoding": "chunked"})
                                + encode_chunks(data, chunk_bytes))
                self.assert_ok(connection.read_final())

    def test_a_chunked_body_of_524289_bytes_is_too_big(self):
        with self.nothing_changes():
            connection = self.raw()
            connection.send(self.head(**{"Transfer-Encoding": "chunked"})
                            + encode_chunks(padded(attack(), BODY_BYTES_MAX + 1)))
            self.assert_refused(connection.read_final(), 400, starts="The request is too big")

    def test_an_announced_size_over_the_limit_is_answered_at_once(self):
        """C47: by the head alone, no byte of the body is sent; then the server closes."""
        for size in (BODY_BYTES_MAX + 1, 10 ** 9, 2 ** 63 - 1):
            with self.subTest(size=size):
                connection = self.raw()
                connection.send(self.head(**{"Content-Length": str(size)}))
                answer = connection.read_final()
                self.assert_refused(answer, 400, starts="The request is too big")
                self.assertEqual("close", (answer.header("Connection") or "").lower())
                self.assertEqual(b"", connection.read_rest())

    def test_expect_100_continue_with_a_size_over_the_limit_gets_no_100(self):
        connection = self.raw()
        connection.send(self.head(**{"Content-Length": str(BODY_BYTES_MAX + 1), **EXPECT}))
        self.assert_refused(connection.read_answer(), 400, starts="The request is too big")

    def test_a_client_that_first_sends_all_of_a_big_body_can_read_the_answer(self):
        """No reset destroys the 400 on its way."""
        for size in (BODY_BYTES_MAX + 1, 2 * BODY_BYTES_MAX, 4 * BODY_BYTES_MAX):
            for _ in range(5):
                with self.subTest(size=size):
                    connection = self.raw()
                    connection.send(self.put_bytes(padded(attack(), size)))
                    self.assert_refused(connection.read_final(), 400,
                                        starts="The request is too big")

    def test_2000_long_skus_are_over_the_limit(self):
        """§10: a client must split by bytes and by items."""
        body = body_of(*(one(f"{n:0255}", 1, "2022-12-29T18:02:01Z") for n in range(2000)))
        self.assert_refused(self.put(body), 400, starts="The request is too big")


class MediaType(StockdCase):
    """C48."""

    def test_json_in_utf_8_however_it_is_written(self):
        for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON",
                     "application/json;charset=UTF-8", 'application/json; charset="utf-8"',
                     "application/json ; charset=utf-8", "application/json; Charset=Utf-8",
                     "application/json;", "application/json; x=y"):
            for ask, body in ((self.put, GOOD), (self.post, {})):
                with self.subTest(kind=kind, ask=ask.__name__):
                    answer = ask(body, headers={"Content-Type": kind})
                    self.assertEqual(200, answer.status, answer)

    def test_no_content_type_is_json(self):
        for ask, body in ((self.put, GOOD), (self.post, {})):
            with self.subTest(ask=ask.__name__):
                answer = ask(body, headers={"Content-Type": None})
                self.assertEqual(200, answer.status, answer)

    def test_another_charset_is_400(self):
        for charset in ("windows-1251", "utf-16", "iso-8859-1", '"koi8-r"', "utf-88", "x"):
            for ask, body in ((self.put, attack()), (self.post, {})):
                with self.subTest(charset=charset, ask=ask.__name__), self.nothing_changes():
                    kind = f"application/json; charset={charset}"
                    self.assert_refused(ask(body, headers={"Content-Type": kind}), 400)

    def test_the_answer_is_json_whatever_is_accepted(self):
        """§10: JSON only, UTF-8."""
        for accept in (None, "*/*", "application/json", "text/html", "application/xml"):
            with self.subTest(accept=accept):
                answer = self.put(GOOD, headers={"Accept": accept})
                self.assert_ok(answer)
                self.assertTrue(answer.header("Content-Type").startswith("application/json"))

    def test_an_answer_has_a_length_of_its_own(self):
        self.put_count("ж", 1)
        for answer in (self.put(GOOD), self.post({}), self.put("{")):
            self.assertEqual(str(len(answer.body)), answer.header("Content-Length"))


class Connections(StockdCase):
    """C52: persistent, as HTTP/1.1 has it."""

    def test_one_connection_serves_many_requests(self):
        connection = self.raw()
        for count in range(20):
            connection.send(self.put_bytes(body_of(one("A", count))))
            self.assert_ok(connection.read_final())
            answer = connection.request("POST", stocks_path(self.campaign), JSON, {})
            self.assertIn({"type": "AVAILABLE", "count": count},
                          answer.json["result"]["warehouses"][0]["offers"][0]["stocks"])

    def test_a_refusal_keeps_the_connection(self):
        """Bodies of early refusals are read and dropped: what follows is a request of its own."""
        big = padded(GOOD, BODY_BYTES_MAX)
        path = stocks_path(self.campaign)
        for name, request in {
                "404": encode_request("PUT", "/nothing", JSON, big),
                "404 campaign": encode_request("PUT", stocks_path(UNKNOWN), JSON, big),
                "405": encode_request("DELETE", path, JSON, big),
                "401": encode_request("PUT", path, {}, big),
                "415": self.put_bytes(big, **{"Content-Type": "text/plain"}),
                "400": self.put_bytes("{" + " " * 10000),
                "400 empty": self.put_bytes(b""),
                "405 get": encode_request("GET", path, JSON)}.items():
            with self.subTest(refusal=name):
                connection = self.raw()
                for _ in range(3):
                    connection.send(request)
                    self.assertEqual(name.split(" ")[0], str(connection.read_final().status))
                connection.send(self.put_bytes(GOOD))
                self.assert_ok(connection.read_final())

    def test_a_chunked_request_is_the_last_of_its_connection(self):
        """C74: good or refused, it is answered whole, and nothing behind it is looked at."""
        chunks = {**JSON, "Transfer-Encoding": "chunked"}
        big = encode_chunks(padded(GOOD, BODY_BYTES_MAX))
        for status, path, headers in ((200, stocks_path(self.campaign), chunks),
                                      (401, stocks_path(self.campaign),
                                       {**chunks, "Api-Key": None}),
                                      (404, "/nothing", chunks)):
            with self.subTest(status=status):
                connection = self.raw()
                connection.send(encode_request("PUT", path, headers) + big)
                answer = connection.read_final()
                self.assertEqual(status, answer.status, answer)
                self.assertTrue(answer.closes())
                self.assertEqual(b"", connection.read_rest())

    def test_pipelined_requests_are_answered_in_order(self):
        connection = self.raw()
        requests = []
        for count in range(10):
            requests.append(self.put_bytes(body_of(one("A", count))))
            requests.append(encode_request("POST", stocks_path(self.campaign), JSON, {}))
            requests.append(self.put_bytes(b"{"))
        connection.send(b"".join(requests))
        for count in range(10):
            self.assert_ok(connection.read_final())
            offer, = connection.read_final().json["result"]["warehouses"][0]["offers"]
            self.assertIn({"type": "AVAILABLE", "count": count}, offer["stocks"])
            self.assertEqual(400, connection.read_final().status)

    def test_connection_close_is_obeyed(self):
        connection = self.raw()
        connection.send(self.put_bytes(GOOD, Connection="close"))
        answer = connection.read_final()
        self.assert_ok(answer)
        self.assertEqual("close", answer.header("Connection").lower())
        self.assertEqual(b"", connection.read_rest())

    def test_http_1_0_is_answered_and_closed(self):
        connection = self.raw()
        answer = connection.request("PUT", stocks_path(self.campaign), JSON, GOOD, "HTTP/1.0")
        self.assert_ok(answer)
        self.assertEqual(b"", connection.read_rest())
        self.assertEqual(5, self.count("A"))

    def test_http_1_0_without_host_is_answered(self):
        answer = self.raw().request("PUT", stocks_path(self.campaign), {**JSON, "Host": None},
                                    GOOD, "HTTP/1.0")
        self.assert_ok(answer)

    def test_a_request_in_single_bytes_is_a_request(self):
        connection = self.raw()
        for byte in self.put_bytes(GOOD):
            connection.send(bytes([byte]))
        self.assert_ok(connection.read_final())

    def test_a_request_in_two_parts_is_a_request_wherever_it_is_cut(self):
        data = self.put_bytes(GOOD)
        for cut in range(1, len(data), 7):
            with self.subTest(cut=cut):
                connection = self.raw()
                connection.send(data[:cut])
                connection.send(data[cut:])
                self.assert_ok(connection.read_final())

    def test_many_connections_at_once_are_served(self):
        connections = [self.raw() for _ in range(100)]
        for number, connection in enumerate(connections):
            connection.send(self.put_bytes(body_of(one(f"S{number}", number))))
        for connection in connections:
            self.assert_ok(connection.read_final())
        self.assertEqual(100, len(self.skus()))


class ExpectContinue(StockdCase):

    def test_a_good_head_is_told_to_continue(self):
        connection = self.raw()
        body = encode_body(GOOD)
        connection.send(encode_request("PUT", stocks_path(self.campaign), {
            **JSON, **EXPECT, "Content-Length": str(len(body))}))
        self.assertEqual(100, connection.read_answer().status)
        connection.send(body)
        self.assert_ok(connection.read_final())

    def test_a_client_that_does_not_wait_is_served_as_well(self):
        connection = self.raw()
        connection.send(self.put_bytes(GOOD, **EXPECT))
        self.assert_ok(connection.read_final())

    def test_a_refused_head_gets_its_refusal(self):
        """At once, or after the body it asked for."""
        for headers, status in (({"Api-Key": None}, 401), ({"Content-Type": "text/plain"}, 415)):
            with self.subTest(status=status):
                connection = self.raw()
                body = encode_body(GOOD)
                connection.send(encode_request("PUT", stocks_path(self.campaign), {
                    **JSON, **EXPECT, "Content-Length": str(len(body)), **headers}))
                answer = connection.read_answer()
                if answer.status == 100:
                    connection.send(body)
                    answer = connection.read_final()
                self.assert_refused(answer, status)


class Chunks(StockdCase):

    def chunked(self, encoded, method="PUT"):
        connection = self.raw()
        head = encode_request(method, stocks_path(self.campaign),
                              {**JSON, "Transfer-Encoding": "chunked"})
        connection.send(head + encoded)
        return connection.read_final()

    def test_chunks_of_any_size_make_one_body(self):
        for chunk_bytes in (1, 2, 7, 1000):
            with self.subTest(chunk_bytes=chunk_bytes):
                sku = self.new_sku()
                data = encode_body(body_of(one(sku, chunk_bytes)))
                self.assert_ok(self.chunked(encode_chunks(data, chunk_bytes)))
                self.assertEqual(chunk_bytes, self.count(sku))

    def test_a_full_put_may_be_chunked(self):
        self.assert_ok(self.chunked(encode_chunks(full_body(), 1000)))
        self.assertEqual(1, self.count("S1999"))

    def test_extensions_and_trailers_are_ignored(self):
        data = encode_body(GOOD)
        self.assert_ok(self.chunked(b"%X;name=value\r\n%s\r\n0\r\nTrailer: x\r\n\r\n"
                                    % (len(data), data)))

    def test_no_chunks_are_no_body(self):
        self.assert_refused(self.chunked(b"0\r\n\r\n"), 400, "Required request body is missing")
        self.assertEqual(200, self.chunked(b"0\r\n\r\n", "POST").status)


class Json(StockdCase):
    """C55, C56: what of JSON is taken beyond the plain."""

    def test_the_last_of_duplicate_keys_wins(self):
        """C55: at every level."""
        for body, sku, count in (
                ('{"skus":[{"sku":"no","items":[{"count":1}]}],'
                 '"skus":[{"sku":"a","items":[{"count":2}]}]}', "a", 2),
                ('{"skus":[{"sku":"no","sku":"b","items":[{"count":3}]}]}', "b", 3),
                ('{"skus":[{"items":[{"count":1}],"sku":"c","items":[{"count":4}]}]}', "c", 4),
                ('{"skus":[{"sku":"d","items":[{"count":1,"count":5}]}]}', "d", 5)):
            with self.subTest(body=body):
                self.assert_ok(self.put(body))
                self.assertEqual(count, self.count(sku))
        self.assertIsNone(self.count("no"))
        self.assertEqual(["a"], self.skus(body='{"offerIds":["b"],"offerIds":["a"]}'))

    def test_a_byte_order_mark_is_tolerated(self):
        """C56."""
        self.assert_ok(self.put(b"\xef\xbb\xbf" + encode_body(GOOD)))
        self.assertEqual(200, self.post(b"\xef\xbb\xbf{}").status)

    def test_white_space_is_free(self):
        body = ' \t\r\n{ "skus" : [ { "sku" : "A" ,\n"items" : [ { "count" : 5 } ] } ] } \n'
        self.assert_ok(self.put(body))

    def test_the_order_of_keys_is_free(self):
        self.assert_ok(self.put('{"skus":[{"items":[{"updatedAt":null,"count":6}],"sku":"A"}]}'))
        self.assertEqual(6, self.count("A"))

    def test_an_escaped_key_is_the_same_key(self):
        self.assert_ok(self.put(r'{"\u0073kus":[{"s\u006bu":"A","items":[{"coun\u0074":7}]}]}'))
        self.assertEqual(7, self.count("A"))

    def test_an_integral_decimal_is_an_integer(self):
        """C11: 5.0."""
        self.assert_ok(self.put('{"skus":[{"sku":"A","items":[{"count":5.0}]}]}'))
        self.assertEqual(5, self.count("A"))

    def test_unknown_fields_may_hold_anything(self):
        """C55: among them numbers no integer type can hold."""
        for value in ("123456789012345678901234567890", "-123456789012345678901234567890",
                      "18446744073709551615", "1e10", "5.5", "1E-7", "-0", "[" * 50 + "]" * 50,
                      '{"skus":[{"sku":null}]}', '"\\ud83d\\ude00"', "null", "[]", "{}"):
            with self.subTest(value=value):
                self.assert_ok(self.put(
                    f'{{"x":{value},"skus":[{{"x":{value},"sku":"A",'
                    f'"items":[{{"x":{value},"count":8}}]}}]}}'))
                self.assertEqual(200, self.post(f'{{"x":{value}}}').status)
