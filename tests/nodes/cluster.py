"""Three nodes over one PostgreSQL of the test's own, and what happens to them.

The database syncs, as else a crash of it would say nothing. `fault(random)` does one thing to nodes
or database and undoes it, and notes when connections to the database broke by it.
"""

import collections
import pathlib
import time

from tests.harness import database, postgres, stockd
from tests.nodes.record import Clock

NODES = 3
SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
            "recovery_init_sync_method": "syncfs",  # Of a restart: it is quicker, and no less.
            "log_min_messages": "error"}
DATABASE = "nodes"


class Cluster:
    """Starts with everything up."""

    def __init__(self, registry, settings=None):
        """`settings` are more of PostgreSQL's."""
        self.postgres = postgres.Postgres({**SETTINGS, **(settings or {})}).start()
        self.postgres.sql(f"CREATE DATABASE {DATABASE} OWNER stockd")
        self.url = self.postgres.url(DATABASE, "stockd")
        made = database.migrate(self.url)
        if made.returncode != 0:
            raise AssertionError(f"stockd migrate: {made.stderr}")
        self.nodes = [self._node(registry) for _ in range(NODES)]
        self.breaks = []
        self.done = collections.Counter()
        for node in self.nodes:
            node.start()

    def _node(self, registry):
        node = stockd.Stockd(registry)
        path = pathlib.Path(node.folder) / "store.url"
        path.touch(mode=0o600)
        path.write_text(self.url, encoding="ascii")
        node.options = ("--store-file", path, "--store-connections", "3", "--no-limits")
        return node

    def end(self):
        try:
            for node in self.nodes:
                node.stop()
        finally:
            for node in self.nodes:
                node.kill()
            self.postgres.stop()

    def sql(self, text):
        return self.postgres.sql(text, DATABASE)

    def fault(self, random):
        """One of them, by chance."""
        faults = (self.kill_a_node, self.kill_a_node, self.kill_two_nodes, self.end_a_node,
                  self.pause_a_node, self.crash_the_database, self.crash_the_database,
                  self.restart_the_database, self.cut_connections, self.cut_connections,
                  self.crash_database_and_node)
        fault = random.choice(faults)
        fault(random)
        self.done[fault.__name__] += 1

    def kill_a_node(self, random):
        node = random.choice(self.nodes)
        node.kill()
        pause(random, 0.3)
        node.start()

    def kill_two_nodes(self, random):
        nodes = random.sample(self.nodes, 2)
        for node in nodes:
            node.kill()
        for node in nodes:
            node.start()

    def end_a_node(self, random):
        """SIGTERM; any other exit status than 0 raises."""
        node = random.choice(self.nodes)
        node.halt()
        node.start()

    def pause_a_node(self, random):
        node = random.choice(self.nodes)
        node.pause()
        pause(random, 1.2)
        node.resume()

    def crash_the_database(self, random):
        self._broken(self.postgres.crash)
        pause(random, 0.3)
        self.postgres.start()

    def restart_the_database(self, random):
        self._broken(self.postgres.shut_down)
        pause(random, 0.3)
        self.postgres.start()

    def cut_connections(self, random):
        """Those of all nodes, or about a half of them."""
        some = "" if random.random() < 0.5 else " AND random() < 0.5"
        self._broken(lambda: self.sql("SELECT pg_terminate_backend(pid, 60000)"
                                      f" FROM pg_stat_activity WHERE usename = 'stockd'{some}"))

    def crash_database_and_node(self, random):
        node = random.choice(self.nodes)
        self._broken(self.postgres.crash)
        node.kill()
        pause(random, 0.2)
        self.postgres.start()
        node.start()

    def _broken(self, action):
        begin = Clock.now()
        action()
        self.breaks.append((begin, Clock.now()))


def pause(random, seconds_max):
    """How long a fault lasts is the point of it."""
    time.sleep(random.uniform(0, seconds_max))
