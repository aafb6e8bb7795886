"""Finds the line of the user's code that has waited, quickly, and writes it when it is shown.

In an event loop, no code of a task is on the stack during the wait. The line is then that of the
task that continues.
"""

from __future__ import annotations

import os
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from .stack_frames import is_of_library, is_of_python, is_tool, suspended_frames

if TYPE_CHECKING:
    import asyncio


class Place(NamedTuple):
    """An instruction in code.

    Attributes:
        code: the code.
        instruction: where in it, as ``f_lasti`` of a frame.
    """

    code: CodeType
    instruction: int

    @property
    def line(self) -> int:
        """The number of the line; that of the first line if it is not known."""
        for start, end, line in self.code.co_lines():
            if start <= self.instruction < end and line is not None:
                return line
        return self.code.co_firstlineno

    def __str__(self) -> str:
        """The file, as seen from the current directory if it is below, the line, the function."""
        file = self.code.co_filename
        below = os.path.join(os.getcwd(), "")
        return f"{file.removeprefix(below)}:{self.line}, in {self.code.co_name}"


_OWN, _LIBRARY, _PYTHON, _TOOL = range(4)
_whose: dict[str, int] = {}
"""The owner of the code in a file. Each file is looked at only once: every wait comes here."""


def _whose_code(frame: FrameType) -> int:
    if is_tool(frame):
        whose = _TOOL
    elif is_of_python(frame):
        whose = _PYTHON
    else:
        whose = _LIBRARY if is_of_library(frame) else _OWN
    _whose[frame.f_code.co_filename] = whose
    return whose


def waiting_place(frame: FrameType | None) -> tuple[CodeType, int] | None:
    """The innermost of the user's own places from which a frame was called, as in `Place`.

    If there is none, the innermost place of a library; ``None`` without that.
    """
    library = None
    in_loop = False
    while frame is not None:
        whose = _whose.get(frame.f_code.co_filename)
        if whose is None:
            whose = _whose_code(frame)
        if whose == _OWN:
            in_task = _place_in_task() if in_loop else None
            return in_task or (frame.f_code, frame.f_lasti)
        if whose == _TOOL:
            break
        if whose == _LIBRARY:
            library = library or (frame.f_code, frame.f_lasti)
        elif frame.f_code.co_name == "_run_once":
            in_loop = True
        frame = frame.f_back
    return (_place_in_task() if in_loop else None) or library


def _place_in_task() -> tuple[CodeType, int] | None:
    """The place of the task that continues in the event loop of this thread."""
    import asyncio

    scheduled = getattr(asyncio._get_running_loop(), "_scheduled", None)
    task = _task_of(scheduled[0]) if scheduled else None
    found = None
    for frame in () if task is None else suspended_frames(task.get_coro()):
        if _whose_code(frame) == _OWN:
            found = frame.f_code, frame.f_lasti
    return found


def _task_of(handle: Any) -> asyncio.Task[Any] | None:
    """The task of a timer: one that sleeps, or one that has this timeout."""
    import asyncio

    owner = getattr(handle._callback, "__self__", None)
    known = [getattr(owner, name, None) for name in ("_task", "_host_task")]
    for future in (owner, *(handle._args or ())):
        if isinstance(future, asyncio.Future):  # others have callbacks of another form
            known += [getattr(one[0], "__self__", None) for one in future._callbacks or ()]
    return next((one for one in known if hasattr(one, "get_coro")), None)
