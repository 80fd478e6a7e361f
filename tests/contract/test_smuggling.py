"""Requests that two programs may read differently: smuggling, and what it is made of.

Each row of the tables changes one thing in a good request and sends a second request right behind
it. The first is refused and the connection ends: nobody gets to see a second answer. Rows are run
against both listeners. What is harmless is at the end, with its reason.
"""

from tests.contract import registry
from tests.contract.case import StockdCase, attack, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import FULL
from tests.harness.client import Connection, encode_body

CHUNKED = b"Transfer-Encoding: chunked\r\n"
HOST = b"Host: localhost\r\n"


def swap(old, new):
    """Changes one thing of the head."""
    def change(request):
        assert request.head.count(old) == 1, (old, request.head)
        return request.head.replace(old, new) + request.body
    return change


def add(lines):
    """Adds header lines as they are."""
    return swap(HOST, HOST + lines)


def length(text):
    """Says another Content-Length."""
    def change(request):
        return swap(b"Content-Length: %d\r\n" % len(request.body),
                    b"Content-Length: %s\r\n" % text)(request)
    return change


def again(more=0):
    """Says Content-Length twice, the second time with so many bytes more."""
    def change(request):
        return add(b"Content-Length: %d\r\n" % (len(request.body) + more))(request)
    return change


def coding(lines):
    """Sends the body in good chunks, with these lines for the coding."""
    def change(request):
        head = request.head.replace(b"Content-Length: %d\r\n" % len(request.body), lines)
        return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(request.body), request.body)
    return change


def chunks(text):
    """Sends a chunked body: %x is the size of %s, the good one."""
    def change(request):
        head = request.head.replace(b"Content-Length: %d\r\n" % len(request.body), CHUNKED)
        return head + text.replace(b"%x", b"%x" % len(request.body)).replace(b"%s", request.body)
    return change


def line(text):
    """Says another first line; %m is the method, %t the target."""
    def change(request):
        method, target, _ = request.head.split(b"\r\n")[0].split(b" ")
        rest = request.head.split(b"\r\n", 1)[1]
        return (text.replace(b"%m", method).replace(b"%t", target)) + rest + request.body
    return change


def whole(text):
    """Sends something else altogether."""
    return lambda request: text


# These the library answers by itself, and twice with the same head: the second one is behind an
# answer that says it is the last.
LENGTHS = {
    "a list of equal lengths": length(b"2, 2"),
    "a length with a sign": length(b"+2"),
    "a negative length": length(b"-2"),
    "a length in hexadecimal": length(b"0x2"),
    "a length with a blank in it": length(b"1 0"),
    "a length with a blank behind it": length(b"2 "),
    "a length with a comma": length(b"2,"),
    "no length": length(b""),
    "a length with junk": length(b"2junk"),
}

FRAMING = {
    "two lengths that are equal": again(),
    "two lengths that differ": again(1),
    "a length and chunks": add(CHUNKED),
    "chunks and a length": coding(CHUNKED + b"Content-Length: 3\r\n"),
    "chunks twice": coding(CHUNKED + CHUNKED),
    "chunks and identity": coding(CHUNKED + b"Transfer-Encoding: identity\r\n"),
    "a list of codings": coding(b"Transfer-Encoding: gzip, chunked\r\n"),
    "chunked twice in a list": coding(b"Transfer-Encoding: chunked, chunked\r\n"),
    "identity": coding(b"Transfer-Encoding: identity\r\n"),
    "nearly chunked": coding(b"Transfer-Encoding: xchunked\r\n"),
    "chunked in quotes": coding(b"Transfer-Encoding: \"chunked\"\r\n"),
    "chunked and a blank": coding(b"Transfer-Encoding: chunked \r\n"),
    "chunked behind a vertical tab": coding(b"Transfer-Encoding: \x0bchunked\r\n"),
    "chunked and a parameter": coding(b"Transfer-Encoding: chunked;q=1\r\n"),
    "no coding": coding(b"Transfer-Encoding:\r\n"),
    "chunks, a blank before the colon": add(b"Transfer-Encoding : chunked\r\n"),
    "chunks, a tab before the colon": add(b"Transfer-Encoding\t: chunked\r\n"),
    "chunks behind a bare LF": add(b"X: y\nTransfer-Encoding: chunked\r\n"),
    "chunks behind a bare CR": add(b"X: y\rTransfer-Encoding: chunked\r\n"),
    "chunks on a folded line": add(b"X: y\r\n Transfer-Encoding: chunked\r\n"),
    "chunks folded": coding(b"Transfer-Encoding:\r\n chunked\r\n"),
    "a length, a blank before the colon": add(b"Content-Length : 0\r\n"),
    "chunks in HTTP/1.0": lambda request: coding(CHUNKED)(request).replace(b"HTTP/1.1",
                                                                           b"HTTP/1.0"),
}

