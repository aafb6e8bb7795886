"""The timelines of a test's mocks, as parts of pytest's report of the test."""

from __future__ import annotations

import pytest

from .opened_mocks import opened

SECTION = "asyncops timeline"
"""The title of the section, and the name of the property in JUnit's XML."""

_shown_key: pytest.StashKey[list[str]] = pytest.StashKey()
"""What reports of this run of the test have shown."""


def add_timelines(report: pytest.TestReport, item: pytest.Item) -> None:
    """Add the timelines of the mocks that this test has used, as their settings want it.

    What an earlier report of the same run has shown is not shown again, such as when a test fails
    and then its teardown.
    """
    if report.when == "setup":
        item.stash[_shown_key] = []
        _put(item.user_properties, [])
    shown = item.stash.setdefault(_shown_key, [])
    texts = [text for text in _texts(report) if text not in shown]
    shown += texts
    report.sections += [(SECTION, text) for text in texts]
    if texts and item.config.getoption("xmlpath", None):
        # JUnit's XML takes the properties of the last report, which has those of its test.
        _put(item.user_properties, texts)
        _put(report.user_properties, texts)


def _put(properties: list[tuple[str, object]], texts: list[str]) -> None:
    """Have these timelines among the properties, and no earlier ones."""
    properties[:] = [one for one in properties if one[0] != SECTION]
    properties += [(SECTION, text) for text in texts]


def _texts(report: pytest.TestReport) -> list[str]:
    timelines = [
        session.timeline
        for session in opened
        if session.timeline_when == "always"
        or (session.timeline_when == "on failure" and report.failed)
    ]
    return [str(timeline) for timeline in timelines if timeline]
