"""Whoever runs a test's coroutines, they wait in virtual time: pytest-asyncio, anyio, the test."""

from __future__ import annotations

import gc
import warnings

import pytest

_PRELUDE = """
import asyncio, time
import pytest, requests
from pytest_asyncops import Lifecycle

async def timeline(mock, sleep):
    operation = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=2, running=30))
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    seen = []
    while True:
        answer = requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
        seen.append(mock.clock.elapsed.total_seconds())
        if answer.json()["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED":
            return seen
        await sleep(5)

async def take_turns(mock, sleep, start):
    woken = []

    async def work(name, every):
        for _ in range(3):
            await sleep(every)
            woken.append((name, mock.clock.elapsed.total_seconds()))

    await start(work("a", 3), work("b", 5))
    return woken

POLLS = [0, 5, 10, 15, 20, 25, 30, 35]
TURNS = [("a", 3), ("b", 5), ("a", 6), ("a", 9), ("b", 10), ("b", 15)]
"""


@pytest.fixture
def passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def passes(plugin: str, source: str, *, tests: int) -> None:
        pytester.makepyfile(_PRELUDE + source)
        pytester.makeini("[pytest]\nfilterwarnings = error\n")
        options = ["-p", plugin, "-W", "error"]
        if plugin == "pytest_asyncio.plugin":
            options += ["-o", "asyncio_default_fixture_loop_scope=function"]
        result = pytester.runpytest_inprocess("-q", "-p", "asyncops", *options)
        result.assert_outcomes(passed=tests)
        with warnings.catch_warnings():
            # Older versions of pytest-asyncio leave loops open, which another test would find.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    return passes


def test_the_test_itself(passes) -> None:
    passes(
        "no:asyncio",
        """
def test_polls(asyncops_mock):
    assert asyncio.run(timeline(asyncops_mock, asyncio.sleep)) == POLLS

def test_tasks(asyncops_mock):
    assert asyncio.run(take_turns(asyncops_mock, asyncio.sleep, asyncio.gather)) == TURNS
""",
        tests=2,
    )


def test_pytest_asyncio(passes) -> None:
    passes(
        "pytest_asyncio.plugin",
        """
import pytest_asyncio

@pytest.mark.asyncio
async def test_polls(asyncops_mock):
    assert await timeline(asyncops_mock, asyncio.sleep) == POLLS

@pytest.mark.asyncio
async def test_tasks(asyncops_mock):
    assert await take_turns(asyncops_mock, asyncio.sleep, asyncio.gather) == TURNS

@pytest_asyncio.fixture
async def five_seconds_on(asyncops_mock):
    await asyncio.sleep(5)
    yield asyncops_mock
    await asyncio.sleep(5)

@pytest.mark.asyncio
async def test_a_fixture_waits_too(five_seconds_on):
    assert five_seconds_on.clock.elapsed.total_seconds() == 5
    await asyncio.sleep(5)
    assert five_seconds_on.clock.elapsed.total_seconds() == 10
""",
        tests=3,
    )


def test_pytest_asyncio_with_one_loop_for_several_tests(passes) -> None:
    passes(
        "pytest_asyncio.plugin",
        """
@pytest.mark.asyncio(scope="module")
class TestTwice:
    @pytest.mark.parametrize("again", [False, True])  # with a loop, and a pool, of before
    async def test_polls(self, asyncops_mock, again):
        assert await timeline(asyncops_mock, asyncio.sleep) == POLLS
        await asyncio.to_thread(time.sleep, 5)
        assert asyncops_mock.clock.elapsed.total_seconds() == 40
""".replace("scope=", _loop_scope()),
        tests=2,
    )


def _loop_scope() -> str:
    """How pytest-asyncio calls it: it has another name since 0.24."""
    from importlib.metadata import version

    return "scope=" if version("pytest-asyncio").startswith("0.23") else "loop_scope="


def test_anyio(passes) -> None:
    passes(
        "anyio.pytest_plugin",
        """
import anyio

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

@pytest.mark.anyio
async def test_polls(asyncops_mock):
    assert await timeline(asyncops_mock, anyio.sleep) == POLLS

@pytest.mark.anyio
async def test_tasks(asyncops_mock):
    async def start(*coroutines):
        async with anyio.create_task_group() as group:
            for coroutine in coroutines:
                group.start_soon(lambda coroutine=coroutine: coroutine)

    assert await take_turns(asyncops_mock, anyio.sleep, start) == TURNS

@pytest.fixture
async def five_seconds_on(asyncops_mock):
    await anyio.sleep(5)
    yield asyncops_mock
    await anyio.sleep(5)

@pytest.mark.anyio
async def test_a_fixture_waits_too(five_seconds_on):
    assert five_seconds_on.clock.elapsed.total_seconds() == 5
    with anyio.move_on_after(5):
        await anyio.sleep_forever()
    assert five_seconds_on.clock.elapsed.total_seconds() == 10

@pytest.mark.anyio
async def test_threads(asyncops_mock):
    await anyio.to_thread.run_sync(time.sleep, 5)
    assert asyncops_mock.clock.elapsed.total_seconds() == 5
    await anyio.sleep(5)
    assert asyncops_mock.clock.elapsed.total_seconds() == 10
""",
        tests=8,
    )
