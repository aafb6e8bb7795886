"""Lists: of how many items, and whether these have to differ."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...errors import counted
from ...rules.equality import identity
from .options import LONG, repeated
from .recipes import Recipe, combine, fresh, from_strategy
from .refusals import Refuse

_MOST_UNLIKE = 250
"""How many items Hypothesis draws that differ, without complaint and within a second."""


def arrays(items: Recipe, least: int, most: int) -> Recipe:
    """Lists with a least and a most number of items. Long ones repeat the items of a short one."""
    if least > LONG:
        more = from_strategy(st.integers(0, min(LONG, most - least)))
        some = from_strategy(st.lists(items.strategy(), min_size=1, max_size=LONG))
        return combine(lambda few, size: repeated(few, least + size), some, more).mapped(_all_fresh)
    return from_strategy(st.lists(items.strategy(), min_size=least, max_size=most))


def _all_fresh(items: list[Any]) -> list[Any]:
    return [fresh(item) for item in items]


def sets(items: Recipe, least: int, most: int, refuse: Refuse) -> Recipe:
    """Lists of items that differ (``uniqueItems``)."""
    if items.values is None:
        if least > _MOST_UNLIKE:
            raise refuse(f"{least} distinct items are too many to draw; draw them yourself")
        return unlike(items.strategy(), least, most, identity)
    values = list({identity(value): value for value in items.values}.values())
    if len(values) < least:
        raise refuse(f"{counted(len(values), 'value')} cannot fill {counted(least, 'place')}")
    some = st.lists(st.sampled_from(values), min_size=least, max_size=most, unique_by=identity)
    return from_strategy(some).mapped(copy.deepcopy)


def unlike(items: SearchStrategy[Any], least: int, most: int, key: Callable[[Any], Any]) -> Recipe:
    """Lists of items whose keys differ."""
    several = st.lists(items, min_size=least, max_size=most)
    distinct = st.lists(items, min_size=least, max_size=most, unique_by=key)

    def make(draw: DrawFn, choices: bytes, at: int) -> list[Any]:
        # If enough items are left, dropping doubles is cheaper than drawing again.
        found = list({key(item): item for item in draw(several)}.values())
        return found if len(found) >= least else draw(distinct)

    return Recipe(0, make)
