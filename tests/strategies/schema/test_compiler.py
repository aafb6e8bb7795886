"""Of any schema the values are made by construction, or it is refused with what stands against."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING, TREE, obj, own_api

from pytest_asyncops import ContractError, strategies
from pytest_asyncops.contract.openapi import Contract, load_contract
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.rules.equality import json_equal
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.compiler import Compiler, identity
from pytest_asyncops.strategies.schema.options import Options


@pytest.mark.parametrize("schema", GOOD.values(), ids=list(GOOD))
def test_values_fit(schema):
    validator = OAS30Validator(schema)

    @settings(max_examples=25)
    @given(from_schema(schema))
    def check(value):
        json.dumps(value)
        assert list(validator.iter_errors(value)) == []

    check()


def depth(tree):
    return 1 + max(
        (
            depth(inner)
            for inner in [*tree.get("more", []), tree.get("left"), tree.get("right")]
            if inner
        ),
        default=0,
    )


def test_schemas_that_contain_themselves():
    depths = {depth(tree) for tree in anew(from_schema(TREE, extra="never"), 250, 5)}
    assert {1, 2} < depths <= {1, 2, 3, 4}


LEAF = {"type": "object", "additionalProperties": False}


ITSELF = {"$ref": "#/components/schemas/schema"}


@pytest.mark.parametrize(
    "schema",
    [
        obj({"next": {"oneOf": [obj({"on": ITSELF}, required=["on"]), STRING]}}, required=["next"]),
        {"anyOf": [{"type": "array", "items": ITSELF, "minItems": 1}, INTEGER]},
        {"anyOf": [INTEGER, {"allOf": [obj({"next": ITSELF}, required=["next"])]}]},
        {**obj({"next": ITSELF}, required=["next"]), "nullable": True},
        obj({"next": {"allOf": [ITSELF, {"minProperties": 0}]}, "other": LEAF}),
    ],
    ids=["object or text", "list or number", "number or object", "null", "at once"],
)
def test_what_contains_itself_ends_wherever_it_can(schema):
    validator = OAS30Validator({**ITSELF, "components": {"schemas": {"schema": schema}}})
    depths = set()
    for value in anew(from_schema(schema, extra="never"), 100, 5):
        assert list(validator.iter_errors(value)) == []
        depths.add(json.dumps(value).count("next") + json.dumps(value).count("["))
    assert len(depths) > 1


def test_what_contains_each_other_ends(tmp_path):
    def one_of(*names):
        schemas = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
        return [obj({name: schema}, required=[name]) for name, schema in schemas.items()]

    api = own_api(
        tmp_path,
        {
            "a": {"anyOf": [*one_of("a", "x"), INTEGER]},
            "b": {"anyOf": [*one_of("b", "x"), INTEGER]},
            "x": {"anyOf": one_of("a", "b")},
        },
    )
    validator = OAS30Validator(
        {"$ref": "#/components/schemas/x", **load_contract(api.checking.contract).document.root}
    )

    @settings(max_examples=30)
    @given(strategies.payloads(api, "x", extra="never"))
    def check(value):
        assert list(validator.iter_errors(value)) == []

    check()


REFUSED = [
    ({"colour": 1}, "the keyword 'colour' is not understood"),
    ({**STRING, "enum": [1]}, "none of the enum's values"),
    ({"type": "array", "minItems": 3, "maxItems": 2}, "at least 3 and at most 2 items"),
    (
        {"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 2},
        "1 values cannot fill 2 places",
    ),
    (obj({}, required=["a"], additionalProperties=False), "'a' is required and not allowed"),
    (obj({"a": INTEGER}, required=["a"], maxProperties=0), "has at most 0 members"),
    (obj({"a": INTEGER}, minProperties=3), "minProperties 3 beyond"),
    (
        obj({f"p{n}": INTEGER for n in range(20)}, minProperties=10),
        "minProperties and maxProperties with so many",
    ),
    (obj({"a": {"$ref": "#/components/schemas/schema"}}, required=["a"]), "ever ends"),
    (
        obj(
            {
                "a": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"$ref": "#/components/schemas/schema"},
                }
            },
            required=["a"],
        ),
        "ever ends",
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


JSON = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2, 0.0, 1.0, 0.5, "", "a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(JSON, JSON)
def test_equal_values_and_no_others_have_one_identity(one, other):
    assert (identity(one) == identity(other)) is json_equal(one, other)
    assert identity(json.loads(json.dumps(one))) == identity(one)
    assert hash(identity(one)) is not None


def test_true_is_not_one_and_one_is_however_it_is_written():
    assert len({*map(identity, [True, 1, 1.0, False, 0, -0.0])}) == 4
    assert identity({"a": 1, "b": [True]}) == identity({"b": [True], "a": 1.0})
    assert identity([{"a": 1}]) != identity([{"a": True}])
    assert identity([]) != identity({})


NAMED = {
    "Word": {**STRING, "enum": ["a", "b"]},
    "Pair": obj({"one": {"$ref": "#/components/schemas/Word"}}, required=["one"]),
    "Bad": {"type": "array", "minItems": 2, "maxItems": 1},
    "x/y": {**INTEGER, "minimum": 1, "maximum": 3},
}
LINES = {"": 1, "/components/schemas/Bad": 7, "/components/schemas/Pair/properties/one": 5}


def compiler(**options):
    root = {"openapi": "3.0.3", "components": {"schemas": NAMED}}
    return Compiler(Contract(Document("own.yaml", root, LINES)), Options(**options))


def test_a_refusal_says_where_the_schema_stands():
    with pytest.raises(ContractError) as caught:
        compiler().named("Bad")
    assert str(caught.value) == "own.yaml:7: no list has at least 2 and at most 1 items"
    assert caught.value.pointer == "/components/schemas/Bad"


def test_what_is_asked_for_twice_is_made_once():
    own = compiler()
    reference = {"$ref": "#/components/schemas/Pair"}
    assert own.named("Pair") is own.recipe(reference) is own.recipe(reference)
    at_once = {"allOf": [reference, {"minProperties": 1}]}
    assert own.recipe(at_once) is own.recipe({**at_once})


def test_names_are_written_as_in_references():
    assert {*compiler().named("x~1y").values} == {1, 2, 3}
    with pytest.raises(ContractError, match="there is nothing at #/components/schemas/x/y"):
        compiler().named("x/y")


UNFORMATTED = {name: schema for name, schema in GOOD.items() if "format" not in schema}


@pytest.mark.parametrize("schema", UNFORMATTED.values(), ids=list(UNFORMATTED))
def test_what_fits_fits_a_validator_that_knows_nothing_of_this_package(schema):
    own, judge = compiler(), OAS30Validator(schema)

    @settings(max_examples=20)
    @given(JSON)
    def check(value):
        if not holds_a_whole_float(value):
            assert own.is_valid(schema, value) is judge.is_valid(value)

    check()


def holds_a_whole_float(value):
    """Whether a number such as 1.0 is in the value; validators are of two minds about its type."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (isinstance(value, float) and value.is_integer()) or any(map(holds_a_whole_float, inner))


