"""The shapes of a server's objects keep to its rules, and are told without compiling anything."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import changed

from pytest_asyncops import InvalidArgument
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.chainloop_rules import PENDING
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.rules.rules import Absent, NotAMember, Ordered, Present, Rule
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.coherent.variants import set_member, shapes_of, variants
from pytest_asyncops.strategies.schema.all_of import flat
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.recipes import NULL, Recipe, constant

APIS = {api.name: api for api in (CHAINLOOP, PINECONE)}
EACH = pytest.mark.parametrize("api", APIS.values(), ids=list(APIS))


def told(server, name=None, make=shapes_of):
    name = name or server.operation
    return [*make(server, name, flat(server.contract, server.schema_of(name)))]


@EACH
@given(st.data())
def test_who_is_there_in_which_status(api, data):
    server = CoherentServer(api, Options())
    name = api.checking.history.status
    status = data.draw(st.sampled_from([*api.statuses.values()]))
    shapes = told(dataclasses.replace(server, values={name: (status,)}))
    kinds = [*server.presence(server.operation)]
    assert shapes
    for shape in shapes:
        assert shape.required[name].values == (status,)
        for kind in kinds:
            if kind.when == name and status in kind.values:
                if isinstance(kind, Absent):
                    assert not shape.can_be_set(kind.member)
                elif shape.has(kind.member) and shape.members[kind.member] is not NULL:
                    assert kind.member in shape.required


@EACH
def test_members_are_told_as_schemas_unless_somebody_else_makes_them(api):
    history = api.checking.history
    kinds = [rule.kind for rule in api.checking.rules if rule.on == history.schema]
    times = {name for kind in kinds if isinstance(kind, Ordered) for name in kind.members}
    server = CoherentServer(api, Options())
    deciding = {kind.when for kind in server.presence(server.operation)}
    for shape in told(server):
        made = {name for name, part in shape.members.items() if isinstance(part, Recipe)}
        nulls = {name for name in made if shape.members[name] is NULL}
        assert made - nulls <= {*times, *deciding, history.id}
        assert {history.id, *deciding} <= made


def documented(server, name):
    return server.contract.schemas[name].get("properties", ())


@EACH
def test_undocumented_members_do_not_look_like_another_kind_of_object(api):
    server = CoherentServer(api, Options())
    for name in server.contract.schemas:
        kinds = [rule.kind for rule in api.checking.rules if rule.on == name]
        signs = {one for kind in kinds if isinstance(kind, NotAMember) for one in kind.members}
        for shape in told(server, name):
            assert {*shape.unwelcome} == {*shape.members, *signs, *documented(server, name)}


@pytest.mark.parametrize(
    ("name", "is_made"), [("id", True), ("percent_complete", False), ("", False)]
)
def test_ids_are_those_of_a_stub_where_the_schema_takes_them(name, is_made):
    history = dataclasses.replace(PINECONE.checking.history, id=name)
    api = changed(PINECONE, history=history)
    for shape in told(CoherentServer(api, Options())):
        assert isinstance(shape.members.get(name), Recipe) is is_made
    [last, _] = told(CoherentServer(api, Options()), "OperationList")
    assert bool(last.finish) is is_made


def test_an_absent_member_is_null_now_and_then_if_it_may_be():
    server = CoherentServer(PINECONE, Options(), values={"status": ("Processing",)})
    for shape in told(server):
        assert shape.optional["ingestion_units"] is NULL
    server = CoherentServer(CHAINLOOP, Options(), values={"status": (PENDING,)})
    for shape in told(server):
        assert not shape.has("finished_at")


def test_a_present_member_that_may_be_null_is_not():
    server = CoherentServer(PINECONE, Options(), values={"status": ("Failed",)})
    for shape in told(server):
        [inner, rest] = shape.required["error_message"]["allOf"]
        assert rest == {"nullable": False}
        assert flat(server.contract, inner)["nullable"] is True


@pytest.mark.parametrize(
    ("api", "member", "is_made"),
    [
        (CHAINLOOP, "started_at", True),
        (CHAINLOOP, "kind", False),
        (PINECONE, "completed_on", True),
        (PINECONE, "file_id", False),
    ],
)
def test_a_member_that_is_set(api, member, is_made):
    server = CoherentServer(api, Options())
    schema = flat(server.contract, server.schema_of(server.operation))
    part = set_member(server, server.operation, schema, member)
    assert isinstance(part, Recipe) is is_made
    assert is_made or not flat(server.contract, part).get("nullable")


def test_overrides_are_required_where_they_can_be_at_all():
    made = constant("no")
    server = CoherentServer(PINECONE, Options(), overrides={"error_message": made})
    shapes = told(server)
    assert {value for shape in shapes for value in shape.required["status"].values} == {"Failed"}
    assert all(shape.required["error_message"] is made for shape in shapes)
    running = dataclasses.replace(server, values={"status": ("Processing",)})
    assert told(running, make=variants) == []
    with pytest.raises(InvalidArgument) as caught:
        told(running)
    assert str(caught.value) == (
        "no pinecone operation has error_message as given. Leave out one of them, or state=."
    )
    assert caught.value.value == ["error_message"]


def test_a_rule_that_wants_what_is_not_there_is_refused():
    rule = Rule("odd", "OperationModel", "", "", Present("wage", "status", ("Failed",)))
    api = changed(PINECONE, rules=(rule,))
    with pytest.raises(InvalidArgument, match="a rule of pinecone wants wage, which the schema"):
        told(CoherentServer(api, Options()))
