"""The law of the contracts' prose: every rule has a payload that breaks it, and only it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_rule_rows import CHAINLOOP_TABLE, jobs
from support.pinecone_rule_rows import PINECONE_TABLE, op

from pytest_asyncops import violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
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

APIS = (CHAINLOOP, PINECONE)
RULES = [(api, rule) for api in APIS for rule in api.checking.rules]

TABLE = [
    *((CHAINLOOP, row) for row in CHAINLOOP_TABLE),
    *((PINECONE, row) for row in PINECONE_TABLE),
]


def ids(rows):
    return [f"{api.name}: {row.says}" for api, row in rows]


@pytest.mark.parametrize(("api", "row"), TABLE, ids=ids(TABLE))
def test_a_rule_is_broken_and_by_nothing_else(api, row):
    found = violations(row.payload, api=api, route=row.route, status_code=row.status)
    assert sorted((each.path, each.rule) for each in found) == sorted(row.broken)


@pytest.mark.parametrize(("api", "row"), TABLE, ids=ids(TABLE))
def test_its_neighbour_breaks_nothing(api, row):
    assert violations(row.neighbour, api=api, route=row.route, status_code=row.status) == []


def test_the_table_has_every_rule():
    broken = {rule for _, row in TABLE for _, rule in row.broken if not rule.startswith("schema.")}
    assert broken == {rule.id for _, rule in RULES}


def test_no_row_is_there_twice():
    assert len({(api.name, row.says, row.route) for api, row in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    ("member", "word", "route"),
    [
        ("$.status", op("Paused"), "get"),
        ("$.operation_type", op(operation_type="copy_file"), "get"),
        ("$.operations[0].status", {"operations": [op("Paused")]}, "list"),
    ],
)
def test_a_word_that_nobody_knows_is_reported_when_asked(member, word, route):
    [found] = violations(word, api="pinecone", route=route, unknown="forbid")
    assert (found.path, found.rule) == (member, "schema.x-enum")


@given(st.integers(0, 60), st.integers(1, 7))
def test_the_pages_that_operations_fill_are_as_many_as_hold_them_all(total, size):
    """Counted here by dealing the operations out."""
    pages = len([range(start, total)[:size] for start in range(0, total, size)])
    for said in (pages - 1, pages, pages + 1):
        found = violations(
            jobs(0, total_count=total, page_size=size, total_pages=said),
            api="chainloop",
            route="list",
        )
        # Where no number of pages was written, nothing is wrong with it.
        assert [each.rule for each in found] == (
            [] if said in (pages, -1) else ["chainloop.total-pages"]
        )


# --- the rules that no response can break, and who holds them

ELSEWHERE = [
    ("no status filter is the filter UNSPECIFIED", "chainloop", "status_filter_by_name_and_by"),
    ("PURGED can be filtered for", "chainloop", "status_filter_by_name_and_by_number"),
    ("resource id and type come together", "chainloop", "a_resource_is_named_by_id_and_type_"),
    ("what a page number counts", "chainloop_readings", "a_reading_of_lists"),
    ("a page size over the maximum is cut", "chainloop_readings", "a_reading_of_lists"),
    ("a page or size below zero", "chainloop_readings", "a_reading_of_lists"),
    ("two slashes in a row lead nowhere", "gateway", "unknown_path"),
    ("a bearer token is needed", "chainloop", "a_missing_token_is_a_401"),
    ("kinds and resources are matched as they are", "chainloop", "field_filters"),
    ("the order of a list", "chainloop_readings", "pages_concatenate_to_the_whole"),
    ("the version header is needed, and may have any date", "pinecone_lists", "a_reading"),
    ("filters mind their case", "pinecone_lists", "filters"),
    ("a limit is 1 to 100", "pinecone_lists", "a_reading"),
    ("the last page has no pagination", "pinecone_lists", "pages_concatenate_to_the_whole"),
    ("operations are always there", "pinecone_lists", "an_empty_list_is_a_list"),
    ("operations are kept for 30 days", "pinecone_lists", "an_operation_is_retained_for_30_days"),
    ("the newest come first", "pinecone_lists", "pages_concatenate_to_the_whole"),
    ("both prefixes are served", "pinecone", "both_prefixes_are_served"),
    ("a token of another query is refused", "pinecone_lists", "a_token_is_tied_to_its_query"),
]


@pytest.mark.parametrize(("says", "module", "name"), ELSEWHERE)
def test_rules_of_requests_are_held_elsewhere(says, module, name):
    text = (Path(__file__).parent / f"test_{module}.py").read_text(encoding="utf-8")
    assert f"def test_{name}" in text


# --- rules as data


@pytest.mark.parametrize(("api", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_a_rule_stands_where_it_says(api, rule):
    contract = load_contract(api.checking.contract)
    contract.at(rule.source)
    assert rule.source in contract.document.lines
    assert rule.on in contract.schemas


@pytest.mark.parametrize(("api", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_a_rule_speaks_the_words_of_its_schema(api, rule):
    contract = load_contract(api.checking.contract)

    def member(name: str) -> dict[str, Any]:
        return contract.resolved(contract.schemas[rule.on]["properties"][name])

    kind = rule.kind
    match kind:
        case Absent() | Present():
            member(kind.member)
            words = member(kind.when)
            assert set(kind.values) <= set(words.get("enum", words.get("x-enum")))
        case Never():
            assert set(kind.values) <= set(member(kind.member)["enum"])
        case Ordered():
            assert {member(name)["format"] for name in kind.members} == {"date-time"}
        case SameAsStatus():
            assert member(kind.member)["type"] == "integer"
        case Fixed(path=(name, *inner)):
            schema = member(name)
            for part in inner:
                schema = schema["properties"][part]
            assert schema["type"] in ("integer", "string")
        case NotAMember():
            assert not set(kind.members) & set(contract.schemas[rule.on]["properties"])
        case ByFunction():
            pass


def test_ids_are_unique_and_begin_with_the_name_of_their_api():
    names = [rule.id for _, rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.id.startswith(f"{api.name}.") for api, rule in RULES)
    assert all(rule.says for _, rule in RULES)
