"""Pinecone's lists: filters, each choice of each reading, pages, tokens and retention."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pinecone_server import Server, bad, the_error

from pytest_asyncops import Lifecycle, State
from pytest_asyncops.settings import PINECONE

# What answers have to have is switched in tests/conformance/test_answer_rules.py.
READINGS = [one for one in PINECONE if one.choices != ("refuse", "allow")]

DAY = 24 * 60 * 60


# --- filters


@pytest.fixture
def mixed() -> Server:
    server = Server(order="oldest")
    server.start("waits", lifecycle=Lifecycle.manual())
    server.start("runs", operation_type="delete_file", lifecycle=Lifecycle.manual()).run()
    server.start("done", operation_type="upsert_file", lifecycle=Lifecycle.manual()).succeed()
    server.start("fails", lifecycle=Lifecycle.manual()).fail("boom")
    server.start("gone", lifecycle=Lifecycle.manual()).succeed()
    server.stub.operations["gone"].purge()
    return server


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["waits", "runs", "done", "fails"]),
        ({"status": "Processing"}, ["waits", "runs"]),
        ({"status": "Completed"}, ["done"]),
        ({"status": "Failed"}, ["fails"]),
        ({"operation_type": "upload_file"}, ["waits", "fails"]),
        ({"operation_type": "upsert_file"}, ["done"]),
        ({"operation_type": "delete_file"}, ["runs"]),
        ({"operation_type": "update_file_metadata"}, []),
        ({"operation_type": "upload_file", "status": "Failed"}, ["fails"]),
        ({"operation_type": "upsert_file", "status": "Failed"}, []),
        ({"unknown": "x"}, ["waits", "runs", "done", "fails"]),
    ],
)
def test_filters(mixed, query, found):
    assert mixed.ids(**query) == found


def test_a_purged_operation_is_not_found(mixed):
    assert the_error(mixed.ask("/operations/docs/gone"))[0] == 404
    assert mixed.stub.operations["gone"].state is State.PURGED


# --- the readings, each choice of each

NO_VERSION = bad("Missing required header X-Pinecone-Api-Version")
STATUSES = bad("Invalid status: Valid options are Processing, Completed, Failed")
TYPES = bad(
    "Invalid operation_type: Valid options are "
    "upload_file, upsert_file, update_file_metadata, delete_file"
)
LIMIT = bad("Invalid limit: must be an integer from 1 to 100")
TOKEN = bad("Invalid pagination token")
NEWEST = ["5", "4", "3", "2", "1"]


def version(text: str) -> tuple[int, str, str]:
    return bad(f"Invalid X-Pinecone-Api-Version: {text}")


CHOICES = [
    ("version_header", "required", "", None, NO_VERSION),
    ("version_header", "optional", "", None, NEWEST),
    ("version_header", "optional", "", "latest", version("latest")),
    ("versions", "dates", "", "2026-04", NEWEST),
    ("versions", "dates", "", "2025-10", NEWEST),
    ("versions", "dates", "", "2026-07", NEWEST),
    ("versions", "dates", "", "2026-4", version("2026-4")),
    ("versions", "dates", "", "2026-04-01", version("2026-04-01")),
    ("versions", "dates", "", "unstable", version("unstable")),
    ("versions", "dates", "", "", version("")),
    ("versions", "any", "", "unstable", NEWEST),
    ("versions", "any", "", None, NO_VERSION),
    ("bad_filter", "refuse", "status=Done", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=processing", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=", "2026-04", STATUSES),
    ("bad_filter", "refuse", "status=PURGED", "2026-04", STATUSES),
    ("bad_filter", "refuse", "operation_type=upload", "2026-04", TYPES),
    ("bad_filter", "refuse", "operation_type=", "2026-04", TYPES),
    ("bad_filter", "empty", "status=Done", "2026-04", []),
    ("bad_filter", "empty", "status=", "2026-04", []),
    ("bad_filter", "empty", "operation_type=upload", "2026-04", []),
    ("bad_filter", "empty", "operation_type=upload_file", "2026-04", NEWEST),
    ("bad_limit", "refuse", "limit=0", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=101", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=-1", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=x", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=1.0", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=%D9%A1", "2026-04", LIMIT),
    ("bad_limit", "refuse", f"limit={'9' * 5000}", "2026-04", LIMIT),
    ("bad_limit", "refuse", "limit=1", "2026-04", ["5"]),
    ("bad_limit", "refuse", "limit=100", "2026-04", NEWEST),
    ("bad_limit", "clamp", "limit=0", "2026-04", ["5"]),
    ("bad_limit", "clamp", "limit=-7", "2026-04", ["5"]),
    ("bad_limit", "clamp", "limit=101", "2026-04", NEWEST),
    ("bad_limit", "clamp", "limit=2", "2026-04", ["5", "4"]),
    ("bad_limit", "clamp", "limit=x", "2026-04", LIMIT),
    ("default_limit", 2, "", "2026-04", ["5", "4"]),
    ("default_limit", 2, "limit=3", "2026-04", ["5", "4", "3"]),
    ("bad_token", "refuse", "pagination_token=x", "2026-04", TOKEN),
    ("bad_token", "refuse", "pagination_token=", "2026-04", TOKEN),
    ("bad_token", "restart", "pagination_token=x", "2026-04", NEWEST),
    ("order", "newest", "", "2026-04", NEWEST),
    ("order", "oldest", "", "2026-04", NEWEST[::-1]),
    ("order", "oldest", "limit=2", "2026-04", ["1", "2"]),
    ("retention", 1, "", "2026-04", ["5", "4", "3"]),
    ("retention", 2, "", "2026-04", ["5", "4", "3", "2"]),
]
"""Reading, value, query, the version header, and the ids or the error that these lead to."""


@pytest.mark.parametrize(("reading", "value", "query", "sent", "expected"), CHOICES)
def test_a_reading(reading, value, query, sent, expected):
    server = Server(**{reading: value})
    for number in range(1, 6):
        # Four seconds on, the first three have been over for 2, 1 and 0 seconds.
        server.start(str(number), lifecycle=Lifecycle.succeeds(running=number + 1))
    server.clock.advance(4)
    response = server.ask(f"/operations/docs?{query}", X_Pinecone_Api_Version=sent)
    if isinstance(expected, tuple):
        assert the_error(response) == expected
    else:
        assert [item["id"] for item in response.json()["operations"]] == expected


def test_the_table_has_every_reading_and_every_choice():
    tried = {(reading, value) for reading, value, *_ in CHOICES}
    for setting in READINGS:
        assert {(setting.name, choice) for choice in setting.choices} <= tried
    assert {name for name, _ in tried} == {setting.name for setting in READINGS}


# --- pages


def tokens(server: Server, **query: object) -> list[str]:
    """The tokens of all pages, in order."""
    found: list[str] = []
    page = server.page(**query)
    while "pagination" in page:
        assert list(page["pagination"]) == ["next"]
        found.append(page["pagination"]["next"])
        page = server.page(**{**query, "pagination_token": found[-1]})
    return found


@given(
    count=st.integers(0, 9), limit=st.integers(1, 4), order=st.sampled_from(["newest", "oldest"])
)
def test_pages_concatenate_to_the_whole(count, limit, order):
    server = Server(order=order)
    server.stub.start_many(count, id=str, assistant_name="docs")
    met = server.ids(limit=limit)
    for token in tokens(server, limit=limit):
        met += server.ids(limit=limit, pagination_token=token)
    whole = [str(index) for index in range(count)]
    assert met == (whole if order == "oldest" else whole[::-1])
    # Only the last page is without a token, and no page is empty but that of an empty list.
    assert len(tokens(server, limit=limit)) == max(-(-count // limit) - 1, 0)


def test_an_empty_list_is_a_list():
    assert Server().page() == {"operations": []}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_nothing_is_met_twice_though_operations_come_and_go(order):
    server = Server(order=order)
    for name in "abcdef":
        server.start(name, lifecycle=Lifecycle.manual())
    first = server.page(limit=2)
    met = [item["id"] for item in first["operations"]]
    # One that was served goes, so does the one that would come next; a new one appears.
    for name in (met[0], "c", "d"):
        server.stub.operations[name].succeed()
        server.stub.operations[name].purge()
    server.start("new")
    rest = server.ids(limit=9, pagination_token=first["pagination"]["next"])
    if order == "oldest":
        assert (met, rest) == (["a", "b"], ["e", "f", "new"])
    else:
        assert (met, rest) == (["f", "e"], ["b", "a"])


def paged() -> tuple[Server, str]:
    server = Server()
    server.stub.start_many(40, assistant_name="docs", operation_type="upload_file")
    server.stub.start_many(3, assistant_name="other")
    return server, server.page(limit=1, status="Processing")["pagination"]["next"]


def test_a_token_is_good_for_its_query_and_any_limit():
    server, token = paged()
    for limit in (1, 2, 50):
        page = server.page(limit=limit, status="Processing", pagination_token=token)
        assert len(page["operations"]) == min(limit, 39)


@pytest.mark.parametrize(
    ("assistant", "query"),
    [
        ("other", {"status": "Processing"}),
        ("docs", {}),
        ("docs", {"status": "Completed"}),
        ("docs", {"status": "Processing", "operation_type": "upload_file"}),
    ],
)
def test_a_token_is_tied_to_its_query(assistant, query):
    server, token = paged()
    target = f"/operations/{assistant}?{urlencode({**query, 'pagination_token': token})}"
    assert the_error(server.ask(target)) == TOKEN


SERVER, ISSUED = paged()


@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            lambda at, piece, cut: ISSUED[:at] + piece + ISSUED[at + cut :],
            st.integers(0, len(ISSUED)),
            st.text("ABCyz019-_+/= \n%", max_size=2),
            st.integers(0, 3),
        ),
    ).filter(lambda token: token != ISSUED)
)
def test_a_token_that_was_tampered_with_is_refused(token):
    query = urlencode({"status": "Processing", "pagination_token": token})
    assert the_error(SERVER.ask(f"/operations/docs?{query}")) == TOKEN


def test_no_character_of_a_token_can_be_changed():
    for at, character in enumerate(ISSUED):
        for other in {"A", "B", "E", "I", "Q", "g", "w", "="} - {character}:
            token = ISSUED[:at] + other + ISSUED[at + 1 :]
            query = urlencode({"status": "Processing", "pagination_token": token})
            assert the_error(SERVER.ask(f"/operations/docs?{query}")) == TOKEN


def test_a_token_shows_neither_ids_nor_names():
    server = Server()
    server.start("op-secret")
    server.start("op-other")
    token = server.page(limit=1)["pagination"]["next"]
    assert "docs" not in token
    assert "secret" not in token


# --- retention


@pytest.mark.parametrize("by_hand", [False, True])
def test_an_operation_is_retained_for_30_days_after_its_end(by_hand):
    server = Server()
    plan = Lifecycle.manual() if by_hand else Lifecycle.succeeds(running=10)
    operation = server.start("op-1", lifecycle=plan)
    server.clock.advance(10)
    if by_hand:
        operation.succeed()
    server.clock.advance_ns(30 * DAY * 10**9 - 1)
    assert server.get("op-1")["status"] == "Completed"
    assert server.ids() == server.ids(status="Completed") == ["op-1"]
    server.clock.advance_ns(1)
    assert the_error(server.ask("/operations/docs/op-1"))[0] == 404
    assert server.ids() == server.ids(status="Completed") == []
    assert operation.state is State.PURGED


def test_what_has_not_ended_is_retained_for_ever():
    server = Server()
    server.start("op-1", lifecycle=Lifecycle.hangs())
    server.clock.advance(datetime.timedelta(days=400))
    assert server.ids() == ["op-1"]


def test_a_purge_of_the_lifecycle_itself_comes_before_retention():
    server = Server()
    server.start("op-1", lifecycle=Lifecycle.succeeds(running=1).then_purged(1))
    server.clock.advance(2)
    assert server.ids() == []
