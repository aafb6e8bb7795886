"""Contracts, rules and values at random, of every keyword and often near a limit."""

from __future__ import annotations

import json
from random import Random

from pytest_asyncops import ContractError
from pytest_asyncops.contract.formats import STRING_FORMATS
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.schema_keywords import TYPES, refer
from pytest_asyncops.contract.yaml_document import read_document
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
from support.own_contracts import checked
from support.spoilt_payloads import NEARLY_TIMES, TIMES

FORMATS = {
    "integer": ["int32", "int64"],
    "number": ["float", "double"],
    "string": [*STRING_FORMATS, "binary", "password"],
}
MEMBERS = ["a", "b", "c", "d"]
NAMES = [*MEMBERS, "$ref", "id", "\u00e9", "a/b", "x~y"]
NUMBERS = [
    *(0, 1, -1, 2, 5, 1.0, -0.0, 0.5, 1.5, 0.1, 19.99, 1e-9, 1e300, 10**30, 1e30, 10**400),
    *(2**31, -(2**31) - 1, 2**53, 2**53 + 1, 2.0**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1),
    *(3.4028234663852886e38, 3.5e38, float("nan"), float("inf")),
]
LIMITS = [number for number in NUMBERS if abs(number) < 1e308 and abs(number) != float("inf")]
STEPS = [1, 2, 3, 0.5, 0.1, 0.01, 1.5, 7]
TEXTS = [
    *("", "x", "a", "ab", "abc", "\u00e9", "\u00a0", "\n", "\ud800", "\U0001f600", "1"),
    *("aGk=", "aGk", "aGk=\n", "2024-02-29", "2023-02-29", "01234567-89ab-cdef-ABCD-EF0123456789"),
    *(*TIMES, *NEARLY_TIMES),
    *("a@b.example", "a@", "a.example", "-a", "10.0.0.1", "10.0.0.256", "::1", "1::2::3", "P1DT2H"),
    *("PT", "https://a.example/b?c#d", "a b", "/a/b~0", "/~", "0#", "{a}", "{", "12:00:00Z", "-_"),
    *("12:00:00", "2026-01-01T12:00:00"),
]
PATTERNS = [
    *("^a", "a$", "^a+$", "^[a-c]*$", r"\d", r"^\w+$", "^.$", "(a|b)", "^(?:ab)?$", r"^\S*$"),
    *(r"\s", r"\bx", "[^a]", "^\\u00e9$", "^.{1,2}$", "(?=a)", "(?!a)", r"\n", "^$", r"^[\w.-]+$"),
    *(r"\cJ", "^[[a-z]+$", r"(?<n>a|x)b?\k<n>", r"^[\s\d]$", r"[^\S]", "^[^]$", r"^\u{1F600}$"),
]
SIZES = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


def random_value(random: Random, depth: int = 2):
    kind = random.randrange(9 if depth else 5)
    if kind < 2:
        return random.choice([None, True, False])
    if kind < 5:
        return random.choice(NUMBERS if kind == 2 else TEXTS)
    if kind < 7:
        return [random_value(random, depth - 1) for _ in range(random.randrange(4))]
    return {name: random_value(random, depth - 1) for name in random.sample(NAMES, kind - 6)}


