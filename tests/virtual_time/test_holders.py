"""Each kind of holder is read and written as Python reads and writes it, and runs no code."""

from __future__ import annotations

import gc
from functools import partial
from typing import Any

import pytest
from support.function_holders import Key, Plain, Slotted

from pytest_asyncops.virtual_time.holders import Place, places_in


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


def test_a_place_that_nobody_can_write_stays() -> None:
    held = slice(old)
    [place] = _places(held)
    assert [*place.held()] == [old]
    place.put(old, new)
    assert held.stop is old
