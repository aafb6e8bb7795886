"""The ways in which threads hand things to each other."""

from __future__ import annotations

import _thread
import concurrent.futures
import queue
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from pytest_asyncops import AsyncOpsMock, Lifecycle
from pytest_asyncops.serving.messages import Request

from .chainloop_polls import HEADERS
from .hand_over_rows import LIMIT, Beside, Worker, hand_over
from .virtual_seconds import seconds_elapsed

# -- pools -----------------------------------------------------------------------------------


@hand_over()
def result_of_a_job(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(200):
            assert pool.submit(int).result(LIMIT) == 0


@hand_over(ends=5)
def result_of_a_job_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(2) as pool, Beside(mock):
        for _ in range(200):
            assert pool.submit(int).result() == 0


@hand_over()
def result_of_a_job_in_an_older_pool(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    for _ in range(200):
        assert older.submit(int).result(LIMIT) == 0


@hand_over()
def results_of_a_map(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            assert list(pool.map(int, range(10), timeout=LIMIT)) == list(range(10))


@hand_over()
def futures_wait(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            jobs = [pool.submit(int) for _ in range(4)]
            done, waiting = concurrent.futures.wait(jobs, LIMIT)
            assert (len(done), len(waiting)) == (4, 0)


@hand_over()
def futures_as_completed(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(50):
            jobs = [pool.submit(int) for _ in range(4)]
            assert len(list(concurrent.futures.as_completed(jobs, LIMIT))) == 4


@hand_over()
def future_set_by_a_thread(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with Worker() as worker:
        for number in range(200):
            future: Future[int] = Future()
            worker.give(partial(future.set_result, number))
            assert future.result(LIMIT) == number


@hand_over(ends=100)
def job_that_sleeps(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(1) as pool:
        for turn in range(20):
            pool.submit(time.sleep, 5).result(LIMIT)
            assert seconds_elapsed(mock) == 5 * (turn + 1)


@hand_over()
def job_of_a_job(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with ThreadPoolExecutor(2) as outer, ThreadPoolExecutor(2) as inner:
        for _ in range(100):
            assert outer.submit(lambda: inner.submit(int).result(LIMIT)).result(LIMIT) == 0


# -- threads ---------------------------------------------------------------------------------


@hand_over()
def queue_with_a_limit(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    answers: queue.Queue[int] = queue.Queue()
    with Worker() as worker:
        for number in range(200):
            worker.give(partial(answers.put, number))
            assert answers.get(timeout=LIMIT) == number


@hand_over(ends=5)
def ping_pong_by_queues_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    answers: queue.Queue[int] = queue.Queue()
    with Worker(limit=None) as worker, Beside(mock):
        for number in range(200):
            worker.give(partial(answers.put, number))
            assert answers.get() == number


@hand_over()
def queue_that_has_room_for_one(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    narrow: queue.Queue[int] = queue.Queue(1)
    with Worker() as worker:
        worker.give(lambda: [narrow.put(number, timeout=LIMIT) for number in range(200)])
        assert [narrow.get(timeout=LIMIT) for _ in range(200)] == list(range(200))


@hand_over(ends=5)
def simple_queue_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()
    answers: queue.SimpleQueue[int] = queue.SimpleQueue()
    with Worker() as worker, Beside(mock):
        worker.give(lambda: [answers.put(asked.get()) for _ in range(200)])
        for number in range(200):
            asked.put(number)
            assert answers.get() == number


@hand_over()
def event(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with Worker() as worker:
        for _ in range(200):
            is_set = threading.Event()
            worker.give(is_set.set)
            assert is_set.wait(LIMIT)


@hand_over()
def condition(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    changed = threading.Condition()
    numbers: list[int] = []

    def change(number: int) -> None:
        with changed:
            numbers.append(number)
            changed.notify_all()

    with Worker() as worker:
        for number in range(200):
            worker.give(partial(change, number))
            with changed:
                assert changed.wait_for(lambda: number in numbers, LIMIT)  # noqa: B023


@hand_over()
def semaphore(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    places = threading.Semaphore(0)
    with Worker() as worker:
        for _ in range(200):
            worker.give(places.release)
            assert places.acquire(timeout=LIMIT)


@hand_over()
def barrier(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    meeting = threading.Barrier(2)
    with Worker() as worker:
        for _ in range(200):
            worker.give(partial(meeting.wait, LIMIT))
            meeting.wait(LIMIT)


@hand_over(ends=5)
def lock_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    locks = [threading.Lock() for _ in range(200)]
    for lock in locks:
        lock.acquire()
    with Worker() as worker, Beside(mock):
        for lock in locks:
            worker.give(lock.release)
            lock.acquire()


@hand_over()
def join_with_a_limit(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    for _ in range(100):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join(LIMIT)
        assert not thread.is_alive()


@hand_over(ends=5)
def join_beside_a_sleeper(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    with Beside(mock):
        for _ in range(100):
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()


@hand_over()
def raw_threads(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    answers: queue.Queue[int] = queue.Queue()
    for number in range(100):
        _thread.start_new_thread(answers.put, (number,))
        assert answers.get(timeout=LIMIT) == number


@hand_over(ends=20)
def timers(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    answers: queue.Queue[int] = queue.Queue()
    for number in range(20):
        threading.Timer(1, answers.put, (number,)).start()
        assert answers.get(timeout=LIMIT) == number
        assert seconds_elapsed(mock) == number + 1


@hand_over()
def lines_from_a_subprocess(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    lines: queue.Queue[bytes] = queue.Queue()
    # As `cat` does, which is not everywhere.
    echo = ["cat"] if sys.platform != "win32" else [sys.executable, "-c", _CAT]
    with subprocess.Popen(echo, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"begin\n")
        process.stdin.flush()
        process.stdout.readline()  # by now it runs
        reads = iter(process.stdout.readline, b"")
        reader = threading.Thread(target=lambda: [lines.put(line) for line in reads])
        reader.start()
        for number in range(20):
            process.stdin.write(b"%d\n" % number)
            process.stdin.flush()
            assert int(lines.get(timeout=LIMIT)) == number
        process.stdin.close()
        reader.join()


_CAT = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


@hand_over(ends=60)
def pollers_64(mock: AsyncOpsMock, older: ThreadPoolExecutor) -> None:
    stub = mock.chainloop
    operation = stub.start(lifecycle=Lifecycle.succeeds(running=60))
    path = f"/v1/operations/{operation.id}"
    late: list[float] = []

    def work() -> None:
        for turn in range(12):
            # No client, which would take most of the real time.
            stub._server.handle(Request("GET", stub.base_url + path, path, HEADERS))
            late.append(seconds_elapsed(mock) - 5 * turn)
            time.sleep(5)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert late == [0] * 64 * 12
