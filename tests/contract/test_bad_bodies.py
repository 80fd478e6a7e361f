"""Bad bodies: broken JSON, broken UTF-8, numbers that are no counts, and depth.

Whatever is sent, the answer is a proper 400, the server lives, and no SKU has changed.
"""

from tests.contract.case import WITNESS, StockdCase, attack, body_of, one
from tests.harness.client import encode_body

GOOD = b'{"skus":[{"sku":"' + WITNESS.encode() + b'","items":[{"count":999}]}]}'


def with_count(text):
    """A PUT body whose second count is this text; the first would change the witness."""
    return (f'{{"skus":[{{"sku":"{WITNESS}","items":[{{"count":999}}]}},'
            f'{{"sku":"A","items":[{{"count":{text}}}]}}]}}')


def with_sku_bytes(data):
    """The same with the second SKU's bytes, between the quotes."""
    return (b'{"skus":[{"sku":"' + WITNESS.encode() + b'","items":[{"count":999}]},'
            b'{"sku":"' + data + b'","items":[{"count":5}]}]}')


class BadBodies(StockdCase):

    def assert_bad(self, body, starts="", message=None):
        with self.nothing_changes():
            self.assert_refused(self.put(body), 400, message, starts)


class Json(BadBodies):

    def test_every_truncation_of_a_good_body_is_refused(self):
        with self.nothing_changes():
            for cut in range(1, len(GOOD)):
                with self.subTest(body=GOOD[:cut]):
                    self.assert_refused(self.put(GOOD[:cut]), 400)

    def test_every_truncation_is_called_an_unexpected_end(self):
        for cut in range(1, len(GOOD)):
            with self.subTest(body=GOOD[:cut]):
                self.assert_refused(self.put(GOOD[:cut]), 400, "Unexpected end of content")

    def test_a_truncated_post_is_called_an_unexpected_end(self):
        for body in ("{", '{"offerIds":["A"', '{"archived":true'):
            with self.subTest(body=body):
                self.assert_refused(self.post(body), 400, "Unexpected end of content")

    def test_malformed_json_is_refused(self):
        good = GOOD.decode()
        for body in (good + "x", good + "{}", good + "]", good + "}", good + ",", "{,}", "[}",
                     '{"skus":[}]}', '{"skus":[],}', "{'skus':[]}", "{skus:[]}", '{"skus" []}',
                     '{"skus":[1 2]}', '{"skus":nulx}', '{"skus":tru}', '{"skus":[,]}',
                     '{"skus":"\\x41"}', '{"skus":"\\u00g0"}', '{"skus":"\t"}', '{"skus":"a\nb"}',
                     "// x\n" + good, good + "/* x */", "nope", "}", "]", ":", '{"a":1 "b":2}',
                     "<skus/>", "\x0b" + good, "\x0c" + good, "NaN", '{"skus":Infinity}'):
            with self.subTest(body=body):
                self.assert_bad(body, starts="JSON: ")

    def test_malformed_post_bodies_are_refused(self):
        for body in ("{,}", "{}x", "{}{}", '{"archived":tru}', '{"offerIds":["A",]}'):
            with self.subTest(body=body):
                with self.nothing_changes():
                    self.assert_refused(self.post(body), 400, starts="JSON: ")

    def test_white_space_alone_is_no_body(self):
        for body in (" ", "\n\n", "\t" * 1000):
            with self.subTest(body=body):
                self.assert_bad(body)

    def test_a_mark_alone_is_no_body(self):
        """C56: only a byte order mark; two of them."""
        self.assert_bad(b"\xef\xbb\xbf")
        self.assert_bad(b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD)

    def test_a_fault_behind_the_last_sku_refuses_them_all(self):
        """C8: a reader that applies as it reads would have changed the witness."""
        for tail in (b",", b"]}}", b'],"x":}', b'],"x":1e}', b'],"x":[}', b'],"x":"\xff"}'):
            with self.subTest(tail=tail):
                self.assert_bad(GOOD[:-2] + tail)

    def test_depth_is_survived(self):
        """100 000 brackets; as an unknown field they may be ignored or refused."""
        deep = 100000
        for body in ("[" * deep, '{"skus":' + "[" * deep, '{"a":' * 50000, "[" * deep + "]" * deep,
                     '{"skus":' + "[" * deep + "]" * deep + "}", "[" * 500000):
            with self.subTest(body=body[:20]):
                self.assert_bad(body)
        answer = self.put('{"x":' + "[" * deep + "]" * deep + "," + GOOD.decode()[1:])
        self.assertIn(answer.status, (200, 400))
        self.assert_alive()

    def test_many_keys_are_survived(self):
        fields = ",".join(f'"k{n}":{n}' for n in range(30000))
        self.assert_ok(self.put("{" + fields + ',"skus":[{"sku":"A","items":[{"count":5}]}]}'))

    def test_many_elements_are_counted_not_read(self):
        """§1: 100 000 elements are a size error, whatever they are."""
        self.assert_bad('{"skus":[' + ",".join(["{}"] * 100000) + "]}",
                        starts="skus size must be between 1 and 2000 (rejected size: 100000)")


