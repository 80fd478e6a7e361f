"""A server process that is measured: started, found ready, frozen, counted, stopped.

What is special to a kind of server is said in a class derived from Server: how it is known to be
ready, what stops it, and how its final state is read. All processes that descend from the one
started belong to the server, with whatever group or user they run in.
"""

import os
import pathlib
import signal
import socket
import subprocess
import time

from common import ROOT, Broken

READY_SECONDS_MAX = 300
STOP_SECONDS_MAX = 60
TICKS = os.sysconf("SC_CLK_TCK")


def _stat_fields(pid):
    """The fields of /proc/PID/stat from the state on; None when there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def process_tree(root):
    """Returns {pid: fields of its stat} of `root` and all that descend from it, root first."""
    every = {}
    for entry in os.listdir("/proc"):
        fields = _stat_fields(entry) if entry.isdigit() else None
        if fields is not None:
            every[int(entry)] = fields
    tree = {pid: every[pid] for pid in (root,) if pid in every}
    grown = True
    while grown:
        more = {pid: fields for pid, fields in every.items()
                if pid not in tree and int(fields[1]) in tree}
        tree.update(more)
        grown = bool(more)
    return tree


def port_free():
    """A port of the loopback that nobody has, for servers that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Starts `command` and waits until it is ready; its output goes to files in `folder`.

    addresses   {"listen": "127.0.0.1:PORT", …}, from ready()
    version     one line for the report
    configuration  lines for the report: options, and settings that differ from the defaults
    """

    stop_signal = signal.SIGTERM
    version = "unknown"
    configuration = ""

    def __init__(self, name, command, folder, **popen):
        """`popen` goes to subprocess.Popen as it is: user=, group=, env=, cwd=."""
        self.name = name
        self.command = [str(word) for word in command]
        self.folder = pathlib.Path(folder)
        number = len(list(self.folder.glob("*.server.out")))
        self.output = self.folder / f"{number}.server.out"
        self.errors = self.folder / f"{number}.server.err"
        begin = time.monotonic()
        with open(self.output, "wb") as output, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=errors, **{"cwd": ROOT, **popen})
        try:
            self.addresses = self._wait_ready()
        except BaseException:
            self.kill()
            raise
        self.ready_seconds = time.monotonic() - begin

    def ready(self):
        """Gives the addresses when the server answers, None before. Called again and again."""
        for line in self.output.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith("event=ready ") and line.endswith("\n"):
                return dict(word.split("=", 1) for word in line.split())
        return None

    def state(self):
        """Yields lines `SKU count updated_at_ms` of all there is, in any order and in pieces of any
        size, for the oracle."""
        raise NotImplementedError(f"the state of {self.name} cannot be read")

    def _wait_ready(self):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            addresses = self.ready()
            if addresses is not None:
                return addresses
            if self.process.poll() is not None:
                last = self.errors.read_text(errors="replace")[-2000:]
                raise Broken(f"{self.name} ended with {self.process.returncode}:\n{last}")
            time.sleep(0.001)
        raise Broken(f"{self.name} was not ready within {READY_SECONDS_MAX} s")

    def cpu_seconds(self):
        """CPU time of all its processes and threads so far, of ended children too.

        The kernel counts it in hundredths; a child that ended is in its parent's account.
        """
        return sum(int(ticks) for fields in process_tree(self.process.pid).values()
                   for ticks in fields[11:15]) / TICKS

    def resident_bytes(self):
        """Memory of all its processes; pages that they share count for each of them."""
        pages = sum(int(fields[21]) for fields in process_tree(self.process.pid).values())
        return pages * os.sysconf("SC_PAGE_SIZE")

    def freeze(self):
        """While another server is measured, this one's work in the background would disturb."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    def kill(self):
        """kill -9 of every process: what is on the disk stays as it is."""
        if self.process.poll() is None:
            self._signal_all(signal.SIGKILL)
            self.process.wait()

    def stop(self):
        """Asks it to end, and kills what does not."""
        if self.process.poll() is not None:
            return
        self.thaw()
        children = [pid for pid in process_tree(self.process.pid) if pid != self.process.pid]
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        for pid in children:  # Of a server that ended without its children.
            if _stat_fields(pid) is not None:
                _signal(pid, signal.SIGKILL)

    def _signal_all(self, number):
        """Parents first, and again until nobody new is seen: a process may fork meanwhile."""
        seen = set()
        while True:
            pids = [pid for pid in process_tree(self.process.pid) if pid not in seen]
            if not pids:
                return
            for pid in pids:
                _signal(pid, number)
            seen.update(pids)


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
