"""What runs of pytest are given to test, and what they print."""

from __future__ import annotations

import pytest

HELP = """
import time, pytest, requests
from pytest_asyncops import Lifecycle, State

URL = "https://api.app.chainloop.dev/v1/operations"
BEARER = {"Authorization": "Bearer s3cret-t0ken"}

def get(path=""):
    return requests.get(URL + path, headers=BEARER)
"""


class Reports:
    """A plugin that keeps pytest's reports, which say what is printed without its headlines."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], pytest.TestReport] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._found[report.nodeid.rpartition("::")[2], report.when] = report

    def lines(self, test: str, when: str = "call") -> list[str]:
        """What is printed of the failure of a test."""
        return self._found[test, when].longreprtext.splitlines()

    def errors(self, test: str, when: str = "call") -> list[str]:
        """The lines of the error itself, without what pytest marks them with."""
        return [line[1:].lstrip() for line in self.lines(test, when) if line.startswith("E ")]

    def report(self, test: str, when: str = "call") -> pytest.TestReport:
        """The report itself."""
        return self._found[test, when]

    def duration(self, test: str) -> float:
        """How many seconds the test has taken."""
        return self._found[test, "call"].duration
