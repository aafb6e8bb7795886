"""A list agrees with what it says of its page, and no two operations on it are the same."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from support.samples import anew
from support.toy_api import changed

from pytest_asyncops import strategies, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.generation_hints import GenerationHints
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.strategies.coherent.paging import PLACES, is_list, numbered, paged
from pytest_asyncops.strategies.schema.objects import Shape, objects
from pytest_asyncops.strategies.schema.recipes import constant, from_strategy

EACH = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
FEW = settings(max_examples=40)


@FEW
@given(strategies.lists("pinecone", max_items=0))
def test_pages_with_nothing_on_them(body):
    assert body == {"operations": []}


def test_pages_that_need_not_be_counted():
    free = dataclasses.replace(CHAINLOOP.generation, stricter={})
    api = dataclasses.replace(CHAINLOOP, generation=free)
    met = set()
    for body in anew(strategies.lists(api), 50, 5):
        met.add("pagination" in body)
        assert violations(body, api=api, route="list") == []
    assert met == {True, False}


@EACH
def test_operations_of_one_page_differ(api):
    @FEW
    @given(strategies.lists(api))
    def check(body):
        ids = [operation["id"] for operation in body["operations"]]
        assert len({*ids}) == len(ids)

    check()

    two = find(strategies.lists(api, id=st.just("a")), lambda body: len(body["operations"]) > 1)
    assert [operation["id"] for operation in two["operations"]] == ["a", "a"]


OPERATIONS = from_strategy(st.lists(st.just({}), max_size=4))
HISTORY = CHAINLOOP.checking.history


def pages_of(shape, api=CHAINLOOP, full=None):
    """The bodies that a shape makes with the paging of an API."""
    return objects(paged(api, api.checking.history, shape, full)).strategy()


COUNTED = Shape({"operations": OPERATIONS, "pagination": constant(None)}, {})


@given(pages_of(COUNTED))
def test_the_counters_of_a_page_agree(body):
    there, counters = len(body["operations"]), body["pagination"]
    assert [*counters] == ["page", "page_size", "total_count", "total_pages"]
    page, size, total, pages = counters.values()
    before = page * size
    assert 0 <= there <= size
    assert before + there <= total
    assert there == min(size, max(total - before, 0)) or there == page == 0
    assert (pages - 1) * size < total <= pages * size
    assert page < max(pages, 1)
    assert violations(body, api="chainloop", route="list") == []


@pytest.mark.parametrize(
    ("there", "place", "counters"),
    [
        (0, (0, 0, 0), (0, 1, 0, 0)),
        (0, (5, 2, 9), (0, 2, 0, 0)),
        (1, (0, 0, 0), (0, 1, 1, 1)),
        (1, (0, 0, 3), (0, 1, 4, 4)),
        (1, (2, 1, 3), (2, 2, 5, 3)),
        (2, (1, 0, 1), (1, 2, 5, 3)),
    ],
)
def test_a_page_is_counted_as_its_place_says(there, place, counters):
    shape = Shape({"operations": constant([{}] * there), "pagination": constant(None)}, {})
    recipe = objects(paged(CHAINLOOP, HISTORY, shape, None))
    before, room, after = place
    first = recipe.size - PLACES.size
    body = recipe.make(None, bytes([0] * first + [before, room, 0, after]), 0)
    assert (*body["pagination"].values(),) == counters


@given(pages_of(Shape({"operations": OPERATIONS}, {"pagination": constant(None)})))
def test_counters_that_may_be_left_out_still_agree_where_they_are(body):
    assert violations(body, api="chainloop", route="list") == []


TOKENED = Shape({}, {"operations": OPERATIONS, "pagination": constant({"next": "t"})})


@given(pages_of(TOKENED, PINECONE, constant([{}])))
def test_a_page_with_a_token_is_full(body):
    assert "pagination" not in body or body["operations"] == [{}]


def test_pages_with_and_without_a_token_come_up():
    bodies = anew(pages_of(TOKENED, PINECONE, constant([{}])), 100)
    assert {"pagination" in body for body in bodies} == {True, False}
    none = anew(pages_of(TOKENED, PINECONE), 50)
    assert not any("pagination" in body for body in none)


@EACH
def test_what_says_nothing_of_pages_is_left_as_it_is(api):
    bare = Shape({"operations": OPERATIONS}, {})
    assert paged(api, api.checking.history, bare, None) == [bare]
    silent = dataclasses.replace(api, generation=GenerationHints())
    assert paged(silent, api.checking.history, COUNTED, None) == [COUNTED]


IDS = st.sampled_from([*map(CHAINLOOP.new_id, range(1, 4)), "own"])


@given(st.lists(st.fixed_dictionaries({}, optional={"id": IDS, "kind": st.just("k")}), max_size=6))
def test_operations_keep_their_ids_as_far_as_they_differ(operations):
    before = [dict(one) for one in operations]
    after = numbered({"operations": operations}, CHAINLOOP, HISTORY)["operations"]
    ids = [one["id"] for one in after if "id" in one]
    assert len({*ids}) == len(ids)
    seen = set()
    for one, was in zip(after, before, strict=True):
        assert one.keys() == was.keys()
        assert one.get("kind") == was.get("kind")
        if "id" in was and was["id"] not in seen:
            assert one["id"] == was["id"]
        seen.add(one.get("id"))


def test_a_body_without_operations_has_nothing_to_number():
    assert numbered({"pagination": 1}, CHAINLOOP, HISTORY) == {"pagination": 1}


def test_new_ids_are_the_first_that_are_free():
    new = PINECONE.new_id
    ids = ["own", "own", new(3), new(1), new(2), new(2)]
    value = {"operations": [{"id": name} for name in ids]}
    after = numbered(value, PINECONE, PINECONE.checking.history)["operations"]
    expected = ["own", new(1), new(3), new(2), new(4), new(5)]
    assert [one["id"] for one in after] == expected


@pytest.mark.parametrize(
    ("api", "names"),
    [
        (CHAINLOOP, {"v1AsyncOperationsServiceListOperationsResponse"}),
        (PINECONE, {"OperationList"}),
    ],
    ids=["chainloop", "pinecone"],
)
def test_which_schema_lists_have(api, names):
    from pytest_asyncops.contract.openapi import load_contract

    known = load_contract(api.checking.contract).schemas
    assert {name for name in known if is_list(api, name)} == names
    gone = (Route("get", "GET", api.routes[1].paths, None),)
    assert not any(is_list(changed(api, routes=gone), name) for name in known)


@given(PLACES.strategy())
def test_places_are_counted_from_zero(place):
    assert 0 <= place.before < 2**8
    assert 0 <= place.room < 2**8
    assert 0 <= place.after < 2**16
