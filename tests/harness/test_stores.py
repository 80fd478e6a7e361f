"""Proves what the tests of two stores stand on: the list of tests that are about one of them alone,
and the PostgreSQL that the tests start.
"""

import unittest

from tests.harness import database, local_only, postgres, tap


class LocalOnly(unittest.TestCase):

    def test_each_name_is_that_of_tests(self):
        names = {test.id() for module in tap.modules("tests.contract")
                 for test in local_only.tests_of(
                     unittest.defaultTestLoader.loadTestsFromName(module))}
        for listed in local_only.REASONS:
            with self.subTest(name=listed):
                self.assertTrue(any(name == listed or name.startswith(listed + ".")
                                    for name in names))

    def test_they_are_few(self):
        """Whoever adds one looks for a way to test both stores first."""
        self.assertLessEqual(len(local_only.REASONS), 6)

    def test_what_is_listed_is_skipped_and_nothing_else(self):
        class Sample(unittest.TestCase):
            ran = []

            def test_one(self):
                self.ran.append("one")

            def test_other(self):
                self.ran.append("other")

        suite = unittest.defaultTestLoader.loadTestsFromTestCase(Sample)
        first = next(test for test in suite if test.id().endswith("test_one"))
        local_only.REASONS[first.id()] = "for the proof"
        try:
            local_only.skip(suite)
        finally:
            del local_only.REASONS[first.id()]
        result = unittest.TestResult()
        suite.run(result)
        self.assertEqual(["other"], Sample.ran)
        self.assertEqual(["for the proof"], [why for _, why in result.skipped])


class Server(unittest.TestCase):

    def test_what_was_written_outlives_a_crash_of_it(self):
        """Its processes end at once; the machine goes on, so nothing need be synced."""
        server = postgres.Postgres().start()
        self.addCleanup(server.stop)
        server.sql("CREATE TABLE kept (number int); INSERT INTO kept VALUES (7);")
        server.kill()
        server.start()
        self.assertEqual(["7"], server.sql("SELECT number FROM kept"))

    def test_databases_are_apart_and_go_away(self):
        one, other = database.Database(migrated=False), database.Database(migrated=False)
        one.sql("CREATE TABLE kept (number int)")
        self.assertEqual([], other.sql("SELECT 1 FROM pg_tables WHERE tablename = 'kept'"))
        for each in (one, other):
            each.drop()
        self.assertEqual([], database.sql(
            f"SELECT 1 FROM pg_database WHERE datname IN ('{one.name}', '{other.name}')"))


if __name__ == "__main__":
    unittest.main()
