"""stockctl push, pull, hide, serve and lists while one of their calls fails: exit 0 only when all
is done, else words and an exit code of their own.
"""

from tests.fault import ctl_lives
from tests.fault.case import SweepCase
from tests.fault.script import FULL, put_body, registry
from tests.harness.client import Client
from tests.harness.stockd import Stockd

PULLED = {f"k{index}": index for index in range(450)}
COUNTS = {"memory": 12, "loading": 3, "send": 2, "receive": 2, "open": 2, "write": 3, "short": 2,
          "sync": 2}


class Ctl(SweepCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Stockd(registry(None), "--no-limits")
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.address = tuple(cls.server.address)
        client = Client(cls.address)
        answer = client.request("PUT", f"/v2/campaigns/{ctl_lives.Pull.campaign}/offers/stocks",
                                {"Api-Key": FULL, "Content-Type": "application/json"},
                                put_body(PULLED, 1))
        assert answer.status == 200, answer
        answer = client.request("POST", f"/v2/campaigns/{ctl_lives.Pull.campaign}/hidden-offers",
                                {"Api-Key": FULL, "Content-Type": "application/json"},
                                {"hiddenOffers": [{"offerId": sku} for sku in PULLED]})
        client.close()
        assert answer.status == 200, answer

    def sweep_of(self, life, *kinds):
        self.try_kinds(lambda fault: life(fault, self.address),
                       {kind: COUNTS.get(kind, 1) for kind in kinds})

    def test_push(self):
        self.sweep_of(ctl_lives.Push, "memory", "loading", "read", "write", "short", "sync", "send",
                      "receive", "open", "socket")

    def test_pull(self):
        self.sweep_of(ctl_lives.Pull, "memory", "send", "receive", "open", "write", "sync",
                      "name", "socket")

    def test_hide(self):
        self.sweep_of(ctl_lives.Hide, "memory", "send", "receive", "open", "read")

    def test_lists(self):
        self.sweep_of(ctl_lives.Shown, "memory", "send", "receive", "write")
        self.sweep_of(ctl_lives.ShownHidden, "memory", "receive", "write")
        self.sweep_of(ctl_lives.ShownToken, "memory", "receive")

    def test_serve(self):
        self.sweep_of(ctl_lives.Serve, "memory", "read", "open", "socket", "accept", "epoll",
                      "thread")
