"""What is nested too deep is left out, and is told from what has no value anywhere."""

from __future__ import annotations

import contextlib

import pytest

from pytest_asyncops.strategies.schema.nesting import Nesting, TooDeep, able, worst
from pytest_asyncops.strategies.schema.recipes import NULL
from pytest_asyncops.strategies.schema.refusals import NoValue


def depth(*keys):
    """How many of these keys fit into each other, in turn and again and again."""
    nesting = Nesting()
    with contextlib.ExitStack() as stack:
        for level in range(100):
            key = keys[level % len(keys)]
            try:
                nesting.place(key)
            except TooDeep:
                return level
            stack.enter_context(nesting.inside(key))
    return None


def test_how_deep_schemas_are_nested():
    assert depth("a") == 4
    assert depth("a", "b") == 8
    assert depth("a", "b", "c", "d") == 4 + 6  # once each, and so many times again
    assert depth(*map(str, range(60))) == 40


def test_a_block_that_has_ended_is_around_nothing():
    nesting = Nesting()
    outside = nesting.place("a")
    with contextlib.suppress(KeyError), nesting.inside("a"), nesting.inside("a"):
        assert nesting.repeats == 1
        assert nesting.place("a") != outside
        raise KeyError
    assert nesting.repeats == 0
    assert nesting.place("a") == outside


def raising(error):
    def make():
        raise error

    return make


def test_what_cannot_be_made_is_left_out():
    assert able([raising(TooDeep()), lambda: NULL, raising(NoValue("none", file="a.yaml"))]) == [
        NULL
    ]


def test_if_nothing_can_be_made_too_deep_is_the_reason_if_it_is_one():
    none, deep = NoValue("none", file="a.yaml"), TooDeep()
    with pytest.raises(NoValue, match="none"):
        able([raising(none), raising(none)])
    with pytest.raises(TooDeep):
        able([raising(none), raising(deep)])
    assert worst([none, deep]) is deep
    assert isinstance(worst([]), TooDeep)
