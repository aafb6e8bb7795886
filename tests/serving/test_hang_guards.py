"""A poller that would never end fails its test, and nothing it does keeps it from that."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
import requests
from support.toy_api import toy

from pytest_asyncops import AsyncOpsMock, Lifecycle, PollerHangs, mocked
from pytest_asyncops.apis import Exchange, Response, Route, json_response
from pytest_asyncops.serving import hang_guards as guards

_PRELUDE = """
import threading, time
import pytest, requests
from pytest_asyncops import Lifecycle, PollerHangs, mocked, polls

session = requests.Session()

def ask(mock, operation):
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    return session.get(url, headers={"Authorization": "Bearer token"}, timeout=30)

def hanging(mock):
    return mock.chainloop.start(id="op-1", lifecycle=Lifecycle.hangs())
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(_PRELUDE + source)
        return pytester.runpytest_inprocess("-q", "-p", "asyncops", *arguments)

    return run


SPINS = """
def test_spins(asyncops_mock):
    operation = hanging(asyncops_mock)
    while True:
        try:
            ask(asyncops_mock, operation)
        except Exception:
            pass
"""

WAITS = """
def test_waits(asyncops_mock):
    operation = hanging(asyncops_mock)
    while True:
        try:
            ask(asyncops_mock, operation)
            time.sleep(86400)
        except Exception:
            pass
"""

POLLS = """
@pytest.mark.asyncops(max_polls_per_operation=50)
def test_polls(asyncops_mock):
    operation = hanging(asyncops_mock)
    while True:
        ask(asyncops_mock, operation)
        time.sleep(5)
"""


def test_polls_without_time_in_between(run) -> None:
    result = run(SPINS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "https://api.app.chainloop.dev/v1/operations/op-1 was requested 1,001 times at "
            "2026-01-01T00:00:00Z, and no time passed in between.",
            "The code under test does not wait between two polls, or waits in a way that virtual "
            "time does not reach.",
            "The code under test was here:",
            '  File "*", line *, in test_spins',
            "    ask(asyncops_mock, operation)",
            '  File "*", line *, in ask',
            "    return session.get(url, headers=*)",
            "If this is intended, raise the limit: "
            "@pytest.mark.asyncops(max_polls_at_once=...); it is 1,000.",
        ],
        consecutive=True,
    )
    assert "hang_guards.py" not in str(result.stdout)


def test_more_virtual_time_than_any_test_takes(run) -> None:
    result = run(WAITS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "the code under test has waited for more than 400 days of virtual time, and still "
            "waits. The last request was for "
            "https://api.app.chainloop.dev/v1/operations/op-1.",
            "Give it a deadline, or let what it waits for end.",
            "The code under test was here:",
            '  File "*", line *, in test_waits',
            "    time.sleep(86400)",
            "If this is intended, raise the limit: "
            "@pytest.mark.asyncops(max_virtual_time=...); it is 34,560,000.",
        ],
        consecutive=True,
    )


def test_more_polls_than_any_operation_needs(run) -> None:
    result = run(POLLS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "operation op-1 was polled 51 times, every 5 s on average, and the code under test "
            "does not stop.",
            "Give it a deadline, or a lifecycle that ends.",
            "The code under test was here:",
            '  File "*", line *, in test_polls',
            "    ask(asyncops_mock, operation)",
            '  File "*", line *, in ask',
            "    return session.get(url, headers=*)",
            "If this is intended, raise the limit: "
            "@pytest.mark.asyncops(max_polls_per_operation=...); it is 50.",
        ],
        consecutive=True,
    )


