"""TLS of both listeners: what is spoken, certificates that are replaced, and what is refused.

Certificates are made by openssl in the test. That the whole contract holds through TLS is for
`STOCKD_TLS=1` (tests/harness/README.md); ./test runs a part of it so.
"""

import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import StockdCase, body_of, one, stocks_path
from tests.contract.registry import FULL
from tests.harness import certificates
from tests.harness.client import Address, Client, Connection, encode_request
from tests.harness.operator_client import Operator
from tests.harness.stockd import OVER_TLS, Stockd, binary

JSON = {"Api-Key": FULL, "Content-Type": "application/json"}


def served(address, context):
    """Returns the certificate that a new connection is shown, in DER."""
    with socket.create_connection(tuple(address), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.getpeercert(binary_form=True)


def in_der(certificate):
    """The first certificate of a PEM file."""
    text = pathlib.Path(certificate).read_text(encoding="ascii")
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text[:text.index(end)] + end + "\n")


class TlsCase(StockdCase):
    """A server whose two listeners have TLS, with files that a test may replace."""

    more = ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="stockd-tls-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.authority = certificates.Authority(cls.folder)
        cls.certificate, cls.key = cls.authority.pair("first")
        cls.options = ("--no-limits", "--tls-cert", cls.certificate, "--tls-key", cls.key,
                       "--operator-tls-cert", cls.certificate, "--operator-tls-key", cls.key,
                       *cls.more)
        cls.context = cls.authority.context()
        cls.server = Stockd(registry.build(), *cls.options)
        cls.server.tls = cls.context
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls._spare = iter(registry.SPARE)
        cls._numbers = iter(range(1, 1000000))

    def plain(self):
        """Returns a connection to the public listener that speaks no TLS."""
        connection = Connection(Address(*self.server.address, None))
        self.addCleanup(connection.close)
        return connection


