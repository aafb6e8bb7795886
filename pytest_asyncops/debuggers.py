"""Where a debugger stands when this package has raised its own error: where it was called."""

from __future__ import annotations

from types import TracebackType

_PACKAGE = __name__.partition(".")[0]


def end_at_the_call(traceback: TracebackType) -> None:
    """End a traceback at the last line that is not of this package.

    If all are, it ends at the first.
    """
    last = traceback
    entry: TracebackType | None = traceback
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] != _PACKAGE:
            last = entry
        entry = entry.tb_next
    last.tb_next = None
