"""Good payloads are good, to this package and to a validator that knows nothing of it."""

from __future__ import annotations

import copy
import datetime
import json
import re
import sys

import pytest
from hypothesis import Phase, find, given, settings
from openapi_schema_validator import OAS30Validator
from support.schema_kinds import obj, own_api

from pytest_asyncops import State, strategies, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.rules.timestamps import instant_of

APIS = (CHAINLOOP, PINECONE)
EACH = pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
SCHEMAS = [(api, name) for api in APIS for name in load_contract(api.checking.contract).schemas]
FEW = settings(max_examples=40)


def independent(api, name):
    """A validator that knows nothing of this package."""
    document = copy.deepcopy(load_contract(api.checking.contract).document.root)
    return OAS30Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    )


def body_schema(api, route, status_code=200):
    """The name of the schema that a response's body has, as the contract says it."""
    contract = load_contract(api.checking.contract)
    [path] = [known.paths[0] for known in api.routes if known.name == route]
    response = contract.response("GET", path, status_code)
    if response is None:
        return api.checking.error_schema
    return contract.at(contract.body(response))["$ref"].rpartition("/")[2]


def wrapped(api, operation):
    member = api.checking.history.wrapped_in
    return operation if member is None else {member: operation}


def found(payload, **said):
    return [str(violation) for violation in violations(payload, **said)]


@pytest.mark.parametrize(("api", "name"), SCHEMAS, ids=lambda part: getattr(part, "name", part))
def test_payloads_fit_their_schema(api, name):
    validator = independent(api, name)

    @FEW
    @given(strategies.payloads(api, name))
    def check(payload):
        assert list(validator.iter_errors(payload)) == []

    check()


OPTIONS = [
    {},
    {"extra": "sometimes", "unknown": "sometimes"},
    {"unknown": "case", "times": "usual"},
]


@EACH
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_operations_conform(api, options):
    validator = independent(api, api.checking.history.schema)

    @FEW
    @given(strategies.operations(api, **options))
    def check(operation):
        assert list(validator.iter_errors(operation)) == []
        assert found(wrapped(api, operation), api=api, route="get") == []

    check()


@EACH
@pytest.mark.parametrize("route", ["list", "get"])
def test_bodies_conform(api, route):
    make = {"list": strategies.lists, "get": strategies.gets}[route]
    validator = independent(api, body_schema(api, route))

    @FEW
    @given(make(api))
    def check(body):
        assert list(validator.iter_errors(body)) == []
        assert found(body, api=api, route=route, extra="forbid", unknown="forbid") == []

    check()


@EACH
@pytest.mark.parametrize("status_code", [400, 401, 403, 404, 429, 500, 503])
def test_errors_conform(api, status_code):
    validator = independent(api, body_schema(api, "get", status_code))

    @settings(max_examples=15)
    @given(strategies.errors(api, status_code))
    def check(body):
        assert list(validator.iter_errors(body)) == []
        assert found(body, api=api, route="get", status_code=status_code) == []

    check()


@EACH
def test_errors_of_any_status(api):
    statuses = (400, 401, 403, 404, 429, 500, 503)

    @settings(max_examples=20)
    @given(strategies.errors(api))
    def check(body):
        assert any(not found(body, api=api, route="get", status_code=code) for code in statuses)

    check()


@pytest.mark.parametrize("profile", ["gateway", "gateway_camel"])
def test_errors_of_profiles(profile):
    @FEW
    @given(strategies.errors("chainloop", 403, profile=profile))
    def check(body):
        assert found(body, api="chainloop", route="get", status_code=403, profile=profile) == []

    check()


@pytest.mark.parametrize("profile", ["gateway", "gateway_camel"])
@pytest.mark.parametrize("make", [strategies.lists, strategies.gets, strategies.operations])
def test_profiles(profile, make):
    @FEW
    @given(make("chainloop", profile=profile))
    def check(body):
        shown = wrapped(CHAINLOOP, body) if make is strategies.operations else body
        route = "list" if make is strategies.lists else "get"
        assert found(shown, api="chainloop", route=route, profile=profile) == []
        unset = "started_at" if profile == "gateway" else "startedAt"
        assert unset in json.dumps(body) or body.get("operations") == []

    check()


