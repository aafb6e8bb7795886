"""Where a debugger stands when this package has raised its own error: where it was called."""

from __future__ import annotations

from types import TracebackType

from .virtual_time.stack_frames import OWN_PACKAGE, package_of


def end_at_the_call(traceback: TracebackType) -> None:
    """End a traceback at the last line that is not of this package.

    If all are, it ends at the first.
    """
    last = traceback
    entry: TracebackType | None = traceback
    while entry is not None:
        if package_of(entry.tb_frame) != OWN_PACKAGE:
            last = entry
        entry = entry.tb_next
    last.tb_next = None
