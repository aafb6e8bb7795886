"""The record of calls is a sequence of the latest, counts them all, and can be set back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import InvalidArgument
from pytest_asyncops.serving.calls import KEPT, Call, Calls
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
    calls = Calls()
    assert repr(calls) == "<Calls 0: []>"
    kept = [a_call(n) for n in range(5)]
    for call in kept:
        calls._add(call)
    assert list(calls) == kept
    assert (calls[0], calls[-1], calls[1:3], len(calls)) == (kept[0], kept[4], kept[1:3], 5)
    assert kept[2] in calls
    with pytest.raises(IndexError):
        calls[5]
    assert repr(calls) == f"<Calls 5: [{', '.join(map(repr, kept[2:]))}]>"


def test_calls_keep_the_latest_and_count_them_all():
    calls = Calls()
    for number in range(KEPT + 10):
        calls._add(a_call(number))
    assert (len(calls), calls.total) == (KEPT, KEPT + 10)
    assert calls[0].request.path == "/10"
    saved = Checkpoint(ServerClock(), [calls])
    calls._add(a_call(1))
    saved.restore()
    assert (len(calls), calls.total) == (KEPT, KEPT + 10)
    assert calls[-1].request.path == f"/{KEPT + 9}"
    calls._add(a_call(2))
    assert (len(calls), calls.total) == (KEPT, KEPT + 11)


@given(st.integers(0, 8), st.slices(8), st.integers(0, 4))
def test_a_record_reads_as_the_list_of_its_calls_and_goes_back_to_a_checkpoint(count, part, more):
    calls, model = Calls(), [a_call(number) for number in range(count)]
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
        calls._add(a_call(9))


def test_a_call_that_there_is_not():
    def refusal(calls, index):
        with pytest.raises(IndexError) as caught:
            calls[index]
        assert isinstance(caught.value, InvalidArgument)
        return str(caught.value)

    calls = Calls()
    assert refusal(calls, -1) == (
        "there is no call -1: no request has come. Let the code under test send one to the "
        "stub's base_url, with a client that the mock catches."
    )
    calls._add(a_call())
    assert refusal(calls, 1) == "there is no call 1: 1 call kept, from 0 to 0."
    for number in range(KEPT):
        calls._add(a_call(number))
    assert refusal(calls, -KEPT - 1) == (
        f"there is no call -10001: 10,000 calls kept, of 10,001, from 0 to {KEPT - 1}."
    )
    assert list(Calls()) == []
    with pytest.raises(TypeError):
        calls["1"]
