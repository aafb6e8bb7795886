"""Time passes for all together: in order, the same in every run, and never under a request."""

from __future__ import annotations

import asyncio
import os
import queue
import random
import select
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from pytest_asyncops import AsyncOpsMock, Lifecycle, VirtualClock, mocked
from pytest_asyncops.messages import Request
from pytest_asyncops.waiting.bound_names import BoundNames
from pytest_asyncops.waiting.client_clock import ClientClock
from pytest_asyncops.waiting.pools import Pools
from pytest_asyncops.waiting.stand_ins import STAND_INS, Present, here, wall_clock
from pytest_asyncops.waiting.strangers import Strangers

_HEADERS = {"Authorization": "Bearer token"}


@pytest.fixture
def mock() -> Iterator[AsyncOpsMock]:
    with mocked() as opened:
        yield opened


def _elapsed(mock: AsyncOpsMock) -> float:
    return mock.clock.elapsed.total_seconds()


# -- order -----------------------------------------------------------------------------------


def test_threads_wake_in_the_order_of_their_deadlines(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []

    def work(name: str, every: float) -> None:
        for _ in range(3):
            time.sleep(every)
            woken.append((name, _elapsed(mock)))

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
            woken.append((name, _elapsed(mock)))

    async def main() -> None:
        await asyncio.gather(work("a", 3), work("b", 5))

    asyncio.run(main())
    assert woken == [("a", 3), ("b", 5), ("a", 6), ("a", 9), ("b", 10), ("b", 15)]


def test_a_notice_comes_before_the_next_jump(mock: AsyncOpsMock) -> None:
    for _ in range(20):
        event = threading.Event()
        woken: list[float] = []
        began = _elapsed(mock)

        def wait(event: threading.Event = event, woken: list[float] = woken) -> None:
            assert event.wait(100)
            woken.append(_elapsed(mock))

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(1)
        event.set()
        time.sleep(5)
        thread.join()
        assert woken == [began + 1]


def test_a_task_in_a_pool_begins_before_the_next_jump(mock: AsyncOpsMock) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            began = _elapsed(mock)
            future = pool.submit(lambda: _elapsed(mock))
            time.sleep(5)
            assert future.result() == began


def test_a_bare_lock_is_handed_on_before_the_next_jump(mock: AsyncOpsMock) -> None:
    lock = threading.Lock()
    got: list[float] = []

    def work() -> None:
        with lock:
            got.append(_elapsed(mock))

    lock.acquire()
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(3)
    lock.release()
    time.sleep(5)
    thread.join()
    assert got == [3]


def test_a_set_event_ends_the_wait_at_once(mock: AsyncOpsMock) -> None:
    event = threading.Event()
    threading.Timer(3, event.set).start()
    assert event.wait(10)
    assert _elapsed(mock) == 3
    assert event.wait(10)
    assert _elapsed(mock) == 3


def test_a_queue_hands_on_what_a_thread_puts_in_it(mock: AsyncOpsMock) -> None:
    items: queue.Queue[int] = queue.Queue()

    def work() -> None:
        for number in range(3):
            time.sleep(2)
            items.put(number)

    threading.Thread(target=work).start()
    assert [(items.get(timeout=60), _elapsed(mock)) for _ in range(3)] == [(0, 2), (1, 4), (2, 6)]
    with pytest.raises(queue.Empty):
        items.get(timeout=60)
    assert _elapsed(mock) == 66


def test_a_thread_wakes_a_loop(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        event = asyncio.Event()

        def work() -> None:
            time.sleep(3)
            loop.call_soon_threadsafe(event.set)
            time.sleep(9)

        thread = threading.Thread(target=work)
        thread.start()
        await event.wait()
        assert _elapsed(mock) == 3
        await asyncio.to_thread(thread.join)
        assert _elapsed(mock) == 12

    asyncio.run(main())


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
    assert _elapsed(mock) == 40


def test_the_primitives_refuse_what_they_refuse_really(mock: AsyncOpsMock) -> None:
    for timeout in (None, 5):
        with pytest.raises(RuntimeError, match="cannot wait on un-acquired lock"):
            threading.Condition().wait(timeout)
    with pytest.raises(RuntimeError, match="cannot join current thread"):
        threading.current_thread().join()
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
        pool.submit(time.sleep, 5)
    assert _elapsed(mock) == 0


def test_a_join_of_no_length_does_not_wait(mock: AsyncOpsMock) -> None:
    event = threading.Event()
    thread = threading.Thread(target=event.wait)
    thread.start()
    thread.join(0)
    assert thread.is_alive()
    event.set()
    thread.join(5)
    assert not thread.is_alive()
    thread.join()
    assert _elapsed(mock) == 0


def test_who_joins_a_thread_of_before_waits_really_and_the_clock_with_it() -> None:
    asked = threading.Event()

    def answer() -> None:
        asked.wait()
        select.select([], [], [], 0.03)

    before = threading.Thread(target=answer)
    before.start()
    with mocked() as mock:
        joins = threading.Thread(target=before.join)
        joins.start()
        asked.set()
        joins.join(30)
        assert not joins.is_alive()
        assert _elapsed(mock) == 0


@pytest.fixture
def unhurried() -> Iterator[None]:
    """Nobody runs before the one that runs waits."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(10)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("unhurried")
def test_a_task_of_the_test_is_its_own_in_a_pool_of_before() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(time.monotonic).result()
        with mocked() as mock:
            pool.submit(time.sleep, 5).result(timeout=30)
            assert _elapsed(mock) == 5
            blocks = threading.Event()
            first, second = pool.submit(blocks.wait), pool.submit(time.sleep, 5)
            assert second.cancel()
            time.sleep(1)
            blocks.set()
            assert first.result(timeout=30)
            time.sleep(1)  # nothing is on its way to the pool, so this takes no time
            assert _elapsed(mock) == 7
        began = time.monotonic()
        pool.submit(time.sleep, 0.001).result()
        assert time.monotonic() - began < 60


def test_who_is_slow_to_wake_comes_first_all_the_same(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []
    begun = threading.Event()
    present = here()
    assert present is not None

    def is_kept_from_running(seconds: float) -> bool:
        begun.set()
        select.select([], [], [], 0.25 if seconds else 0)
        return False

    def work() -> None:
        present.schedule.wait(3, is_kept_from_running, over=lambda: False)
        woken.append(("slow", _elapsed(mock)))

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    time.sleep(10)
    woken.append(("quick", _elapsed(mock)))
    thread.join()
    assert woken == [("slow", 3), ("quick", 10)]


def test_who_waits_while_it_answers_keeps_nobody_from_waiting(mock: AsyncOpsMock) -> None:
    woken: list[tuple[str, float]] = []
    answering = threading.Event()

    def answer() -> None:
        with mock.clock.lock:  # as a server does whose answer takes its time
            answering.set()
            time.sleep(5)
            woken.append(("server", _elapsed(mock)))

    server = threading.Thread(target=answer)
    server.start()
    answering.wait()
    time.sleep(3)
    woken.append(("client", _elapsed(mock)))
    server.join()
    assert woken == [("client", 3), ("server", 5)]


@pytest.mark.parametrize(("inner", "outer"), [(2, 5), (7, 7)])
def test_a_wait_within_a_wait(mock: AsyncOpsMock, inner: float, outer: float) -> None:
    """As a signal's handler or a finalizer has it, wherever it comes."""
    woken: list[tuple[str, float]] = []
    present = here()
    assert present is not None

    def interrupted() -> bool:
        if not woken:
            time.sleep(inner)
            woken.append(("handler", _elapsed(mock)))
        return False

    present.schedule.wait(5, lambda seconds: False, over=interrupted)
    woken.append(("waiter", _elapsed(mock)))
    assert woken == [("handler", inner), ("waiter", outer)]


def test_the_clock_does_not_jump_while_a_thread_of_before_is_answered() -> None:
    asked, answering = threading.Event(), threading.Event()
    seen: list[float] = []

    def answer(mock: AsyncOpsMock) -> None:
        asked.wait()
        with mock.clock.lock:
            answering.set()
            select.select([], [], [], 0.02)
            seen.append(_elapsed(mock))

    opened = mocked()
    handed: queue.Queue[AsyncOpsMock] = queue.Queue()
    thread = threading.Thread(target=lambda: answer(handed.get()))
    thread.start()
    with opened as mock:
        handed.put(mock)
        asked.set()
        answering.wait()
        time.sleep(5)
        thread.join()
    assert seen == [0]


def test_a_worker_is_idle_until_it_has_a_task_in_its_hand() -> None:
    with ThreadPoolExecutor(1) as pool:
        pools = Pools(lambda task: task)
        worker: dict[str, Any] = {"__name__": "concurrent.futures.thread", "sys": sys}
        exec(
            "def _worker(executor_reference, is_idle):\n"
            "    before = is_idle(sys._getframe())\n"
            "    work_item = 'a task'\n"
            "    return before, is_idle(sys._getframe())\n",
            worker,
        )
        assert worker["_worker"](lambda: pool, pools.is_idle) == (True, False)
        assert worker["_worker"](lambda: pool, pools.is_called) == (False, False)
        pools._promise(pool, 1)
        assert worker["_worker"](lambda: pool, pools.is_idle) == (False, False)
        assert worker["_worker"](lambda: pool, pools.is_called) == (True, False)
        assert worker["_worker"](lambda: None, pools.is_idle) == (False, False)


# -- sameness --------------------------------------------------------------------------------


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
                    select.select([], [], [], 0.001)
                request = Request("GET", stub.base_url + path, path, _HEADERS)
                if b"STATUS_COMPLETED" in stub.handle(request).content:
                    break
                await asyncio.sleep(300 + 0.1 * (index % 13))
            await asyncio.sleep(max(0, 3600 - _elapsed(mock)))

        async def main() -> None:
            await asyncio.gather(*map(poll, range(200)))

        asyncio.run(main())
        assert mock.clock.elapsed.total_seconds() >= 3600
        return repr(list(mock.calls)).encode()


def test_200_pollers_give_the_same_log_in_every_run() -> None:
    first, *others = [_an_hour_of_200_pollers(run) for run in range(_RUNS)]
    assert first.count(b"<Call ") > 1_000
    assert set(others) == {first}


# -- real input and output -------------------------------------------------------------------


def test_a_loop_waits_for_its_sockets(mock: AsyncOpsMock) -> None:
    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for number in range(3):
            before = _elapsed(mock)
            writer.write(b"%d\n" % number)
            assert await asyncio.wait_for(reader.readline(), 30) == b"%d\n" % number
            assert _elapsed(mock) == before
            await asyncio.sleep(5)
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()

    asyncio.run(main())
    assert _elapsed(mock) == 15


def test_other_users_of_selectors_wait_really(mock: AsyncOpsMock) -> None:
    one, other = socket.socketpair()
    with one, other, selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ)
        assert selector.select(0.001) == []
        assert _elapsed(mock) == 0
        other.send(b"x")
        assert len(selector.select(5)) == 1


# -- clocks ----------------------------------------------------------------------------------


def test_who_spins_until_a_time_gets_there(mock: AsyncOpsMock) -> None:
    until = time.monotonic() + 0.0005
    while time.monotonic() < until:
        time.sleep(0)
    assert _elapsed(mock) == 0


def test_a_tool_keeps_its_own_clocks(mock: AsyncOpsMock) -> None:
    tool: dict[str, Any] = {"__name__": "_pytest.made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", tool)
    own: dict[str, Any] = {"__name__": "made_up", "time": time}
    exec("def read(): return time.perf_counter(), time.monotonic(), time.time()", own)
    before, own_before = tool["read"](), own["read"]()
    with mocked():
        time.sleep(1_000_000)
        for was, now in zip(before, tool["read"](), strict=True):
            assert 0 <= now - was < 1_000
    for was, now in zip(before, tool["read"](), strict=True):
        assert 0 <= now - was < 1_000
    for was, now in zip(own_before, own["read"](), strict=True):
        assert 1_000_000 <= now - was < 1_000_100


@pytest.mark.parametrize(("caller", "real"), [("made_up", False), ("_pytest.made_up", True)])
def test_the_wall_clock_looks_past_time_machine(caller: str, real: bool) -> None:
    server = VirtualClock()
    client = ClientClock(server.timeline)
    present = Present(client, cast("Any", None), Strangers(), server, lambda: 7)
    time_ns = wall_clock(present)
    between: dict[str, Any] = {"__name__": "time_machine", "time_ns": time_ns}
    exec("def ask(): return time_ns()", between)
    outer: dict[str, Any] = {"__name__": caller, "ask": between["ask"]}
    exec("def read(): return ask()", outer)
    assert outer["read"]() == (7 if real else VirtualClock().now_ns)


# -- bound names -----------------------------------------------------------------------------


def test_everything_is_put_back() -> None:
    before = [getattr(time, name) for name, _, _ in STAND_INS]
    places = (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
              ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip

    def interrupted() -> None:
        with mocked():
            assert time.sleep is not before[0]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [getattr(time, name) for name, _, _ in STAND_INS] == before
    assert places == (threading.Condition.wait, threading.Thread.join, ThreadPoolExecutor.submit,
                      ThreadPoolExecutor.shutdown, selectors.DefaultSelector.select)  # fmt: skip


def test_a_name_bound_during_a_test_is_real_afterwards() -> None:
    with mocked() as mock:
        kept = time.sleep, time.monotonic, time.monotonic_ns, time.perf_counter
        kept_ns = time.perf_counter_ns
        kept[0](5)
        assert _elapsed(mock) == 5
    kept[0](0)
    assert abs(kept[1]() - time.monotonic()) < 60
    assert abs(kept[2]() - time.monotonic_ns()) < 60e9
    assert abs(kept[3]() - time.perf_counter()) < 60
    assert abs(kept_ns() - time.perf_counter_ns()) < 60e9
    with pytest.raises(ValueError, match="negative"):
        kept[0](-1)


def _make_module(name: str) -> Any:
    import types

    module = types.ModuleType(name)
    source = """
from time import sleep, monotonic
class Poller:
    pause = sleep
    nap = staticmethod(sleep)
    def wait(self, pause=sleep, *, again=sleep): pause(1); again(1)
    @classmethod
    def make(cls, pause=sleep): return cls()
def wait(pause=sleep, *, again=sleep): pause(1); again(1)
not_a_function = 7
"""
    exec(source, module.__dict__)
    for made in (module.Poller, module.wait):
        made.__module__ = name
    return module


def test_bound_names_are_found_once_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(seconds: float) -> None:
        raise AssertionError

    module = _make_module("bound_in_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    real = time.sleep
    names = BoundNames([(real, other)])
    names.replace()
    assert module.sleep is other
    assert vars(module.Poller)["pause"] is other
    assert module.Poller.nap is other
    assert module.wait.__defaults__ == (other,)
    assert module.wait.__kwdefaults__ == {"again": other}
    assert module.Poller.wait.__defaults__ == (other,)
    assert module.Poller.make.__func__.__defaults__ == (other,)
    module.sleep = real  # somebody else has changed it since: it stays
    names.restore()
    assert module.sleep is real
    assert vars(module.Poller)["pause"] is real
    assert module.Poller.nap is real
    assert module.wait.__defaults__ == (real,)
    assert module.wait.__kwdefaults__ == {"again": real}
    module.sleep = mine = lambda seconds: None
    names.replace()
    assert module.sleep is mine
    names.restore()
    assert module.sleep is mine
