"""The interface of every transport: it begins to take requests, and stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..serving.base_urls import BaseUrls
from .covers import Covers
from .takers import Takers


class Transport(Protocol):
    """Takes the requests of one client library to the stubs of one mock."""

    def start(self) -> None:
        """Begin to take requests."""

    def stop(self) -> None:
        """Put everything back."""

    def come_first(self) -> None:
        """Be asked before those of all other mocks."""


class CoveringTransport:
    """A transport that covers functions of the client library.

    Args:
        takers: the mocks to which requests are offered.
        covers: the covered functions, the same for all of these mocks.
        base_urls: which stub of this mock a URL belongs to.
    """

    def __init__(self, takers: Takers, covers: Sequence[Covers], base_urls: BaseUrls) -> None:
        self._takers = takers
        self._covers = covers
        self._base_urls = base_urls

    def start(self) -> None:
        """Begin to take requests."""
        self._takers.add(self._base_urls)
        self._placed = [(covers, covers.placed()) for covers in self._covers]

    def stop(self) -> None:
        """Put everything back."""
        self._takers.remove(self._base_urls)
        for covers, cover in reversed(self._placed):
            covers.leave(cover)

    def come_first(self) -> None:
        """Be asked before those of all other mocks."""
        self._takers.come_first(self._base_urls)
