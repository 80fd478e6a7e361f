"""accept() that fails: nothing spins, and connections are taken again when it does not any more."""

import errno
import resource
import socket
import threading
import time
import unittest

from tests.fault.program import Fault
from tests.fault.script import Server
from tests.fault.sweep import Life

# What Linux documents of accept(2) that may happen to a good socket, and go away.
CODES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED, errno.EINTR,
         errno.EPROTO, errno.EPERM)
FAILURES = 6
CALLS_MAX = 60  # A loop without a pause makes a hundred thousand of them meanwhile.
WATCHED_S = 0.5
STANDARD_FILES = 3  # Are open; so there is no room for any other.


class Standing(Life):
    """A stockd that a test asks by itself."""

    def __init__(self, fault):
        super().__init__(fault)
        self.look = None

    def _send(self, server, program):
        try:
            self.look(server, program)
        finally:
            server.close()


def status_of(server):
    answer = server.send("GET", "/v2/campaigns")
    return answer and answer.status


class Accept(unittest.TestCase):

    def live(self, fault, look):
        life = Standing(fault)
        life.look = look
        life.run()
        self.assertEqual([], life.wrong, life.describe())
        self.assertEqual("went on", life.ended)
        return life

    def test_failed_calls_are_followed_by_good_ones(self):
        for code in CODES:
            with self.subTest(errno.errorcode[code]):
                life = self.live(Fault("accept", 0, FAILURES, code),
                                 lambda server, _: self.assertEqual(200, status_of(server)))
                self.assertLess(life.calls["accept"], CALLS_MAX)

    def test_calls_that_go_on_failing_do_not_spin(self):
        def look(server, _):
            with socket.create_connection(server.api.address):
                time.sleep(WATCHED_S)

        life = self.live(Fault("accept", 0, 10 ** 9, errno.EMFILE), look)
        self.assertLess(life.calls["accept"], CALLS_MAX)

    def test_without_descriptors_a_connection_waits_and_is_served_later(self):
        def look(server, program):
            pid = program.process.pid
            self.assertEqual(200, status_of(server))
            server.close()
            soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (STANDARD_FILES, hard))
            # A call that is waiting already holds the number that it will give out: one is served.
            taken = []
            others = [Server(server.api.address, server.operator.address, server.token_path)
                      for _ in range(2)]
            threads = [threading.Thread(target=lambda other=other: taken.append(status_of(other)))
                       for other in others]
            for thread in threads:
                thread.start()
            self._until(lambda: b"event=accept_failed" in program.errors.read_bytes())
            self.assertLessEqual(len(taken), 1)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
            for thread, other in zip(threads, others, strict=True):
                thread.join()
                other.close()
            self.assertEqual([200, 200], taken)

        self.live(None, look)

    def _until(self, condition):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.01)
