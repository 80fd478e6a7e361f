"""What Citus could distribute: a lint of schema, statements, functions.

Citus is not in Debian, so its rules are held by reading: the shelf in every key and in every WHERE,
nothing that it refuses, nothing that it would pull to its coordinator.
"""

import re
import unittest

from tests.store_pg import case, driver

DISTRIBUTED = {"shelf", "stock", "turnover", "orders", "order_items", "order_claim",
               "stock_history"}
# All shards at once, for threads behind the scenes; and tables that each node has.
FOR_ALL = {"figures", "cells", "expiring", "document_add", "documents", "summary", "document_last",
           "summarize", "moving read_shelves", "moving read_documents", "moving add_document",
           "moving set_last", "moving shelf", "moving stock", "moving turnover", "moving orders",
           "moving order_items", "moving document", "moving document_summary", "history_days"}
# Windows of rate limits stay on the coordinator: one clock, and no disk to wait for.
UNDISTRIBUTED = {"rate_window"}
OF_WINDOWS = {"spend", "spend_back", "windows_end", "stockd_spend", "stockd_clock_ms"}
# Without a shelf: what the coordinator does to tables, and a clock that is asked for one number.
OF_TABLES = {"stockd_history_days", "stockd_clock_us"}
SHELF = r"(?:\$1|p_shelf)"

# What Citus refuses, or does not do as it looks.
FORBIDDEN = [
    (r"\b(clock_timestamp|now|random|nextval|setval)\s*\(", "a value that differs by node"),
    (r"\bMERGE\b", "MERGE"),
    (r"\bWITH\b[^;]*\(\s*(INSERT|UPDATE|DELETE)\b", "a CTE that writes"),
    (r"shelf_id\s*=\s*ANY\b|shelf_id\s+IN\b", "several shelves"),
    (r"\bSET\b[^;]*\bshelf_id\s*=[^;]*\bWHERE\b", "a shelf that changes"),
    (r"\bpg_advisory", "a lock of one node"),
    (r"\bxmax\b|\bctid\b", "a system column"),
    (r"\bFOREIGN KEY\b|\bREFERENCES\b|\bTRIGGER\b|\bUNLOGGED\b|\bSERIAL\b|\bGENERATED\b",
     "what cannot be moved"),
]


def parts(text):
    """Statements of a text: it, or those of a function's body."""
    body = text.split("AS $$", 1)
    return re.split(r";|\bLOOP\b", body[1] if len(body) == 2 else text)


def reads(part):
    """(table, alias) of each distributed table that a statement names, but to insert into it."""
    names = "|".join(sorted(DISTRIBUTED, key=len, reverse=True))
    pattern = rf"(?<!INSERT INTO )\b({names})\b(?!\.)(?:\s+AS)?(?:\s+(?!WHERE\b|SET\b|AS\b)(\w+))?"
    begun = re.compile(rf"\b(?:FROM|JOIN|UPDATE|,)\s+{pattern}")
    return [(found[1], found[2] or found[1]) for found in begun.finditer(part)]


def problems(text):
    """What is wrong with a statement or a function; nothing: []."""
    found = [why for pattern, why in FORBIDDEN if re.search(pattern, text, re.I)]
    for part in parts(text):
        for table, alias in reads(part):
            if table == alias:
                held = re.search(rf"(?<!\.)\bshelf_id = {SHELF}(?!\d)", part)
            else:
                held = re.search(rf"\b{alias}\.shelf_id = {SHELF}(?!\d)", part) or (
                    len(reads(part)) == 1
                    and re.search(rf"(?<!\.)\bshelf_id = {SHELF}(?!\d)", part))
            if not held:
                found.append(f"{table} without its shelf: {part.strip()[:200]}")
        for inserted in re.finditer(r"INSERT INTO (\w+)[^(]*\(([^)]*)\)\s*(.*)", part, re.S):
            found += insert_problems(*inserted.groups())
    return found


def insert_problems(table, columns, rest):
    if table not in DISTRIBUTED:
        return []
    if not columns.startswith("shelf_id"):
        return [f"an insert into {table} that does not begin with the shelf"]
    if re.match(rf"VALUES \({SHELF}(?!\d)", rest):
        return []
    if re.match(r"SELECT h\.shelf_id\b", rest) and re.search(rf"h\.shelf_id = {SHELF}", rest):
        return []
    return [f"an insert into {table} that the coordinator would carry out: {rest[:100]}"]


