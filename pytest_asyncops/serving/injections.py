"""Faults that a test injects: answers instead of the usual ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import InvalidArgument, checked_count, counted, hides_usage_errors
from .api import Api, find_route
from .messages import Request, Response

__tracebackhide__ = hides_usage_errors


@dataclass(frozen=True)
class Fault:
    """An answer instead of the API's own.

    Attributes:
        name: how it is written, such as ``status(503)``.
        answer: a function of the request and the API that returns the answer.
    """

    name: str
    answer: Callable[[Request, Api], Response] = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return self.name


class Injection:
    """A fault that was injected.

    Attributes:
        fault: the fault.
        count: how many requests got the fault.
    """

    _changing = ("count",)

    def __init__(
        self,
        fault: Fault,
        times: int | None,
        route: str | None,
        when: Callable[[Request], object] | None,
    ) -> None:
        self.fault: Fault = fault
        self.count: int = 0
        self._times = times
        self._route = route
        self._when = when

    def takes(self, request: Request, route: str) -> bool:
        """Whether a request of this route gets the fault. If so, the request is counted."""
        if self._times is not None and self.count >= self._times:
            return False
        if self._route not in (None, route):
            return False
        if self._when is not None and not self._when(request):
            return False
        self.count += 1
        return True

    def __repr__(self) -> str:
        return f"<Injection of {self.fault!r}, used for {counted(self.count, 'request')}>"


def checked_injection(
    api: Api,
    fault: object,
    times: int | None,
    route: str | None,
    when: Callable[[Request], object] | None,
) -> Injection:
    """The injection that a test asks for.

    Raises:
        InvalidArgument: for anything but a fault, a number below 1, or an unknown route.
    """
    if not isinstance(fault, Fault):
        raise InvalidArgument(
            "fault must be one that pytest_asyncops.faults makes, such as faults.status(503), not "
            f"{fault!r}",
            value=fault,
        )
    if times is not None:
        checked_count(times, "times", 1)
    if route is not None:
        find_route(api, route)
    if when is not None and not callable(when):
        raise InvalidArgument(f"when must be a function of a request, not {when!r}", value=when)
    return Injection(fault, times, route, when)
