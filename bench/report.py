"""Writes docs/benchmarks.md and its charts from the results of a run: nothing is measured here."""

import statistics

import goals
import svg
from common import ROOT, number_text

PAGE = ROOT / "docs/benchmarks.md"
CHARTS = ROOT / "docs/benchmarks"
FLAME = "flame-"  # What bench/flame drew stays.

HEAD = """# Benchmarks

Written by `make bench` (`bench/run --report`); don't edit it by hand. How to read it, what each
case does and how to repeat it: [bench/README.md](../bench/README.md). Where the time goes:
[performance.md](performance.md).
"""

HOW = """Every server keeps what it is told before it answers, on the same disk, in the set-up that
its own documentation describes for production; all are on this one machine with the load generator
beside them. In a round the servers take turns, A B C A B C, and those not measured are frozen. Each
figure is the median of the rounds with the least and the greatest; a ratio compares figures of the
same round. Before a figure counts, the server's final state is compared with what an oracle knows
must be there.
"""

QUICK = "**From a quick run, which shows that all works: these figures mean nothing.**"


def markdown_table(rows):
    """The first row is the heading; columns after the first are aligned to the right."""
    lines = ["| " + " | ".join(rows[0]) + " |",
             "|---|" + "---:|" * (len(rows[0]) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows[1:]]


def case_rows(case):
    rows = [(case["name"], "median", "least", "greatest")]
    for row in case["rows"]:
        label = row["label"]
        indented = "&emsp;" + label.strip() if label.startswith(" ") else label
        values = row["values"]
        ends = ((number_text(min(values)), number_text(max(values))) if len(values) > 1
                else ("", ""))
        rows.append((indented, number_text(statistics.median(values)), *ends))
    return rows


def case_section(case):
    name, _, words = case["title"].partition(": ")
    lines = [f"### {name}", "", words[0].upper() + words[1:] + ".", ""]
    for chart in case["charts"]:
        lines += [f"![{chart['title']}](benchmarks/{chart['name']}.svg)", ""]
    lines += markdown_table(case_rows(case)) + [""]
    for rows in case["tables"]:
        lines += markdown_table(rows) + [""]
    return lines + [note + "\n" for note in case["notes"]]


def goals_section(results):
    runs = results["runs"]
    lines = ["## Floors and goals", ""]
    if len(runs) > 1:
        lines += [f"Of {len(runs)} runs, each with everything set up anew; the value of each run "
                  "is what is held against floor and goal.", "",
                  *markdown_table(goals.runs_table(runs)), "", "The last run in full:", ""]
    lines += markdown_table(goals.table(runs[-1])) + ["", "How each is computed:", ""]
    for goal in goals.GOALS:
        judged = "" if goal.judged == goals.MEDIAN else " The worst round counts."
        lines.append(f"* {goal.figure}: {goal.how}.{judged}")
    return lines + [""]


def servers_section(run):
    """Each server's configuration once, from the first case that has it."""
    servers = {}
    for case in run.values():
        for name, server in case["servers"].items():
            servers.setdefault(name, server)
    lines = ["## Servers", ""]
    for name, server in servers.items():
        lines += [f"**{name}**: {server['version']}", "", "```", server["configuration"].strip(),
                  "```", ""]
    return lines


def page(results):
    """The text of docs/benchmarks.md."""
    run = results["runs"][-1]
    lines = [*HEAD.splitlines(), ""]
    if results["quick"]:
        lines += [QUICK, ""]
    lines += goals_section(results)
    lines += ["## Machine", "", "| | |", "|---|---|"]
    lines += [f"| {what} | {text} |" for what, text in results["machine"].items()]
    lines += [f"| rounds | {results['rounds']} of {results['seconds']} s for each server, after a "
              "second that is not counted |",
              "| seeds | 1 for the writes, 7 for the fill, 2 for the second writer of `mix` |", ""]
    lines += ["## Cases", "", *HOW.splitlines(), ""]
    for case in run.values():
        lines += case_section(case)
    lines += servers_section(run)
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip() + "\n"


def write(results, page_path=PAGE, charts_folder=CHARTS):
    """Writes the page and its charts, removes charts of before. Returns the paths."""
    charts_folder.mkdir(exist_ok=True)
    for old in charts_folder.glob("*.svg"):
        if not old.name.startswith(FLAME):
            old.unlink()
    paths = [page_path]
    page_path.write_text(page(results))
    for case in results["runs"][-1].values():
        for chart in case["charts"]:
            paths.append(charts_folder / f"{chart['name']}.svg")
            paths[-1].write_text(svg.bars(chart["title"], chart["bars"]))
    return paths
