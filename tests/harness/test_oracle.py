"""bench/oracle finds what is wrong with a server's cells: each case is a state with one fault.

The expected cells come from a second description of the workload, written here on its own, so a
fault of bench/workload.h shows, too.
"""

import math
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORACLE = pathlib.Path(os.environ.get("BUILD", "build")) / "bench/oracle"
TOTAL, PER_REQUEST = 101, 7
CYCLE = math.ceil(TOTAL / PER_REQUEST)
BASE = 1_700_000_000_000
STALE_MS = 3_600_000
WORD = (1 << 64) - 1


def mixed(bits):
    """The finalizer of splitmix64."""
    bits = (bits + 0x9E3779B97F4A7C15) & WORD
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & WORD
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & WORD
    return bits ^ bits >> 31


def writes(seed, change, index):
    """What request `index` writes: number of the SKU, count, stamp."""
    stride = TOTAL // 4 + mixed(seed) % (TOTAL // 2)
    while math.gcd(stride, TOTAL) != 1:
        stride += 1
    first = index % CYCLE * PER_REQUEST
    for position in range(first, min(first + PER_REQUEST, TOTAL)):
        number = (mixed(seed + 1) % TOTAL + position * stride) % TOTAL
        random = mixed(number ^ seed << 32)
        if change == "none":
            yield number, random % 1000, BASE
            continue
        turn = index // CYCLE + 1
        stale = change == "half-stale" and mixed(random + turn) >> 63
        yield (number, (random + turn * 617) % 1000,
               BASE - STALE_MS if stale else BASE + 1 + index)


# Options of runs, one after the other: seed, change, first request, requests.
RUNS = [(7, "none", 0, CYCLE), (1, "fresh", 0, 40), (1, "half-stale", 40, 33), (2, "fresh", 5, 3)]


def expected():
    cells = {}
    for seed, change, first, count in RUNS:
        for index in range(first, first + count):
            for number, units, stamp in writes(seed, change, index):
                if stamp >= cells.get(number, (0, 0))[1]:
                    cells[number] = (units, stamp)
    return cells


def lines(cells):
    return [f"SKU-{number:010} {units} {stamp}\n" for number, (units, stamp) in cells.items()]


def verdict(state):
    """Runs the oracle; returns its exit status, its line, and what it complains of."""
    common = (f"--skus-total {TOTAL} --skus-per-request {PER_REQUEST} --stamp-ms {BASE} "
              "--updated-at now")
    with tempfile.NamedTemporaryFile("w") as workloads:
        for seed, change, first, count in RUNS:
            what = "--once" if change == "none" else f"--first-request {first} --requests {count}"
            workloads.write(f"{common} --seed {seed} --change {change} {what}\n")
        workloads.flush()
        done = subprocess.run([ROOT / ORACLE, workloads.name], input="".join(state), text=True,
                              capture_output=True)
    return done.returncode, done.stdout.strip(), done.stderr


def changed(state, line):
    return [line] + state[1:]


# What goes wrong with a server's state, by what the oracle says of it.
FAULTS = {
    "a SKU is missing": lambda state: state[1:],
    "a SKU twice": lambda state: state + state[:1],
    "another count": lambda state: changed(state, state[0].split()[0] + " 1000 "
                                           + state[0].split()[2] + "\n"),
    "another stamp": lambda state: changed(state, state[0].rstrip("\n") + "0\n"),
    "never written": lambda state: state + [f"SKU-{TOTAL:010} 5 {BASE}\n"],
    "a line that is not": lambda state: changed(state, state[0].rsplit(" ", 1)[0] + "\n"),
}


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "--silent", ORACLE], cwd=ROOT, check=True, capture_output=True)

    def test_the_state_that_was_written_is_right_in_any_order(self):
        state = lines(expected())
        for order in (state, state[::-1]):
            self.assertEqual((0, f"oracle=ok cells={TOTAL} differences=0", ""), verdict(order))

    def test_each_fault_is_found(self):
        for name, spoil in FAULTS.items():
            with self.subTest(name):
                status, said, complaints = verdict(spoil(lines(expected())))
                self.assertEqual(1, status)
                self.assertTrue(said.startswith("oracle=failed"), said)
                self.assertIn(name, complaints)

    def test_a_stale_write_that_won_is_found(self):
        late = {number: (units, stamp) for index in range(40, 73)
                for number, units, stamp in writes(1, "half-stale", index)}
        status, _, complaints = verdict(lines(expected() | late))
        self.assertEqual(1, status)
        self.assertIn("another count", complaints)

    def test_a_lost_request_is_found(self):
        RUNS.append((3, "fresh", 90, 1))
        self.addCleanup(RUNS.pop)
        state = lines(expected())
        RUNS.append((3, "fresh", 91, 1))
        self.addCleanup(RUNS.pop)
        self.assertEqual(1, verdict(state)[0])
