"""The auditor of histories finds what is wrong, invariant by invariant, and only that."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "tests" / "nodes" / "audit"

# Two SKUs with ten units each, and an order for three of `a`.
BASE = """
1 2 must put a 10 100 b 10 100
3 4 must reserve o-1 0 a 3 = RESERVED a 3
"""


def audit(text):
    """Returns what it says, and its exit status."""
    with tempfile.NamedTemporaryFile("w", suffix=".history") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([PROGRAM, file.name], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


class Audit(unittest.TestCase):
    """Histories by hand."""

    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "-s", PROGRAM.relative_to(ROOT)], cwd=ROOT, check=True)

    def assert_sound(self, *lines, base=BASE):
        said, status = audit("stamped_from 1000\nshelf s" + base + "\n".join(lines))
        self.assertEqual(status, 0, said)

    def assert_wrong(self, words, *lines, base=BASE):
        said, status = audit("stamped_from 1000\nshelf s" + base + "\n".join(lines))
        self.assertEqual(status, 1, said)
        self.assertIn(words, said)

    def test_a_sound_history(self):
        self.assert_sound("5 6 must list a 10 3 7 100 b 10 0 10 100",
                          "7 8 must pack o-1 = PACKED a 3",
                          "9 10 must ship o-1 = SHIPPED a 3",
                          "11 12 must list a 7 0 7 100 b 10 0 10 100")

    def test_an_acknowledged_write_is_missing(self):
        self.assert_wrong("AVAILABLE was 10 and should have been 8",
                          "5 6 must put b 8 101", "7 8 must list b 10 0 10 100")

    def test_a_write_that_was_seen_is_gone(self):
        self.assert_wrong("no order of its events",
                          "5 - may put b 8 101", "7 8 must list b 8 0 8 101",
                          "9 10 must list b 10 0 10 100")

    def test_a_sku_is_gone(self):
        self.assert_wrong("b: AVAILABLE was -1 and should have been 10",
                          "5 6 must list b -1 -1 -1 -1")
        self.assert_sound("5 6 must list c -1 -1 -1 -1")

    def test_half_of_a_batch(self):
        self.assert_wrong("no order of its events",
                          "5 - may put a 4 101 b 8 101", "7 8 must list a 7 3 4 101 b 10 0 10 100")

    def test_half_of_an_acknowledged_batch(self):
        self.assert_wrong("b: AVAILABLE was 10 and should have been 8",
                          "5 6 must put a 4 101 b 8 101",
                          "7 8 must list a 7 3 4 101 b 10 0 10 100")

    def test_an_older_moment_wins(self):
        self.assert_wrong("AVAILABLE was 8 and should have been 10",
                          "5 6 must put b 8 99", "7 8 must list b 8 0 8 99")

    def test_fit_is_not_the_sum(self):
        self.assert_wrong("FIT was 11 and should have been 10", "5 6 must list a 11 3 7 100")

    def test_reserved_is_not_what_orders_hold(self):
        self.assert_wrong("FREEZE was 4 and should have been 3", "5 6 must list a 11 4 7 100")

    def test_units_appear(self):
        self.assert_wrong("AVAILABLE was 8 and should have been 7", "5 6 must list a 11 3 8 100")

    def test_a_number_is_negative(self):
        self.assert_wrong("order o-2: the answer was \"done\" and should have been \"short\"",
                          "5 6 must reserve o-2 0 a 8 = RESERVED a 8",
                          "7 8 must list a 10 11 -1 100")

    def test_orders_at_once_oversell(self):
        self.assert_wrong("should have been \"short\"",
                          "5 9 must reserve o-2 0 b 6 = RESERVED b 6",
                          "6 8 must reserve o-3 0 b 6 = RESERVED b 6")

    def test_a_shortage_that_was_none(self):
        self.assert_wrong("the answer was \"short\" and should have been \"done\"",
                          "5 6 must reserve o-2 0 b 6 short b 6 5")
        self.assert_wrong("b: it should not have been short",
                          "5 6 must reserve o-2 0 a 9 b 6 short a 9 7 b 6 5")
        self.assert_wrong("a: what it has was 6 and should have been 7",
                          "5 6 must reserve o-2 0 a 9 short a 9 6")

    def test_a_repeat_takes_units_again(self):
        self.assert_wrong("AVAILABLE was 4 and should have been 7",
                          "5 6 must reserve o-1 0 a 3 = RESERVED a 3",
                          "7 8 must list a 10 6 4 100")

    def test_a_repeated_number_brings_back_what_was_ordered(self):
        self.assert_wrong("AVAILABLE was 10 and should have been 7",
                          "5 6 must put a 10 100", "7 8 must list a 13 3 10 100")

    def test_an_acknowledged_order_is_missing(self):
        self.assert_wrong("the answer was \"missing\" and should have been \"done\"",
                          "5 6 must read o-1 missing")

    def test_an_order_goes_back(self):
        self.assert_wrong("order o-1 was RESERVED and should have been PACKED",
                          "5 6 must pack o-1 = PACKED a 3", "7 8 must read o-1 = RESERVED a 3")

    def test_an_order_of_other_items(self):
        self.assert_wrong("order o-1 has other items", "5 6 must read o-1 = RESERVED a 2")

    def test_units_of_a_cancelled_order_stay_away(self):
        self.assert_wrong("AVAILABLE was 7 and should have been 10",
                          "5 6 must cancel o-1 = CANCELLED a 3", "7 8 must list a 7 0 7 100")

    def test_an_order_ends_too_soon(self):
        self.assert_wrong("no order of its events",
                          "5 6 must reserve o-2 20 b 1 = RESERVED b 1", "20 - may expire o-2",
                          "7 8 must read o-2 = EXPIRED b 1")

    def test_a_read_that_is_late(self):
        self.assert_wrong("AVAILABLE was 10 and should have been 8", "5 6 must put b 8 101",
                          "7 8 must list b 10 0 10 100", "9 10 must list b 8 0 8 101")

    def test_a_mark_is_lost(self):
        self.assert_wrong("b: hidden was 0 and should have been 1",
                          "5 6 must hide a b", "7 8 must hidden a 1 b 0")

    def test_a_moment_of_before_the_request(self):
        self.assert_wrong("updatedAt was 1004 and should have been 1005",
                          "5 6 must put b 8 1005", "7 8 must list b 8 0 8 1004")

    def test_what_is_done_twice_in_vain_is_no_longer_than_its_request(self):
        self.assert_wrong("no order of its events",
                          "5 6 must put b 8 101", "5 6 may put b 8 101",
                          "7 8 must put b 9 101", "9 10 must list b 8 0 8 101")

    def test_what_had_no_answer_may_come_late_or_never(self):
        self.assert_sound("5 - may put b 8 101", "5 - may cancel o-1",
                          "7 8 must list b 10 0 10 100 a 10 3 7 100",
                          "9 10 must list b 8 0 8 101 a 10 3 7 100",
                          "11 12 must read o-1 = RESERVED a 3",
                          "13 14 must list a 10 0 10 100")

    def test_what_is_at_once_has_any_order(self):
        self.assert_sound("5 20 must put b 8 101", "6 19 must put b 9 101",
                          "7 18 must list b 9 0 9 101", "8 17 must list b 8 0 8 101",
                          "21 22 must list b 8 0 8 101")

    def test_what_changes_nothing_may_come_later_and_change_something(self):
        self.assert_sound("5 8 must show b", "6 9 must hide a b", "10 11 must hidden a 1 b 0")
        self.assert_sound("5 8 must put b 10 100", "6 9 must put b 9 100",
                          "10 11 must list b 10 0 10 100")

    def test_a_request_that_a_node_repeats_may_happen_twice(self):
        self.assert_sound("5 12 must pack o-1 refused SHIPPED", "5 12 may pack o-1",
                          "6 7 must read o-1 = PACKED a 3", "8 9 must ship o-1 = SHIPPED a 3")

    def test_a_moment_that_a_node_set(self):
        self.assert_sound("5 6 must put b 8 1005", "7 8 must list b 8 0 8 1007",
                          "9 10 must put b 7 101", "11 12 must list b 8 0 8 1007")

    def test_an_order_whose_time_is_over(self):
        self.assert_sound("5 6 must reserve o-2 20 b 1 = RESERVED b 1", "20 - may expire o-2",
                          "21 22 must read o-2 = RESERVED b 1", "23 24 must read o-2 = EXPIRED b 1",
                          "25 26 must cancel o-2 refused EXPIRED", "27 28 must list b 10 0 10 100")

    def test_the_right_shelf_is_named(self):
        said, status = audit("shelf one" + BASE + "shelf two" + BASE
                             + "5 6 must list a 10 0 10 100\nshelf three" + BASE)
        self.assertEqual(status, 1, said)
        self.assertIn("shelf two:", said)
        self.assertIn("3 shelves, 7 answers", said)
        self.assertIn("1 wrong", said)

    def test_what_is_no_history(self):
        for line in ("1 2 must", "1 2 must put a", "2 1 must hide a", "1 2 must pack o-1",
                     "1 2 perhaps hide a", "1 2 must read o-1 = GONE a 1", "x"):
            with self.subTest(line):
                said, status = audit(f"shelf s\n{line}\n")
                self.assertEqual(status, 2, said)
                self.assertIn(":2: this is no event", said)


if __name__ == "__main__":
    unittest.main()
