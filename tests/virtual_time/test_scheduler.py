"""Time passes for all together: in order, and the same in every run."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from support.real_pauses import really_wait
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import AsyncOpsMock, Lifecycle, mocked
from pytest_asyncops.serving.messages import Request
from pytest_asyncops.virtual_time.time_functions import active_here
from pytest_asyncops.virtual_time.waits import Wait

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
        with mock.clock.lock:  # as a server does whose answer takes its time
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
                if b"STATUS_COMPLETED" in stub.handle(request).content:
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
