"""The figures that were promised, with floors and goals: data, and how a run is held against it.

A floor must be held on a machine of two cores with the load generator beside the server; a goal
is what we aim at. A goal that is not reached has a paragraph in docs/performance.md.
"""

import collections
import statistics

from common import number_text

AT_LEAST, AT_MOST = "at least", "at most"
MEDIAN, WORST = "median", "worst"

Goal = collections.namedtuple("Goal", "key figure bound floor goal unit judged how")

# A floor of None: the figure has only a goal.
GOALS = [Goal(*row) for row in (
    ("put_null_share", "bulk PUT, fresh, share of the null server's requests",
     AT_LEAST, 0.35, 0.50, "", MEDIAN,
     "wrk's requests a second with stockd, over those with the null server, which writes as many "
     "bytes and syncs"),
    ("put_postgres_ratio", "bulk PUT against PostgreSQL raw libpq at its best",
     AT_LEAST, 12, 20, "×", MEDIAN,
     "SKU/s over the most of 1, 2 and 4 connections in the round"),
    ("put_postgres_cpu_ratio", "CPU a SKU, PostgreSQL's own against stockd's own",
     AT_LEAST, 12, 20, "×", MEDIAN,
     "the least of 1, 2 and 4 connections in the round, over stockd's"),
    ("put_cpu_s", "CPU-seconds per million SKUs, stockd's own",
     AT_MOST, None, 0.25, "s", MEDIAN, "bulk PUT, fresh"),
    ("put_redis_ratio", "bulk PUT against Redis Lua, appendfsync always",
     AT_LEAST, 8, 12, "×", MEDIAN, "SKU/s over SKU/s"),
    ("put_hset_ratio", "bulk PUT against Redis multi-field HSET",
     AT_LEAST, 3, 5, "×", MEDIAN, "SKU/s over SKU/s; HSET has no rules, no JSON, no HTTP"),
    ("single_null_share", "single-SKU PUT, 64 connections, share of null + sync",
     AT_LEAST, 0.6, 0.75, "", MEDIAN, "requests a second over requests a second"),
    ("single_p99_ratio", "single-SKU PUT, 64 connections, p99 over that of null + sync",
     AT_MOST, None, 2, "×", MEDIAN, "p99 over p99, of the same rounds"),
    ("page_nginx_share", "page of 200, share of nginx's requests for the same bytes",
     AT_LEAST, 0.35, 0.55, "", MEDIAN, "requests a second over requests a second"),
    ("store_put_share", "bulk PUT to stockd over PostgreSQL, share of libpq with its statement",
     AT_LEAST, 0.7, 0.85, "", MEDIAN,
     "SKU/s of `stockd --store` through HTTP over those of libpq alone with the same statement and "
     "tables, each the most of 1, 2 and 4 connections of the database in the round"),
    ("memory_cell_bytes", "memory a cell beyond the SKU's own bytes, 10 M cells",
     AT_MOST, 56, 40, "B", MEDIAN, "growth of resident memory over cells, less 14 bytes"),
    ("start_cells_per_s", "start from checkpoint, 10 M cells",
     AT_LEAST, 3e6, 6e6, "cells/s", MEDIAN, "cells over the time from the program's start to "
     "its line event=ready"),
    ("growth_ratio", "cost per SKU at 50 M cells against 1 M cells",
     AT_MOST, 1.6, 1.3, "×", MEDIAN, "stockd's CPU time a SKU over the same"),
    ("seller_skus_per_s", "stockctl push, all of 1 M rows changed",
     AT_LEAST, 500_000, 700_000, "SKU/s", MEDIAN,
     "rows over the time of the whole program, CSV, book and stockd on one machine"),
    ("seller_unchanged_s", "stockctl push, none of 1 M rows changed",
     AT_MOST, 2, 1.5, "s", MEDIAN, "the time of the whole program"),
    ("seller_peak_mb", "stockctl push, memory",
     AT_MOST, 200, 150, "MB", WORST, "resident at the peak, 1 M rows that changed"),
    ("checkpoint_longest_ms", "longest answer while a checkpoint of 10 M cells runs",
     AT_MOST, 20, 5, "ms", WORST, "the longest of all rounds, from the moment it was due"),
    ("page_first_ms", "first view of the cabinet, nothing cached, 1 M SKUs",
     AT_MOST, None, 300, "ms", MEDIAN,
     "from the start of the navigation until the first store is painted, in chromium"),
    ("page_first_kb", "first view of the cabinet, over the wire",
     AT_MOST, None, 100, "KB", WORST, "all answers of such a view with their heads, gzipped"),
    ("page_search_ms", "a SKU searched as one types, 1 M SKUs",
     AT_MOST, None, 300, "ms", MEDIAN,
     "from the last key until the SKUs found are painted; the page waits for 150 ms of it"),
    ("page_turn_ms", "the next page of 100 SKUs, 1 M SKUs",
     AT_MOST, None, 100, "ms", MEDIAN, "from the click until its SKUs are painted"),
)]


