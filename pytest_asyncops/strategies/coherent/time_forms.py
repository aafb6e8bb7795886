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
    there = [
        name
        for name in members
        if isinstance(value.get(name), Gap) or form.reads(value.get(name)) is not None
    ]
    fixed = {name: form.reads(value[name]) for name in there if not isinstance(value[name], Gap)}
    bounds = [instant for instant in fixed.values() if instant is not None]
    gaps = [value[name] for name in there if name not in fixed]
    # The first of those that are fixed has room before it for all of the gaps.
    room = sum(abs(gap.seconds) for gap in gaps) * SECOND
    last = min([_BASE, *(bound - room for bound in bounds)])
    for name in there:
        if name in fixed:
            bounds.pop(0)
            last = fixed[name] or last
            continue
        last = min([last + value[name].seconds * SECOND, *bounds])
        value[name] = form.writes(last)
