"""Time passes for all together: in order, and the same in every run."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, Lifecycle, mocked
from pytest_asyncops.serving.messages import Request
from pytest_asyncops.virtual_time.scheduler import Scheduler
from pytest_asyncops.virtual_time.time_functions import active_here
from pytest_asyncops.virtual_time.waits import Gate, ProbedWait, Wait

_HEADERS = {"Authorization": "Bearer token"}


def test_threads_wake_in_the_order_of_their_deadlines(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []

    def work(name: str, every: float) -> None:
        for _ in range(3):
            time.sleep(every)
            woken.append((name, seconds_elapsed(mock)))

    threads = [threading.Thread(target=work, args=args) for args in (("a", 3), ("b", 5))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken == [("a", 3), ("b", 5), ("a", 6), ("a", 9), ("b", 10), ("b", 15)]


def test_tasks_wake_in_the_order_of_their_deadlines(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []

    async def work(name: str, every: float) -> None:
        for _ in range(3):
            await asyncio.sleep(every)
            woken.append((name, seconds_elapsed(mock)))

    async def main() -> None:
        await asyncio.gather(work("a", 3), work("b", 5))

    asyncio.run(main())
    assert woken == [("a", 3), ("b", 5), ("a", 6), ("a", 9), ("b", 10), ("b", 15)]


def test_a_bare_lock_is_handed_on_before_the_next_jump(mock: AsyncOpsMock) -> None:
    lock = threading.Lock()
    got: list[float] = []

    def work() -> None:
        with lock:
            got.append(seconds_elapsed(mock))

    lock.acquire()
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(3)
    lock.release()
    time.sleep(5)
    thread.join()
    assert got == [3]


def test_what_has_arrived_unseen_is_taken_before_the_next_jump(mock: AsyncOpsMock) -> None:
    """As what a loop is told by its own pipe, while it waits for no time and no other file."""
    scheduler = _scheduler()
    arrived: list[str] = []
    taken: list[float] = []

    def work() -> None:
        scheduler.wait(ProbedWait(scheduler.in_motion, lambda: bool(arrived)), 60)
        taken.append(seconds_elapsed(mock))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(3)
    arrived.append("something")
    time.sleep(5)
    thread.join()
    assert taken == [3]


def test_every_thread_sees_time_run_forward(mock: AsyncOpsMock) -> None:
    def work(every: float) -> None:
        last = time.monotonic()
        for _ in range(50):
            time.sleep(every)
            now = time.monotonic()
            assert now >= last + every - 1e-6
            last = now

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work, 0.1 * number) for number in range(1, 9)]:
            future.result()
    assert seconds_elapsed(mock) == 40


class _SlowWait(Wait):
    """That of a thread which is slow to take its turn, as on a busy machine."""

    def pass_through(self) -> None:
        super().pass_through()
        really_wait(0.05)


def test_a_thread_that_is_slow_to_take_its_turn_goes_first_all_the_same(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []
    active = active_here()
    assert active is not None

    def work() -> None:
        active.scheduler.wait(_SlowWait(active.scheduler.in_motion), 3)
        woken.append(("slow", seconds_elapsed(mock)))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(10)
    woken.append(("quick", seconds_elapsed(mock)))
    thread.join()
    assert woken == [("slow", 3), ("quick", 10)]


def test_who_waits_while_it_answers_keeps_nobody_from_waiting(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []
    answering = threading.Event()

    def answer() -> None:
        with mock.clock._server.lock:  # as a server does whose answer takes its time
            answering.set()
            time.sleep(5)
            woken.append(("server", seconds_elapsed(mock)))

    server = threading.Thread(target=answer)
    server.start()
    answering.wait()
    time.sleep(3)
    woken.append(("client", seconds_elapsed(mock)))
    server.join()
    assert woken == [("client", 3), ("server", 5)]


@contextmanager
def _handled(handler: Callable[[], None]) -> Iterator[None]:
    """Calls this at a signal that has no meaning in virtual time."""
    before = signal.signal(signal.SIGPROF, lambda *_: handler())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


has_signals = pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="there are no signals")


@has_signals
@pytest.mark.parametrize(("inner", "outer"), [(2, 5), (7, 9)])
def test_a_handler_that_waits_while_its_thread_waits(
    mock: AsyncOpsMock, inner: float, outer: float
) -> None:
    woken: list[tuple[str, float]] = []

    def handler() -> None:
        time.sleep(inner)
        woken.append(("handler", seconds_elapsed(mock)))

    def interrupt() -> None:
        time.sleep(2)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGPROF)
        while not woken:  # the handler begins when the kernel says so
            time.sleep(0.5)

    with _handled(handler):
        thread = threading.Thread(target=interrupt)
        thread.start()
        time.sleep(5)
        woken.append(("waiter", seconds_elapsed(mock)))
        thread.join()
    [(first, handled), (second, waited)] = woken
    assert (first, second) == ("handler", "waiter")
    assert 2 + inner <= handled <= waited
    assert waited == max(5, handled)


# Python ignores an error that comes while it tells of an object that has just been collected; then
# the next signal tears.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@has_signals
def test_a_handler_that_raises_in_the_midst_of_a_wait(mock: AsyncOpsMock) -> None:
    """At any moment at all, again and again; what waits afterwards waits as long as it should."""
    chance = random.Random(1)
    late: list[float] = []
    ends: list[bool] = []
    torn = 0

    class Torn(Exception):
        pass

    def tear() -> None:
        raise Torn

    def beat() -> None:
        while not ends:
            due = seconds_elapsed(mock) + 3
            time.sleep(3)
            if seconds_elapsed(mock) != due:
                late.append(due)

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        with _handled(tear):
            for _ in range(30):
                try:
                    signal.setitimer(signal.ITIMER_PROF, chance.uniform(1e-5, 2e-3), 0.1)
                    while True:
                        time.sleep(5)
                except Torn:
                    signal.setitimer(signal.ITIMER_PROF, 0)
                    torn += 1
                before = seconds_elapsed(mock)
                time.sleep(2)
                assert seconds_elapsed(mock) == before + 2
    finally:
        ends.append(True)
        for thread in threads:
            thread.join()
    assert torn == 30
    assert late == []
    assert [*_scheduler().in_motion] == [threading.get_ident()]


def _scheduler() -> Scheduler:
    active = active_here()
    assert active is not None
    return active.scheduler


def test_those_who_still_wait_when_a_mock_is_closed_go_on_to_their_ends() -> None:
    went_on: list[str] = []
    never = threading.Event()

    def work(name: str, wait: Callable[[], object]) -> None:
        wait()
        went_on.append(name)

    with mocked() as mock:
        threads = [
            threading.Thread(target=work, args=args)
            for args in (
                ("sleeps", lambda: time.sleep(10**6)),
                ("waits", lambda: never.wait(10**6)),
                ("sleeps longer", lambda: time.sleep(10**7)),
            )
        ]
        for thread in threads:
            thread.start()
        time.sleep(1)
        assert seconds_elapsed(mock) == 1
    for thread in threads:
        thread.join(20)
    assert sorted(went_on) == ["sleeps", "sleeps longer", "waits"]


def test_a_thread_that_dies_in_its_wait_holds_nobody(
    mock: AsyncOpsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    passes = Gate.pass_through

    def dies(gate: Gate) -> None:
        if threading.current_thread() is thread:
            raise SystemExit
        passes(gate)

    thread = threading.Thread(target=time.sleep, args=(100,))
    monkeypatch.setattr(Gate, "pass_through", dies)
    thread.start()
    thread.join()
    time.sleep(5)
    assert seconds_elapsed(mock) == 5
    assert [*_scheduler().in_motion] == [threading.get_ident()]


def test_who_joins_one_that_ends_in_that_moment_does_not_wait(mock: AsyncOpsMock) -> None:
    scheduler = _scheduler()
    thread = threading.Thread(target=time.sleep, args=(1,))
    assert not scheduler.ends.are_expected_of(thread)
    assert scheduler.join(thread, 5)
    thread.start()
    assert scheduler.ends.are_expected_of(thread)
    assert not scheduler.join(thread, 0.5)
    assert scheduler.join(thread, None)
    thread.join()
    assert not scheduler.ends.are_expected_of(thread)
    scheduler.ends.forget(thread)
    assert seconds_elapsed(mock) == 1


def test_a_look_lets_the_clock_jump_and_says_whether_another_is_needed(mock: AsyncOpsMock) -> None:
    """As the lookout makes them, where no tool that measures the tests looks."""
    scheduler = _scheduler()
    assert not scheduler.look()
    thread = threading.Thread(target=time.sleep, args=(5,))
    thread.start()
    time.sleep(1)
    assert scheduler.look()
    assert seconds_elapsed(mock) == 1  # this thread runs
    scheduler.leave()
    assert not scheduler.in_motion or thread.is_alive()
    while scheduler.look():
        pass
    scheduler.enter()
    thread.join()
    assert seconds_elapsed(mock) == 5
    assert not scheduler.look()


@pytest.mark.parametrize("step", ["_give_turn", "try_to_reach"])
def test_a_turn_that_an_error_has_kept_back_is_given_later(
    mock: AsyncOpsMock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """As an error of a handler does that comes in the midst of giving it."""
    woken: list[float] = []
    thread = threading.Thread(target=lambda: (time.sleep(3), woken.append(seconds_elapsed(mock))))
    thread.start()
    time.sleep(1)
    give_turn = Wait.give_turn
    own = threading.get_ident()

    def torn(wait: Wait) -> None:
        monkeypatch.setattr(Wait, "give_turn", give_turn)
        if threading.get_ident() != own:
            give_turn(wait)
            return
        if step == "_give_turn":
            wait.due = True
        raise KeyError

    monkeypatch.setattr(Wait, "give_turn", torn)
    with suppress(KeyError):
        time.sleep(5)
    time.sleep(1)
    thread.join()
    assert woken == [3]


def test_who_spins_until_a_time_gets_there(mock: AsyncOpsMock) -> None:
    until = time.monotonic() + 0.0005
    while time.monotonic() < until:
        time.sleep(0)
    assert seconds_elapsed(mock) == 0


_RUNS = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 3


def _an_hour_of_200_pollers(run: int) -> bytes:
    chance = random.Random(run)
    with mocked(apis=["chainloop"]) as mock:
        stub = mock.chainloop
        operations = stub.start_many(
            200, lifecycle=lambda index: Lifecycle.succeeds(running=60 + 17 * index)
        )

        async def poll(index: int) -> None:
            path = f"/v1/operations/{operations[index].id}"
            while True:
                if chance.random() < 0.02:  # what takes time in one run does not in another
                    really_wait(0.001)
                request = Request("GET", stub.base_url + path, path, _HEADERS)
                if b"STATUS_COMPLETED" in stub._server.handle(request).content:
                    break
                await asyncio.sleep(300 + 0.1 * (index % 13))
            await asyncio.sleep(max(0, 3600 - seconds_elapsed(mock)))

        async def main() -> None:
            await asyncio.gather(*map(poll, range(200)))

        asyncio.run(main())
        assert mock.clock.elapsed.total_seconds() >= 3600
        return repr(list(mock.calls)).encode()


def test_200_pollers_give_the_same_log_in_every_run() -> None:
    first, *others = [_an_hour_of_200_pollers(run) for run in range(_RUNS)]
    assert first.count(b"<Call ") > 1_000
    assert set(others) == {first}


# --- what is not met every day


def _scheduler() -> Scheduler:
    active = active_here()
    assert active is not None
    return active.scheduler


def test_a_wait_that_was_left_behind_is_dropped(mock: AsyncOpsMock) -> None:
    scheduler = _scheduler()
    torn = Wait(scheduler.in_motion)
    torn.waiting = True
    scheduler._open[torn.thread] = torn  # as if an error had come twice where it ends
    threading.Event().wait(5)
    assert torn.ended
    assert scheduler.open_wait_of(torn.thread) is None
    assert scheduler.in_motion.is_only(threading.get_ident())
    assert seconds_elapsed(mock) == 5


def test_a_thread_of_which_nothing_is_known_waits_as_any_other(mock: AsyncOpsMock) -> None:
    own = threading.get_ident()
    scheduler = _scheduler()
    scheduler._lookout.forget(own)  # as one that was started in C
    scheduler.in_motion.discard(own)
    time.sleep(5)
    assert scheduler.in_motion.is_only(own)
    assert seconds_elapsed(mock) == 5


def test_in_a_forked_process_the_current_thread_is_alone(mock: AsyncOpsMock) -> None:
    scheduler = _scheduler()
    goes_on = threading.Event()
    thread = threading.Thread(target=goes_on.wait, args=(50,))
    thread.start()
    time.sleep(1)
    scheduler.renew()
    assert scheduler.in_motion.is_only(threading.get_ident())
    time.sleep(100)
    assert seconds_elapsed(mock) == 101
    goes_on.set()


def test_nobody_is_parked_beside_a_block_of_real_time(mock: AsyncOpsMock) -> None:
    goes_on = threading.Event()
    thread = threading.Thread(target=goes_on.wait, args=(5,))
    thread.start()
    with mock.clock.real():
        assert _scheduler().look()
        assert seconds_elapsed(mock) == 0
    goes_on.set()
    thread.join()
