"""The base of tests that let one call after another fail.

`try_kinds(make_life, {kind: count})` runs a life without a fault, and then, for each kind, lives in
which some of its calls fail: `count` of them by a seed that is printed, None: each one.
FAULT_ALL=1: each one of every kind, until a life does not come to it any more. FAULT_SEED repeats a
sample.
"""

import os
import random
import unittest

from tests.fault.program import Fault
from tests.fault.sweep import sweep, sweep_all


class SweepCase(unittest.TestCase):

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.seed = int(os.environ.get("FAULT_SEED", random.SystemRandom().randrange(10 ** 9)))
        cls.random = random.Random(cls.seed)
        print(f"# FAULT_SEED={cls.seed}")

    def try_kinds(self, make_life, count_of):
        life = make_life(None).run()
        self.assertEqual([], life.wrong, "without a fault")
        reached = 0
        for kind, count in count_of.items():
            with self.subTest(kind=kind):
                tally = self._try_kind(make_life, kind, life.calls[kind], count)
                print(f"# {kind}: {tally}")
                self.assertEqual("", "\n".join(bad.describe() for bad in tally.bad),
                                 f"FAULT_SEED={self.seed}")
                reached += tally.reached
        # Of a single call of a kind another life may just make one fewer.
        self.assertGreater(reached, len(count_of) // 2)

    def _try_kind(self, make_life, kind, calls, count):
        if os.environ.get("FAULT_ALL"):
            return sweep_all(make_life, kind)
        numbers = (range(calls) if count is None else
                   sorted(self.random.sample(range(calls), min(count, calls))))
        return sweep(make_life, [Fault(kind, number) for number in numbers])
