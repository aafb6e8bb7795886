"""Finds the owner of work: threads, tasks and jobs of a pool belong to the mock they began in.

This tells work that continues after its mock has closed from that of a later test.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import thread as thread_pool
from contextlib import suppress
from itertools import islice
from types import FrameType
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from ..virtual_time.patches import Patches
from ..virtual_time.stack_frames import module_of, outwards

Owner = TypeVar("Owner")

_WorkItem: Any = thread_pool._WorkItem
_RUNS: Any = _WorkItem.run.__code__


WORKERS = frozenset(
    {"anyio._backends._asyncio", "concurrent.futures.thread", "multiprocessing.pool",
     "trio._core._thread_cache"}
)  # fmt: skip
"""The modules whose threads do one job after another, for different tests."""


class Work(Generic[Owner]):
    """Notes the owner of work that begins.

    Args:
        here: the owner of unknown work, such as the test's own thread; ``None`` for no owner.
    """

    def __init__(self, here: Callable[[], Owner | None]) -> None:
        self._here = here
        self._owners: WeakKeyDictionary[Any, Owner] = WeakKeyDictionary()
        self._frames: WeakKeyDictionary[Any, Sequence[FrameType]] = WeakKeyDictionary()

    def patch(self, patches: Patches) -> None:
        """Begin to note it."""
        patches.put(threading.Thread, "start", self._noting_self(threading.Thread.start))
        patches.put(_WorkItem, "__init__", self._noting_self(_WorkItem.__init__))
        if "asyncio" in sys.modules:
            import asyncio

            loop = asyncio.BaseEventLoop
            patches.put(loop, "create_task", self._noting_made(loop.create_task))

    def owner(self) -> Owner | None:
        """The owner of the present code."""
        for begun in _begun_here():
            if begun in self._owners and self._goes_on(begun):
                return self._owners[begun]
        return self._here()

    def look(self) -> None:
        """Note where the threads that continue are, to know later whether they have moved."""
        threads = [begun for begun in self._going_on() if isinstance(begun, threading.Thread)]
        frames = sys._current_frames() if threads else {}
        for thread in threads:
            frame = frames.get(thread.ident or 0)
            if thread not in self._frames and frame is not None:
                self._frames[thread] = list(outwards(frame))[::-1]

    def unfinished(self) -> Iterator[Owner]:
        """The owners of the work that continues."""
        for begun in self._going_on():
            yield self._owners[begun]

    def _going_on(self) -> Iterator[Any]:
        for reference in self._owners.keyrefs():
            begun = reference()
            if begun is not None and not _is_done(begun):
                yield begun

    def _goes_on(self, begun: Any) -> bool:
        """Whether this is the work that was begun, and not a job that a worker was given later."""
        before = self._frames.get(begun)
        if before is None:
            return True
        now = list(outwards(sys._getframe(1)))[::-1]
        same = [frame for frame, other in zip(before, now, strict=False) if frame is other]
        calls = before[len(same)] if len(same) < len(before) else None
        waited = calls is not None and module_of(calls) == "queue"
        return not waited and module_of(same[-1]) not in WORKERS

    def forget(self) -> None:
        """Forget all work that continues."""
        self._owners = WeakKeyDictionary()
        self._frames = WeakKeyDictionary()

    def _noting_self(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def begin(begun: Any, *args: Any, **kwargs: Any) -> Any:
            self._note(begun)
            return real(begun, *args, **kwargs)

        return begin

    def _noting_made(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def make(maker: Any, *args: Any, **kwargs: Any) -> Any:
            made = real(maker, *args, **kwargs)
            self._note(made)
            return made

        return make

    def _note(self, begun: Any) -> None:
        owner = self.owner()
        if owner is not None:
            with suppress(TypeError):  # perhaps a task of the user's own factory
                self._owners[begun] = owner


def _begun_here() -> Iterator[Any]:
    """The work to which the present code belongs: its task, the job of a pool, its thread."""
    task = _current_task()
    if task is not None:
        yield task
    thread = threading.current_thread()
    if thread is not threading.main_thread():
        runs = (frame for frame in outwards(sys._getframe(1)) if frame.f_code is _RUNS)
        for frame in islice(runs, 1):
            yield frame.f_locals["self"]
    yield thread


def _current_task() -> Any:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None


def _is_done(begun: Any) -> bool:
    if isinstance(begun, threading.Thread):
        return not begun.is_alive()
    future = begun.future if isinstance(begun, _WorkItem) else begun
    return bool(future.done())
