"""The fixtures that several files share."""

from __future__ import annotations

import gc
import os
import threading
import time
import warnings
from collections.abc import Iterator

import pytest
import requests
import responses  # noqa: F401 - imported here, or else each run imports it anew
import time_machine  # noqa: F401
from support.loopback import Loopback
from support.pytest_runs import HELP, Reports

import pytest_asyncops.transports.responses  # noqa: F401
from pytest_asyncops import AsyncOpsMock, mocked


@pytest.fixture(scope="session", autouse=True)
def no_proxy_for_this_machine() -> Iterator[None]:
    """What stands for the network is on this machine, whatever proxy there is to the real one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1,localhost")
        yield


@pytest.fixture
def no_proxies(monkeypatch):
    """For clients that have to come as far as the host itself, whatever proxy there is."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def what_is_replaced() -> list[int]:
    """Where some of it is: whoever holds a function of ``time`` has to be searched for."""
    return [*map(id, (requests.adapters.HTTPAdapter.send, time.sleep, time.monotonic))]


COLOURS = ("PY_COLORS", "NO_COLOR", "FORCE_COLOR")


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest over a test file, and checks that nothing of it stays behind."""
    # What pytest prints depends on these: under CI, its summary has each message whole.
    for name in ("PYTEST_ADDOPTS", "CI", "BUILD_NUMBER", "COLUMNS", *COLOURS):
        monkeypatch.delenv(name, raising=False)
    # Other plugins take their time to load; a run has what it names.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    before = what_is_replaced()

    def run(body: str, *arguments: str, subprocess: bool = False):
        pytester.makepyfile(HELP + body)
        reports = Reports()
        arguments = ("-p", "asyncops", "-p", "no:cacheprovider", *arguments)
        if subprocess:
            return pytester.runpytest_subprocess(*arguments)
        result = pytester.runpytest_inprocess(*arguments, plugins=[reports], no_reraise_ctrlc=True)
        assert what_is_replaced() == before
        result.reports = reports
        return result

    return run


@pytest.fixture(scope="module")
def loopback() -> Iterator[Loopback]:
    loopback = Loopback()
    thread = threading.Thread(target=loopback.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield loopback
    loopback.server.shutdown()
    loopback.server.server_close()
    thread.join()


@pytest.fixture
def network(loopback: Loopback) -> Loopback:
    loopback.script.clear()
    loopback.seen.clear()
    return loopback


@pytest.fixture
def mock() -> Iterator[AsyncOpsMock]:
    with mocked() as opened:
        yield opened


@pytest.fixture
def no_garbage() -> None:
    """What tests before this one have left is collected, so that it is not taken for this one's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()
