"""A limit on how many requests a service accepts in a period."""

from __future__ import annotations

import copy
from collections import deque

from ..durations import SECOND, Seconds, http_date, to_ns
from ..errors import InvalidArgument, checked_count, hides_usage_errors, unknown_choice
from .api import Api

__tracebackhide__ = hides_usage_errors

_FORMS = ("seconds", "date")


class RateLimit:
    """At most this many requests in any such period. Refused requests do not count.

    Args:
        polls: the number of requests.
        per: the length of the period.
        retry_after: how the header is written: ``"seconds"`` or ``"date"`` (RFC 9110, 10.2.3).

    Raises:
        InvalidArgument: for a number below 1, an empty period, or another form.
    """

    def __init__(self, polls: int, per: Seconds, retry_after: str) -> None:
        checked_count(polls, "polls", 1)
        self._per = to_ns(per, "per")
        if not self._per:
            raise InvalidArgument(f"per must be longer than no time, not {per!r}", value=per)
        if retry_after not in _FORMS:
            raise unknown_choice("form of Retry-After", retry_after, _FORMS)
        self._as_date = retry_after == "date"
        self._taken: deque[int] = deque(maxlen=polls)

    def take(self, now: int) -> str | None:
        """Accept one request at this instant; returns the ``Retry-After`` if it is refused."""
        taken = self._taken
        if len(taken) == taken.maxlen and now < taken[0] + self._per:
            # The header has whole seconds. It is rounded up, so a client that honours it is served.
            seconds = -(-(taken[0] + self._per - now) // SECOND)
            if self._as_date:
                return http_date(-(-(taken[0] + self._per) // SECOND) * SECOND)
            return str(seconds)
        taken.append(now)
        return None

    def copy(self) -> RateLimit:
        """The same limit, used as much."""
        other = copy.copy(self)
        other._taken = self._taken.copy()
        return other


def checked_rate_limit(api: Api, polls: int, per: Seconds, retry_after: str) -> RateLimit:
    """The limit that a test asks for.

    Raises:
        InvalidArgument: as for `RateLimit`, or if the API does not say how it refuses.
    """
    if api.serving.throttled is None:
        raise InvalidArgument(
            f"{api.name} does not say how it refuses too many requests. Give its Api "
            "serving=Serving(throttled=ErrorResponse(429, ...)).",
            value=polls,
        )
    return RateLimit(polls, per, retry_after)
