"""Runs one life of a stockd after another, in each of which another call fails, and judges them.

`Life(fault)` is one: start, tests/fault/script.py, SIGTERM, a start without faults and the audit.
`sweep(make_life, faults)` runs many and gives a `Tally`: how they ended, what was wrong.
"""

import collections
import concurrent.futures
import contextlib
import copy
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

from tests.fault.audit import audit
from tests.fault.facts import Facts
from tests.fault.program import Fault, Program
from tests.fault.script import Broken, Script, Server
from tests.harness import certificates
from tests.harness.client import Address
from tests.harness.stockd import SANITIZER, binary

READY_S_MAX = 60
END_S_MAX = 60
DYING_S = 0.05
JOURNAL_FAILED = 74
CHUNK = 16


class Life:
    """`ended` says how it went, `wrong` what may not be, `hit` which call failed."""

    deadly = ()  # Libraries that end the process by a signal when an allocation of theirs fails.

    def __init__(self, fault, shop_url=None, options=()):
        self.fault = fault
        self.options = options
        self.tls = None  # How its listeners are spoken to, an ssl.SSLContext.
        self.wrong = []
        self.ended = "?"
        self.hit = None
        self.calls = {}
        self.unavailable = self.unanswered = 0
        self.facts = Facts()
        self.script = Script(self.facts, shop_url)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stockd-fault-"))

    def run(self):
        """Runs it to its end; returns self."""
        try:
            self.write_files()
            self.run_with_fault()
            self._run_again()
        except (Broken, AssertionError) as problem:
            self.wrong.append(str(problem))
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return self

    def write_files(self):
        """What stands in the folder before the start."""
        (self.folder / "registry.json").write_text(json.dumps(self.script.registry))

    def _start(self, fault):
        command = [binary(), "--data", self.folder / "data", "--registry",
                   self.folder / "registry.json", "--listen", "127.0.0.1:0",
                   "--operator-listen", "127.0.0.1:0", "--threads", "2",
                   "--push-retry-ms", "10", "--no-limits", *self.options]
        return Program(command, fault, self.folder)

    def _server(self, program):
        """Waits until it is ready. None: it ended before."""
        text = b""
        deadline = time.monotonic() + READY_S_MAX
        stdout = program.process.stdout
        while b"\n" not in text and time.monotonic() < deadline:
            if not select.select([stdout], [], [], 0.2)[0]:
                continue
            piece = os.read(stdout.fileno(), 4096)
            if not piece:
                return None
            text += piece
        fields = dict(word.split("=", 1) for word in text.decode().split() if "=" in word)
        if "listen" not in fields or "operator" not in fields:
            raise Broken(f"neither ready nor ended in {READY_S_MAX} s: {text!r}")

        def address(name):
            host, port = fields[name].rsplit(":", 1)
            return Address(host, int(port), None, self.tls)
        return Server(address("listen"), address("operator"),
                      self.folder / "data" / "operator.token")

    def run_with_fault(self):
        program = self._start(self.fault)
        try:
            server = self._server(program)
            if server is not None:
                self._send(server, program)
        except Broken as problem:
            self.wrong.append(str(problem))
        if program.process.poll() is None:
            program.process.send_signal(signal.SIGTERM)
        status = program.wait(END_S_MAX)
        self.hit = program.hit
        self.calls = program.calls
        self._judge_end(status, server is not None, program.stderr())

    def _send(self, server, program):
        """A server that is just dying is waited for: then nobody can tell that it still runs."""
        def alive():
            if server.unanswered == 0:
                return True
            try:
                program.process.wait(DYING_S)
            except subprocess.TimeoutExpired:
                return True
            return False
        try:
            self.script.run(server, alive)
        finally:
            self.unavailable = server.unavailable
            self.unanswered = server.unanswered
            server.close()

    def _judge_end(self, status, was_ready, log):
        errors = [line for line in log.splitlines() if "level=error" in line]
        if SANITIZER.search(log) or "event=bug" in log:
            self.wrong.append(f"it says\n{log[-3000:]}")
        if status is None:
            self.ended = "hung"
            self.wrong.append(f"SIGTERM did not end it in {END_S_MAX} s")
        elif status == 0:
            self.ended = "went on"
        elif status == JOURNAL_FAILED and any("event=journal_failed" in line for line in errors):
            self.ended = "stopped, 74"
        elif status == 1 and not was_ready and errors:
            self.ended = "did not start"
        elif status in (-signal.SIGABRT, -signal.SIGSEGV) and self._is_of_a_deadly_library():
            self.ended = "died in a library"
        else:
            self.ended = f"exit {status}"
            self.wrong.append(f"exit {status}, ready: {was_ready}, its last words: {log[-2000:]!r}")

    def _is_of_a_deadly_library(self):
        return any(library in frame for frame in (self.hit or [])[:2] for library in self.deadly)

    def _run_again(self):
        """Without a fault: it starts, and nothing that was acknowledged is missing."""
        program = self._start(None)
        try:
            server = self._server(program)
            if server is None:
                raise Broken(f"it does not start again: {program.stderr()[-2000:]}")
            self.wrong += audit(server, self.facts)
            server.close()
        finally:
            if program.process.poll() is None:
                program.process.send_signal(signal.SIGTERM)
            status = program.wait(END_S_MAX)
        if status != 0:
            self.wrong.append(f"without a fault: exit {status}: {program.stderr()[-2000:]}")

    def describe(self):
        stack = "\n    ".join(self.hit or ["(no stack)"])
        return f"FAULT={self.fault}: {self.ended}\n  " + "\n  ".join(self.wrong) + f"\n    {stack}"


