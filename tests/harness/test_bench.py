"""Proves what bench/run makes of figures: verdicts, tables, the page, charts. Measures nothing."""

import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import case_page  # noqa: E402
import goals  # noqa: E402
import report  # noqa: E402
import result  # noqa: E402
import svg  # noqa: E402
from common import Broken  # noqa: E402
from server import process_tree  # noqa: E402
from workload import Sequence, Stamps  # noqa: E402


def run_with(**figures):
    case = result.Result("case", "case: words")
    for key, values in figures.items():
        case.figure(key, values)
    return {"case": case.data()}


def verdict(run, key):
    return next(verdict for verdict in goals.judge(run) if verdict["key"] == key)


class Goals(unittest.TestCase):
    def test_every_floor_lies_before_its_goal(self):
        for goal in goals.GOALS:
            with self.subTest(goal.key):
                if goal.floor is not None:
                    self.assertTrue(goals.reached(goal, goal.goal, goal.floor))
                    self.assertFalse(goals.reached(goal, goal.floor, goal.goal))

    def test_names_are_distinct(self):
        self.assertEqual(len({goal.key for goal in goals.GOALS}), len(goals.GOALS))

    def test_the_median_decides_where_more_is_better(self):
        held = verdict(run_with(put_null_share=[0.1, 0.35, 0.9]), "put_null_share")
        self.assertEqual((held["value"], held["floor_held"], held["goal_reached"]),
                         (0.35, True, False))

    def test_the_median_decides_where_less_is_better(self):
        held = verdict(run_with(memory_cell_bytes=[40]), "memory_cell_bytes")
        self.assertEqual((held["floor_held"], held["goal_reached"]), (True, True))
        missed = verdict(run_with(memory_cell_bytes=[56.01]), "memory_cell_bytes")
        self.assertEqual((missed["floor_held"], missed["goal_reached"]), (False, False))

    def test_of_the_longest_answers_the_longest_decides(self):
        missed = verdict(run_with(checkpoint_longest_ms=[1, 2, 21]), "checkpoint_longest_ms")
        self.assertEqual((missed["value"], missed["floor_held"]), (21, False))

    def test_what_was_not_measured_is_neither_held_nor_missed(self):
        unknown = verdict(run_with(), "put_null_share")
        self.assertEqual((unknown["value"], unknown["floor_held"], unknown["goal_reached"]),
                         (None, None, None))
        self.assertIn("not measured", goals.table(run_with())[1])

    def test_runs_are_counted(self):
        runs = [run_with(put_null_share=[value]) for value in (0.6, 0.4, 0.2)]
        row = goals.runs_table(runs)[1]
        self.assertEqual(row[1:], ("0.6", "0.4", "0.2", "≥ 0.35", "2 of 3", "≥ 0.5", "1 of 3"))

    def test_a_figure_that_a_case_has_is_one_of_the_goals(self):
        keys = {goal.key for goal in goals.GOALS}
        named = set()
        for path in (ROOT / "bench").glob("*.py"):
            named |= {key for key in keys if f'"{key}"' in path.read_text()
                      and path.name != "goals.py"}
        self.assertEqual(named, keys)


class Tables(unittest.TestCase):
    def test_columns_are_as_wide_as_they_need_to_be(self):
        self.assertEqual(goals.table_text([("a", "b"), ("long", "c")]), ["a     b", "long  c"])

    def test_a_case_has_median_least_and_greatest(self):
        case = result.Result("case", "case: words")
        case.row("figure", [3, 1, 2])
        case.row("alone", [5])
        lines = result.text(case.data())
        self.assertRegex(lines[3], r"^  figure +2   1 … 3$")
        self.assertRegex(lines[4], r"^  alone +5$")


