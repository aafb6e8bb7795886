"""The virtual seconds since a mock was opened."""

from __future__ import annotations

from pytest_asyncops import AsyncOpsMock


def seconds_elapsed(mock: AsyncOpsMock) -> float:
    return mock.clock.elapsed.total_seconds()
