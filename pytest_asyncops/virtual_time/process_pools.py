"""Results of pools of processes, for which the clock waits.

The threads of a pool that is older than the test keep real time, so it is not seen that they wait
for their processes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from .patches import Patches
from .scheduler import FindScheduler

_real_monotonic = time.monotonic

_AFTERMATH = 0.02
"""Real seconds in which a pool's thread tells the waiting threads that a result is there."""


class ProcessPools:
    """Notes what is given to pools of processes.

    Args:
        scheduler: returns the scheduler of the current thread, ``None`` if it waits really.
    """

    def __init__(self, scheduler: FindScheduler) -> None:
        self._scheduler = scheduler
        self._patches = Patches()

    def replace(self) -> None:
        """Begin to note it. Modules that are imported later have no older pools."""
        executors = sys.modules.get("concurrent.futures.process")
        if executors is not None:
            executor = executors.ProcessPoolExecutor
            self._patches.put(executor, "submit", self._submitting(executor.submit))
        pools = sys.modules.get("multiprocessing.pool")
        if pools is not None:
            result = pools.ApplyResult
            self._patches.put(result, "__init__", self._promising(result.__init__))

    def restore(self) -> None:
        """Stop noting it."""
        self._patches.take_back()

    def _submitting(self, real: Any) -> Any:
        def submit(*args: Any, **kwargs: Any) -> Any:
            future = real(*args, **kwargs)
            self._await(future.done)
            return future

        return submit

    def _promising(self, real: Any) -> Any:
        def promise(result: Any, *args: Any, **kwargs: Any) -> None:
            real(result, *args, **kwargs)
            self._await(result.ready)

        return promise

    def _await(self, is_done: Callable[[], bool]) -> None:
        scheduler = self._scheduler()
        if scheduler is None:
            return
        outside = scheduler.outside
        end = _real_monotonic() + outside.patience
        done_at: list[float] = []

        def until() -> float:
            if not is_done():
                return end
            done_at.append(_real_monotonic())
            if done_at[-1] - done_at[0] < _AFTERMATH:
                return done_at[0] + _AFTERMATH
            outside.forget(is_done)
            return 0

        outside.await_until(is_done, "the result of a pool of processes", until)
