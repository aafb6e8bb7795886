"""The state of a mock at one moment, and the way back to it.

`AsyncOpsMock.reset` goes back to the beginning, and each of Hypothesis' examples starts from what
the fixtures left. A checkpoint keeps the objects themselves, so that it also restores removed ones:
tests have handles on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ..virtual_time.server_clock import ServerClock


class Changing(Protocol):
    """An object that changes while a mock is open, and says which of its attributes do."""

    @property
    def _changing(self) -> tuple[str, ...]: ...


class Checkpoint:
    """A moment of a clock and of objects that change.

    Args:
        clock: the clock.
        objects: the objects.
        forget: functions that are called at each return to this moment.
    """

    def __init__(
        self,
        clock: ServerClock,
        objects: Iterable[Changing],
        forget: Iterable[Callable[[], object]] = (),
    ) -> None:
        self._forget = tuple(forget)
        self._clock = clock
        with clock.lock:
            self._elapsed = clock.elapsed_ns
            kinds: dict[type, list[Changing]] = {}
            for each in objects:
                kinds.setdefault(type(each), []).append(each)
            # By attribute: a million operations do not need a million small tuples.
            self._kept = [
                (alike, name, [_own(getattr(each, name)) for each in alike])
                for alike in kinds.values()
                for name in alike[0]._changing
            ]

    def restore(self) -> None:
        """Go back to this moment. This can be repeated, from any later moment."""
        with self._clock.lock:
            self._clock.rewind(self._elapsed)
            for alike, name, values in self._kept:
                for each, value in zip(alike, values, strict=True):
                    setattr(each, name, _own(value))
        for forget in self._forget:
            forget()


def _own(value: Any) -> Any:
    """The value, or a copy if it can change in place."""
    return value.copy() if hasattr(value, "copy") else value
