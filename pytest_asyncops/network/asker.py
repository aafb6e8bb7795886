"""Finds the client library that is about to use the network, and the line of the user's code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FrameType
from typing import NamedTuple

from ..virtual_time.stack_frames import (
    is_of_library,
    is_of_python,
    is_tool,
    line_of,
    module_of,
    outwards,
    package_of,
    suspended_frames,
)

CLIENTS = frozenset(
    {"aiohttp", "ftplib", "grpc", "http.client", "httplib2", "httpx", "httpx2", "niquests",
     "requests", "smtplib", "tornado", "urllib.request", "urllib3", "websockets", "xmlrpc.client"}
)  # fmt: skip
"""The modules by whose names people know a client library."""

_RAW = "a socket"


class Asker(NamedTuple):
    """The code that is about to use the network.

    Attributes:
        client: the client library as people know it, ``"a socket"`` if there is none.
        line: the line of the user's code, as in tracebacks; ``None`` if it is not known.
    """

    client: str
    line: str | None

    @property
    def place(self) -> tuple[str, int]:
        """The file and number of that line, or of this module's first line if it is not known."""
        file, _, number = (self.line or "").partition(", in ")[0].rpartition(":")
        return (file, int(number)) if file else (__file__, 1)


def asker() -> Asker:
    """The code that has called here."""
    frames = list(outwards(sys._getframe(1)))
    loop = next((at for at, frame in enumerate(frames) if _is_loop(frame)), None)
    if loop is None:
        return _from(frames)
    # The code that runs the loop comes last: it is the same for all tasks.
    found = _from(frames[:loop])
    line = found.line or _line_of_waiting_task(found.client) or _from(frames[loop:]).line
    return found._replace(line=line)


def _is_loop(frame: FrameType) -> bool:
    return frame.f_code.co_name == "run_forever" and package_of(frame) == "asyncio"


def _from(frames: Iterable[FrameType]) -> Asker:
    """The code that caused these frames, which begin with the innermost."""
    client = library = None
    for frame in frames:
        if is_tool(frame):
            break
        if not is_of_library(frame):
            return Asker(client or library or _RAW, line_of(frame))
        name = _client_of(frame)
        client = name or client
        if not is_of_python(frame):
            library = package_of(frame)
    return Asker(client or library or _RAW, None)


def _client_of(frame: FrameType) -> str | None:
    for name in (module_of(frame), package_of(frame)):
        if name in CLIENTS:
            return name
    return None


def _line_of_waiting_task(client: str) -> str | None:
    """The user's own line in a task that waits for a client.

    aiohttp resolves names in a task of its own, for which the user's task waits.
    """
    import asyncio

    for task in asyncio.all_tasks():
        found = _from(reversed(list(suspended_frames(task.get_coro()))))
        if found.line is not None and found.client == client:
            return found.line
    return None
