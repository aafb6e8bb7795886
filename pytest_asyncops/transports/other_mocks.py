"""Mocks of other packages for the same client libraries: they are asked after the stubs.

Such a mock replaces a function of a client, so a transport that has started earlier would not be
asked. What is covered here is the function that the mock calls for each request, so that it does
not matter which of the two has started first. Mocks below the transports are not here: they do not
see what a stub answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ..errors import hides_usage_errors
from ..serving.base_urls import BaseUrls
from .covers import Covers, covers_of
from .takers import Takers
from .transport import CoveringTransport, Transport

__tracebackhide__ = hides_usage_errors

Function = Callable[..., Any]


class OtherMock(NamedTuple):
    """A mock of another package.

    Attributes:
        module: its module that has these parts.
        distribution: the name of its distribution.
        transport: the transport whose client library it replaces, ``None`` for several.
        parts: the names of functions in the module; each with a function that makes a cover for it,
            from the module, the takers and what is covered.
        begin: called with the module when a mock of this package starts.
        elsewhere: a function that only other versions have, which replace another part, so that a
            stub's transport always comes first.
    """

    module: str
    distribution: str
    transport: str | None
    parts: Mapping[str, Callable[[Any, Takers, Any], Any]]
    begin: Callable[[Any], None] | None = None
    elsewhere: str | None = None

    def make(self) -> Callable[[ModuleType, BaseUrls], Transport]:
        """As that of a `ClientLibrary`."""
        return partial(_StubsFirst, self)


# --- aioresponses replaces ClientSession._request


def _request_mock(module: Any, takers: Takers, beneath: Function) -> Function:
    async def _request_mock(mock: Any, session: Any, method: str, url: Any, **given: Any) -> Any:
        if takers.find(str(session._build_url(url))) is None:
            return await beneath(mock, session, method, url, **given)
        return await mock.patcher.temp_original(session, method, url, **given)

    return _request_mock


def _start(module: Any, takers: Takers, beneath: Function) -> Function:
    def start(mock: Any) -> None:
        beneath(mock)
        _bind_anew(module)

    return start


def _bind_anew(module: Any) -> None:
    """Let a mock that was made before call the cover: it holds the function beneath."""
    there = module.ClientSession._request
    mock = getattr(getattr(there, "side_effect", None), "__self__", None)
    if isinstance(mock, module.aioresponses):
        there.side_effect = mock._request_mock


# --- pytest-httpx, and vcrpy for httpx, replace HTTPTransport.handle_request


def _handle_request(module: Any, takers: Takers, beneath: Function) -> Function:
    from .httpx import seams_of

    def _handle_request(mock: Any, transport: Any, request: Any) -> Any:
        return seams_of(module.httpx).covering(partial(beneath, mock))(transport, request)

    return _handle_request


def _handle_async_request(module: Any, takers: Takers, beneath: Function) -> Function:
    from .httpx import seams_of

    async def _handle_async_request(mock: Any, transport: Any, request: Any) -> Any:
        return await seams_of(module.httpx).covering_async(partial(beneath, mock))(
            transport, request
        )

    return _handle_async_request


def _vcr_handle_request(module: Any, takers: Takers, beneath: Function) -> Function:
    from .httpx import seams_of

    def _vcr_handle_request(
        cassette: Any, real: Any, transport: Any, request: Any, httpx: Any
    ) -> Any:
        def theirs(transport: Any, request: Any) -> Any:
            return beneath(cassette, real, transport, request, httpx)

        if not isinstance(transport, httpx.HTTPTransport):  # a MockTransport of the user's
            return theirs(transport, request)
        return seams_of(httpx).covering(theirs)(transport, request)

    return _vcr_handle_request


def _vcr_handle_async_request(module: Any, takers: Takers, beneath: Function) -> Function:
    from .httpx import seams_of

    async def _vcr_handle_async_request(
        cassette: Any, real: Any, transport: Any, request: Any, httpx: Any
    ) -> Any:
        def theirs(transport: Any, request: Any) -> Any:
            return beneath(cassette, real, transport, request, httpx)

        if not isinstance(transport, httpx.AsyncHTTPTransport):
            return await theirs(transport, request)
        return await seams_of(httpx).covering_async(theirs)(transport, request)

    return _vcr_handle_async_request


# --- respx, with using="httpx", replaces the client's choice of a transport


def _handler(module: Any, takers: Takers, beneath: Any) -> Any:
    def handler(cls: Any, request: Any) -> Any:
        _pass_through(module, takers, request)
        return beneath.__func__(cls, request)

    return classmethod(handler)


def _async_handler(module: Any, takers: Takers, beneath: Any) -> Any:
    async def async_handler(cls: Any, request: Any) -> Any:
        _pass_through(module, takers, request)
        return await beneath.__func__(cls, request)

    return classmethod(async_handler)


def _pass_through(module: Any, takers: Takers, request: Any) -> None:
    if takers.find(str(request.url)) is not None:
        raise module.PassThrough("a stub answers this request", request=request, origin=None)


# --- vcrpy's replacement of each client asks the cassettes, and records in them


def _no_if_taken(module: Any, takers: Takers, beneath: Function) -> Function:
    def asked(cassette: Any, request: Any) -> Any:
        return None if takers.find(request.uri) else beneath(cassette, request)

    return asked


def _append(module: Any, takers: Takers, beneath: Function) -> Function:
    def append(cassette: Any, request: Any, response: Any) -> None:
        if cassette in _loading or takers.find(request.uri) is None:
            beneath(cassette, request, response)

    return append


def _load(module: Any, takers: Takers, beneath: Function) -> Function:
    def _load(cassette: Any) -> None:
        _loading.append(cassette)
        try:
            beneath(cassette)
        finally:
            _loading.remove(cassette)

    return _load


_loading: list[Any] = []
"""The cassettes that read their file: they must keep its content, or they would write less."""


OTHER_MOCKS = (
    OtherMock(
        "aioresponses.core",
        "aioresponses",
        "aiohttp",
        {"aioresponses._request_mock": _request_mock, "aioresponses.start": _start},
        _bind_anew,
    ),
    OtherMock(
        "pytest_httpx._httpx_mock",
        "pytest-httpx",
        "httpx",
        {
            "HTTPXMock._handle_request": _handle_request,
            "HTTPXMock._handle_async_request": _handle_async_request,
        },
    ),
    OtherMock(
        "respx.mocks",
        "respx",
        "httpx",
        {"Mocker.handler": _handler, "Mocker.async_handler": _async_handler},
    ),
    OtherMock(
        "vcr.cassette",
        "vcrpy",
        None,
        {
            "Cassette.can_play_response_for": _no_if_taken,
            "Cassette.filter_request": _no_if_taken,
            "Cassette.append": _append,
            "Cassette._load": _load,
        },
    ),
    OtherMock(
        "vcr.stubs.httpx_stubs",
        "vcrpy",
        "httpx",
        {
            "_vcr_handle_request": _vcr_handle_request,
            "_vcr_handle_async_request": _vcr_handle_async_request,
        },
        elsewhere="_sync_vcr_send",
    ),
)
"""Every mock of another package that would take requests to the stubs."""


def other_mocks_of(transports: Sequence[str]) -> Mapping[str, OtherMock]:
    """The other mocks of clients of these transports, or of all if none is given."""
    return {
        other.module: other
        for other in OTHER_MOCKS
        if not transports or other.transport is None or other.transport in transports
    }


class _Places(NamedTuple):
    takers: Takers
    covers: Sequence[Covers]


_places: WeakKeyDictionary[ModuleType, _Places] = WeakKeyDictionary()


class _StubsFirst(CoveringTransport):
    """Makes another mock leave alone the requests to the stubs of one mock of this package.

    Raises:
        MissingPart: if its version does not have the parts that are covered.
    """

    def __init__(self, other: OtherMock, module: ModuleType, base_urls: BaseUrls) -> None:
        places = _places.get(module)
        if places is None:
            takers = Takers()
            is_elsewhere = other.elsewhere is not None and hasattr(module, other.elsewhere)
            covers = [
                covers_of(module, name, partial(covering, module, takers))
                for name, covering in ({} if is_elsewhere else other.parts).items()
            ]
            places = _places.setdefault(module, _Places(takers, covers))
        super().__init__(*places, base_urls)
        self._module = module
        self._begin = other.begin

    def start(self) -> None:
        """Begin to take requests."""
        super().start()
        if self._begin is not None:
            self._begin(self._module)
