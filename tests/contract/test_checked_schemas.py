"""What is asked for is checked, with all that it refers to, and nothing else."""

from __future__ import annotations

import pytest
from support.own_contracts import HEAD, SCHEMA_LINE, refusal

from pytest_asyncops import Contract, ContractError
from pytest_asyncops.contract import checked_schemas
from pytest_asyncops.contract.schema_keywords import check_schema, refer
from pytest_asyncops.contract.yaml_document import read_document

LOOPS = [
    "{$ref: '#/components/schemas/A'}",
    "{allOf: [{type: object}, {$ref: '#/components/schemas/A'}]}",
    "{oneOf: [{not: {anyOf: [{$ref: '#/components/schemas/A'}]}}]}",
]
ROUND = "refers to itself for the same value, without end"


@pytest.mark.parametrize("schema", LOOPS)
def test_a_schema_that_would_never_end(schema):
    at = "/components/schemas/A"
    line = SCHEMA_LINE - 1
    assert refusal(f"{HEAD}    A: {schema}\n") == (line, at, f"A {ROUND}")
    # The same by way of another one, whose name has to be escaped in a pointer.
    detour = schema.replace("/A'", "/b~1~0c'")
    both = f"{HEAD}    A: {detour}\n    b/~c: {{$ref: '#/components/schemas/A'}}\n"
    assert refusal(both)[2] == f"b/~c {ROUND}"


def test_a_schema_may_lead_into_a_loop_of_others():
    text = f"{HEAD}    A: {{$ref: '#/components/schemas/B'}}\n    B: {LOOPS[0]}\n"
    assert refusal(text)[1:] == ("/components/schemas/B", f"B {ROUND}")
    text = text.replace("A'}\n", "C'}\n    C: {$ref: '#/components/schemas/C'}\n")
    assert refusal(text)[1:] == ("/components/schemas/C", f"C {ROUND}")


def test_only_what_is_asked_for_is_checked(monkeypatch):
    """The first check of a large document takes no longer than that of a small one."""
    checked = []

    def check(source, location, schema, version):
        checked.append(location)
        return check_schema(source, location, schema, version)

    monkeypatch.setattr(checked_schemas, "check_schema", check)
    others = "".join(f"    S{number}: {{allOf: [{refer('Job')}]}}\n" for number in range(1000))
    found = Contract(read_document(HEAD + others, "own.yaml"))
    at = "/paths/~1jobs~1{id}/get/responses/200/content/application~1json/schema"
    assert found.response_schema("get", "/jobs/{id}", 200) is found.at(at)
    assert checked == [at, "/components/schemas/Job"]
    found.response_schema("get", "/jobs/{id}", 200)
    assert len(checked) == 2


def test_nothing_is_kept_of_what_is_not_understood():
    parts = [refer("Job"), {"$ref": "#/x"}]
    text = f"{HEAD}    A: {{allOf: {parts}}}\n"
    found = Contract(read_document(text, "own.yaml"))
    for _ in range(2):
        with pytest.raises(ContractError, match="there is nothing at #/x"):
            found.schema("/components/schemas/A")
        assert not found.pointers
        assert not found.references


def test_many_schemas_are_asked_for_one_by_one_as_quickly_as_at_once(monkeypatch):
    """Nothing is done again for each that is checked already."""
    asked = []
    at = checked_schemas.Documents.at
    monkeypatch.setattr(
        checked_schemas.Documents, "at", lambda self, one: asked.append(one) or at(self, one)
    )
    others = "".join(f"    S{number}: {{items: {refer('Job')}}}\n" for number in range(100))
    found = Contract(read_document(HEAD + others, "own.yaml"))
    for number in range(100):
        found.schema(f"/components/schemas/S{number}")
    assert len(asked) < 1000
