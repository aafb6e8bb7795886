"""Of any schema the values are made by construction, or it is refused with what stands against."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.own_contracts import checked
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, STRING, TREE, obj, own_api

from pytest_asyncops import ContractError, strategies
from pytest_asyncops.contract.openapi import Contract, load_contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.contract.yaml_document import Document
from pytest_asyncops.strategies import from_schema
from pytest_asyncops.strategies.schema.compiler import Compiler
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.recipes import constant
from pytest_asyncops.strategies.schema.shapes import Shape


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


MERGED = {
    "a": obj({"next": {"allOf": [refer("a"), refer("b")]}, "n": INTEGER}),
    "b": obj({"next": refer("a"), "m": INTEGER}),
    "c": obj({"next": {"allOf": [refer("c")]}}, required=["next"], nullable=True),
}


@pytest.mark.parametrize("name", MERGED)
def test_what_is_merged_with_itself_again_and_again_ends(tmp_path, name):
    api = own_api(tmp_path, MERGED)
    validator = OAS30Validator(
        {**refer(name), **load_contract(api.checking.contract).document.root}
    )
    values = anew(strategies.payloads(api, name), 50, 5)
    assert all(map(validator.is_valid, values))
    invalid = anew(strategies.invalid_payloads(api, name), 50, 5)
    assert not any(validator.is_valid(one.payload) for one in invalid)


CROWDED = obj({"id": INTEGER, "labels": ITSELF}, required=["id"], minProperties=2, maxProperties=3)


@pytest.mark.parametrize("schema", [CROWDED, {"type": "array", "items": CROWDED}], ids=str)
def test_no_undocumented_member_takes_the_name_of_one_that_is_left_out(schema):
    items = CROWDED if schema is CROWDED else schema
    validator = OAS30Validator({**ITSELF, "components": {"schemas": {"schema": items}}})
    values = anew(from_schema(schema), 250)
    assert all(map(validator.is_valid, values))


def test_what_is_within_itself_has_fewer_items_each_time():
    nested = {"type": "array", "items": ITSELF}
    sizes = {}

    def measure(value, level=0):
        sizes[level] = max(sizes.get(level, 0), len(value))
        for inner in value:
            measure(inner, level + 1)

    for value in anew(from_schema(nested, max_items=4), 300, 5):
        measure(value)
    assert [sizes[level] for level in sorted(sizes)] == [4, 2, 1, 0]


def test_maps_have_as_many_members_as_lists_have_items():
    schema = {"type": "object", "additionalProperties": INTEGER}
    for most in (1, 7):
        values = anew(from_schema(schema, max_items=most), 1_000)
        assert {len(value) for value in values} == {*range(most + 1)}


def test_numbers_that_are_not_integers(tmp_path):
    schema = {"type": "number", "not": {"type": "integer"}}
    assert {type(value) for value in anew(from_schema(schema), 200)} == {float}
    halves = anew(from_schema({**schema, "multipleOf": 0.5, "maximum": 9}), 50)
    assert all(isinstance(value, float) and value % 0.5 == 0 for value in halves)
    with pytest.raises(ContractError, match="no value was found that fits type, not or multipleOf"):
        from_schema({**schema, "multipleOf": 5})


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
        "1 value cannot fill 2 places",
    ),
    (obj({}, required=["a"], additionalProperties=False), "'a' is required but not allowed"),
    (obj({"a": INTEGER}, required=["a"], maxProperties=0), "at least 1 and at most 0 members"),
    (obj({"a": INTEGER}, minProperties=3, maxProperties=2), "at least 3 and at most 2 members"),
    (obj({"a": INTEGER}, minProperties=3, additionalProperties=False), "at least 3 members"),
    (obj({}, minProperties=1, additionalProperties=False), "schema has at least 1 member"),
    (obj({"a": {"$ref": "#/components/schemas/schema"}}, required=["a"]), "would be endless"),
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
        "would be endless",
    ),
    (
        obj(
            {"a": obj({}, anyOf=[{"$ref": "#/components/schemas/schema"}, STRING])},
            required=["a"],
        ),
        "would be endless",  # though each part of it has some that do
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_made_is_refused_by_name(schema, message):
    with pytest.raises(ContractError) as caught:
        from_schema(schema)
    assert message in str(caught.value)


NAMED = {
    "Word": {**STRING, "enum": ["a", "b"]},
    "Pair": obj({"one": {"$ref": "#/components/schemas/Word"}}, required=["one"]),
    "Bad": {"type": "array", "minItems": 2, "maxItems": 1},
    "x/y": {**INTEGER, "minimum": 1, "maximum": 3},
}
LINES = {"": 1, "/components/schemas/Bad": 7, "/components/schemas/Pair/properties/one": 5}


WORD, PAIR, BAD = ({"$ref": f"#/components/schemas/{name}"} for name in ("Word", "Pair", "Bad"))


def compiler(schema_of=refer, shapes_of=None, ready=None, **options):
    contract = checked(
        Contract(
            Document("own.yaml", {"openapi": "3.0.3", "components": {"schemas": NAMED}}, LINES)
        )
    )
    told = {} if shapes_of is None else {"shapes_of": shapes_of}
    return Compiler(contract, Options(**options), schema_of, ready=ready or {}, **told)


def test_a_refusal_says_where_the_schema_stands():
    with pytest.raises(ContractError) as caught:
        compiler().recipe(BAD)
    assert str(caught.value) == "own.yaml:7: no list has at least 2 and at most 1 item"
    assert caught.value.pointer == "/components/schemas/Bad"


def test_what_is_asked_for_twice_is_made_once():
    own = compiler()
    assert own.recipe(PAIR) is own.recipe({**PAIR})
    at_once = {"allOf": [PAIR, {"minProperties": 1}]}
    assert own.recipe(at_once) is own.recipe({**at_once})


def test_texts_and_numbers_are_made_once_however_schemas_are_nested_around():
    own = compiler()
    told = {**STRING, "format": "uuid", "pattern": "^[0a]"}
    assert own.recipe(told) is own.recipe({**told, "description": "anew"})
    never = {**STRING, "minLength": 2, "maxLength": 1}
    for _ in range(2):
        with pytest.raises(ContractError, match="no string is at least 2"):
            own.recipe({"type": "array", "items": never, "minItems": 1})


def test_names_may_have_what_references_escape():
    assert {*compiler().recipe(refer("x/y")).values} == {1, 2, 3}
    with pytest.raises(ContractError, match="there is nothing at #/components/schemas/x~01y"):
        compiler().recipe(refer("x~1y"))


def refuse(message):
    raise AssertionError(message)


@settings(max_examples=30)
@given(st.integers(0, 4), st.integers(0, 5), st.data())
def test_lists_have_at_least_and_at_most_so_many_items(least, max_items, data):
    own = compiler(max_items=max_items)
    items = data.draw(own.arrays({"items": INTEGER, "minItems": least}, refuse).strategy())
    assert least <= len(items) <= max(max_items, least)
    words = {"items": WORD, "uniqueItems": True, "maxItems": 2}
    unique = data.draw(own.arrays(words, refuse).strategy())
    assert len({*unique}) == len(unique) <= 2


def test_shapes_say_which_members_are_there():
    own = compiler()
    schema = obj({"a": INTEGER, "b": INTEGER, "c": INTEGER}, required=["b"])
    [shape] = own.shapes(schema, refuse)
    assert (*shape.required,) == ("b",)
    assert (*shape.members,) == ("a", "b", "c")
    assert shape.extras is None
    [shape] = compiler(extra="sometimes").shapes(schema, refuse)
    assert shape.extras is not None
    [shape] = own.shapes({**schema, "additionalProperties": True}, refuse)
    assert shape.extras is None
    [shape] = own.shapes({**schema, "additionalProperties": INTEGER}, refuse)
    assert shape.extras is not None
    closed = {**schema, "additionalProperties": False}
    [shape] = compiler(extra="sometimes").shapes(closed, refuse)
    assert shape.extras is None
    [shape] = own.shapes({**schema, "minProperties": 2, "maxProperties": 2}, refuse)
    assert (shape.least, shape.most, shape.extras) == (2, 2, None)
    assert shape.fill is not None
    [shape] = own.shapes({**closed, "minProperties": 2}, refuse)
    assert shape.fill is None


# --- what is told beyond the contract


def test_what_a_name_stands_for_is_asked_of_one_function():
    asked = []

    def schema_of(name):
        asked.append(name)
        return {"allOf": [refer(name), {"enum": ["b", "c"]}]} if name == "Word" else refer(name)

    own = compiler(schema_of=schema_of)
    pairs = own.recipe({"type": "array", "items": PAIR, "minItems": 1, "maxItems": 1})
    assert {value["one"] for [value] in anew(pairs.strategy(), 20, 5)} == {"b"}
    assert [*dict.fromkeys(asked)] == ["Pair", "Word"]


def test_the_objects_of_a_name_are_asked_of_the_other_in_schemas_or_recipes():
    asked = []

    def shapes_of(name, schema):
        asked.append((name, schema))
        flag, four = {"type": "boolean"}, constant(4)
        return [Shape({"is": flag}, {}), Shape({"is": flag, "four": four}, {})]

    own = compiler(shapes_of=shapes_of)
    values = anew(own.recipe(obj({"pair": PAIR}, required=["pair"])).strategy(), 100)
    found = {tuple(value["pair"].values()) for value in values}
    assert found == {(True,), (False,), (True, 4), (False, 4)}
    assert asked == [("Pair", NAMED["Pair"])]


def test_a_schema_that_several_shapes_have_is_compiled_once():
    flag = {"type": "boolean"}
    own = compiler(shapes_of=lambda name, schema: [Shape({"a": flag}, {}), Shape({"b": flag}, {})])
    one, other = own.shapes(NAMED["Pair"], refuse, "Pair")
    assert one.members["a"] is other.members["b"]


def test_values_that_are_made_elsewhere_are_not_compiled():
    own = compiler(ready={"Word": constant("made")})
    assert {value["one"] for value in anew(own.recipe(PAIR).strategy(), 10, 5)} == {"made"}


# --- nesting

NEVER = obj({"again": ITSELF}, required=["again"])
ENDING = {
    "in others": {"type": "object", "additionalProperties": ITSELF},
    "in others, counted": {"type": "object", "additionalProperties": ITSELF, "maxProperties": 2},
    "in others beside a member": obj(
        {"a": INTEGER}, additionalProperties=ITSELF, minProperties=1, required=["a"]
    ),
    "null within": obj(
        {"a": {**obj({"b": ITSELF}, required=["b"]), "nullable": True}}, required=["a"]
    ),
    "null and no list": obj(
        {
            "a": {
                **obj({"b": {"type": "array", "minItems": 1, "items": ITSELF}}, required=["b"]),
                "nullable": True,
            }
        },
        required=["a"],
    ),
    "number or counted": {
        "anyOf": [INTEGER, {"type": "object", "minProperties": 1, "additionalProperties": ITSELF}]
    },
    "an optional member that never ends": obj({"a": obj({"b": NEVER}, required=["b"])}),
}


@pytest.mark.parametrize("schema", ENDING.values(), ids=list(ENDING))
def test_what_can_end_is_left_out_or_null_where_it_does_not(schema):
    validator = OAS30Validator({**ITSELF, "components": {"schemas": {"schema": schema}}})
    for value in anew(from_schema(schema, extra="never"), 50, 5):
        assert list(validator.iter_errors(value)) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "minProperties": 1, "additionalProperties": ITSELF},
        {"type": "object", "required": ["a"], "additionalProperties": ITSELF},
        {**obj({"a": {}}), "minProperties": 2, "additionalProperties": ITSELF},
        {"allOf": [NEVER]},
        {"anyOf": [NEVER, {"type": "array", "minItems": 1, "items": ITSELF}]},
        {"type": "array", "minItems": 1, "items": NEVER},
    ],
    ids=str,
)
def test_what_cannot_end_is_refused(schema):
    with pytest.raises(ContractError, match="every value of this schema would be endless"):
        from_schema(schema)


def test_of_shapes_those_that_cannot_end_are_left_out():
    again = obj({"again": PAIR}, required=["again"])
    own = compiler(
        shapes_of=lambda name, schema: [Shape({"one": again}, {}), Shape({"end": INTEGER}, {})]
    )
    levels = {json.dumps(value).count("again") for value in anew(own.recipe(PAIR).strategy(), 200)}
    assert {0, 1} < levels <= {0, 1, 2, 3}


# --- null


@pytest.mark.parametrize(
    "schema",
    [
        {"nullable": True, "anyOf": [{"enum": ["a"]}]},
        {"nullable": True, "oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
        {"nullable": True, "allOf": [{"type": "string", "enum": ["a"]}]},
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"type": "string", "nullable": True, "allOf": [{"type": "string"}]},
        {"type": "string", "nullable": True, "enum": ["a", None], "not": {"enum": [None]}},
    ],
    ids=str,
)
def test_null_is_allowed_by_what_says_a_type_beside_it_alone(schema):
    assert None not in anew(from_schema(schema), 40, 10)


@pytest.mark.parametrize(
    "schema",
    [
        {"nullable": True},
        {"nullable": True, "minLength": 1},
        {"type": "string", "nullable": True, "enum": ["a", None]},
        {"type": "string", "nullable": True, "allOf": [{"type": "string", "nullable": True}]},
        {"anyOf": [{"type": "string"}, {"enum": [None]}], "nullable": True},
    ],
    ids=str,
)
def test_null_is_drawn_where_it_is_allowed(schema):
    found = anew(from_schema(schema), 200)
    assert None in found
    assert any(value is not None for value in found)
