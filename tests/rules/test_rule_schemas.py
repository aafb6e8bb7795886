"""The law of rules as JSON Schema: a validator that is not ours says of it what the rule says."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from support.rule_kinds import KINDS, mappings, statuses

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.rule_schemas import rule_schema
from pytest_asyncops.rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    Needed,
    Never,
    NotAMember,
    Ordered,
    OwnMembers,
    Present,
    SameAsStatus,
)


def agree(kind, value, status):
    valid = Draft4Validator(rule_schema(kind, status)).is_valid(value)
    assert valid == (not list(kind.breaks(value, status))), (kind, value, status)


@pytest.mark.parametrize("kind", KINDS.values(), ids=[kind.__name__ for kind in KINDS])
@given(data=st.data())
def test_a_kind_as_json_schema_says_what_the_kind_says(kind, data):
    agree(data.draw(kind), data.draw(mappings), data.draw(statuses))


SMALL = [
    *(Absent("a", "b", ("x", ""), empty) for empty in (False, True)),
    Absent("a", "a", ("x",)),
    Present("a", "b", ("x", "")),
    Present("a", "a", ("x",)),
    Never("a", ("x", "")),
    NotAMember(("a", "b"), "no"),
    Needed("a"),
    OwnMembers(("a",), ("b",), "no"),
    Fixed(("a",), {200: (3, "x")}),
    SameAsStatus("a"),
]


@pytest.mark.parametrize("kind", SMALL, ids=repr)
def test_and_does_so_in_the_whole_of_a_small_world(kind):
    there = (None, "", "x", "y", True, 3, 3.0, 200, [], {})
    for one, other in product((*there, ...), repeat=2):
        value = {name: found for name, found in (("a", one), ("b", other)) if found is not ...}
        for status in (200, 404):
            agree(kind, value, status)


@pytest.mark.parametrize("kind", SMALL, ids=repr)
def test_a_rule_is_about_objects_only(kind):
    for value in (None, 1, "x", [], ["x"]):
        assert Draft4Validator(rule_schema(kind, 200)).is_valid(value)


def test_what_no_schema_can_say():
    rules = [rule.kind for api in (CHAINLOOP, PINECONE) for rule in api.checking.rules]
    unsaid = {type(kind) for kind in rules if rule_schema(kind, 200) is None}
    assert unsaid == {Ordered, ByFunction}
