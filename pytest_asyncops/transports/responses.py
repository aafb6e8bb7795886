"""Catches the requests of the requests library, also where a mock of responses catches others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import responses
from requests import PreparedRequest
from requests import Response as ClientResponse
from requests.adapters import HTTPAdapter
from requests.exceptions import RetryError
from urllib3.exceptions import MaxRetryError

from ..errors import hides_usage_errors
from ..network.guard import guard
from ..serving.base_urls import BaseUrls
from ..serving.messages import Request
from ..serving.server import Server
from .answer import Answer
from .taken_requests import TakenRequests

__tracebackhide__ = hides_usage_errors

Send = Callable[..., ClientResponse]
"""``HTTPAdapter.send``, and the functions that replace it."""

_OWN = "_asks_the_stubs_first"
"""The mark of those that do."""


class ResponsesTransport:
    """Takes the requests to the stubs' URLs, and lets all others go where they would have gone.

    If the user has a mock of the responses library active, it keeps working for other URLs, whether
    it was started before this transport or after it. Of several transports that are started, the
    latest is asked first; they may stop in any order.

    Args:
        base_urls: which stub a URL belongs to.
    """

    def __init__(self, base_urls: BaseUrls) -> None:
        self.base_urls: BaseUrls = base_urls
        self._taken_requests = TakenRequests(base_urls, lambda send: hasattr(send, _OWN))

    def start(self) -> None:
        """Begin to take requests."""
        self._cover = _covers.placed()
        _started.append(self)
        self._taken_requests.start()

    def stop(self) -> None:
        """Put everything back.

        Warns:
            TakenRequestsWarning: if something else has taken all requests for a stub.
        """
        _started.remove(self)
        _covers.leave(self._cover)
        self._taken_requests.stop()

    def come_first(self) -> None:
        """Be asked before all others that are started."""
        _started.append(self)  # first, so that it is there all the time
        _started.remove(self)


_started: list[ResponsesTransport] = []
"""Those that take requests now; the last one is asked first."""


class _Cover:
    """A ``send`` that takes the stubs' requests, above another that gets the rest.

    Attributes:
        beneath: the other one.
        users: how many transports it serves that have not stopped.
    """

    def __init__(self, beneath: Send) -> None:
        self.beneath = beneath
        self.users = 0
        self.send = _covering(beneath)


class _Covers:
    """The covers over ``HTTPAdapter.send``, which requests calls for every request.

    Also for those from adapters of the user's own. One cover serves all transports, unless
    something else has been put over it in between.
    """

    def __init__(self) -> None:
        self._placed: list[_Cover] = []

    def placed(self) -> _Cover:
        """The cover that is on top, for one more transport."""
        if not self._placed:
            # A responses mock that starts later puts its own send on top; it gets one that still
            # takes the stubs' requests first.
            self._unbound_on_send = make_send = responses.RequestsMock.unbound_on_send
            _patch(
                responses.RequestsMock, "unbound_on_send", lambda mock: _covering(make_send(mock))
            )
        if not self._placed or HTTPAdapter.send is not self._placed[-1].send:
            cover = _Cover(HTTPAdapter.send)
            _patch(HTTPAdapter, "send", cover.send)
            self._placed.append(cover)
        top = self._placed[-1]
        top.users += 1
        return top

    def leave(self, cover: _Cover) -> None:
        """Serve one transport less; what serves none and is on top is taken away."""
        cover.users -= 1
        while self._placed and not self._placed[-1].users:
            last = self._placed.pop()
            if HTTPAdapter.send is last.send:  # not if what was put over it is still there
                _patch(HTTPAdapter, "send", last.beneath)
        if not self._placed:
            _patch(responses.RequestsMock, "unbound_on_send", self._unbound_on_send)


_covers = _Covers()


def _patch(owner: type, name: str, value: Any) -> None:
    setattr(owner, name, value)


def _covering(beneath: Send) -> Send:
    def send(
        adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        url = request.url or ""
        for transport in reversed(_started):
            found = transport.base_urls.find(url)
            if found is not None:
                if guard.leftovers:
                    guard.refuse_stray(url)
                return _answered(adapter, request, *found)
        return beneath(adapter, request, *args, **kwargs)

    setattr(send, _OWN, True)
    return send


def _answered(
    adapter: HTTPAdapter, request: PreparedRequest, server: Server, target: str
) -> ClientResponse:
    """What requests receives from this server, after the retries that its adapter makes."""
    method, url = request.method or "", request.url or ""
    asked = Request(method, url, target, request.headers, _body(request.body))
    retries = adapter.max_retries
    while True:
        answer = server.handle(asked)
        response = adapter.build_response(request, Answer(answer))
        # From here on it is as in urllib3's own urlopen.
        if not retries.is_retry(method, answer.status_code, "Retry-After" in answer.headers):
            return response
        try:
            retries = retries.increment(method, url, response=response.raw)
        except MaxRetryError as error:
            if retries.raise_on_status:
                raise RetryError(error, request=request) from error
            return response
        retries.sleep(response.raw)


def _body(body: Any) -> bytes:
    """The bytes that http.client sends for this body, whatever it is."""
    if body is None:
        return b""
    if not hasattr(body, "read"):
        try:
            return _piece(body)
        except TypeError:  # an iterable
            return b"".join(map(_piece, body))
    # A file, or what is read like one: a read may give less than it was asked for.
    return b"".join(map(_piece, iter(lambda: body.read(_BLOCK) or None, None)))


_BLOCK = 8192
"""How much http.client reads at once."""


def _piece(piece: Any) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(memoryview(piece))
