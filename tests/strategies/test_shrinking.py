"""A client's bug is shown by the example that a person would write, as text that can be pasted."""

from __future__ import annotations

import base64
import json
import re
from random import Random

import pytest
from hypothesis import Phase, find, given, settings

from pytest_asyncops import Lifecycle, Progress, State, Step, polls, strategies
from pytest_asyncops.rules.timestamps import in_order, instant_of
from pytest_asyncops.strategies import Invalid, ListQuery

SEARCH = settings(
    max_examples=2000,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,  # which Hypothesis adds where it believes to be in CI
)


# What a test imports to paste what is printed.
NAMES = {one.__name__: one for one in (Invalid, Lifecycle, ListQuery, Progress, State, Step, polls)}


def printed(client, answers):
    """The answer that the client fails with, pasted from what Hypothesis prints of it."""

    @SEARCH
    @given(answers)
    def polling(answer):
        client(answer)

    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any kind
        polling()
    [note] = [note for note in caught.value.__notes__ if "polling(" in note]
    return eval(note[note.index("polling(") :], {**NAMES, "polling": lambda answer: answer})


# --- twelve clients with a bug each, and the answer that shows it


def parses_no_nanoseconds(operation):
    """Ends at microseconds, as `datetime` does."""
    assert not re.search(r"\.\d{9}", operation["created_on"])


def wants_pagination(body):
    """Assumes that every page says how to go on."""
    return body["pagination"]["next"]


def wants_items(body):
    """Assumes that a page has something on it."""
    return body["operations"][0]["id"]


def counts_full_pages(body):
    """Divides, and forgets the page that is not full."""
    pagination = body["pagination"]
    assert pagination["total_pages"] == pagination["total_count"] // pagination["page_size"]


def takes_unknown_for_done(operation):
    """Whatever is not Processing is over."""
    if operation["status"] != "Processing":
        assert operation["status"] in ("Completed", "Failed")


def wants_percent(operation):
    """Draws a progress bar from the first answer on."""
    return operation["percent_complete"] / 100


def wants_output(operation):
    """Takes for granted that what has succeeded has produced something."""
    return base64.b64decode(operation["output"])


def wants_json(operation):
    """Takes for granted that what was produced is JSON, and so not empty."""
    if "output" in operation:
        json.loads(base64.b64decode(operation["output"]))


def takes_null_for_text(operation):
    """Knows that a file may be missing, and not that it may be null."""
    return operation.get("file_id", "").upper()


def wants_a_start(operation):
    """Computes how long a failure took."""
    if operation["status"].endswith("FAILED"):
        assert operation["started_at"] <= operation["finished_at"]


def takes_the_percentage_for_the_state(operation):
    """Shows that all is well once the bar is nearly full."""
    if operation.get("percent_complete", 0) > 90:
        assert operation["status"] == "Completed"


def writes_ascii(error):
    """Writes the message into a log of another age."""
    return error["error"]["message"].encode("ascii")


def joins_details(error):
    """Knows the details of the typed errors, which are strings."""
    return ", ".join(error.get("details", []))


PROCESSING = """\
{'id': 'op-000000000001',
     'operation_type': 'upload_file',
     'status': 'Processing',
     'created_on': '2026-01-01T00:00:00Z'}"""
COMPLETED = """\
{'id': '00000000-0000-4000-8000-000000000001',
     'status': 'ASYNC_OPERATION_STATUS_COMPLETED',
     'created_at': '2026-01-01T00:00:00Z',
     'started_at': '2026-01-01T00:00:00Z',
     'finished_at': '2026-01-01T00:00:00Z'}"""
PENDING = """\
{'id': '00000000-0000-4000-8000-000000000001',
     'status': 'ASYNC_OPERATION_STATUS_PENDING',
     'created_at': '2026-01-01T00:00:00Z'}"""


def with_line(text, line, after):
    """The text with one more line after the one that starts so."""
    lines = text.split("\n")
    place = next(index for index, one in enumerate(lines) if after in one)
    return "\n".join([*lines[: place + 1], f"     {line}", *lines[place + 1 :]])


BUGS = [
    (
        parses_no_nanoseconds,
        strategies.operations("pinecone"),
        PROCESSING.replace(":00Z", ":00.123456789Z"),
    ),
    (wants_pagination, strategies.lists("pinecone"), "{'operations': []}"),
    (wants_items, strategies.lists("pinecone"), "{'operations': []}"),
    (
        counts_full_pages,
        strategies.lists("chainloop"),
        """\
{'operations': [{'id': '00000000-0000-4000-8000-000000000001',
       'status': 'ASYNC_OPERATION_STATUS_PENDING',
       'created_at': '2026-01-01T00:00:00Z'}],
     'pagination': {'page': 0,
      'page_size': 2,
      'total_count': 1,
      'total_pages': 1}}""",
    ),
    (
        takes_unknown_for_done,
        strategies.operations("pinecone", unknown="sometimes"),
        PROCESSING.replace("Processing", "processing"),
    ),
    (wants_percent, strategies.operations("pinecone"), PROCESSING),
    (wants_output, strategies.operations("chainloop", state=State.SUCCEEDED), COMPLETED),
    (wants_json, strategies.operations("chainloop"), with_line(COMPLETED, "'output': '',", "stat")),
    (
        takes_null_for_text,
        strategies.operations("pinecone"),
        with_line(PROCESSING, "'file_id': None,", "operation_type"),
    ),
    (
        wants_a_start,
        strategies.operations("chainloop"),
        """\
{'id': '00000000-0000-4000-8000-000000000001',
     'status': 'ASYNC_OPERATION_STATUS_FAILED',
     'error_message': '0',
     'created_at': '2026-01-01T00:00:00Z',
     'finished_at': '2026-01-01T00:00:00Z'}""",
    ),
    (
        takes_the_percentage_for_the_state,
        strategies.operations("pinecone"),
        f"{PROCESSING[:-1]},\n     'percent_complete': 91}}",
    ),
    (
        writes_ascii,
        strategies.errors("pinecone", 401),
        "{'status': 401,\n     'error': {'code': 'UNAUTHENTICATED', 'message': 'é'}}",
    ),
    (
        joins_details,
        strategies.errors("chainloop", 404),
        "{'code': 0, 'message': '0', 'details': [{}]}",
    ),
]


