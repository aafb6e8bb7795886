"""An answer of a route has what belongs to it, though the schema of its body requires nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.checkers import body_checker
from support.client_responses import of_requests
from support.samples import anew
from support.toy_api import changed, toy
from support.verdicts import of_answers, rules

from pytest_asyncops import InvalidArgument, assert_conforms, assert_history, mocked, strategies
from pytest_asyncops.apis import ANSWER_READINGS, HistorySchema, Needed, Route, Rule
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.conformance.body_checker import BodyChecker
from pytest_asyncops.serving.api import find_route
from pytest_asyncops.settings import READINGS

PROFILES = ("contract", "gateway", "gateway_camel")

# --- the readings

SWITCHED = [
    ("chainloop", "get", "get_without_operation", {}, [("$.operation", "get-has-operation")]),
    ("chainloop", "list", "foreign_body", {"operation": {"id": "1"}}, [("$", "own-members")]),
    ("chainloop", "list", "error_in_success", {"code": 5}, [("$", "no-error-in-success")]),
    ("chainloop", "list", "list_without_operations", {}, [("$.operations", "list-has-operations")]),
    ("pinecone", "list", "list_without_operations", {}, [("$.operations", "list-has-operations")]),
    (
        "pinecone",
        "list",
        "foreign_body",
        {"id": "1"},
        [("$.operations", "list-has-operations"), ("$", "own-members")],
    ),
    (
        "pinecone",
        "list",
        "error_in_success",
        {"error": {}},
        [("$.operations", "list-has-operations"), ("$", "no-error-in-success")],
    ),
]
each = pytest.mark.parametrize(("api", "route", "reading", "payload", "found"), SWITCHED)
OF_HISTORIES = {"other_notation", "empty_or_missing"}
ANSWERS = {setting.name for setting in ANSWER_READINGS} | {"list_without_operations"}
ANSWERS -= OF_HISTORIES


@each
def test_a_reading_switches_its_rule_and_no_other(api, route, reading, payload, found):
    told = [(path, f"{api}.{rule}") for path, rule in found]
    asked = {"api": api, "route": route}
    assert rules(payload, readings={reading: "refuse"}, **asked) == told
    assert rules(payload, readings={reading: "allow"}, **asked) == told[:-1]


@each
def test_a_setting_of_the_mock_is_one_of_the_check(api, route, reading, payload, found):
    response = of_requests(json.dumps(payload).encode())
    asked = {"api": api, "route": route}
    for value, count in (("refuse", len(found)), ("allow", len(found) - 1)):
        with mocked(**{f"{api}_{reading}": value}):
            assert len(rules(response, **asked)) == count
            # What is given to the check itself comes first.
            other = {"refuse": "allow", "allow": "refuse"}[value]
            assert len(rules(payload, readings={reading: other}, **asked)) != count
    # Afterwards the default counts.
    assert rules(payload, **asked) == rules(payload, readings={}, **asked)


def test_every_reading_of_an_answer_is_switched_here():
    tried = {(api, reading) for api, _, reading, *_ in SWITCHED}
    assert tried == {
        (api, setting.name)
        for api, settings in READINGS.items()
        for setting in settings
        if setting.name in ANSWERS
    }


def test_an_unknown_reading():
    with pytest.raises(InvalidArgument) as caught:
        assert_conforms({}, api="pinecone", route="list", readings={"foreign_boddy": "allow"})
    assert str(caught.value).startswith(
        "unknown reading of pinecone 'foreign_boddy'. Did you mean 'foreign_body'? Choose "
    )


# --- profiles


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("route", "payload", "wrong"),
    [
        ("get", {"operation": None}, True),
        ("get", {"operation": {}}, True),
        ("get", {}, True),
        ("get", {"operation": {"id": "1"}}, False),
        ("list", {"operations": []}, False),
        ("list", {"pagination": {}}, False),
        ("list", {}, False),
    ],
)
def test_a_get_has_its_operation_and_a_list_may_be_empty_in_each_profile(
    profile, route, payload, wrong
):
    found = rules(payload, api="chainloop", route=route, profile=profile)
    assert (("$.operation", "chainloop.get-has-operation") in found) is wrong
    assert bool(found) is wrong


# --- the quick check


@given(st.data())
def test_the_quick_check_agrees_about_the_bodies_of_other_answers(data):
    api = data.draw(st.sampled_from([CHAINLOOP, PINECONE]))
    names = ["operation", "operations", "pagination", "code", "message", "error", "id", "status"]
    values = st.sampled_from([{}, None, [], "x", {"id": "1"}, 3])
    payload = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=3))
    route = find_route(api, data.draw(st.sampled_from(["get", "list"])))
    checker = body_checker(api, route, data.draw(st.sampled_from([200, 404])))
    found = checker.violations(payload)
    assert checker.is_good(payload) is (found == [])


@pytest.mark.parametrize("payload", [{}, {"operations": []}, {"code": 5}])
def test_both_ways_refuse(payload, monkeypatch):
    quick = rules(payload, api="chainloop", route="get")
    monkeypatch.setattr(BodyChecker, "_looks_good", lambda *asked: False)
    assert rules(payload, api="chainloop", route="get") == quick != []


# --- an API of one's own


def obj(**members):
    return {"type": "object", "properties": members}


TEXT = {"type": "string"}
JOB = {"$ref": "#/components/schemas/Job"}


def media(schema):
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def own(tmp_path, schemas, get, page, *, wrapped_in=None, errors=None, **facts):
    """An API with these bodies."""
    bodies = {
        "/jobs": {"get": {"responses": {"200": media(page)}}},
        "/jobs/{id}": {"get": {"responses": {"200": media(get), **(errors or {})}}},
    }
    document = {"openapi": "3.0.3", "paths": bodies, "components": {"schemas": schemas}}
    path = tmp_path / f"{len([*tmp_path.iterdir()])}.yaml"  # contracts are read once
    path.write_text(json.dumps(document))
    history = HistorySchema("Job", "jobs", wrapped_in, "id", "status", {}, (), (), ())
    routes = (
        Route("list", "GET", ("/jobs",), lambda exchange: None),
        Route("get", "GET", ("/jobs/{id}",), lambda exchange: None),
    )
    facts = {"history": history, "contract": str(path), "readings": (), **facts}
    return changed(toy("own"), routes=routes, render=lambda readings: None, **facts)


JOBS = {
    "Job": obj(id=TEXT, status=TEXT, note={**TEXT, "nullable": True}),
    "Wrapped": obj(job=JOB),
    "Page": obj(jobs={"type": "array", "items": JOB}, more=TEXT),
    "Problem": obj(why=TEXT, status=TEXT),
}
PROBLEM = {"4XX": media({"$ref": "#/components/schemas/Problem"})}


def named(name):
    return {"$ref": f"#/components/schemas/{name}"}


def test_what_an_own_api_has_said_of_itself_is_enough(tmp_path):
    api = own(tmp_path, JOBS, named("Wrapped"), named("Page"), wrapped_in="job", errors=PROBLEM)
    assert rules({}, api=api, route="get") == [("$.job", "own.get-has-operation")]
    assert rules({"job": {"id": "1"}}, api=api, route="get") == []
    assert rules({}, api=api, route="list") == []
    assert rules({"why": "no"}, api=api, route="list") == [("$", "own.no-error-in-success")]
    # An operation has a status too.
    assert rules({"status": "x"}, api=api, route="list") == [("$", "own.own-members")]
    assert rules({"jobs": []}, api=api, route="get", status_code=404) == [("$", "own.own-members")]
    assert rules({"status": "x"}, api=api, route="get", status_code=404) == []


def test_an_operation_that_is_not_wrapped_has_its_id(tmp_path):
    api = own(tmp_path, JOBS, named("Job"), named("Page"))
    assert rules({"status": "x"}, api=api, route="get") == [("$.id", "own.get-has-operation")]
    strict = {**JOBS, "Job": {**JOBS["Job"], "required": ["id"]}}
    api = own(tmp_path, strict, named("Job"), named("Page"))
    assert rules({"status": "x"}, api=api, route="get") == [("$", "schema.required")]


def test_readings_that_an_own_api_has(tmp_path):
    lists = next(one for one in READINGS["pinecone"] if one.name == "list_without_operations")
    api = own(tmp_path, JOBS, named("Job"), named("Page"), readings=(*ANSWER_READINGS, lists))
    assert rules({}, api=api, route="list") == [("$.jobs", "own.list-has-operations")]
    allowed = {"list_without_operations": "allow"}
    assert rules({}, api=api, route="list", readings=allowed) == []
    with mocked(apis=[api], own_get_without_operation="allow"):
        assert rules({}, api=api, route="get") == []


def test_a_rule_of_an_own_api_can_have_a_reading(tmp_path):
    rule = Rule("own.noted", "Job", "/components", "it is noted", Needed("note"), "foreign_body")
    api = own(tmp_path, JOBS, named("Job"), named("Page"), rules=(rule,), readings=ANSWER_READINGS)
    assert rules({"id": "1"}, api=api, route="get") == [("$.note", "own.noted")]
    assert rules({"id": "1"}, api=api, route="get", readings={"foreign_body": "allow"}) == []


def test_without_a_history_nothing_is_known_of_operations(tmp_path):
    api = own(tmp_path, JOBS, named("Job"), named("Page"), history=None)
    assert rules({}, api=api, route="get") == []
    assert rules({"jobs": []}, api=api, route="get") == [("$", "own.own-members")]


@pytest.mark.parametrize(
    "free",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT, "properties": {"a": TEXT}},
        {"type": "array", "items": {}},
    ],
)
def test_a_body_that_may_have_any_members_may_have_those_of_others(tmp_path, free):
    api = own(tmp_path, JOBS, named("Job"), free)
    assert own_members(api, "list") == set()


def own_members(api, route):
    body = {"id": "1"}
    return {rule for _, rule in rules(body, api=api, route=route)} & of_answers(api)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_members_are_found_in_combined_schemas(tmp_path, keyword):
    page = {keyword: [named("Page"), obj(id=TEXT)]}
    assert own_members(own(tmp_path, JOBS, named("Job"), page), "list") == set()
    page = {keyword: [named("Page"), obj(more=TEXT)]}
    assert own_members(own(tmp_path, JOBS, named("Job"), page), "list") == {"own.own-members"}


# --- what strategies draw


WRAPPED = obj(job={"type": "object", "nullable": True, "allOf": [JOB]}, note=TEXT)


@pytest.mark.parametrize(
    "get",
    [named("Wrapped"), WRAPPED, JOBS["Wrapped"]],
    ids=["named", "inline", "plain"],
)
@pytest.mark.parametrize("extra", ["never", "sometimes"])
def test_the_strategies_of_routes_draw_no_such_answer(tmp_path, get, extra):
    api = own(
        tmp_path,
        {
            **JOBS,
            "Wrapped": obj(job={"type": "object", "nullable": True, "allOf": [JOB]}, note=TEXT),
        },
        get,
        named("Page"),
        wrapped_in="job",
        errors=PROBLEM,
        readings=tuple(one for one in READINGS["pinecone"] if one.name in ANSWERS),
    )
    drawn = {
        ("get", 200): strategies.gets(api, extra=extra),
        ("list", 200): strategies.lists(api, extra=extra),
        ("get", 404): strategies.errors(api, 404, extra=extra, alphabet="id"),
    }
    for (route, status_code), found in drawn.items():
        for payload in anew(found, 100):
            assert_conforms(payload, api=api, route=route, status_code=status_code)


def test_an_operation_that_could_be_null_or_empty_is_neither(tmp_path):
    loose = {"type": "object", "nullable": True, "properties": {"id": TEXT}}
    wrapped = {**JOBS, "Wrapped": obj(job=loose)}
    api = own(tmp_path, wrapped, named("Wrapped"), named("Page"), wrapped_in="job")
    for payload in anew(strategies.gets(api), 100):
        assert_conforms(payload, api=api, route="get")


def test_what_is_not_documented_is_not_the_member_of_another_answer(tmp_path):
    named_a = {**JOBS, "Job": obj(id=TEXT, a=TEXT)}
    api = own(tmp_path, named_a, named("Job"), named("Page"), errors=PROBLEM)
    drawn = strategies.errors(api, 404, extra="sometimes", alphabet="ab", max_length=1)
    names = set()
    for payload in anew(drawn, 200):
        assert_conforms(payload, api=api, route="get", status_code=404)
        names |= payload.keys()
    assert "b" in names
    assert "a" not in names


def test_an_id_that_could_be_null_is_there(tmp_path):
    nullable = {**JOBS, "Job": obj(id={**TEXT, "nullable": True}, status=TEXT)}
    api = own(tmp_path, nullable, named("Job"), named("Page"))
    assert rules({"id": None}, api=api, route="get") == [("$.id", "own.get-has-operation")]
    for payload in anew(strategies.gets(api), 50):
        assert_conforms(payload, api=api, route="get")


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
@given(st.data())
def test_nor_do_those_of_the_built_in_apis(api, data):
    more = {"extra": "sometimes", "alphabet": "cdeio"}
    for route in ("get", "list"):
        draw = strategies.gets if route == "get" else strategies.lists
        every = dict.fromkeys(ANSWERS & {one.name for one in api.readings}, "refuse")
        payload = data.draw(draw(api, **more))
        assert_conforms(payload, api=api, route=route, readings=every)
    status_code = data.draw(st.sampled_from([401, 404, 500, 503]))
    payload = data.draw(strategies.errors(api, status_code, **more))
    assert_conforms(payload, api=api, route="get", status_code=status_code)


@pytest.mark.parametrize("readings", [5, ["order"], "order"])
def test_readings_are_a_mapping(readings):
    with pytest.raises(InvalidArgument) as caught:
        assert_conforms({}, api="pinecone", route="list", readings=readings)
    assert str(caught.value) == (
        f"readings must map names to values, as stub.readings does, not {readings!r}"
    )


def test_a_profile_without_a_name():
    for check in (
        lambda: assert_conforms({}, api="chainloop", route="list", profile=""),
        lambda: assert_history([{"id": "1"}], api="chainloop", profile=""),
    ):
        with pytest.raises(InvalidArgument, match=r"^unknown profile of chainloop ''\."):
            check()
