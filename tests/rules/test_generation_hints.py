"""What the strategies are told of an API speaks of its contract, its rules and its profiles."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.served_answers import APIS

from pytest_asyncops import strategies
from pytest_asyncops.conformance.applied import applied
from pytest_asyncops.conformance.thorough_check import find_violations
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import check_schema
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.rules.generation_hints import (
    GenerationHints,
    NumberedPages,
    Queries,
    RuleEdit,
    TokenPages,
)
from pytest_asyncops.rules.rules import Absent, ByFunction, Present

every_api = pytest.mark.parametrize("api", APIS, ids=[api.name for api in APIS])


def contract_of(api):
    return load_contract(api.checking.contract)


def members(api, name):
    return contract_of(api).schemas[name]["properties"]


def list_schema(api):
    [route] = [route for route in api.routes if route.name == "list"]
    contract = contract_of(api)
    return contract.resolved(contract.response_schema(route.method, route.paths[0], 200))


@every_api
def test_what_is_stricter_speaks_of_a_schema_and_of_its_members(api):
    document = read_document("{}", "hints.yaml")
    for name, stricter in api.generation.stricter.items():
        told = {*stricter.get("required", ()), *stricter.get("properties", ())}
        assert told
        assert told <= set(members(api, name))
        assert stricter.keys() <= {"required", "properties"}
        assert list(check_schema(document, "", stricter))


@every_api
def test_a_habit_speaks_of_an_operation_and_in_its_words(api):
    contract, operation = contract_of(api), members(api, api.checking.history.schema)
    rules = [rule.kind for rule in api.checking.rules]
    for habit in api.generation.habits:
        assert isinstance(habit, (Absent, Present))
        assert {habit.member, habit.when} <= set(operation)
        words = contract.resolved(operation[habit.when])
        assert set(habit.values) <= set(words.get("enum", words.get("x-enum")))
        assert habit.values
        assert habit not in rules
    assert len(set(api.generation.habits)) == len(api.generation.habits)


@every_api
def test_no_habit_contradicts_a_rule_or_another_habit(api):
    name = api.checking.history.schema
    kinds = [rule.kind for rule in api.checking.rules if rule.on == name]
    kinds = [*(k for k in kinds if isinstance(k, (Absent, Present))), *api.generation.habits]
    present = {(k.member, k.when, v) for k in kinds if isinstance(k, Present) for v in k.values}
    absent = {(k.member, k.when, v) for k in kinds if isinstance(k, Absent) for v in k.values}
    assert not present & absent
    required = api.generation.stricter.get(name, {}).get("required", ())
    assert not {member for member, _, _ in absent} & set(required)


@every_api
def test_members_that_come_together_are_members_of_an_operation(api):
    operation = members(api, api.checking.history.schema)
    for group in api.generation.together:
        assert set(group) <= set(operation)
        assert len(set(group)) == len(group) > 1


@every_api
def test_a_list_says_its_page_where_it_is_told_to(api):
    schema, paging = list_schema(api), api.generation.paging
    inner = contract_of(api).resolved(schema["properties"][paging.member])
    if isinstance(paging, NumberedPages):
        counters = (paging.page, paging.size, paging.total, paging.pages)
        assert sorted(counters) == sorted(inner["properties"])
        assert {inner["properties"][name]["type"] for name in counters} == {"integer"}
    else:
        assert isinstance(paging, TokenPages)
        # The last page has none.
        assert paging.member not in schema.get("required", ())
        assert inner["required"]


@every_api
def test_the_rules_that_take_a_function_to_say_are_those_that_are_edited(api):
    by_function = {r.id: r for r in api.checking.rules if isinstance(r.kind, ByFunction)}
    assert set(api.generation.rule_edits) == set(by_function)
    for name, edit in api.generation.rule_edits.items():
        assert isinstance(edit, RuleEdit)
        assert edit.needs
        assert edit.needs[0] in members(api, by_function[name].on)


def has(value, path):
    """Whether there is something at a path; ``*`` is an item of a list."""
    if not path:
        return True
    first, *rest = path
    if first == "*":
        return any(has(item, rest) for item in value)
    return first in value and has(value[first], rest)


@every_api
@given(data=st.data(), number=st.integers(1, 50))
def test_an_edit_breaks_its_rule_and_leaves_a_value_of_the_schema(api, data, number):
    contract = contract_of(api)
    body = data.draw(strategies.lists(api))
    placed = list(applied(contract, list_schema(api), body, lambda one, inner: True))
    rules = [rule for rule in api.checking.rules if rule.id in api.generation.rule_edits]
    rule = data.draw(st.sampled_from(rules))
    edit, schema = api.generation.rule_edits[rule.id], contract.schemas[rule.on]
    found = [
        part.value for part in placed if schema in part.schemas and has(part.value, edit.needs)
    ]
    assume(found)
    for value in found:
        before = repr(value)
        edited = edit.apply(value, number)
        assert list(rule.kind.breaks(value, 200)) == []
        assert list(rule.kind.breaks(edited, 200))
        assert repr(value) == before
        assert not find_violations(contract, schema, {}, 200, edited, extra=True, unknown=True)
        others = [other for other in api.checking.rules if other.on == rule.on and other != rule]
        assert [other.id for other in others if list(other.kind.breaks(edited, 200))] == []


@every_api
def test_the_profiles_that_are_written_are_those_that_are_read(api):
    assert {"contract", *api.generation.profiles} == set(api.checking.profiles)
    assert "contract" not in api.generation.profiles


def without_empty_output(value):
    """The body without the one member that may be empty, which says as much as its absence."""
    if isinstance(value, list):
        return [without_empty_output(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: without_empty_output(inner)
        for name, inner in value.items()
        if (name, inner) != ("output", "")
    }


@pytest.mark.parametrize(
    ("api", "profile"),
    [(api, profile) for api in APIS for profile in api.checking.profiles],
    ids=lambda value: getattr(value, "name", value),
)
@given(data=st.data())
def test_what_is_written_in_a_profile_reads_as_the_body_again(api, profile, data):
    kinds = [strategies.lists, strategies.gets, strategies.operations]
    # Names in the details of an error are anybody's: they may have capitals of their own.
    errors = strategies.errors(api).map(lambda error: {**error, "details": []})
    body = data.draw(st.one_of(*(kind(api) for kind in kinds), errors))
    before = repr(body)
    read = api.checking.profiles[profile]
    if profile == "contract":
        assert read(body) is body
    else:
        written = api.generation.profiles[profile](body)
        assert read(written) == without_empty_output(body)
        assert read(read(written)) == read(written)
    assert repr(body) == before


def test_who_says_nothing_tells_nothing():
    hints = GenerationHints()
    assert (hints.habits, hints.together, hints.paging) == ((), (), None)
    assert [dict(each) for each in (hints.stricter, hints.rule_edits, hints.profiles)] == [{}] * 3
    told = hints.queries({"any": "reading"})
    assert told == Queries()
    assert (dict(told.schemas), told.together, told.opaque, told.refusal) == ({}, (), (), (400, ""))


def test_hints_are_told_by_name_and_stay_as_they_are():
    for kind in (GenerationHints, Queries, NumberedPages, TokenPages):
        fields = dataclasses.fields(kind)
        assert all(each.kw_only for each in fields)
        assert kind.__dataclass_params__.frozen
    # What one says is not shared with another.
    assert GenerationHints().stricter is not GenerationHints().stricter
