"""A seller at work: stockctl against one stockd for a class, a config file of profiles, a book.

`SellerCase.ctl()` runs a subcommand; `profile()` writes a config and names its profile; `stock()`
reads back what the Market has.
"""

from tests.contract.operator_case import OperatorCase
from tests.contract.registry import FULL
from tests.e2e.ctl import CtlCase


class SellerCase(CtlCase, OperatorCase):
    """A folder with a token, a config and a book; and a server without limits."""

    def setUp(self):
        CtlCase.setUp(self)
        OperatorCase.setUp(self)
        self.url = "http://{}:{}".format(*self.server.address)
        self.token_file = self.file("token", FULL + "\n")
        self.environment = {"HOME": str(self.folder), "STOCKCTL_URL": "http://127.0.0.1:1",
                            "STOCKCTL_BOOK": str(self.folder / "book.sqlite")}

    def config(self, text):
        """Writes the config where it is looked for; returns its path."""
        path = self.folder / ".config" / "stockctl" / "config"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def profile(self, *lines, name="shop"):
        """Writes a config with one profile at the server, with these lines; returns its path."""
        return self.config("\n".join((f"[{name}]", f"url = {self.url}",
                                      f"token-file = {self.token_file}", *lines, "")))

    def start_ctl(self, *words):
        return self.start(*words, token=None, environment=self.environment)

    def ctl(self, *words, code=0):
        """Runs a subcommand to its end, which has this code."""
        ended = self.finish(self.start_ctl(*words))
        self.assertEqual(code, ended.code, ended)
        return ended

    def stock(self, campaign):
        """Returns {sku: AVAILABLE} of a campaign."""
        return {offer["offerId"]: stock["count"] for offer in self.offers(campaign)
                for stock in offer["stocks"] if stock["type"] == "AVAILABLE"}
