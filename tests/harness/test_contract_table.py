"""Holds §19 of docs/contract.md, "What shows it", against the tests and the OpenAPI documents: each
test that it names exists, and each method, each choice and each vector has its row. Then proves
that it would notice: for each thing that can be wrong, a document that has it is told of.
"""

import collections
import re
import unittest

from tests.harness import openapi

CONTRACT = openapi.ROOT / "docs" / "contract.md"
VECTORS_COUNT = 35
NOT_BUILT = "not built yet"

TEST_NAME = re.compile(r"`(test_\w+)\.(\w+)`")
FILE_NAME = re.compile(r"`(test_\w+)`")
CHOICE = re.compile(r"\bC(\d+)\b")
METHOD = re.compile(r"`([A-Z]+ /\S*)`")


def known_tests():
    """Returns {file without its ending: names of its tests}; files of one name count as one."""
    tests = collections.defaultdict(set)
    for path in (openapi.ROOT / "tests").rglob("test_*"):
        if path.suffix not in (".py", ".c"):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            names = re.findall(r"^    def (test_\w+)\(self", text, re.MULTILINE)
        else:  # A test of cmocka is defined, and then listed.
            names = [name for name in re.findall(r"^static void (\w+)\(void \*\*state\)", text,
                                                 re.MULTILINE)
                     if re.search(rf"test\w*\({name}\b", text, re.IGNORECASE)]
        tests[path.stem].update(names)
    return tests


def known_methods():
    """Returns {verb and path: operationId}; a shop's method has no name of ours."""
    methods = {}
    for document in sorted(set(openapi.FILES.values())):
        for verb, path, operation in openapi.load(openapi.ROOT / document).operations():
            methods[f"{verb.upper()} {path}"] = operation["operationId"]
    return methods


