"""The timeline around an answer is that of its operation, while the mock is open."""

from __future__ import annotations

import requests
from support.chainloop_polls import HEADERS, ask

from pytest_asyncops import Lifecycle, mocked
from pytest_asyncops.conformance.around import timeline_around
from pytest_asyncops.serving.messages import Response


def test_it_is_about_the_operation_or_about_all() -> None:
    with mocked() as mock:
        for name in ("op-1", "op-2"):
            mock.chainloop.start(id=name, lifecycle=Lifecycle.hangs())
            ask(mock, name)
        requests.get(f"{mock.chainloop.base_url}/v1/operations", headers=HEADERS, timeout=30)
        one = timeline_around(mock.calls[1].response)
        everything = timeline_around(mock.calls[2].response)
    assert [line[0] for line in one] == [" ", ">"]
    assert "op-1" not in "".join(one)
    assert [line[0] for line in everything] == [" ", " ", " ", " ", ">"]


def test_it_is_short() -> None:
    with mocked() as mock:
        for number in range(50):
            ask(mock, f"op-{number}")
        lines = timeline_around(mock.calls[25].response)
    assert len(lines) == 8
    assert next(line for line in lines if line.startswith(">")).split()[-5].endswith("op-25")


def test_there_is_none() -> None:
    assert timeline_around(None) == []
    assert timeline_around(Response(200)) == []
    with mocked() as mock:
        ask(mock, "op-1")
        response = mock.calls[0].response
    assert timeline_around(response) == []
