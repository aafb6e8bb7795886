"""Events are values."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from pytest_asyncops import Event, Moved, Waited


def test_they_are_equal_if_they_say_the_same_and_cannot_be_changed() -> None:
    assert Waited(1, 2, "a.py:3, in f") == Waited(1, 2, "a.py:3, in f", 1)
    assert Waited(1, 2, None) != Moved(1, 2, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Event(5).at_ns = 6  # type: ignore[misc] # what is tested


def test_times_are_told_as_python_tells_them() -> None:
    assert Event(1_500_000_000).at.isoformat() == "1970-01-01T00:00:01.500000+00:00"
    assert Waited(0, 1_000_000_000, None).length == datetime.timedelta(seconds=1)
    assert Moved(0, 1_000_000_000, None).length == datetime.timedelta(seconds=1)