CHUNKS = {
    "a negative size": chunks(b"-%x\r\n%s\r\n0\r\n\r\n"),
    "a size with 0x": chunks(b"0x%x\r\n%s\r\n0\r\n\r\n"),
    "a size with a plus": chunks(b"+%x\r\n%s\r\n0\r\n\r\n"),
    "a blank before the size": chunks(b" %x\r\n%s\r\n0\r\n\r\n"),
    "a blank behind the size": chunks(b"%x \r\n%s\r\n0\r\n\r\n"),
    "a size beyond 64 bits": chunks(b"FFFFFFFFFFFFFFFFF\r\n%s\r\n0\r\n\r\n"),
    "no size": chunks(b"\r\n%s\r\n0\r\n\r\n"),
    "only an extension": chunks(b";a=b\r\n%s\r\n0\r\n\r\n"),
    "more data than the size": chunks(b"1\r\n%s\r\n0\r\n\r\n"),
    "a NUL in the size": chunks(b"%x\x00\r\n%s\r\n0\r\n\r\n"),
    "a CR alone behind the data": chunks(b"%x\r\n%s\r0\r\n\r\n"),
    "a trailer without a colon": chunks(b"%x\r\n%s\r\n0\r\ntrailer\r\n\r\n"),
}

LINES = {
    "a bare LF behind the first line": line(b"%m %t HTTP/1.1\n"),
    "a bare LF behind a header": swap(HOST, b"Host: localhost\n"),
    "a bare LF at the end of the head": swap(b"\r\n\r\n", b"\r\n\n"),
    "bare LFs everywhere": lambda request: request.head.replace(b"\r\n", b"\n") + request.body,
    "a bare CR in a value": add(b"X: a\rb\r\n"),
    "CR CR LF": add(b"X: a\r\r\n"),
    "LF CR": add(b"X: a\n\r\n"),
    "a NUL in the method": line(b"%m\x00 %t HTTP/1.1\r\n"),
    "a NUL in the target": line(b"%m %t\x00 HTTP/1.1\r\n"),
    "a NUL and more in the target": line(b"%m %t\x00/x HTTP/1.1\r\n"),
    "a NUL behind the version": line(b"%m %t HTTP/1.1\x00\r\n"),
    "a NUL in a name": add(b"X\x00Y: z\r\n"),
    "a NUL in a value": add(b"X: a\x00b\r\n"),
    "a NUL at the end of a value": add(b"X: a\x00\r\n"),
    "a NUL for a line end": add(b"X: a\x00\x00\r\n"),
    "a NUL in the blank line": swap(b"\r\n\r\n", b"\r\n\x00\r\n"),
    "a NUL and more in the blank line": swap(b"\r\n\r\n", b"\r\n\x00X: y\r\n"),
    "a folded line": add(b"X: a\r\n b\r\n"),
    "a line folded with a tab": add(b"X: a\r\n\tb\r\n"),
    "a folded line that is empty": add(b"X: a\r\n \r\n"),
    "a folded first line": line(b"%m %t HTTP/1.1\r\n X: y\r\n"),
    "a blank before the first header": line(b"%m %t HTTP/1.1\r\n "),
    "a blank before a colon": swap(HOST, b"Host : localhost\r\n"),
    "a tab before a colon": swap(HOST, b"Host\t: localhost\r\n"),
    "a blank in a name": add(b"X Y: z\r\n"),
    "no colon": add(b"X\r\n"),
    "no name": add(b": x\r\n"),
    "a bracket in a name": add(b"X(: y\r\n"),
    "a name that is not ASCII": add(b"X\xff: y\r\n"),
    "a control character in a value": add(b"X: a\x01b\r\n"),
    "a DEL in a value": add(b"X: a\x7fb\r\n"),
}

