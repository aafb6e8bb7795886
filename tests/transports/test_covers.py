"""Covers serve several at once, leave in any order, and stand beside what others put there."""

from __future__ import annotations

import itertools

import pytest

from pytest_asyncops.transports.covers import Covers, MissingPart, covers_of


@pytest.fixture
def owner():
    class Owner:
        def ask(self):
            return ["real"]

    return Owner


def over(beneath):
    return lambda self: ["cover", *beneath(self)]


def test_one_cover_serves_several(owner):
    real = owner.ask
    covers = Covers(owner, "ask", over)
    first, second = covers.placed(), covers.placed()
    assert first is second
    assert owner().ask() == ["cover", "real"]
    covers.leave(first)
    assert owner().ask() == ["cover", "real"]
    covers.leave(second)
    assert owner.ask is real
    assert covers.placed() is not first


@pytest.mark.parametrize("leaving", [*itertools.permutations(range(3))])
def test_what_is_put_in_between_stays(owner, leaving):
    covers = Covers(owner, "ask", over)
    placed = [covers.placed()]
    theirs = owner.ask
    owner.ask = lambda self: ["theirs", *theirs(self)]
    placed += [covers.placed(), covers.placed()]
    assert owner().ask() == ["cover", "theirs", "cover", "real"]
    for number in leaving:
        covers.leave(placed[number])
    assert owner().ask() in (["theirs", "cover", "real"], ["theirs", "real"])


def test_what_is_put_over_it_is_left_there(owner):
    covers = Covers(owner, "ask", over)
    cover = covers.placed()
    on_top = owner.ask = lambda self: ["theirs"]
    covers.leave(cover)
    assert owner.ask is on_top


def test_one_that_was_buried_is_taken_away_when_it_comes_to_light(owner):
    real = owner.ask
    covers = Covers(owner, "ask", over)
    for _ in range(3):
        cover = covers.placed()
        ours = owner.ask
        owner.ask = lambda self, ours=ours: ["theirs", *ours(self)]
        covers.leave(cover)
        assert owner().ask() == ["theirs", "cover", "real"]
        owner.ask = ours
    covers.leave(covers.placed())
    assert owner.ask is real


def test_a_class_method_stays_one(owner):
    class Own(owner):
        @classmethod
        def name(cls):
            return cls.__name__

    class Below(Own):
        pass

    before = vars(Own)["name"]

    def over(beneath):
        return classmethod(lambda cls: f"over {beneath.__func__(cls)}")

    covers = Covers(Own, "name", over)
    cover = covers.placed()
    assert (Own.name(), Below.name()) == ("over Own", "over Below")
    assert covers.placed() is cover
    covers.leave(cover)
    covers.leave(cover)
    assert vars(Own)["name"] is before


def test_a_function_is_found_by_its_dotted_name():
    import json

    cover = covers_of(json, "JSONDecoder.decode", lambda beneath: beneath).placed()
    assert cover.beneath is json.JSONDecoder.decode
    assert covers_of(json, "dumps", lambda beneath: beneath).placed().beneath is json.dumps


@pytest.mark.parametrize("name", ["nothing", "nothing.there", "JSONDecoder.nothing"])
def test_a_part_that_is_missing_is_named(name):
    import json

    with pytest.raises(MissingPart, match=f"^json.{name}$"):
        covers_of(json, name, lambda beneath: beneath)