class TestTheLint(unittest.TestCase):
    """It finds what it is for."""

    def test_it_finds_what_is_wrong(self):
        for text in ("SELECT 1 FROM stock WHERE sku = $2",
                     "SELECT 1 FROM stock s WHERE s.shelf_id = $2",
                     "SELECT 1 FROM stock s, turnover t WHERE s.shelf_id = $1 AND t.sku = s.sku",
                     "SELECT 1 FROM stock s JOIN orders o ON true WHERE o.shelf_id = $1",
                     "UPDATE stock AS s SET marks = 0 WHERE s.sku = $2",
                     "DELETE FROM order_items WHERE order_id = $2",
                     "SELECT 1 FROM stock WHERE shelf_id = ANY ($1)",
                     "INSERT INTO stock (shelf_id, sku) SELECT $1, sku FROM unnest($2) AS sku",
                     "INSERT INTO stock (sku, shelf_id) VALUES ($1, $2)",
                     "UPDATE stock SET updated_ms = random() WHERE shelf_id = $1",
                     "WITH a AS (INSERT INTO x (b) VALUES (1) RETURNING b) SELECT b FROM a",
                     "CREATE FUNCTION f(p_shelf bigint) AS $$ BEGIN\n"
                     "PERFORM 1 FROM stock WHERE shelf_id = p_shelf;\n"
                     "DELETE FROM orders WHERE order_id = '';\nEND $$"):
            self.assertTrue(problems(text), text)

    def test_it_leaves_alone_what_is_right(self):
        for text in ("SELECT 1 FROM stock s WHERE s.shelf_id = $1",
                     "SELECT (SELECT 1 FROM turnover t WHERE t.shelf_id = $1) FROM stock s "
                     "WHERE s.shelf_id = $1",
                     "INSERT INTO stock AS s (shelf_id, sku) SELECT h.shelf_id, v FROM shelf h, "
                     "unnest($2) AS v WHERE h.shelf_id = $1"):
            self.assertEqual(problems(text), [], text)


class TestStatements(unittest.TestCase):
    def test_the_lint_reads_all_that_moves_a_store(self):
        moving = {name for name in driver.statements() if name.startswith("moving ")} - FOR_ALL
        self.assertEqual(moving, {f"moving {what}_{rows}" for what in ("read", "add")
                                  for rows in ("cells", "days", "orders", "items")}
                         | {"moving add_shelf"})

    def test_each_statement_speaks_of_one_shelf(self):
        for name, statement in driver.statements().items():
            if name.islower() and name not in FOR_ALL | OF_WINDOWS:
                with self.subTest(name):
                    self.assertEqual(problems(statement.text), [])
                    self.assertRegex(statement.text, r"shelf_id = \$1|VALUES \(\$1|stockd_\w+\(\$1")

    def test_each_function_speaks_of_one_shelf(self):
        functions = [text for text in driver.schema() if text.startswith("CREATE OR REPLACE FUNC")]
        self.assertGreater(len(functions), 8)
        for text in functions:
            name = re.search(r"FUNCTION (\w+)\((\w+ \w+)?", text)
            with self.subTest(name[1]):
                if name[1] == "stockd_tenths":
                    self.assertNotIn("FROM", text)
                    self.assertIn("IMMUTABLE", text)
                elif name[1] not in ({"stockd_document_add", "stockd_summarize"} | OF_WINDOWS
                                     | OF_TABLES):
                    self.assertEqual(name[2], "p_shelf bigint")
                    self.assertEqual(problems(text), [])

    def test_tables_have_nothing_that_cannot_be_distributed(self):
        for text in driver.schema():
            if re.match(r"CREATE (UNLOGGED )?TABLE (?!" + "|".join(UNDISTRIBUTED) + ")", text):
                self.assertEqual([why for pattern, why in FORBIDDEN
                                  if re.search(pattern, text, re.I)], [], text)

    def test_windows_of_limits_are_kept_from_what_is_distributed(self):
        """Neither is named together with the other, and Citus is not told of them."""
        texts = [text for text in driver.schema() if "FUNCTION" in text]
        texts += [statement.text for statement in driver.statements().values()]
        for text in texts:
            if any(table in text for table in UNDISTRIBUTED) and "pg_attribute" not in text:
                self.assertNotRegex(text, rf"\b({'|'.join(DISTRIBUTED)})\b(?!\.)")
        for text in driver.schema():
            if "create_distributed" in text or "create_reference" in text:
                self.assertFalse([name for name in UNDISTRIBUTED | OF_WINDOWS
                                  if f"'{name}" in text], text)

    def test_no_literal_is_too_long_for_a_compiler(self):
        for text in driver.schema():
            self.assertLessEqual(len(text), 4095)


class TestSchema(case.StoreCase):
    """What the database itself says."""

    def test_the_shelf_is_in_every_unique_key(self):
        keys = self.database.sql("""
            SELECT indrelid::regclass, indexrelid::regclass FROM pg_index
            JOIN pg_class c ON c.oid = indrelid AND c.relnamespace = 'public'::regnamespace
            WHERE indisunique AND NOT EXISTS (SELECT FROM pg_attribute a
              WHERE a.attrelid = indrelid AND a.attnum = ANY (indkey) AND a.attname = 'shelf_id')
            """)
        self.assertEqual({key.split("|")[0] for key in keys} & DISTRIBUTED, set())

    def test_nothing_else_holds_tables_together(self):
        self.assertEqual(self.database.sql("""
            SELECT conname FROM pg_constraint WHERE contype = 'f'
            UNION ALL SELECT tgname FROM pg_trigger
            UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
              AND (relkind = 'S' OR relpersistence <> 'p')"""),
                         ["rate_window", "rate_window_pkey"])

    def test_writes_of_cells_stay_on_their_page(self):
        """No index has what a put or an order changes, so that updates are HOT."""
        columns = self.database.sql("""
            SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a
            ON a.attrelid = i.indrelid AND (a.attnum = ANY (i.indkey))
            WHERE i.indrelid = 'stock'::regclass ORDER BY 1""")
        self.assertEqual(columns, ["shelf_id", "sku"])
