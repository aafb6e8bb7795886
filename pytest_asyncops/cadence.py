"""Asserts at which intervals an operation was polled."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from .arguments import explained
from .durations import SECOND, Seconds, to_ns
from .errors import (
    CadenceError,
    InvalidArgument,
    checked_count,
    checked_flag,
    counted,
    hides_usage_errors,
)
from .serving.calls import Call
from .serving.operation import Operation
from .serving.tally import Interval, Tally, TooSoon, retry_after
from .timeline.gathering import timeline_of
from .timeline.text import marked_table

__tracebackhide__ = hides_usage_errors

_MOST_SHOWN = 25


@explained()
def assert_polled(
    operation: Operation,
    *,
    min_interval: Seconds | None = None,
    max_interval: Seconds | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
    not_after_done: bool = False,
    honours_retry_after: bool = False,
    backoff: float | None = None,
) -> None:
    """Assert how an operation was polled.

    A poll is a request for this one operation, whatever the answer. All of them are judged, however
    many there were, and whether or not they are still kept in ``operation.calls``. If there was
    none, the assertion fails, unless ``at_most=0`` or ``at_least=0`` allows that.

    Args:
        operation: the operation.
        min_interval: the least time between two polls.
        max_interval: the most time between two polls.
        at_least: the least number of polls.
        at_most: the most polls.
        not_after_done: ``True`` forbids polls after the one that saw the operation done.
        honours_retry_after: ``True`` forbids polls before the time that an answer's ``Retry-After``
            names.
        backoff: the least ratio of each interval to the one before: 2 for intervals that double.
            An interval as long as ``max_interval`` is long enough.

    Raises:
        CadenceError: if it was polled otherwise, with a table of its polls; an
            ``AssertionError``.
        InvalidArgument: for a value that makes no sense, or nothing to assert.

    >>> import requests, time
    >>> from pytest_asyncops import mocked
    >>> with mocked() as mock:
    ...     operation = mock.chainloop.start()
    ...     url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    ...     for _ in range(3):
    ...         answer = requests.get(url, headers={"Authorization": "Bearer token"})
    ...         time.sleep(5)
    >>> assert_polled(operation, min_interval=5, at_most=3)
    """
    if not isinstance(operation, Operation):
        raise InvalidArgument(
            f"operation must be an Operation, as stub.start() returns it, not {operation!r}. By "
            "its id it is found in the operations of its stub: mock.chainloop.operations[id].",
            value=operation,
        )
    checked_flag(not_after_done, "not_after_done")
    checked_flag(honours_retry_after, "honours_retry_after")
    asked = {
        "min_interval": min_interval or None,  # 0 asserts nothing
        "max_interval": max_interval,
        "at_least": at_least or None,
        "at_most": at_most,
        "not_after_done": not_after_done or None,
        "honours_retry_after": honours_retry_after or None,
        "backoff": backoff,
    }
    if all(value is None for value in asked.values()):
        raise InvalidArgument(f"there is nothing to assert; give one of {', '.join(asked)}")
    shortest, longest = _checked_limits(min_interval, max_interval, at_least, at_most, backoff)
    polled = _Polled.of(operation)
    if not polled.tally.count:
        breaches = [] if 0 in (at_least, at_most) else [_never(polled, at_least)]
    else:
        breaches = [
            *_wrong_counts(polled, at_least, at_most),
            *_wrong_intervals(polled, shortest, longest),
            *(_after_done(polled) if not_after_done else ()),
            *(_too_soon(polled) if honours_retry_after else ()),
            *(_not_longer(polled, backoff, longest) if backoff is not None else ()),
        ]
    if breaches:
        raise CadenceError(
            _report(operation, polled, list(dict.fromkeys(breaches))),
            operation=operation.id,
            polls=[call.at for call in polled.calls],
            breaches=dict.fromkeys(breach.text for breach in breaches),
        )


def _checked_limits(
    min_interval: Seconds | None,
    max_interval: Seconds | None,
    at_least: int | None,
    at_most: int | None,
    backoff: float | None,
) -> tuple[int | None, int | None]:
    """The shortest and the longest interval in nanoseconds.

    Raises:
        InvalidArgument: for a limit that makes no sense, and for two that contradict each other.
    """
    shortest = None if min_interval is None else to_ns(min_interval, "min_interval")
    longest = None if max_interval is None else to_ns(max_interval, "max_interval")
    least = None if at_least is None else checked_count(at_least, "at_least")
    most = None if at_most is None else checked_count(at_most, "at_most")
    if backoff is not None and (
        isinstance(backoff, bool)
        or not isinstance(backoff, (int, float))
        or not 1 <= backoff < math.inf
    ):
        raise InvalidArgument(
            f"backoff must be a number, 1 or more, not {backoff!r}", value=backoff
        )
    for lower, upper, low, high, names in (
        (shortest, longest, min_interval, max_interval, ("min_interval", "max_interval")),
        (least, most, at_least, at_most, ("at_least", "at_most")),
    ):
        if lower is not None and upper is not None and lower > upper:
            raise InvalidArgument(
                f"{names[0]}={low!r} and {names[1]}={high!r} contradict each other. Raise "
                f"{names[1]}, lower {names[0]}, or leave one of them out.",
                value=(low, high),
            )
    return shortest, longest


@dataclass(frozen=True)
class _Polled:
    """How an operation was polled, at one moment.

    Attributes:
        tally: what is known of all polls.
        calls: those that are kept, the latest.
        shown: how many answers have shown it, to these requests and others.
    """

    tally: Tally
    calls: Sequence[Call]
    shown: int

    @classmethod
    def of(cls, operation: Operation) -> _Polled:
        return cls(*operation._polled())

    @property
    def dropped(self) -> int:
        """How many polls are no longer kept."""
        # Of an id that no operation has, calls may be kept and no longer counted.
        return max(self.tally.count - len(self.calls), 0)

    def numbered(self) -> Iterator[tuple[int, Call]]:
        """The polls that are kept, with their numbers from 1."""
        return enumerate(self.calls, self.dropped + 1)

    def intervals(self, extreme: Interval | None) -> Iterator[Interval]:
        """The extreme of all intervals, if its poll is no longer kept, and those that are known."""
        known: list[Interval] = []
        before: int | None = None
        for (_, earlier), (number, later) in pairwise(self.numbered()):
            known.append(Interval(number, later.at_ns - earlier.at_ns, before))
            before = known[-1].length
        if extreme is not None and extreme not in known:
            yield extreme
        yield from known


class _Breach(NamedTuple):
    """What is wrong.

    Attributes:
        limit: the argument that it passes.
        number: the number of the poll that is wrong, ``None`` if it is all of them.
        text: what is wrong.
    """

    limit: str
    number: int | None
    text: str


def _never(polled: _Polled, at_least: int | None) -> _Breach:
    wanted = f"; at_least is {at_least}" if at_least else ", so there is nothing to assert"
    if polled.shown:
        advice = (
            f"{counted(polled.shown, 'answer')} showed it, in lists, or from endpoints that did "
            "not look for it with Exchange.find(). They do not count as polls of it."
        )
    else:
        advice = "Send requests for it first; or, if this is intended, assert at_most=0."
    return _Breach("at_least", None, f"it was never polled{wanted}. {advice}")


def _wrong_counts(polled: _Polled, at_least: int | None, at_most: int | None) -> Iterator[_Breach]:
    count = polled.tally.count
    if at_least is not None and count < at_least:
        text = f"it was polled {_times(count)}; at_least is {at_least}"
        yield _Breach("at_least", None, text)
    if at_most is not None and count > at_most:
        text = f"it was polled {_times(count)}; at_most is {at_most}"
        yield _Breach("at_most", at_most + 1, text)


def _wrong_intervals(
    polled: _Polled, shortest: int | None, longest: int | None
) -> Iterator[_Breach]:
    if shortest is not None:
        for number, length, _ in polled.intervals(polled.tally.shortest):
            if length < shortest:
                text = f"{_came(number, length)}; min_interval is {_span(shortest)}"
                yield _Breach("min_interval", number, text)
    if longest is not None:
        for number, length, _ in polled.intervals(polled.tally.longest):
            if length > longest:
                text = f"{_came(number, length)}; max_interval is {_span(longest)}"
                yield _Breach("max_interval", number, text)


def _after_done(polled: _Polled) -> Iterator[_Breach]:
    done = polled.tally.done
    if done is not None and done < polled.tally.count:
        text = f"poll {done} saw it done, and it was polled again"
        yield _Breach("not_after_done", done + 1, text)


def _too_soon(polled: _Polled) -> Iterator[_Breach]:
    found = [] if polled.tally.too_soon is None else [polled.tally.too_soon]
    for (_, earlier), (number, later) in pairwise(polled.numbered()):
        asked, length = retry_after(earlier), later.at_ns - earlier.at_ns
        if asked is not None and length < asked[0]:
            found.append(TooSoon(number, length, asked[1]))
    for number, length, wanted in found:
        text = f"{_came(number, length)}, whose Retry-After was {wanted!r}"
        yield _Breach("honours_retry_after", number, text)


def _not_longer(polled: _Polled, backoff: float, longest: int | None) -> Iterator[_Breach]:
    for interval in polled.intervals(polled.tally.growth.least(longest)):
        number, length, before = interval
        if before is None or interval.growth >= backoff:
            continue
        if longest is None or length < longest:
            wanted = round(before * backoff)
            if longest is not None:
                wanted = min(wanted, longest)
            text = (
                f"{_came(number, length)}; with backoff={backoff:g} after {_span(before)} it is "
                f"{_span(wanted)}"
            )
            yield _Breach("backoff", number, text)


def _came(number: int, length: int) -> str:
    return f"poll {number} came {_span(length)} after the one before"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _span(nanoseconds: int) -> str:
    return f"{nanoseconds / SECOND:.9g} s"


def _report(operation: Operation, polled: _Polled, breaches: Sequence[_Breach]) -> str:
    lines = [f"operation {operation.id} was not polled as asserted:", ""]
    by_limit: dict[str, list[_Breach]] = {}
    for breach in breaches:
        by_limit.setdefault(breach.limit, []).append(breach)
    for alike in by_limit.values():
        several = f" (the first of {len(alike):,})" if len(alike) > 1 else ""
        lines.append(f"  {alike[0].text}{several}")
    if polled.tally.count:
        lines += [
            "",
            "  its polls:",
            *_table(operation, polled, {breach.number for breach in breaches}),
        ]
    return "\n".join(lines)


def _table(operation: Operation, polled: _Polled, marked: Collection[int | None]) -> Iterator[str]:
    if polled.dropped:
        yield (
            f"     … {polled.dropped:,} that are no longer kept (max_calls_kept, max_bytes_kept): "
            "all are counted, and the worst are checked"
        )
    marks = {
        id(call): f"{'>' if number in marked else ' '} {number:>3} "
        for number, call in polled.numbered()
    }
    for line in marked_table(timeline_of(operation), marks, _MOST_SHOWN):
        yield f"  {line}"