def test_more_polls_than_make_sense_where_nothing_changes(run) -> None:
    result = run(
        """
@pytest.mark.asyncops(max_polls_unchanged=50, max_virtual_time=2_000)
def test_polls(asyncops_mock):
    operation = hanging(asyncops_mock)
    while True:
        ask(asyncops_mock, operation)
        time.sleep(5)

@pytest.mark.asyncops(max_polls_unchanged=50, max_virtual_time=2_000)
def test_lists(asyncops_mock):
    asyncops_mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=1000))
    while True:
        requests.get(f"{asyncops_mock.chainloop.base_url}/v1/operations",
                     headers={"Authorization": "Bearer token"}, timeout=30)
        time.sleep(10)
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "https://api.app.chainloop.dev/v1/operations/op-1 gave the same answer 51 times, every "
            "5 s on average, and no operation can change any more.",
            "Give the code under test a deadline, or the operation a lifecycle that ends.",
            "The code under test was here:",
            '  File "*", line *, in test_polls',
            "    ask(asyncops_mock, operation)",
            '  File "*", line *, in ask',
            "    return session.get(url, headers=*)",
            "If this is intended, raise the limit: "
            "@pytest.mark.asyncops(max_polls_unchanged=...); it is 50.",
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(
        [
            "https://api.app.chainloop.dev/v1/operations gave the same answer 51 times, every 10 s "
            "on average, and no operation can change any more.",
        ],
        consecutive=True,
    )


def test_waiting_without_any_request(run) -> None:
    result = run(
        """
def test_waits(asyncops_mock):
    while True:
        threading.Event().wait(86400)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["the code under test has waited for more than 400 days of virtual time, and still waits."]
    )  # fmt: skip


