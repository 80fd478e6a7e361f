"""No secret is told: not in the log, the command line, the environment, the folder, an answer to
anybody else, a page, the query log, a core file; and what was read only once is wiped.

The token that a shop is asked with is kept in the journal as it is, as it has to be sent again
(SECURITY.md); even that stands nowhere else.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import StockdCase, body_of, one, stocks_path
from tests.contract.registry import C, FULL, OAUTH, REVOKED, WRITER
from tests.harness import certificates
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import OVER_TLS, Stockd, binary, is_sanitized

WRONG_KEY = "ACMA:WrongKeyWrongKeyWrongKeyWrongKeyWrongKeyW:0000000f"
WRONG_OAUTH = "y0_WrongOAuthTokenWrongOAuthToken"
WRONG_OPERATOR = "WrongOperatorTokenWrongOperatorToken"
PUSH_TOKEN = "PushTokenOfTheShopPushTokenOfTheShop"
NOBODY = 65534
PIECE_BYTES = 1024 * 1024


class Secrets(StockdCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="stockd-secrets-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        authority = certificates.Authority(cls.folder)
        certificate, cls.key = authority.pair("server")
        cls.options = ("--log-level", "debug", "--request-log-days", "1", "--tls-cert",
                       certificate, "--tls-key", cls.key, "--operator-tls-cert", certificate,
                       "--operator-tls-key", cls.key)
        cls.server = Stockd(registry.build(), *cls.options)
        cls.server.tls = authority.context()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls._spare = iter(registry.SPARE)
        cls._numbers = iter(range(1, 1000000))

    def use_all(self):
        """Uses every secret in every place where one is read. Returns the secrets, by name, and
        the answers, without the one that shows a new key."""
        operator = Operator(self.server)
        self.addCleanup(operator.close)
        made = operator.send("POST", "/tokens", {
            "name": "fresh", "businessId": registry.BUSINESS, "scopes": ["all-methods"]})
        self.assertEqual(200, made.status, made)
        fresh = re.search(r"ACMA:\w{40}:\w{8}", made.body.decode())[0]
        answers = [operator.send("POST", "/registry", {"campaigns": [{
            "id": C, "businessId": registry.BUSINESS, "domain": "x", "placementType": "FBS",
            "push": {"url": "http://127.0.0.1:1/x", "token": PUSH_TOKEN, "periodSeconds": 60}}]})]
        path = stocks_path(C)
        body = body_of(one("A", 1))
        for key in (FULL, WRITER, REVOKED, fresh, WRONG_KEY):
            answers.append(self.send("PUT", path, body, key))
            answers.append(self.send("PUT", path, "{", key))
            answers.append(self.send("GET", "/nothing", token=key))
            answers.append(self.send("PUT", path, body, None,
                                     {"Authorization": f"Bearer {key}"}))
            answers.append(self.send("PUT", path, body, [key, key]))
            answers.append(self.raw().request("PUT", path, {"Api-Key": key + "\x01"}, body))
        for token in (OAUTH, WRONG_OAUTH):
            for text in (f"Bearer {token}", f'OAuth oauth_token="{token}", oauth_client_id="x"',
                         f"Basic {token}", token):
                answers.append(self.send("PUT", path, body, None, {"Authorization": text}))
        for token in (WRONG_OPERATOR, self.server.operator_token() + "x", FULL):
            answers.append(operator.send("GET", "/registry",
                                         headers={"Authorization": f"Bearer {token}"}))
        answers.append(operator.send("POST", "/tokens/revoke", {
            "name": "fresh", "businessId": registry.BUSINESS}))
        pages = Client(self.server.operator_address)
        self.addCleanup(pages.close)
        for page in ("/", "/healthz", "/readyz", "/metrics", "/nothing"):
            answers.append(pages.request("GET", page))
        for shown in ("/tokens?businessId=%d" % registry.BUSINESS, "/requests?limit=500", "/push"):
            answers.append(operator.send("GET", shown))
        known = operator.send("GET", "/registry").json
        shop, = (row["push"] for row in known["campaigns"] if "push" in row)
        self.assertEqual(PUSH_TOKEN, shop.pop("token"))  # The operator's own document.
        answers.append(json.dumps(known))
        return {"FULL": FULL, "WRITER": WRITER, "REVOKED": REVOKED, "fresh": fresh,
                "OAUTH": OAUTH, "operator": self.server.operator_token(), "push": PUSH_TOKEN,
                "wrong key": WRONG_KEY, "wrong OAuth": WRONG_OAUTH,
                "wrong operator": WRONG_OPERATOR,
                "TLS key": self.key.read_text().splitlines()[1]}, answers

    def places(self, answers):
        """Yields (name, bytes) of everything that somebody may get to see."""
        proc = pathlib.Path(f"/proc/{self.server.process_id()}")
        yield "log", self.server.stderr_text().encode()
        yield "command line", (proc / "cmdline").read_bytes()
        yield "environment", (proc / "environ").read_bytes()
        for answer in answers:
            head = "" if isinstance(answer, str) else str(answer.headers)
            yield "answer", (head + (answer if isinstance(answer, str)
                                     else answer.body.decode("utf-8"))).encode()
        for path in (self.server.folder / "data").rglob("*"):
            if path.is_file() and path.name != "operator.token":
                yield str(path.relative_to(self.server.folder)), path.read_bytes()
        if self.server.database is not None:
            yield "database", "\n".join(self.server.database.sql(
                "SELECT name, encode(content, 'escape') FROM document")).encode()

    def test_they_stand_nowhere(self):
        secrets, answers = self.use_all()
        self.server.kill()
        self.server.start()  # What a crash leaves, and what a start says of it.
        seen = set()
        for place, text in self.places(answers):
            seen.add(place.split("/")[1] if place.startswith("data/") else place)
            for name, secret in secrets.items():
                if name == "push" and place.startswith(("data/journal/", "data/checkpoints/",
                                                        "database")):
                    continue
                self.assertFalse(secret.encode() in text, f"{name} in {place}")
        store = "journal" if self.server.database is None else "database"
        self.assertLessEqual({"log", "command line", "environment", "answer", store, "requests"},
                             seen)

    def test_what_was_read_once_is_wiped(self):
        """The memory of a running stockd has no key of its registry file any more, no operator's
        token, no text of its TLS key."""
        server = Stockd(registry.build(), *self.options)
        self.addCleanup(server.stop)
        server.tls = self.server.tls
        for start in ("the first", "the second"):
            server.start()
            memory = self.memory(server)
            self.assertTrue(registry.build()["businesses"][0]["name"].encode() in memory)
            for name, secret in {"FULL": FULL, "OAUTH": OAUTH,
                                 "operator": server.operator_token(),
                                 "TLS key": self.key.read_text().splitlines()[1]}.items():
                with self.subTest(name, start=start):
                    self.assertFalse(secret.encode() in memory, "still there")
            server.kill()

    @unittest.skipIf(OVER_TLS, "GnuTLS keeps the last records that it has read (SECURITY.md)")
    def test_what_the_operator_sent_is_wiped(self):
        server = Stockd(registry.build())
        self.addCleanup(server.stop)
        server.start()
        operator = Operator(server)
        self.addCleanup(operator.close)
        key = "ACMA:SentByTheOperatorSentByTheOperatorSentBy:00000010"
        # Far behind: what a later, shorter body overwrites by chance proves nothing.
        answer = operator.send("POST", "/registry", " " * 5000 + json.dumps({"tokens": [{
            "name": "sent", "businessId": registry.BUSINESS, "scopes": ["all-methods"],
            "apiKey": key}]}))
        self.assertEqual(200, answer.status, answer)
        made = operator.send("POST", "/tokens", {
            "name": "made", "businessId": registry.BUSINESS, "scopes": ["all-methods"]})
        fresh = re.search(r"ACMA:\w{40}:\w{8}", made.body.decode())[0]
        self.assertEqual(200, operator.send("GET", "/registry").status)
        memory = self.memory(server)
        self.assertTrue(b'"apiKeySha256":"' in memory)
        for secret in (key, fresh):
            self.assertFalse(secret.encode() in memory, "still there")
    def memory(self, server):
        """Returns what the process can write to: much, so it is for `in`, not for messages."""
        if is_sanitized():
            self.skipTest("a sanitizer keeps what was freed, and terabytes beside it")
        proc = pathlib.Path(f"/proc/{server.process_id()}")
        pieces = []
        try:
            with open(proc / "mem", "rb", buffering=0) as file:
                for line in (proc / "maps").read_text().splitlines():
                    found = re.match(r"(\w+)-(\w+) rw", line)
                    if found:
                        first, end = (int(text, 16) for text in found.groups())
                        file.seek(first)
                        for at in range(first, end, PIECE_BYTES):
                            piece = file.read(min(PIECE_BYTES, end - at)) or b""
                            pieces.append(piece if piece.count(0) < len(piece) else b"")
        except PermissionError:
            self.skipTest("another process's memory is not ours to read")
        return b"".join(pieces)


class Cores(unittest.TestCase):
    """A crash leaves no core, and nobody of the same user attaches."""

    def setUp(self):
        if is_sanitized() or binary().suffix == ".py":
            self.skipTest("a sanitizer takes the signal; a sandbox cannot be copied")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stockd-cores-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, *options):
        """Starts a stockd that might dump, as nobody where we may; returns the process."""
        program = shutil.copy(binary(), self.folder / "stockd")
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if who:
            os.chown(self.folder, NOBODY, NOBODY)
        limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
            self.skipTest("the limit on core files is not ours to lift")
        process = subprocess.Popen(
            [program, "--data", self.folder / "data", "--listen", "127.0.0.1:0",
             "--operator-listen", "127.0.0.1:0", *options], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, limits), **who)
        self.addCleanup(process.stdout.close)
        self.assertIn(b"event=ready", process.stdout.readline())
        return process

    def owner(self, process):
        """Whose its /proc is: root's, when nobody else may look into it."""
        return os.stat(f"/proc/{process.pid}/environ").st_uid

    def dumps(self, process):
        """Crashes it; says whether the system wrote a core."""
        process.send_signal(signal.SIGSEGV)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -os.WTERMSIG(status)
        self.assertEqual(-signal.SIGSEGV, process.returncode)
        return os.WCOREDUMP(status)

    def test_without_the_option_there_is_none(self):
        process = self.start()
        self.assertEqual(0, self.owner(process))
        limit, = re.findall(r"^Max core file size\s+(\S+)",
                            pathlib.Path(f"/proc/{process.pid}/limits").read_text(), re.MULTILINE)
        self.assertEqual("0", limit)
        self.assertFalse(self.dumps(process))

    def test_with_the_option_there_may_be(self):
        """So the test above can fail."""
        process = self.start("--core-dumps")
        self.assertEqual(NOBODY if os.getuid() == 0 else os.getuid(), self.owner(process))
        core_goes_to = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
        dumped = self.dumps(process)
        if not core_goes_to.startswith(("|", "/")):
            self.assertTrue(dumped)
