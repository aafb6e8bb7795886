"""A client's bug is shown by the example that a person would write."""

from __future__ import annotations

import base64
import datetime
import json
import re

import pytest
from hypothesis import Phase, find, settings

from pytest_asyncops import State, strategies

SEARCH = settings(
    max_examples=2000, database=None, phases=[Phase.generate, Phase.shrink], derandomize=True
)
PINECONE = {
    "id": "op-000000000001",
    "operation_type": "upload_file",
    "status": "Processing",
    "created_on": "2026-01-01T00:00:00Z",
}
CHAINLOOP = {
    "id": "00000000-0000-4000-8000-000000000001",
    "status": "ASYNC_OPERATION_STATUS_PENDING",
    "created_at": "2026-01-01T00:00:00Z",
}
DONE = {
    **CHAINLOOP,
    "status": "ASYNC_OPERATION_STATUS_COMPLETED",
    "started_at": "2026-01-01T00:00:00Z",
    "finished_at": "2026-01-01T00:00:00Z",
}


def fails(client):
    """Whether the client falls over."""

    def failing(answer):
        try:
            client(answer)
        except (AssertionError, AttributeError, LookupError, TypeError, ValueError):
            return True
        return False

    return failing


def parses_no_nanoseconds(operation):
    assert not re.search(r"\.\d{9}", operation["created_on"])


def wants_whole_seconds(operation):
    return datetime.datetime.strptime(operation["created_on"][:20], "%Y-%m-%dT%H:%M:%SZ")


def wants_pagination(body):
    return body["pagination"]["next"]


def wants_items(body):
    return body["operations"][0]["id"]


def takes_the_last_page_for_full(body):
    pagination = body["pagination"]
    assert len(body["operations"]) in (0, pagination["page_size"])


def takes_unknown_for_done(operation):
    if operation["status"] != "Processing":
        assert operation["status"] in ("Completed", "Failed")


def wants_percent(operation):
    return operation["percent_complete"] / 100


def wants_output(operation):
    return base64.b64decode(operation["output"])


def wants_json_output(operation):
    if operation.get("output") is not None:
        return json.loads(base64.b64decode(operation["output"]))
    return None


def takes_null_for_text(operation):
    return operation.get("file_id", "").upper()


def expects_no_failure(operation):
    assert operation["status"] != "Failed", operation["error_message"]


def expects_a_start(operation):
    if operation["status"].endswith("FAILED"):
        return operation["started_at"]
    return None


def sees_a_restart(bodies):
    words = [body["operation"]["status"] for body in bodies]
    assert len(set(words)) < 2


BUGS = [
    (
        parses_no_nanoseconds,
        strategies.operations("pinecone"),
        {**PINECONE, "created_on": "2026-01-01T00:00:00.123456789Z"},
    ),
    (
        wants_whole_seconds,
        strategies.operations("pinecone"),
        {**PINECONE, "created_on": "2026-01-01T00:00:00.1Z"},
    ),
    (wants_pagination, strategies.lists("pinecone"), {"operations": []}),
    (wants_items, strategies.lists("pinecone"), {"operations": []}),
    (
        takes_the_last_page_for_full,
        strategies.lists("chainloop"),
        {
            "operations": [CHAINLOOP],
            "pagination": {"page": 0, "page_size": 2, "total_count": 1, "total_pages": 1},
        },
    ),
    (
        takes_unknown_for_done,
        strategies.operations("pinecone", unknown="sometimes"),
        {**PINECONE, "status": "processing"},
    ),
    (wants_percent, strategies.operations("pinecone"), PINECONE),
    (wants_output, strategies.operations("chainloop", state=State.SUCCEEDED), DONE),
    (
        wants_json_output,
        strategies.operations("chainloop", state=State.SUCCEEDED),
        {**DONE, "output": ""},
    ),
    (takes_null_for_text, strategies.operations("pinecone"), {**PINECONE, "file_id": None}),
    (
        expects_no_failure,
        strategies.operations("pinecone"),
        {
            **PINECONE,
            "status": "Failed",
            "completed_on": "2026-01-01T00:00:00Z",
            "error_message": "0",
        },
    ),
    (
        expects_a_start,
        strategies.operations("chainloop"),
        {
            **CHAINLOOP,
            "status": "ASYNC_OPERATION_STATUS_FAILED",
            "error_message": "0",
            "finished_at": "2026-01-01T00:00:00Z",
        },
    ),
]


@pytest.mark.parametrize(
    ("client", "answers", "expected"), BUGS, ids=lambda part: getattr(part, "__name__", "")
)
def test_the_smallest_answer(client, answers, expected):
    found = find(answers, fails(client), settings=SEARCH)
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_the_shortest_history():
    found = find(strategies.histories("chainloop"), fails(sees_a_restart), settings=SEARCH)
    assert [body["operation"]["status"].rpartition("_")[2] for body in found] == [
        "PENDING",
        "RUNNING",
    ]


def test_what_a_failure_prints():
    assert repr(find(strategies.lifecycles(), lambda life: True, settings=SEARCH)) == (
        "Lifecycle(plan=(Step(State.SUCCEEDED),), by_hand=False)"
    )
    assert repr(strategies.operations("pinecone", state=State.FAILED)) == (
        "operations('pinecone', state=State.FAILED)"
    )