class Numbers(BadBodies):
    """C11: a count is a JSON integer from 0 to 2 000 000 000."""

    def test_what_is_no_integer_is_an_illegal_input(self):
        for text in ("5.5", '"5"', "true", "false", '""', '" 5"', "[5]", '{"a":5}', "0.1",
                     "5.0000000001", "1e-1", "-5.5"):
            with self.subTest(count=text):
                self.assert_bad(with_count(text),
                                message="Illegal input at 'skus[1].items[0].count'")

    def test_what_is_too_big_is_refused(self):
        """C11: as an illegal input or as out of bounds."""
        for text in ("1e10", "1E10", "3e9", "9223372036854775808", "18446744073709551615",
                     "18446744073709551616", "123456789012345678901234567890", "1e400",
                     "-9223372036854775809", "-123456789012345678901234567890", "2000000001.0",
                     "1" + "0" * 1000, "-1e10", "-1.0"):
            with self.subTest(count=text):
                with self.nothing_changes():
                    answer = self.put(with_count(text))
                    self.assert_refused(answer, 400)
                    self.assertRegex(answer.message,
                                     r"^(Illegal input at 'skus\[1\]\.items\[0\]\.count'"
                                     r"|skus\[1\]\.items\[0\]\.count must be )")

    def test_what_is_no_number_of_json_is_malformed(self):
        for text in ("05", "+5", ".5", "5.", "0x5", "5e", "5e+", "--5", "-", "NaN", "Infinity",
                     "-Infinity", "1_000", "1,000", "５", "5f", "00", "-01", "1e5.5"):
            with self.subTest(count=text):
                self.assert_bad(with_count(text), starts="JSON: ")

    def test_a_warehouse_that_is_no_int64_is_refused(self):
        for text in ("1.5", "9223372036854775808", "123456789012345678901234567890", "1e400"):
            with self.subTest(warehouse=text), self.nothing_changes():
                self.assert_refused(self.post(f'{{"stocksWarehouseId":{text}}}'), 400)

    def test_minus_zero_is_zero_or_refused_but_never_stored_as_else(self):
        for text in ("-0", "-0.0"):
            with self.subTest(count=text):
                sku = self.new_sku()
                body = f'{{"skus":[{{"sku":"{sku}","items":[{{"count":{text}}}]}}]}}'
                answer = self.put(body)
                self.assertIn(answer.status, (200, 400))
                self.assertEqual(0 if answer.status == 200 else None, self.count(sku))