class Page(unittest.TestCase):
    def results(self):
        case = result.Result("case", "case: what is done")
        case.row("stockd, SKU/s", [2_000_000, 3_000_000])
        case.row("  p99 µs", [12.5, 13])
        case.figure("put_null_share", [0.4])
        case.chart("case-chart", "SKUs a second", [("stockd", [2, 3]), ("<other>", [1])])
        case.note("All is well.")
        case.servers["stockd"] = {"version": "1.2.3", "configuration": "stockd --data DIR"}
        return {"machine": {"kernel": "Linux"}, "rounds": 5, "seconds": 3, "quick": False,
                "runs": [{"case": case.data()}]}

    def test_the_page_says_it_all(self):
        page = report.page(self.results())
        for line in ("| bulk PUT, fresh, share of the null server's requests | 0.4 | ≥ 0.35 | held "
                     "| ≥ 0.5 | not reached |",
                     "| kernel | Linux |", "| &emsp;p99 µs | 12.8 | 12.5 | 13.0 |",
                     "| stockd, SKU/s | 2,500,000 | 2,000,000 | 3,000,000 |", "All is well.",
                     "![SKUs a second](benchmarks/case-chart.svg)", "stockd --data DIR"):
            self.assertIn(line + "\n", page)

    def test_three_runs_are_shown_beside_each_other(self):
        results = self.results()
        results["runs"] *= 3
        self.assertIn("| 0.4 | 0.4 | 0.4 | ≥ 0.35 | 3 of 3 |", report.page(results))

    def test_a_quick_run_says_so(self):
        self.assertIn("mean nothing", report.page({**self.results(), "quick": True}))

    def test_charts_lie_beside_the_page_and_old_ones_go(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "benchmarks").mkdir()
            (folder / "benchmarks" / "old.svg").touch()
            (folder / "benchmarks" / "flame-put.svg").touch()
            paths = report.write(self.results(), folder / "page.md", folder / "benchmarks")
            self.assertEqual({path.relative_to(folder).as_posix() for path in paths},
                             {"page.md", "benchmarks/case-chart.svg"})
            self.assertFalse((folder / "benchmarks" / "old.svg").exists())
            self.assertTrue((folder / "benchmarks" / "flame-put.svg").exists())


class Visits(unittest.TestCase):
    def test_visits_are_told_apart_by_their_server(self):
        text = "server=a first_ms=200.5 bytes=9\nserver=b first_ms=7\n"
        self.assertEqual(case_page.visits_read(text, ("a", "b")),
                         {"a": [{"first_ms": 200.5, "bytes": 9}], "b": [{"first_ms": 7}]})

    def test_a_server_that_was_visited_less_often_is_no_figure(self):
        for text in ("", "server=a first_ms=1\n"):
            with self.assertRaises(Broken):
                case_page.visits_read(text, ("a", "b"))

    def test_the_rows_of_a_visit_are_those_that_it_prints(self):
        script = (ROOT / "bench/page.mjs").read_text()
        case = result.Result("page", "page: words")

        class Figures(dict):
            def __missing__(self, name):
                self[name] = 1
                return 1

        figures = Figures()
        case_page.rows_first(case, "demo", [figures])
        case_page.rows_store(case, [figures])
        self.assertEqual([name for name in figures if name not in script], [])
        self.assertEqual(len(case.rows), len(figures))


class Charts(unittest.TestCase):
    def test_a_chart_is_sound_and_within_its_frame(self):
        text = svg.bars("<a & b>", [{"label": "stockd", "values": [100, 200, 300]},
                                    {"label": "Redis, <HSET>", "values": [50]},
                                    {"label": "nothing", "values": [0]}])
        root = xml.etree.ElementTree.fromstring(text)
        space = "{http://www.w3.org/2000/svg}"
        bars = root.findall(f"{space}rect")
        self.assertEqual(len(bars), 3)
        self.assertAlmostEqual(float(bars[0].get("width")), 4 * float(bars[1].get("width")),
                               delta=0.2)
        self.assertLess(max(float(line.get("x2")) for line in root.findall(f"{space}line")),
                        svg.WIDTH)
        self.assertIn("<a & b>", root.find(f"{space}title").text)
        self.assertNotIn("http", text.replace("http://www.w3.org/2000/svg", ""))

    def test_a_whisker_goes_from_the_least_to_the_greatest(self):
        text = svg.bars("t", [{"label": "a", "values": [100, 200, 300]}])
        self.assertEqual(text.count('class="whisker"'), 3)
        self.assertNotIn('class="whisker"', svg.bars("t", [{"label": "a", "values": [1]}]))


class Sequences(unittest.TestCase):
    def test_runs_follow_each_other_where_each_changes_something(self):
        sequence = Sequence(Stamps(), 100_000)
        sequence.took(7)
        self.assertEqual(sequence.words()[-2:], ["--first-request", 7])
        self.assertEqual(sequence.last_words(5)[-4:], ["--first-request", 2, "--requests", 5])
        self.assertTrue(sequence.oracle_text().endswith("--first-request 0 --requests 7\n"))

    def test_runs_begin_anew_where_nothing_changes(self):
        sequence = Sequence(Stamps(), 100_000, change="none")
        sequence.took(7)
        self.assertEqual(sequence.words()[-2:], ["--first-request", 0])

    def test_the_processes_of_a_server_are_found(self):
        self.assertEqual(next(iter(process_tree(1))), 1)
