"""Who may ask the server: programs of this machine, and no page of another site.

A page in a browser can send requests to 127.0.0.1. Its browser says in ``Origin`` where it is from;
and if the page's own name was made to lead to 127.0.0.1, that name is in ``Host``.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from ..loopback.incoming import Incoming, plain
from ..serving.messages import Response

_NAMES = frozenset({"127.0.0.1", "localhost"})


def refusal(incoming: Incoming) -> Response | None:
    """The answer to a request that comes from elsewhere, ``None`` if it does not."""
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
    except ValueError:  # a port that is none
        return False


def has_token(incoming: Incoming, token: str) -> bool:
    """Whether a request has this token."""
    wanted = f"Bearer {token}".encode()
    return any(
        name.lower() == "authorization" and hmac.compare_digest(value.encode(), wanted)
        for name, value in incoming.headers
    )
