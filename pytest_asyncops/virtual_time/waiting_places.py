"""Finds the line of the user's code that has waited, quickly, and writes it when it is shown.

In an event loop, no code of a task is on the stack during the wait. The line is then that of the
task that continues.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from .stack_frames import (
    LOOPS,
    RUN,
    is_of_library,
    is_of_python,
    is_tool,
    module_of,
    suspended_frames,
)

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
    find_task = None
    while frame is not None:
        whose = _whose.get(frame.f_code.co_filename)
        if whose is None:
            whose = _whose_code(frame)
        if whose == _OWN:
            return _place_in(find_task) or (frame.f_code, frame.f_lasti)
        if whose == _TOOL:
            break
        if whose == _LIBRARY:
            library = library or (frame.f_code, frame.f_lasti)
        name = frame.f_code.co_name
        if name in _LOOPS:
            find_task = find_task or _LOOPS[name].get(module_of(frame))
        frame = frame.f_back
    return _place_in(find_task) or library


def _place_in(find_task: Callable[[], Any] | None) -> tuple[CodeType, int] | None:
    """Where the task stands whose time has come, in the user's own code."""
    found = None
    for frame in () if find_task is None else suspended_frames(find_task()):
        if _whose_code(frame) == _OWN:
            found = frame.f_code, frame.f_lasti
    return found


def _in_asyncio() -> Any:
    """The coroutine of the task whose time has come in the event loop of this thread."""
    import asyncio

    scheduled = getattr(asyncio._get_running_loop(), "_scheduled", None)
    task = _task_of(scheduled[0]) if scheduled else None
    return None if task is None else task.get_coro()


def _task_of(handle: Any) -> asyncio.Task[Any] | None:
    """The task of a timer: one that sleeps, or one that has this timeout."""
    import asyncio

    owner = getattr(handle._callback, "__self__", None)
    known = [getattr(owner, name, None) for name in ("_task", "_host_task")]
    for future in (owner, *(handle._args or ())):
        if isinstance(future, asyncio.Future):  # others have callbacks of another form
            known += [getattr(one[0], "__self__", None) for one in future._callbacks or ()]
    return next((one for one in known if hasattr(one, "get_coro")), None)


def _in_trio() -> Any:
    """The coroutine of the task whose time has come in the run of this thread."""
    # trio tells when the next deadline is, but not whose; the line is worth a look at its insides.
    # A version that has others is answered like a loop without such a task.
    try:
        context: Any = sys.modules[RUN].GLOBAL_RUN_CONTEXT
        _, _, scope = context.runner.deadlines._heap[0]
        [task, *_] = scope._cancel_status._tasks
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    return task.coro


_LOOPS: Mapping[str, Mapping[str, Callable[[], Any]]] = {
    "_run_once": dict.fromkeys(LOOPS, _in_asyncio),
    "run": {RUN: _in_trio},
}
"""The functions that wait in event loops, their modules, and what finds a coroutine there."""
