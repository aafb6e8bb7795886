"""Functions that were bound long ago are found, wherever they are, and everything is put back."""

from __future__ import annotations

import contextlib
import gc
import selectors
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest import mock as unittest_mock
from weakref import ref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.function_holders import HOLDERS, LEFT, Plain, Slotted

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time import bound_functions
from pytest_asyncops.virtual_time.bound_functions import BoundFunctions
from pytest_asyncops.virtual_time.time_functions import TIME_FUNCTIONS


def test_everything_is_put_back() -> None:
    before = {name: id(getattr(time, name)) for name, _, _ in TIME_FUNCTIONS}
    places = (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
              ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip

    def interrupted() -> None:
        with mocked():
            assert not any(id(getattr(time, name)) == before[name] for name in before)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {name: id(getattr(time, name)) for name in before} == before
    assert places == (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
                      ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip


def _new(*args: Any, **kwargs: Any) -> None:
    """What replaces the function of a test."""


@pytest.fixture
def original() -> Any:
    """A function that nobody holds but its test, in a local variable."""
    return [].append


@pytest.fixture
def bound(original: Any) -> Iterator[BoundFunctions]:
    bound = BoundFunctions([(original, _new)])
    yield bound
    bound.restore()


@pytest.mark.parametrize("kind", HOLDERS)
def test_whoever_holds_it_has_the_other_until_it_is_put_back(
    kind: str, original: Any, bound: BoundFunctions
) -> None:
    held = HOLDERS[kind](original)
    assert held.get() is original
    for _ in range(2):
        bound.replace()
        assert held.get() is _new
        bound.restore()
        assert held.get() is original


@pytest.mark.parametrize("kind", LEFT)
def test_what_cannot_be_changed_is_left_as_it_is(
    kind: str, original: Any, bound: BoundFunctions
) -> None:
    held = LEFT[kind](original)
    bound.replace()
    assert held.get() is original
    bound.restore()
    assert held.get() is original


@pytest.mark.parametrize("kind", HOLDERS)
def test_a_sleep_that_was_held_before_is_virtual(kind: str) -> None:
    held = HOLDERS[kind](time.sleep)
    with mocked() as mock:
        held.get()(0.01)
        assert mock.clock._server.elapsed_ns == 10_000_000
    assert held.get() is time.sleep


@pytest.mark.parametrize("name", [name for name, _, _ in TIME_FUNCTIONS])
def test_each_function_of_time_is_found(name: str) -> None:
    held = [getattr(time, name)]
    with mocked():
        assert held[0] is getattr(time, name)
    assert held[0] is getattr(time, name)


# -- holders in holders ------------------------------------------------------------------------

NESTS: list[Callable[[Any], tuple[Any, Callable[[Any], Any]]]] = [
    lambda inner: ({"a": inner}, lambda made: made["a"]),
    lambda inner: ([0, inner], lambda made: made[1]),
    lambda inner: ((0, inner), lambda made: made[1]),
    lambda inner: (Plain(inner), lambda made: made.held),
    lambda inner: (Slotted(inner), lambda made: made.held),
    lambda inner: (partial(_new, inner), lambda made: made.args[0]),
    lambda inner: (partial(_new, a=inner), lambda made: made.keywords["a"]),
    lambda inner: (lambda: inner, lambda made: made()),
    lambda inner: (lambda a=inner: a, lambda made: made()),
    lambda inner: (type("Made", (), {"a": inner}), lambda made: vars(made)["a"]),
]


@given(st.lists(st.sampled_from(range(len(NESTS))), min_size=1, max_size=5))
@settings(max_examples=max(20, settings.default.max_examples // 3))
def test_holders_may_be_nested_at_random(kinds: list[int]) -> None:
    def look(made: Any) -> Any:
        for way in reversed(ways):
            made = way(made)
        return made

    original = [].append
    made, ways = original, []
    for kind in kinds:
        made, way = NESTS[kind](made)
        ways.append(way)
    outermost = [made]  # a local variable by itself is out of reach
    bound = BoundFunctions([(original, _new)])
    for _ in range(2):
        bound.replace()
        assert look(outermost[0]) is _new
        bound.restore()
        assert look(outermost[0]) is original


def _tuples(innermost: Any, depth: int) -> Any:
    for _ in range(depth):
        innermost = (innermost,)
    return innermost


def test_it_is_looked_for_so_deep_and_no_deeper(original: Any, bound: BoundFunctions) -> None:
    seen, unseen = [_tuples(original, 6)], [_tuples(original, 7)]
    in_class = type("Made", (), {"held": _tuples(original, 7)})
    bound.replace()
    assert seen == [_tuples(_new, 6)]
    assert unseen == [_tuples(original, 7)]
    assert vars(in_class)["held"] == _tuples(original, 7)
    bound.restore()
    assert seen == [_tuples(original, 6)]


def test_many_holders_are_found_as_few_are(original: Any, bound: BoundFunctions) -> None:
    functions = [eval("lambda held=held: held", {"held": original}) for _ in range(200)]
    bound.replace()
    assert {function() for function in functions} == {_new}
    bound.restore()
    assert {function() for function in functions} == {original}


def test_modules_are_not_asked_what_they_hold(
    original: Any, bound: BoundFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = set()
    ask = gc.get_referents

    def watched(thing: Any) -> list[Any]:
        asked.add(type(thing))
        return ask(thing)

    monkeypatch.setattr(gc, "get_referents", watched)
    made = [(held,) for held in [original] * 200]
    bound.replace()
    assert made == [(_new,)] * 200
    assert list in asked
    assert types.ModuleType not in asked


# -- what is left alone ------------------------------------------------------------------------


def test_the_module_time_and_this_package_keep_theirs() -> None:
    from pytest_asyncops.virtual_time import scheduler, time_functions

    real, kept = id(time.sleep), scheduler._real_sleep
    names = vars(time)
    bound = BoundFunctions([(time.sleep, _new)])
    bound.replace()
    assert [id(thing) for thing in (
        names["sleep"], kept, scheduler._real_sleep, time_functions._real_sleep,
        time_functions.TIME_FUNCTIONS[0][1],
    )] == [real] * 5  # fmt: skip
    bound.restore()


def _of(module: str, source: str, **names: Any) -> Any:
    """What code of a module defines."""
    names["__name__"] = module
    exec(source, names)
    return names


TOOL = "_pytest.made_up"


@pytest.mark.parametrize(("module", "left"), [(TOOL, True), ("made_up", False)])
@pytest.mark.parametrize(
    ("source", "get"),
    [
        ("made = held", lambda made: made),
        ("def made(held=held): return held", lambda made: made()),
        ("def made(*, held=held): return held", lambda made: made()),
        ("def make(held):\n  return lambda: held\nmade = make(held)", lambda made: made()),
        ("class made:\n  inside = [held]", lambda made: made.inside[0]),
        ("class Made: pass\nmade = Made()\nmade.inside = held", lambda made: made.inside),
        ("class Made: pass\nmade = Made()\nmade.inside = [((held,),)]",
         lambda made: made.inside[0][0][0]),
        ("class Made(dict): pass\nmade = Made(held=held)", lambda made: made["held"]),
        ("made = {'deep': [{'er': held}]}", lambda made: made["deep"][0]["er"]),
    ],
)  # fmt: skip
def test_tools_keep_theirs(
    original: Any, bound: BoundFunctions, module: str, left: bool, source: str, get: Any
) -> None:
    names = _of(module, source, held=original)
    del names["held"]
    bound.replace()
    assert (get(names["made"]) is original) is left
    bound.restore()
    assert get(names["made"]) is original


def test_what_a_tool_holds_together_with_others_is_found(
    original: Any, bound: BoundFunctions
) -> None:
    table = {"sleep": original}
    tool, user = (_of(name, "", table=table) for name in (TOOL, "made_up"))
    bound.replace()
    assert table == {"sleep": _new}
    assert tool["table"] is user["table"]


def test_who_puts_a_function_back_later_puts_the_real_one_back(
    original: Any, bound: BoundFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = [*map(Plain, [original] * 4)]
    table = {"held": original}
    with contextlib.ExitStack() as stack:
        monkeypatch.setattr(things[0], "held", 1)
        stack.enter_context(unittest_mock.patch.object(things[1], "held", 1))
        stack.enter_context(unittest_mock.patch.dict(table, {"held": 1}))
        stack.callback(setattr, things[2], "held", original)
        things[2].held = 1
        bound.replace()
        assert things[3].held is _new
        monkeypatch.undo()
    assert things[0].held is things[1].held is things[2].held is table["held"] is original


def test_mocks_that_wrap_it_are_found(original: Any, bound: BoundFunctions) -> None:
    made = unittest_mock.Mock(side_effect=original)
    bound.replace()
    assert made.side_effect is _new


class HostileMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)

    __setattr__ = __hash__ = __eq__ = __instancecheck__ = __getattribute__  # type: ignore[assignment]


class Hostile(metaclass=HostileMeta):
    """One that notices every look at it."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)

    __setattr__ = __hash__ = __eq__ = __bool__ = __len__ = __iter__ = __getattribute__  # type: ignore


def test_no_code_of_a_holder_runs(
    original: Any, bound: BoundFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = object.__new__(Hostile)
    monkeypatch.setitem(sys.modules, "hostile", hostile)
    object.__setattr__(hostile, "held", original)
    object.__setattr__(hostile, "others", [hostile, (hostile, original), {"a": hostile}])
    type.__setattr__(Hostile, "held_by_class", original)
    names = [hostile, Hostile, original]
    for expected in (_new, original):
        (bound.replace if expected is _new else bound.restore)()
        assert object.__getattribute__(hostile, "held") is expected
        assert object.__getattribute__(hostile, "others")[1][1] is expected
        assert type.__getattribute__(Hostile, "held_by_class") is expected
        assert names[2] is expected
    type.__setattr__(Hostile, "held_by_class", None)


# -- putting back ------------------------------------------------------------------------------


def test_where_another_patch_has_come_since_it_stays(original: Any, bound: BoundFunctions) -> None:
    def mine() -> None: ...

    def get(first: Any = original) -> Any:
        return first

    things = Plain(original), [original], {original}, partial(original), {"held": original}
    bound.replace()
    things[0].held = things[1][0] = things[4]["held"] = mine
    things[2].clear()
    things[3].__setstate__((mine, (), {}, None))  # type: ignore[attr-defined]
    get.__defaults__ = (mine,)
    bound.restore()
    assert things[0].held is things[1][0] is things[4]["held"] is things[3].func is get() is mine
    assert things[2] == set()
    bound.replace()
    assert things[0].held is things[1][0] is things[4]["held"] is things[3].func is get() is mine


def test_a_variable_of_a_closure_that_has_changed_since_stays(
    original: Any, bound: BoundFunctions
) -> None:
    def make(held: Any) -> Any:
        def get() -> Any:
            return held

        def put(new: Any) -> None:
            nonlocal held
            held = new

        return get, put

    get, put = make(original)
    bound.replace()
    put(7)
    bound.restore()
    assert get() == 7


def test_what_has_moved_in_a_list_is_put_back(original: Any, bound: BoundFunctions) -> None:
    made = [1, original, 2]
    bound.replace()
    made.insert(0, 0)
    made.append(_new)
    bound.restore()
    assert made == [0, 1, original, 2, original]


def test_a_cell_and_a_place_that_are_emptied_meanwhile(
    original: Any, bound: BoundFunctions
) -> None:
    def make(held: Any) -> Any:
        def get() -> Any:
            return held

        def empty() -> None:
            nonlocal held
            del held

        return get, empty

    get, empty = make(original)
    thing, slotted = Plain(original), Slotted(original)
    bound.replace()
    assert get() is thing.held is slotted.held is _new
    empty()
    del thing.held, slotted.held
    bound.restore()
    bound.replace()
    assert not hasattr(thing, "held")


def test_a_holder_is_not_kept_alive(original: Any, bound: BoundFunctions) -> None:
    thing, partly = Plain(original), partial(original)
    by_a_dict = Plain(None)
    table = {"held": original, "value": by_a_dict}
    references = [ref(thing), ref(partly)]
    kept = ref(by_a_dict)
    bound.replace()
    del thing, partly, by_a_dict
    assert [reference() for reference in references] == [None, None]
    del table  # nothing refers weakly to a dict, so this one lives until the functions are put back
    assert kept() is not None
    bound.restore()
    assert kept() is None


def test_what_is_born_meanwhile_keeps_the_other_function() -> None:
    with mocked() as mock:
        thing = Plain(time.sleep)
    thing.held(0)
    with mocked() as mock:
        thing.held(5)
        assert mock.clock.elapsed.total_seconds() == 5


# -- when there is a search --------------------------------------------------------------------


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows with each search."""
    done: list[None] = []
    search = bound_functions._places_of

    def counted(replacements: Any) -> Any:
        done.append(None)
        return search(replacements)

    monkeypatch.setattr(bound_functions, "_places_of", counted)
    return done


def test_there_is_a_search_only_when_there_may_be_a_new_holder(
    original: Any, bound: BoundFunctions, searches: list[None]
) -> None:
    def opened_and_closed() -> int:
        bound.replace()
        bound.restore()
        return len(searches)

    made = [[original], (original,), {original}, partial(original), Plain(original)]
    assert [opened_and_closed() for _ in range(3)] == [1, 1, 1]
    made.append([original])
    assert [opened_and_closed() for _ in range(2)] == [2, 2]
    made.pop()
    assert [opened_and_closed() for _ in range(2)] == [2, 2]
    made.append([original])
    assert [opened_and_closed() for _ in range(2)] == [3, 3]


def test_a_holder_that_comes_when_another_goes_is_found(
    original: Any, bound: BoundFunctions
) -> None:
    made: Any = None
    for make in (Plain, Slotted, Plain, lambda held: Plain((held,)), Plain):
        del made
        made = make(original)
        bound.replace()
        assert made.held in (_new, (_new,))
        bound.restore()
    made.other = made.__dict__.pop("held")
    bound.replace()
    assert made.other is _new


def test_mocks_that_open_one_after_another_search_once(searches: list[None]) -> None:
    for _ in range(3):
        with mocked(), mocked():
            pass
    assert len(searches) <= 1


def test_where_references_are_not_counted_there_is_always_a_search(
    original: Any,
    bound: BoundFunctions,
    searches: list[None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bound_functions, "count_references", lambda thing: sys.maxsize)
    for _ in range(3):
        bound.replace()
        bound.restore()
    assert len(searches) == 3


def test_what_is_frozen_is_found_and_stays_frozen(original: Any, bound: BoundFunctions) -> None:
    made = [original]
    gc.freeze()
    try:
        bound.replace()
        assert made == [_new]
        assert gc.get_freeze_count()
        bound.restore()
        assert made == [original]
    finally:
        gc.unfreeze()
    assert not gc.get_freeze_count()
