"""Who asked: the client library as people know it, and the user's own line."""

from __future__ import annotations

import asyncio
import threading

import pytest
from support.client_code import called_by, library

from pytest_asyncops.network.asker import Asker, asker


def test_the_line_is_the_innermost_of_the_users_own():
    def inner() -> Asker:
        return asker()  # here

    found = called_by("tenacity")(inner)
    assert found.client == "a socket"
    line = inner.__code__.co_firstlineno + 1
    assert found.line == f"{__file__}:{line}, in inner"
    assert found.place == (__file__, line)


@pytest.mark.parametrize(
    ("modules", "client"),
    [
        (["httpcore", "httpx"], "httpx"),
        (["urllib3.connection", "requests.adapters"], "requests"),
        (["http.client", "urllib.request"], "urllib.request"),
        (["http.client"], "http.client"),
        (["httpcore", "httpx", "pinecone.client"], "httpx"),
        (["asyncio.base_events", "anyio", "httpcore", "httpx2"], "httpx2"),
        (["some_driver"], "some_driver"),
        (["asyncio.base_events"], "a socket"),
    ],
)
def test_the_client_is_the_outermost_that_people_know(modules, client):
    ask = asker
    for module in modules:
        ask = called_by(module).__get__(ask)  # type: ignore[attr-defined]  # functions have it
    assert ask().client == client


def test_a_thread_of_a_library_has_no_line_of_the_user():
    found: list[Asker] = []
    work = library("grpc", "def work(ask, found): found.append(ask())")["work"]
    thread = threading.Thread(target=work, args=(asker, found))
    thread.start()
    thread.join()
    assert found == [Asker("grpc", None)]
    assert found[0].place == (asker.__code__.co_filename, 1)


def test_a_test_tool_is_not_the_user():
    def call():
        return called_by("_pytest.runner")(asker)

    assert called_by("httpx")(called_by("_pytest.runner"), asker) == Asker("a socket", None)
    assert call().line is None


RESOLVES = """
import asyncio

async def resolve(ask):
    return ask()

async def request(ask):
    # as aiohttp does it: in a task of its own
    return await asyncio.shield(asyncio.ensure_future(resolve(ask)))
"""


def test_a_task_of_a_library_has_the_line_of_the_task_that_waits_for_it():
    request = library("aiohttp", RESOLVES)["request"]

    async def idle() -> None:
        await asyncio.Event().wait()

    async def poll() -> Asker:
        return await request(asker)  # here

    async def main() -> Asker:
        others = [asyncio.ensure_future(idle()) for _ in range(3)]
        found = await asyncio.ensure_future(poll())
        for other in others:
            other.cancel()
        return found

    line = poll.__code__.co_firstlineno + 1
    assert asyncio.run(main()) == Asker("aiohttp", f"{__file__}:{line}, in poll")


def test_a_task_of_a_library_that_nobody_waits_for_has_the_line_that_runs_the_loop():
    resolve = library("aiohttp", RESOLVES)["resolve"]

    async def main() -> Asker:
        # It waits for the task itself, and not through the library.
        return await asyncio.ensure_future(resolve(asker))

    found = asyncio.run(main())
    assert found.client == "aiohttp"
    assert found.line is not None
    assert found.line.endswith(
        ", in test_a_task_of_a_library_that_nobody_waits_for_has_the_line_that_runs_the_loop"
    )
