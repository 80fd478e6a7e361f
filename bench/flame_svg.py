"""A flame graph as SVG, written by hand: one box a function, as wide as its share of the samples,
on top of the one that called it, coloured by where its code comes from. The file suits light and
dark pages; opened by itself it shows each box's name and share under the pointer.
"""

import html

import stacks as stacks_module
from svg import text_line

WIDTH, MARGIN, ROW_HEIGHT, TOP, BOTTOM = 1000, 10, 17, 78, 10
LETTER_WIDTH = 7.2  # Of the labels' font, on the average, and a little more.
WIDTH_MIN = 0.6  # Narrower boxes are left out.

# Group: fill on light pages, on dark ones.
COLOURS = {stacks_module.STOCKD: ("#8cc2ff", "#1158c7"),
           stacks_module.SIMDJSON: ("#ffc680", "#8a4600"),
           stacks_module.HTTP: ("#96dfa5", "#1a6b33"),
           stacks_module.LIBC: ("#d9bcff", "#6639ba"),
           stacks_module.KERNEL: ("#ffb3a8", "#9e2a24"),
           stacks_module.OTHER: ("#eddc6e", "#6b5300"),
           stacks_module.THREAD: ("#d1d9e0", "#3d444d")}


def class_of(group):
    return "of-" + group.split()[0].lower()


def style():
    light = "\n".join(f".{class_of(group)} {{ fill: {fills[0]} }}"
                      for group, fills in COLOURS.items())
    dark = "\n".join(f"  .{class_of(group)} {{ fill: {fills[1]} }}"
                     for group, fills in COLOURS.items())
    return f"""
text {{ font: 11px system-ui, sans-serif; fill: #1f2328 }}
.title {{ font-weight: 600; font-size: 16px }}
.small {{ font-size: 12px; fill: #59636e }}
g:hover rect {{ stroke: #1f2328 }}
{light}
@media (prefers-color-scheme: dark) {{
  text {{ fill: #f0f6fc }}
  .small {{ fill: #9198a1 }}
  g:hover rect {{ stroke: #f0f6fc }}
{dark}
}}
"""


def tree_of(stacks):
    """Nodes {"count", "below": {frame: node}}; the root's count is all samples."""
    root = {"count": 0, "below": {}}
    for stack, count in stacks.items():
        node = root
        node["count"] += count
        for frame in stack:
            node = node["below"].setdefault(frame, {"count": 0, "below": {}})
            node["count"] += count
    return root


def boxes_of(stacks, width=WIDTH - 2 * MARGIN):
    """[(depth, x, width, frame, count)], callers before what they call; the widest is leftmost."""
    root = tree_of(stacks)
    scale = width / root["count"]
    boxes, ahead = [], [(0, 0.0, root)]
    while ahead:
        depth, x, node = ahead.pop()
        for frame, below in sorted(node["below"].items(), key=lambda item: -item[1]["count"]):
            box_width = below["count"] * scale
            if box_width >= WIDTH_MIN:
                boxes.append((depth, x, box_width, frame, below["count"]))
                ahead.append((depth + 1, x, below))
            x += box_width
    return boxes


def label_of(name, width):
    """As much of a name as fits; of simdjson's long ones the last part first."""
    letters = int((width - 6) / LETTER_WIDTH)
    if len(name) > letters:
        name = name.rpartition("::")[2]
    if len(name) <= letters:
        return name
    return name[:letters - 1] + "…" if letters >= 4 else ""


def box_parts(box, y, total):
    _, x, width, (name, group), count = box
    x += MARGIN
    hover = f"{name} ({group}): {count / total * 100:.2f} %, {count:,} samples"
    label = label_of(name, width)
    text = text_line(x + 3, y + 12, label) if label else ""
    return (f'<g><title>{html.escape(hover)}</title><rect class="{class_of(group)}" x="{x:.1f}" '
            f'y="{y}" width="{max(width - 0.5, 0.3):.1f}" height="{ROW_HEIGHT - 1}" rx="1"/>'
            f"{text}</g>")


def legend(stacks):
    """A square a group with the share of the samples that fell into it."""
    shares = stacks_module.shares_by_group(stacks)
    parts, x = [], MARGIN
    for group in stacks_module.GROUPS:
        words = f"{group} {shares[group] * 100:.0f} %"
        parts += [f'<rect class="{class_of(group)}" x="{x}" y="52" width="12" height="12" rx="2"/>',
                  text_line(x + 17, 62, words, "small")]
        x += 34 + int(len(words) * 6.8)
    return parts


def flame(title, caption, stacks):
    """The text of an SVG file; `stacks` is {stack: samples}."""
    boxes = boxes_of(stacks)
    rows = max(depth for depth, *_ in boxes) + 1
    height = TOP + rows * ROW_HEIGHT + BOTTOM
    total = sum(stacks.values())
    shares = stacks_module.shares_by_group(stacks)
    said = "; ".join(f"{group}: {shares[group] * 100:.0f} %" for group in stacks_module.GROUPS)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img">',
             f"<title>{html.escape(title)}</title>", f"<desc>{html.escape(said)}</desc>",
             f"<style>{style()}</style>", text_line(MARGIN, 24, title, "title"),
             text_line(MARGIN, 42, caption, "small"), *legend(stacks)]
    for box in boxes:
        parts.append(box_parts(box, height - BOTTOM - (box[0] + 1) * ROW_HEIGHT, total))
    return "\n".join(parts + ["</svg>", ""])
