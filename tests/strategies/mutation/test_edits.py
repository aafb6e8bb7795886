"""An edit changes a value at its path and nowhere else, and good values have something there."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.schema_kinds import GOOD, INTEGER, STRING, obj, own_api

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies.coherent.compiler import compiled
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.mutation.edits import Edit, edited, values_with
from pytest_asyncops.strategies.mutation.places import places
from pytest_asyncops.strategies.mutation.verdicts import judge
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.recipes import constant


def test_lists_that_have_something_stay_unique(tmp_path):
    api = own_api(tmp_path, {"words": GOOD["unique"], "texts": GOOD["unique texts"]})
    compiler = compiled(CoherentServer(api, Options()))
    for name in ("words", "texts"):
        lists = values_with(compiler, {"$ref": f"#/components/schemas/{name}"}, ("*",)).strategy()

        @given(lists)
        def check(items):
            assert len({*items}) == len(items) >= 3

        check()


PATHS = st.lists(st.sampled_from(["a", "b", "*"]), max_size=4).map(tuple)


@st.composite
def values_at(draw, path):
    """Values that have something at a path."""
    if not path:
        return draw(st.integers(0, 9))
    inner = draw(values_at(path[1:]))
    if path[0] == "*":
        return [inner, *draw(st.lists(st.integers(0, 9), max_size=3))]
    others = draw(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), max_size=2))
    return {**others, path[0]: inner}


def followed(value, path, number):
    """What is at a path of an edited value, and all that is left when it is taken out."""
    if not path:
        return value, None
    if path[0] == "*":
        at, rest = number % len(value), [*value]
    else:
        at, rest = path[0], {**value}
    end, rest[at] = followed(value[at], path[1:], number)
    return end, (rest, at)


def without_end(value, path):
    """The value with nothing at the end of a path, through the first items of lists."""
    if not path:
        return None
    at, rest = (0, [*value]) if path[0] == "*" else (path[0], {**value})
    rest[at] = without_end(value[at], path[1:])
    return rest


def brought_back(left):
    """What `followed` left, with the items of lists where they were before the edit."""
    if left is None:
        return None
    rest, at = left
    rest[at] = brought_back(rest[at])
    if isinstance(rest, list):
        rest.insert(0, rest.pop(at))
    return rest


@given(st.data(), PATHS, st.integers(0, 300))
def test_only_what_is_at_the_path_is_changed(data, path, number):
    value = data.draw(values_at(path))
    before = copy.deepcopy(value)
    seen = []

    def apply(good, given_number):
        seen.append((good, given_number))
        return "bad"

    found = edited(value, Edit(path, apply), number)
    assert value == before
    end, left = followed(found, path, number)
    assert end == "bad"
    assert brought_back(left) == without_end(value, path)
    [(good, given_number)] = seen
    for step in path:
        before = before[0 if step == "*" else step]
    assert (good, given_number) == (before, number)


def at(value, path):
    for step in path:
        value = value[0 if isinstance(value, list) else step]
    return value


PLACES = [
    (api, name, path)
    for api in (CHAINLOOP, PINECONE)
    for name in load_contract(api.checking.contract).schemas
    for path in (
        path
        for paths in places(
            load_contract(api.checking.contract), {"$ref": f"#/components/schemas/{name}"}
        ).values()
        for path in paths
    )
]


@pytest.mark.parametrize(
    ("api", "name", "path"), PLACES, ids=lambda part: getattr(part, "name", str(part))
)
def test_good_values_have_something_at_every_path_of_the_contracts(api, name, path):
    server = CoherentServer(api, Options())
    compiler = compiled(server)
    schema = {"$ref": f"#/components/schemas/{name}"}
    root = load_contract(api.checking.contract).document.root
    foreign = OAS30Validator({**schema, "components": root["components"]})

    @settings(max_examples=15)
    @given(values_with(compiler, schema, path).strategy())
    def check(value):
        assert list(foreign.iter_errors(value)) == []
        assert judge(server, schema)(value).violations == ()
        at(value, path)

    check()
    if api is CHAINLOOP and path == ("pagination",):  # counted from the list, not made
        return

    @settings(max_examples=15)
    @given(values_with(compiler, schema, path, constant("an end of its own")).strategy())
    def check_end(value):
        assert at(value, path) == "an end of its own"

    check_end()


PARTS = {
    "list": {"type": "array", "items": obj({"a": INTEGER})},
    "short": {"type": "array", "items": INTEGER, "maxItems": 1, "minItems": 1},
    "none": {"type": "array", "items": INTEGER, "maxItems": 0},
    "some": {"anyOf": [obj({"a": INTEGER}), obj({"b": STRING}, required=["b"])]},
    "closed": obj({"a": INTEGER}, additionalProperties=False),
    "full": obj({"a": INTEGER, "b": INTEGER}, required=["a"], maxProperties=1),
    "words": {"type": "array", "enum": [[{"a": 1}], [[]], [], ["a"]]},
    "map": {"type": "object", "additionalProperties": obj({"a": INTEGER}), "maxProperties": 2},
    "star": obj({"*": INTEGER}),
    "endless": obj({"again": {"$ref": "#/components/schemas/endless"}}, required=["again"]),
    "ending": obj({"a": {"$ref": "#/components/schemas/endless"}}),
}


@pytest.mark.parametrize(
    ("name", "path", "there"),
    [
        ("list", ("*", "a"), True),
        ("short", ("*",), True),
        ("none", ("*",), False),
        ("some", ("a",), True),
        ("some", ("b",), True),
        ("some", ("c",), True),
        ("list", ("a",), False),
        ("words", ("*",), True),
        ("words", ("*", "a"), True),
        ("words", ("*", "b"), False),
        ("words", ("a",), False),
        ("map", ("x",), True),
        ("map", ("x", "a"), True),
        ("star", ("*",), True),
        ("endless", ("again",), False),
        ("ending", ("a",), False),
        ("ending", ("a", "again"), False),
        ("closed", ("b",), False),
        ("closed", (), True),
        ("full", ("b",), False),
        ("full", ("a",), True),
    ],
)
def test_where_no_good_value_has_anything_there_is_no_recipe(tmp_path, name, path, there):
    api = own_api(tmp_path, PARTS)
    schema = {"$ref": f"#/components/schemas/{name}"}
    found = values_with(compiled(CoherentServer(api, Options())), schema, path)
    assert (found is not None) is there
    if found is None:
        return

    @settings(max_examples=30)
    @given(found.strategy())
    def check(value):
        assert OAS30Validator(PARTS[name]).is_valid(value)
        at(value, path)

    check()


def test_without_items_there_is_nothing_in_a_list_without_a_limit(tmp_path):
    api = own_api(tmp_path, PARTS)
    schema = {"$ref": "#/components/schemas/list"}
    none = compiled(CoherentServer(api, Options(max_items=0)))
    assert values_with(none, schema, ("*",)) is None
