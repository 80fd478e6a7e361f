"""The real stockd while one of its calls fails, or one of a library's: it goes on, says 503 or ends
the connection; or refuses to start with words; or ends with 74 where the journal failed. Never a
signal, a hang, a wrong answer, or something acknowledged that is gone afterwards.

FAULT=kind:number runs one life alone and tells all about it.
"""

import os
import unittest

from tests.e2e.shop import Shop
from tests.fault.case import SweepCase
from tests.fault.program import KINDS, Fault
from tests.fault.sweep import Again, Life, ThroughTls
from tests.fault.tool_lives import Backup, Check, Restore

# How many calls of each kind are tried, None: all; of those that are not named SAMPLE.
SAMPLE = 4
COUNTS = {"memory": 30, "loading": 8, "write": None, "sync": None, "open": None, "allocate": None,
          "accept": None}
PUSH_COUNTS = {"memory": 6, "send": 1, "receive": 1, "socket": 1}
AGAIN_COUNTS = {"memory": 8, "open": 4, "read": 4, "write": 3, "sync": 3, "name": 2, "thread": 2}
TLS_COUNTS = {"memory": 12, "open": 2, "read": 2, "send": 3, "receive": 3, "epoll": 1}
TOOL_COUNTS = {Check: {"memory": 6, "open": 2, "read": 2},
               Backup: {"memory": 6, "open": 3, "read": 2, "write": 2, "sync": 2, "name": 1},
               Restore: {"memory": 6, "open": 2, "write": 2, "sync": 2}}
SHOP_STOCK = {"p": 9}


class Stockd(SweepCase):

    def test_requests_on_both_listeners(self):
        self.try_kinds(Life, {kind: COUNTS.get(kind, SAMPLE) for kind in KINDS})

    def test_a_start_on_what_an_earlier_run_left(self):
        with Again.prepared():
            self.try_kinds(Again, AGAIN_COUNTS)

    def test_requests_through_tls(self):
        self.try_kinds(ThroughTls, TLS_COUNTS)

    def test_check_backup_and_restore(self):
        with Again.prepared():
            for life in (Check, Backup, Restore):
                with self.subTest(life.__name__):
                    self.try_kinds(life, TOOL_COUNTS[life])

    def test_a_shop_is_asked(self):
        with Shop(SHOP_STOCK) as shop:
            self.try_kinds(lambda fault: Life(fault, shop.url), PUSH_COUNTS)

    @unittest.skipUnless("FAULT" in os.environ, "FAULT=kind:number runs one")
    def test_one(self):
        kind, number = os.environ["FAULT"].split(":")[:2]
        life = Life(Fault(kind, int(number))).run()
        print("# " + life.describe().replace("\n", "\n# "))
        self.assertEqual([], life.wrong)
