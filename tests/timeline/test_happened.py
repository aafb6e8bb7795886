"""What happened is a tuple of events, with what is to be known beside them."""

from __future__ import annotations

from pytest_asyncops import Event, State
from pytest_asyncops.timeline.happened import Ending, Happened


def test_it_is_a_tuple_that_knows_more() -> None:
    ending = Ending("a", State.RUNNING, 2)
    happened = Happened([Event(1), Event(2)], epoch_ns=1, now_ns=5, endings=iter([ending]))
    assert happened == (Event(1), Event(2))
    assert (happened.epoch_ns, happened.now_ns) == (1, 5)
    assert (happened.dropped, happened.left_out) == (0, 0)
    assert happened.endings == (ending,)
