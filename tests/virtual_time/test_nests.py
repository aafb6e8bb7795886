"""What cannot be changed is made anew, with other parts, and otherwise as it was."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.function_holders import HOLDERS, LEFT, WithAttributes

from pytest_asyncops.virtual_time.nests import DEPTH, is_nest, parts_of, renewed


def old() -> None: ...


def new() -> None: ...


def test_what_has_nothing_to_replace_is_itself() -> None:
    for value in ((1, (2, 3)), [old], 7, frozenset({1}), "text"):
        assert renewed(value, {id(old): (old, new)}) is value


def test_what_was_shared_stays_shared() -> None:
    shared = (old,)
    known = {id(old): (old, new)}
    first, second = renewed((shared, shared), known)
    assert first is second is renewed(shared, known)
    assert first == (new,)


def test_what_only_looks_like_a_tuple_is_left() -> None:
    moment = time.struct_time([old] * 9)  # type: ignore[list-item]
    assert renewed(moment, {id(old): (old, new)}) is moment


def test_parts_and_replacements_are_looked_for_so_deep() -> None:
    deep: Any = old
    for _ in range(DEPTH):
        deep = (deep,)
    assert id(old) in parts_of(deep, set())
    assert renewed(deep, {id(old): (old, new)}) is not deep
    assert id(old) not in parts_of((deep,), set())
    assert renewed((deep,), {id(old): (old, new)}) == (deep,)


@pytest.mark.parametrize("kind", ["named tuple", "method", "frozenset", "tuple in a list"])
def test_nests_are_what_another_can_be_made_of(kind: str) -> None:
    [nest] = HOLDERS[kind](old).holder
    assert is_nest(nest)


def test_what_cannot_be_made_anew_is_no_nest() -> None:
    for thing in ([], {}, set(), WithAttributes(), old, 7, LEFT["slice"](old).holder[0]):
        assert not is_nest(thing)


def test_parts_of_what_is_shared_are_given_once() -> None:
    shared = (old, 7)
    assert [*parts_of((shared, shared), set())].count(id(old)) == 1
    assert [*parts_of([old], set())].count(id(old)) == 0
