"""The messages between a client and a stub: requests and responses."""

from __future__ import annotations

import json
from collections.abc import (
    Callable,
    Container,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, NamedTuple, Union

from .secret_texts import HIDDEN, Hiding, shown, without_secrets, without_user

# Headers whose values are credentials: RFC 9110 section 11 and RFC 6265, and Pinecone's own.
_SECRET = frozenset(
    {"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie", "set-cookie"}
)


class Secret(str):
    """A credential: a text that is hidden when it is printed.

    A failing assertion prints the values of a mapping one by one, so it is not enough that the
    mapping hides them.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(HIDDEN)


HeadersGiven = Union[Mapping[str, str], Iterable[tuple[str, str]]]
"""Headers as a mapping, or as pairs of name and value, in which a name may be repeated."""


class Headers(Mapping[str, str]):
    """HTTP headers: names are found in any case, and credentials are never printed.

    Several values of a name are joined by commas (RFC 9110, 5.3); ``pairs`` has each value.

    Args:
        headers: the headers.
        secret: the names, in lower case, of headers with credentials, besides the usual ones.

    >>> Headers({"Api-Key": "s3cret", "Accept": "*/*"})
    Headers({'Api-Key': '[hidden]', 'Accept': '*/*'})
    """

    __slots__ = ("_items", "_pairs")

    def __init__(self, headers: HeadersGiven, secret: Container[str] = ()) -> None:
        self._pairs: Sequence[tuple[str, str]] | None = None
        if isinstance(headers, Headers) and headers._pairs is not None:
            headers = headers._pairs
        if isinstance(headers, Mapping):
            self._items = {
                (lower := name.lower()): (name, _text(lower, value, secret))
                for name, value in headers.items()
            }
            return
        self._items = {}
        self._pairs = pairs = []
        for name, value in headers:
            lower = name.lower()
            pair = (name, _text(lower, value, secret))
            pairs.append(pair)
            first = self._items.get(lower)
            if first is not None:
                mark = "; " if lower == "cookie" else ", "  # RFC 6265, 5.4
                pair = (first[0], _text(lower, f"{first[1]}{mark}{pair[1]}", secret))
            self._items[lower] = pair

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Names as they were written, and values, in order; a name may be repeated."""
        return list(self._items.values()) if self._pairs is None else self._pairs

    @property
    def has_repeats(self) -> bool:
        """Whether a name may be repeated, so that ``pairs`` has more than the mapping."""
        return self._pairs is not None

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def items(self) -> ItemsView[str, str]:
        """Names as they were written, and values."""
        return dict(self._items.values()).items()

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


def _text(lower: str, value: str | bytes, secret: Container[str] = ()) -> str:
    # The requests library also accepts a header's value as bytes, and passes them on.
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return Secret(text) if lower in _SECRET or lower in secret else text


class CredentialReads(NamedTuple):
    """The parts of a request from which an API reads its credential.

    Attributes:
        headers: the names of headers, in lower case.
        url: values of parameters and segments of the path, as they are in the URL.
    """

    headers: frozenset[str] = frozenset()
    url: frozenset[str] = frozenset()


class Request:
    """A request as a transport hands it to a stub.

    Args:
        method: in upper case.
        url: the whole URL; the user and password in it are dropped.
        target: what follows the stub's base URL: path and query.
        headers: a mapping that finds names in any case.
        body: the body's bytes.
        hosts: the names of the API's hosts that it came to: more than one if they are at one base
            URL, and none if it could be any.
    """

    __slots__ = ("_headers", "_path", "_query", "_reads", "_url", "body", "hosts", "method")

    def __init__(
        self,
        method: str,
        url: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        hosts: tuple[str, ...] = (),
    ) -> None:
        self.method: str = method
        self._url: str = without_user(url)
        self._path: str
        self._query: str
        self._path, _, self._query = target.partition("?")
        self._headers = headers
        self.body: bytes = body
        self.hosts: tuple[str, ...] = hosts
        # Set once it is answered: until then it is not printed, and everything is read quickly.
        self._reads: Callable[[Request], CredentialReads] | None = None

    @property
    def url(self) -> str:
        """The whole URL, with credentials hidden when printed."""
        return self._url if self._reads is None else self._hiding(self._url)

    @property
    def path(self) -> str:
        """The path, with credentials hidden when printed."""
        return self._path if self._reads is None else self._hiding(self._path)

    @property
    def query(self) -> str:
        """What follows the question mark, with credentials hidden when printed."""
        return self._query if self._reads is None else self._hiding(self._query)

    @property
    def headers(self) -> Headers:
        """The headers, with credentials hidden when printed."""
        return Headers(self._headers, self._secret.headers)

    def header(self, name: str) -> str | None:
        """One header's value, or ``None``."""
        value = self._headers.get(name)
        if value is None:
            return None
        secret = () if self._reads is None else self._reads(self).headers
        return _text(name.lower(), value, secret)

    @property
    def _secret(self) -> CredentialReads:
        return _NONE if self._reads is None else self._reads(self)

    def _hiding(self, text: str) -> str:
        printed = without_secrets(text, self._secret.url)
        return text if printed == text else Hiding(text, printed)

    def __repr__(self) -> str:
        return f"<Request {self.method} {shown(self.url)}>"


_NONE = CredentialReads()


class Response:
    """A response as a stub answered it, or as an endpoint makes it.

    An endpoint sets the answer. The stub's response also has the API and the route.

    Attributes:
        status_code: the HTTP status.
        headers: the headers.
        content: the body's bytes.
        api: the `Api` that answered.
        route: the name of the route that answered, ``None`` if the request matched no route.
        profile: the name of the profile that the body is written in.
        edition: the name of its edition of the API, if there are several.
        is_head: whether it answers a HEAD request, so that it has no body.
        late: how many seconds after its request the client gets it.
    """

    __slots__ = (
        "api",
        "content",
        "edition",
        "headers",
        "is_head",
        "late",
        "profile",
        "route",
        "status_code",
    )

    def __init__(
        self,
        status_code: int,
        content: bytes = b"",
        headers: HeadersGiven | None = None,
        *,
        api: Any = None,
        route: str | None = None,
        profile: str | None = None,
        edition: str | None = None,
        is_head: bool = False,
        late: float = 0,
    ) -> None:
        self.status_code: int = status_code
        self.content: bytes = content
        self.headers: Headers = headers if isinstance(headers, Headers) else Headers(headers or {})
        self.api: Any = api
        self.route: str | None = route
        self.profile: str | None = profile
        self.edition: str | None = edition
        self.is_head: bool = is_head
        self.late: float = late

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)

    def __repr__(self) -> str:
        by = "" if self.api is None else f" {self.api.name} {self.route or 'unmatched'}"
        return f"<Response {self.status_code}{by}>"


class ErrorResponse(Exception):
    """An answer with an error. Endpoints raise it, and the API puts it into its envelope.

    Attributes:
        status_code: the HTTP status.
        code: the API's own code for the error.
        message: the API's own message.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status_code: int,
        code: int | str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code
        self.message = message
        self.headers: Mapping[str, str] = headers or {}

    def anew(self, headers: Mapping[str, str] | None = None) -> ErrorResponse:
        """An equal error that has not been raised yet, with these headers too.

        An error that is raised again and again keeps all frames of all its tracebacks.
        """
        return ErrorResponse(
            self.status_code, self.code, self.message, {**self.headers, **(headers or {})}
        )
