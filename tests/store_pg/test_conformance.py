"""The C programs: store_pg says what the local store says, also when many ask at once."""

import os
import subprocess
import unittest

from tests.harness import database
from tests.store_pg import driver


class Programs(unittest.TestCase):
    """Each on a database of its own. TEST_SEED plays a run again."""

    def run_on_database(self, name, *arguments):
        path = f"{driver.BUILD}/tests/store_pg/{name}"
        made = subprocess.run(["make", "-s", f"BUILD={driver.BUILD}", path], cwd=driver.ROOT,
                              text=True, capture_output=True, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        fresh = database.Database(migrated=False)
        self.addCleanup(fresh.drop)
        status, said = driver.migrate(fresh.url)
        self.assertEqual(status, 0, said)
        done = subprocess.run([driver.ROOT / path, *arguments], text=True, check=False,
                              env={**os.environ, "STOCKD_TEST_PG": fresh.url},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_random_commands_are_answered_as_the_local_store_answers(self):
        self.run_on_database("conformance", os.environ.get("STORE_PG_STEPS", "3000"))

    def test_the_pool_before_a_real_database(self):
        self.run_on_database("pool")

    def test_edges_that_random_commands_do_not_meet(self):
        self.run_on_database("edges")

    def test_two_nodes_race_and_nothing_is_sold_twice(self):
        self.run_on_database("race")


if __name__ == "__main__":
    unittest.main()
