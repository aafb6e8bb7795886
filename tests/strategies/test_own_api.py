"""An API of one's own: its contract, rules and habits are kept to, and broken one by one."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.samples import anew
from support.toy_api import changed

from pytest_asyncops import (
    Api,
    ContractError,
    InvalidArgument,
    OwnState,
    State,
    strategies,
    violations,
)
from pytest_asyncops.rules.generation_hints import GenerationHints, Queries, RuleEdit, TokenPages
from pytest_asyncops.rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    HistorySchema,
    Never,
    NotAMember,
    Ordered,
    Present,
    Rule,
    SameAsStatus,
)
from pytest_asyncops.rules.time_forms import UNIX_SECONDS
from pytest_asyncops.serving.api import Checking
from pytest_asyncops.serving.messages import ErrorResponse
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.strategies.stub_requests import asked_headers

FEW = settings(max_examples=60)

TIME = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
JOB = {"$ref": "#/components/schemas/Job"}

SCHEMAS = {
    "Job": {
        "type": "object",
        "required": ["id", "status", "born"],
        "properties": {
            "id": {"type": "integer", "minimum": 1},
            "status": {"type": "string", "x-enum": ["new", "busy", "done", "lost"]},
            "kind": {"type": "string", "enum": ["a", "b", "gone"]},
            "born": TIME,
            "ended": {**TIME, "nullable": True},
            "cost": {"type": "integer", "nullable": True},
            "owner": TEXT,
            "owner_type": TEXT,
            "note": TEXT,
            "never": TEXT,
            "cause": {**JOB},
        },
    },
    "Page": {
        "type": "object",
        "required": ["jobs"],
        "properties": {"jobs": {"type": "array", "items": JOB}, "more": TEXT},
    },
    "Board": {"type": "object", "additionalProperties": JOB, "maxProperties": 3},
    "Problem": {
        "type": "object",
        "required": ["status", "why"],
        "properties": {
            "status": {"type": "integer"},
            "why": {"type": "object", "properties": {"code": TEXT}, "required": ["code"]},
        },
    },
    "schema": {"type": "boolean"},
}


def no_empty_more(page, status_code):
    if page.get("more") == "":
        yield ("more",), "", "must not be empty"


RULES = [
    ("Job", Absent("ended", "status", ("new", "busy"))),
    ("Job", Present("ended", "status", ("done",))),
    ("Job", Present("born", "status", ("done",))),
    ("Job", Absent("cost", "status", ("new",))),
    ("Job", Absent("cost", "kind", ("b",))),
    ("Job", Absent("owner", "status", ("new",))),
    ("Job", Absent("never", "status", ("new", "busy", "done", "lost"))),
    ("Job", Never("kind", ("gone",))),
    ("Job", NotAMember(("job",), "a job is not wrapped")),
    ("Job", Ordered(("born", "ended"))),
    (
        "Page",
        ByFunction(
            lambda page, status: [(("more",), "", "is empty")] if page.get("more") == "" else []
        ),
    ),
    ("Problem", SameAsStatus("status")),
    ("Problem", Fixed(("why", "code"), {404: ("missing",)})),
]


def media(schema):
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


DOCUMENT = {
    "openapi": "3.0.3",
    "paths": {
        "/jobs": {
            "parameters": [{"name": "X-Trace", "in": "header", "schema": TEXT}],
            "get": {
                "parameters": [{"$ref": "#/components/parameters/text"}],
                "responses": {
                    "200": media(refers("Page")),
                    "404": media(refers("Problem")),
                    "500": {"description": "nothing to read"},
                },
            },
        },
        "/jobs/{id}": {"get": {"responses": {"200": media(JOB), "202": {"description": ""}}}},
        "/board": {"get": {"responses": {"200": media(refers("Board"))}}},
        "/inline": {"get": {"responses": {"200": media({"type": "object"})}}},
        "/empty": {"get": {"responses": {"204": {"description": ""}}}},
    },
    "components": {
        "schemas": SCHEMAS,
        "parameters": {"text": {"name": "text", "in": "query", "schema": TEXT}},
        "securitySchemes": {
            "link": {"type": "openIdConnect", "openIdConnectUrl": "https://x.example"}
        },
    },
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "shop.yaml"
    path.write_text(json.dumps(DOCUMENT))
    return Api(
        name="shop",
        base_url="https://shop.example",
        routes=(
            Route("list", "GET", ("/jobs",), None),
            Route("get", "GET", ("/jobs/{id}",), None, "id"),
            Route("empty", "GET", ("/empty",), None),
            Route("board", "GET", ("/board",), None),
        ),
        statuses={State.PENDING: "new", State.RUNNING: "busy", State.SUCCEEDED: "done"},
        render=lambda readings: lambda operation, snapshot: {},
        envelope=lambda error: {},
        credential=lambda request: "",
        unmatched=lambda request, routes: ErrorResponse(404, "", ""),
        new_id=str,
        checking=Checking(
            contract=str(path),
            rules=tuple(
                Rule(f"shop.{number}", on, f"/components/schemas/{on}", "", kind)
                for number, (on, kind) in enumerate(RULES)
            ),
            history=HistorySchema(
                schema="Job",
                listed_in="jobs",
                wrapped_in=None,
                id="id",
                status="status",
                states={},
                constant=(),
                once=(),
                result=(),
            ),
        ),
        generation=GenerationHints(
            habits=(Present("owner", "status", ("busy",)),),
            together=(("owner", "owner_type"), ("id", "note")),
            paging=TokenPages(member="more"),
            rule_edits={"shop.10": RuleEdit(("more",), lambda page, number: {**page, "more": ""})},
        ),
    )


def wrong(value, api, route, **said):
    return sorted(
        (found.path, found.rule) for found in violations(value, api=api, route=route, **said)
    )


@pytest.mark.parametrize("unknown", ["never", "sometimes", "case"])
def test_operations_keep_to_rules_and_habits(shop, unknown):
    @FEW
    @given(strategies.operations(shop, unknown=unknown))
    def check(job):
        assert wrong(job, shop, "get") == []
        assert "note" in job
        assert ("owner" in job) is ("owner_type" in job)
        assert "owner" in job or job["status"] != "busy"

    check()


def test_lists(shop):
    @FEW
    @given(strategies.lists(shop, extra="sometimes"))
    def check(page):
        # "more" is here a text and no object; where nothing is on a page, nothing follows it.
        assert [rule for _, rule in wrong(page, shop, "list") if rule != "shop.10"] == []
        assert page["jobs"] or "more" not in page

    check()


def test_jobs_within_jobs_end(shop):
    depths = set()
    for job in anew(strategies.gets(shop), 100, 10):
        inner, depth = job, 0
        while "cause" in inner:
            inner, depth = inner["cause"], depth + 1
        depths.add(depth)
    assert {0, 1} < depths <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("name", "route", "status_code"),
    [
        ("Job", "get", 200),
        ("Page", "list", 200),
        ("Problem", "list", 404),
        ("Problem", "list", 400),
    ],
)
def test_edits(shop, name, route, status_code):
    met = set()
    api = shop if status_code != 400 else changed(shop, error_schema="Problem")

    for invalid in anew(strategies.invalid_payloads(api, name, status_code=status_code), 500, 5):
        met.update(rule for _, rule in invalid.violations)
        assert invalid.violations
        assert wrong(invalid.payload, api, route, status_code=status_code) == [*invalid.violations]
    told = {f"shop.{number}" for number, (on, kind) in enumerate(RULES) if on == name}
    # The code of a 400 is free.
    assert told - met == ({"shop.12"} if status_code == 400 else set())


def test_rules_are_broken_in_the_values_of_maps_too(shop):
    met = set()
    for invalid in anew(strategies.invalid_payloads(shop, "Board"), 500, 5):
        met.update(rule for _, rule in invalid.violations)
        assert invalid.violations
        assert wrong(invalid.payload, shop, "board") == [*invalid.violations]
    assert {f"shop.{number}" for number, (on, _) in enumerate(RULES) if on == "Job"} <= met


def test_errors(shop):
    @FEW
    @given(strategies.errors(shop))
    def check(body):
        assert body["status"] == 404
        assert body["why"]["code"] == "missing"

    check()


def test_pins_may_be_of_any_member(shop):
    @FEW
    @given(strategies.operations(shop, owner=st.just("me"), ended=st.just("2026-01-01T00:00:00Z")))
    def check(job):
        assert job["owner"] == "me"
        assert job["owner_type"] is not None
        assert job["status"] in ("done", "lost")
        assert wrong(job, shop, "get") == []

    check()


def test_references_into_a_contract_that_has_a_schema_of_any_name(shop):
    flag = {"$ref": "#/components/schemas/schema"}
    asked = {
        "type": "object",
        "required": ["job", "flag"],
        "properties": {"job": JOB, "flag": flag},
    }

    @FEW
    @given(strategies.from_schema(asked, contract=shop))
    def check(value):
        assert isinstance(value["flag"], bool)
        assert wrong(value["job"], changed(shop, rules=()), "get") == []

    check()


def test_queries(shop):
    @FEW
    @given(strategies.list_queries(shop))
    def check(query):
        assert query.params.keys() <= {"text"}
        assert query.status_code == 200

    check()
    with pytest.raises(InvalidArgument, match="shop refuses no list query"):
        strategies.list_queries(shop, valid=False)
    refusing = GenerationHints(queries=lambda readings: Queries(schemas={"text": {"enum": ["a"]}}))
    strict = dataclasses.replace(shop, generation=refusing)

    @FEW
    @given(strategies.list_queries(strict, valid=False))
    def check_bad(query):
        assert query.params["text"] != "a"
        assert query.status_code == 400

    check_bad()


def test_parameters_are_checked_as_schemas_are(shop):
    odd = GenerationHints(queries=lambda readings: Queries(schemas={"text": {"colour": "red"}}))
    with pytest.raises(ContractError, match="the keyword 'colour' is not understood"):
        strategies.list_queries(dataclasses.replace(shop, generation=odd))


def test_rules_that_cannot_be_kept(shop):
    rule = Rule(
        "shop.odd", "Job", "/components/schemas/Job", "", Present("wage", "status", ("new",))
    )
    odd = changed(shop, rules=(*shop.checking.rules, rule))
    with pytest.raises(InvalidArgument, match="a rule of shop wants wage, which the schema"):
        strategies.operations(odd)


def test_apis_that_say_too_little(shop):
    with pytest.raises(InvalidArgument, match="unknown route of shop 'list'"):
        strategies.lists(dataclasses.replace(shop, routes=()))
    routes = (Route("list", "GET", ("/empty",), None),)
    with pytest.raises(InvalidArgument, match="documents no body for its list route"):
        strategies.lists(dataclasses.replace(shop, routes=routes))
    with pytest.raises(InvalidArgument, match="does not say how its operations change"):
        strategies.operations(changed(shop, history=None))
    with pytest.raises(InvalidArgument, match=r"unknown status of an error of shop 500.*'404'"):
        strategies.errors(shop, 500)


def test_what_the_contract_asks_of_requests(shop):
    """Nothing: its header has no default, and where a token comes from it does not say."""
    assert asked_headers(shop, shop.routes[0]) == {}


@pytest.mark.parametrize("path", ["/inline", "/empty", None])
def test_pages_of_a_schema_without_a_name_and_without_a_route(shop, path):
    routes = () if path is None else (shop.routes[1], Route("list", "GET", (path,), None))
    api = dataclasses.replace(shop, routes=routes)

    @FEW
    @given(strategies.invalid_payloads(api, "Page"))
    def check(invalid):
        assert invalid.violations

    check()


def test_schemas_of_an_api_without_a_life(shop):
    api = changed(shop, history=None)

    @FEW
    @given(strategies.invalid_payloads(api, "Job"))
    def check(invalid):
        assert wrong(invalid.payload, api, "get") == [*invalid.violations]

    check()


def test_operations_in_a_state_of_the_apis_own(shop):
    lost = OwnState("lost", State.FAILED)
    api = dataclasses.replace(shop, statuses={**shop.statuses, lost: "lost"})

    @FEW
    @given(strategies.operations(api, state=lost))
    def check(job):
        assert job["status"] == "lost"

    check()
    with pytest.raises(InvalidArgument, match=r"unknown state of a shop operation OwnState\("):
        strategies.operations(shop, state=lost)


STAMP = {"type": "integer", "minimum": 0}
BATCH = {
    "Job": {
        "type": "object",
        "required": ["id", "status", "created_at"],
        "properties": {
            "id": TEXT,
            "status": {"type": "string", "enum": ["running", "done"]},
            "created_at": STAMP,
            "started_at": {**STAMP, "nullable": True},
            "done_at": {**STAMP, "nullable": True},
        },
    },
}


@pytest.fixture(scope="module")
def batches(shop, tmp_path_factory):
    """Its timestamps are whole seconds since 1970."""
    path = tmp_path_factory.mktemp("batches") / "batches.yaml"
    paths = {"/jobs/{id}": {"get": {"responses": {"200": media(JOB)}}}}
    document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": BATCH}}
    path.write_text(json.dumps(document))
    kinds = (
        Ordered(("created_at", "started_at", "done_at"), UNIX_SECONDS),
        Present("done_at", "status", ("done",)),
    )
    return dataclasses.replace(
        changed(
            shop,
            contract=str(path),
            rules=tuple(
                Rule(f"batches.{number}", "Job", "/components/schemas/Job", "", kind)
                for number, kind in enumerate(kinds)
            ),
        ),
        name="batches",
        routes=(Route("get", "GET", ("/jobs/{id}",), None, "id"),),
        generation=GenerationHints(),
    )


def test_timestamps_in_another_form_are_in_order(batches):
    met = set()

    @FEW
    @given(strategies.operations(batches))
    def check(job):
        assert wrong(job, batches, "get") == []
        met.update(name for name in ("started_at", "done_at") if job.get(name) is not None)

    check()
    assert met == {"started_at", "done_at"}

    @FEW
    @given(strategies.operations(batches, done_at=st.just(1_000)))
    def check_pinned(job):
        assert job["created_at"] <= job["done_at"] == 1_000

    check_pinned()


def test_timestamps_in_another_form_run_backwards(batches):
    met = set()
    for invalid in anew(strategies.invalid_payloads(batches, "Job"), 300, 5):
        met.add(tuple(invalid.violations))
        assert wrong(invalid.payload, batches, "get") == [*invalid.violations]
    assert (("$.done_at", "batches.0"),) in met
    assert (("$.started_at", "batches.0"),) in met
