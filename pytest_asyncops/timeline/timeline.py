"""What happened in a test, in order."""

from __future__ import annotations

from ..durations import length_of
from ..errors import checked_count, counted, hides_usage_errors
from .happened import Happened
from .html import as_html
from .text import MOST_LINES, as_text

__tracebackhide__ = hides_usage_errors


class Timeline(Happened):
    """What happened in a test so far, in order: a tuple of events, which prints as a table.

    The events are `Started`, `Answered`, `Changed`, `Waited` and `Moved`. A test has one as
    ``mock.timeline``; a failing test shows it by itself.

    Attributes:
        epoch_ns: where the servers' clock began, in nanoseconds since 1970.
        now_ns: where it was when this was made.
        dropped: how many calls are no longer kept, and so not in here; the oldest go first.
        left_out: of how many operations nothing is told, because there are too many.
        endings: how the operations stand that are told of.

    >>> import time
    >>> from pytest_asyncops import mocked
    >>> with mocked() as mock:
    ...     operation = mock.chainloop.start(id="op-1")
    ...     mock.clock.advance(10)
    ...     [type(event).__name__ for event in mock.timeline]
    ['Started', 'Moved', 'Changed']
    """

    def text(self, *, lines: int | None = MOST_LINES) -> str:
        """The timeline as text.

        Args:
            lines: how many lines it may have at most, 10 or more; ``None`` for all that there are.
                What is alike is folded first, and then the middle.

        Raises:
            InvalidArgument: for a number of lines that is too small, or none.
        """
        if lines is not None:
            checked_count(lines, "lines", 10)
        return as_text(self, lines)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        return as_html(self)

    def __repr__(self) -> str:
        return (
            f"<Timeline of {counted(len(self), 'event')}, {length_of(self.now_ns - self.epoch_ns)}>"
        )
