"""A timeline as text: one rendering, for failing tests, for errors and for who prints it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..durations import length_of, rfc3339
from ..errors import counted
from .folding import Folded, folded
from .happened import Happened
from .rows import Row, Rows, clock_format, ending

MOST_LINES = 40
"""How many lines a timeline has, unless somebody asks for more."""


def as_text(timeline: Happened, lines: int | None = MOST_LINES) -> str:
    """The timeline as text.

    Args:
        timeline: the timeline.
        lines: how many lines it may have at most; ``None`` for all that there are.
    """
    rows = Rows(timeline)
    head, foot = heading(timeline), footing(timeline, rows)
    left = None if lines is None else lines - len(head) - len(foot)
    return "\n".join([*head, *laid_out(shown_rows(rows, left), timeline), *foot])


def marked_table(timeline: Happened, marks: Mapping[int, str], lines: int) -> list[str]:
    """The lines of the events alone, around the first that is marked.

    Args:
        timeline: the timeline.
        marks: what stands before the lines of some calls, by the calls' identity; a mark begins
            with ``>``.
        lines: how many lines there may be at most.
    """
    rows = Rows(timeline, marks)
    return laid_out(shown_rows(rows, lines, rows.first_marked()), timeline)


def shown_rows(rows: Rows, most: int | None, around: int | None = None) -> list[Row]:
    """The lines that are shown, of at most so many."""
    pieces = folded(rows.kinds(), most, around)
    rows.align([piece for piece in pieces if isinstance(piece, int)])
    return [rows.fold(piece) if isinstance(piece, Folded) else rows.row(piece) for piece in pieces]


def laid_out(rows: Sequence[Row], timeline: Happened) -> list[str]:
    """Lines in columns: a mark, when, how long after, and what."""
    write = clock_format(timeline.now_ns - timeline.epoch_ns)
    cells = [
        (
            row.mark,
            "" if row.at_ns is None else write(row.at_ns - timeline.epoch_ns),
            "" if row.interval_ns is None else f"+{write(row.interval_ns)}",
        )
        for row in rows
    ]
    mark, when, after = (
        max((len(cell[column]) for cell in cells), default=0) for column in range(3)
    )
    return [
        f"{cell[0]:<{max(mark, 1)}} {cell[1]:>{when}}  {cell[2]:>{after}}  {row.text}".rstrip()
        for cell, row in zip(cells, rows, strict=True)
    ]


def heading(timeline: Happened) -> list[str]:
    """What stands above the events."""
    took = length_of(timeline.now_ns - timeline.epoch_ns)
    lines = [f"{took} of the servers' time, from {rfc3339(timeline.epoch_ns)} on"]
    if timeline.dropped:
        gone = (
            "the first request is"
            if timeline.dropped == 1
            else f"the first {timeline.dropped:,} requests and what was between them are"
        )
        lines.append(f"{gone} no longer kept (max_calls_kept, max_bytes_kept)")
    if timeline.left_out:
        lines.append(f"{counted(timeline.left_out, 'more operation')}, not shown")
    return lines


def footing(timeline: Happened, rows: Rows) -> list[str]:
    """What stands below the events."""
    if not timeline.endings:
        return []
    stand = [(one.operation_id, one.state, one.polls) for one in timeline.endings]
    return [f"at the end: {ending(stand, rows.names)}"]
