"""The owner of the code that a frame runs: measuring and waiting by test tools stays real."""

from __future__ import annotations

import itertools
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from functools import lru_cache
from types import FrameType
from typing import Any

TOOLS = frozenset(
    {
        "_pydev_bundle", "_pydevd_bundle", "_pytest", "coverage", "debugpy", "execnet",
        "hypothesis", "pluggy", "pydevd", "pytest", "pytest_rerunfailures", "pytest_timeout",
        "time_machine", "xdist",
    }
)  # fmt: skip
"""The packages of test tools."""

LOOPS = frozenset({"asyncio.base_events", "nest_asyncio"})
"""The modules of event loops: their readings of a clock are not those of the code under test."""

RUN = "trio._core._run"
"""Trio's module that asks for the time, and waits."""

OWN_PACKAGE = __name__.partition(".")[0]
"""The name of this package."""


def is_tool(frame: FrameType) -> bool:
    """Whether a frame runs code of a test tool."""
    return is_tools(module_of(frame))


@lru_cache
def is_tools(module: str) -> bool:
    """Whether a module is a test tool's."""
    return module.partition(".")[0] in TOOLS


def package_of(frame: FrameType) -> str:
    """The name of the top-level package whose code a frame runs."""
    return module_of(frame).partition(".")[0]


def module_of(frame: FrameType) -> str:
    """The name of the module whose code a frame runs."""
    name: str = frame.f_globals.get("__name__", "")
    return name


_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("purelib", "platlib")})


def is_of_python(frame: FrameType) -> bool:
    """Whether a frame runs code of the standard library, or of this package."""
    name = package_of(frame)
    return name in sys.stdlib_module_names or name == OWN_PACKAGE


def is_of_library(frame: FrameType) -> bool:
    """Whether a frame runs code that is installed, and not the user's own."""
    return is_of_python(frame) or frame.f_code.co_filename.startswith(_LIBRARIES)


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and its callers, the outermost last."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def suspended_frames(coroutine: Any) -> Iterator[FrameType]:
    """The frames of a suspended coroutine and of what it waits for, the outermost first."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None)
        if frame is None:
            return
        yield frame
        coroutine = coroutine.cr_await


_MOST_FRAMES = 10


def own_traceback(frame: FrameType | None) -> list[str]:
    """The lines of the user's code from which a frame was called, as in a traceback.

    Only the innermost few, and none from before a test tool called the user's code.
    """
    frames = itertools.takewhile(lambda one: not is_tool(one), outwards(frame))
    own = [(one, one.f_lineno) for one in frames if not is_of_library(one)][:_MOST_FRAMES]
    entries = traceback.StackSummary.extract(reversed(own), lookup_lines=True).format()
    return [line for entry in entries for line in entry.splitlines()]


def line_of(frame: FrameType) -> str:
    """A frame's line as in tracebacks: file, number and function."""
    return f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}"
