"""A select without files is a sleep, and every other one is as real as ever."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time.selects import Selects

REAL: Callable[..., Any] = select.select


@pytest.mark.parametrize("nothing", [[], (), {}, ""], ids=repr)
@pytest.mark.parametrize("seconds", [0.001, 5, 3_600])
def test_a_select_without_files_is_a_sleep(
    mock: AsyncOpsMock, nothing: Any, seconds: float
) -> None:
    assert select.select(nothing, nothing, nothing, seconds) == ([], [], [])
    assert seconds_elapsed(mock) == seconds


def test_others_go_on_meanwhile(mock: AsyncOpsMock) -> None:
    woken: list[float] = []

    def work() -> None:
        for _ in range(3):
            select.select([], [], [], 3)
            woken.append(seconds_elapsed(mock))

    thread = threading.Thread(target=work)
    thread.start()
    select.select([], [], [], 5)
    woken.append(seconds_elapsed(mock))
    thread.join()
    assert woken == [3, 5, 6, 9]


def test_a_select_with_files_is_real(mock: AsyncOpsMock) -> None:
    one, other = socket.socketpair()
    with one, other:
        assert select.select([one], [other], [], 5) == ([], [other], [])
        for files in (([one], [], []), ([], [], [one])):
            assert select.select(*files, 0.001) == ([], [], [])
        timer = threading.Timer(2, other.send, (b"x",))
        timer.start()
        assert select.select([one], [], []) == ([one], [], [])
        assert seconds_elapsed(mock) == 2
        timer.join()


@pytest.mark.parametrize("seconds", [0, -0.0])
def test_one_of_no_length_takes_no_time(mock: AsyncOpsMock, seconds: float) -> None:
    assert select.select([], [], [], seconds) == ([], [], [])
    assert seconds_elapsed(mock) == 0


BAD: list[tuple[Any, ...]] = [
    (), ([], []), ([], [], [], 1, 2), ([], [], [], "1"), ([], [], [], -1), ([], [], [], 1j),
    ([], [], [], float("nan")), ([], [], [], float("inf")), ([], [], [], 1e20), (None, [], [], 1),
    ([], 0, [], 1), (["x"], [], [], 1), ([-1], [], [], 1),
]  # fmt: skip


@pytest.mark.parametrize("arguments", BAD, ids=repr)
def test_what_it_refuses_it_refuses_in_pythons_words(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)) as real:
        REAL(*arguments)
    with mocked() as mock:
        with pytest.raises(real.type):
            select.select(*arguments)
        with pytest.raises(TypeError):
            select.select([], [], [], timeout=1)  # type: ignore[call-arg]
        assert seconds_elapsed(mock) == 0


def test_it_can_be_a_class_attribute() -> None:
    with mocked() as mock:

        class Waits:
            wait = select.select

        assert Waits().wait([], [], [], 5) == ([], [], [])  # type: ignore[call-overload]
        assert seconds_elapsed(mock) == 5
    assert select.select is REAL


def test_the_select_of_a_tool_is_real(mock: AsyncOpsMock) -> None:
    for name, elapsed in (("_pytest.made_up", 0), ("made_up", 0.001)):
        code: dict[str, Any] = {"__name__": name, "select": select}
        exec("assert select.select([], [], [], 0.001) == ([], [], [])", code)
        assert seconds_elapsed(mock) == elapsed


def test_a_thread_in_real_time_waits_really() -> None:
    [replaced] = Selects(lambda: None).functions
    assert (replaced.module, replaced.name, replaced.original) == (select, "select", REAL)
    began = time.monotonic()
    assert replaced.replacement([], [], [], 0.01) == ([], [], [])
    assert time.monotonic() - began >= 0.01