FIRST_LINES = {
    "two blanks before the target": line(b"%m  %t HTTP/1.1\r\n"),
    "two blanks behind the target": line(b"%m %t  HTTP/1.1\r\n"),
    "a blank behind the version": line(b"%m %t HTTP/1.1 \r\n"),
    "a blank in the target": line(b"%m %t x HTTP/1.1\r\n"),
    "a tab in the target": line(b"%m %t\tx HTTP/1.1\r\n"),
    "a bracket in the method": line(b"%m( %t HTTP/1.1\r\n"),
    "a whole address": line(b"%m http://localhost%t HTTP/1.1\r\n"),
    "somebody else's address": line(b"%m http://elsewhere.example%t HTTP/1.1\r\n"),
    "no slash": line(b"%m x%t HTTP/1.1\r\n"),
    "a star": line(b"OPTIONS * HTTP/1.1\r\n"),
    "a tunnel": line(b"CONNECT elsewhere.example:443 HTTP/1.1\r\n"),
    "an escaped NUL": line(b"%m %t%00 HTTP/1.1\r\n"),
    "an escaped slash": line(b"%m /x%2F..%t HTTP/1.1\r\n"),
    "a broken escape": line(b"%m %t%4 HTTP/1.1\r\n"),
    "HTTP/0.9": whole(b"GET /\r\n"),
    "HTTP/0.9 with its number": line(b"%m %t HTTP/0.9\r\n"),
    "HTTP/2.0": line(b"%m %t HTTP/2.0\r\n"),
    "the preface of HTTP/2": whole(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a version of two digits": line(b"%m %t HTTP/1.10\r\n"),
    "a version in small letters": line(b"%m %t http/1.1\r\n"),
    "no version": line(b"%m %t\r\n"),
}

# Here the library finds no first line at all, and ends the connection without a word.
NO_REQUESTS = {
    "tabs for blanks": line(b"%m\t%t\tHTTP/1.1\r\n"),
    "a blank before the method": line(b" %m %t HTTP/1.1\r\n"),
    "nothing but a word": whole(b"GARBAGE\r\n\r\n"),
}

HOSTS = {
    "no Host": swap(HOST, b""),
    "Host twice": add(HOST),
    "two Hosts": add(b"Host: elsewhere.example\r\n"),
    "an empty Host": swap(HOST, b"Host:\r\n"),
    "a user in Host": swap(HOST, b"Host: me@localhost\r\n"),
    "a path in Host": swap(HOST, b"Host: localhost/x\r\n"),
    "a blank in Host": swap(HOST, b"Host: local host\r\n"),
}

# Here the connection may end before the answer is out.
TOO_LONG = {
    "a long target": line(b"%m %t?" + b"x" * 200000 + b" HTTP/1.1\r\n"),
    "a long value": add(b"X: " + b"y" * 200000 + b"\r\n"),
    "a long name": add(b"X" * 200000 + b": y\r\n"),
    "many headers": add(b"X: y\r\n" * 20000),
    "a first line without end": whole(b"G" * 200000),
}


class Request:
    """A good request of the listener under test, and what stands behind it."""

    def __init__(self, method, target, headers, body):
        self.body = encode_body(body)
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers,
                 "Content-Type: application/json", f"Content-Length: {len(self.body)}", "", ""]
        self.head = "\r\n".join(lines).encode()

    def bytes(self):
        return self.head + self.body


