"""Each invalid payload has exactly the violations that come with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support import discriminated
from support.foreign_validator import broken, foreign
from support.own_contracts import contract
from support.samples import anew
from support.schema_kinds import INTEGER, obj, own_api
from support.verdicts import of_answers

from pytest_asyncops import InvalidArgument, strategies, violations
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.violation import json_path
from pytest_asyncops.strategies.mutation.places import places

EACH = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)

# --- one edit

INVALID = {
    CHAINLOOP: [
        ("v1AsyncOperationsServiceListOperationsResponse", "list", 200, ()),
        ("v1AsyncOperationsServiceGetOperationResponse", "get", 200, ()),
        ("v1AsyncOperationResult", "get", 200, ("operation",)),
        ("v1AsyncOperationStatus", "get", 200, ("operation", "status")),
        ("v1OffsetPaginationResponse", "list", 200, ("pagination",)),
        ("v1BadRequestResponse", "get", 400, ()),
        ("v1UnauthorizedResponse", "get", 401, ()),
        ("v1PermissionDeniedResponse", "get", 403, ()),
        ("v1InternalServerErrorResponse", "get", 500, ()),
        ("rpcStatus", "get", 404, ()),
        ("protobufAny", "get", 404, ("details", 0)),
    ],
    PINECONE: [
        ("OperationList", "list", 200, ()),
        ("OperationModel", "get", 200, ()),
        ("PaginationResponse", "list", 200, ("pagination",)),
        ("ErrorResponse", "get", 401, ()),
        ("Assistant", "get_assistant", 200, ()),
        ("ListAssistantsResponse", "list_assistants", 200, ()),
        ("UpdateAssistantResponse", "update_assistant", 200, ()),
        ("AssistantFileModel", "describe_file", 200, ()),
        ("ListFilesResponse", "list_files", 200, ()),
    ],
}
"""Each named schema, and a response in which its values stand: route, status and place."""


OF_REQUESTS = {"CreateAssistantRequest", "UpdateAssistantRequest", "FileData"}

KEYWORDS = {
    CHAINLOOP: {"enum", "format", "pattern", "required", "type"},
    PINECONE: {"format", "maxLength", "maximum", "minLength", "minimum", "required", "type"},
}


def rules_broken(api, name, route, status_code, place):
    """Hold each against a validator that is not ours, and against the check of a whole response.

    Gives the rules that were broken at once.
    """
    rules = set()
    contract = load_contract(api.checking.contract)
    judge = foreign(contract.schemas[name], contract.document.root)
    sites = places(contract, {"$ref": f"#/components/schemas/{name}"})
    of_the_rest = {rule.id for rule in api.checking.rules if rule.on not in sites}
    of_the_rest |= of_answers(api)

    count = 500 if name == api.checking.history.schema else 200 if status_code == 200 else 100
    for invalid in anew(strategies.invalid_payloads(api, name, status_code=status_code), count, 10):
        assert {one for one in invalid.violations if one[1].startswith("schema.")} == {
            (json_path(at), f"schema.{keyword}") for at, keyword in broken(judge, invalid.payload)
        }
        body = invalid.payload
        for part in reversed(place):
            body = [body] if part == 0 else {part: body}
        said = violations(body, api=api, route=route, status_code=status_code)
        told = [(path.replace("$", json_path(place), 1), rule) for path, rule in invalid.violations]
        assert told
        assert told == sorted(
            (violation.path, violation.rule)
            for violation in said
            if violation.rule not in of_the_rest
        )
        rules.add(tuple(rule for _, rule in told))
    return rules


@EACH
def test_violations_are_all_that_there_are(api):
    known = {*load_contract(api.checking.contract).schemas} - OF_REQUESTS
    assert {name for name, *_ in INVALID[api]} == known
    broken = set().union(*[rules_broken(api, *response) for response in INVALID[api]])
    rules = {rule.id for rule in api.checking.rules} | {f"schema.{word}" for word in KEYWORDS[api]}
    assert {rule for at_once in broken for rule in at_once} == rules
    # The contract's one pattern is that of base64, so what breaks it breaks the format as well.
    alone = {at_once[0] for at_once in broken if len(at_once) == 1}
    assert rules - alone <= {"schema.pattern"}


# --- options and refusals


@pytest.mark.parametrize("status_code", [401, 404, 500])
def test_the_status_decides_which_codes_are_good(status_code):
    found = strategies.invalid_payloads("pinecone", "ErrorResponse", status_code=status_code)

    @settings(max_examples=60)
    @given(found)
    def check(invalid):
        said = violations(invalid.payload, api="pinecone", route="get", status_code=status_code)
        assert [*invalid.violations] == sorted((one.path, one.rule) for one in said)

    check()


def test_unless_said_the_status_is_the_first_that_has_this_body():
    asked = "v1PermissionDeniedResponse"
    codes = {
        rule
        for invalid in anew(strategies.invalid_payloads("chainloop", asked), 100)
        for _, rule in invalid.violations
        if rule.startswith("chainloop.code-")
    }
    assert codes == {"chainloop.code-403"}


def texts_of(value):
    if isinstance(value, str):
        yield value
    if isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def test_what_is_not_broken_keeps_to_the_options(tmp_path):
    items = {"type": "array", "items": {"type": "string"}}
    api = own_api(tmp_path, {"Box": obj({"items": items, "size": INTEGER}, required=["size"])})
    found = strategies.invalid_payloads(api, "Box", alphabet="x", max_length=2, max_items=1)

    @given(found)
    def check(invalid):
        items = invalid.payload.get("items", []) if isinstance(invalid.payload, dict) else []
        if ("$.items", "schema.type") not in invalid.violations:
            assert len(items) <= 1
            assert {*texts_of(items)} <= {"", "x", "xx"}

    check()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda api: strategies.invalid_payloads(api, "free"),
            "every value is a valid free of own",
        ),
        (
            lambda api: strategies.invalid_payloads(api, "freee"),
            "unknown schema of own 'freee'. Did you mean 'free'? Choose 'free'.",
        ),
        (
            lambda api: strategies.invalid_payloads(api, "free", max_items=-1),
            "max_items must be a whole number, 0 or more, not -1",
        ),
    ],
)
def test_what_there_is_not(tmp_path, make, message):
    api = own_api(tmp_path, {"free": {}})
    with pytest.raises(InvalidArgument) as caught:
        make(api)
    assert str(caught.value) == message


# --- discriminators

PETS = contract(discriminated.PETS)

BROKEN = {
    "OneOf": {
        (("$", "schema.oneOf"),),
        (("$.kind", "schema.discriminator"),),
        (("$", "schema.required"),),
        (("$.claws", "schema.enum"),),
        (("$.tail", "schema.enum"),),
    },
    "Beside": {(("$.name", "schema.enum"),), (("$.claws", "schema.enum"),)},
    "Narrower": {(("$.age", "schema.enum"),), (("$.kind", "schema.discriminator"),)},
    "Job": {
        (("$.url", "schema.enum"),),
        (("$.of", "schema.enum"),),
        (("$.kind", "schema.discriminator"),),
    },
    "Import": {(("$.url", "schema.enum"),), (("$.kind", "schema.type"),)},
    "Jobs": {(("$[0].url", "schema.enum"),), (("$[0].kind", "schema.discriminator"),)},
    "Box": {(("$.event.at", "schema.enum"),), (("$.event.type", "schema.discriminator"),)},
    "Lists": {(("$", "schema.oneOf"),), (("$.kind", "schema.discriminator"),)},
}


@pytest.mark.parametrize("name", BROKEN)
def test_discriminators_and_what_they_choose_are_broken(name):
    found = {one.violations for one in anew(strategies.invalid_payloads(PETS, name), 500)}
    assert () not in found
    assert found >= BROKEN[name]
