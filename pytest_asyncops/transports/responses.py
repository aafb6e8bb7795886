"""Catches the requests of the requests library, also where a mock of responses catches others."""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Generator
from typing import Any

import responses
from requests import PreparedRequest
from requests import Response as ClientResponse
from requests.adapters import HTTPAdapter
from requests.exceptions import RetryError
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict  # urllib3 1.26 has it nowhere else
from urllib3.exceptions import MaxRetryError

from ..serving.base_urls import BaseUrls
from ..serving.messages import Request, Response
from ..serving.secret_texts import without_user
from ..serving.server import Server

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
            found = self._base_urls.find(request.url or "") if self._started else None
            if found is None:
                return beneath(adapter, request, *args, **kwargs)
            return _answered(adapter, request, *found)

        return send

    def _to_outer(
        self, adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> ClientResponse:
        if self._started and self._outer.__module__ == HTTPAdapter.__module__:
            self._refuse(request.method or "", without_user(request.url or ""))
        return self._outer(adapter, request, *args, **kwargs)


def _answered(
    adapter: HTTPAdapter, request: PreparedRequest, server: Server, target: str
) -> ClientResponse:
    """What requests receives from this server, after the retries that its adapter makes."""
    method, url = request.method or "", request.url or ""
    asked = Request(method, url, target, request.headers, _body(request.body))
    retries = adapter.max_retries
    while True:
        answer = server.handle(asked)
        response = adapter.build_response(
            request,
            _Answer(answer),
        )
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


class _Answer(HTTPResponse):
    """A response whose body is there: it is read at once, and not in turns as from a socket."""

    def __init__(self, answer: Response) -> None:
        self._size = len(answer.content)
        self._body_as_sent = io.BytesIO(answer.content)
        headers = HTTPHeaderDict()  # it takes a mapping as a whole too, and three times as long
        for name, value in answer.headers.items():
            headers.add(name, value)
        super().__init__(
            self._body_as_sent,
            headers,
            answer.status_code,
            reason=http.client.responses.get(answer.status_code),
            preload_content=False,
        )

    def stream(
        self, amt: int | None = 2**16, decode_content: bool | None = None
    ) -> Generator[bytes, None, None]:
        """The rest of the body, in pieces of this size."""
        if "Content-Encoding" in self.headers:
            rest = self.read(decode_content=decode_content)
        else:
            rest = b"" if self.closed else self._body_as_sent.read()
        self.close()
        size = amt or len(rest) or 1
        return (rest[at : at + size] for at in range(0, len(rest), size))

    def tell(self) -> int:
        """How many bytes of the body have been read."""
        return self._size if self.closed else self._body_as_sent.tell()


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
