"""A mock opens and closes, and of several that are open one can come first."""

from __future__ import annotations

import pytest
from support.chainloop_polls import get

from pytest_asyncops import mocked


def test_unmatched_requests_may_be_meant():
    with mocked(unmatched="answer") as mock:
        assert get("/v2").status_code == 404
        assert (mock.calls[0].response.route, mock.calls[0].operations) == (None, ())


def test_an_error_of_the_body_comes_before_unmatched_requests():
    def body() -> None:
        get("/v2")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), mocked():
        body()


def test_a_mock_that_comes_first_answers_before_those_that_were_opened_later():
    with mocked(clock="manual") as first, mocked() as later:
        get("/v1/operations")
        assert (len(first.calls), len(later.calls)) == (0, 1)
        first._live.come_first()
        get("/v1/operations")
        assert (len(first.calls), len(later.calls)) == (1, 1)
    with mocked() as alone:
        alone._live.come_first()
        get("/v1/operations")
        assert len(alone.calls) == 1