class Smuggling:
    """The tables, for one listener: `good()` is a Request, `address()` where to send it."""

    def exchange(self, data):
        """Sends bytes on a connection that stays open; returns all that comes until it ends."""
        with Connection(self.address().unchecked()) as connection:
            try:
                connection.send(data)
            except OSError:
                pass  # The server has had enough before the end.
            return connection.read_rest()

    def assert_table(self, table, statuses=("400",), answers=1):
        for name, change in table.items():
            with self.subTest(name):
                self.assert_refused_alone(change(self.good()), statuses, answers)

    def assert_refused_alone(self, data, statuses, answers=1):
        """One answer, a refusal, and the end: nothing was done, and nothing behind it is read."""
        with self.nothing_happens():
            rest = self.exchange(data + self.good().bytes())
        found = [piece[:3].decode("latin-1") for piece in rest.split(b"HTTP/1.1 ")[1:]]
        if found or "none" not in statuses:
            self.assertEqual(answers, len(found), rest)
            self.assertEqual(1, len(set(found)), rest)
            self.assertIn(found[0], statuses, rest)
            self.assertRegex(rest, rb"(?i)\r\nConnection: close\r\n")

    def test_the_good_request_is_good(self):
        """What the tables change is taken when nothing is changed, twice on one connection."""
        with Connection(self.address().unchecked()) as connection:
            connection.send(self.good().bytes() * 2)
            for _ in range(2):
                self.assertEqual(200, connection.read_final().status)

    def test_two_measures_of_a_body(self):
        self.assert_table(FRAMING)

    def test_lengths_that_are_none(self):
        self.assert_table(LENGTHS, answers=2)

    def test_chunks(self):
        self.assert_table(CHUNKS, ("400", "413"))

    def test_lines(self):
        self.assert_table(LINES)

    def test_first_lines(self):
        self.assert_table(FIRST_LINES, ("400", "505"))
        self.assert_table(NO_REQUESTS, ("none",))

    def test_hosts(self):
        self.assert_table(HOSTS)

    def test_what_is_too_long(self):
        self.assert_table(TOO_LONG, ("400", "413", "414", "431", "none"))

    def test_a_length_beyond_counting(self):
        self.assert_refused_alone(length(b"9" * 30)(self.good()), ("413",), answers=2)

    def test_nothing_behind_chunks_is_a_request(self):
        """Ends of lines and extensions in chunks are read as RFC 9112 forgives them, and perhaps
        not as a proxy does; so the connection ends with the answer, whatever stands behind it."""
        for name, text in {"good": b"%x\r\n%s\r\n0\r\n\r\n",
                           "bare LFs": b"%x\n%s\n0\n\n",
                           "an extension": b"%x;a=b\r\n%s\r\n0\r\n\r\n",
                           "an extension with a bare LF": b"%x;\n%s\r\n0\r\n\r\n",
                           "an extension with a bare CR": b"%x;a\rb\r\n%s\r\n0\r\n\r\n",
                           "a last chunk of many zeros": b"%x\r\n%s\r\n0000\r\n\r\n",
                           "a trailer": b"%x\r\n%s\r\n0\r\nX: y\r\n\r\n",
                           "a trailer with bare LFs": b"%x\r\n%s\r\n0\r\nX: y\n\n",
                           "a length in a trailer": b"%x\r\n%s\r\n0\r\nContent-Length: 9\r\n\r\n",
                           }.items():
            with self.subTest(name):
                rest = self.exchange(chunks(text)(self.good()) + self.good().bytes())
                self.assertEqual(1, rest.count(b"HTTP/1.1 "), rest)
                self.assertTrue(rest.startswith(b"HTTP/1.1 200"), rest)
                self.assertRegex(rest, rb"(?i)\r\nConnection: close\r\n")

    def test_the_answer_comes_whatever_stands_behind(self):
        """The connection is read on for a moment, so that no reset overtakes the answer."""
        for name, data in {"chunks": chunks(b"%x\r\n%s\r\n0\r\n\r\n")(self.good()),
                           "a bad head": add(b"X: a\x00\r\n")(self.good())}.items():
            for size in (0, 1000, 100000, 3000000):
                with self.subTest(name, size=size):
                    with Connection(self.address().unchecked()) as connection:
                        connection.send(data + b"x" * size)
                        answer = connection.read_final()
                        self.assertEqual(200 if name == "chunks" else 400, answer.status)

    def test_methods_that_proxies_answer_do_nothing(self):
        """TRACE echoes nothing, so no header of somebody else's comes back."""
        for method in (b"TRACE", b"CONNECT", b"OPTIONS", b"PROPFIND"):
            with self.subTest(method=method), self.nothing_happens():
                data = line(method + b" %t HTTP/1.1\r\n")(self.good())
                rest = self.exchange(data.replace(HOST, HOST + b"Connection: close\r\n"))
                self.assertTrue(rest.startswith(b"HTTP/1.1 405"), rest)
                self.assertNotIn(b"application/json\r\nContent-Length: %d" % len(self.good().body),
                                 rest)

    def test_a_long_head_in_pieces_is_a_head(self):
        """The walk along the library's pointers holds while its buffer grows and moves."""
        for lines in (b"X: y\r\n" * 300, b"X: " + b"y" * 40000 + b"\r\n",
                      (b"X: " + b"y" * 900 + b"\r\n") * 35):
            for piece_bytes in (7, 1000, 1460, 20000):
                with self.subTest(size=len(lines), piece=piece_bytes):
                    data = add(lines)(self.good())
                    with Connection(self.address().unchecked()) as connection:
                        for at in range(0, len(data), piece_bytes):
                            connection.send(data[at:at + piece_bytes])
                        self.assertEqual(200, connection.read_final().status)

    def test_what_is_forgiven_says_the_same_to_everybody(self):
        """Empty lines before a request, a line that begins with a NUL (the library takes it for an
        empty one: it ends where every reader sees its end), no blank or more behind a colon,
        capitals. A number of HTTP/1 above 1 is read as 1 (RFC 9110 §2.5)."""
        for name, change in {
                "an empty line": lambda request: b"\r\n" + request.bytes(),
                "a line of a NUL": lambda request: b"\x00\r\n" + request.bytes(),
                "no blank behind a colon": swap(HOST, b"Host:localhost\r\n"),
                "blanks behind a colon": swap(HOST, b"Host: \t localhost \t\r\n"),
                "capitals": coding(b"TRANSFER-ENCODING: Chunked\r\n"),
                "zeros before a length": lambda request: length(b"000%d" % len(request.body))(
                    request),
                "UTF-8 in a value": add("X: \u0436\r\n".encode()),
                "HTTP/1.9": line(b"%m %t HTTP/1.9\r\n")}.items():
            with self.subTest(name), Connection(self.address().unchecked()) as connection:
                connection.send(change(self.good()))
                self.assertEqual(200, connection.read_final().status)


