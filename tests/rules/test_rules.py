"""The laws of the kinds of rules: JSON Schema says the same, and they read what they say."""

from __future__ import annotations

import datetime
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    Never,
    NotAMember,
    Ordered,
    Present,
    SameAsStatus,
)

RULES = [(api, rule) for api in (CHAINLOOP, PINECONE) for rule in api.checking.rules]

NAMES = ("a", "b", "c")
members = st.sampled_from(NAMES)
words = st.sampled_from(["", "x", "y", "z"])
some_words = st.lists(words, min_size=1, max_size=3, unique=True).map(tuple)
statuses = st.sampled_from([200, 400, 404])
scalars = st.one_of(
    words, st.none(), st.booleans(), st.sampled_from([0, 1, 3, 3.0, 200, 400.0, 404, [], ["x"]])
)
flat = st.dictionaries(members, scalars)
mappings = st.dictionaries(members, st.one_of(scalars, flat, st.dictionaries(members, flat)))
paths = st.lists(members, min_size=1, max_size=3).map(tuple)
allowed = st.lists(st.sampled_from([0, 1, 3, "x", ""]), min_size=1, max_size=2).map(tuple)

KINDS = {
    Absent: st.builds(Absent, members, members, some_words, st.booleans()),
    Present: st.builds(Present, members, members, some_words),
    Never: st.builds(Never, members, some_words),
    NotAMember: st.builds(NotAMember, some_words.map(lambda _: ("a", "b")), st.just("no")),
    Fixed: st.builds(Fixed, paths, st.dictionaries(statuses, allowed)),
    SameAsStatus: st.builds(SameAsStatus, members),
}


def as_schema(kind, status):
    """The kind, said once more, in JSON Schema."""
    match kind:
        case Absent():
            nothing = [None, ""] if kind.empty_is_absent else [None]
            return {
                "anyOf": [
                    {"not": {"required": [kind.member]}},
                    {"properties": {kind.member: {"enum": nothing}}},
                    {"properties": {kind.when: {"not": {"enum": list(kind.values)}}}},
                ]
            }
        case Present():
            there = {"required": [kind.member]}
            return {
                "anyOf": [
                    {**there, "properties": {kind.member: {"not": {"enum": [None]}}}},
                    {"properties": {kind.when: {"not": {"enum": list(kind.values)}}}},
                ]
            }
        case Never():
            return {"properties": {kind.member: {"not": {"enum": list(kind.values)}}}}
        case NotAMember():
            return {"not": {"anyOf": [{"required": [member]} for member in kind.members]}}
        case SameAsStatus():
            return {"properties": {kind.member: {"enum": [status]}}}
        case Fixed():
            allowed = kind.by_status.get(status)
            inner = {} if allowed is None else {"enum": list(allowed)}
            for member in reversed(kind.path):
                inner = {"properties": {member: inner}}
            return inner


def agree(kind, value, status):
    valid = Draft4Validator(as_schema(kind, status)).is_valid(value)
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
    Fixed(("a",), {200: (3, "x")}),
    SameAsStatus("a"),
]


@pytest.mark.parametrize("kind", SMALL, ids=repr)
def test_and_does_so_in_the_whole_of_a_small_world(kind):
    there = (None, "", "x", "y", True, 3, 3.0, 200, [])
    for one, other in product((*there, ...), repeat=2):
        value = {name: found for name, found in (("a", one), ("b", other)) if found is not ...}
        for status in (200, 404):
            agree(kind, value, status)


@pytest.mark.parametrize(
    ("allowed", "good", "bad"),
    [
        ((1, "x"), [1, 1.0, "x"], [True, "1", 2, None]),
        ((True, None), [True, None], [1, 1.0, False, 0]),
        (([0], {"b": False}), [[0], [0.0], {"b": False}], [[False], [], {"b": 0}, {}]),
    ],
)
def test_fixed_values_are_equal_as_in_json(allowed, good, bad):
    fixed = Fixed(("a",), {200: allowed})
    assert [value for value in (*good, *bad) if not list(fixed.breaks({"a": value}, 200))] == good


@given(data=st.data(), status=statuses)
def test_a_kind_names_the_value_that_stands_at_the_path(data, status):
    made = data.draw(st.one_of(*KINDS.values()))
    value = data.draw(mappings)
    for path, found, message in made.breaks(value, status):
        there = value
        for name in path:
            there = there.get(name)
        assert there is found
        assert message


# Some of these texts are of the usual form, some are not; the instant beside each is in seconds.
def stamp(second: int, form: str) -> str:
    snapshot = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=second)
    if form == "zone":
        return (snapshot + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    return snapshot.strftime("%Y-%m-%dT%H:%M:%S") + form


stamps = st.tuples(st.integers(0, 3), st.sampled_from(["Z", "Z", "z", ".000Z", "zone"]))
stamped = st.dictionaries(members, st.none() | stamps)


@given(st.lists(stamped, max_size=3), statuses)
def test_order_is_that_of_instants(given, status):
    made = Ordered(NAMES)
    values = [{name: found and stamp(*found) for name, found in life.items()} for life in given]
    expected = []
    for life in given:
        there = [(name, life[name][0]) for name in NAMES if life.get(name) is not None]
        expected.append(
            [after for (_, earlier), (after, later) in pairwise(there) if later < earlier]
        )
    found = [[path[0] for path, *_ in made.breaks(value, status)] for value in values]
    assert found == expected


def test_what_is_no_text_has_no_order():
    assert list(Ordered(("a", "b")).breaks({"a": 2, "b": "2026-01-01T00:00:00Z"}, 200)) == []


LIKE = {
    str: words,
    bool: st.booleans(),
    int: st.sampled_from([0, 1, 3, 200, 404]),
    float: st.sampled_from([3.0, 400.0]),
    type(None): st.none(),
    list: st.lists(words, max_size=2),
    dict: flat,
}
TIMED = st.builds(Ordered, st.permutations(NAMES).map(tuple))
timed = st.dictionaries(members, st.none() | stamps.map(lambda when: stamp(*when)))


@given(st.one_of(*KINDS.values(), TIMED), mappings | timed, statuses, st.data())
def test_nothing_counts_but_shape_and_what_a_kind_reads(kind, value, status, data):
    other = {
        name: found if name in kind.reads else data.draw(LIKE[type(found)])
        for name, found in value.items()
    }
    assert bool(list(kind.breaks(value, status))) == bool(list(kind.breaks(other, status)))


def test_a_check_may_read_everything():
    assert {rule.kind.reads for _, rule in RULES if isinstance(rule.kind, ByFunction)} == {None}
