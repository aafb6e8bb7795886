"""Everything that is drawn is the user's own: to change it changes nothing that comes later."""

from __future__ import annotations

import pytest
from support.samples import anew
from support.schema_kinds import GOOD, INTEGER, TREE, obj, own_api

from pytest_asyncops import State
from pytest_asyncops import strategies as s

MANY_OBJECTS = {"enum": [{"a": [number]} for number in range(300)]}
MIXED = obj(
    {
        "a": {"type": "array", "items": {"type": "array"}, "uniqueItems": True},
        "b": {**obj({"c": INTEGER}, required=["c"]), "nullable": True},
        "d": {"type": "array", "maxItems": 0},
        "e": {"type": "array", "maxItems": 40, "items": {"type": "object"}},
        "f": {"type": "object", "maxProperties": 40, "additionalProperties": {"type": "array"}},
        "g": {"enum": [[], {}, [[]]]},
    }
)
STRATEGIES = {
    "operations": s.operations("chainloop", extra="sometimes", unknown="sometimes"),
    "failures": s.operations("pinecone", state=State.FAILED),
    "lists": s.lists("chainloop", profile="gateway"),
    "lists with tokens": s.lists("pinecone"),
    "gets": s.gets("chainloop", profile="gateway_camel"),
    "errors": s.errors("chainloop"),
    "payloads": s.payloads("chainloop", "rpcStatus"),
    "invalid payloads": s.invalid_payloads("pinecone", "OperationList"),
    "invalid payloads of a rule": s.invalid_payloads("chainloop", "rpcStatus", status_code=404),
    "queries": s.list_queries("chainloop"),
    "bad queries": s.list_queries("pinecone", valid=False),
    "histories": s.histories("chainloop"),
    "many objects": s.from_schema(MANY_OBJECTS),
    "tree": s.from_schema(TREE),
    **{name: s.from_schema(schema) for name, schema in GOOD.items()},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return own_api(tmp_path_factory.mktemp("own"), {"Mixed": MIXED})


def containers(value):
    """Each list and object in a value."""
    if isinstance(value, (dict, list)):
        yield value
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from containers(inner)


def spoil(value):
    for found in [*containers(value)]:
        found.clear()
        if isinstance(found, dict):
            found["spoilt"] = "spoilt"
        else:
            found.append("spoilt")


def hold(strategy):
    values = anew(strategy, 100, 10)
    said = repr(values)
    found = [id(one) for one in containers(values)]
    assert len({*found}) == len(found), "something is at two places"
    spoil(values)
    assert repr(anew(strategy, 100, 10)) == said


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_done_to_a_value_is_done_to_it_alone(name):
    hold(STRATEGIES[name])


def test_what_is_done_to_an_invalid_payload_is_done_to_it_alone(own):
    hold(s.invalid_payloads(own, "Mixed"))
    hold(s.payloads(own, "Mixed"))
