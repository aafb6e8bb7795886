"""A JSON value of any size and depth has a verdict; what is not JSON has an error that says so."""

from __future__ import annotations

import datetime
import enum
import json
import math
from decimal import Decimal

import pytest
from support.client_responses import of_requests
from support.own_contracts import checked

from pytest_asyncops import (
    ConformanceError,
    InvalidArgument,
    assert_conforms,
    assert_history,
    violations,
)

HUGE = 10**5000
SAID = "<an integer of about 5,001 digits>"
OPERATION = {
    "id": "op-1",
    "operation_type": "upload_file",
    "status": "Processing",
    "created_on": "2026-01-01T00:00:00Z",
    "percent_complete": 40,
}


def nested(depth, value=None):
    for _ in range(depth):
        value = [value]
    return value


def listed(**members):
    return {"operations": [{**OPERATION, **members}]}


def test_an_integer_of_thousands_of_digits_is_a_violation():
    value = listed(percent_complete=HUGE)
    with pytest.raises(ConformanceError) as caught:
        assert_conforms(value, api="pinecone", route="list")
    found = caught.value.violations[0]
    assert {each.value for each in caught.value.violations} == {HUGE}
    assert f"$.operations[0].percent_complete = {SAID}" in str(caught.value)
    assert SAID in repr(found)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e400", 10**400),
        ("-1.5E+400", -15 * 10**399),
        ("1" * 400 + ".5", int("1" * 400)),
        ("1e" + "9" * 5000, 10**5000),
    ],
    ids=lambda part: str(part)[:9] if isinstance(part, str) else "",
)
def test_a_number_that_is_no_float_is_a_number_and_no_double(text, number):
    body = json.dumps({**OPERATION, "ingestion_units": 0}).replace(": 0}", f": {text}}}")
    answer = of_requests(body.encode(), status=200, kind="application/json")
    found = {each.rule: each.value for each in violations(answer, api="pinecone", route="get")}
    assert found["schema.format"] == number
    assert "schema.type" not in found


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_long_integer_in_a_body_is_json(sign):
    text = json.dumps(listed(percent_complete=0)).replace(": 0}", f": {sign}1" + "0" * 5000 + "}")
    answer = of_requests(text.encode(), status=200, kind="application/json")
    found = violations(answer, api="pinecone", route="list")
    assert {(each.path, each.value) for each in found} == {
        ("$.operations[0].percent_complete", -HUGE if sign else HUGE)
    }


SCHEMAS = {
    "enum": ({"enum": [HUGE]}, HUGE + 1),
    "x-enum": ({"type": "integer", "x-enum": [HUGE]}, HUGE + 1),
    "minimum": ({"minimum": HUGE}, 1),
    "maximum": ({"maximum": HUGE}, HUGE + 1),
    "multipleOf": ({"multipleOf": HUGE}, HUGE + 1),
    "type": ({"type": "string"}, {"a": [HUGE]}),
    "not": ({"not": {}}, [HUGE]),
    "anyOf": ({"anyOf": [{"type": "string"}]}, [HUGE]),
    "oneOf": ({"oneOf": [{}, {}]}, [HUGE]),
    "uniqueItems": ({"uniqueItems": True}, [HUGE, HUGE]),
    "additionalProperties": ({"additionalProperties": False}, {"a": HUGE}),
    "properties": ({"properties": {"a": {}}}, {"b": HUGE}),
}


@pytest.mark.parametrize("keyword", SCHEMAS)
def test_every_keyword_bears_long_integers(keyword):
    from pytest_asyncops.conformance.thorough_check import find_violations
    from pytest_asyncops.contract.openapi import Contract
    from pytest_asyncops.contract.yaml_document import Document

    schema, value = SCHEMAS[keyword]
    root = {"openapi": "3.0.3", "components": {"schemas": {"A": schema}}}
    contract = checked(Contract(Document("own.yaml", root, {"": 1})))
    found = find_violations(contract, schema, {}, 200, value, extra=True, unknown=True)
    assert [each.rule for each in found] == [f"schema.{keyword}"]
    assert len(str(found[0])) < 500
    assert repr(found[0])


@pytest.mark.parametrize("member", ["id", "file_id", "percent_complete", "else"])
@pytest.mark.parametrize("depth", [10, 100_000])
def test_any_depth_has_a_verdict(member, depth):
    found = violations(listed(**{member: nested(depth)}), api="pinecone", route="list")
    assert len(found) == (member != "else")
    assert all(len(str(each)) < 500 for each in found)


@pytest.mark.parametrize("value", [HUGE, nested(100_000)], ids=["long", "deep"])
def test_a_history_of_any_size_has_a_verdict(value):
    done = {**OPERATION, "status": "Completed"}
    with pytest.raises(ConformanceError):
        assert_history(
            [{**done, "ingestion_units": value}, {**done, "ingestion_units": 1}], api="pinecone"
        )


class Shade(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        (("a",), "tuple"),
        (Decimal(1), "Decimal"),
        (Shade.RED, "Shade"),
        (b"a", "bytes"),
        (datetime.datetime(2026, 1, 1), "datetime"),
        ({1}, "set"),
        (object, "type"),
    ],
)
def test_what_is_no_json_is_said_with_its_place(odd, name):
    payload = listed(**{"else": [{"it's": odd}]})
    with pytest.raises(InvalidArgument) as caught:
        violations(payload, api="pinecone", route="list")
    assert caught.value.value == odd
    message = str(caught.value)
    assert message.startswith("the payload has a value at $.operations[0].else[0]['it\\'s'] ")
    assert f"of the type {name}. Give what a client reads from JSON." in message


def test_members_have_texts_as_names():
    with pytest.raises(InvalidArgument, match="a member's name at "):
        violations(listed(**{"else": {7: 1}}), api="pinecone", route="list")


ENDLESS_LIST, ENDLESS_OBJECT = [], {}
ENDLESS_LIST.append([ENDLESS_LIST])
ENDLESS_OBJECT["again"] = [ENDLESS_OBJECT]


@pytest.mark.parametrize("inner", [ENDLESS_LIST, ENDLESS_OBJECT], ids=["list", "object"])
def test_what_contains_itself_is_no_json(inner):
    with pytest.raises(InvalidArgument, match="a value that contains itself at "):
        violations(listed(**{"else": inner}), api="pinecone", route="list")
    twice = [1]
    assert not violations(listed(**{"else": [twice, twice]}), api="pinecone", route="list")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_have_are_no_json_wherever_they_stand(number):
    [found] = violations(listed(**{"else": number}), api="pinecone", route="list")
    assert (found.path, found.rule) == ("$", "schema.content")
    assert found.message == f"must be JSON: {number} is not a JSON value"


class Text(str):
    pass


def test_classes_of_ones_own_are_what_they_are_made_of():
    assert violations(listed(id=Text("a")), api="pinecone", route="list") == []
