"""Accepts requests from programs on this machine, and refuses those from pages of other sites.

A page in a browser can send requests to 127.0.0.1. The browser sends the page's site in ``Origin``;
and if the site's name was made to lead to 127.0.0.1, that name is in ``Host``.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from ..loopback.incoming import Incoming, plain
from ..serving.messages import Response

_NAMES = frozenset({"127.0.0.1", "localhost"})


def refusal(incoming: Incoming) -> Response | None:
    """The answer to a request from another site, ``None`` for any other request."""
    port = urlsplit(incoming.origin).port
    for name, value in incoming.headers:
        lower = name.lower()
        if lower == "host" and not _is_own(f"//{value}", port):
            return plain(403, f"Host is {value}: this server is at {incoming.origin}")
        if lower == "origin" and not (value.startswith("http://") and _is_own(value, port)):
            return plain(403, f"Origin is {value}: pages of other sites are refused")
    return None


def _is_own(url: str, port: int | None) -> bool:
    try:
        parts = urlsplit(url)
        return parts.hostname in _NAMES and parts.port == port
    except ValueError:  # an invalid port
        return False


def has_token(incoming: Incoming, token: str) -> bool:
    """Whether a request has this token."""
    wanted = f"Bearer {token}".encode()
    return any(
        name.lower() == "authorization" and hmac.compare_digest(value.encode(), wanted)
        for name, value in incoming.headers
    )
