"""Which operations a request was for: those that its endpoint found, or that its URL names."""

from __future__ import annotations

from collections.abc import Container
from urllib.parse import parse_qsl

from .api import FIRST_ERROR
from .exchange import Exchange
from .messages import Response
from .routing import Route

_SAFE_METHODS = frozenset({"GET", "HEAD"})
"""The methods of requests that only read (RFC 9110, 9.2.1) and are used for polls."""


class AskedFor:
    """Tells which operations the requests to a stub were for.

    Args:
        known: the ids of its operations.
    """

    _changing = ("_lists",)

    def __init__(self, known: Container[str]) -> None:
        self._known = known
        self._lists: set[str] = set()  # the routes that have made a list

    def names(self, route: Route, exchange: Exchange, made: Response) -> tuple[str, ...]:
        """The ids of the operations that a request was for; they need not exist.

        Args:
            route: the route that it took.
            exchange: how it was answered.
            made: the answer.
        """
        if exchange.lists:
            self._lists.add(route.name)
        reads = route.method in _SAFE_METHODS
        if exchange.has_looked or not reads or made.status_code < FIRST_ERROR:
            return exchange.asked_for(reads)
        if route.name in self._lists:
            return ()
        # Refused before the endpoint has looked: it was for the operations that its URL names.
        named = [
            *exchange.params.values(),
            *(value for _, value in parse_qsl(exchange.request.query)),
        ]
        return tuple(dict.fromkeys(name for name in named if name in self._known))