class Text(BadBodies):
    """§10 and C56: UTF-8, else 400."""

    def test_broken_utf_8_is_an_unexpected_character(self):
        for data in (b"\xff", b"\xfe\xff", b"\x80", b"a\xbf", b"\xc3", b"\xc3(", b"\xe2\x82",
                     b"\xe2(\xa1", b"\xf0\x9f\x98", b"\xf0(\x8c\xbc", b"\xc0\x80", b"\xc1\xbf",
                     b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
                     b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80",
                     "жук".encode("windows-1251"), "é".encode("latin-1")):
            with self.subTest(data=data):
                self.assert_bad(with_sku_bytes(data), starts="Unexpected character")

    def test_broken_utf_8_in_unknown_fields_and_keys_is_refused_too(self):
        for body in (b'{"x":"\xff",' + GOOD[1:], b'{"\xff":1,' + GOOD[1:], b"\xff" + GOOD,
                     GOOD + b"\xff"):
            with self.subTest(body=body):
                self.assert_bad(body)

    def test_broken_utf_8_in_a_post_is_refused(self):
        with self.nothing_changes():
            self.assert_refused(self.post(b'{"offerIds":["\xff"]}'), 400,
                                starts="Unexpected character")

    def test_other_encodings_are_refused(self):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            with self.subTest(encoding=encoding):
                self.assert_bad(GOOD.decode().encode(encoding))

    def test_compressed_bytes_are_refused(self):
        """Whatever Content-Encoding claims: these bytes are no JSON."""
        for headers in ({}, {"Content-Encoding": "gzip"}):
            with self.subTest(headers=headers), self.nothing_changes():
                answer = self.put(b"\x1f\x8b\x08\x00" + b"\xff" * 40, headers=headers)
                self.assertIn(answer.status, (400, 415))

    def test_lone_surrogates_are_refused(self):
        """C56."""
        for escape in (rb"\ud800", rb"\udc00", rb"\ud800\u0041", rb"\ud800x", rb"\udfff\ud800",
                       rb"\ud800\ud800", rb"x\uD83D", rb"\ude00\ud83d"):
            with self.subTest(escape=escape):
                self.assert_bad(with_sku_bytes(escape))
                with self.nothing_changes():
                    self.assert_refused(self.post(b'{"offerIds":["' + escape + b'"]}'), 400)

    def test_nul_is_refused(self):
        """C56: raw, escaped, before, between and behind."""
        for body in (with_sku_bytes(b"\x00"), with_sku_bytes(b"a\x00b"), with_sku_bytes(rb"\u0000"),
                     with_sku_bytes(rb"a\u0000b"), with_sku_bytes(rb"A\u0000"), b"\x00" + GOOD,
                     GOOD + b"\x00", b"\x00", b"\x00" * 1000, GOOD[:8] + b"\x00" + GOOD[8:]):
            with self.subTest(body=body[:100]):
                self.assert_bad(body)

    def test_nul_in_a_stamp_is_refused(self):
        """C56: it does not end the text early."""
        self.assert_bad(attack(one("A", 5, "2022-12-29T18:02:01Z\u0000")))

    def test_nul_in_a_post_is_refused(self):
        self.put_count("A", 1)
        with self.nothing_changes():
            self.assert_refused(self.post({"offerIds": ["A\u0000"]}), 400)

    def test_raw_control_characters_in_a_string_are_malformed(self):
        for code in range(0x01, 0x20):
            with self.subTest(code=hex(code)):
                self.assert_bad(with_sku_bytes(bytes([ord("a"), code, ord("b")])))

    def test_noise_is_refused(self):
        """Every single byte as a body, and as a body's first byte."""
        good = encode_body(body_of(one(WITNESS, 999)))
        with self.nothing_changes():
            for code in range(256):
                for body in (bytes([code]), bytes([code]) + good):
                    if body.strip(b" \t\r\n") != good:
                        with self.subTest(code=hex(code), size=len(body)):
                            self.assert_refused(self.put(body), 400)

    def test_a_good_body_with_one_byte_changed_never_breaks_the_server(self):
        """Every position, three kinds of damage; a changed body may happen to be good."""
        good = encode_body(body_of(one("A", 1, "2022-12-29T18:02:01Z")))
        for position in range(len(good)):
            for damage in (0x00, 0xff, good[position] ^ 0x20):
                body = good[:position] + bytes([damage]) + good[position + 1:]
                self.assertIn(self.put(body).status, (200, 400), body)
        self.assert_alive()
