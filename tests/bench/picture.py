# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the medians of all cases as one SVG, which shows how long each program takes, for light and dark pages."""
import statistics
from xml.sax.saxutils import escape

from tables import AGAIN, OURS

WIDTH, LABEL, BAR, STEP = 720, 240, 16, 22
STYLE = """text { font: 13px sans-serif; fill: #242424 } .title { font-weight: bold } .value { fill: #5e5c64 }
.ours { fill: #3584e4 } .other { fill: #9a9996 } .range { stroke: #242424; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #f6f5f4 } .value { fill: #c0bfbc } .ours { fill: #62a0ea } .other { fill: #77767b }
.range { stroke: #f6f5f4 } }"""


def bar(y, name, seconds, most):
    """One program: its median as a bar, its lowest and highest value as a line."""
    scale = (WIDTH - LABEL - 70) / most
    middle, y_line = statistics.median(seconds), y + BAR / 2
    kind = "ours" if name.startswith(OURS) else "other"
    end = LABEL + max(seconds) * scale
    return [f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{middle * scale:.1f}" height="{BAR}" rx="2"/>',
            f'<line class="range" x1="{LABEL + min(seconds) * scale:.1f}" x2="{end:.1f}" y1="{y_line}" y2="{y_line}"/>',
            f'<text class="value" x="{end + 8:.1f}" y="{y + 13}">{middle:.2f} s</text>']


def draw(groups):
    """groups: (title, [(name, [seconds of the rounds])]). Returns the text of the SVG."""
    lines, y = [], 10
    for title, programs in groups:
        lines.append(f'<text class="title" x="8" y="{y + 13}">{escape(title)}</text>')
        y += STEP
        most = max(value for _, seconds in programs for value in seconds)
        for name, seconds in programs:
            lines += bar(y, name, seconds, most)
            y += STEP
        y += 12
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">',
                      "<title>How long each program takes</title>", f"<style>{STYLE}</style>", *lines, "</svg>", ""])


def groups(cases, names):
    """What the picture shows: for each case the named programs that were measured, and their second runs apart."""
    found = []
    for case in cases:
        for more, title in (("", case.title), (AGAIN, f"{case.title} again, unchanged")):
            programs = [(name, [run["seconds"] for run in case.of(name + more)]) for name in names if case.of(name + more)]
            if len(programs) > 1:
                found.append((title, programs))
    return found
