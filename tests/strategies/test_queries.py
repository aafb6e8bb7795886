"""Each query of a list is answered as it says it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.samples import anew

from pytest_asyncops import InvalidArgument, strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.server import Server
from pytest_asyncops.strategies import ListQuery
from pytest_asyncops.strategies.stub_requests import ask
from pytest_asyncops.virtual_time.server_clock import ServerClock

EACH = pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)


def server_of(api, readings=None):
    server = Server(api, ServerClock(), readings=readings)
    if api.serving.parent is not None:
        server.parents.add("there")
    return server


@EACH
@pytest.mark.parametrize("valid", [True, False])
def test_queries_are_answered_as_foretold(api, valid):
    server = server_of(api)
    named = set()
    for query in anew(strategies.list_queries(api, valid=valid), 250, 5):
        answer = ask(server, api.routes[0], {"": "there"}, query=query.params)
        body = json.loads(answer.content)
        code = body.get("error", body).get("code")
        assert (answer.status_code, code) == (query.status_code, query.code)
        assert (query.status_code == 200) is valid
        named.update(query.params)
    known = {
        CHAINLOOP: {
            "pagination.page",
            "pagination.page_size",
            "resource_id",
            "resource_type",
            "status",
            "kind",
        },
        PINECONE: {"operation_type", "status", "limit", "pagination_token"},
    }[api]
    assert named == (known - {"pagination_token"} if valid else known)


READINGS = [
    (CHAINLOOP, {"negative_page": "default", "page_base": "one"}),
    (PINECONE, {"bad_filter": "empty"}),
    (PINECONE, {"bad_limit": "clamp", "bad_token": "restart"}),
]


@pytest.mark.parametrize(("api", "readings"), READINGS, ids=str)
@pytest.mark.parametrize("valid", [True, False])
def test_queries_are_answered_as_the_readings_say(api, readings, valid):
    server = server_of(api, readings=readings)
    values = set()
    for query in anew(strategies.list_queries(api, valid=valid, readings=server.readings), 250, 5):
        answer = ask(server, api.routes[0], {"": "there"}, query=query.params)
        assert (answer.status_code, answer.status_code == 200) == (query.status_code, valid)
        values.update(query.params.items())
    if valid:
        loosened = {"default": "pagination.page", "empty": "status", "clamp": "limit"}
        [name] = [loosened[said] for said in readings.values() if said in loosened]
        found = {value for member, value in values if member == name}
        assert any(value.startswith("-") for value in found) or name == "status"
        assert found - {"Processing", "Completed", "Failed"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: strategies.list_queries("aws"), "unknown API 'aws'"),
        (lambda: strategies.list_queries("pinecone", readings={"a": 1}), "unknown reading of pine"),
    ],
)
def test_what_there_is_not(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


@EACH
@pytest.mark.parametrize("valid", [True, False])
def test_a_query_is_made_of_texts_and_only_a_bad_one_has_a_code(api, valid):
    @settings(max_examples=60)
    @given(strategies.list_queries(api, valid=valid))
    def check(query):
        assert all(isinstance(text, str) for pair in query.params.items() for text in pair)
        assert query == ListQuery(query.params) if valid else query.code is not None

    check()


def test_members_of_a_group_come_together_unless_that_is_what_is_wrong():
    group = {"resource_id", "resource_type"}
    good = [
        query.params.keys() & group for query in anew(strategies.list_queries("chainloop"), 200)
    ]
    assert {frozenset(names) for names in good} == {frozenset(), frozenset(group)}
    bad = anew(strategies.list_queries("chainloop", valid=False), 200)
    alone = [query.params for query in bad if len(query.params.keys() & group) == 1]
    assert {name for params in alone for name in params.keys() & group} == group


def test_free_texts_keep_to_alphabet_and_length():
    asked = {"alphabet": st.sampled_from("xy"), "max_length": 2}

    @given(strategies.list_queries("chainloop", **asked))
    def check(query):
        for name in ("resource_id", "resource_type", "kind"):
            text = query.params.get(name, "x")
            assert len(text) <= 2
            assert {*text} <= {*"xy"}

    check()
