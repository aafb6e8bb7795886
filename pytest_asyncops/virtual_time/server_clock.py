"""The servers' clock as the package uses it, and the time that several clocks can share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import compress
from operator import methodcaller
from typing import Any, Protocol

from ..durations import LAST_INSTANT, SECOND, Seconds, rfc3339, to_ns
from ..errors import InvalidArgument, MockClosed, hides_usage_errors
from ..forks import renewed_at_fork

__tracebackhide__ = hides_usage_errors


class SharedTime:
    """The time that several clocks share: moving one of them moves them all.

    All clocks are counted from one number, so that a move is a single step, which a signal's
    handler cannot split.

    Attributes:
        skipped_ns: all nanoseconds ever skipped. They are never set back, not even between
            Hypothesis' examples, because the client's ``time.monotonic`` is built on them and must
            not run backwards.
        advanced_ns: the part of them by which the test moved a clock, and not a wait.
        clocks: the clocks.
        run_really: makes a block in which the waits of the current thread are real.
    """

    __slots__ = ("advanced_ns", "clocks", "run_really", "skipped_ns")

    def __init__(self) -> None:
        self.skipped_ns: int = 0
        self.advanced_ns: int = 0
        self.clocks: list[ServerClock] = []
        self.run_really: Callable[[], AbstractContextManager[None]] = nullcontext

    def advance(self, duration: int) -> None:
        """Move all clocks forward, once no request is being answered."""
        with ExitStack() as stack:
            for clock in tuple(self.clocks):
                stack.enter_context(clock.lock)
            self.advanced_ns += duration
            self.skipped_ns += duration

    def try_to_reach(self, instant: int) -> bool:
        """Move all clocks forward to an instant, unless another thread's request is being answered.

        Args:
            instant: the value that ``skipped_ns`` is to have. One in the past changes nothing.

        Returns:
            Whether it has been reached.
        """
        locks = self.locks()
        # One call into C acquires the locks and remembers them, and one releases them: no signal's
        # handler can interrupt this. Releasing them twice does nothing.
        acquired: list[bool] = []
        releases = map(_RELEASE, compress(locks, acquired))
        try:
            try:
                acquired.extend(map(_ACQUIRE_AT_ONCE, locks))
                if not all(acquired):
                    return False
                self.skipped_ns = max(self.skipped_ns, instant)
                return True
            finally:
                _exhaust(releases)
        finally:
            _exhaust(releases)

    def locks(self) -> list[Any]:
        """The locks of all clocks, which are held while requests are answered."""
        return [clock.lock for clock in tuple(self.clocks)]


_ACQUIRE_AT_ONCE = methodcaller("acquire", False)
_RELEASE = methodcaller("release")
_exhaust = deque[None](maxlen=0).extend


class _Lock(Protocol):
    """The part of a lock that is used here."""

    def acquire(self, blocking: bool = ...) -> bool: ...
    def release(self) -> None: ...
    def __enter__(self) -> object: ...
    def __exit__(self, *error: Any) -> None: ...


class _Standstill:
    """A lock that stops a source of time: while it is held, the time is that of its acquisition."""

    def __init__(self, source: Callable[[], int]) -> None:
        self._source = source
        self._lock = threading.RLock()
        self._depth = 0
        self._now = 0

    def read(self) -> int:
        return self._now if self._depth else self._source()

    def acquire(self, blocking: bool = True) -> bool:
        if not self._lock.acquire(blocking):
            return False
        if not self._depth:
            self._now = self._source()
        self._depth += 1
        return True

    def release(self, *error: object) -> None:
        self._depth -= 1
        self._lock.release()

    def stop(self) -> None:
        """Stand still from now on."""
        now = self.read()
        self._source = lambda: now

    def anew(self) -> _Standstill:
        """Another one of the same source, which is not held."""
        return _Standstill(self._source)

    __enter__ = acquire
    __exit__ = release


class ServerClock:
    """The time of the stubbed servers; tests use it through a `VirtualClock`.

    In the modes ``virtual`` and ``manual`` it stands still until a skipped wait or the test moves
    it. In ``real`` it follows the source that it was given and cannot be moved. Once it is closed
    it stands still.

    Args:
        epoch_ns: where it starts, in nanoseconds since 1970.
        source: the nanoseconds since its start, for a real clock.

    Attributes:
        lock: held while a request is answered and while the clock is moved, so that a request
            sees only one time. Reentrant, because a test's callback may start operations.
        shared_time: the time that it shares with other clocks.
        is_closed: whether the test is over.
        moved: called with how far the test has moved this clock, or another one of the same time.
        zero_ns: the present less what is counted, which is the shared time unless it is a real
            clock. Code that reads the clock often adds the two itself.
    """

    __slots__ = (
        "__weakref__",
        "_source",
        "epoch_ns",
        "is_closed",
        "lock",
        "moved",
        "shared_time",
        "zero_ns",
    )

    def __init__(
        self, epoch_ns: int = 1_767_225_600 * SECOND, source: Callable[[], int] | None = None
    ) -> None:
        self.epoch_ns: int = epoch_ns
        self.lock: _Lock = threading.RLock()
        self._source: Callable[[], int] | None = None
        if source is not None:
            self.lock = still = _Standstill(source)
            self._source = still.read
        self.zero_ns: int = epoch_ns
        self.is_closed: bool = False
        self.moved: Callable[[int], object] = lambda duration: None
        renewed_at_fork.add(self)
        self.shared_time: SharedTime = SharedTime()
        self.shared_time.clocks.append(self)

    def join(self, shared_time: SharedTime) -> None:
        """Share this time with its other clocks, from now on."""
        elapsed = self.elapsed_ns
        self.shared_time = shared_time
        self.rewind(elapsed)
        shared_time.clocks.append(self)

    def leave(self) -> None:
        """Have its own time again; the other clocks go on."""
        self.shared_time.clocks.remove(self)
        self.join(SharedTime())

    def renew(self) -> None:
        """Make a new lock, in a forked process: the old one would never be released there."""
        if isinstance(self.lock, _Standstill):
            self.lock = still = self.lock.anew()
            self._source = still.read
        else:
            self.lock = threading.RLock()

    @property
    def now_ns(self) -> int:
        """The server's present, in nanoseconds since 1970."""
        source = self._source
        return (self.shared_time.skipped_ns if source is None else source()) + self.zero_ns

    @property
    def elapsed_ns(self) -> int:
        """How far the clock has moved, in nanoseconds."""
        return self.now_ns - self.epoch_ns

    def close(self) -> None:
        """Stand still from now on, and refuse moves: the test is over."""
        self.is_closed = True
        if isinstance(self.lock, _Standstill):
            self.lock.stop()

    def check_open(self) -> None:
        """Raise `MockClosed` if the test is over."""
        if self.is_closed:
            raise MockClosed(
                "this clock's mock is closed: its test or its with block is over. The clock still "
                "shows when that was; move it inside."
            )

    def advance(self, duration: Seconds) -> None:
        """Move the clock forward.

        Args:
            duration: seconds or a ``timedelta``, not negative.

        Raises:
            InvalidArgument: for a duration that is not a length of time, one that leads past the
                year 9999, or on a real clock.
            MockClosed: after the test or the ``with`` block.
        """
        self.advance_ns(to_ns(duration, "the clock's advance"))

    def advance_ns(self, duration: int) -> None:
        """``advance``, in nanoseconds."""
        self.check_open()
        if self._source is not None:
            raise InvalidArgument(
                "the real clock cannot be moved. Use clock='virtual' or clock='manual'.",
                value=duration / SECOND,
            )
        left = LAST_INSTANT - max(clock.now_ns for clock in tuple(self.shared_time.clocks))
        if duration > left:
            raise InvalidArgument(
                "the clock cannot go past the year 9999, the last that Python's dates can show: "
                f"it is {rfc3339(self.now_ns)}, and {duration / SECOND:,.15g} seconds are too "
                f"many. Advance it by at most {max(left, 0) // SECOND:,}.",
                value=duration / SECOND,
            )
        self.shared_time.advance(duration)
        for clock in tuple(self.shared_time.clocks):
            clock.moved(duration)

    def rewind(self, elapsed_ns: int) -> None:
        """Set the clock back, at a reset and between Hypothesis' examples."""
        self.zero_ns += self.epoch_ns + elapsed_ns - self.now_ns
