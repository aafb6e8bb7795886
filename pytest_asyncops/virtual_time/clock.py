"""The servers' clock, as a test uses it."""

from __future__ import annotations

import datetime
from contextlib import AbstractContextManager

from ..arguments import explained
from ..durations import Seconds, from_ns, instant_to_ns, length_of, rfc3339, to_timedelta
from ..errors import InvalidArgument, hides_usage_errors
from .server_clock import ServerClock

__tracebackhide__ = hides_usage_errors


class VirtualClock:
    """The clock of the stubbed servers.

    In the modes ``virtual`` and ``manual`` it stands still until a skipped wait or the test moves
    it. In ``real`` it runs with the wall clock and cannot be moved. After the test or the ``with``
    block it shows when that ended.

    >>> from pytest_asyncops import mocked
    >>> with mocked() as mock:
    ...     mock.clock.advance(90)
    ...     mock.clock.now().isoformat(), mock.clock.elapsed.total_seconds()
    ('2026-01-01T00:01:30+00:00', 90.0)
    """

    __slots__ = ("_server",)

    def __init__(self, server: ServerClock) -> None:
        self._server = server

    def now(self) -> datetime.datetime:
        """The servers' current time, in UTC."""
        return from_ns(self._server.now_ns)

    @property
    def elapsed(self) -> datetime.timedelta:
        """How far the clock has moved since the test began."""
        return to_timedelta(self._server.elapsed_ns)

    @explained()
    def advance(self, duration: Seconds) -> None:
        """Move the clock forward.

        Args:
            duration: seconds or a ``timedelta``, not negative.

        Raises:
            InvalidArgument: for anything but a length of time, for one that leads past the year
                9999, or on a real clock.
            MockClosed: after the test or the ``with`` block.
        """
        self._server.advance(duration)

    @explained()
    def advance_to(self, instant: datetime.datetime) -> None:
        """Move the clock forward to an instant.

        Raises:
            InvalidArgument: for a naive ``datetime``, an instant in the past, or on a real clock.
            MockClosed: after the test or the ``with`` block.
        """
        self._server.check_open()
        target = instant_to_ns(instant, "the clock's new time")
        # A datetime has no nanoseconds, so one for the present may be up to 999 of them behind.
        distance = target - self._server.now_ns
        if distance <= -1_000:
            raise InvalidArgument(
                f"time cannot go back: it is {self.now().isoformat()}, "
                f"and {instant.isoformat()} is in the past. Use asyncops_mock.reset() to start "
                "over.",
                value=instant,
            )
        self._server.advance_ns(max(distance, 0))

    def real(self) -> AbstractContextManager[None]:
        """A block in which the waits of the current thread are real, and real time counts for it.

        It is for things that take real time and that the plugin cannot see: a container that
        starts, a peer on another machine. The servers' clock stands still meanwhile, for other
        threads too. With a manual or a real clock all waits are real anyway, as they are after the
        test.

        >>> import time
        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     with mock.clock.real():
        ...         time.sleep(0.001)
        ...     mock.clock.elapsed.total_seconds()
        0.0
        """
        return self._server.shared_time.run_really()

    def __repr__(self) -> str:
        now = rfc3339(self._server.now_ns)
        return f"<VirtualClock {now}, {length_of(self._server.elapsed_ns)} on>"
