"""The document of a test counts where it is given, that of the settings for unknown APIs alone."""

from __future__ import annotations

import pytest
import requests
from support.client_responses import BAD, GOOD, URL, of_requests
from support.own_contracts import HEAD
from support.verdicts import refused

from pytest_asyncops import Contract, ContractError, mocked, violations
from pytest_asyncops.conformance.client_responses import read_response
from pytest_asyncops.conformance.given_contract import given_contract
from pytest_asyncops.contract_in_force import in_force


@pytest.fixture(name="document")
def a_document(tmp_path) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD, encoding="utf-8")
    return str(path)


def test_a_document_that_is_given_counts_for_every_answer(document):
    known = Contract.load(document)
    for answer in (of_requests(GOOD), of_requests(b"{}", "https://a.example/"), {}):
        for contract in (document, known):
            with in_force("./other.yaml"):
                assert given_contract(read_response(answer), None, contract) is known


def test_the_document_in_force_counts_for_what_is_not_an_answer_of_a_known_api(document):
    known = Contract.load(document)
    with in_force(document):
        for answer in ({}, of_requests(b"{}", "https://a.example/")):
            assert given_contract(read_response(answer), None, None) is known
        assert given_contract(read_response(of_requests(BAD)), None, None) is None
        with mocked() as mock:
            requests.get(URL, headers={"Authorization": "Bearer t"})
            [call] = mock.calls
        assert given_contract(read_response(call), None, None) is None


def test_two_contracts(document):
    assert refused({}, api="chainloop", contract=document, route="get") == (
        f"api='chainloop' and contract={document!r} are two contracts. Leave one of them out."
    )


@pytest.mark.parametrize("contract", ["", 7, b"a.yaml", True, ["a.yaml"]])
def test_what_is_no_document(contract):
    assert refused({}, contract=contract, route="x") == (
        f"contract must be the path of an OpenAPI document, or a Contract, not {contract!r}"
    )


def test_a_document_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContractError, match="cannot be read"):
        violations({}, contract="exports.json", route="x")
