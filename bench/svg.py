"""Bar charts as SVG, written by hand: horizontal bars of medians, a whisker from the least round to
the greatest, labels in words. One file suits light and dark pages; no font is fetched.
"""

import html
import statistics

from common import number_text

WIDTH, LABEL_WIDTH, VALUE_WIDTH = 760, 250, 150
BAR_HEIGHT, BAR_GAP, TOP, BOTTOM = 22, 10, 52, 16

STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 16px }
.small { font-size: 12px; fill: #59636e }
.bar { fill: #8c959f }
.ours { fill: #0969da }
.whisker { stroke: #1f2328; stroke-width: 1.5 }
.axis { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .small { fill: #9198a1 }
  .bar { fill: #6e7681 }
  .ours { fill: #4493f8 }
  .whisker { stroke: #f0f6fc }
  .axis { stroke: #3d444d }
}
"""


def _line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text_line(x, y, words, kind="", anchor="start"):
    return (f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{html.escape(words)}</text>")


def _bar(y, label, values, scale):
    """One bar with its label, whisker and number; `scale` is pixels for 1."""
    median, least, greatest = statistics.median(values), min(values), max(values)
    middle = y + BAR_HEIGHT / 2
    kind = "bar ours" if label.startswith("stockd") else "bar"
    parts = [text_line(LABEL_WIDTH - 10, middle + 5, label, anchor="end"),
             f'<rect class="{kind}" x="{LABEL_WIDTH}" y="{y:.1f}" rx="2" '
             f'width="{max(median * scale, 1):.1f}" height="{BAR_HEIGHT}"/>']
    if least < greatest:
        left, right = LABEL_WIDTH + least * scale, LABEL_WIDTH + greatest * scale
        parts += [_line(left, middle, right, middle, "whisker"),
                  _line(left, middle - 5, left, middle + 5, "whisker"),
                  _line(right, middle - 5, right, middle + 5, "whisker")]
    parts.append(text_line(LABEL_WIDTH + greatest * scale + 8, middle + 5, number_text(median)))
    return parts


def bars(title, rows):
    """The text of an SVG file; `rows` are {"label", "values"}, from top to bottom.

    The title is "what is done: what is measured".
    """
    what, _, measure = title.partition(": ")
    measure = f"{measure}; " if measure else ""
    height = TOP + len(rows) * (BAR_HEIGHT + BAR_GAP) + BOTTOM
    greatest = max(max(row["values"]) for row in rows) or 1
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / greatest
    said = "; ".join(f"{row['label']}: {number_text(statistics.median(row['values']))}"
                     for row in rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img">',
             f"<title>{html.escape(title)}</title>", f"<desc>{html.escape(said)}</desc>",
             f"<style>{STYLE}</style>", text_line(16, 24, what, "title"),
             text_line(16, 42, f"{measure}bar: median of the rounds, whisker: least and greatest",
                   "small"),
             _line(LABEL_WIDTH, TOP - 4, LABEL_WIDTH, height - BOTTOM, "axis")]
    for index, row in enumerate(rows):
        parts += _bar(TOP + index * (BAR_HEIGHT + BAR_GAP), row["label"], row["values"], scale)
    return "\n".join(parts + ["</svg>", ""])
