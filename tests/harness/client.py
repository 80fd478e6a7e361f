"""A tiny HTTP client whose every byte is in the test's hands.

`Client` is for ordinary requests: one kept connection, opened again when the server closed it.
`Connection` is one socket: send any bytes, read answers one by one, also pipelined and 1xx ones.
Nothing here retries: a request that gets no answer raises `NoAnswer`.
Each answer that comes from an `Address` is held against openapi.yaml and may raise `Mismatch`.
"""

import collections
import http.client
import json
import re
import socket
import ssl
import struct

from tests.harness import openapi

TIMEOUT_S = 60
REQUEST_LINE = re.compile(rb"(\S+) (\S+) HTTP/1\.[01]\r\n")


class Address(tuple):
    """Host and port; whose listener is there, a name of tests/harness/openapi.py; and how to speak
    TLS with it, an ssl.SSLContext, or None for plain HTTP."""

    def __new__(cls, host, port, listener, tls=None):
        address = super().__new__(cls, (host, port))
        address.listener = listener
        address.tls = tls
        return address

    def unchecked(self):
        """The same, and its answers are not held against the document."""
        return Address(*self, None, self.tls)


class NoAnswer(AssertionError):
    """The connection ended, or stayed silent, where an answer was due."""


class Answer:
    """One response: status line, headers, body."""

    def __init__(self, version, status, reason, headers, body):
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body

    def header(self, name):
        """Returns the first header of that name, or None."""
        return self.headers.get(name)

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8", errors="strict"))

    @property
    def errors(self):
        return self.json.get("errors", [])

    @property
    def message(self):
        """The first error's message; empty when there is none."""
        return self.errors[0]["message"] if self.errors else ""

    @property
    def code(self):
        return self.errors[0]["code"] if self.errors else ""

    def closes(self):
        """Does the server end the connection after this answer?"""
        said = (self.header("Connection") or "").lower()
        return said == "close" or (self.version == "HTTP/1.0" and said != "keep-alive")

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def encode_body(body):
    """Bytes stay as they are, text becomes UTF-8, anything else becomes JSON."""
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8")
    return json.dumps(body, ensure_ascii=False).encode("utf-8")


def encode_request(method, path, headers=None, body=None, version="HTTP/1.1"):
    """Returns the request's bytes. A header given as None is left out, a list is repeated."""
    data = encode_body(body)
    fields = {"Host": "localhost"}
    if data is not None:
        fields["Content-Length"] = str(len(data))
    fields.update(headers or {})
    lines = [f"{method} {path} {version}"]
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        lines += [f"{name}: {one}" for one in values if one is not None]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (data or b"")


def encode_chunks(data, chunk_bytes=65536, end=True):
    """Returns `data` in chunked transfer coding, with or without the last chunk."""
    parts = []
    for start in range(0, len(data), chunk_bytes):
        piece = data[start:start + chunk_bytes]
        parts.append(b"%x\r\n%s\r\n" % (len(piece), piece))
    return b"".join(parts) + (b"0\r\n\r\n" if end else b"")


class Asked:
    """What was asked on a connection and waits for its answer, as far as the bytes sent show it.

    A send() begins a request, or goes on with the last one. Where it begins in the middle of a
    first line, or has several requests in it, nothing is told from then on.
    """

    def __init__(self):
        self._waiting = collections.deque()
        self._lost = False

    def sent(self, data):
        found = REQUEST_LINE.match(data)
        if data.count(b" HTTP/1.") > 1 or not (found or self._waiting):
            self._lost = True
        elif found:
            self._waiting.append((found[1].decode("latin-1"), found[2].decode("latin-1")))

    def answered(self):
        """Returns method and target of the request whose answer has come, or None."""
        if self._lost or not self._waiting:
            return None
        return self._waiting.popleft()


class Connection:
    """One TCP connection to the server."""

    def __init__(self, address):
        self._listener = getattr(address, "listener", None)
        self._asked = Asked()
        self.socket = socket.create_connection(address, timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if getattr(address, "tls", None) is not None:
            self.socket = address.tls.wrap_socket(self.socket, server_hostname="localhost")
        self._reader = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self._asked.sent(data)
        self.socket.sendall(data)

    def request(self, method, path, headers=None, body=None, version="HTTP/1.1"):
        """Sends one request and returns its final answer."""
        self.send(encode_request(method, path, headers, body, version))
        return self.read_final(method)

    def read_final(self, method="PUT"):
        """Returns the next answer that is not 1xx."""
        while True:
            answer = self.read_answer(method)
            if answer.status >= 200:
                return answer

    def read_answer(self, method="PUT"):
        """Returns the next answer, 1xx included."""
        try:
            answer = self._read_answer(method)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise NoAnswer(f"no whole answer: {problem!r}") from problem
        if answer.status >= 200:
            self._check(answer)
        return answer

    def _check(self, answer):
        asked = self._asked.answered()
        if self._listener is not None and asked is not None:
            openapi.check(self._listener, *asked, answer)
        elif self._listener is not None:
            openapi.check_alone(self._listener, answer)

    def _read_answer(self, method):
        line = self._reader.readline(65537)
        if not line:
            raise NoAnswer("the connection ended before an answer")
        version, status, reason = (line.decode("latin-1").strip() + "  ").split(" ", 2)
        status = int(status)
        headers = http.client.parse_headers(self._reader)
        if status < 200 or status in (204, 304) or method == "HEAD":
            body = b""
        elif (headers.get("Transfer-Encoding") or "").lower() == "chunked":
            body = self._read_chunks()
        elif headers.get("Content-Length") is not None:
            body = self._read_exactly(int(headers["Content-Length"]))
        else:
            body = self._reader.read()
        return Answer(version, status, reason.strip(), headers, body)

    def _read_exactly(self, count):
        data = self._reader.read(count)
        if len(data) != count:
            raise NoAnswer(f"the answer's body ended after {len(data)} of {count} bytes")
        return data

    def _read_chunks(self):
        body = b""
        while True:
            size = int(self._reader.readline().split(b";")[0], 16)
            body += self._read_exactly(size)
            if self._reader.readline().strip() or size == 0:
                return body

    def finish_sending(self):
        """Closes our half: the server sees the end of what we say, we can still read."""
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_WR)  # Of the TCP below a TLS.
        except OSError:
            pass  # The server was quicker and has closed already.

    def read_rest(self):
        """Returns all bytes until the server ends the connection, by close or by reset."""
        data = b""
        try:
            while True:
                piece = self._reader.read1(65536)
                if not piece:
                    return data
                data += piece
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return data
        except socket.timeout as problem:
            raise NoAnswer("the server neither answered nor closed") from problem

    def reset(self):
        """Goes away rudely: the server gets a TCP reset."""
        self._reader.close()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self._reader.close()
        self.socket.close()


class Client:
    """Ordinary requests over one kept connection. Not for use by several threads at once."""

    def __init__(self, address):
        self.address = address
        self.untils = set()  # Every X-RateLimit-Resource-Until seen since it was last cleared.
        self._connection = None

    def request(self, method, path, headers=None, body=None):
        """Sends one request and returns its final answer."""
        if self._connection is None:
            self._connection = Connection(self.address)
        try:
            answer = self._connection.request(method, path, headers, body)
        except (OSError, NoAnswer):
            self.close()
            raise
        self.untils.add(answer.header("X-RateLimit-Resource-Until"))
        if answer.closes():
            self.close()
        return answer

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
