"""Catches the requests of the requests library, by means of the responses library."""

from __future__ import annotations

import http.client
import io
import threading
from collections.abc import Callable, Mapping
from typing import Any

import responses
from requests import PreparedRequest
from requests import Response as ClientResponse
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError

from ..serving.base_urls import BaseUrls
from ..serving.messages import Request, without_user

Send = Callable[..., ClientResponse]
"""``HTTPAdapter.send``, and the functions that replace it."""


class ResponsesTransport:
    """Takes the requests to the stubs' URLs, and lets all others go where they would have gone.

    If the user has a mock of the responses library active, it keeps working for other URLs, whether
    it was started before this transport or after it.

    Args:
        base_urls: which stub a URL belongs to.
        refuse: called with the method and URL of a request that is about to reach the network;
            may raise.
    """

    def __init__(self, base_urls: BaseUrls, refuse: Callable[[str, str], None]) -> None:
        self._base_urls = base_urls
        self._refuse = refuse
        self._mock = responses.RequestsMock(
            assert_all_requests_are_fired=False, response_callback=self._wait_for_retry
        )
        self._answer = _StubResponse(base_urls)
        self._mock.add(self._answer)
        self._take: Send = self._mock.unbound_on_send()
        self._retrying = threading.local()
        self._started = False

    def start(self) -> None:
        """Begin to take requests."""
        self._outer = HTTPAdapter.send
        self._unbound_on_send = responses.RequestsMock.unbound_on_send
        make_send = self._unbound_on_send
        self._started = True
        # requests calls this for every request, also from adapters of the user's own.
        self._send = self._covering(self._to_outer)
        self._patch(HTTPAdapter, "send", self._send)
        # A responses mock that starts later puts its own send on top; it gets one that still
        # takes the stubs' requests first.
        self._patch(
            responses.RequestsMock, "unbound_on_send", lambda mock: self._covering(make_send(mock))
        )

    def stop(self) -> None:
        """Put everything back."""
        self._started = False
        if HTTPAdapter.send is self._send:  # not if a mock that started later is still active
            self._patch(HTTPAdapter, "send", self._outer)
        self._patch(responses.RequestsMock, "unbound_on_send", self._unbound_on_send)

    @staticmethod
    def _patch(owner: type, name: str, value: Any) -> None:
        setattr(owner, name, value)

    def _covering(self, beneath: Send) -> Send:
        def send(
            adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any
        ) -> ClientResponse:
            if not self._started or self._base_urls.find(request.url or "") is None:
                return beneath(adapter, request, *args, **kwargs)
            self._retrying.retries = adapter.max_retries
            return self._take(adapter, request, *args, **kwargs)

        return send

    def _to_outer(
        self, adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        if self._started and self._outer.__module__ == HTTPAdapter.__module__:
            self._refuse(request.method or "", without_user(request.url or ""))
        return self._outer(adapter, request, *args, **kwargs)

    def _wait_for_retry(self, response: ClientResponse) -> ClientResponse:
        """Wait as urllib3 does before a retry: responses repeats the request but does not wait."""
        # And forget the requests: the stub has its own record of them, which is bounded.
        self._mock.calls.reset()
        self._answer.calls.reset()
        retries = self._retrying.retries
        if retries.is_retry(
            response.request.method, response.status_code, "Retry-After" in response.headers
        ):
            try:
                retries = retries.increment(
                    response.request.method, response.url, response=response.raw
                )
            except MaxRetryError:
                return response
            self._retrying.retries = retries
            retries.sleep(response.raw)
        return response


class _StubResponse(responses.BaseResponse):
    """The one response that is registered with responses: it answers as a stub does."""

    def __init__(self, base_urls: BaseUrls) -> None:
        super().__init__(responses.GET, "https://stubs.invalid/")
        self._base_urls = base_urls

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        return True, ""

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        url = request.url or ""
        found = self._base_urls.find(url)
        assert found is not None  # the transport asked before it handed the request on
        stub, target = found
        headers: Mapping[str, str] = request.headers
        answer = stub.handle(
            Request(request.method or "", url, target, headers, _body(request.body))
        )
        return HTTPResponse(
            body=io.BytesIO(answer.content),
            status=answer.status_code,
            reason=http.client.responses.get(answer.status_code),
            headers=answer.headers,
            preload_content=False,
        )


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, (str, bytes, bytearray, memoryview)):
        return _piece(body)
    return b"".join(map(_piece, body))


def _piece(piece: str | bytes | bytearray | memoryview) -> bytes:
    return piece.encode() if isinstance(piece, str) else bytes(piece)
