"""Does something wherever a signal's handler may come, one place after another.

Python runs handlers when a function begins, after each call, and when a loop begins anew; and in
the midst of a call that waits, which is as if it had not begun. Generators are left out: an error
that comes while one is closed is nobody's.
"""

from __future__ import annotations

import dis
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any


class Interruption:
    """What is done at one place.

    Args:
        place: the number of the place, from 0.
        act: what is done there; it may raise.

    Attributes:
        came: whether the place was reached.
    """

    def __init__(self, place: int, act: Callable[[], None]) -> None:
        self.came = False
        self._left = place
        self._act = act
        self._last: dict[FrameType, int] = {}

    def begin(self) -> None:
        """See that a function begins."""
        self._count()

    def step(self, frame: FrameType) -> None:
        """See that an instruction is about to be run."""
        before = self._last.get(frame)
        self._last[frame] = frame.f_lasti
        if before is not None and _is_between(frame.f_code, before, frame.f_lasti):
            self._count()

    def _count(self) -> None:
        self._left -= 1
        if self._left == -1:
            self.came = True
            self._act()


@cache
def _names(code: CodeType) -> dict[int, str]:
    return {step.offset: step.opname for step in dis.get_instructions(code)}


@cache
def _is_between(code: CodeType, before: int, now: int) -> bool:
    """Whether a handler may come between two instructions."""
    names = _names(code)
    if names[now] in ("BEFORE_WITH", "SETUP_WITH"):  # it may wait for a lock
        return True
    came = names.get(before, "")
    is_check = came.startswith("CALL") or (came.startswith("JUMP") and now <= before)
    # After a call, an error is one of the call: it goes where the call's own would go.
    return is_check and _handler(code, before) == _handler(code, now)


def _handler(code: CodeType, offset: int) -> int | None:
    """The place of the innermost handler of errors around an instruction."""
    if sys.version_info < (3, 11):
        return None  # a block is left by an instruction of its own
    parse: Any = dis._parse_exception_table  # type: ignore[attr-defined]
    return next((part.target for part in parse(code) if part.start <= offset < part.end), None)


def _by_trace(modules: Sequence[ModuleType], see: Interruption) -> Iterator[None]:
    files = {module.__file__ for module in modules}

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in files or code.co_flags & inspect.CO_GENERATOR:
            return None
        frame.f_trace_opcodes = True
        if event == "call":
            see.begin()
        elif event == "opcode":
            see.step(frame)
        return trace

    usual = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(usual)


def _by_monitoring(modules: Sequence[ModuleType], see: Interruption) -> Iterator[None]:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    own, tool, events = threading.get_ident(), 4, monitoring.events

    def begins(code: CodeType, offset: int) -> None:
        if threading.get_ident() == own:
            see.begin()

    def steps(code: CodeType, offset: int) -> None:
        if threading.get_ident() == own:
            see.step(sys._getframe(1))

    monitoring.use_tool_id(tool, "interruptions")
    monitoring.register_callback(tool, events.PY_START, begins)
    monitoring.register_callback(tool, events.INSTRUCTION, steps)
    for code in _codes(modules):
        monitoring.set_local_events(tool, code, events.PY_START | events.INSTRUCTION)
    try:
        yield
    finally:
        for code in _codes(modules):
            monitoring.set_local_events(tool, code, 0)
        for event in (events.PY_START, events.INSTRUCTION):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


@cache
def _codes(modules: Sequence[ModuleType]) -> list[CodeType]:
    codes: list[CodeType] = []
    left: list[object] = [part for module in modules for part in vars(module).values()]
    while left:
        part = left.pop()
        if isinstance(part, type):
            left += vars(part).values()
        elif isinstance(part, property):
            left.append(part.fget)
        elif isinstance(part, FunctionType):
            left += [part.__code__, getattr(part, "__wrapped__", None)]
        elif isinstance(part, CodeType):
            codes.append(part)
            left += part.co_consts
    names = {module.__file__ for module in modules}
    return [
        code
        for code in codes
        if code.co_filename in names and not code.co_flags & inspect.CO_GENERATOR
    ]


def interrupted(
    modules: Sequence[ModuleType], place: int, act: Callable[[], None]
) -> AbstractContextManager[Interruption]:
    """Do something once, at one place in code of these modules that the current thread runs."""
    modules = tuple(modules)
    watch = _by_monitoring if sys.version_info >= (3, 12) else _by_trace

    @contextmanager
    def block() -> Iterator[Interruption]:
        interruption = Interruption(place, act)
        with contextmanager(watch)(modules, interruption):
            yield interruption

    return block()
