"""Catches the requests of the requests library, even if a mock of responses catches others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import responses
from requests import PreparedRequest
from requests import Response as ClientResponse
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as ClientConnectionError
from requests.exceptions import ReadTimeout, RetryError
from urllib3 import Timeout
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls, Taken
from .answer import Answer
from .bodies import body_bytes
from .covers import Covers
from .lateness import waiting
from .taken_requests import TakenRequests
from .takers import Takers
from .transport import CoveringTransport
from .urllib3_timeouts import read_limit, timed_out

__tracebackhide__ = hides_usage_errors

Send = Callable[..., ClientResponse]
"""``HTTPAdapter.send``, and the functions that replace it."""

_OWN = "_asks_the_stubs_first"
"""The mark of the functions that replace it."""


_takers = Takers()


class ResponsesTransport(CoveringTransport):
    """Takes the requests to the stubs' URLs, and lets all others go where they would have gone.

    An active mock of the responses library keeps working for other URLs, whether it was started
    before this transport or after it. The latest of several started transports is asked first; they
    may stop in any order.

    Args:
        base_urls: which stub a URL belongs to.
    """

    def __init__(self, base_urls: BaseUrls) -> None:
        super().__init__(_takers, _covers, base_urls)
        self._taken_requests = TakenRequests(base_urls, lambda send: hasattr(send, _OWN))

    def start(self) -> None:
        """Begin to take requests."""
        super().start()
        self._taken_requests.start()

    def stop(self) -> None:
        """Put everything back.

        Warns:
            TakenRequestsWarning: if something else has taken all requests for a stub.
        """
        super().stop()
        self._taken_requests.stop()


def _covering(beneath: Send) -> Send:
    def send(
        adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        taken = _takers.find(request.url or "")
        if taken is None:
            return beneath(adapter, request, *args, **kwargs)
        return _answered(adapter, request, taken, _timeout(*args, **kwargs))

    setattr(send, _OWN, True)
    return send


_covers = [
    # requests calls it for every request, even for those from the user's own adapters.
    Covers(HTTPAdapter, "send", _covering),
    # A responses mock that starts later puts its own send on top; it gets one that still takes the
    # stubs' requests first.
    Covers(
        responses.RequestsMock,
        "unbound_on_send",
        lambda make_send: lambda mock: _covering(make_send(mock)),
    ),
]


def _timeout(stream: Any = False, timeout: Any = None, *args: Any, **kwargs: Any) -> Any:
    return timeout


def _read_limit(timeout: Any) -> float | None:
    """How many seconds requests waits for an answer at most, ``None`` for no limit."""
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return read_limit(timeout) if isinstance(timeout, Timeout) else timeout


def _answered(
    adapter: HTTPAdapter, request: PreparedRequest, taken: Taken, timeout: Any
) -> ClientResponse:
    """The answer that requests gets from this stub, after the retries of its adapter."""
    method, url = request.method or "", request.url or ""
    body = body_bytes(request.body)
    retries = adapter.max_retries
    while True:
        answer = taken.answer(method, request.headers, body)
        if answer.late:
            wait = waiting(answer.late, _read_limit(timeout))
            time.sleep(wait.seconds)
            if wait.is_in_vain:
                error = timed_out(adapter.poolmanager.connection_from_url(url), url, wait.seconds)
                try:
                    retries = retries.increment(method, url, error=error, _pool=error.pool)
                except ReadTimeoutError:
                    raise ReadTimeout(error, request=request) from error
                except MaxRetryError as exhausted:
                    raise ClientConnectionError(exhausted, request=request) from exhausted
                retries.sleep()
                continue
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