class Public(Smuggling, StockdCase):
    """The public API."""

    def address(self):
        return self.server.address

    def good(self):
        return Request("PUT", stocks_path(self.campaign), [f"Api-Key: {FULL}"], attack())

    def nothing_happens(self):
        return self.nothing_changes()

    def test_a_key_ends_where_its_line_ends(self):
        """`KEY, NUL, junk` was read as KEY."""
        for tail in (b"\x00junk", b"\x00", b"\x00\r\nX: y"):
            with self.subTest(tail=tail):
                key = FULL.encode() + b"\r\n"
                self.assert_refused_alone(swap(key, FULL.encode() + tail + b"\r\n")(self.good()),
                                          ("400",))

    def test_a_key_in_a_trailer_opens_nothing(self):
        data = chunks(b"%x\r\n%s\r\n0\r\nApi-Key: " + FULL.encode() + b"\r\n\r\n")(self.good())
        with self.nothing_happens():
            rest = self.exchange(data.replace(f"Api-Key: {FULL}\r\n".encode(), b"", 1))
        self.assertTrue(rest.startswith(b"HTTP/1.1 401"), rest)


class Operator(Smuggling, OperatorCase):
    """The operator's listener."""

    def address(self):
        return self.server.operator_address

    def good(self):
        return Request("POST", "/api/v1/registry",
                       [f"Authorization: Bearer {self.server.operator_token()}"],
                       {"campaigns": [registry.build()["campaigns"][0]]})

    def nothing_happens(self):
        return self.nothing_changes()
