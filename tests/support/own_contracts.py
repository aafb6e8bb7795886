"""Contracts with one schema, and the place and message with which one is refused."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from pytest_asyncops import ContractError
from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.pointers import escape
from pytest_asyncops.contract.yaml_document import read_document

HEAD = """\
openapi: 3.0.3
paths:
  /jobs/{id}:
    summary: one job
    get:
      responses:
        200: {content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}
        204: {description: nothing}
        4XX: {content: {application/json: {schema: {type: string}}}}
        default: {content: {}}
components:
  schemas:
    Job: {type: object}
"""
SCHEMA_LINE = HEAD.count("\n") + 2


def contract(text):
    """The contract, all of whose schemas are understood."""
    return checked(Contract(read_document(text, "own.yaml")))


def checked(contract):
    """The contract, once all of its schemas have been asked for."""
    for name in contract.schemas:
        contract.schema(f"/components/schemas/{escape(name)}")
    for path, item in contract.document.root.get("paths", {}).items():
        for method in item.keys() & {"get", "put", "post", "delete"}:
            for response in contract.statuses(method, path).values():
                body = contract.body(response)
                if body is not None:
                    contract.schema(body)
    return contract


def with_schema(text):
    return f"{HEAD}    A:\n{indent(dedent(text).strip(), ' ' * 6)}\n"


def refusal(text):
    """Line, pointer and message of the error."""
    with pytest.raises(ContractError) as caught:
        contract(text)
    error = caught.value
    assert error.file == "own.yaml"
    prefix = f"own.yaml:{error.line}: "
    assert str(error).startswith(prefix)
    return error.line, error.pointer, str(error).removeprefix(prefix)
