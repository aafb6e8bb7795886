"""Each kind of holder is read and written as Python reads and writes it, and runs no code."""

from __future__ import annotations

import gc
import time
from functools import partial
from typing import Any

import pytest
from support.function_holders import HOLDERS, LEFT, Key, Plain, Slotted, WithAttributes

from pytest_asyncops.virtual_time.holders import (
    DEPTH,
    Kept,
    Place,
    attributes_of,
    is_nest,
    members_of,
    mro_of,
    one_of,
    parts_of,
    places_in,
    renewed,
)


def old() -> None: ...


def new() -> None: ...


def _places(holder: Any, home: Any = None) -> list[Place]:
    return [*places_in(holder, {id(old)}, home)]


@pytest.mark.parametrize(
    "holder",
    [{"a": old, "b": 1}, [1, old], {old, 1}, Plain(old), Slotted(old), partial(old)],
    ids=lambda holder: type(holder).__name__,
)
def test_a_place_holds_the_one_or_the_other(holder: Any) -> None:
    [place] = _places(holder)
    assert old in place.held()
    place.put(old, new)
    assert old not in place.held()
    place.put(old, print)  # it is not there any more
    assert print not in place.held()
    place.put(new, old)
    assert old in place.held()


def test_a_holder_of_others_has_no_place() -> None:
    for holder in ({"a": 1}, Plain(1), Slotted(1), lambda a=1: a, 7, "text", (old,), int):
        assert _places(holder) == []


def test_attributes_are_written_where_they_belong() -> None:
    class Owner:
        held = old

    thing = Plain(old)
    for home, names in ((Owner, gc.get_referents(vars(Owner))[0]), (thing, vars(thing))):
        [place] = _places(names, home)
        assert [*place.held()] == [old]
        place.put(old, new)
        assert home.held is new
        assert Owner().held.__func__ is new  # the class has not kept what it had looked up before


def test_a_dict_is_not_asked_for_keys_with_hashes_of_their_own() -> None:
    key = Key()
    names = {key: old, (key, 1): old, "a": old, ("a", 1): old}
    key.asked = 0
    [place] = _places(names)
    place.put(old, new)
    assert key.asked == 0
    assert list(names.values()) == [old, old, new, new]


def test_a_place_knows_when_its_holder_is_gone() -> None:
    thing, table = Plain(old), {"a": old}
    places = _places(thing) + _places(table)
    assert not any(place.is_gone() for place in places)
    assert [[*place.held()] for place in places] == [[old], [old]]
    del thing, table
    assert all(place.is_gone() for place in places)
    assert places[0].held() == ()
    places[0].put(old, new)


def test_a_reference_that_keeps_says_whether_it_is_the_only_one() -> None:
    made = [[]]  # type: ignore[var-annotated]
    kept = Kept(made[0])
    before = kept.count()
    assert kept() is made[0]
    made.clear()
    assert kept.count() == before - 1


def test_a_place_that_nobody_can_write_stays() -> None:
    held = slice(old)
    [place] = _places(held)
    assert [*place.held()] == [old]
    place.put(old, new)
    assert held.stop is old


# -- objects that are made anew ----------------------------------------------------------------


def test_what_has_nothing_to_replace_is_itself() -> None:
    for value in ((1, (2, 3)), [old], 7, frozenset({1}), "text", WithAttributes([old])):
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
    assert id(old) in parts_of(deep)
    assert renewed(deep, {id(old): (old, new)}) is not deep
    assert id(old) not in parts_of((deep,))
    assert renewed((deep,), {id(old): (old, new)}) == (deep,)


@pytest.mark.parametrize(("table", "kind"), [(HOLDERS, "named tuple"), (HOLDERS, "method")])
def test_nests_are_what_another_can_be_made_of(table: Any, kind: str) -> None:
    [nest] = table[kind](old).holder
    assert is_nest(nest)


def test_what_cannot_be_made_anew_is_no_nest() -> None:
    for thing in ([], {}, set(), WithAttributes(), old, 7, LEFT["slice"](old).holder[0]):
        assert not is_nest(thing)


# -- what objects have -------------------------------------------------------------------------


class Lying(Plain):
    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise AssertionError

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise AssertionError


def test_objects_say_what_they_have_whatever_their_classes_say() -> None:
    lying = object.__new__(Lying)
    lying.held = 7
    assert attributes_of(lying) == {"held": 7}
    assert attributes_of(old) is old.__dict__
    assert attributes_of(time) is vars(time)
    assert attributes_of(7) is attributes_of(Slotted(1)) is None
    assert mro_of(Lying) == (Lying, Plain, object)
    assert "__class__" in members_of(Lying)


def test_types_are_told_apart_without_being_asked() -> None:
    class Meta(type):
        def __eq__(cls, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    class Made(metaclass=Meta):
        pass

    either = one_of(Made, int)
    assert [either(kind) for kind in (Made, int, str)] == [True, True, False]
