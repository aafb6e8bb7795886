"""Who may ask Chainloop, and for which operations; and what every operation has."""

from __future__ import annotations

import pytest
from support.chainloop_server import STATUS, Server, the_error

from pytest_asyncops import InvalidArgument, Lifecycle

# --- who may ask


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer   ", "token", "Basic dG9rZW4=", "Token token"],
)
@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x"])
def test_a_missing_token_is_a_401(authorization, target):
    response = Server().ask(target, authorization)
    assert the_error(response) == (401, 16, "JWT token is missing")
    assert response.headers["Www-Authenticate"] == "JWT token is missing"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_may_have_any_case(scheme):
    assert Server().ask("/v1/operations", f"{scheme} token").status_code == 200


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("forbidden", (403, 7, "operation not allowed")),
        ("invalid", (401, 16, "Token is invalid")),
        ("expired", (401, 16, "JWT token has expired")),
    ],
)
@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x"])
def test_a_refused_token(reason, error, target):
    server = Server()
    server.stub.refuse("bad", reason)
    response = server.ask(target, "Bearer bad")
    assert the_error(response) == error
    expected = error[2] if error[0] == 401 else None
    assert response.headers.get("www-authenticate") == expected
    assert server.ask("/v1/operations", "Bearer good").status_code == 200


def test_forbidden_is_what_a_refusal_is_by_default():
    server = Server()
    server.stub.refuse("bad")
    assert server.ask("/v1/operations", "Bearer bad").status_code == 403


def test_an_unknown_reason_names_the_choices():
    with pytest.raises(InvalidArgument) as caught:
        Server().stub.refuse("bad", "expierd")
    assert str(caught.value) == (
        "unknown reason for a refusal 'expierd'. Did you mean 'expired'? "
        "Choose 'forbidden', 'invalid' or 'expired'."
    )


def test_a_refused_token_hides_whether_an_operation_exists():
    server = Server()
    server.start(id="there")
    server.stub.refuse("bad", "invalid")
    answers = {
        server.ask(f"/v1/operations/{name}", "Bearer bad").content for name in ("there", "not")
    }
    assert len(answers) == 1


def test_a_refused_request_polls_nothing():
    server = Server()
    operation = server.start(id="x")
    server.ask("/v1/operations/x", None)
    server.ask("/v1/operations?status=9")
    assert operation.polls == 0
    server.ask("/v1/operations/x")
    server.ids()
    assert operation.polls == 2


# --- filters


@pytest.fixture
def mixed() -> Server:
    """Operations in every state, of two kinds and two resources; oldest first."""
    server = Server(order="oldest")
    run = Lifecycle.manual
    server.start(id="pending", kind="a", lifecycle=run())
    server.start(
        id="running", kind="b", resource_id="r1", resource_type="t1", lifecycle=run()
    ).run()
    server.start(id="done", kind="a", resource_id="r1", resource_type="t2", lifecycle=run())
    server.stub.operations["done"].succeed(output=b"x")
    server.start(id="failed", kind="b", resource_id="r2", resource_type="t1", lifecycle=run())
    server.stub.operations["failed"].fail("boom")
    server.start(id="purged", kind="a", lifecycle=run()).succeed()
    server.stub.operations["purged"].purge()
    return server


EVERY = ["pending", "running", "done", "failed", "purged"]


@pytest.mark.parametrize(
    ("word", "number", "found"),
    [
        ("UNSPECIFIED", 0, EVERY),
        ("PENDING", 1, ["pending"]),
        ("RUNNING", 2, ["running"]),
        ("COMPLETED", 3, ["done"]),
        ("FAILED", 4, ["failed"]),
        ("PURGED", 5, ["purged"]),
    ],
)
def test_status_filter_by_name_and_by_number(mixed, word, number, found):
    assert mixed.ids(status=STATUS + word) == found
    assert mixed.ids(status=number) == found
    if word != "UNSPECIFIED":
        assert mixed.get(found[0])["status"] == STATUS + word


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, EVERY),
        ({"kind": "a"}, ["pending", "done", "purged"]),
        ({"kind": "A"}, []),
        ({"kind": ""}, EVERY),
        ({"kind": "b", "status": 2}, ["running"]),
        ({"resource_id": "r1", "resource_type": "t1"}, ["running"]),
        ({"resourceId": "r1", "resourceType": "t2"}, ["done"]),
        ({"resource_id": "r1", "resource_type": "t1", "kind": "a"}, []),
        ({"resource_id": "r9", "resource_type": "t1"}, []),
        ({"resource_id": "", "resource_type": ""}, EVERY),
    ],
)
def test_field_filters(mixed, query, found):
    assert mixed.ids(**query) == found
    assert mixed.list(**query)["pagination"]["total_count"] == len(found)


@pytest.mark.parametrize(
    "query",
    ["resource_id=r1", "resource_type=t1", "resource_id=r1&resource_type=", "resourceType=t1"],
)
def test_a_resource_is_named_by_id_and_type_together(mixed, query):
    assert the_error(mixed.ask(f"/v1/operations?{query}")) == (
        400,
        3,
        "resource_id and resource_type must be provided together",
    )


def test_filters_follow_the_states_as_time_goes_by():
    server = Server()
    server.start(id="x", lifecycle=Lifecycle.succeeds(pending=1, running=1).then_purged(1))
    seen = []
    for _ in range(4):
        seen.append([number for number in range(1, 6) if server.ids(status=number)])
        server.clock.advance(1)
    assert seen == [[1], [2], [3], [5]]


# --- its operations


def test_ids_are_uuids_and_counted():
    operations = Server().stub.start_many(11)
    assert operations[0].id == "00000000-0000-4000-8000-000000000001"
    assert operations[-1].id == "00000000-0000-4000-8000-00000000000b"


def test_there_is_no_word_for_cancelled():
    with pytest.raises(InvalidArgument, match=r"chainloop has no status for State\.CANCELLED"):
        Server().start(lifecycle=Lifecycle.manual()).cancel()
