"""What a case measured: rows of its table, figures that the goals are about, charts.

It is plain data, so that it can be written as JSON and be printed or drawn again later. All lists
of values have one value for each round, those of one round at the same place.
"""

import statistics

from common import number_text


class Result:
    def __init__(self, name, title):
        self.name = name
        self.title = title
        self.rows = []
        self.figures = {}
        self.tables = []
        self.charts = []
        self.notes = []
        self.servers = {}

    def row(self, label, values):
        """One line of the case's table."""
        self.rows.append({"label": label, "values": list(values)})

    def table(self, rows):
        """One more table, of texts; the first row is the heading."""
        self.tables.append([list(row) for row in rows])

    def figure(self, key, values):
        """A figure of goals.py."""
        self.figures[key] = list(values)

    def chart(self, name, title, bars):
        """Bars are (label, values); the title is "what is done: what is measured (which is
        better)". The file is named after `name`."""
        self.charts.append({"name": name, "title": title,
                            "bars": [{"label": label, "values": list(values)}
                                     for label, values in bars]})

    def note(self, text):
        """A sentence below the table: what was checked, what a row leaves out."""
        self.notes.append(text)

    def server(self, server):
        """Keeps what the report says of a server's version and configuration."""
        self.servers[server.name] = {"version": server.version,
                                     "configuration": server.configuration}

    def data(self):
        return dict(vars(self))


def column(results, name):
    return [figures[name] for figures in results]


def cpu_us(results, per):
    """Server's CPU time in microseconds for each request or SKU (`per` is the count's name)."""
    return [figures["server_cpu_s"] / figures[per] * 1e6 for figures in results]


def ratios(ours, theirs):
    """Round by round: each against the one beside it."""
    return [our / their for our, their in zip(ours, theirs)]


def text(result):
    """The table of one case, from its data, as lines."""
    lines = ["", result["title"], f"  {'':44}{'median':>12}   min … max"]
    for row in result["rows"]:
        values = row["values"]
        line = f"  {row['label']:44}{number_text(statistics.median(values)):>12}"
        if len(values) > 1:
            line += f"   {number_text(min(values))} … {number_text(max(values))}"
        lines.append(line)
    for rows in result["tables"]:
        lines += [""] + [f"  {line}" for line in table_lines(rows)]
    return lines + [f"  {note}" for note in result["notes"]]


def table_lines(rows):
    """Lines with columns as wide as they need to be, those after the first to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width
                                                  in zip(row[1:], widths[1:]))])
            for row in rows]
