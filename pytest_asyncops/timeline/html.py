"""A timeline as HTML, for notebooks."""

from __future__ import annotations

from html import escape

from .happened import Happened
from .rows import Rows, clock_format
from .text import MOST_LINES, footing, heading, shown_rows

_TABLE = "font-family: monospace; border-collapse: collapse"
_CELL = "text-align: {}; padding: 0 1ex; white-space: pre-wrap"
_COLOURS = {"wait": "color: gray", "fold": "color: gray", "start": "font-weight: bold"}


def as_html(timeline: Happened) -> str:
    """The timeline as a table."""
    rows = Rows(timeline)
    head, foot = heading(timeline), footing(timeline, rows)
    write = clock_format(timeline.now_ns - timeline.epoch_ns)
    lines = []
    for row in shown_rows(rows, MOST_LINES - len(head) - len(foot)):
        style = "color: #b00" if row.mark else _COLOURS.get(row.kind, "")
        cells = [
            ("right", "" if row.at_ns is None else write(row.at_ns - timeline.epoch_ns)),
            ("right", "" if row.interval_ns is None else f"+{write(row.interval_ns)}"),
            ("left", row.text),
        ]
        said = "".join(
            f'<td style="{_CELL.format(side)}">{escape(text)}</td>' for side, text in cells
        )
        lines.append(f'<tr style="{style}">{said}</tr>')
    above, below = ("".join(f"<div>{escape(line)}</div>" for line in part) for part in (head, foot))
    return f'<div>{above}<table style="{_TABLE}">{"".join(lines)}</table>{below}</div>'
