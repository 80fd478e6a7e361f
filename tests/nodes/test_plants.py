"""A fault that is planted into the database has to be found: the load hits it, the audit sees it.

TEST_SEED plays the choices of a run again.
"""

import time
import unittest

from tests.nodes.load import FIRST_STORE, STORES, Load
from tests.nodes.test_nodes import NodesCase

STORES_LOAD = 40  # Each load has its own.
LOAD_ANSWERS = 250
LOADS_MAX = 8  # A fault shows in a load when somebody reads at the right moment.

TRIGGERS = """
CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
CREATE TRIGGER planted BEFORE INSERT OR UPDATE ON stock FOR EACH {each}
  EXECUTE FUNCTION planted();
CREATE TRIGGER planted BEFORE UPDATE ON orders FOR EACH {each} EXECUTE FUNCTION planted();
"""
NO_TRIGGERS = "DROP FUNCTION planted CASCADE"
PLANTS = {
    "a write is lost": """IF TG_TABLE_NAME = 'stock' AND TG_OP = 'UPDATE' THEN
        IF NEW.sku = 'sku-3' AND random() < 0.3 THEN RETURN NULL; END IF; END IF;""",
    "a half of a batch": """IF TG_TABLE_NAME = 'stock' AND TG_OP = 'UPDATE' THEN
        IF NEW.sku = 'batch-1-200' AND random() < 0.5 THEN NEW.available := OLD.available; END IF;
        END IF;""",
    "sold twice": """IF TG_TABLE_NAME = 'stock' AND TG_OP = 'UPDATE' THEN
        IF NEW.reserved > OLD.reserved AND random() < 0.4 THEN NEW.available := OLD.available;
        END IF; END IF;""",
    "an order goes back": """IF TG_TABLE_NAME = 'orders' THEN
        IF NEW.state = 1 AND random() < 0.5 THEN RETURN NULL; END IF; END IF;""",
}
assert len(PLANTS) * LOADS_MAX * STORES_LOAD <= STORES
NOT_DURABLE = "PERFORM set_config('synchronous_commit', 'off', true);"


class Plants(NodesCase):
    """Each in triggers, under the same load."""

    def test_planted_faults_are_found(self):
        cluster = self.new_cluster()
        for number, (name, body) in enumerate(PLANTS.items()):
            with self.subTest(name):
                cluster.sql(TRIGGERS.format(body=body, each="ROW"))
                try:
                    self.assertTrue(self.is_found(cluster, number * LOADS_MAX))
                finally:
                    cluster.sql(NO_TRIGGERS)

    def test_a_database_that_does_not_sync_is_found(self):
        """What it had not written yet when it crashed is little."""
        cluster = self.new_cluster(wal_writer_delay="10s")
        cluster.sql(TRIGGERS.format(body=NOT_DURABLE, each="STATEMENT"))
        self.assertTrue(self.is_found(cluster, 0, crash=cluster.crash_the_database))

    def is_found(self, cluster, first, crash=lambda chance: None):
        return any(self.load_shows_it(cluster, number, crash)
                   for number in range(first, first + LOADS_MAX))

    def load_shows_it(self, cluster, number, crash):
        load = Load(cluster, self.seed + number, FIRST_STORE + number * STORES_LOAD)
        load.run(lambda: self.answer_and_crash(load, crash))
        return any("no order of its events explains" in wrong for wrong in load.audit(keep=False))

    @staticmethod
    def answer_and_crash(load, crash):
        while load.answers() < LOAD_ANSWERS and load.goes_on():
            time.sleep(0.02)
        crash(load.random)


if __name__ == "__main__":
    unittest.main()