def random_schema(random: Random, depth: int = 3):
    """A schema of any keywords; it need not be one that contracts can have."""

    def sometimes(share):
        return random.random() < share

    if depth and sometimes(0.15):
        return refer(random.choice("ABC"))
    schema = {}
    kind = random.choice([*TYPES, "object", "array", "string", None])
    if kind:
        schema["type"] = kind
        if sometimes(0.2):
            schema["nullable"] = sometimes(0.7)
    forms = FORMATS.get(kind or random.choice([*FORMATS]), [])
    if forms and sometimes(0.5):
        schema["format"] = random.choice([*forms, *(["date-time"] * 4 if kind == "string" else [])])
    if sometimes(0.1):
        schema["enum"] = [random_value(random) for _ in range(random.randrange(1, 4))]
    if sometimes(0.15):
        schema["pattern"] = random.choice(PATTERNS)
    if sometimes(0.1):
        schema[random.choice(["readOnly", "writeOnly"])] = sometimes(0.8)
    for limit in ("minimum", "maximum"):
        if sometimes(0.15):
            schema[limit] = random.choice(LIMITS)
        if sometimes(0.05):
            schema[f"exclusive{limit.capitalize()}"] = sometimes(0.7)
    if sometimes(0.08):
        schema["multipleOf"] = random.choice(STEPS)
    for size in SIZES:
        if sometimes(0.04):
            schema[size] = random.randrange(3)
    if sometimes(0.06):
        schema["uniqueItems"] = True
    if sometimes(0.15):
        schema["required"] = random.sample(NAMES, random.randrange(3))
    if not depth:
        return schema

    def inner():
        return random_schema(random, depth - 1)

    if sometimes(0.7 if kind == "array" else 0.05):
        schema["items"] = inner()
    if sometimes(0.8 if kind == "object" else 0.05):
        schema["properties"] = {name: inner() for name in random.sample(NAMES, random.randrange(4))}
    if sometimes(0.3 if kind == "object" else 0.05):
        schema["additionalProperties"] = random.choice([True, False, inner()])
    for several in ("allOf", "anyOf", "oneOf"):
        if sometimes(0.07):
            schema[several] = [inner() for _ in range(random.randrange(1, 4))]
    if sometimes(0.05):
        schema["not"] = inner()
    return schema


CLASSES = ["^[a-c]*$", r"^\d{2,4}$", "^[a-z0-9_]+$", "^[^x]*$", "^(?:a|b)c*$", "a", "^(ab)?$", ""]


def likely_schema(random: Random, depth: int = 3):
    """A schema whose keywords go together: recursive, nullable, a map or composed, now and then."""

    def sometimes(share):
        return random.random() < share

    def inner():
        return likely_schema(random, depth - 1)

    if sometimes(0.2) and depth < 3:
        return refer(random.choice("ABC"))
    if depth and sometimes(0.2):
        return _composed(random, inner)
    kind = random.choice(
        [*(["object"] * 5 + ["array"] * 3 if depth else []), "string", "number", "integer", *TYPES]
    )
    schema = {"type": kind} if sometimes(0.95) else {}
    if schema and sometimes(0.25):
        schema["nullable"] = True
    if kind == "string":
        schema.update(_likely_text(random, sometimes))
    elif kind in ("integer", "number"):
        low = random.choice([*range(-9, 9), 2**31, -(2**40)])
        schema.update({"minimum": low} if sometimes(0.4) else {})
        schema.update({"maximum": low + random.choice([0, 1, 20, 100])} if sometimes(0.3) else {})
        schema.update({"exclusiveMinimum": True} if sometimes(0.1) else {})
        schema.update({"multipleOf": random.choice([1, 2, 5, 7, 0.5])} if sometimes(0.2) else {})
        # Of numbers that only a double has, not every version of the judge is sure.
        form = "int32" if kind == "integer" and sometimes(0.2) else None
        schema.update({"format": form} if schema and form else {})
        schema.update({"not": {"type": "integer"}} if sometimes(0.1) else {})
    elif kind == "array":
        schema.update({"items": inner()} if depth and sometimes(0.8) else {})
        least = random.randrange(3)
        schema.update({"minItems": least} if sometimes(0.3) else {})
        schema.update({"maxItems": least + random.randrange(3)} if sometimes(0.3) else {})
        schema.update({"uniqueItems": True} if sometimes(0.15) else {})
    elif kind == "object":
        schema.update(_likely_object(random, sometimes, inner if depth else dict))
    if sometimes(0.06):
        schema["enum"] = random.sample([None, 0, 1, True, 1.5, "", "ab", [1], {"a": 1}, {}], 3)
    if "type" not in schema:
        schema.pop("format", None)
    return schema


def _composed(random, inner):
    several = random.choice(["allOf", "allOf", "anyOf", "oneOf"])
    schema = {several: [inner() for _ in range(random.randrange(1, 3))]}
    if several == "allOf":
        schema["allOf"].append(refer(random.choice("ABC")))
    return schema


