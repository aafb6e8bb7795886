"""What a timeline looks like, to the letter."""

from __future__ import annotations

import re
import time

import pytest
import requests
from support.chainloop_polls import HEADERS, ask

from pytest_asyncops import AsyncOpsMock, InvalidArgument, Lifecycle, mocked, polls
from pytest_asyncops.timeline.text import marked_table

PINECONE = {"Api-Key": "s3cret-key", "X-Pinecone-Api-Version": "2026-04"}


def lines_of(text: str) -> list[str]:
    """The lines of a timeline, without the numbers of the lines that waited."""
    return re.sub(r"[^ ]*test_text\.py:\d+", "test_text.py:9", text).splitlines()


def poll(mock: AsyncOpsMock, name: str, *, times: int, every: float = 5) -> None:
    for _ in range(times):
        ask(mock, name)
        time.sleep(every)


def test_a_short_one_is_told_whole() -> None:
    with mocked() as mock:
        life = Lifecycle.succeeds(pending=2, running=9)
        operation = mock.chainloop.start(lifecycle=life)
        poll(mock, operation.id, times=2)
        mock.clock.advance(90)
        ask(mock, operation.id)
        assert lines_of(str(mock.timeline)) == [
            "1 min 40 s of the servers' time, from 2026-01-01T00:00:00Z on",
            "    0 s         chainloop starts 00000000-0000-4000-8000-000000000001: "
            "PENDING 2 s, RUNNING 9 s, SUCCEEDED",
            "    0 s         GET /v1/operations/…0001  200 PENDING",
            "                waits 5 s at test_text.py:9, in poll",
            "    2 s         …0001 is now RUNNING",
            "    5 s   +5 s  GET /v1/operations/…0001  200 RUNNING",
            "                waits 5 s at test_text.py:9, in poll",
            "                the test moves the clock by 1 min 30 s at test_text.py:9, in "
            "test_a_short_one_is_told_whole",
            "   11 s         …0001 is now SUCCEEDED",
            "  100 s  +95 s  GET /v1/operations/…0001  200 SUCCEEDED",
            "at the end: …0001 is SUCCEEDED, shown by 3 answers",
        ]


def test_a_long_one_is_folded() -> None:
    with mocked() as mock:
        life = Lifecycle.succeeds(pending=12, running=4_000)
        mock.pinecone.start(assistant_name="docs", operation_type="upload_file", lifecycle=life)
        url = f"{mock.pinecone.base_url}/operations/docs/op-000000000001"
        for _ in range(800):
            requests.get(url, headers=PINECONE, timeout=30)
            time.sleep(5)
        time.sleep(20)
        assert lines_of(str(mock.timeline)) == [
            "1 h 7 min of the servers' time, from 2026-01-01T00:00:00Z on",
            "  0:00:00            pinecone starts op-000000000001: PENDING 12 s, RUNNING 1 h 6 min "
            "40 s, SUCCEEDED",
            "  0:00:00            GET /operations/docs/op-000000000001  200 PENDING 0 %",
            "                     waits 5 s at test_text.py:9, in test_a_long_one_is_folded",
            "  0:00:05  +0:00:05  GET /operations/docs/op-000000000001  200 PENDING 0 %",
            "                     waits 5 s at test_text.py:9, in test_a_long_one_is_folded",
            "  0:00:10  +0:00:05  GET /operations/docs/op-000000000001  200 PENDING 0 %",
            "                     waits 5 s at test_text.py:9, in test_a_long_one_is_folded",
            "  0:00:12            op-000000000001 is now RUNNING",
            "  0:00:15  +0:00:05  GET /operations/docs/op-000000000001  200 RUNNING 0 %",
            "                     waits 5 s at test_text.py:9, in test_a_long_one_is_folded",
            "                     … 795 more polls every 5 s, all RUNNING, 0 to 99 % …",
            "  1:06:35  +0:00:05  GET /operations/docs/op-000000000001  200 RUNNING 99 %",
            "                     waits 5 s at test_text.py:9, in test_a_long_one_is_folded",
            "                     waits 20 s at test_text.py:9, in test_a_long_one_is_folded",
            "! 1:06:52            op-000000000001 is now SUCCEEDED, and no answer showed it",
            "at the end: op-000000000001 is SUCCEEDED, shown by 800 answers",
        ]


