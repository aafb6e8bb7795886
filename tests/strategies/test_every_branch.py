"""Over ten thousand payloads every branch of both contracts is met; the table is printed."""

from __future__ import annotations

import re
from collections import Counter

from support.samples import anew

from pytest_asyncops import strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract

PAYLOADS = {"v1AsyncOperationResult": 2_000, "OperationModel": 2_500, "ErrorResponse": 1_000}
"""Of the schemas with by far the most branches."""

FEWER = 500
"""Of each other schema."""

SCHEMAS = [
    (api, name)
    for api in (CHAINLOOP, PINECONE)
    for name in load_contract(api.checking.contract).schemas
]

TIMES = {
    **{
        f"{digits} digits": rf"\.\d{{{digits}}}\D" if digits else r":\d\d[^.]"
        for digits in range(10)
    },
    "T": "T",
    "t": "t",
    "Z": "Z$",
    "z": "z$",
    "+00:00": r"\+00:00$",
    "-00:00": "-00:00$",
    "ahead": r"\+(?!00:00)..:..$",
    "behind": "-(?!00:00)..:..$",
    "leap second": ":59:60",
}
"""The forms of RFC 3339, as what a timestamp of each has in it."""

BASE64 = {"empty": "^$", "no pad": "[^=]$", "1 pad": "[^=]=$", "2 pads": "==$", "+ or /": "[+/]"}
STRING_FORMATS = {
    "empty": r"^\Z",
    "ASCII": r"^[\0-\x7f]+\Z",
    "not ASCII": r"[^\0-\x7f]",
}
HUGE = 2**24


def branches(schema):
    """What there is to be met in the values of a schema, and whether a value meets it."""
    told = schema.get("nullable", False)
    if told:
        yield "null", lambda value: value is None
    words = schema.get("enum", schema.get("x-enum", ()))
    for word in words:
        yield word, lambda value, word=word: value == word
    if "x-enum" in schema:
        yield "another word", lambda value: isinstance(value, str) and value not in words
    kind, form = schema["type"], schema.get("format")
    if kind == "string" and not words:
        for name, pattern in {"date-time": TIMES, "byte": BASE64}.get(form, STRING_FORMATS).items():
            if name == "empty" and schema.get("minLength"):
                continue
            yield (
                name,
                lambda value, found=re.compile(pattern).search: value is not None and found(value),
            )
    if kind == "integer":
        low, high = schema.get("minimum", -HUGE), schema.get("maximum", HUGE)
        yield "least", lambda value: value <= low
        yield "most", lambda value: value >= high
        yield "between", lambda value: low < value < high
    if kind == "number":
        yield "whole", lambda value: isinstance(value, int)
        yield "fraction", lambda value: isinstance(value, float)
    if kind == "array":
        yield "no item", lambda value: len(value) == 0
        yield "one item", lambda value: len(value) == 1
        yield "more items", lambda value: len(value) > 1
    if kind == "object":
        yield (
            "an undocumented member",
            lambda value: value is not None and undocumented(value, schema),
        )
        yield "none", lambda value: value is not None and not undocumented(value, schema)


def undocumented(value, schema):
    return value.keys() - schema.get("properties", {}).keys()


def places(contract, schema, path=()):
    """Every place in the values of a schema up to where a named one begins, and what is there."""
    yield path, contract.resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        yield from places(contract, inner, (*path, name))


ABSENT = object()


def at(value, path):
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return ABSENT
        value = value[name]
    return value


def asked_of(api, name):
    """The branches of a named schema: where, what, and whether a payload meets it."""
    contract = load_contract(api.checking.contract)
    schema = contract.schemas[name]
    for path, inner in places(contract, schema):
        where = ".".join((name, *path))
        if path:
            yield where, "present", path, lambda value: True
            yield where, "absent", path, None
        for what, is_met in branches(inner):
            yield where, what, path, is_met


def never(contract, name, what, path):
    """Whether the contract rules a branch out: a required member is always there."""
    schema = contract.schemas[name]
    for member in path:
        if what != "absent" or member not in schema.get("required", ()):
            return False
        schema = schema["properties"][member]
    return bool(path)


def reached(api, name, wanted, count):
    """How often each of the branches was met in so many payloads."""
    table = Counter()
    by_path = {}
    for where, what, path, is_met in wanted:
        by_path.setdefault(path, []).append(((where, what), is_met))
    for payload in anew(strategies.payloads(api, name), count):
        table["payloads"] += 1
        for path, asked in by_path.items():
            found = at(payload, path)
            if found is ABSENT:
                table.update(branch for branch, is_met in asked if is_met is None)
            else:
                table.update(branch for branch, is_met in asked if is_met and is_met(found))
    return table


def test_every_branch_is_met():
    missed, total = [], 0
    for api, name in SCHEMAS:
        wanted = [*asked_of(api, name)]
        table = reached(api, name, wanted, PAYLOADS.get(name, FEWER))
        total += table["payloads"]
        contract = load_contract(api.checking.contract)
        for where, what, path, _ in wanted:
            print(f"{api.name:10} {where:64} {what:40} {table[where, what]:>6}")
            if bool(table[where, what]) is never(contract, name, what, path):
                missed.append((where, what))
    assert missed == []
    assert total >= 10_000
