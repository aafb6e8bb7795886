"""Recipes read their choices off bytes, the plainest first, and each value is the user's own."""

from __future__ import annotations

import pytest
from support.samples import anew

from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.recipes import CHOICES_PER_BYTE, choice, constant, one_of


def made(recipe, *choices):
    """What these picks make; there is nothing to draw."""
    return recipe.make(None, bytes(choices), 0)


def test_the_first_picks_are_the_first_choices():
    assert [made(choice("abc"), pick) for pick in range(5)] == ["a", "b", "c", "a", "b"]
    assert {made(choice("abc"), pick) for pick in range(CHOICES_PER_BYTE)} == {*"abc"}


def test_one_choice_takes_no_pick():
    assert choice("a").size == one_of([constant(7)]).size == 0


@pytest.mark.parametrize(
    "schema", [{"enum": [*range(300)]}, {"anyOf": [{"enum": [n]} for n in range(260)]}]
)
def test_more_choices_than_picks(schema):
    met = {*anew(from_schema(schema), 100, 10)}
    assert len(met) > 20
    assert met <= {*range(300)}


def test_what_is_drawn_is_the_users_own():
    both = one_of([constant([]), constant({})])
    first = made(both, 0)
    first.append(1)
    assert made(both, 0) == []
