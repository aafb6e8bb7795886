"""The setting ``contract`` in ini files and marks: every answer of a third API is checked."""

from __future__ import annotations

import json

import pytest
from support.documents import content

from pytest_asyncops import InvalidArgument, assert_conforms, mocked, violations

DOCUMENT = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://jobs.example/v1"}],
    "paths": {
        "/jobs/{id}": {
            "get": {
                "operationId": "getJob",
                "responses": {"200": content({"type": "object", "required": ["id"]})},
            }
        },
        "/operations/{name}": {"get": {"responses": {"200": content({"type": "string"})}}},
    },
}
OTHER = {**DOCUMENT, "paths": {"/tasks": {"get": {"responses": {"200": content({})}}}}}

ANSWER = """
import io, os, pytest, requests
from pytest_asyncops import assert_conforms, violations

def answer(path, body=b"{}", host="https://jobs.example/v1"):
    response = requests.Response()
    response.status_code, response.url, response.raw = 200, host + path, io.BytesIO(body)
    response.headers["Content-Type"] = "application/json"
    return response

def rules(path, *args, **more):
    return [found.rule for found in violations(answer(path, *args), **more)]
"""


@pytest.fixture
def documents(pytester):
    """Below the rootdir, from which a run may start elsewhere."""
    for name, document in (("own.yaml", DOCUMENT), ("other.yaml", OTHER)):
        pytester.makefile(".yaml", **{name.removesuffix(".yaml"): json.dumps(document)})
    return pytester


def ini(pytester, text="asyncops_contract = own.yaml"):
    pytester.makeini(f"[pytest]\n{text}\n")


def test_one_line_of_the_ini_file(run, documents):
    ini(documents)
    result = run(
        ANSWER
        + """
def test_good(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_conforms(answer("/jobs/1", b'{"id": 1}'))
    assert_conforms({"id": 1}, route="getJob")

def test_bad():
    assert rules("/jobs/1") == ["schema.required"]
    assert rules("/nothing") == ["schema.path"]
    assert violations({}, route="GET /jobs/{id}") != []

def test_a_mock_changes_nothing(asyncops_mock):
    assert rules("/jobs/1") == ["schema.required"]
"""
    )
    result.assert_outcomes(passed=3)


def test_the_rootdir_is_where_paths_count_from(run, documents):
    ini(documents)
    below = documents.mkdir("below")
    below.joinpath("test_it.py").write_text(
        ANSWER + "def test(): assert rules('/jobs/1') == ['schema.required']\n", encoding="utf-8"
    )
    run("", "below").assert_outcomes(passed=1)


def test_the_closest_mark_wins(run, documents):
    ini(documents)
    result = run(
        ANSWER
        + """
@pytest.mark.asyncops(contract="other.yaml")
class TestOther:
    def test_class(self):
        assert rules("/tasks") == []

    @pytest.mark.asyncops(contract="own.yaml")
    def test_own(self):
        assert rules("/tasks") == ["schema.path"]

    @pytest.mark.asyncops(clock="manual")
    def test_other_settings(self, asyncops_mock):
        assert rules("/tasks") == []

    @pytest.mark.asyncops(contract=None)
    def test_none(self):
        with pytest.raises(ValueError, match="cannot be determined"):
            rules("/tasks")

    @pytest.mark.asyncops(contract=os.path.abspath("own.yaml"), chainloop_order="oldest")
    def test_with_a_mock(self, asyncops_mock):
        assert rules("/jobs/1") == ["schema.required"]
"""
    )
    result.assert_outcomes(passed=5)


def test_a_mark_needs_no_mock_unless_it_has_other_settings(run, documents):
    result = run(
        ANSWER
        + """
@pytest.mark.asyncops(contract="own.yaml")
def test_alone():
    assert rules("/jobs/1") == ["schema.required"]

def test_not_here():
    with pytest.raises(ValueError, match="cannot be determined"):
        rules("/jobs/1")
"""
    )
    result.assert_outcomes(passed=2)
    in_vain = run("@pytest.mark.asyncops(contract='own.yaml', clock='real')\ndef test(): ...\n")
    in_vain.assert_outcomes(errors=1)
    in_vain.stdout.fnmatch_lines("*contract='own.yaml', clock='real') of*has no mock to set*")


@pytest.mark.parametrize(
    ("contract", "said"),
    [("'none.yaml'", "cannot be read"), ("7", "must be the path of an OpenAPI document")],
)
def test_a_document_that_is_none(run, documents, contract, said):
    result = run(
        f"{ANSWER}\n@pytest.mark.asyncops(contract={contract})\n"
        "def test_it(): assert_conforms(answer('/jobs/1'))\ndef test_other(): ...\n"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(f"*{said}*")


# --- what is whose answer


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


def test_answers_of_known_apis_are_held_against_their_contracts(path):
    from support.client_responses import GOOD, body, of_requests

    error = {"status": 404, "error": {"code": "NOT_FOUND", "message": "no"}}
    with mocked(contract=path, base_urls={"pinecone": "http://localhost:1/p"}) as mock:
        operation = mock.chainloop.start()
        url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
        assert_conforms(of_requests(GOOD, url))
        # A stub's host, and hosts of the real services.
        for host in ("http://localhost:1/p", "https://a.pinecone.io/assistant"):
            assert_conforms(of_requests(body(error), f"{host}/operations/docs", 404))
        # The same path at another host is the document's.
        [wrong] = violations(of_requests(b"{}", "http://localhost:2/operations/docs"))
        assert (wrong.rule, wrong.path) == ("schema.type", "$")
        # The host of a known API, but not one of its known routes.
        assert_conforms(of_requests(b'{"id": 1}', "https://a.pinecone.io/v1/jobs/1"))
        # What is said wins, and so does what an API alone has.
        url = "http://localhost:2/v1/operations/1"
        assert_conforms(of_requests(GOOD, url), profile="gateway")
        assert_conforms(of_requests(GOOD, url), readings={})
        assert_conforms({"operation": {"id": "1"}}, api="chainloop", route="get")
    with pytest.raises(InvalidArgument, match="cannot be determined"):
        violations(of_requests(b"{}", "http://localhost:2/jobs/1"))


def test_what_a_stub_has_recorded_is_held_against_its_own_contract(path):
    import requests

    with mocked(contract=path) as mock:
        requests.get(f"{mock.chainloop.base_url}/v1/operations", timeout=1)
        [call] = mock.calls
        for value in (call, call.response):
            assert_conforms(value)
            [wrong] = violations(value, contract=path)
            assert wrong.rule == "schema.path"