def reached(goal, value, limit):
    return value >= limit if goal.bound == AT_LEAST else value <= limit


def judged_value(goal, values):
    """The one value of a run that is held against floor and goal."""
    if goal.judged == MEDIAN:
        return statistics.median(values)
    return min(values) if goal.bound == AT_LEAST else max(values)


def judge(run):
    """Holds the cases of one run, {name: Result.data()}, against GOALS.

    Gives a dict for each goal: values, value, floor_held, goal_reached; the last three are None
    where nothing was measured (or there is no floor).
    """
    figures = {}
    for case in run.values():
        figures.update(case["figures"])
    verdicts = []
    for goal in GOALS:
        values = figures.get(goal.key)
        value = judged_value(goal, values) if values else None
        verdicts.append({
            "key": goal.key, "values": values, "value": value,
            "floor_held": (None if value is None or goal.floor is None
                           else reached(goal, value, goal.floor)),
            "goal_reached": None if value is None else reached(goal, value, goal.goal)})
    return verdicts


def limit_text(goal, limit):
    if limit is None:
        return "—"
    sign = "≥ " if goal.bound == AT_LEAST else "≤ "
    return sign + unit_behind(goal, f"{limit:,.10g}")


def unit_behind(goal, text):
    return text + ("" if goal.unit in ("", "×") else " ") + goal.unit


def with_unit(goal, value):
    return unit_behind(goal, number_text(value))


def measured_text(goal, verdict):
    if verdict["value"] is None:
        return "not measured"
    line = with_unit(goal, verdict["value"])
    if len(verdict["values"]) > 1:
        line += f" ({number_text(min(verdict['values']))} … {number_text(max(verdict['values']))})"
    return line


def word(answer, yes, no):
    return {True: yes, False: no, None: "—"}[answer]


def table(run):
    """Rows of text, the heading first: figure, measured, floor, held, goal, reached."""
    rows = [("figure", "measured median (min … max)", "floor", "", "goal", "")]
    for goal, verdict in zip(GOALS, judge(run)):
        rows.append((goal.figure, measured_text(goal, verdict), limit_text(goal, goal.floor),
                     word(verdict["floor_held"], "held", "NOT held"),
                     limit_text(goal, goal.goal),
                     word(verdict["goal_reached"], "reached", "not reached")))
    return rows


def runs_table(runs):
    """Rows of text over several runs: each run's value, in how many floor and goal were kept."""
    heading = [f"run {number + 1}" for number in range(len(runs))]
    rows = [("figure", *heading, "floor", "held", "goal", "reached")]
    judged = [judge(run) for run in runs]
    for index, goal in enumerate(GOALS):
        verdicts = [verdicts[index] for verdicts in judged]
        values = ["not measured" if verdict["value"] is None else with_unit(goal, verdict["value"])
                  for verdict in verdicts]
        rows.append((goal.figure, *values, limit_text(goal, goal.floor),
                     share_text(verdicts, "floor_held"), limit_text(goal, goal.goal),
                     share_text(verdicts, "goal_reached")))
    return rows


def share_text(verdicts, name):
    known = [verdict[name] for verdict in verdicts if verdict[name] is not None]
    return f"{sum(known)} of {len(known)}" if known else "—"


def table_text(rows):
    """Lines with columns as wide as they need to be."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            for row in rows]
