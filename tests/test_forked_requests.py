"""What a forked process asks its own copy of a stub is reported, and nothing else is."""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Callable, Iterator

import pytest
from support.chainloop_polls import ask
from support.forked import end_of, runs_in_a_fork, start_fork

from pytest_asyncops import AsyncOpsMock, ForkedRequestsWarning, mocked
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.forked_requests import ForkedRequests
from pytest_asyncops.forks import prepared_for_fork, renewed_at_fork
from pytest_asyncops.mocking import Switch

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of forks, on 3.12+
]


def _said(act: Callable[[], object]) -> list[str]:
    """What is said of forked requests meanwhile."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        act()
    return [str(warning.message) for warning in warned if warning.category is ForkedRequestsWarning]


def _asks(mock: AsyncOpsMock, times: int) -> Callable[[], None]:
    operation = mock.chainloop.start()

    def asks() -> None:
        for _ in range(times):
            assert ask(mock, operation.id).status_code == 200

    return asks


_REPORT = (
    "{} came from a process that was forked while the mock was open. Its own copy of the stub has "
    "answered, with a clock of its own; the calls of this test do not show it. Send requests from "
    "a thread instead, or from a process that asks a server."
)


# -- whole mocks -------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["virtual", "manual", "real"])
@pytest.mark.parametrize(("times", "report"), [(1, "1 request"), (3, "3 requests")])
def test_requests_of_a_forked_process_are_reported(clock: str, times: int, report: str) -> None:
    def test() -> None:
        with mocked(clock=clock) as mock:
            assert runs_in_a_fork(_asks(mock, times))
            assert not mock.calls

    assert _said(test) == [_REPORT.format(report)]


def test_requests_of_several_generations_are_reported_together() -> None:
    def test() -> None:
        with mocked() as mock:
            asks = _asks(mock, 2)

            def asks_and_forks() -> None:
                asks()
                assert runs_in_a_fork(asks)

            children = [start_fork(asks_and_forks) for _ in range(2)]
            assert all(map(end_of, children))

    assert _said(test) == [_REPORT.format("8 requests")]


def test_requests_of_the_test_itself_are_none() -> None:
    def test() -> None:
        with mocked() as mock:
            asks = _asks(mock, 1)
            asks()
            assert runs_in_a_fork(int)
            asks()
            assert mock.calls.total == 2

    assert _said(test) == []


@pytest.mark.parametrize("closes", [True, False])
def test_a_child_that_closes_its_copy_leaves_the_report_to_the_test(closes: bool) -> None:
    def test() -> None:
        switch = Switch()
        switch.open(resolve_settings({}))
        asks = _asks(switch.mock, 2)

        def work() -> None:
            asks()
            if closes:
                assert _said(switch.close) == []

        assert runs_in_a_fork(work)
        switch.close()

    assert _said(test) == [_REPORT.format("2 requests")]


def test_a_mock_of_the_childs_own_is_none_of_the_tests() -> None:
    def work() -> None:
        def test() -> None:
            with mocked(apis=["chainloop"]) as mock:
                _asks(mock, 1)()

        assert _said(test) == []

    def test() -> None:
        with mocked(clock="manual", apis=["pinecone"]):
            assert runs_in_a_fork(work)

    assert _said(test) == []


# -- the counter by itself ---------------------------------------------------------------------


@pytest.fixture
def requests() -> Iterator[ForkedRequests]:
    requests = ForkedRequests()
    yield requests
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        requests.close()


def test_nothing_is_opened_without_a_fork(requests: ForkedRequests) -> None:
    requests.note()
    assert requests._pipe is None
    assert _said(requests.close) == []


def test_one_pipe_serves_all_forks_and_is_closed(requests: ForkedRequests) -> None:
    requests.prepare()
    pipe = requests._pipe
    assert pipe is not None
    requests.prepare()
    requests.note()  # by the parent
    assert requests._pipe == pipe
    assert _said(requests.close) == []
    for file in pipe:
        with pytest.raises(OSError, match=str(errno.EBADF)):
            os.fstat(file)
    assert _said(requests.close) == []


def test_it_is_asked_at_each_fork_until_it_is_closed(requests: ForkedRequests) -> None:
    assert requests in prepared_for_fork
    assert requests in renewed_at_fork
    requests.close()
    assert requests not in prepared_for_fork
    assert requests not in renewed_at_fork


def test_more_than_a_pipe_takes_keep_nobody_waiting(requests: ForkedRequests) -> None:
    def work() -> None:
        for _ in range(70_000):
            requests.note()

    assert runs_in_a_fork(work)
    (said,) = _said(requests.close)
    assert 4_096 <= int(said.partition(" ")[0].replace(",", "")) <= 65_536


def test_a_child_notes_and_never_reports(requests: ForkedRequests) -> None:
    requests.prepare()
    requests.renew()
    assert requests._pipe is not None
    file = os.dup(requests._pipe[0])
    requests.note()
    requests.note()
    assert _said(requests.close) == []
    assert os.read(file, 9) == b".."
    os.close(file)


def test_without_a_pipe_a_child_notes_nothing(requests: ForkedRequests) -> None:
    requests.renew()
    requests.note()
    assert _said(requests.close) == []
