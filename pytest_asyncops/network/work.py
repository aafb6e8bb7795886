"""Whose work something is: threads, tasks and jobs of a pool belong to the mock they began in.

Work that goes on after its mock has closed is told by this from that of a later test.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import thread as thread_pool
from contextlib import suppress
from types import FrameType
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from ..virtual_time.patches import Patches

Owner = TypeVar("Owner")

_WorkItem: Any = thread_pool._WorkItem
_RUNS: Any = _WorkItem.run.__code__


class Work(Generic[Owner]):
    """Notes whose work what is begun is.

    Args:
        here: the owner of what is unknown, such as the test's own thread; ``None`` for nobody.
    """

    def __init__(self, here: Callable[[], Owner | None]) -> None:
        self._here = here
        self._owners: WeakKeyDictionary[Any, Owner] = WeakKeyDictionary()

    def patch(self, patches: Patches) -> None:
        """Begin to note it."""
        patches.put(threading.Thread, "start", self._noting_self(threading.Thread.start))
        patches.put(_WorkItem, "__init__", self._noting_self(_WorkItem.__init__))
        if "asyncio" in sys.modules:
            import asyncio

            loop = asyncio.BaseEventLoop
            patches.put(loop, "create_task", self._noting_made(loop.create_task))

    def owner(self) -> Owner | None:
        """Whose work the present code is."""
        for begun in _begun_here():
            if begun in self._owners:
                return self._owners[begun]
        return self._here()

    def unfinished(self) -> Iterator[Owner]:
        """The owners of what goes on."""
        for reference in self._owners.keyrefs():
            begun = reference()
            if begun is not None and not _is_done(begun):
                yield self._owners[begun]

    def forget(self) -> None:
        """Forget all that goes on."""
        self._owners = WeakKeyDictionary()

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
            with suppress(TypeError):  # a task of a factory of the user's own, perhaps
                self._owners[begun] = owner


def _begun_here() -> Iterator[Any]:
    """What the present code is part of: its task, the job of a pool, its thread."""
    task = _current_task()
    if task is not None:
        yield task
    thread = threading.current_thread()
    if thread is not threading.main_thread():
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code is _RUNS:
                yield frame.f_locals["self"]
                break
            frame = frame.f_back
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
