"""Finds where an API reads its credential, so that this is never printed.

No API has to say it: its function is called with a request that notes which parts of it are read.
That is done when something is printed, so that a request costs little.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator
from contextlib import suppress
from urllib.parse import unquote_plus

from .messages import CredentialReads, Headers, Request
from .secret_texts import parameter_values, segments


def credential_reads(credential: Callable[[Request], str], request: Request) -> CredentialReads:
    """The parts of this request that an API's function reads to find its credential."""
    watched = _Watched(request)
    found = ""
    with suppress(Exception):  # an ErrorResponse; this is not the place for any other error
        found = str(credential(watched))
    having = {name for name in watched.names if found and found in (watched.header(name) or "")}
    # A function that reads all headers has found it in those that have it, if one has it unchanged.
    names = having if watched.read_all_headers and having else watched.names
    written: set[str] = set()
    if watched.read_url:
        values = parameter_values(request._url)
        decoded = {text: unquote_plus(text) for text in values | segments(request._url)}
        if found:
            written = {text for text in decoded if decoded[text] == found}
            written = written or {text for text in decoded if found in decoded[text]}
        if not written and not having:  # it may be in another form
            written = values
    return CredentialReads(frozenset(names), frozenset(written))


class _Watched(Request):
    """A request that notes which parts of it are read.

    Attributes:
        names: the headers that were read, in lower case.
        read_all_headers: whether all of them were gone through.
        read_url: whether the URL, its path or its query was read.
    """

    __slots__ = ("names", "read_all_headers", "read_url")

    def __init__(self, request: Request) -> None:
        super().__init__(request.method, request._url, "", request._headers, request.body)
        self._path, self._query = request._path, request._query
        self.names: set[str] = set()
        self.read_all_headers = False
        self.read_url = False

    def header(self, name: str) -> str | None:
        self.names.add(name.lower())
        return super().header(name)

    @property
    def headers(self) -> Headers:
        return _WatchedHeaders(self)

    @property
    def url(self) -> str:
        self.read_url = True
        return self._url

    @property
    def path(self) -> str:
        self.read_url = True
        return self._path

    @property
    def query(self) -> str:
        self.read_url = True
        return self._query


class _WatchedHeaders(Headers):
    """The headers of a request that notes which parts of it are read."""

    __slots__ = ("_watched",)

    def __init__(self, watched: _Watched) -> None:
        super().__init__(watched._headers)
        self._watched = watched

    def __getitem__(self, name: str) -> str:
        self._watched.names.add(name.lower())
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        self._note_all()
        return super().__iter__()

    def items(self) -> ItemsView[str, str]:
        self._note_all()
        return super().items()

    def _note_all(self) -> None:
        self._watched.read_all_headers = True
        self._watched.names.update(self._items)
