"""Rules that no schema can say are checked wherever their objects are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.own_contracts import checked
from support.spoilt_payloads import NEARLY_TIMES, TIMES

from pytest_asyncops.conformance import fast_check
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.rules.rules import ByFunction, Never, Ordered, Rule

REF = {"$ref": "#/components/schemas/A"}
ONE, TWO = {"a": 1}, {"a": 2}


def _is_not_one(value, status_code):
    if value.get("a") == 1:
        yield ("a",), 1, "must not be 1"


NOT_ONE = ByFunction(_is_not_one)


TREE = {"properties": {"a": REF, "b": {"type": "string"}}}
TREES = {"properties": {"t": {"$ref": "#/components/schemas/Tree"}}}


def quick(root, *kinds, a=None):
    """The quick check of a schema, in a contract with rules about another one, A."""
    schemas = {"A": a or {}, "Tree": TREES, "Root": root}
    text = json.dumps({"openapi": "3.0.3", "components": {"schemas": schemas}})
    contract = checked(Contract(read_document(text, "own.yaml")))
    rules = [Rule("own.rule", "A", "/", "it is so", kind) for kind in kinds]
    about = {id(contract.schemas["A"]): rules}
    return fast_check.fast_check(contract, contract.schemas["Root"], about, 200)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (REF, [TWO, {}, 1], [ONE]),
        ({"type": "array", "items": REF}, [[], [TWO, 1, TWO]], [[TWO, ONE]]),
        ({"properties": {"b": REF}}, [{"b": TWO}, {"c": ONE}, [ONE], {"b": [ONE]}], [{"b": ONE}]),
        (
            {"properties": {"b": {}}, "additionalProperties": {"items": REF}},
            [{"b": [ONE], "c": [TWO]}, {"c": ONE}, [ONE]],
            [{"b": 0, "c": [], "d": [TWO, ONE]}],
        ),
        ({"allOf": [{"properties": {"b": {"allOf": [REF]}}}]}, [{"b": TWO}, ONE], [{"b": ONE}]),
        # Which alternative a value fits is left to the thorough validator.
        ({"anyOf": [REF], "not": {"required": ["b"]}}, [], [ONE, TWO, {"b": 1}]),
        ({"not": {"type": "array", "items": REF}}, [ONE, TWO], [[TWO]]),
    ],
)
def test_a_rule_is_checked_wherever_its_objects_are(schema, good, bad):
    is_good = quick(schema, NOT_ONE)
    assert [value for value in (*good, *bad) if is_good(value)] == good


def test_objects_that_contain_themselves():
    is_good = quick(REF, Never("b", ("x",)), a=TREE)
    assert is_good({"a": {"a": {"b": "y"}}})
    assert not is_good({"a": {"a": {"b": "x"}}})
    # There is no end of places at which a function would have to be called.
    assert not quick(REF, NOT_ONE, a=TREE)({})


def test_objects_without_a_rule_that_contain_themselves():
    tree = {"$ref": "#/components/schemas/Tree"}
    is_good = quick({"properties": {"a": REF, "t": tree}}, NOT_ONE)
    assert is_good({"a": TWO, "t": {"t": ONE}})
    assert not is_good({"a": ONE})


@pytest.mark.parametrize("pattern", [r"\bx", r"(?<a>x)\k<a>"])
def test_a_schema_that_another_library_may_not_understand(pattern):
    assert not quick({"pattern": pattern})("xx")


def test_a_text_that_another_library_cannot_have():
    assert not quick({"pattern": "^x"})("x\ud800")


def test_what_may_be_nested_without_end_is_walked_through_before(monkeypatch):
    def too_deep(value):
        raise RecursionError  # a real one ends the measuring of coverage on CPython 3.10

    tree, flat = quick(REF, a=TREE), quick({"type": "object"})
    assert tree({"a": {}})
    monkeypatch.setattr(fast_check, "is_plain", too_deep)
    assert not tree({"a": {}})
    assert flat({"a": {}})


NO_TIMES = ["", "x", "Z", "\u0661" * 19 + "Z", "2026-01-01T00:00:00Zz"]
times = st.sampled_from([*TIMES, *NEARLY_TIMES, *NO_TIMES])
objects = st.dictionaries(st.sampled_from("abc"), times | st.sampled_from([None, 1, []]))


@given(st.lists(objects | st.none() | times, max_size=3))
def test_order_is_what_the_rule_says(values):
    kind = Ordered(("a", "b", "c"))
    found = [value for value in values if isinstance(value, dict)]
    in_order = not any(list(kind.breaks(value, 200)) for value in found)
    assert quick({"items": REF}, kind)(values) == in_order
