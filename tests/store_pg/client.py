"""A small client of PostgreSQL's protocol: plain queries and prepared statements, all in text.

`Client(url)` connects with a password (SCRAM) or without. `query(text)` gives rows of strings;
`prepare` and `execute` give rows and the command's tag. Refusals are `Refused`, with a SQLSTATE.
"""

import base64
import hashlib
import hmac
import secrets
import socket
import struct
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 60


class Refused(Exception):
    """An error of the server."""

    def __init__(self, fields):
        super().__init__(f"{fields.get('C')}: {fields.get('M')} {fields.get('W', '')}")
        self.state = fields.get("C")


def encode(value):
    """A value as the text that the server reads; None stays."""
    if value is None:
        return None
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, (list, tuple)):
        return ("{" + ",".join(map(_element, value)) + "}").encode()
    return str(value).encode()


def _element(value):
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Client:
    """One connection."""

    def __init__(self, url):
        at = urlsplit(url)
        self._socket = socket.create_connection((at.hostname, at.port), TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        user, self._password = unquote(at.username or ""), unquote(at.password or "")
        words = f"user\0{user}\0database\0{at.path[1:]}\0client_encoding\0UTF8\0\0".encode()
        self._socket.sendall(struct.pack("!ii", len(words) + 8, 3 << 16) + words)
        self._enter()

    def close(self):
        self._file.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def query(self, text):
        """Runs statements; returns the rows of all of them."""
        self._send(b"Q", text.encode() + b"\0")
        return self._answer()[0]

    def prepare(self, name, text, types=()):
        numbers = struct.pack(f"!h{len(types)}i", len(types), *types)
        self._send(b"P", name.encode() + b"\0" + text.encode() + b"\0" + numbers)
        self._send(b"S", b"")
        self._answer()

    def execute(self, name, values=()):
        """Returns (rows, tag)."""
        encoded = [encode(value) for value in values]
        parts = [struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
                 for value in encoded]
        bind = (b"\0" + name.encode() + b"\0" + struct.pack("!hh", 0, len(parts)) + b"".join(parts)
                + struct.pack("!h", 0))
        self._send(b"B", bind)
        self._send(b"E", b"\0" + struct.pack("!i", 0))
        self._send(b"S", b"")
        return self._answer()

    def _send(self, kind, body):
        self._socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def _receive(self):
        head = self._file.read(5)
        if len(head) < 5:
            raise ConnectionError("the server closed the connection")
        return head[:1], self._file.read(struct.unpack("!i", head[1:])[0] - 4)

    def _answer(self):
        """Reads up to the server's readiness."""
        rows, tag, refusal = [], "", None
        while True:
            kind, body = self._receive()
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"C":
                tag = body[:-1].decode()
            elif kind == b"E":
                refusal = Refused(_fields(body))
            elif kind == b"Z":
                break
        if refusal is not None:
            raise refusal
        return rows, tag

    def _enter(self):
        while True:
            kind, body = self._receive()
            if kind == b"E":
                raise Refused(_fields(body))
            if kind == b"Z":
                return
            if kind == b"R" and struct.unpack("!i", body[:4])[0] == 10:
                self._prove()

    def _prove(self):
        """SCRAM-SHA-256 (RFC 5802), without channel binding; the server's own proof is not held."""
        first = "n=,r=" + secrets.token_hex(12)
        message = f"n,,{first}".encode()
        self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(message)) + message)
        challenge = self._receive()[1][4:].decode()
        said = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(),
                                     base64.b64decode(said["s"]), int(said["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = f"c=biws,r={said['r']}"
        signature = hmac.digest(hashlib.sha256(key).digest(),
                                f"{first},{challenge},{last}".encode(), "sha256")
        proof = bytes(left ^ right for left, right in zip(key, signature))
        self._send(b"p", f"{last},p={base64.b64encode(proof).decode()}".encode())


def _row(body):
    count, = struct.unpack("!h", body[:2])
    at, row = 2, []
    for _ in range(count):
        size, = struct.unpack("!i", body[at:at + 4])
        at += 4
        row.append(None if size < 0 else body[at:at + size].decode())
        at += max(size, 0)
    return row


def _fields(body):
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}