@EACH
@pytest.mark.parametrize("state", list(State))
def test_a_state_is_kept_to(api, state):
    if state not in api.statuses:
        with pytest.raises(ValueError, match="unknown state"):
            strategies.operations(api, state=state)
        return

    @FEW
    @given(strategies.operations(api, state=state))
    def check(operation):
        assert operation["status"] == api.statuses[state]
        failed = state is State.FAILED
        assert bool(operation.get("error_message")) is failed
        ends = [operation.get(name) for name in ("finished_at", "completed_on")]
        assert any(ends) is (state.done)

    check()


@EACH
def test_usual_times(api):
    @FEW
    @given(strategies.operations(api, times="usual"))
    def check(operation):
        for text in operation.values():
            if isinstance(text, str) and instant_of(text):
                assert text[10] == "T"
                assert text[-1] == "Z"
                assert len(text) in (20, 24, 27, 30)

    check()


# --- bytes


@EACH
def test_bytes_are_the_same_value_to_any_reader(api):
    @FEW
    @given(strategies.gets(api, encoded=True))
    def check(body):
        assert json.loads(body) == json.loads(body.decode("utf-8"))
        assert found(json.loads(body), api=api, route="get") == []

    check()


@pytest.mark.parametrize("kind", ["read", "BOM", "refused"])
def test_deviations_are_there_when_asked_for(kind):
    def is_it(body):
        try:
            json.loads(body.decode())
        except ValueError:
            return kind == ("BOM" if body.startswith(b"\xef\xbb\xbf") else "refused")
        return kind == "read"

    bodies = strategies.gets("pinecone", encoded=True, deviations=True)
    find(
        bodies, is_it, settings=settings(max_examples=2000, phases=[Phase.generate], database=None)
    )


SECRET = {"type": "string", "writeOnly": True}
ACCOUNT = obj(
    {"id": {"type": "integer"}, "password": SECRET, "hint": SECRET, "inner": obj({"key": SECRET})},
    required=["id", "password"],
)


def test_what_only_requests_have_is_in_no_response(tmp_path):
    api = own_api(tmp_path, {"Account": ACCOUNT, "Both": {"allOf": [refer("Account")]}})
    for name in ("Account", "Both"):

        @given(strategies.payloads(api, name))
        def law(value):
            assert {"id"} <= value.keys()
            assert not {"password", "hint"} & value.keys()
            assert "key" not in value.get("inner", {})

        law()

    @given(strategies.invalid_payloads(api, "Account"))
    def broken(invalid):
        assert invalid.violations
        assert not (isinstance(invalid.payload, dict) and "password" in invalid.payload)

    broken()


def test_a_schema_alone_says_nothing_of_requests_or_responses():
    seen = set()

    @given(strategies.from_schema(ACCOUNT))
    def draw(value):
        seen.update(value)

    draw()
    assert "password" in seen


SERVICES_WRITE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}|\d{6}|\d{9}))?Z", re.ASCII)


def texts_at(value, members):
    """The texts that these members have, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from texts_at(item, members)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in members and isinstance(inner, str):
                yield inner
            yield from texts_at(inner, members)


@EACH
@pytest.mark.parametrize("make", ["operations", "gets", "lists", "histories"])
def test_timestamps_are_those_that_the_services_write(api, make):
    moments = {
        member
        for schema in load_contract(api.checking.contract).schemas.values()
        for member, inner in schema.get("properties", {}).items()
        if inner.get("format") == "date-time"
    }
    forms = set()

    @settings(max_examples=60, derandomize=True)
    @given(getattr(strategies, make)(api))
    def check(body):
        for text in texts_at(body, moments):
            assert SERVICES_WRITE.fullmatch(text), text
            assert not text.endswith(".000Z")
            forms.add(len(text))
            if sys.version_info >= (3, 11):
                assert datetime.datetime.fromisoformat(text).tzinfo == datetime.timezone.utc

    check()
    assert len(forms) > 1 or make == "histories"


@EACH
@pytest.mark.parametrize("make", ["operations", "gets", "lists"])
def test_timestamps_are_of_every_form_where_that_is_asked_for(api, make):
    find(
        getattr(strategies, make)(api, times="any"),
        lambda body: re.search(r"T?\d\d:\d\d:\d\d[.\d]*[+-]", str(body)) is not None,
    )
