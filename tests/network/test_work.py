"""What is begun belongs to the owner that is there, and what that begins belongs to the same."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from support.client_code import library

from pytest_asyncops.network.work import Work
from pytest_asyncops.virtual_time.patches import Patches


class Here:
    """Work whose owner is told by the test."""

    def __init__(self) -> None:
        self.now: str | None = None
        self.work: Work[str] = Work(lambda: self.now)


@pytest.fixture
def here() -> Iterator[Here]:
    here, patches = Here(), Patches()
    here.work.patch(patches)
    yield here
    patches.take_back()


def in_thread(what: object, here: Here, owner: str | None) -> threading.Thread:
    here.now = owner
    thread = threading.Thread(target=what)  # type: ignore[arg-type]  # any function
    thread.start()
    return thread


def test_a_thread_belongs_to_who_began_it_and_so_does_what_it_begins(here):
    go = threading.Event()
    found: list[str | None] = []

    def inner() -> None:
        found.append(here.work.owner())

    def outer() -> None:
        go.wait()
        found.append(here.work.owner())
        thread = threading.Thread(target=inner)
        thread.start()
        thread.join()

    thread = in_thread(outer, here, "one")
    assert list(here.work.unfinished()) == ["one"]
    here.now = "two"
    go.set()
    thread.join()
    assert found == ["one", "one"]
    assert here.work.owner() == "two"
    assert list(here.work.unfinished()) == []


def test_a_job_belongs_to_who_gave_it_to_the_pool(here):
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(here.work.owner).result() is None
        here.now = "one"
        go = threading.Event()
        first = pool.submit(lambda: go.wait() and here.work.owner())
        here.now = "two"
        second = pool.submit(here.work.owner)
        assert sorted(here.work.unfinished()) == ["one", "two"]
        go.set()
        assert (first.result(), second.result()) == ("one", "two")
        here.now = None
        assert pool.submit(here.work.owner).result() is None


def test_a_task_belongs_to_who_created_it_and_so_does_what_it_creates(here):
    async def inner() -> str | None:
        return here.work.owner()

    async def outer() -> list[str | None]:
        found = [here.work.owner()]
        here.now = "two"
        return [*found, await asyncio.create_task(inner()), here.work.owner()]

    async def main() -> list[str | None]:
        here.now = "one"
        task = asyncio.create_task(outer())
        assert list(here.work.unfinished()) == ["one"]
        return await task

    assert asyncio.run(main()) == ["one", "one", "one"]


JOBS = """
def work(jobs):
    while True:
        job = jobs.get()
        if job is None:
            return
        job()
"""


@pytest.mark.parametrize("module", ["the user's own", "multiprocessing.pool"])
def test_a_worker_that_is_given_a_job_later_does_what_it_is_given(here, module):
    """As those do that several tests share, and that the first one has begun."""
    jobs: queue.Queue[Callable[[], object] | None] = queue.Queue()
    found: queue.Queue[str | None] = queue.Queue()
    thread = in_thread(partial(library(module, JOBS)["work"], jobs), here, "one")
    jobs.put(lambda: found.put(here.work.owner()))
    assert found.get() == "one"
    here.now = "two"
    here.work.look()
    jobs.put(lambda: found.put(here.work.owner()))
    assert found.get() == "two"
    jobs.put(None)
    thread.join()


@pytest.mark.parametrize(
    ("module", "later"), [("trio._core._thread_cache", "two"), ("sdk.polling", "one")]
)
def test_a_worker_that_does_not_wait_in_a_queue(here, module, later):
    code = "def work(given, job):\n    while given.acquire() and job():\n        pass\n"
    work = library(module, code)["work"]
    given = threading.Semaphore(0)
    found: queue.Queue[str | None] = queue.Queue()

    def job() -> bool:
        found.put(here.work.owner())
        return here.now == "one"

    thread = in_thread(partial(work, given, job), here, "one")
    given.release()
    assert found.get() == "one"
    here.work.look()
    here.now = "two"
    given.release()
    assert found.get() == later
    thread.join()


def test_what_is_begun_for_nobody_belongs_to_nobody(here):
    found: list[str | None] = []
    go = threading.Event()
    thread = in_thread(lambda: go.wait() and found.append(here.work.owner()), here, None)
    assert list(here.work.unfinished()) == []
    go.set()
    thread.join()
    assert found == [None]


def test_what_is_forgotten_belongs_to_nobody(here):
    go = threading.Event()
    thread = in_thread(go.wait, here, "one")
    here.work.forget()
    assert list(here.work.unfinished()) == []
    go.set()
    thread.join()


def test_a_task_that_cannot_be_noted_runs(here):
    async def work() -> int:
        return 5

    loop = asyncio.new_event_loop()

    def make(maker: asyncio.AbstractEventLoop, coroutine: object) -> object:
        loop.set_task_factory(None)
        return Unhashable()

    class Unhashable:
        __hash__ = None  # type: ignore[assignment]  # that is the point

        def set_name(self, name: str) -> None:
            """As tasks have it."""

    loop.set_task_factory(make)  # type: ignore[arg-type]  # it makes no task
    here.now = "one"
    coroutine = work()
    assert isinstance(loop.create_task(coroutine), Unhashable)
    coroutine.close()
    loop.close()
    assert list(here.work.unfinished()) == []


def test_without_asyncio(monkeypatch):
    monkeypatch.delitem(sys.modules, "asyncio")
    here, patches = Here(), Patches()
    here.work.patch(patches)
    here.now = "one"
    assert here.work.owner() == "one"
    assert "asyncio" not in sys.modules
    patches.take_back()
