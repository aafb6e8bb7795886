"""The control routes and the page, below ``/_asyncops``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from ..errors import AsyncOpsError, InvalidArgument, hides_usage_errors
from ..loopback.incoming import Incoming, plain
from ..serving.exchange import json_response
from ..serving.messages import Response
from ..session import Session
from .seed import start
from .state import clock_state, journal, page_state
from .visitors import has_token

__tracebackhide__ = hides_usage_errors

ROOT = "/_asyncops"
"""The path below which they are."""

_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # The page loads nothing, and other pages cannot embed it.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Control:
    """Answers the requests that are not for a stub.

    Args:
        session: the mock that is served.
        token: the token that requests must have, except those for the page.
        is_on: whether the routes that change something, or show more than the page, are served.
    """

    def __init__(self, session: Session, token: str, is_on: bool) -> None:
        self._session = session
        self._token = token
        self._page = files(__package__).joinpath("page.html").read_bytes()
        self._routes: dict[tuple[str, str], Callable[[Mapping[str, Any]], object]] = {
            ("GET", "/state"): self._state,
        }
        if is_on:
            self._routes |= {
                ("POST", "/clock/advance"): self._advance,
                ("POST", "/operations"): self._start,
                ("GET", "/calls"): self._calls,
                ("POST", "/reset"): self._reset,
            }

    def answer(self, incoming: Incoming) -> Response:
        """Answer a request below `ROOT`."""
        path = incoming.target.partition("?")[0].removeprefix(ROOT)
        if (incoming.method, path) in (("GET", ""), ("GET", "/")):
            return Response(200, self._page, _PAGE_HEADERS)
        if not has_token(incoming, self._token):
            return plain(401, "this needs the token: -H 'Authorization: Bearer ...'")
        route = self._routes.get((incoming.method, path))
        if route is None:
            known = "\n".join(f"{method} {ROOT}{path}" for method, path in self._routes)
            return plain(404, f"there is no {incoming.method} {ROOT}{path}; there are:\n{known}")
        try:
            return json_response(200, route(_body(incoming)))
        except AsyncOpsError as error:
            return plain(400, str(error))

    def _state(self, body: Mapping[str, Any]) -> object:
        session = self._session
        return page_state(session.clock, session.stubs, session.calls)

    def _advance(self, body: Mapping[str, Any]) -> object:
        self._session.virtual_clock.advance(body.get("seconds", 0))
        return clock_state(self._session.clock)

    def _start(self, body: Mapping[str, Any]) -> object:
        return {"started": start(dict(body), self._session.stubs)}

    def _calls(self, body: Mapping[str, Any]) -> object:
        return journal(self._session.calls)

    def _reset(self, body: Mapping[str, Any]) -> object:
        self._session.beginning.restore()
        return clock_state(self._session.clock)


def _body(incoming: Incoming) -> Mapping[str, Any]:
    if not incoming.body:
        return {}
    try:
        body = json.loads(incoming.body)
    except ValueError as error:
        raise InvalidArgument(f"the body is not valid JSON: {error}", value=incoming.body) from None
    if not isinstance(body, Mapping):
        raise InvalidArgument("the body must be a JSON object", value=body)
    return body
