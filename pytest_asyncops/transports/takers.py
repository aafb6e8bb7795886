"""The open mocks whose stubs answer the requests of one client library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

from ..errors import hides_usage_errors
from ..network.guard import guard
from ..serving.base_urls import BaseUrls
from ..serving.messages import Headers, Request, Response
from ..serving.server import Server

__tracebackhide__ = hides_usage_errors


class Taken(NamedTuple):
    """A URL at which a stub answers.

    Attributes:
        server: the stub's server.
        url: the whole URL.
        target: what follows the stub's base URL: path and query.
        hosts: the names of the API's hosts that are at this base URL.
    """

    server: Server
    url: str
    target: str
    hosts: tuple[str, ...] = ()

    def answer(
        self,
        method: str,
        headers: Union[Mapping[str, str], list[tuple[str, str]]],
        body: bytes,
    ) -> Response:
        """The stub's answer to a request, which is handled and recorded by this.

        The transport waits as long as the answer is late, and then turns it into what the client
        library would have received.

        Args:
            method: in upper case.
            headers: pairs of name and value; or a mapping that finds names in any case.
            body: the body's bytes.

        Raises:
            PollerHangs: if the test has passed one of its limits.
        """
        if isinstance(headers, list):  # quicker than to look whether it is a mapping
            headers = Headers(headers)
        return self.server.handle(Request(method, self.url, self.target, headers, body, self.hosts))


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
            found = base_urls.find(url)
            if found is not None:
                if guard.leftovers:
                    guard.refuse_stray(url)
                return Taken(found.server, url, found.target, found.hosts)
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
