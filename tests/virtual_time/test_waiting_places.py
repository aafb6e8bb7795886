"""The line that waits is the user's own, in threads and in tasks of an event loop."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace

import pytest
import trio
from support.client_code import called_by

from pytest_asyncops import Waited, mocked
from pytest_asyncops.virtual_time import waiting_places
from pytest_asyncops.virtual_time.waiting_places import Place, waiting_place


def place_of(frame: FrameType) -> Place | None:
    found = waiting_place(frame)
    return None if found is None else Place(*found)


def lines_of(poll: Callable[[], object]) -> list[str]:
    """The functions that have waited."""
    with mocked() as mock:
        poll()
        waits = [event for event in mock.timeline if isinstance(event, Waited)]
    here = f"{Path(__file__).name}:"
    assert all(here in (wait.line or "") for wait in waits)
    return [(wait.line or "").rpartition(", in ")[2] for wait in waits]


def test_a_line_is_told_by_file_number_and_function() -> None:
    place = place_of(sys._getframe())
    number = sys._getframe().f_lineno - 1
    shown = os.path.relpath(__file__)
    assert str(place) == f"{shown}:{number}, in test_a_line_is_told_by_file_number_and_function"


def test_a_file_elsewhere_is_told_by_its_whole_path(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(place_of(sys._getframe())).startswith(f"{__file__}:")


def test_a_place_without_a_line_is_told_by_the_first() -> None:
    code: CodeType = lines_of.__code__
    assert Place(code, 10**6).line == code.co_firstlineno


def test_below_a_library_it_is_the_users_own_line() -> None:
    place = place_of(called_by("made_up_library.waits")(sys._getframe))
    assert place is not None
    assert place.code is sys._getframe().f_code


def test_without_a_line_of_the_users_own_it_is_that_of_a_library() -> None:
    call = called_by("made_up_library.works")
    tool = called_by("hypothesis.made_up_waits")
    place = place_of(tool(call, sys._getframe))
    assert place is not None
    assert place.code is call.__code__
    assert place_of(tool(sys._getframe)) is None


async def sleeps() -> None:
    await asyncio.sleep(3)


async def outer() -> None:
    await sleeps()


async def two() -> None:
    await asyncio.gather(sleeps(), asyncio.sleep(2), outer())


async def gives_up() -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 4)


async def calls_later() -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_later(2, done.set_result, None)
    await done


async def blocks() -> None:
    time.sleep(1)


def test_a_task_is_told_by_its_own_line() -> None:
    assert lines_of(lambda: asyncio.run(sleeps())) == ["sleeps"]
    assert lines_of(lambda: asyncio.run(outer())) == ["sleeps"]
    assert lines_of(lambda: asyncio.run(gives_up())) == ["gives_up"]
    assert lines_of(lambda: asyncio.run(calls_later())) == ["calls_later"]
    assert lines_of(lambda: asyncio.run(blocks())) == ["blocks"]


def test_of_several_tasks_it_is_the_one_whose_time_has_come() -> None:
    [first, second] = lines_of(lambda: asyncio.run(two()))
    # A task of a library's own function has no line of the user's but that which runs the loop.
    assert (first, second) == ("<lambda>", "sleeps")


def test_a_timer_of_no_task_is_told_by_what_runs_the_loop() -> None:
    def run() -> None:
        loop = asyncio.new_event_loop()
        loop.call_later(2, loop.stop)
        loop.run_forever()
        loop.close()

    assert lines_of(run) == ["run"]


async def sleeps_in_trio() -> None:
    await trio.sleep(3)


async def gives_up_in_trio() -> None:
    with trio.move_on_after(4):
        await trio.sleep_forever()


async def two_in_trio() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sleeps_in_trio)
        nursery.start_soon(gives_up_in_trio)


async def all_give_up_in_trio() -> None:
    with trio.move_on_after(2):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)


def test_a_task_of_trio_is_told_by_its_own_line() -> None:
    assert lines_of(lambda: trio.run(sleeps_in_trio)) == ["sleeps_in_trio"]
    assert lines_of(lambda: trio.run(gives_up_in_trio)) == ["gives_up_in_trio"]
    assert lines_of(lambda: trio.run(two_in_trio)) == ["sleeps_in_trio", "gives_up_in_trio"]


def test_a_deadline_of_several_tasks_is_told_by_what_runs_the_loop() -> None:
    assert lines_of(lambda: trio.run(all_give_up_in_trio)) == ["<lambda>"]


def test_a_trio_with_other_insides_is_told_by_what_runs_the_loop(monkeypatch) -> None:
    context = SimpleNamespace(runner=SimpleNamespace(deadlines=None))
    called = []

    def other_insides() -> object:
        with monkeypatch.context() as patch:
            patch.setattr(sys.modules["trio._core._run"], "GLOBAL_RUN_CONTEXT", context)
            called.append(waiting_places._in_trio())
        return called[-1]

    monkeypatch.setattr(waiting_places, "_LOOPS", {"run": {"trio._core._run": other_insides}})
    assert lines_of(lambda: trio.run(sleeps_in_trio)) == ["<lambda>"]
    assert called == [None]


def test_in_threads_too() -> None:
    def work() -> None:
        time.sleep(2)

    def poll() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert lines_of(poll) == ["work"]
