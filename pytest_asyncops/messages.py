"""What passes between a client and a stub: requests and responses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

# Headers whose values are credentials: RFC 9110 section 11 and RFC 6265, and Pinecone's own.
_SECRET = frozenset(
    {"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie", "set-cookie"}
)
_HIDDEN = "[hidden]"


class Headers(Mapping[str, str]):
    """HTTP headers: names in any case, credentials never printed.

    >>> Headers({"Api-Key": "s3cret", "Accept": "*/*"})
    Headers({'Api-Key': '[hidden]', 'Accept': '*/*'})
    """

    __slots__ = ("_items",)

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._items = {name.lower(): (name, value) for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        shown = {
            name: _HIDDEN if lower in _SECRET else value
            for lower, (name, value) in self._items.items()
        }
        return f"Headers({shown!r})"


class Request:
    """A request as a transport hands it to a stub.

    Args:
        method: in upper case.
        url: the whole URL.
        target: what follows the stub's base URL: path and query.
        headers: a mapping whose look-up does not mind the case of names.
        body: the body's bytes.
    """

    __slots__ = ("_headers", "body", "method", "path", "query", "url")

    def __init__(
        self, method: str, url: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> None:
        self.method = method
        self.url = url
        self.path, _, self.query = target.partition("?")
        self._headers = headers
        self.body = body

    @property
    def headers(self) -> Headers:
        """The headers, safe to print."""
        return Headers(self._headers)

    def header(self, name: str) -> str | None:
        """One header's value, or ``None``."""
        return self._headers.get(name)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url}>"


class Response:
    """A response as a stub answered it.

    Attributes:
        status_code: the HTTP status.
        headers: the headers.
        content: the body's bytes.
        api: the `Api` that answered.
        route: the name of the route that answered, ``None`` where no route took the request.
        wire: the name of the wire profile that it was written in.
    """

    __slots__ = ("api", "content", "headers", "route", "status_code", "wire")

    def __init__(
        self, status_code: int, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.status_code = status_code
        self.content = content
        self.headers: Mapping[str, str] = Headers(headers or {})
        self.api: Any = None
        self.route: str | None = None
        self.wire: str | None = None

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)

    def __repr__(self) -> str:
        by = "" if self.api is None else f" {self.api.name} {self.route or 'unmatched'}"
        return f"<Response {self.status_code}{by}>"


class Refusal(Exception):
    """Raised by an endpoint to answer with an error; the API puts it in its own envelope.

    Attributes:
        status_code: the HTTP status.
        code: the API's own code for it.
        message: the API's own words.
        headers: headers that go with it.
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
        self.headers = headers or {}
