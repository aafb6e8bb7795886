"""Fails a test whose poller would never end.

In virtual time, waiting for ever takes no time, so the test of such a poller would hang. Each guard
is a limit far above what a working poller needs. Beyond it the test fails, with an error that
``except Exception`` in the code under test does not swallow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import pytest

from ..durations import SECOND, length_of, rfc3339
from ..errors import shortened
from ..virtual_time.stack_frames import own_traceback
from .api import FIRST_ERROR
from .calls import Call
from .secret_texts import shown
from .tally import Tally

__tracebackhide__ = True


class PollerHangs(pytest.fail.Exception):  # type: ignore[name-defined, misc]  # typed as a value
    """The code under test polls or waits without end.

    This is not an ``Exception``, so a poller that survives every error does not survive this one.

    Attributes:
        limit: the name of the setting whose limit was passed.
        value: the value of this setting.
        url: the URL that was polled last, ``None`` if there was none.
        status_code: the HTTP status of the last answer, ``None`` if there was none.
        lines: the lines of the user's code that led there, as in a traceback.
    """

    __module__ = "pytest_asyncops"  # as for the other public errors

    def __init__(
        self,
        message: str,
        *,
        limit: str,
        value: object,
        url: str | None,
        status_code: int | None = None,
        lines: Iterable[str] = (),
    ) -> None:
        super().__init__(message, pytrace=False)
        self.limit = limit
        self.value = value
        self.url = url
        self.status_code = status_code
        self.lines: tuple[str, ...] = tuple(lines)

    def anew(self) -> PollerHangs:
        """An equal failure that was not raised yet; one that was keeps the poller's frames."""
        return PollerHangs(
            str(self.msg),
            limit=self.limit,
            value=self.value,
            url=self.url,
            status_code=self.status_code,
            lines=self.lines,
        )

    def is_like(self, error: BaseException) -> bool:
        """Whether it says the same."""
        return isinstance(error, PollerHangs) and error.msg == self.msg


_MOST_COMPARED = 1_000
"""For how many URLs the last answer is kept."""