def test_what_is_not_alike_is_cut_in_the_middle() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        for number in range(100):
            ask(mock, "a")
            time.sleep(number + 1)
            mock.clock.advance(number + 0.5)
        text = mock.timeline.text(lines=12)
        assert len(text.splitlines()) == 12
        assert lines_of(text)[1:7] == [
            "  0:00:00             chainloop starts a: RUNNING for ever",
            "  0:00:00             GET /v1/operations/a  200 RUNNING",
            "                      waits 1 s at test_text.py:9, in "
            "test_what_is_not_alike_is_cut_in_the_middle",
            "                      the test moves the clock by 0.5 s at test_text.py:9, in "
            "test_what_is_not_alike_is_cut_in_the_middle",
            "                      … 98 more requests, 98 more waits, 97 more clock moves …",
            "                      the test moves the clock by 1 min 38.5 s at test_text.py:9, in "
            "test_what_is_not_alike_is_cut_in_the_middle",
        ] or lines_of(text)
        assert len(mock.timeline.text(lines=None).splitlines()) == 303
        assert len(str(mock.timeline).splitlines()) == 40


@pytest.mark.parametrize("lines", [9, 0, -1, True, "40", 40.0])
def test_a_number_of_lines_that_is_none(lines: object) -> None:
    with mocked() as mock, pytest.raises(InvalidArgument) as caught:
        mock.timeline.text(lines=lines)  # type: ignore[arg-type] # what is tested
    assert str(caught.value) == f"lines must be a whole number, 10 or more, not {lines!r}"


def test_many_operations_are_told_together() -> None:
    with mocked() as mock:
        mock.chainloop.start_many(50, id="op-{}".format, lifecycle=Lifecycle.succeeds(running=3))
        time.sleep(5)
        assert lines_of(str(mock.timeline)) == [
            "5 s of the servers' time, from 2026-01-01T00:00:00Z on",
            "  0 s    chainloop starts op-0: RUNNING 3 s, SUCCEEDED",
            "         … 48 more chainloop operations, with the same lifecycle …",
            "  0 s    chainloop starts op-49: RUNNING 3 s, SUCCEEDED",
            "         waits 5 s at test_text.py:9, in test_many_operations_are_told_together",
            "! 3 s    op-0 is now SUCCEEDED, and no answer showed it",
            "         … 48 more are now SUCCEEDED, and no answer showed it …",
            "! 3 s    op-49 is now SUCCEEDED, and no answer showed it",
            "at the end: 50 SUCCEEDED",
        ]


def test_what_is_not_in_it_is_counted() -> None:
    with mocked(max_calls_kept=1) as mock:
        mock.chainloop.start_many(1_002)
        poll(mock, "00000000-0000-4000-8000-000000000001", times=3)
        assert lines_of(str(mock.timeline))[1:3] == [
            "the first 2 requests and what was between them are no longer kept (max_calls_kept, "
            "max_bytes_kept)",
            "2 more operations, not shown",
        ]


def test_one_that_is_not_in_it() -> None:
    with mocked(max_calls_kept=1) as mock:
        mock.chainloop.start(id="a")
        poll(mock, "a", times=2)
        assert lines_of(str(mock.timeline))[1] == (
            "the first request is no longer kept (max_calls_kept, max_bytes_kept)"
        )


def test_nothing_has_happened() -> None:
    with mocked() as mock:
        assert str(mock.timeline) == "0 s of the servers' time, from 2026-01-01T00:00:00Z on"
        assert repr(mock.timeline) == "<Timeline of 0 events, 0 s>"


@pytest.mark.parametrize(
    ("outcomes", "folded"),
    [
        ((200,), "… 97 more polls every 5 s, all RUNNING …"),
        ((404,), "… 97 more polls every 5 s, all 404 …"),
    ],
)
def test_what_many_polls_were_told(outcomes: tuple[int, ...], folded: str) -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        poll(mock, "a" if outcomes == (200,) else "b", times=100)
        assert f"         {folded}" in str(mock.timeline)


def test_rounds_are_folded_as_rounds() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        mock.chainloop.start(id="b", lifecycle=Lifecycle.hangs(pending=10**6))
        for _ in range(50):
            ask(mock, "a")
            ask(mock, "b")
            time.sleep(5)
        text = str(mock.timeline)
        assert " … 94 more polls every 5 s, RUNNING and PENDING …" in text
        assert len(text.splitlines()) == 14


