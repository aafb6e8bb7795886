"""Names that were bound long ago are found, once, and everything is put back."""

from __future__ import annotations

import selectors
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time.bound_functions import BoundFunctions
from pytest_asyncops.virtual_time.time_functions import TIME_FUNCTIONS


def test_everything_is_put_back() -> None:
    before = [getattr(time, name) for name, _, _ in TIME_FUNCTIONS]
    places = (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
              ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip

    def interrupted() -> None:
        with mocked():
            assert time.sleep is not before[0]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [getattr(time, name) for name, _, _ in TIME_FUNCTIONS] == before
    assert places == (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
                      ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip


def _make_module(name: str) -> Any:
    import types

    module = types.ModuleType(name)
    source = """
from time import sleep, monotonic
class Poller:
    pause = sleep
    nap = staticmethod(sleep)
    def wait(self, pause=sleep, *, again=sleep): pause(1); again(1)
    @classmethod
    def make(cls, pause=sleep): return cls()
def wait(pause=sleep, *, again=sleep): pause(1); again(1)
not_a_function = 7
"""
    exec(source, module.__dict__)
    for made in (module.Poller, module.wait):
        made.__module__ = name
    return module


def test_bound_names_are_found_once_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(seconds: float) -> None:
        raise AssertionError

    module = _make_module("bound_in_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    real = time.sleep
    names = BoundFunctions([(real, other)])
    names.replace()
    assert module.sleep is other
    assert vars(module.Poller)["pause"] is other
    assert module.Poller.nap is other
    assert module.wait.__defaults__ == (other,)
    assert module.wait.__kwdefaults__ == {"again": other}
    assert module.Poller.wait.__defaults__ == (other,)
    assert module.Poller.make.__func__.__defaults__ == (other,)
    module.sleep = real  # somebody else has changed it since: it stays
    names.restore()
    assert module.sleep is real
    assert vars(module.Poller)["pause"] is real
    assert module.Poller.nap is real
    assert module.wait.__defaults__ == (real,)
    assert module.wait.__kwdefaults__ == {"again": real}
    module.sleep = mine = lambda seconds: None
    names.replace()
    assert module.sleep is mine
    names.restore()
    assert module.sleep is mine
