"""An operation has an id that requests of its API can carry, or is not started."""

from __future__ import annotations

import pytest
import requests
from hypothesis import assume, given
from hypothesis import strategies as st
from support.toy_api import ROUTES, stub_of, toy

from pytest_asyncops import InvalidArgument, mocked
from pytest_asyncops.apis import Paths, Route


def refusal(make):
    with pytest.raises(InvalidArgument) as caught:
        make()
    return str(caught.value)


def test_a_slash_ends_a_segment_of_chainloops_path():
    with mocked() as mock:
        assert refusal(lambda: mock.chainloop.start(id="a/b")) == (
            "id='a/b' cannot be part of the path of a request, /v1/operations/{operation_id}: "
            "chainloop would not read it as one segment, even if it is escaped. Choose one of "
            "letters, digits, - and _."
        )
        assert mock.chainloop.operations == {}
        assert "id='a/b'" in refusal(
            lambda: mock.chainloop.start_many(2, id=["x", "a/b"].__getitem__)
        )
        assert mock.pinecone.start(id="a/b", assistant_name="d/e").id == "a/b"


@pytest.mark.parametrize("name", [".", "..", "\ud800"])
def test_what_no_client_sends(name):
    with mocked() as mock:
        assert f"id={name!r} cannot be part of" in refusal(lambda: mock.chainloop.start(id=name))
        pinecone = mock.pinecone
        assert "id=" in refusal(lambda: pinecone.start(id=name, assistant_name="docs"))
        assert f"assistant_name={name!r} cannot be part of" in refusal(
            lambda: pinecone.start(assistant_name=name)
        )
        assert f"assistant_name={name!r} cannot be part of" in refusal(
            lambda: pinecone.add_assistant(name)
        )


@given(st.text(min_size=1, max_size=4), st.sampled_from(["chainloop", "pinecone"]))
def test_what_is_taken_is_found_by_a_client(name, api):
    with mocked() as mock:
        stub = mock.stubs[api]
        fields = {} if api == "chainloop" else {"assistant_name": "docs"}
        try:
            stub.start(id=name, **fields)
        except InvalidArgument:
            assume(False)
        quoted = requests.utils.quote(name, safe="")
        path = "v1/operations" if api == "chainloop" else "operations/docs"
        sent = {"Authorization": "Bearer t", "Api-Key": "k", "X-Pinecone-Api-Version": "2026-04"}
        answer = requests.get(f"{stub.base_url}/{path}/{quoted}", headers=sent, timeout=30)
        assert answer.status_code == 200
        body = answer.json()
        assert body.get("operation", body)["id"] == name


def test_an_id_that_another_route_has_for_a_name():
    routes = (
        Route("mine", "GET", ("/jobs/mine",), lambda exchange: None),
        Route("get", "GET", ("/jobs/{id}",), lambda exchange: None, "id"),
    )
    stub = stub_of(toy(routes=routes, paths=Paths()))
    assert "id='mine' cannot be part of" in refusal(lambda: stub.start(shelf="a", id="mine"))
    assert stub.start(shelf="a", id="yours").id == "yours"


def test_what_is_in_no_path_or_was_not_chosen_by_the_test_may_be_anything():
    stub = stub_of(toy(new_id="job/{}".format, routes=ROUTES[:1], parent=None))
    assert stub.start(shelf="..", id="a/b").id == "a/b"
    counted = (*ROUTES[:1], Route("get", "GET", ("/jobs/{id}",), lambda exchange: None, "id"))
    stub = stub_of(toy(new_id="job {}".format, routes=counted, parent=None))
    assert stub.start(shelf="..", size=3).id == "job 1"
    stub.add_parent("..")
