"""The record of calls is a sequence of the latest, counts them all, and can be set back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import InvalidArgument, mocked
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.serving.calls import Call, Calls, Kept
from pytest_asyncops.serving.checkpoint import Checkpoint
from pytest_asyncops.serving.messages import Request, Response
from pytest_asyncops.virtual_time.server_clock import ServerClock


def a_call(number: int = 0) -> Call:
    request = Request("GET", f"https://h/{number}", f"/{number}", {})
    return Call(request, Response(200), number * 10**9, ())


def test_a_call():
    call = a_call(7)
    assert call.at.isoformat() == "1970-01-01T00:00:07+00:00"
    assert repr(call) == "<Call 1970-01-01T00:00:07Z GET https://h/7 -> 200>"


def test_calls_are_a_sequence_and_print_the_latest():
    calls = Calls(ServerClock())
    assert repr(calls) == "<Calls 0: []>"
    kept = [a_call(n) for n in range(5)]
    for call in kept:
        calls._add(call)
    assert list(calls) == kept
    assert (calls[0], calls[-1], calls[1:3], len(calls)) == (kept[0], kept[4], kept[1:3], 5)
    assert kept[2] in calls
    with pytest.raises(IndexError):
        calls[5]
    assert repr(calls) == f"<Calls 5: […, {', '.join(map(repr, kept[2:]))}]>"


def a_call_of(size: int) -> Call:
    return Call(Request("GET", "", "", {}), Response(200, b"x" * size), 0, ())


@given(
    st.integers(1, 4),
    st.integers(1, 40),
    st.lists(st.integers(0, 30), max_size=12),
    st.integers(0, 12),
)
def test_a_record_keeps_the_latest_that_there_is_room_for(most, most_bytes, sizes, saved_after):
    calls = Calls(ServerClock(), Kept(most, most_bytes))
    made = [a_call_of(size) for size in sizes]

    def check(given: list[Call]) -> None:
        count = next(
            count
            for count in range(min(most, len(given)), -1, -1)
            if count <= 1
            or sum(len(call.response.content) for call in given[-count:]) <= most_bytes
        )
        assert list(calls) == given[len(given) - count :]
        assert (calls.total, calls.dropped) == (len(given), len(given) - count)

    saved = Checkpoint(ServerClock(), [calls])
    for number, call in enumerate(made):
        if number == saved_after:
            saved = Checkpoint(ServerClock(), [calls])
        calls._add(call)
        call.response.content = b""  # what a test does to it changes nothing of what is counted
        call.response.content = b"x" * sizes[number]
        check(made[: number + 1])
    saved.restore()
    check(made[:saved_after] if saved_after < len(made) else [])


def test_what_a_test_does_to_a_response_does_not_upset_the_record():
    calls = Calls(ServerClock(), Kept(10, 10))
    for number in range(6):
        calls._add(a_call_of(4))
        calls[-1].response.content = b"x" * number * 100
        assert len(calls) == min(number + 1, 2)


def test_what_is_no_longer_kept_is_said():
    calls = Calls(ServerClock(), Kept(2))
    for number in range(5_000):
        calls._add(a_call(number))
    assert repr(calls) == (
        f"<Calls 5,000, the first 4,998 no longer kept: [{calls[0]!r}, {calls[1]!r}]>"
    )


def test_how_much_is_kept_is_a_setting():
    settings = resolve_settings()
    assert Kept() == (settings.max_calls_kept, settings.max_bytes_kept)
    with mocked(max_calls_kept=3, max_bytes_kept=9) as mock:
        records = [mock.calls, *(stub.calls for stub in mock.stubs.values())]
        for record in records:
            record._add(a_call_of(2))
            for _ in range(4):
                record._add(a_call_of(3))
            assert (len(record), record.dropped) == (3, 2)
            record._add(a_call_of(4))
            assert len(record) == 2


@given(st.integers(0, 8), st.slices(8), st.integers(0, 4))
def test_a_record_reads_as_the_list_of_its_calls_and_goes_back_to_a_checkpoint(count, part, more):
    calls, model = Calls(ServerClock()), [a_call(number) for number in range(count)]
    for call in model:
        calls._add(call)
    saved = Checkpoint(ServerClock(), [calls])
    for number in range(more):
        calls._add(a_call(number))
    assert (len(calls), calls.total) == (count + more, count + more)
    for _ in range(2):
        saved.restore()
        assert (list(calls), len(calls), calls.total) == (model, count, count)
        assert calls[part] == model[part]
        assert list(reversed(calls)) == model[::-1]
        for place, call in enumerate(model):
            assert (calls.index(call), calls.index(call, place, count), calls.count(call)) == (
                place, place, 1,
            )  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's
            calls.index(a_call(), 0)
        calls._add(a_call(9))


def test_a_call_that_there_is_not():
    def refusal(calls, index):
        with pytest.raises(IndexError) as caught:
            calls[index]
        assert isinstance(caught.value, InvalidArgument)
        return str(caught.value)

    calls = Calls(ServerClock(), Kept(3))
    assert refusal(calls, -1) == (
        "there is no call -1: no request has come. Let the code under test send one to the "
        "stub's base_url, with a client that the mock answers."
    )
    calls._add(a_call())
    assert refusal(calls, 1) == "there is no call 1: 1 call kept, from 0 to 0."
    for number in range(1_000):
        calls._add(a_call(number))
    assert refusal(calls, -4) == "there is no call -4: 3 calls kept, of 1,001, from 0 to 2."
    with pytest.raises(TypeError):
        calls["1"]
