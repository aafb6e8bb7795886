"""What a coherent server sends is told in schemas: contract, rules and what is stricter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.foreign_validator import foreign
from support.toy_api import changed

from pytest_asyncops import InvalidArgument, strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.rules import Absent, Fixed, Present, SameAsStatus
from pytest_asyncops.strategies.api_schemas import error_bodies
from pytest_asyncops.strategies.coherent.server import OTHER, CoherentServer, contract_of
from pytest_asyncops.strategies.schema.all_of import flat
from pytest_asyncops.strategies.schema.options import Options

EACH = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
CODES = [(api, status) for api in (CHAINLOOP, PINECONE) for status in error_bodies(api)]


@pytest.mark.parametrize(("api", "status_code"), CODES, ids=str)
def test_errors_of_a_status_have_its_codes_by_their_schema_alone(api, status_code):
    [name] = [error_bodies(api)[status_code]["$ref"].rpartition("/")[2]]
    schema = CoherentServer(api, Options(), status_code).schema_of(name)
    judge = foreign(schema, load_contract(api.checking.contract).document.root)
    kinds = [rule.kind for rule in api.checking.rules if rule.on == name]
    fixed = [kind for kind in kinds if isinstance(kind, (Fixed, SameAsStatus))]

    @settings(max_examples=30)
    @given(strategies.payloads(api, name))
    def check(payload):
        if judge.is_valid(payload):
            assert not any([*kind.breaks(payload, status_code)] for kind in fixed)

    check()


def test_a_schema_has_its_rules_and_what_is_stricter_at_once():
    server = CoherentServer(CHAINLOOP, Options(), 401)
    name = "v1UnauthorizedResponse"
    assert server.schema_of(name) == {
        "allOf": [
            {"$ref": f"#/components/schemas/{name}"},
            {"properties": {"code": {"enum": [16]}}},
            CHAINLOOP.generation.stricter[name],
        ]
    }
    silent = CoherentServer(CHAINLOOP, Options()).schema_of("protobufAny")
    assert silent == {"allOf": [{"$ref": "#/components/schemas/protobufAny"}]}


@EACH
def test_habits_are_those_of_operations(api):
    server = CoherentServer(api, Options())
    for name in server.contract.schemas:
        kinds = [*server.presence(name)]
        rules = [kind for kind in kinds if kind not in api.generation.habits]
        assert rules == [
            kind for kind in server.rules_about(name) if isinstance(kind, (Absent, Present))
        ]
        is_operation = name == api.checking.history.schema
        assert kinds == [*rules, *(api.generation.habits if is_operation else ())]
    assert server.operation == api.checking.history.schema
    assert CoherentServer(changed(api, history=None), Options()).operation is None


def deciding(api, values=None, **options):
    server = CoherentServer(api, Options(**options), values=values or {})
    return server.deciding(
        server.operation, flat(server.contract, server.schema_of(server.operation))
    )


def test_what_decides_has_the_values_of_the_contract():
    statuses = [
        f"ASYNC_OPERATION_STATUS_{word}"
        for word in ("PENDING", "RUNNING", "COMPLETED", "FAILED", "PURGED")
    ]
    found = deciding(CHAINLOOP)
    assert [*found] == ["status"]
    assert sorted(found["status"]) == sorted(statuses)
    assert deciding(CHAINLOOP, {"status": ("x",)}) == {"status": ("x",)}
    assert deciding(CHAINLOOP, {"kind": ("x",)}) == found


@pytest.mark.parametrize("unknown", ["sometimes", "case"])
def test_what_decides_in_an_open_enum_may_be_another_value(unknown):
    closed, free = deciding(PINECONE), deciding(PINECONE, unknown=unknown)
    assert closed.keys() == free.keys() == {"status", "operation_type"}
    assert {name: (*values, OTHER) for name, values in closed.items()} == free


def test_an_api_without_a_contract():
    bare = changed(PINECONE, contract=None)
    with pytest.raises(InvalidArgument, match="has no contract to generate from") as caught:
        contract_of(bare)
    assert caught.value.value is bare


def test_servers_that_are_asked_the_same_are_equal():
    one, other = CoherentServer(PINECONE, Options()), CoherentServer(PINECONE, Options(), 200)
    assert one == other
    assert hash(one) == hash(other)
    asked = CoherentServer(PINECONE, Options(), values={"status": ("Failed",)})
    assert asked != one
    assert asked == CoherentServer(PINECONE, Options(), values={"status": ("Failed",)})
