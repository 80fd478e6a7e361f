"""The tests that are about the local store alone, and why: with STOCKD_STORE=pg they are skipped.

Everything else has to pass on both stores. A name is that of a module, a class or a test, as
`python3 -m tests.harness.tap` takes it; test_stores.py proves that each of them is there.
"""

import unittest

FILES = "it is about a file of the local store"

REASONS = {
    "tests.contract.test_checkpoint": "a database writes its own checkpoints",
    "tests.contract.test_registry.Kept.test_a_shelf_that_was_filled_and_not_assigned_is_nobodys":
        FILES + ": a frame of the journal is cut off",
    "tests.contract.test_paging.Paging.test_the_local_store_lists_in_order_of_first_appearance":
        "a database lists in the order of SKUs (C16 lets the store choose)",
}


def reason(name):
    """Returns why a test is left out; None: it is not."""
    for prefix, why in REASONS.items():
        if name == prefix or name.startswith(prefix + "."):
            return why
    return None


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def skip(suite):
    """Marks those of a suite."""
    for test in tests_of(suite):
        why = reason(test.id())
        name = getattr(test, "_testMethodName", None)
        if why is not None and hasattr(test, name):
            method = getattr(test, name).__func__
            setattr(test, name, unittest.skip(why)(method).__get__(test))
