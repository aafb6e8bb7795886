"""`mock.timeline` is data and prints as a table."""

from __future__ import annotations

import time

import pytest
from support.chainloop_polls import ask

from pytest_asyncops import Answered, MockClosed, Started, Timeline, Waited, mocked


def test_it_is_a_tuple_that_prints_as_a_table() -> None:
    with mocked() as mock:
        mock.chainloop.start(id="op-1")
        ask(mock, "op-1")
        time.sleep(5)
        timeline = mock.timeline
        time.sleep(5)
    assert isinstance(timeline, tuple)
    assert [type(event) for event in timeline] == [Started, Answered, Waited]
    assert repr(timeline) == "<Timeline of 3 events, 5 s>"
    assert str(timeline) == timeline.text()
    assert isinstance(timeline, Timeline)


def test_it_is_there_while_the_mock_is() -> None:
    with mocked() as mock:
        pass
    with pytest.raises(MockClosed):
        mock.timeline  # noqa: B018 - reading it is what is tested