def test_who_swallows_even_this_fails_at_the_end(run) -> None:
    result = run(
        """
@pytest.mark.asyncops(max_polls_per_operation=3)
def test_swallows(asyncops_mock):
    operation = hanging(asyncops_mock)
    for _ in range(9):
        try:
            ask(asyncops_mock, operation)
        except BaseException:
            pass
        time.sleep(1)
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["operation op-1 was polled 9 times, *"])


def test_a_thread_that_dies_of_it_fails_the_test(run) -> None:
    result = run(
        """
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.asyncops(max_polls_per_operation=3)
def test_thread(asyncops_mock):
    operation = hanging(asyncops_mock)

    def work():
        while True:
            ask(asyncops_mock, operation)
            time.sleep(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""
    )
    result.assert_outcomes(passed=1, errors=1)


REFUSED = """
@pytest.mark.asyncops(max_polls_at_once=2)
def test_refused(asyncops_mock):
    operation = hanging(asyncops_mock)
    async def poll():
        while True:
            session.get(f"{asyncops_mock.chainloop.base_url}/v1/operations/op-1")
    async def both():
        await asyncio.gather(poll())
    import asyncio
    asyncio.run(both())
"""


def test_a_poller_that_goes_on_when_it_is_refused_is_told_the_answer(run) -> None:
    result = run(REFUSED)
    result.stdout.fnmatch_lines(
        [
            "The code under test does not wait between two polls, or *",
            'Its last answer was 401: \'{"code":16,"message":"JWT token is missing",*}\'',
            "The code under test was here:",
            '  File "*", line *, in test_refused',
            "    asyncio.run(both())",
            '  File "*", line *, in poll',
            '    session.get(f"{asyncops_mock.chainloop.base_url}/v1/operations/op-1")',
            "If this is intended, raise the limit: *",
        ],
        consecutive=True,
    )


def test_a_poll_that_only_libraries_have_made_has_no_lines_to_show() -> None:
    with mocked(max_polls_at_once=1) as mock:
        url = f"{mock.chainloop.base_url}/v1/operations"
        with ThreadPoolExecutor(1) as pool:
            polls = [pool.submit(requests.get, url) for _ in range(2)]
        error = polls[1].exception()
        assert isinstance(error, PollerHangs)
        assert error.lines == ()
        assert "The code under test was here" not in str(error)
        mock._live.guards.note_failure(error)


def test_mocked_raises_it_too(run) -> None:
    run(
        """
def test_mocked():
    with pytest.raises(PollerHangs) as caught, mocked(max_polls_at_once=2) as mock:
        operation = hanging(mock)
        for _ in range(3):
            ask(mock, operation)
    assert caught.value.limit == "max_polls_at_once"
    assert caught.value.value == 2
    assert caught.value.url.endswith("/v1/operations/op-1")
    assert caught.value.status_code == 200
    assert [line.strip() for line in caught.value.lines][1::2] == [
        "ask(mock, operation)",
        'return session.get(url, headers={"Authorization": "Bearer token"}, timeout=30)',
    ]
    assert str(caught.value).endswith("the limit: mocked(max_polls_at_once=...); it is 2.")
    with pytest.raises(PollerHangs), mocked(max_polls_at_once=2) as mock:
        operation = hanging(mock)
        for _ in range(3):
            try:
                ask(mock, operation)
            except PollerHangs:
                pass
"""
    ).assert_outcomes(passed=1)


def test_what_a_sound_poller_does_is_allowed(run) -> None:
    run(
        """
from hypothesis import given, strategies as st

@pytest.mark.asyncops(max_polls_at_once=3, max_polls_per_operation=4)
@given(st.integers(1, 3))
def test_each_example_has_its_own_limits(asyncops_mock, count):
    operation = hanging(asyncops_mock)
    for _ in range(count):
        ask(asyncops_mock, operation)

@pytest.mark.asyncops(max_polls_at_once=2, max_virtual_time=60)
def test_time_in_between(asyncops_mock):
    first, other = hanging(asyncops_mock), asyncops_mock.chainloop.start()
    for _ in range(6):
        for operation in (first, other, first):
            ask(asyncops_mock, operation)
        time.sleep(10)
    assert asyncops_mock.clock.elapsed.total_seconds() == 60
    asyncops_mock.clock.advance(10_000_000)  # what the test does itself is no waiting

@pytest.mark.asyncops(max_polls_unchanged=3)
@pytest.mark.parametrize("plan", [
    Lifecycle.succeeds(running=1000), Lifecycle.succeeds(running=polls(100)),
    Lifecycle.succeeds(running=1).then_purged(1000),
])
def test_the_same_answer_before_a_change(asyncops_mock, plan):
    operation = asyncops_mock.chainloop.start(lifecycle=plan)
    for _ in range(99):
        ask(asyncops_mock, operation)
        time.sleep(10)

@pytest.mark.asyncops(max_polls_unchanged=3)
def test_another_answer_now_and_then(asyncops_mock):
    operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.manual())
    for turn in range(3):
        for _ in range(3):
            ask(asyncops_mock, operation)
            time.sleep(1)
        [operation.run, operation.succeed, operation.purge][turn]()

@pytest.mark.asyncops(max_polls_per_operation=2)
def test_lists_are_no_polls_of_one_operation(asyncops_mock):
    hanging(asyncops_mock)
    for _ in range(5):
        requests.get(f"{asyncops_mock.chainloop.base_url}/v1/operations",
                     headers={"Authorization": "Bearer token"}, timeout=30)
        time.sleep(1)
"""
    ).assert_outcomes(passed=7)


def test_few_answers_are_kept_to_compare_with(monkeypatch) -> None:
    monkeypatch.setattr(guards, "_MOST_COMPARED", 2)
    with mocked(max_polls_unchanged=3) as mock:
        operations = mock.chainloop.start_many(3, lifecycle=Lifecycle.hangs())
        for _ in range(9):
            for operation in operations:
                url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
                requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
            time.sleep(1)


def _polls(mock: AsyncOpsMock, times: int, pause: float) -> None:
    operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
    url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
    for _ in range(times):
        requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
        time.sleep(pause)


LIMITS: dict[str, tuple[float, Callable[[AsyncOpsMock], None]]] = {
    "max_polls_at_once": (4, lambda mock: _polls(mock, 5, 0)),
    "max_polls_per_operation": (4, lambda mock: _polls(mock, 5, 1)),
    "max_polls_unchanged": (4, lambda mock: _polls(mock, 6, 1)),
    "max_virtual_time": (20, lambda mock: _polls(mock, 5, 5)),
    "max_virtual_time without polls": (20, lambda mock: time.sleep(25)),
    "max_virtual_time in a loop": (20, lambda mock: asyncio.run(asyncio.sleep(25))),
    "max_virtual_time with an event": (20, lambda mock: threading.Event().wait(25) and None),
}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_ends_what_the_others_let_pass(name: str) -> None:
    value, poll = LIMITS[name]
    limit = name.split(maxsplit=1)[0]
    with pytest.raises(PollerHangs) as caught, mocked(**{limit: value}) as mock:
        poll(mock)
    assert (caught.value.limit, caught.value.value) == (limit, value)
    with mocked(**{limit: value + 5}) as mock:
        poll(mock)


def _gets(exchange: Exchange) -> Response:
    names = parse_qs(exchange.request.query)["run_id"]
    jobs = [exchange.find(name) for name in names]
    return json_response(200, [exchange.show(job) for job in jobs if job is not None])


@pytest.mark.parametrize("also", ["", "&run_id=job-2"])
def test_polls_of_one_operation_are_counted_whatever_the_url(also: str) -> None:
    api = toy(routes=(Route("get", "GET", ("/runs",), _gets),))

    def polls() -> None:
        with mocked(apis=[api], max_polls_per_operation=50) as mock:
            job, _ = mock.stubs["toy"].start_many(2, shelf="a")
            url = f"{mock.stubs['toy'].base_url}/runs?run_id={job.id}"
            requests.get(url, headers={"Authorization": "k"}, timeout=30)
            for number in range(200):
                time.sleep(2)
                requests.get(f"{url}{also}&t={number}", headers={"Authorization": "k"}, timeout=30)

    with pytest.raises(PollerHangs) as caught:
        polls()
    assert caught.value.limit == "max_polls_per_operation"
    assert str(caught.value).splitlines()[0] == (
        "operation job-1 was polled 51 times, every 2 s on average, and the code under test does "
        "not stop."
    )


@pytest.mark.parametrize("seconds", [0, 1.9, 2, 7.25])
def test_real_waits_between_polls_are_told_with_their_place(seconds: float) -> None:
    with mocked(clock="manual") as mock:
        mock._live.guards.really_waited = lambda: ("tests/test_jobs.py:14, in wait", seconds)
        if seconds < 2:
            _polls(mock, 3, 0)
            return
        with pytest.raises(PollerHangs) as caught:
            _polls(mock, 1, 0)
        mock._live.guards.note_failure(caught.value)
    url = caught.value.url
    assert str(caught.value).splitlines()[:2] == [
        f"the code under test polls {url} and really waits in between, {seconds:.1f} s so far, "
        "while the servers' clock stands still:",
        "  tests/test_jobs.py:14, in wait",
    ]
    assert (caught.value.limit, caught.value.value) == ("max_real_wait", 2)


@pytest.mark.parametrize(
    ("polls", "walls", "told"),
    [(1, [5, 5], True), (3, [5, 5], True), (1, [5, 6], False), (0, [5], False), (1, [], False)],
    ids=["frozen", "since the first poll", "not frozen", "no poll", "no wall clock"],
)
def test_a_wall_clock_that_stands_still_is_told(polls: int, walls: list[int], told: bool) -> None:
    with mocked(max_virtual_time=100, clock="manual") as mock:
        guards = mock._live.guards
        guards.read_wall = (lambda: walls.pop(0)) if walls else None
        _polls(mock, polls, 0)
        with pytest.raises(PollerHangs) as caught:
            guards.skipped(101 * 10**9)
        mock._live.guards.note_failure(caught.value)
    assert ("The wall clock was frozen, as by" in str(caught.value)) == told


def test_each_failure_is_an_error_of_its_own_that_keeps_nothing_of_the_others() -> None:
    errors: list[BaseException] = []
    kept: list[BaseException] = []

    def swallows() -> None:
        with mocked(max_polls_at_once=1) as mock:
            operation = mock.chainloop.start(lifecycle=Lifecycle.hangs())
            url = f"{mock.chainloop.base_url}/v1/operations/{operation.id}"
            for _ in range(4):
                try:
                    requests.get(url, headers={"Authorization": "Bearer token"}, timeout=30)
                except PollerHangs as error:
                    errors.append(error)
            kept.append(mock._live.guards.tripped)

    with pytest.raises(PollerHangs) as raised:
        swallows()
    errors.append(raised.value)
    assert len({id(error) for error in (*errors, *kept)}) == len(errors) + 1 == 5
    assert {str(error) for error in errors} == {str(kept[0])}
    assert kept[0].__traceback__ is None


def test_without_a_report_of_pytest_it_tells_what_happened(monkeypatch) -> None:
    def told() -> str:
        with pytest.raises(PollerHangs) as caught, mocked(max_polls_per_operation=60) as mock:
            _polls(mock, 100, 5)
        return str(caught.value)

    assert "\nWhat happened:\n" not in told()  # the report shows it
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    before, _, after = told().partition("\nWhat happened:\n")
    assert before
    lines = after.splitlines()
    assert "  at the end: …0001 is RUNNING, shown by 61 answers" in lines
    assert len(lines) <= 16 + 1
    assert lines[-1].startswith("If this is intended")
