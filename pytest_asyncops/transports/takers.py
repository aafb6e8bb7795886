"""The open mocks whose stubs answer the requests of one client library."""

from __future__ import annotations

from ..errors import hides_usage_errors
from ..network.guard import guard
from ..serving.base_urls import BaseUrls, Taken

__tracebackhide__ = hides_usage_errors


class Takers:
    """The mocks to which the requests of one client library are offered, the latest first."""

    def __init__(self) -> None:
        self._open: list[BaseUrls] = []

    def find(self, url: str) -> Taken | None:
        """The stub that answers at this absolute URL, ``None`` if none does.

        Raises:
            NetworkBlocked: if the request comes from work that has outlived its mock.
        """
        for base_urls in reversed(self._open):
            taken = base_urls.find(url)
            if taken is not None:
                if guard.leftovers:
                    guard.refuse_stray(url)
                return taken
        return None

    def are_at(self, url: str) -> bool:
        """Whether any stub is at the scheme, host and port of this absolute URL."""
        return any(base_urls.are_at(url) for base_urls in self._open)

    def add(self, base_urls: BaseUrls) -> None:
        """Offer requests to this mock too, before all others."""
        self._open.append(base_urls)

    def remove(self, base_urls: BaseUrls) -> None:
        """Stop offering requests to this mock."""
        self._open.remove(base_urls)

    def come_first(self, base_urls: BaseUrls) -> None:
        """Offer requests to this mock before all others."""
        self._open.append(base_urls)  # first, so that it is there all the time
        self._open.remove(base_urls)
