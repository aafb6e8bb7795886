"""The requests that matched no route, and their report at the end of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..errors import AsyncOpsError, counted
from .messages import Request
from .secret_texts import shown

_KEPT = 20


class UnmatchedRequests(AsyncOpsError, AssertionError):
    """Requests to a stub's base URL that matched no route of its API.

    Attributes:
        requests: the first request of each method and URL, in the order in which they came; at most
            the first 20 of each API.
        total: the number of all such requests.
    """

    def __init__(
        self, message: str, *, requests: Iterable[Request], total: int | None = None
    ) -> None:
        super().__init__(message)
        self.requests: tuple[Request, ...] = tuple(requests)
        self.total: int = len(self.requests) if total is None else total


class Unmatched:
    """The requests to one stub that matched no route: the first of each kind, and their number.

    Args:
        stub: the stub's API, and its base URL.
        why_not: for each route a line that says why it did not match a request.

    Attributes:
        stub: the same.
        why_not: the same.
        total: the number of all requests.
        others: how many of them are of kinds that are not kept.
    """

    def __init__(self, stub: str, why_not: Callable[[Request], list[str]]) -> None:
        self.stub: str = stub
        self.why_not: Callable[[Request], list[str]] = why_not
        self.total: int = 0
        self.others: int = 0
        self._kinds: dict[tuple[str, str], tuple[Request, int]] = {}

    def note(self, request: Request) -> None:
        """Count a request."""
        kind = request.method, request._url
        first, count = self._kinds.get(kind, (request, 0))
        self.total += 1
        if count or len(self._kinds) < _KEPT:
            self._kinds[kind] = first, count + 1
        else:
            self.others += 1

    def __iter__(self) -> Iterator[tuple[Request, int]]:
        """The first request of each method and URL, and how often it came."""
        return iter(self._kinds.values())


def failure(stubs: Iterable[Unmatched]) -> UnmatchedRequests | None:
    """The failure of a test whose requests to these stubs matched no route, if there are any."""
    asked = [unmatched for unmatched in stubs if unmatched.total]
    total = sum(unmatched.total for unmatched in asked)
    if not total:
        return None
    lines = [f"{counted(total, 'request')} reached a stub and matched no route:"]
    for unmatched in asked:
        by_reasons: dict[tuple[str, ...], list[str]] = {}
        for request, count in unmatched:
            again = f"  ({count:,} times)" if count > 1 else ""
            alike = by_reasons.setdefault(tuple(unmatched.why_not(request)), [])
            alike.append(f"  {request.method} {shown(request.url)}{again}")
        for reasons, alike in by_reasons.items():
            lines += ["", *alike, f"  {unmatched.stub} has these routes:"]
            lines += [f"    {line}" for line in reasons]
        if unmatched.others:
            lines += ["", f"  and {counted(unmatched.others, 'request')} for other URLs"]
    lines += [
        "",
        "If the code under test is meant to send them, set unmatched='answer', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]
    firsts = [request for unmatched in asked for request, _ in unmatched]
    return UnmatchedRequests("\n".join(lines), requests=firsts, total=total)