@settings(max_examples=30)
@given(st.integers(0, 4), st.integers(0, 5), st.data())
def test_lists_have_at_least_and_at_most_so_many_items(least, max_items, data):
    own = compiler(max_items=max_items)
    items = data.draw(own.arrays({"items": INTEGER}, least).strategy())
    assert least <= len(items) <= max(max_items, least)
    words = {"items": {"$ref": "#/components/schemas/Word"}, "uniqueItems": True, "maxItems": 2}
    unique = data.draw(own.arrays(words).strategy())
    assert len({*unique}) == len(unique) <= 2


def test_shapes_say_which_members_are_there():
    own = compiler()
    schema = obj({"a": INTEGER, "b": INTEGER, "c": INTEGER}, required=["b"])
    [shape] = own.shapes(schema)
    assert (*shape.required,) == ("b",)
    assert (*shape.members,) == ("a", "b", "c")
    assert shape.extras is None
    [shape] = compiler(extra="sometimes").shapes(schema)
    assert shape.extras is not None
    [shape] = compiler(extra="sometimes").shapes({**schema, "additionalProperties": False})
    assert shape.extras is None
    two = own.shapes({**schema, "minProperties": 2, "maxProperties": 2})
    assert [{*shape.members} for shape in two] == [{"a", "b"}, {"b", "c"}]
