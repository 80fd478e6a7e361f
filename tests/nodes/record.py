"""What clients asked of one shelf, and what they were told, as tests/nodes/history.h has it.

`Shelf.note()` keeps an event; `write()` puts all of a run into a file. A request that was under way
while connections to the database broke may have been carried out once before its answer, as a node
sends it again: it gets a second event, which may be.
"""

import threading
import time

WRITES = ("put", "hide", "show", "reserve", "pack", "ship", "cancel")


class Clock:
    """Microseconds of the clock that never jumps, and how far the calendar is from it."""

    def __init__(self):
        self.stamped_from = wall_ms()
        self._offset = time.time_ns() // 1000 - self.now()

    @staticmethod
    def now():
        return time.monotonic_ns() // 1000

    def at(self, moment_ms):
        """That moment of the calendar, or a little before."""
        return moment_ms * 1000 - self._offset - 1000


def wall_ms():
    return time.time_ns() // 1000000


class Shelf:
    """One store's shelf: what may be asked of it, and the events so far."""

    def __init__(self, campaign, token, is_bulk):
        self.campaign = campaign
        self.token = token
        self.is_bulk = is_bulk  # Of batches alone.
        self.name = str(campaign)
        self.asked = 0
        self.orders = {}  # {id: (items, expires_ms)}, from before they are asked for.
        self.lock = threading.Lock()  # Of whoever sends numbers without a moment.
        self.stamps = True  # False: one of those had no answer.
        self._events = []

    def note(self, begin, end, what, answer=""):
        """`end` is None where there was no answer."""
        self._events.append((begin, end, what, answer))

    def shows(self, order):
        """Returns the state that the last read of the order told."""
        said = next(answer for _, _, what, answer in reversed(self._events)
                    if what == f"read {order}")
        return said.split(" ")[1] if said.startswith("=") else said

    def lines(self, clock, breaks):
        for begin, end, what, answer in self._events:
            sure = end is not None
            yield f"{begin} {end if sure else '-'} {'must' if sure else 'may'} {what} {answer}"
            repeated = any(begin <= to and (not sure or end >= at) for at, to in breaks)
            if repeated and what.split(" ", 1)[0] in WRITES:
                yield f"{begin} {end if sure else '-'} may {what}"
        for order, (_, expires_ms) in self.orders.items():
            if expires_ms:
                yield f"{clock.at(expires_ms)} - may expire {order}"

    def count(self):
        """Returns how many had an answer, and how many had none."""
        sure = sum(end is not None for _, end, _, _ in self._events)
        return sure, len(self._events) - sure


def write(path, clock, breaks, shelves):
    """`breaks` are the spans in which connections to the database broke, (begin, end)."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"stamped_from {clock.stamped_from}\n")
        for shelf in shelves:
            file.write(f"shelf {shelf.name}\n")
            for line in shelf.lines(clock, breaks):
                file.write(line.rstrip() + "\n")
