"""A client waits for a late answer, and no longer than its limit."""

from __future__ import annotations

import pytest

from pytest_asyncops.transports.lateness import waiting


@pytest.mark.parametrize(
    ("late", "limit", "seconds", "is_in_vain"),
    [
        (0, None, 0, False),
        (0, 5, 0, False),
        (0, 0, 0, False),
        (3, None, 3, False),
        (3, 5, 3, False),
        (5, 5, 5, True),  # a limit of d seconds holds for [0, d)
        (6.5, 5, 5, True),
    ],
)
def test_waiting(late, limit, seconds, is_in_vain):
    assert waiting(late, limit) == (seconds, is_in_vain)
