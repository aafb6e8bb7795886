"""Notices requests for a stub that something else answers first, such as requests-mock."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter

from ..errors import TakenRequestsWarning
from ..serving.base_urls import BaseUrls
from ..serving.secret_texts import without_secrets, without_user
from ..serving.server import Server
from .answer import Answer


class TakenRequests:
    """Knows the stubs for which requests were made that never arrived.

    Args:
        base_urls: which stub a URL belongs to.
        is_own: whether a function in place of ``HTTPAdapter.send`` is one of this package.
    """

    def __init__(self, base_urls: BaseUrls, is_own: Callable[[object], bool]) -> None:
        self._base_urls = base_urls
        self._is_own = is_own
        self._taken: dict[Server, tuple[str, str]] = {}

    def start(self) -> None:
        """Begin to notice them."""
        if not _started:
            _watch.place()
        _started.append(self)

    def stop(self) -> None:
        """Stop noticing them.

        Warns:
            TakenRequestsWarning: for a stub with operations whose requests were all taken.
        """
        _started.remove(self)
        if not _started:
            _watch.take_away()
        for server, (url, who) in self._taken.items():
            if server.store and not server.calls.total:
                warnings.warn(
                    f"{url} was requested, but no request has reached the stub of "
                    f"{server.api.name}: {who} answered first. Let it pass on requests to URLs "
                    f"below {server.base_url}, or do without it in this test.",
                    TakenRequestsWarning,
                    stacklevel=2,
                )

    def note(self, session: Session, asked: object) -> None:
        """Note that a request for this URL was made, and has ended."""
        url = str(asked)
        found = self._base_urls.find(url)
        if found is None or found.server.calls.total:
            return
        who = self._in_front(session, url)
        if who is not None:  # else the client has sent nothing
            self._taken.setdefault(found.server, (without_secrets(without_user(url)), who))

    def _in_front(self, session: Session, url: str) -> str | None:
        """The mock through which requests pass before they come here, ``None`` if there is none."""
        if Session.send.__module__ != Session.__module__:
            return _named(Session.send)
        adapter = session.get_adapter(url)
        if not isinstance(adapter, HTTPAdapter):
            return _named(type(adapter))
        return None if self._is_own(HTTPAdapter.send) else _named(HTTPAdapter.send)


_started: list[TakenRequests] = []


class _Watch:
    """Covers ``Session.request``, which all functions of requests call."""

    def place(self) -> None:
        self._beneath = beneath = Session.request

        def request(session: Session, method: Any, url: Any, *args: Any, **kwargs: Any) -> Response:
            __tracebackhide__ = True
            answer = None
            try:
                answer = beneath(session, method, url, *args, **kwargs)
            finally:
                # Asked first, because it is quick: nearly all requests are answered here.
                if type(getattr(answer, "raw", None)) is not Answer:
                    for each in _started[:]:
                        each.note(session, url)
            return answer

        self._request = request
        self._put(request)

    def take_away(self) -> None:
        if Session.request is self._request:  # not if something else covers it
            self._put(self._beneath)

    @staticmethod
    def _put(request: Callable[..., Response]) -> None:
        Session.request = request  # type: ignore[method-assign]


_watch = _Watch()


def _named(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"
