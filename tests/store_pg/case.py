"""The base of these tests: a database of the class's own, a store on it, a shelf of the test's."""

import itertools
import unittest

from tests.harness import database
from tests.store_pg import driver, store

_numbers = itertools.count(1)


class EmptyCase(unittest.TestCase):
    """A database without anything for each test: `self.database`."""

    def setUp(self):
        self.database = database.Database(migrated=False)
        self.addCleanup(self.database.drop)


class StoreCase(unittest.TestCase):
    """`self.store` is a connection to a migrated database, `self.shelf` a shelf of this test."""

    @classmethod
    def setUpClass(cls):
        cls.database = database.Database(migrated=False)
        cls.addClassCleanup(cls.database.drop)
        status, said = driver.migrate(cls.database.url)
        assert status == 0, said
        cls.store = cls.connect()
        cls.addClassCleanup(cls.store.close)

    @classmethod
    def connect(cls):
        return store.Store(cls.database.url)

    def setUp(self):
        self.shelf = next(_numbers)
        self.market = store.MARKET + self.shelf

    def another(self):
        """Returns one more connection, closed when the test ends."""
        made = self.connect()
        self.addCleanup(made.close)
        return made

    def assert_cell(self, sku, shelf=None, **wanted):
        cell = self.store.cell(self.shelf if shelf is None else shelf, sku)
        self.assertIsNotNone(cell, sku)
        self.assertEqual({name: cell[name] for name in wanted}, wanted, cell)
