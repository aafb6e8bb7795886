"""The fixtures that several files share."""

from __future__ import annotations

import time

import pytest
import requests
import responses  # noqa: F401 - imported here, or else each run imports it anew
import time_machine  # noqa: F401
from runs import HELP

import pytest_asyncops.transports.responses  # noqa: F401


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs pytest over a test file, and checks that nothing of it stays behind."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Other plugins take their time to load; a run has what it names.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    before = (requests.adapters.HTTPAdapter.send, time.sleep, time.monotonic)

    def run(body: str, *arguments: str, subprocess: bool = False):
        pytester.makepyfile(HELP + body)
        arguments = ("-p", "asyncops", "-p", "no:cacheprovider", *arguments)
        if subprocess:
            return pytester.runpytest_subprocess(*arguments)
        result = pytester.runpytest_inprocess(*arguments, no_reraise_ctrlc=True)
        assert (requests.adapters.HTTPAdapter.send, time.sleep, time.monotonic) == before
        return result

    return run
