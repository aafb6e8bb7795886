"""A thread that is a stranger keeps real time, also where it is started in virtual time."""

from __future__ import annotations

import threading

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time.strangers import be_a_stranger
from pytest_asyncops.virtual_time.time_functions import active_here


@pytest.mark.parametrize("clock", ["virtual", "manual"])
def test_a_stranger_keeps_real_time(clock):
    found = []

    def begin():
        be_a_stranger()
        found.append(active_here())

    with mocked(clock=clock):
        thread = threading.Thread(target=begin)
        thread.start()
        thread.join()
        assert (active_here() is None) is (clock == "manual")
    assert found == [None]
