"""What every test of this project shares."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator
from typing import TextIO

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# Its asserts say what they compared, as those of tests do.
pytest.register_assert_rewrite("support")

# "ci" gives the same examples every time, so that a green run stays green; "explore" looks for
# new ones, and runs 20 times what has to be the same in every run:
# HYPOTHESIS_PROFILE=explore python -m pytest
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Real seconds, many times what the slowest test takes, and what the end of a run takes.
SECONDS_PER_TEST = 300
_stderr = pytest.StashKey[TextIO]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the error output as it is before anything is captured."""
    config.stash[_stderr] = os.fdopen(os.dup(2), "w")


def _end_what_hangs(config: pytest.Config) -> None:
    # By Python's own timer, a thread in C: no clock of virtual time moves it or holds it up. It
    # prints where all threads are.
    stderr = config.stash[_stderr]
    faulthandler.dump_traceback_later(SECONDS_PER_TEST, exit=True, file=stderr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Fail a test that hangs."""
    _end_what_hangs(item.config)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Fail a run that does not end: its threads are joined now, and what is to run at exit runs."""
    _end_what_hangs(config)
