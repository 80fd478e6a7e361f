"""Three nodes over one database, under load, while nodes and database fail: what every client was
told has to have an explanation, and in the end everything is read and audited.

TEST_SEED plays the choices of a run again; NODES_S is how long one lasts, NODES_ROUNDS how many.
"""

import os
import random
import subprocess
import time
import unittest

from tests.nodes.cluster import Cluster
from tests.nodes.load import AUDIT, ROOT, Load, registry

SECONDS = float(os.environ.get("NODES_S", "6"))
ROUNDS = int(os.environ.get("NODES_ROUNDS", "1"))
PAUSE_S_MAX = 0.4  # From one fault to the next.


class NodesCase(unittest.TestCase):
    """Clusters of one seed."""

    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "-s", AUDIT.relative_to(ROOT)], cwd=ROOT, check=True)

    def setUp(self):
        self.seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(10 ** 9)))
        print(f"# TEST_SEED={self.seed}")

    def new_cluster(self, **settings):
        cluster = Cluster(registry(), settings)
        self.addCleanup(cluster.end)
        return cluster


class Nodes(NodesCase):

    def test_nothing_acknowledged_is_lost_whoever_fails(self):
        for number in range(ROUNDS):
            seed = self.seed + number
            with self.subTest(TEST_SEED=seed):
                self.run_round(seed)
                self.doCleanups()

    def run_round(self, seed):
        cluster = self.new_cluster()
        load = Load(cluster, seed)
        load.run(lambda: self.fail_for_a_while(cluster, random.Random(-seed)))
        self.assertEqual(load.audit(), [])
        self.assertGreater(load.told[200], 20)
        print(f"# seed {seed}: {load.figures()}; "
              + ", ".join(f"{name} {count}" for name, count in sorted(cluster.done.items())))

    @staticmethod
    def fail_for_a_while(cluster, chance):
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(chance.uniform(0, PAUSE_S_MAX))  # The moment is the point of the test.
            cluster.fault(chance)


if __name__ == "__main__":
    unittest.main()
