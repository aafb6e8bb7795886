"""All ways of waiting for a child process take the real time of the child, and no virtual time."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socketserver
import subprocess
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
import trio
from support.real_moments import real_seconds
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of forks, on 3.12+
]

_SHORT = 0.1
_TICK = 0.02  # by which real time may seem shorter
_MUCH = 5.0  # less than any of the long waits, and enough for a busy machine
_SLEEP = ["sleep", str(_SHORT)]
_SLEEP_AND_SAY = ["sh", "-c", f"sleep {_SHORT}; echo x"]

_forked: Any = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def _sleep_and(then: Callable[..., object], *arguments: object) -> None:
    """What a forked child does. Its own time is virtual too."""
    really_wait(_SHORT)
    then(*arguments)


# -- what takes real time and no virtual time --------------------------------------------------


def run() -> None:
    subprocess.run(_SLEEP, timeout=30, check=True)


def run_and_read() -> None:
    done = subprocess.run(_SLEEP_AND_SAY, timeout=30, check=True, capture_output=True)
    assert done.stdout == b"x\n"


def wait() -> None:
    with subprocess.Popen(_SLEEP) as child:
        assert child.wait(timeout=30) == 0


def communicate() -> None:
    with subprocess.Popen(_SLEEP_AND_SAY, stdout=subprocess.PIPE) as child:
        assert child.communicate(timeout=30) == (b"x\n", None)


def run_in_asyncio() -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec(*_SLEEP)
        assert await asyncio.wait_for(child.wait(), 30) == 0

    asyncio.run(main())


def read_in_asyncio() -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec(*_SLEEP_AND_SAY, stdout=subprocess.PIPE)
        assert await asyncio.wait_for(child.communicate(), 30) == (b"x\n", None)

    asyncio.run(main())


def read_a_pipe_in_asyncio() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        got = loop.create_future()
        file, other = os.pipe()
        loop.add_reader(file, lambda: got.done() or got.set_result(os.read(file, 2)))
        with subprocess.Popen(_SLEEP_AND_SAY, stdout=other):
            assert await asyncio.wait_for(got, 30) == b"x\n"
        loop.remove_reader(file)
        os.close(file)
        os.close(other)

    asyncio.run(main())


def run_in_trio() -> None:
    async def main() -> None:
        with trio.fail_after(30):
            await trio.run_process(_SLEEP)

    trio.run(main)


def join() -> None:
    child = _forked.Process(target=_sleep_and, args=(int,))
    child.start()
    child.join(30)
    assert child.exitcode == 0


def poll_a_pipe() -> None:
    here, there = _forked.Pipe()
    child = _forked.Process(target=_sleep_and, args=(there.send, 1))
    child.start()
    assert here.poll(30)
    child.join()


def get_from_a_queue() -> None:
    queue = _forked.Queue()
    child = _forked.Process(target=_sleep_and, args=(queue.put, 7))
    child.start()
    assert queue.get(timeout=30) == 7
    child.join()


def wait_for_an_event() -> None:
    event = _forked.Event()
    child = _forked.Process(target=_sleep_and, args=(event.set,))
    child.start()
    assert event.wait(30)
    child.join()


@pytest.mark.parametrize(
    "waits",
    [
        run,
        run_and_read,
        wait,
        communicate,
        run_in_asyncio,
        read_in_asyncio,
        read_a_pipe_in_asyncio,
        run_in_trio,
        join,
        poll_a_pipe,
        get_from_a_queue,
        wait_for_an_event,
    ],
)
def test_a_wait_for_a_child_takes_as_long_as_the_child(
    waits: Callable[[], None], mock: AsyncOpsMock
) -> None:
    began = real_seconds()
    waits()
    assert seconds_elapsed(mock) == 0
    assert _SHORT - _TICK <= real_seconds() - began < _MUCH


# -- what does not wait for a child ------------------------------------------------------------


def pipe_of_nobody() -> float:
    here, _there = _forked.Pipe()
    assert not here.poll(1)
    return 1


def pipe_at_once() -> float:
    here, _there = _forked.Pipe()
    assert not any(here.poll() for _ in range(20))
    return 0


def queue_of_nobody() -> float:
    assert _forked.Queue().empty()
    return 0


def pool_without_tasks() -> float:
    with _forked.Pool(2):
        pass
    return 0


def pool_of_threads() -> float:
    with ThreadPool(1) as pool:
        assert pool.map(abs, [-1]) == [1]
    return 0


def server_without_clients() -> float:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        server.timeout = 3
        server.handle_request()
    return 3


@pytest.mark.parametrize(
    "waits",
    [
        pipe_of_nobody,
        pipe_at_once,
        queue_of_nobody,
        pool_without_tasks,
        pool_of_threads,
        server_without_clients,
    ],
)
def test_where_no_child_is_busy_nothing_takes_real_time(
    waits: Callable[[], float], mock: AsyncOpsMock
) -> None:
    began = real_seconds()
    assert waits() == seconds_elapsed(mock)
    assert real_seconds() - began < _MUCH
