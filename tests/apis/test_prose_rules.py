"""A rule of prose has a payload that breaks only it, or a test of requests; it is data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.chainloop_rule_rows import CHAINLOOP_TABLE
from support.pinecone_rule_rows import PINECONE_TABLE
from support.verdicts import of_answers

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
TABLES = [(CHAINLOOP, CHAINLOOP_TABLE), (PINECONE, PINECONE_TABLE)]
ROWS = [pytest.param(api, row, id=row.says) for api, table in TABLES for row in table]


# --- the rules that a response can break


@pytest.mark.parametrize(("api", "row"), ROWS)
def test_a_rule_is_broken_and_by_nothing_else(api, row):
    found = violations(row.payload, api=api, route=row.route, status_code=row.status)
    assert sorted((each.path, each.rule) for each in found) == sorted(row.broken)


@pytest.mark.parametrize(("api", "row"), ROWS)
def test_its_neighbour_breaks_nothing(api, row):
    assert violations(row.neighbour, api=api, route=row.route, status_code=row.status) == []


@pytest.mark.parametrize(("api", "table"), TABLES)
def test_the_table_has_every_rule(api, table):
    broken = {rule for row in table for _, rule in row.broken if not rule.startswith("schema.")}
    # Chainloop's lists may leave out what is empty; Pinecone's schema requires an operation's id.
    never = {"chainloop.list-has-operations", "pinecone.get-has-operation"}
    assert broken == {rule.id for rule in api.checking.rules} | of_answers(api) - never


@pytest.mark.parametrize(("api", "table"), TABLES)
def test_no_row_is_there_twice(api, table):
    assert len({(row.says, row.route) for row in table}) == len(table)


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
