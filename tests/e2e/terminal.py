"""A program on a terminal of its own: what it shows there, with every byte that steers it."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

WAIT_S_MAX = 60


class Terminal:
    """Runs `words` with standard input, output and error on a terminal of that many columns."""

    def __init__(self, words, environment, columns=80):
        self.text = ""
        self.process, self._end = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execvpe(words[0], words, environment)
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def type(self, text):
        os.write(self._end, text.encode("utf-8"))

    def _read(self):
        if not select.select([self._end], [], [], 1)[0]:
            return True
        try:
            piece = os.read(self._end, 65536)
        except OSError:  # The other end is closed.
            return False
        self.text += piece.decode("utf-8", errors="replace")
        return bool(piece)

    def expect(self, pattern):
        """Reads until the text matches; returns the match and forgets all up to its end."""
        deadline = time.monotonic() + WAIT_S_MAX
        while time.monotonic() < deadline:
            found = re.search(pattern, self.text)
            if found:
                self.text = self.text[found.end():]
                return found
            if not self._read():
                break
        raise AssertionError(f"no {pattern!r} in {self.text!r}")

    def finish(self):
        """Reads to the end; returns the exit status and all that was not expected before."""
        deadline = time.monotonic() + WAIT_S_MAX
        while self._read():
            if time.monotonic() > deadline:
                os.kill(self.process, 9)
        _, status = os.waitpid(self.process, 0)
        os.close(self._end)
        return os.waitstatus_to_exitcode(status), self.text