class Speaking(TlsCase):

    def test_both_listeners_serve_through_it(self):
        self.put_count("A", 3)
        self.assertEqual(3, self.count("A"))
        operator = Operator(self.server)
        self.addCleanup(operator.close)
        self.assertEqual(200, operator.get("/registry").status)
        self.assertEqual(200, self.server.operator("/healthz").status)

    def test_a_body_of_many_records_is_one_body(self):
        """TLS cuts into records of 16 KiB, and what the library has decrypted makes no socket
        readable: nothing may be left lying there."""
        self.assert_ok(self.put(body_of(*(one(f"{'x' * 200}{i}", i) for i in range(2000)))))
        connection = self.raw()
        request = self.put_bytes(body_of(*(one(f"S{i}", i) for i in range(500))))
        connection.send(request * 20)
        for _ in range(20):
            self.assert_ok(connection.read_final())

    def test_tls_1_2_and_1_3_are_spoken_with_ciphers_that_authenticate(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                context = self.authority.context()
                context.minimum_version = context.maximum_version = version
                with Connection(Address(*self.server.address, "public", context)) as connection:
                    answer = connection.request("POST", stocks_path(self.campaign), JSON, {})
                    self.assertEqual(200, answer.status)
                    name, _, bits = connection.socket.cipher()
                    self.assertRegex(name, "GCM|CHACHA20")
                    self.assertGreaterEqual(bits, 128)
                    if version == ssl.TLSVersion.TLSv1_2:
                        self.assertRegex(name, "^ECDHE")

    def test_older_versions_and_weaker_ciphers_are_refused(self):
        """No TLS 1.1, no CBC, no key exchange that a stolen key opens afterwards."""
        for words in (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                      ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES256-SHA"],
                      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"],
                      ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:aNULL:@SECLEVEL=0"]):
            with self.subTest(words=words):
                ended = subprocess.run(["openssl", "s_client", "-connect",
                                        "%s:%d" % self.server.address, *words], check=False,
                                       stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
                self.assertNotEqual(0, ended.returncode, ended.stdout)
                self.assertIn(b"Cipher is (NONE)", ended.stdout)

    def test_http_1_1_is_what_is_agreed_on(self):
        context = self.authority.context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with Connection(Address(*self.server.address, "public", context)) as connection:
            self.assertEqual("http/1.1", connection.socket.selected_alpn_protocol())

    def test_plain_http_is_told_so(self):
        """In words that curl shows, on both listeners; and others are served."""
        for address in (self.server.address, self.server.operator_address):
            with Connection(Address(*address, None)) as connection:
                connection.send(encode_request("GET", "/", {}))
                answer = connection.read_final("GET")
                self.assertEqual(400, answer.status)
                self.assertIn(b"speaks HTTPS", answer.body)
                self.assertEqual(b"", connection.read_rest())
        self.assert_alive()

    def test_what_is_neither_ends_the_connection(self):
        for data in (b"\x00" * 100, b"\xff" * 70000, b"\x16\x03\x01\xff\xff" + b"x" * 70000,
                     b"\x15\x03\x01\x00\x02\x02\x28", b"\x80\x2e\x01\x00\x02", b"\n\n"):
            with self.subTest(data=data[:10]):
                connection = self.plain()
                try:
                    connection.send(data)
                except OSError:
                    pass  # The server has had enough before the end.
                connection.finish_sending()
                self.assertNotIn(b"HTTP/", connection.read_rest())
        self.assert_alive()

    def test_a_client_that_does_not_trust_it_harms_nobody(self):
        for _ in range(20):
            with self.assertRaises(ssl.SSLError):
                served(self.server.address, ssl.create_default_context())
        self.assert_alive()


class Plain(StockdCase):
    """TLS sent to a listener of plain HTTP."""

    @unittest.skipIf(OVER_TLS, "here all listeners speak TLS")
    def test_tls_to_a_plain_listener_ends_soon(self):
        for address in (self.server.address, self.server.operator_address):
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                served(address, ssl.create_default_context())
        self.assert_alive()

    def test_a_hangup_without_certificates_changes_nothing(self):
        os.kill(self.server.process_id(), signal.SIGHUP)
        self.eventually(lambda: "event=nothing_to_reload" in self.server.stderr_text()
                        or "event=tls_loaded" in self.server.stderr_text())
        self.assert_alive()


class Slow(TlsCase):
    """Handshakes that hang are bounded in time, as heads are."""

    more = ("--request-timeout", "1", "--idle-timeout", "4")

    def hello(self):
        """Returns the first bytes of a handshake."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        handshake = self.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            handshake.do_handshake()
        return outgoing.read()

    def test_a_handshake_that_stops_ends(self):
        silent = self.plain()
        connections = [self.plain() for _ in range(4)]
        for connection, size in zip(connections, (1, 5, 100, len(self.hello()))):
            connection.send(self.hello()[:size])
        for connection in connections:
            connection.read_rest()
        self.assertEqual(b"", silent.read_rest())
        self.assert_alive()

    def test_a_handshake_takes_a_place_and_gives_it_back(self):
        connections = [self.plain() for _ in range(30)]
        for connection in connections:
            connection.send(self.hello()[:50])
        for connection in connections:
            connection.read_rest()
        self.assert_alive()


class Idle(TlsCase):

    more = ("--request-timeout", "1", "--idle-timeout", "600")

    def test_after_the_handshake_a_connection_is_idle_and_no_slow_head(self):
        """It has --idle-timeout: clients keep connections ready. A head that began with the last
        bytes of the handshake has --request-timeout."""
        connection = self.raw()
        slow = Connection(self.server.address.unchecked())
        self.addCleanup(slow.close)
        slow.send(b"P")
        slow.read_rest()
        self.assertEqual(200, connection.request("POST", stocks_path(self.campaign), JSON,
                                                 {}).status)


class Full(TlsCase):
    """One connection too many, before its handshake."""

    more = ("--connections", "2")

    def test_it_is_told_so_in_an_alert(self):
        kept = [self.raw() for _ in range(2)]
        for connection in kept:
            self.assertEqual(200, connection.request("POST", stocks_path(self.campaign), JSON,
                                                     {}).status)
        with self.assertRaisesRegex(ssl.SSLError, "(?i)alert.internal.error"):
            served(self.server.address, self.context)
        for connection in kept:
            self.assertEqual(200, connection.request("POST", stocks_path(self.campaign), JSON,
                                                     {}).status)


class Reload(TlsCase):

    def reload(self, word):
        """SIGHUP, and waits until both listeners have said this once more."""
        count = self.server.stderr_text().count(word)
        os.kill(self.server.process_id(), signal.SIGHUP)
        self.eventually(lambda: self.server.stderr_text().count(word) >= count + 2)

    def replace(self, certificate=None, key=None):
        if certificate is not None:
            self.certificate.write_bytes(pathlib.Path(certificate).read_bytes())
        if key is not None:
            self.key.write_bytes(pathlib.Path(key).read_bytes())

    def test_new_connections_get_the_new_certificate_and_old_ones_go_on(self):
        for name, kind in (("second", certificates.CURVE), ("third", certificates.RSA)):
            with self.subTest(name):
                former = served(self.server.address, self.context)
                kept = self.raw()
                self.assert_ok(self.put_on(kept, name))
                half = self.raw()
                request = self.put_bytes(body_of(one("half", 1)))
                half.send(request[:60])
                certificate, key = self.authority.pair(name, kind=kind)
                self.replace(certificate, key)
                self.reload("event=tls_loaded")
                for address in (self.server.address, self.server.operator_address):
                    shown = served(address, self.context)
                    self.assertEqual(in_der(certificate), shown)
                    self.assertNotEqual(former, shown)
                self.assert_ok(self.put_on(kept, name))
                half.send(request[60:])
                self.assert_ok(half.read_final())

    def put_on(self, connection, sku):
        return connection.request("PUT", stocks_path(self.campaign), JSON, body_of(one(sku, 1)))

    def test_a_pair_that_is_none_is_refused_and_the_former_one_stays(self):
        certificate, key = self.certificate.read_bytes(), self.key.read_bytes()
        _, other_key = self.authority.pair("other")

        def restore():
            self.certificate.write_bytes(certificate)
            self.key.write_bytes(key)
            self.key.chmod(0o600)
            self.reload("event=tls_loaded")
        self.addCleanup(restore)
        shown = served(self.server.address, self.context)
        for name, damage, words in (
                ("another key", lambda: self.replace(key=other_key), "not the key of"),
                ("no key", lambda: self.key.write_text("x"), "no private key in PEM form"),
                ("no certificate", lambda: self.certificate.write_text("x"), "no certificate in"),
                ("gone", self.certificate.unlink, "No such file")):
            with self.subTest(name):
                damage()
                self.reload("event=tls_not_reloaded")
                self.assertIn(words, self.server.stderr_text().splitlines()[-1])
                self.assertEqual(shown, served(self.server.address, self.context))

    def test_many_reloads_while_clients_come(self):
        pairs = [self.authority.pair(f"turn{i}") for i in range(2)]
        for turn in range(20):
            self.replace(*pairs[turn % 2])
            os.kill(self.server.process_id(), signal.SIGHUP)
            for _ in range(5):
                self.api.close()
                self.put_count("A", turn)
        self.assert_alive()


class Start(unittest.TestCase):
    """What keeps stockd from starting, with words, and what it only warns of."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stockd-tls-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.authority = certificates.Authority(self.folder)
        self.certificate, self.key = self.authority.pair("good")

    def run_it(self, *words):
        """Runs stockd until it ends by itself; returns its exit code and what it said."""
        ended = subprocess.run([str(binary()), "--data", str(self.folder / "data"), "--listen",
                                "127.0.0.1:0", "--operator-listen", "127.0.0.1:0",
                                *map(str, words)], check=False, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return ended.returncode, ended.stdout.decode()

    def assert_refused(self, certificate, key, words, option="--tls"):
        code, said = self.run_it(f"{option}-cert", certificate, f"{option}-key", key)
        self.assertEqual(1, code, said)
        self.assertIn("event=tls_not_loaded", said)
        self.assertIn(words, said)
        self.assertFalse((self.folder / "data").exists(), "nothing is done before")

    def test_what_is_wrong_with_the_files_is_told(self):
        _, other = self.authority.pair("other")
        empty, folder = self.folder / "empty", self.folder / "folder"
        empty.touch(mode=0o600)
        folder.mkdir(mode=0o700)
        locked = self.folder / "locked.key"
        certificates.openssl("ec", "-in", self.key, "-aes128", "-passout", "pass:x", "-out",
                             locked)
        locked.chmod(0o600)
        nowhere = self.folder / "nowhere"
        for certificate, key, words in (
                (nowhere, self.key, f"{nowhere}: No such file"),
                (self.certificate, nowhere, f"{nowhere}: No such file"),
                (self.certificate, other, f"{other}: not the key of the certificate in"),
                (self.key, self.key, f"{self.key}: no certificate in PEM form"),
                (self.certificate, empty, f"{empty}: no private key in PEM form"),
                (empty, self.key, f"{empty}: no certificate in PEM form"),
                (self.certificate, locked, f"{locked}: no private key in PEM form"),
                (self.certificate, folder, f"{folder}: not a regular file"),
                ("/dev/null", self.key, "/dev/null: not a regular file")):
            for option in ("--tls", "--operator-tls"):
                with self.subTest(words=words, option=option):
                    self.assert_refused(certificate, key, words, option)

    def test_a_key_that_everybody_may_read_is_refused(self):
        """A group may: that is how a server's user is given a key that root owns."""
        for mode in (0o644, 0o604, 0o602):
            with self.subTest(mode=oct(mode)):
                self.key.chmod(mode)
                self.assert_refused(self.certificate, self.key, "chmod o-rwx")
        self.key.chmod(0o640)
        self.start_and_stop(self.certificate, self.key)

    def test_one_without_the_other_is_wrong_usage(self):
        for words in (["--tls-cert", "x"], ["--tls-key", "x"], ["--operator-tls-cert", "x"],
                      ["--operator-tls-key", "x"]):
            with self.subTest(words=words):
                code, said = self.run_it(*words)
                self.assertEqual(2, code, said)
                self.assertIn("go together", said)

    def start_and_stop(self, certificate, key):
        """Returns what it said in a life of its own."""
        server = Stockd(registry.build(), "--tls-cert", certificate, "--tls-key", key)
        try:
            server.tls = self.authority.context()
            server.start()
            return server.stderr_text()
        finally:
            server.stop()

    def test_a_certificate_that_is_over_is_a_warning(self):
        self.assertNotIn("level=warn event=tls_out_of_date",
                         self.start_and_stop(self.certificate, self.key))
        self.assertIn("level=warn event=tls_out_of_date",
                      self.start_and_stop(*self.authority.pair("old", days=-1)))

    def test_the_metrics_tell_when_a_certificate_ends(self):
        server = Stockd(registry.build(), "--tls-cert", self.certificate, "--tls-key", self.key)
        self.addCleanup(server.stop)
        server.start()
        ends = ssl.cert_time_to_seconds(self.ends())
        self.assertEqual(ends, server.metrics()['stockd_tls_certificate_end_seconds'
                                                '{listener="public"}'])

    def ends(self):
        text = certificates.openssl("x509", "-in", self.certificate, "-noout", "-enddate")
        return text.decode().strip().split("=", 1)[1]


class Smoke(TlsCase):
    """A client that keeps nothing: a handshake for each request, many at once."""

    def test_a_hundred_clients(self):
        clients = [Client(self.server.address) for _ in range(100)]
        for index, client in enumerate(clients):
            answer = client.request("PUT", stocks_path(self.campaign), JSON,
                                    body_of(one(f"S{index}", index)))
            self.assert_ok(answer)
        for client in clients:
            client.close()
        self.assertEqual(100, len(self.skus(query={"limit": 200})))
