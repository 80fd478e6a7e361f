"""The writes that a server was sent, in the words that all generators and the oracle understand.

A Sequence is one server's way through a workload: each run of a generator goes on where the one
before it ended, so no write comes twice where each has to change something. With the fill before
it, it says what the oracle has to expect.
"""

import time

FILL_SEED = 7  # Not the load's: then cells are not written in the order they were made in.
SEED = 1
BEFORE_NOW_S = 6 * 3600  # Stamps never get ahead of the clock: 21.6 million requests.
FILL_EARLIER_S = 60  # A stale stamp is an hour old, older than the fill.


class Stamps:
    """The moments that one run of the bench counts its stamps from."""

    def __init__(self):
        self.base_ms = (int(time.time()) - BEFORE_NOW_S) * 1000
        self.fill_ms = self.base_ms - FILL_EARLIER_S * 1000


class Sequence:
    """change: fresh, half-stale or none. updated_at: now, or none, then no write has a stamp."""

    def __init__(self, stamps, skus_total, per_request=2000, change="fresh", **more):
        """more: updated_at, seed, sku_bytes, later_s (for a second writer: stamps of its own)."""
        self.per_request = per_request
        self.change = change
        self.next = 0
        self.lines = []
        base = stamps.base_ms + more.get("later_s", 0) * 1000
        size = ["--skus-total", skus_total, "--sku-bytes", more.get("sku_bytes", 14)]
        stamped = ["--updated-at", more.get("updated_at", "now")]
        self._fill = [*size, *stamped, "--skus-per-request", 2000, "--seed", FILL_SEED,
                      "--stamp-ms", stamps.fill_ms, "--once"]
        self._words = [*size, *stamped, "--skus-per-request", per_request,
                       "--seed", more.get("seed", SEED), "--stamp-ms", base, "--change", change]

    def fill_words(self):
        """Options that put each SKU once, before anything else."""
        self.lines.append(self._fill)
        return self._fill

    def words(self):
        """Options of the next run; took() has to follow."""
        return [*self._words, "--first-request", self.next]

    def kind_words(self, kind):
        """The same for one kind of the client that asks at fixed moments."""
        return [str(word).replace("--", f"--{kind}-", 1) for word in self.words()]

    def took(self, requests):
        """That many requests of words() were made (`distinct_requests` of the figures)."""
        if requests == 0:
            return
        self.lines.append([*self.words(), "--requests", int(requests)])
        if self.change != "none":
            self.next += int(requests)

    def last_words(self, requests):
        """Options that make the last requests once more, which changes nothing."""
        first = max(self.next - requests, 0)
        return [*self._words, "--first-request", first, "--requests", self.next - first]

    def oracle_text(self):
        return "".join(" ".join(str(word) for word in line) + "\n" for line in self.lines)
