"""A strategy prints as the call that made it, so that what is printed can be pasted."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.samples import anew
from support.toy_api import toy

from pytest_asyncops import Contract, State, strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.strategies.call_repr import as_call
from pytest_asyncops.strategies.schema.recipes import choice


def test_strategies_print_as_calls():
    assert repr(strategies.operations("pinecone", state=State.FAILED)) == (
        "operations('pinecone', state=State.FAILED)"
    )
    assert repr(strategies.payloads("chainloop", "rpcStatus")) == (
        "payloads('chainloop', 'rpcStatus')"
    )


CALLS = [
    "operations('pinecone')",
    "operations('pinecone', unknown='case', file_id=just('f'))",
    "lists('chainloop', state=State.RUNNING, max_items=2, encoded=True)",
    "gets('chainloop', alphabet='ab', profile='gateway')",
    "errors('pinecone')",
    "errors('pinecone', 404)",
    "from_schema({'type': 'string'}, extra='never')",
    "invalid_payloads('pinecone', 'OperationList', status_code=200)",
    "list_queries('chainloop', valid=False)",
    "lifecycles()",
    "lifecycles('pinecone', polls=False)",
    "payloads('pinecone', 'OperationList', extra='never')",
    "payloads('pinecone', route='list', status_code=401)",
    "histories('pinecone', max_polls=2, file_id=just('f'))",
]


def parts_of(text):
    """Function, arguments and options of a call; the order of options is none of ours."""
    call = ast.parse(text, mode="eval").body
    options = {option.arg: ast.unparse(option.value) for option in call.keywords}
    return ast.unparse(call.func), [*map(ast.unparse, call.args)], options


@pytest.mark.parametrize("text", CALLS)
def test_what_is_printed_is_the_call(text):
    names = {name: getattr(strategies, name) for name in strategies.__all__}
    made = eval(text, {**names, "State": State, "just": st.just})
    assert parts_of(repr(made)) == parts_of(text)


def test_the_api_is_printed_by_its_name_however_it_is_given():
    for api in (PINECONE, CHAINLOOP):
        assert repr(strategies.operations(api)) == repr(strategies.operations(api.name))
    assert repr(strategies.lifecycles(toy())) == "lifecycles('toy')"


@pytest.mark.parametrize(
    "text",
    [
        "payloads(Contract.load('./api.yaml'), 'Job')",
        "payloads(Contract.load('./api.yaml'), route='GET /jobs', status_code=200, times='usual')",
        "invalid_payloads(Contract.load('./api.yaml'), route='listJobs', content_type='a/b')",
        "from_schema({'$ref': '#/components/schemas/Job'}, contract=Contract.load('./api.yaml'))",
        "from_schema({'$ref': '#/components/schemas/OperationModel'}, contract='pinecone')",
    ],
)
def test_contracts_are_printed_so_that_they_can_be_pasted(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.yaml").write_text(CONTRACT)
    names = {name: getattr(strategies, name) for name in strategies.__all__}
    made = eval(text, {**names, "Contract": Contract})
    assert parts_of(repr(made)) == parts_of(text)


CONTRACT = """\
openapi: 3.0.3
paths:
  /jobs:
    get:
      operationId: listJobs
      responses: {200: {content: {a/b: {schema: {$ref: '#/components/schemas/Job'}}}}}
components: {schemas: {Job: {type: object}}}
"""


def ask(first, /, second, *, third=3, fourth=(), **others):
    """What stands for a public function."""


ANYTHING = st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
NAMES = st.sampled_from(["colour", "weight", "taste"])


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, st.dictionaries(NAMES, ANYTHING))
def test_defaults_are_left_out_and_all_else_is_printed(first, second, third, fourth, others):
    asked = {"first": first, "second": second, "third": third, "fourth": fourth, "others": others}
    found = repr(as_call(ask, asked, choice([0])))

    def taken(first, /, second, *, third=3, fourth=(), **others):
        return locals()

    assert eval(found, {"ask": taken}) == asked
    assert ("third=" in found.replace(repr(first), "").replace(repr(second), "")) is (third != 3)


def test_the_values_are_those_of_the_recipe():
    asked = {"first": 1, "second": 2, "third": 3, "fourth": (), "others": {}}
    made = as_call(ask, asked, choice("ab"))
    assert repr(made) == "ask(1, 2)"
    assert {*anew(made, 50)} == {"a", "b"}