class ThroughTls(Life):
    """Both listeners speak TLS: GnuTLS is in every connection. A few requests of each kind.

    Two libraries below GnuTLS end the process where they find no memory: GMP aborts by design,
    libtasn1 does not look. And GnuTLS itself, when it reads a certificate's names, frees one that
    it could not begin with. That is allowed here, and nothing may be lost by it."""

    deadly = ("libgmp", "libhogweed", "libtasn1", "gnutls_x509_dn_init")

    def __init__(self, fault):
        authority, certificate, key = certificates.shared()
        super().__init__(fault, options=(
            "--tls-cert", certificate, "--tls-key", key,
            "--operator-tls-cert", certificate, "--operator-tls-key", key))
        self.tls = authority.context()
        self.script.steps = self.script.steps_few()


class Again(Life):
    """A start on the data of an earlier life, which did everything; then it reads and writes."""

    _data = None  # The folder that an earlier life left.
    _facts = None

    @classmethod
    @contextlib.contextmanager
    def prepared(cls):
        """What all of these lives begin from."""
        first = Life(None)
        try:
            first.write_files()
            first.run_with_fault()
            if first.wrong:
                raise AssertionError(first.describe())
            cls._data, cls._facts = first.folder / "data", first.facts
            yield
        finally:
            shutil.rmtree(first.folder, ignore_errors=True)

    def __init__(self, fault):
        super().__init__(fault)
        self.facts = self.script.facts = copy.deepcopy(Again._facts)
        self.script.steps = self.script.steps_again()

    def write_files(self):
        super().write_files()
        subprocess.run(["cp", "-r", "--sparse=always", Again._data, self.folder / "data"],
                       check=True)


class Tally:
    """What many lives came to."""

    def __init__(self):
        self.ended = collections.Counter()
        self.bad = []
        self.reached = 0
        self.not_reached = 0
        self.unavailable = self.unanswered = 0

    def add(self, life):
        if life.wrong:
            self.bad.append(life)
        if life.hit is None:
            self.not_reached += 1
            return
        self.reached += 1
        self.ended[life.ended] += 1
        self.unavailable += life.unavailable
        self.unanswered += life.unanswered

    def join(self, other):
        self.ended.update(other.ended)
        self.bad += other.bad
        self.reached += other.reached
        self.not_reached += other.not_reached
        self.unavailable += other.unavailable
        self.unanswered += other.unanswered

    def __str__(self):
        ends = ", ".join(f"{end}: {count}" for end, count in sorted(self.ended.items()))
        return (f"{self.reached} faults ({ends}); {self.unavailable} answers 503, "
                f"{self.unanswered} connections without one")


def sweep(make_life, faults):
    """Runs a life for each of the faults, as many at a time as there are processors."""
    tally = Tally()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for life in pool.map(lambda fault: make_life(fault).run(), faults):
            tally.add(life)
    return tally


def sweep_all(make_life, kind):
    """Runs lives with the first, second, third … call of a kind failing, until one does not come
    to it any more."""
    tally = Tally()
    first = 0
    while tally.not_reached == 0:
        numbers = range(first, first + CHUNK)
        tally.join(sweep(make_life, [Fault(kind, number) for number in numbers]))
        first += CHUNK
    return tally
