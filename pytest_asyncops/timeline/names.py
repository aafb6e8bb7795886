"""Short names of operations: an id that is long is told by its end, as far as that is unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .plain import plain

_LONG = 16
"""An id of so many characters is short enough."""

_LEAST = 4


def short_names(ids: Iterable[str]) -> Mapping[str, str]:
    """The short name of each id.

    >>> short_names(["op-1", "00000000-0000-4000-8000-000000000001"])
    {'op-1': 'op-1', '00000000-0000-4000-8000-000000000001': '…0001'}
    """
    known = list(dict.fromkeys(ids))
    length = _LEAST
    longest = max(map(len, known), default=0)
    while length < longest and len({_end(name, length) for name in known}) < len(known):
        length += 1
    return {name: plain(_end(name, length)) for name in known}


def _end(name: str, length: int) -> str:
    if len(name) <= max(_LONG, length):
        return name
    return f"…{name[-length:]}"