def section(text, title):
    """Returns what stands below a heading, up to the next one of its level or above."""
    level = title.split(" ")[0]
    below = text.partition(f"\n{title}")[2].partition("\n")[2]
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text):
    """Returns the cells of each row of the table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class Table:
    """What is wrong with the tables of a document."""

    def __init__(self, text, tests, methods):
        self.text = text
        self.tests = tests
        self.methods = methods
        self.shown = section(text, "## 19.")

    def problems(self):
        return [*self.names(), *self.methods_without_rows(), *self.choices_without_rows(),
                *self.vectors_without_rows()]

    def names(self):
        for file, name in TEST_NAME.findall(self.text):
            if name not in self.tests.get(file, ()):
                yield f"there is no test {file}.{name}"
        for file in FILE_NAME.findall(self.shown):
            if file not in self.tests:
                yield f"there is no file {file}"

    def methods_without_rows(self):
        found = collections.defaultdict(list)
        for first, name, _, *cells in rows(section(self.shown, "### Methods")):
            method = METHOD.findall(first)
            if len(method) != 1 or method[0] not in self.methods:
                yield f"{first} is no method of the OpenAPI documents"
                continue
            found[method[0]].append(name)
            yield from self.untested(method[0], " ".join(cells))
        for method, name in self.methods.items():
            if not found[method]:
                yield f"{method} has no row"
            elif method != "POST /stocks" and found[method] != [name]:
                yield f"{method} is {name}, not {found[method]}"

    def choices_without_rows(self):
        told = [int(number) for number in re.findall(r"⚙C(\d+)", self.text)]
        yield from unequal("C{} stands twice", told, sorted(set(told)))
        yield from unequal("C{} is left out", range(1, max(told, default=0) + 1), sorted(set(told)))
        shown = []
        for first, _, *cells in rows(section(self.shown, "### Choices")):
            shown += [int(number) for number in CHOICE.findall(first)]
            if cells != [NOT_BUILT]:
                yield from self.untested(first, " ".join(cells))
        yield from unequal("C{} has no row", told, shown)
        yield from unequal("C{} has a row and is not told, or has two", shown, sorted(set(told)))

    def vectors_without_rows(self):
        told = [row[0] for row in rows(section(self.text, "## 17."))]
        shown = []
        for first, *cells in rows(section(self.shown, "### Vectors")):
            shown.append(first)
            yield from self.untested(f"vector {first}", " ".join(cells))
        wanted = [str(number) for number in range(1, VECTORS_COUNT + 1)]
        yield from unequal("vector {} is not in §17", wanted, told)
        yield from unequal("vector {} has no row", wanted, shown)
        yield from unequal("vector {} has a row too many", shown, wanted)

    def untested(self, what, cells):
        if not TEST_NAME.search(cells):
            yield f"{what} names no test"


def unequal(words, more, fewer):
    """Yields words about each element that is in `more`, and not as often in `fewer`."""
    rest = collections.Counter(more) - collections.Counter(fewer)
    return [words.format(element) for element in rest]


class Document(unittest.TestCase):

    def test_everything_has_its_row_and_every_test_is_there(self):
        text = CONTRACT.read_text(encoding="utf-8")
        self.assertEqual([], Table(text, known_tests(), known_methods()).problems())


class Proof(unittest.TestCase):
    """A small document in which nothing is wrong, and one change of it at a time."""

    TESTS = {"test_a": {"test_one"}, "test_b": {"two"}}
    METHODS = {"GET /v2/a": "getA", "POST /stocks": "askShop"}
    GOOD = "\n".join([
        "# Contract", "", "* ⚙C1 A choice.", "⚙C2 Another, see C1.", "⚙C3 One more.", "",
        "## 17. Vectors", "", "| # | Request |", "|---|---|",
        *(f"| {number} | something |" for number in range(1, VECTORS_COUNT + 1)), "",
        "## 19. What shows it", "", "### Methods", "", "| | | | | |", "|---|---|---|---|---|",
        "| `GET /v2/a` | getA | §1 | `test_a` | `test_a.test_one` |",
        "| `POST /stocks` | asks | §3 | `test_b` | `test_b.two` |",
        "| `POST /stocks` | answers | §3 | `test_b` | `test_b.two` |", "",
        "### Choices", "", "| | | |", "|---|---|---|", "| C1, C3 | about | `test_a.test_one` |",
        "| C2 | about | not built yet |", "",
        "### Vectors", "", "| # | Tests |", "|---|---|",
        *(f"| {number} | `test_b.two` |" for number in range(1, VECTORS_COUNT + 1)), ""])

    def problems(self, text):
        return Table(text, self.TESTS, self.METHODS).problems()

    def assert_told(self, old, new, *words):
        """Whatever the first `old` is replaced with, exactly this is told."""
        self.assertIn(old, self.GOOD)
        self.assertEqual(list(words), self.problems(self.GOOD.replace(old, new, 1)))

    def test_nothing_is_wrong(self):
        self.assertEqual([], self.problems(self.GOOD))

    def test_a_test_that_does_not_exist(self):
        self.assert_told("`test_a.test_one` |\n| C2", "`test_a.gone`, `test_a.test_one` |\n| C2",
                         "there is no test test_a.gone")
        self.assert_told("A choice.", "A choice: `test_c.test_one`.",
                         "there is no test test_c.test_one")
        self.assert_told("`test_a` |", "`test_c` |", "there is no file test_c")

    def test_a_method_without_a_row(self):
        self.assert_told("| `GET /v2/a` | getA | §1 | `test_a` | `test_a.test_one` |\n", "",
                         "GET /v2/a has no row")
        self.assert_told("/v2/a`", "/v2/b`", "`GET /v2/b` is no method of the OpenAPI documents",
                         "GET /v2/a has no row")
        self.assert_told("| getA |", "| getB |", "GET /v2/a is getA, not ['getB']")
        self.assert_told("`test_a` | `test_a.test_one`", "`test_a` | ", "GET /v2/a names no test")

    def test_a_choice_without_a_row(self):
        self.assert_told("C1, C3 |", "C1 |", "C3 has no row")
        self.assert_told("C1, C3 |", "C1, C3, C2 |",
                         "C2 has a row and is not told, or has two")
        self.assert_told("C1, C3 |", "C1, C3, C4 |",
                         "C4 has a row and is not told, or has two")
        self.assert_told("⚙C3 One more.", "⚙C3 One more. ⚙C5 A jump.", "C4 is left out",
                         "C5 has no row")
        self.assert_told("⚙C3 One more.", "⚙C3 One more. ⚙C3 Again.", "C3 stands twice",
                         "C3 has no row")
        self.assert_told(NOT_BUILT, "nothing", "C2 names no test")

    def test_a_vector_without_a_row(self):
        self.assert_told("| 7 | `test_b.two` |\n", "", "vector 7 has no row")
        self.assert_told("| 7 | something |\n", "", "vector 7 is not in §17")
        self.assert_told("| 7 | `test_b.two` |", "| 7 | |", "vector 7 names no test")
        self.assert_told("| 7 | `test_b.two` |", "| 36 | `test_b.two` |", "vector 7 has no row",
                         "vector 36 has a row too many")

    def test_tests_are_found_where_they_are_run(self):
        tests = known_tests()
        self.assertIn("test_tests_are_found_where_they_are_run", tests["test_contract_table"])
        self.assertIn("waits_are_0_1_2_4_minutes_and_then_it_is_off", tests["test_schedule"])
        self.assertIn("store_without_room_changes_nothing_and_still_reads",
                      tests["test_store_threads"])
        self.assertNotIn("known_tests", tests["test_contract_table"])


if __name__ == "__main__":
    unittest.main()
