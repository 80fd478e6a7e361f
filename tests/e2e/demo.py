"""A stockd with the demo's registry for all tests of a class, and a stockctl that knows it."""

import csv
import io
import json

from tests.e2e.ctl import ROOT, CtlCase
from tests.harness.stockd import Stockd

REGISTRY = (ROOT / "demo" / "registry.json").read_text(encoding="utf-8")
TOKENS = {token["name"]: token.get("apiKey") or token["oauth"]
          for token in json.loads(REGISTRY)["tokens"]}
BUSINESS = "861370"


class DemoCase(CtlCase):
    """`ctl()` speaks to the server as a seller, `operator()` as its operator."""

    @classmethod
    def setUpClass(cls):
        cls.server = Stockd(REGISTRY, "--no-limits")
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.where = {"STOCKCTL_URL": "http://{}:{}".format(*cls.server.address),
                     "STOCKCTL_OPERATOR_URL": "http://{}:{}".format(*cls.server.operator_address),
                     "STOCKCTL_OPERATOR_TOKEN": cls.server.operator_token()}

    def ctl(self, *words, token="full access", environment=None, **how):
        """Runs a subcommand; the words but the last ones may be one text with spaces."""
        return self.run_ctl(*" ".join(map(str, words)).split(" "), token=TOKENS[token],
                            environment={**self.where, **(environment or {})}, **how)

    def good(self, *words, **how):
        """The same of one that has to end well; returns its standard output."""
        ended = self.ctl(*words, **how)
        self.assertEqual(0, ended.code, ended)
        return ended.stdout

    def rows(self, *words, **how):
        """Its result as JSON, a value for each line."""
        text = self.good(*words, "--output json", **how)
        return [json.loads(line) for line in text.splitlines()]

    def table(self, *words, **how):
        """Its result as CSV, a dict for each row."""
        return list(csv.DictReader(io.StringIO(self.good(*words, "--output csv", **how),
                                               newline="")))

    def assert_refused(self, ended, code, *said):
        """It ended with this code, said all of that, and left standard output empty."""
        self.assertEqual(code, ended.code, ended)
        for text in said:
            self.assertIn(text, ended.stderr)
        self.assertEqual("", ended.stdout, ended)