def test_the_states_of_pages_are_told_once() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        mock.chainloop.start(id="b", lifecycle=Lifecycle.succeeds(running=0))
        for _ in range(50):
            requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
            ask(mock, "a")
            time.sleep(5)
        assert " … 94 more requests every 5 s, SUCCEEDED and RUNNING …" in str(mock.timeline)


def test_many_outcomes_are_told_in_part() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        mock.chainloop.start(id="b", lifecycle=Lifecycle.hangs(pending=10**6))
        mock.chainloop.start(id="c", lifecycle=Lifecycle.succeeds(running=0))
        mock.chainloop.start(id="d", lifecycle=Lifecycle.fails(running=0, message="no"))
        for _ in range(50):
            for name in "abcde":
                ask(mock, name)
            time.sleep(5)
        folded = " … 235 more polls every 5 s, RUNNING, PENDING, SUCCEEDED and others …"
        assert folded in str(mock.timeline)


def test_waits_alone_are_folded_too() -> None:
    with mocked() as mock:
        for _ in range(50):
            time.sleep(5)
            time.sleep(1)
        lines = [line.strip() for line in str(mock.timeline).splitlines()[1:]]
    assert len(lines) == 5
    assert lines[2] == "… 96 more waits …"


def test_lists_and_spinning() -> None:
    with mocked(max_polls_at_once=10**6) as mock:
        for _ in range(100):
            requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
        assert str(mock.timeline).splitlines()[1:] == [
            "  0 s        GET /v1/operations  200 no operations",
            "  0 s  +0 s  GET /v1/operations  200 no operations",
            "             … 97 more requests, all 200 …",
            "  0 s  +0 s  GET /v1/operations  200 no operations",
        ]


@pytest.mark.parametrize(
    ("life", "told"),
    [
        (Lifecycle.manual(), "the test moves it by hand"),
        (Lifecycle.hangs(pending=0.5), "PENDING 0.5 s, RUNNING for ever"),
        (Lifecycle.fails("disk\x1b full", running=polls(3)),
         r"RUNNING for 3 polls, FAILED 'disk\x1b full'"),
        (Lifecycle.succeeds(running=polls(1)).then_purged(60),
         "RUNNING for 1 poll, SUCCEEDED 1 min, PURGED"),
    ],
)  # fmt: skip
def test_the_plan_of_an_operation(life: Lifecycle, told: str) -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=life)
        assert str(mock.timeline).splitlines()[1].endswith(f"chainloop starts a: {told}")


def test_a_month_is_told_in_days() -> None:
    with mocked() as mock:
        mock.clock.advance(30 * 86_400 + 0.5)
        ask(mock, "a")
        assert str(mock.timeline).splitlines()[-1].startswith("  30 d 0:00:00.5    GET ")


def test_hostile_ids_and_paths_are_text() -> None:
    with mocked(unmatched="answer") as mock:
        mock.chainloop.start(id="a\x1b[31mb", lifecycle=Lifecycle.hangs())
        url = f"{mock.chainloop.base_url}/v1/%1b[31m\u202e/{'x' * 500}"
        requests.get(url, headers=HEADERS, timeout=30)
        text = str(mock.timeline)
    assert all(line.isprintable() for line in text.splitlines())
    assert max(map(len, text.splitlines())) < 250


def test_marks_stand_before_the_lines_of_calls() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="a", lifecycle=Lifecycle.hangs())
        poll(mock, "a", times=60)
        marks = {id(call): f"> {number}" for number, call in enumerate(mock.calls, 1) if number > 1}
        lines = marked_table(mock.timeline, marks, 20)
    assert lines[1].startswith("       0 s ")
    assert lines[3].startswith("> 2    5 s  +5 s  GET ")
    assert lines[4].startswith(">                 … 57 more polls every 5 s, all RUNNING …")
    assert lines[-2].startswith("> 60 295 s ")


def test_without_marks_there_is_the_beginning_and_the_end() -> None:
    with mocked() as mock:
        for number in range(20):
            ask(mock, f"op-{number}")
        lines = marked_table(mock.timeline, {}, 5)
    assert [line.split()[-2:] for line in lines[:2]] == [["not", "found"]] * 2
    assert lines[2].strip() == "… 16 more requests …"
    assert len(lines) == 5
