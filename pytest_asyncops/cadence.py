"""Asserts at which intervals an operation was polled."""

from __future__ import annotations

import datetime
import email.utils
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .arguments import explained
from .durations import SECOND, Seconds, rfc3339, to_ns
from .errors import (
    CadenceError,
    InvalidArgument,
    checked_count,
    checked_flag,
    hides_usage_errors,
)
from .serving.calls import Call
from .serving.operations import Operation

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

    A poll is a request for this one operation, whatever the answer. The latest 10,000 requests of a
    test are kept.

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
    polls = _polls(operation)
    mistakes = [
        *_wrong_counts(polls, at_least, at_most),
        *_wrong_intervals(polls, shortest, longest),
        *(_after_done(polls) if not_after_done else ()),
        *(_too_soon(polls) if honours_retry_after else ()),
        *(_not_longer(polls, backoff, longest) if backoff is not None else ()),
    ]
    if mistakes:
        raise CadenceError(
            _report(operation, polls, mistakes),
            operation=operation.id,
            polls=[poll.call.at for poll in polls],
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
                f"{names[0]}={low!r} and {names[1]}={high!r} contradict each other: nothing is "
                f"both. Raise {names[1]}, lower {names[0]}, or leave one of them out.",
                value=(low, high),
            )
    return shortest, longest


@dataclass(frozen=True)
class _Poll:
    """One request for an operation, and the nanoseconds since the one before."""

    call: Call
    interval: int | None
    done: bool


_Mistake = tuple[int | None, str]
"""The index of the poll that is wrong, and why."""


def _polls(operation: Operation) -> list[_Poll]:
    polls: list[_Poll] = []
    before: int | None = None
    for call in operation.calls:
        interval = None if before is None else call.at_ns - before
        polls.append(_Poll(call, interval, any(state.done for state in call.states)))
        before = call.at_ns
    return polls


def _wrong_counts(
    polls: Sequence[_Poll], at_least: int | None, at_most: int | None
) -> Iterator[_Mistake]:
    if at_least is not None and len(polls) < at_least:
        yield None, f"it was polled {_times(len(polls))}; at_least is {at_least}"
    if at_most is not None and len(polls) > at_most:
        yield at_most, f"it was polled {_times(len(polls))}; at_most is {at_most}"


def _wrong_intervals(
    polls: Sequence[_Poll], shortest: int | None, longest: int | None
) -> Iterator[_Mistake]:
    for index, poll in enumerate(polls):
        if poll.interval is None:
            continue
        if shortest is not None and poll.interval < shortest:
            yield (
                index,
                (
                    f"poll {index + 1} came {_span(poll.interval)} after the one before; "
                    f"min_interval is {_span(shortest)}"
                ),
            )
        if longest is not None and poll.interval > longest:
            yield (
                index,
                (
                    f"poll {index + 1} came {_span(poll.interval)} after the one before; "
                    f"max_interval is {_span(longest)}"
                ),
            )


def _after_done(polls: Sequence[_Poll]) -> Iterator[_Mistake]:
    done = next((index for index, poll in enumerate(polls) if poll.done), None)
    if done is not None and done + 1 < len(polls):
        yield done + 1, f"poll {done + 1} saw it done, and it was polled again"


def _too_soon(polls: Sequence[_Poll]) -> Iterator[_Mistake]:
    for index, (poll, following) in enumerate(pairwise(polls)):
        wanted = _retry_after(poll.call)
        if wanted is not None and (following.interval or 0) < wanted:
            yield (
                index + 1,
                (
                    f"poll {index + 2} came {_span(following.interval or 0)} after the one before, "
                    f"whose Retry-After was {poll.call.response.headers['Retry-After']!r}"
                ),
            )


def _not_longer(polls: Sequence[_Poll], backoff: float, longest: int | None) -> Iterator[_Mistake]:
    before: int | None = None
    for index, poll in enumerate(polls):
        if before is not None and poll.interval is not None:
            wanted = round(before * backoff)
            if longest is not None:
                wanted = min(wanted, longest)
            if poll.interval < wanted:
                yield (
                    index,
                    (
                        f"poll {index + 1} came {_span(poll.interval)} after the one before; with "
                        f"backoff={backoff:g} after {_span(before)} it is {_span(wanted)}"
                    ),
                )
        before = poll.interval


def _retry_after(call: Call) -> int | None:
    """The nanoseconds that an answer asks to wait, in either form of RFC 9110, 10.2.3."""
    value = call.response.headers.get("Retry-After")
    if value is None:
        return None
    if value.isdecimal():
        return int(value) * SECOND
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return to_ns(max(until - call.at, datetime.timedelta()))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _span(nanoseconds: int) -> str:
    return f"{nanoseconds / SECOND:.9g} s"


def _report(operation: Operation, polls: Sequence[_Poll], mistakes: Sequence[_Mistake]) -> str:
    lines = [f"operation {operation.id} was not polled as asserted:", ""]
    lines += [f"  {text}" for _, text in mistakes[:_MOST_SHOWN]]
    if len(mistakes) > _MOST_SHOWN:
        lines.append(f"  and {len(mistakes) - _MOST_SHOWN:,} more")
    marked = {index for index, _ in mistakes}
    first = max(0, min((i for i in marked if i is not None), default=0) - 5)
    lines += ["", "  its polls:"]
    if first:
        lines.append(f"     … {first:,} before")
    for index, poll in enumerate(polls[first : first + _MOST_SHOWN], first):
        interval = "" if poll.interval is None else f"+{_span(poll.interval)}"
        states = ", ".join(state.name for state in poll.call.states)
        sign = ">" if index in marked else " "
        text = (
            f"  {sign} {index + 1:>3}  {rfc3339(poll.call.at_ns)}  {interval:>10}  "
            f"{poll.call.response.status_code}  {states}"
        )
        lines.append(text.rstrip())
    left = len(polls) - first - _MOST_SHOWN
    if left > 0:
        lines.append(f"     … {left:,} after")
    return "\n".join(lines)
