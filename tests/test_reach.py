"""Over ten thousand payloads every branch of the contracts is met; the table is printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_asyncops import strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract import load_contract

PAYLOADS = 5_000
"""Of each API."""

AT_ONCE = 25
"""Payloads that one example has; what Hypothesis does for an example is most of its cost."""

TIMES = [
    *(f"{digits} digits" for digits in range(10)),
    "Z",
    "z",
    "t",
    "+00:00",
    "-00:00",
    "ahead",
    "behind",
    "leap second",
]


def forms(text: str) -> Iterator[str]:
    """The forms of RFC 3339 that a timestamp shows."""
    fraction = re.search(r"\.(\d+)", text)
    yield f"{len(fraction[1]) if fraction else 0} digits"
    if text[10] == "t":
        yield "t"
    if text[17:19] == "60":
        yield "leap second"
    zone = re.search(r"(Z|z|[+-]\d\d:\d\d)$", text)[1]
    if zone in ("Z", "z", "+00:00", "-00:00"):
        yield zone
    else:
        yield "ahead" if zone[0] == "+" else "behind"


def branches(schema) -> Iterator[tuple[str, str]]:
    """Everything that there is to meet in the objects of a schema."""
    needed = schema.get("required", ())
    for name, inner in schema["properties"].items():
        yield name, "present"
        if name not in needed:
            yield name, "absent"
        if inner.get("nullable"):
            yield name, "null"
        for word in inner.get("enum", inner.get("x-enum", ())):
            yield name, word
        if "x-enum" in inner:
            yield name, "another word"
        if inner.get("format") == "date-time":
            for form in TIMES:
                yield name, form
        if inner.get("type") == "string" and not {"enum", "format"} & inner.keys():
            yield name, "empty"
            yield name, "not ASCII"
        if inner.get("format") == "byte":
            yield from ((name, f"{pad} pads") for pad in range(3))
            yield name, "+ or /"
        if "maximum" in inner:
            yield name, "least"
            yield name, "most"
        if inner.get("format") == "double":
            yield name, "whole"
            yield name, "fraction"


def met_in(payload, schema) -> Iterator[tuple[str, str]]:
    for name, inner in schema["properties"].items():
        if name not in payload:
            yield name, "absent"
            continue
        yield name, "present"
        value = payload[name]
        if value is None:
            yield name, "null"
            continue
        words = inner.get("enum", inner.get("x-enum", ()))
        if words:
            yield name, value if value in words else "another word"
        if inner.get("format") == "date-time":
            for form in forms(value):
                yield name, form
        elif isinstance(value, str):
            if value == "":
                yield name, "empty"
            if not value.isascii():
                yield name, "not ASCII"
        if inner.get("format") == "byte":
            yield name, f"{value.count('=')} pads"
            if "+" in value or "/" in value:
                yield name, "+ or /"
        if "maximum" in inner and value in (inner["minimum"], inner["maximum"]):
            yield name, "least" if value == inner["minimum"] else "most"
        if inner.get("format") == "double":
            yield name, "whole" if isinstance(value, int) else "fraction"


@pytest.mark.parametrize(
    ("api", "name"), [(CHAINLOOP, "v1AsyncOperationResult"), (PINECONE, "OperationModel")]
)
def test_every_branch_is_met(api, name):
    contract = load_contract(api.contract)
    named = contract.schemas[name]
    schema = {
        **named,
        "properties": {
            member: contract.resolved(inner) for member, inner in named["properties"].items()
        },
    }
    table = Counter()
    payloads = strategies.payloads(api, name, max_length=8)

    @settings(max_examples=PAYLOADS // AT_ONCE)
    @given(st.lists(payloads, min_size=AT_ONCE, max_size=AT_ONCE))
    def check(drawn):
        for payload in drawn:
            table["payloads", ""] += 1
            table.update(met_in(payload, schema))
            table["undocumented", "present"] += bool(payload.keys() - schema["properties"].keys())

    check()
    wanted = [*branches(schema), ("undocumented", "present")]
    print()
    for branch in wanted:
        print(f"{api.name:10} {branch[0]:20} {branch[1]:40} {table[branch]:>7}")
    assert table["payloads", ""] >= PAYLOADS
    assert [branch for branch in wanted if not table[branch]] == []
