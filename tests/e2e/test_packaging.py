"""The systemd unit, and make install: what is installed starts as the unit says, and stays within
what the unit allows.

No systemd runs here. Its part is played: the unit's command line with its variables, the socket for
sd_notify(3), signals, and the filter of system calls (tests/harness/sandbox.py).
"""

import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from tests.contract import registry
from tests.contract.case import body_of, one, stocks_path
from tests.contract.registry import FULL
from tests.harness import certificates, sandbox
from tests.harness.client import Address, Client
from tests.harness.stockd import Stockd

ROOT = sandbox.ROOT
EXPOSURE_MAX = 2.0
NOTICE_S_MAX = 30
EXIT_FAILED_DISK = 74


class FolderCase(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stockd-packaging-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_it(self, *words, code=0):
        ended = subprocess.run(list(map(str, words)), check=False, cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(code, ended.returncode, ended.stdout)
        return ended.stdout


class Notices:
    """The supervisor's end of sd_notify(3)."""

    def __init__(self, case, name):
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(NOTICE_S_MAX)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        case.addCleanup(self._socket.close)

    def next(self):
        """Returns the next notice as a dict."""
        return dict(line.split("=", 1) for line in self._socket.recv(4096).decode().splitlines())


class Notify(FolderCase):

    def test_ready_reloading_stopping(self):
        for name in (str(self.folder / "notify"), f"@stockd-test-{os.getpid()}"):
            with self.subTest(name=name):
                notices = Notices(self, name)
                server = Stockd(registry.build())
                self.addCleanup(server.stop)
                server.environment["NOTIFY_SOCKET"] = name
                server.start()
                self.assertEqual({"READY": "1"}, notices.next())
                os.kill(server.process_id(), signal.SIGHUP)
                reloading = notices.next()
                self.assertEqual("1", reloading["RELOADING"])
                self.assertTrue(int(reloading["MONOTONIC_USEC"]) > 0)
                self.assertEqual({"READY": "1"}, notices.next())
                server.stop()
                self.assertEqual({"STOPPING": "1"}, notices.next())

    def test_a_socket_that_is_none_keeps_nobody_from_starting(self):
        for name in ("", "relative", "@", str(self.folder / "nobody"), "/" + "x" * 200):
            server = Stockd(registry.build())
            self.addCleanup(server.stop)
            server.environment["NOTIFY_SOCKET"] = name
            server.start()


class Install(FolderCase):

    def install(self, prefix):
        self.run_it("make", "-s", "install", f"DESTDIR={self.folder}", f"PREFIX={prefix}")

    def test_what_is_installed(self):
        for prefix in ("/usr", "/opt/stockd"):
            with self.subTest(prefix=prefix):
                self.install(prefix)
                found = self.folder / prefix[1:]
                for name in ("stockd", "stockctl"):
                    self.assertIn(name, self.run_it(found / "bin" / name, "--version"))
                    page = found / "share" / "man" / "man1" / f"{name}.1"
                    self.assertEqual((ROOT / "packaging" / "man" / page.name).read_bytes(),
                                     page.read_bytes())
                for name, path in (("stockctl.bash", "bash-completion/completions/stockctl"),
                                   ("_stockctl", "zsh/site-functions/_stockctl")):
                    self.assertEqual((ROOT / "packaging" / "completion" / name).read_bytes(),
                                     (found / "share" / path).read_bytes())
                unit = (found / "lib" / "systemd" / "system" / "stockd.service").read_text()
                self.assertIn(f"ExecStart={prefix}/bin/stockd ", unit)
                watch = found / "lib" / "systemd" / "user" / "stockctl-watch@.service"
                self.assertIn(f"ExecStart={prefix}/bin/stockctl watch --profile %i\n",
                              watch.read_text())
                users = (found / "lib" / "sysusers.d" / "stockd.conf").read_text()
                self.assertIn("User=" + re.search(r"^u (\w+)", users, re.MULTILINE)[1], unit)

    def test_the_manual_page_has_every_option_of_stockd(self):
        page = (ROOT / "packaging" / "man" / "stockd.1").read_text()
        options = re.findall(r"^\| `--([a-z-]+)`", (ROOT / "docs" / "options.md").read_text(),
                             re.MULTILINE)
        self.assertGreater(len(options), 30)
        for option in options:
            self.assertRegex(page, rf"Fl Fl {option}(?![a-z-])")

    def test_a_registry_is_made_once_and_kept(self):
        self.install("/usr")
        path = self.folder / "etc" / "stockd" / "registry.json"
        self.assertEqual({}, json.loads(path.read_text()))
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        path.write_text("mine")
        self.install("/usr")
        self.assertEqual("mine", path.read_text())


class Unit(FolderCase):

    def test_its_exposure_is_small(self):
        said = self.run_it("systemd-analyze", "security", "--offline=true", sandbox.UNIT)
        level = float(re.search(r"Overall exposure level for stockd.service: ([\d.]+)", said)[1])
        self.assertLess(level, EXPOSURE_MAX, said)

    def test_systemd_understands_it(self):
        self.run_it("make", "-s", "install", f"DESTDIR={self.folder}", "PREFIX=/usr")
        text = sandbox.UNIT.read_text().replace("/usr/bin/", f"{self.folder}/usr/bin/")
        unit = self.folder / "stockd.service"
        unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
        self.assertEqual("", self.run_it("systemd-analyze", "verify", "--man=no", unit))

    def test_systemd_understands_the_one_of_stockctl_too(self):
        self.run_it("make", "-s", "install", f"DESTDIR={self.folder}", "PREFIX=/usr")
        text = (self.folder / "usr/lib/systemd/user/stockctl-watch@.service").read_text()
        unit = self.folder / "stockctl-watch@msk.service"
        unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
                        .replace("/usr/bin/", f"{self.folder}/usr/bin/"))
        self.assertEqual("", self.run_it("systemd-analyze", "verify", "--man=no", unit))

    def test_a_failed_disk_is_not_tried_again(self):
        codes = " ".join(sandbox.settings("RestartPreventExitStatus")).split()
        self.assertIn(str(EXIT_FAILED_DISK), codes)

    def start_as_the_unit_says(self, options):
        """Runs ExecStart with the variables that systemd sets, under the filter; when it is ready,
        returns the process, both addresses and the notices."""
        (self.folder / "registry.json").write_text(json.dumps(registry.build()))
        notices = Notices(self, str(self.folder / "notify"))
        variables = {"STATE_DIRECTORY": str(self.folder / "data"), "STOCKD_OPTIONS": options,
                     "CREDENTIALS_DIRECTORY": str(self.folder), "NOTIFY_SOCKET": notices.name}
        line, = sandbox.settings("ExecStart")
        words = []
        for word in line.split()[1:]:
            if word.startswith("$") and word[1] != "{":
                words += variables[word[1:]].split()
            else:
                words.append(re.sub(r"\$\{(\w+)\}", lambda name: variables[name[1]], word))
        process = subprocess.Popen([str(ROOT / "tests" / "harness" / "sandbox.py"), *words],
                                   stdout=subprocess.PIPE, env={**os.environ, **variables})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        ready = process.stdout.readline().decode()
        self.assertIn("event=ready", ready)
        self.assertEqual({"READY": "1"}, notices.next())
        found = re.search(r"listen=127.0.0.1:(\d+) operator=127.0.0.1:(\d+)", ready)
        return process, [int(port) for port in found.groups()], notices

    def test_its_command_runs_within_its_filter(self):
        """Through its whole life: start, TLS, writes, pages, a reload, the end, a second start."""
        authority, certificate, key = certificates.shared()
        options = ("--listen 127.0.0.1:0 --operator-listen 127.0.0.1:0 "
                   f"--tls-cert {certificate} --tls-key {key}")
        for start in range(2):
            process, (port, operator_port), notices = self.start_as_the_unit_says(options)
            client = Client(Address("127.0.0.1", port, "public", authority.context()))
            path, headers = stocks_path(10003), {"Api-Key": FULL,
                                                 "Content-Type": "application/json"}
            if start == 0:
                answer = client.request("PUT", path, headers, body_of(one("A", 7)))
                self.assertEqual(200, answer.status, answer)
            answer = client.request("POST", path, headers, {"offerIds": ["A"]})
            self.assertIn(b'"count":7', answer.body)
            pages = Client(Address("127.0.0.1", operator_port, "operator"))
            for page in ("/healthz", "/readyz", "/metrics", "/"):
                self.assertEqual(200, pages.request("GET", page).status)
            process.send_signal(signal.SIGHUP)
            self.assertIn("RELOADING", notices.next())
            self.assertEqual({"READY": "1"}, notices.next())
            client.close()
            pages.close()
            process.send_signal(signal.SIGTERM)
            self.assertEqual(0, process.wait(60))
            os.unlink(notices.name)

    def test_a_call_outside_the_filter_kills(self):
        """So the tests above would notice one."""
        confined = "import os, sys; sys.path.insert(0, %r); from tests.harness import sandbox; " \
                   "sandbox.confine(sandbox.allowed_calls()); " % str(ROOT)
        for code, ends in (("os.getpid()", 0), ("os.chroot('/')", -signal.SIGSYS),
                           ("os.sched_setaffinity(0, {0})", -signal.SIGSYS),
                           ("os.nice(1)", 0)):
            with self.subTest(code=code):
                ended = subprocess.run(["python3", "-c", confined + code], check=False,
                                       capture_output=True)
                self.assertEqual(ends, ended.returncode, ended.stderr)

    def test_what_it_must_not_do_is_not_allowed(self):
        allowed = sandbox.allowed_calls()
        self.assertEqual(set(), allowed & {
            "mount", "umount2", "ptrace", "process_vm_readv", "bpf", "init_module", "kexec_load",
            "reboot", "swapon", "setns", "unshare", "chroot", "pivot_root", "clock_settime",
            "perf_event_open", "userfaultfd", "iopl", "open_by_handle_at", "keyctl", "setuid",
            "io_uring_setup", "mlock", "chown"})