def _likely_text(random, sometimes):
    if sometimes(0.3):
        return {"pattern": random.choice(CLASSES)}
    if sometimes(0.2):
        return {"format": random.choice(["byte", "date", "date-time", "uuid", "password"])}
    if sometimes(0.2):
        return {"enum": random.sample(["a", "b", "On", "off"], 2)}
    least = random.randrange(3)
    sizes = {"minLength": least} if sometimes(0.3) else {}
    return {**sizes, "maxLength": least + random.randrange(3)} if sometimes(0.3) else sizes


def _likely_object(random, sometimes, inner):
    names = random.sample(MEMBERS, random.randrange(4))
    schema = {"properties": {name: inner() for name in names}} if names else {}
    if sometimes(0.5):
        schema["required"] = random.sample(MEMBERS, random.randrange(3))
    if sometimes(0.5):
        schema["additionalProperties"] = random.choice([True, False, inner(), inner()])
    least = random.randrange(3)
    schema.update({"minProperties": least} if sometimes(0.2) else {})
    schema.update({"maxProperties": least + random.randrange(3)} if sometimes(0.2) else {})
    return schema


def random_contract(random: Random):
    """A contract with the schemas A, B and C, or ``None`` if there can be none with them."""
    schemas = {name: random_schema(random) for name in "ABC"}
    document = {"openapi": "3.0.3", "components": {"schemas": schemas}}
    try:
        return checked(Contract(read_document(json.dumps(document), "own.yaml")))
    except ContractError:
        return None


def _odd(value, status_code):
    if "d" in value and value.get("a") == 1:
        yield ("a",), 1, "must be odd"


def random_kind(random: Random):
    """A rule of any kind, about members of A, B or C."""
    one, other, third = random.sample(MEMBERS, 3)
    words = tuple(random.sample(["x", "a", "ab", "", "1"], 2))
    values = tuple(random_value(random, 1) for _ in range(2))
    return random.choice(
        [
            Absent(one, other, words, random.choice([True, False])),
            Present(one, other, words),
            Never(one, words),
            NotAMember((one,), "no"),
            Fixed((one, other)[: random.randrange(1, 3)], {200: values}),
            SameAsStatus(one),
            Ordered((one, other)),
            Ordered((one, other, third)),
            ByFunction(_odd),
        ]
    )


def random_fit(random: Random, contract: Contract, schema, depth: int = 4):
    """A value that fits the schema in most respects."""
    schema = contract.resolved(schema)
    if random.random() < 0.06 or not depth:
        return random_value(random, 2 if depth else 0)
    if "enum" in schema and random.random() < 0.8:
        return random.choice(schema["enum"])
    if schema.get("nullable") and random.random() < 0.2:
        return None
    for several in ("allOf", "anyOf", "oneOf"):
        if several in schema and random.random() < 0.5:
            return random_fit(random, contract, random.choice(schema[several]), depth - 1)
    kind = schema.get("type") or random.choice(TYPES)
    if kind == "string":
        return random.choice(TIMES if schema.get("format") == "date-time" else TEXTS)
    if kind == "integer":
        return random.choice([number for number in NUMBERS if isinstance(number, int)])
    if kind == "number":
        return random.choice(NUMBERS)
    if kind == "boolean":
        return random.choice([True, False])
    if kind == "array":
        items = schema.get("items", {})
        return [random_fit(random, contract, items, depth - 1) for _ in range(random.randrange(4))]
    value = {
        name: random_fit(random, contract, inner, depth - 1)
        for name, inner in schema.get("properties", {}).items()
        if name in schema.get("required", ()) or random.random() < 0.7
    }
    for name in schema.get("required", ()):
        value.setdefault(name, random_value(random, 1))
    others = schema.get("additionalProperties")
    if others is not False and random.random() < 0.3:
        inner = others if isinstance(others, dict) else {}
        value.setdefault(random.choice(NAMES), random_fit(random, contract, inner, depth - 1))
    return value
