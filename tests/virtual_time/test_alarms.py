"""Timers are told and refused as they are really, and those of others than the code stay real."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.alarms_raise import TimesUp, alarms_noted, alarms_raise
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, mocked
from pytest_asyncops.virtual_time import alarms
from pytest_asyncops.virtual_time.alarms import Alarms

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has none")

REAL = signal.ITIMER_REAL


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    with alarms_raise():
        yield


@pytest.fixture
def rung(mock: AsyncOpsMock) -> list[float]:
    return alarms_noted(mock)


def test_it_may_come_again_and_again(mock: AsyncOpsMock, rung: list[float]) -> None:
    assert signal.setitimer(REAL, 2, 0.5) == (0, 0)
    time.sleep(3.25)
    assert rung == [2, 2.5, 3]
    assert signal.getitimer(REAL) == (0.25, 0.5)
    assert signal.setitimer(REAL, 0) == (0.25, 0.5)
    time.sleep(10)
    assert rung == [2, 2.5, 3]


def test_what_was_ordered_before_is_forgotten_and_told(
    mock: AsyncOpsMock, rung: list[float]
) -> None:
    assert signal.alarm(30) == 0
    time.sleep(5)
    assert signal.alarm(10) == 25
    time.sleep(2.5)
    assert signal.getitimer(REAL) == (7.5, 0)
    assert signal.setitimer(REAL, 20, 3) == (7.5, 0)
    assert signal.getitimer(REAL) == (20, 3)
    time.sleep(0.5)
    assert signal.alarm(0) == 20  # 19.5, rounded up
    assert signal.alarm(0) == 0
    assert signal.getitimer(REAL) == (0, 0)
    time.sleep(60)
    assert rung == []


# --- what stays real


def test_other_timers_are_real(mock: AsyncOpsMock) -> None:
    other = signal.ITIMER_VIRTUAL
    assert signal.setitimer(other, 500) == (0, 0)
    time.sleep(1_000)
    left, _ = signal.getitimer(other)
    assert 400 < left < 501
    assert signal.getitimer(REAL) == (0, 0)
    left, _ = signal.setitimer(other, 0)
    assert 400 < left < 501


def test_those_of_tools_are_real(mock: AsyncOpsMock) -> None:
    code: dict[str, Any] = {"__name__": "_pytest.made_up", "signal": signal}
    exec("def alarm(seconds): return signal.alarm(seconds)", code)
    exec("def timer(seconds): return signal.setitimer(signal.ITIMER_REAL, seconds)", code)
    exec("def left(): return signal.getitimer(signal.ITIMER_REAL)[0]", code)
    assert code["alarm"](500) == 0
    signal.alarm(7)
    time.sleep(5)
    assert 400 < code["left"]() <= 500
    assert signal.getitimer(REAL) == (2, 0)
    assert 400 < code["timer"](0)[0] <= 500
    assert signal.alarm(0) == 2


def test_those_of_a_block_of_real_time_are_real(mock: AsyncOpsMock) -> None:
    with mock.clock.real():
        signal.setitimer(REAL, 0.01)
        with pytest.raises(TimesUp):
            really_wait(5)
    assert seconds_elapsed(mock) == 0


def test_where_time_is_real_they_are_real() -> None:
    functions = {replaced.name: replaced for replaced in Alarms(lambda: None).functions}
    assert functions["alarm"].replacement(500) == 0
    assert 400 < functions["getitimer"].replacement(REAL)[0] <= 500
    assert 400 < functions["setitimer"].replacement(REAL, 0)[0] <= 500
    assert [replaced.original for replaced in functions.values()] == [
        signal.alarm, signal.setitimer, signal.getitimer,
    ]  # fmt: skip


def test_a_system_without_them_has_nothing_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "_real_setitimer", None)
    assert Alarms(lambda: None).functions == []


# --- what they refuse


class Whole:
    """An integer of another library."""

    def __index__(self) -> int:
        return 7


def test_whole_numbers_of_every_kind_are_taken(mock: AsyncOpsMock) -> None:
    signal.alarm(Whole())  # type: ignore[arg-type]
    with pytest.raises(TimesUp):
        time.sleep(20)
    assert seconds_elapsed(mock) == 7


BAD: list[tuple[str, tuple[Any, ...]]] = [
    *(("alarm", given) for given in [(), ("5",), (1.5,), (None,), (2**31,), (1, 2)]),
    *(
        ("setitimer", given)
        for given in [
            (), (REAL,), (REAL, "5"), (REAL, -1), (REAL, 1, -1), (REAL, float("nan")),
            (REAL, float("inf")), (REAL, 1e20), (REAL, 1, "5"), (99, 1), ("x", 1), (REAL, 1, 2, 3),
        ]
    ),
    *(("getitimer", given) for given in [(), (99,), ("x",), (REAL, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), BAD, ids=repr)
def test_what_they_refuse_they_refuse_in_pythons_words(name: str, given: tuple[Any, ...]) -> None:
    errors = (TypeError, ValueError, OverflowError, OSError)
    with pytest.raises(errors) as real:
        getattr(signal, name)(*given)
    with mocked(), pytest.raises(real.type):
        getattr(signal, name)(*given)