class Guards:
    """The limits of one test, and how much of them is used.

    Args:
        polls_at_once: how often one URL may be asked for while no time passes.
        polls_per_operation: how often one operation may be asked for.
        polls_unchanged: how often one URL may give the same answer while no operation can change
            any more.
        virtual_time: how many nanoseconds may be skipped.
        real_wait: how many real seconds may be waited between polls that see the same time.
        change_is_coming: whether an operation is going to change by itself.
        tally: the polls of the operation with this id, which a call was for.
        settings_of: where the settings of the mock are given, as its user writes it.
        happened: returns what has happened so far, as text; empty if that is shown elsewhere.

    Attributes:
        tripped: the failure, once a limit has been passed. The test must fail with it even if it
            only ended a thread.
        read_wall: reads the wall clock that the code under test sees, in nanoseconds; ``None`` if
            it does not move with skipped waits.
        really_waited: called with each request, unless it is ``None``; returns the line at which
            its thread was seen to wait really while the clock stood still, and for how many
            seconds in all.
        stranger_waited: called with each request, unless it is ``None``; returns the address from
            which it came, if that is another process, and for how many real seconds such clients
            have polled while the clock stood still.
    """

    # Not the failure: the test must fail with it, whatever comes after.
    _changing = ("_at_once", "_instant", "_unchanged", "_last", "_wall")

    def __init__(
        self,
        *,
        polls_at_once: int,
        polls_per_operation: int,
        polls_unchanged: int,
        virtual_time: int,
        real_wait: float,
        change_is_coming: Callable[[], bool],
        tally: Callable[[Call, str], Tally],
        settings_of: str = "@pytest.mark.asyncops",
        happened: Callable[[], str] = str,
    ) -> None:
        self._polls_at_once = polls_at_once
        self._polls_per_operation = polls_per_operation
        self._polls_unchanged = polls_unchanged
        self._virtual_time = virtual_time
        self._real_wait = real_wait
        self._change_is_coming = change_is_coming
        self._tally = tally
        self._settings_of = settings_of
        self._happened = happened
        self.read_wall: Callable[[], int] | None = None
        self._wall = 0
        self.really_waited: Callable[[], tuple[str, float] | None] | None = None
        self.stranger_waited: Callable[[], tuple[str, float] | None] | None = None
        self._at_once: dict[str, int] = {}
        self._instant = -1
        # The last answer, the first instant of this answer, and how often it has come.
        self._unchanged: dict[str, tuple[bytes, int, int]] = {}
        self._last: Call | None = None
        self.tripped: PollerHangs | None = None

    def called(self, call: Call) -> None:
        """Count a request.

        Raises:
            PollerHangs: if it passes a limit.
        """
        if self._last is None and self.read_wall is not None:
            self._wall = self.read_wall()
        self._last = call
        url = call.request._url  # nothing is printed yet, so it is not looked at for secrets
        if call.at_ns != self._instant:
            self._instant = call.at_ns
            self._at_once.clear()
        at_once = self._at_once[url] = self._at_once.get(url, 0) + 1
        if at_once > self._polls_at_once:
            self._trip(
                f"{shown(call.request.url)} was requested {self._polls_at_once + 1:,} times at "
                f"{rfc3339(call.at_ns)}, and no time passed in between.\n"
                "The code under test does not wait between two polls, or waits in a way that "
                "virtual time does not reach.",
                "max_polls_at_once",
                self._polls_at_once,
            )
        self._compare(url, call)
        waited = self.really_waited and self.really_waited()
        if waited and waited[1] >= self._real_wait:
            self._stop_real_waits(call, *waited)
        stranger = self.stranger_waited and self.stranger_waited()
        if stranger and stranger[1] >= self._real_wait:
            self._stop_stranger(call, *stranger)
        if call._number > self._polls_per_operation:
            self._check_polls(call)

    def _check_polls(self, call: Call) -> None:
        name, tally = max(
            ((name, self._tally(call, name)) for name in call._asked_for),
            key=lambda polled: polled[1].count,
        )
        seconds = (call.at_ns - tally.first_ns) / SECOND / (tally.count - 1)
        self._trip(
            f"operation {name} was polled {tally.count:,} times, every {seconds:g} s on average, "
            "and the code under test does not stop.\n"
            "Give it a deadline, or a lifecycle that ends.",
            "max_polls_per_operation",
            self._polls_per_operation,
        )

    def _stop_real_waits(self, call: Call, place: str, seconds: float) -> None:
        self._trip(
            f"the code under test polls {shown(call.request.url)} and really waits in between, "
            f"{seconds:.1f} s so far, while the servers' clock stands still:\n  {place}\n"
            "Virtual time does not reach this wait: it happens in C, as in uvloop and gevent, or "
            "in a lock or a select, or in a function that could not be replaced.\n"
            "Wait with time.sleep, threading or asyncio; or make time real, for this wait by "
            "mock.clock.real() or for the whole test by the setting clock.",
            "max_real_wait",
            self._real_wait,
        )

    def _stop_stranger(self, call: Call, client: str, seconds: float) -> None:
        self._trip(
            f"another process, at {client}, polls {shown(call.request.url)} while the servers' "
            f"clock stands still, for {seconds:.1f} s so far.\n"
            "Its waits cannot be skipped. Let the clock run, with speed=60 for a minute a second; "
            "or let each poll that sees nothing new move it, with skip_idle=True; or move it "
            "yourself, with clock='manual'.",
            "max_real_wait",
            self._real_wait,
        )

    def _compare(self, url: str, call: Call) -> None:
        answer = call.response.content
        before, since, times = self._unchanged.get(url, (None, 0, 0))
        if before != answer:
            if len(self._unchanged) >= _MOST_COMPARED:
                self._unchanged.clear()
            self._unchanged[url] = (answer, call.at_ns, 1)
            return
        self._unchanged[url] = (answer, since, times + 1)
        if times < self._polls_unchanged:
            return
        if self._change_is_coming():
            del self._unchanged[url]
            return
        seconds = (call.at_ns - since) / SECOND / times
        self._trip(
            f"{shown(call.request.url)} gave the same answer {times + 1:,} times, every "
            f"{seconds:g} s on average, and no operation can change any more.\n"
            "Give the code under test a deadline, or the operation a lifecycle that ends.",
            "max_polls_unchanged",
            self._polls_unchanged,
        )

    def skipped(self, total: int) -> None:
        """Note how many nanoseconds have been skipped in all.

        Raises:
            PollerHangs: if they pass the limit.
        """
        if total > self._virtual_time:
            limit = self._virtual_time
            last = (
                f" The last request was for {shown(self._last.request.url)}." if self._last else ""
            )
            self._trip(
                f"the code under test has waited for more than {length_of(limit)} of virtual time, "
                f"and still waits.{last}\n{self._frozen()}"
                "Give it a deadline, or let what it waits for end.",
                "max_virtual_time",
                limit / SECOND,
            )

    def _frozen(self) -> str:
        if self._last is None or self.read_wall is None or self.read_wall() != self._wall:
            return ""
        return (
            "The wall clock was frozen, as by time-machine or freezegun: a deadline "
            "by time.time() or datetime.now() never comes. Let it tick, with tick=True.\n"
        )

    def check(self) -> None:
        """Fail the test if it has swallowed its failure, or a thread has ended with it.

        Raises:
            PollerHangs: if a limit was passed, and the test has not failed because of that yet.
        """
        if self.tripped is not None:
            raise self.tripped.anew()

    def note_failure(self, error: BaseException) -> None:
        """Note that the test has failed with this error, so that `check` does not report it."""
        if self.tripped is not None and self.tripped.is_like(error):
            self.tripped = None

    def _trip(self, message: str, limit: str, value: float) -> None:
        last = self._last
        lines = own_traceback(sys._getframe(1))
        text = [message]
        if last is not None and last.response.status_code >= FIRST_ERROR:
            body = last.response.content.decode("utf-8", "backslashreplace")
            text.append(f"Its last answer was {last.response.status_code}: {shortened(body)}")
        if lines:
            text += ["The code under test was here:", *lines]
        happened = self._happened()
        if happened:
            text += ["What happened:", *(f"  {line}" for line in happened.splitlines())]
        text.append(
            f"If this is intended, raise the limit: {self._settings_of}({limit}=...); it is "
            f"{value:,.15g}."
        )
        self.tripped = PollerHangs(
            "\n".join(text),
            limit=limit,
            value=value,
            url=None if last is None else last.request.url,
            status_code=None if last is None else last.response.status_code,
            lines=lines,
        )
        raise self.tripped.anew()
