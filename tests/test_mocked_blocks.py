"""`mocked` opens a mock for a block or a function, and says so when it is written otherwise."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest
import requests
from support.chainloop_polls import get

from pytest_asyncops import (
    InvalidArgument,
    MockedWarning,
    UnmatchedRequests,
    mocked,
)


def test_mocked_is_a_decorator_too():
    taken = []

    @mocked(apis=["chainloop"])
    def ask() -> int:
        taken.append(get("/v1/operations").json()["pagination"]["total_count"])
        return get("/v1/operations").status_code

    before = requests.adapters.HTTPAdapter.send
    assert ask() == ask() == 200
    assert taken == [0, 0]
    assert requests.adapters.HTTPAdapter.send is before


def test_mocked_decorates_what_runs_after_its_call():
    @mocked()
    async def coroutine() -> int:
        await asyncio.sleep(3600)
        return get("/v1/operations").status_code

    @mocked()
    def generator():
        yield get("/v1/operations").status_code
        time.sleep(3600)
        yield get("/v1/operations").status_code

    @mocked()
    async def async_generator():
        yield get("/v1/operations").status_code
        await asyncio.sleep(3600)
        yield get("/v1/operations").status_code

    async def collect():
        return [code async for code in async_generator()]

    before = requests.adapters.HTTPAdapter.send
    assert asyncio.run(coroutine()) == 200
    assert list(generator()) == [200, 200]
    assert asyncio.run(collect()) == [200, 200]
    assert requests.adapters.HTTPAdapter.send is before


def test_a_decorated_body_is_checked_at_its_end():
    @mocked()
    async def coroutine() -> None:
        get("/v2")

    with pytest.raises(UnmatchedRequests):
        asyncio.run(coroutine())


def test_a_block_can_be_entered_again_when_it_has_ended():
    block = mocked()
    for _ in range(2):
        with block as mock:
            assert len(mock.calls) == 0
            assert get("/v1/operations").status_code == 200


def test_a_block_that_is_open_cannot_be_entered():
    with mocked() as mock:
        pass
    block = mocked()
    with block as mock:
        with pytest.raises(InvalidArgument) as caught:
            block.__enter__()
        assert str(caught.value) == (
            "this mocked(...) is open already. For a second mock call mocked(...) again."
        )
        assert caught.value.value is block
        assert mock.chainloop.start()
    assert repr(mock) == "<AsyncOpsMock, closed>"


def test_async_with_is_right_too():
    async def body() -> float:
        async with mocked() as mock:
            mock.chainloop.start(id="x")
            await asyncio.sleep(3600)
            assert get("/v1/operations/x").status_code == 200
            return mock.clock.elapsed.total_seconds()

    assert asyncio.run(body()) == 3600

    async def fails() -> None:
        async with mocked():
            get("/v2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(fails())


def test_what_mocked_gives_is_not_the_mock():
    block = mocked()
    with pytest.raises(AttributeError) as caught:
        block.chainloop.start()
    assert str(caught.value) == (
        "mocked(...) has no 'chainloop', the mock that it opens has: "
        "with mocked(...) as mock: mock.chainloop"
    )
    assert not hasattr(block, "start")
    with block:
        pass


NEVER_OPENED = (
    "this mocked(...) was never opened, so it has stubbed nothing. Write: with mocked(...) as "
    "mock: ..., or put @mocked(...) above a function."
)
LEFT_OPEN = (
    "this mocked(...) was not closed, only dropped while it was open, so requests that matched no "
    "route were not reported. Write: with mocked(...) as mock: ..."
)


def test_a_plain_call_of_mocked_is_warned_of_at_its_line():
    with pytest.warns(MockedWarning) as caught:
        mocked(clock="manual")
    assert str(caught[0].message) == NEVER_OPENED
    assert (caught[0].filename, caught[0].lineno) == (
        __file__,
        test_a_plain_call_of_mocked_is_warned_of_at_its_line.__code__.co_firstlineno + 2,
    )


def test_a_block_that_is_dropped_while_it_is_open_is_closed_and_warned_of():
    before = (requests.adapters.HTTPAdapter.send, time.sleep)
    with pytest.warns(MockedWarning) as caught:
        mock = mocked().__enter__()
    assert str(caught[0].message) == LEFT_OPEN
    assert caught[0].filename == __file__
    assert (requests.adapters.HTTPAdapter.send, time.sleep) == before
    assert repr(mock) == "<AsyncOpsMock, closed>"


AT_EXIT = """
import os, sys
from pytest_asyncops import mocked
block = mocked()
mock = block.__enter__()
if hasattr(os, "fork") and not os.fork():
    sys.exit()  # the copy that a child has is not told of
never = mocked()
"""


def test_what_is_left_open_at_the_end_of_a_program_is_told(tmp_path):
    script = tmp_path / "left_open.py"
    script.write_text(AT_EXIT)
    run = [sys.executable, "-W", "ignore::DeprecationWarning", str(script)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert sorted(line for line in done.stderr.splitlines() if not line.startswith(" ")) == [
        f"{script}:4: MockedWarning: {LEFT_OPEN}",
        f"{script}:8: MockedWarning: {NEVER_OPENED}",
    ]


REFUSED = [
    (
        {"clok": "real"},
        "unknown setting 'clok'. Did you mean 'clock'? Choose 'transport', 'clock', 'apis', ",
    ),
    (
        {"clock": "fast"},
        "unknown clock 'fast'. Choose 'virtual', 'manual' or 'real'.",
    ),
    ({"transport": "respones"}, "unknown transport 'respones'. Did you mean 'responses'?"),
    ({"network": "off"}, "unknown network 'off'. Choose 'pass' or 'block'."),
    ({"unmatched": True}, "unknown unmatched True. Choose 'fail' or 'answer'."),
    (
        {"apis": ["chainlop"]},
        "unknown API 'chainlop'. Did you mean 'chainloop'? Choose 'chainloop' or 'pinecone'. "
        "Or pass an Api of your own, or its place: 'package.module:NAME'.",
    ),
    (
        {"apis": ["chainloop", "chainloop"]},
        "apis has two APIs with the same name: chainloop or chainloop",
    ),
    ({"apis": 7}, "apis must be a list of API names or Api values, not 7"),
    ({"base_urls": {"x": "http://h"}}, "unknown API in base_urls 'x'."),
    (
        {"base_urls": {"chainloop": "localhost:8080"}},
        "base_urls['chainloop'] must be a URL like 'https://api.example.com'",
    ),
    (
        {"base_urls": {"chainloop": "http://h", "pinecone": "http://h:80/x"}},
        "chainloop at http://h and pinecone at http://h:80/x overlap.",
    ),
    (
        {"clock": "real", "epoch": "2026-01-01T00:00:00Z"},
        "epoch='2026-01-01T00:00:00Z' contradicts clock='real'",
    ),
    ({"chainloop_order": "random"}, "unknown chainloop_order 'random'."),
    ({"chainloop_max_page_size": 0}, "chainloop_max_page_size must be a whole number"),
    ({"pinecone_retention": -1}, "pinecone_retention must be finite and not negative, not -1"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED)
def test_a_setting_that_cannot_be_meant_changes_nothing(settings, message):
    before = (requests.adapters.HTTPAdapter.send, time.sleep)
    with pytest.raises(InvalidArgument) as caught, mocked(**settings):
        pass
    assert str(caught.value).startswith(message)
    assert (requests.adapters.HTTPAdapter.send, time.sleep) == before
