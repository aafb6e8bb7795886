"""Timestamps in a form of the API's own, written in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ...durations import SECOND
from ...rules.time_forms import TimeForm
from ..schema.recipes import Recipe, from_strategy

_BASE = 1_767_225_600 * SECOND
"""The first day of 2026, from which a stub counts too."""

_DAY = 86_400


class Gap(NamedTuple):
    """A timestamp that is still to be written: how many seconds it is after the one before."""

    seconds: int


def gaps() -> Recipe:
    """Timestamps that are still to be put in order."""
    return from_strategy(st.integers(0, _DAY)).mapped(Gap)


def gaps_back() -> Recipe:
    """Such that run backwards, to break an order."""
    return from_strategy(st.integers(1, _DAY)).mapped(lambda seconds: Gap(-seconds))


def write_in_order(value: dict[str, Any], members: Iterable[str], form: TimeForm) -> None:
    """Write the gaps among these members so that the timestamps are in order.

    Timestamps that are written already stay, and the gaps are fitted around them.
    """
    there: dict[str, Gap | int] = {}  # what is to be written, and the instants that are fixed
    for name in members:
        found = value.get(name)
        instant = found if isinstance(found, Gap) else form.reads(found)
        if instant is not None:
            there[name] = instant
    bounds = [one for one in there.values() if isinstance(one, int)]
    # The first of those that are fixed has room before it for all of the gaps.
    room = sum(abs(one.seconds) for one in there.values() if isinstance(one, Gap)) * SECOND
    last = min([_BASE, *(bound - room for bound in bounds)])
    for name, one in there.items():
        if isinstance(one, int):
            last = bounds.pop(0)
        else:
            last = min([last + one.seconds * SECOND, *bounds])
            value[name] = form.writes(last)
