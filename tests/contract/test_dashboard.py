"""Metrics: the dashboard in packaging/ draws figures that this program gives."""

import json
import re

from tests.contract.operator_case import OperatorCase
from tests.harness import database
from tests.harness.stockd import ROOT

# Figures of a store in the data folder; those of one in a database have a prefix of their own.
LOCAL = ("stockd_commit", "stockd_journal_", "stockd_checkpoint", "stockd_history_")
DATABASE = ("stockd_pg_",)


def names(text):
    """The metrics that a text names; a histogram has one name for its parts."""
    return {re.sub(r"_(bucket|sum|count)$", "", name)
            for name in re.findall(r"\bstockd_[a-z_]+", text)}


class Dashboard(OperatorCase):
    """packaging/grafana-dashboard.json."""

    def test_each_metric_of_the_dashboard_is_there_and_documented(self):
        dashboard = json.loads((ROOT / "packaging/grafana-dashboard.json").read_text("utf-8"))
        drawn = set()
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                drawn |= names(target["expr"])
        self.assertGreater(len(drawn), 30)

        elsewhere = LOCAL if database.is_wanted() else DATABASE
        if not database.is_wanted():
            self.operator.make_checkpoint()  # Some figures are those of the last one.
        given = names("\n".join(self.server.metrics()))
        lacking = {name for name in drawn - given if not name.startswith(elsewhere)}
        self.assertEqual(lacking, set())
        documented = names((ROOT / "docs/operating.md").read_text("utf-8"))
        self.assertEqual(drawn - documented, set())