@pytest.mark.parametrize(
    ("client", "answers", "expected"), BUGS, ids=lambda part: getattr(part, "__name__", "")
)
def test_the_answer_that_shows_a_bug(client, answers, expected):
    assert repr(printed(client, answers)) == repr(eval(expected))


# --- lifecycles and histories


def asks_once(bodies):
    """Believes the first answer for ever."""
    assert len({body["operation"]["status"] for body in bodies}) < 2


def test_the_shortest_history():
    states = {State.PENDING, State.RUNNING, State.SUCCEEDED}
    lifecycles = strategies.lifecycles("chainloop", states=states)
    found = printed(asks_once, strategies.histories("chainloop", lifecycle=lifecycles))
    running = {
        "id": "00000000-0000-4000-8000-000000000001",
        "kind": "evidence_evaluation",
        "status": "ASYNC_OPERATION_STATUS_RUNNING",
        "created_at": "2026-01-01T00:00:00Z",
        "started_at": "2026-01-01T00:00:00Z",
    }
    completed = {
        **running,
        "status": "ASYNC_OPERATION_STATUS_COMPLETED",
        "finished_at": "2026-01-01T00:00:00Z",
    }
    assert repr(found) == repr([{"operation": running}, {"operation": completed}])


def wants_rising_percents(bodies):
    """Assumes that a percentage never goes down."""
    percents = [body["percent_complete"] for body in bodies if "percent_complete" in body]
    assert percents == sorted(percents)


@pytest.mark.parametrize(
    ("client", "api"), [(asks_once, "chainloop"), (wants_rising_percents, "pinecone")]
)
def test_two_polls_show_it(client, api):
    assert len(printed(client, strategies.histories(api))) == 2


def fails(value):
    raise AssertionError


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (strategies.lifecycles(), "Lifecycle.steps(Step(State.SUCCEEDED))"),
        (
            strategies.lifecycles("pinecone", states={State.RUNNING, State.FAILED}),
            "Lifecycle.steps(Step(State.FAILED, message='0'))",
        ),
        (
            strategies.invalid_payloads("pinecone", "PaginationResponse"),
            "Invalid(payload=[], violations=(('$', 'schema.type'),))",
        ),
        (
            strategies.list_queries("pinecone", valid=False),
            "ListQuery(params={'operation_type': 'UPLOAD_FILE'}, status_code=400, "
            "code='INVALID_ARGUMENT')",
        ),
        (
            strategies.gets("chainloop", encoded=True),
            'b\'{"operation":{"id":"00000000-0000-4000-8000-000000000001",'
            '"status":"ASYNC_OPERATION_STATUS_PENDING","created_at":"2026-01-01T00:00:00Z"}}\'',
        ),
    ],
    ids=["life", "failure", "edit", "query", "bytes"],
)
def test_what_is_printed_can_be_pasted(values, expected):
    assert repr(printed(fails, values)) == expected


def text_of(form):
    return strategies.from_schema({"type": "string", "format": form})


SIMPLEST = [
    ("uuid", lambda text: True, "00000000-0000-4000-8000-000000000000"),
    ("uuid", lambda text: "f" in text, "00000000-0000-4000-8000-00000000000f"),
    ("uuid", lambda text: text != text.lower(), "00000000-0000-4000-8000-00000000000A"),
    ("date", lambda text: text < "2000", "1999-01-01"),
    ("date-time", lambda text: True, "2026-01-01T00:00:00Z"),
    ("date-time", lambda text: text < "2026", "2025-12-31T23:59:59Z"),
    ("date-time", lambda text: in_order(text, "2025-12-31T23:59:59Z"), "2025-12-31T23:59:59Z"),
    ("date-time", lambda text: text[-6] == "-", "2026-01-01T00:00:00-00:00"),
]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(("form", "shows", "expected"), SIMPLEST)
def test_texts_of_a_format_shrink_to_what_a_person_would_write(form, shows, expected, number):
    assert find(text_of(form), shows, settings=SEARCH, random=Random(number)) == expected


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_difference_of_two_times_is_shown_in_utc(seconds, number):
    def lasts(operation):
        times = [instant_of(operation.get(name) or "") for name in ("created_on", "completed_on")]
        return None not in times and (times[1][0] - times[0][0]).total_seconds() > seconds

    payloads = strategies.payloads("pinecone", "OperationModel")
    found = find(payloads, lasts, settings=SEARCH, random=Random(number))
    times = found["created_on"], found["completed_on"]
    assert all(text.endswith("Z") and ":60" not in text and len(text) == 20 for text in times)
    assert "2026-01-01T00:00:00Z" in times
