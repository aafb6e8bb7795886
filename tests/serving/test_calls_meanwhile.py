"""A test may look at calls and operations while other threads poll: each look shows one moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import Lifecycle, Operation, Stub, assert_polled, mocked, polls
from pytest_asyncops.serving.calls import Call, Kept
from pytest_asyncops.serving.checkpoint import Checkpoint

ROUNDS = 150
"""How often each thread polls, and how often a test looks at least."""


@pytest.fixture(autouse=True)
def short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def meanwhile(work: Callable[[int], object], look: Callable[[], object]) -> None:
    """Look again and again while two threads work."""
    barrier = threading.Barrier(3)
    errors: list[BaseException] = []

    def run() -> None:
        barrier.wait()
        try:
            for number in range(ROUNDS):
                work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    barrier.wait()
    try:
        while any(thread.is_alive() for thread in threads):
            look()
    finally:
        for thread in threads:
            thread.join()
    look()
    assert errors == []


KEPT = 40


def a_stub() -> Stub:
    stub = stub_of(toy(), kept=Kept(KEPT))
    stub.start(shelf="a", lifecycle=Lifecycle.succeeds(running=polls(100)))
    for _ in range(KEPT):
        poll(stub)
    return stub


def poll(stub: Stub, number: int = 0) -> None:
    stub._server.clock.advance(1)
    handle(stub, request("/jobs/a/job-1"))


def in_order(calls: Iterable[Call], backwards: bool = False) -> None:
    """So many as are kept, one after the other."""
    instants = [call.at_ns for call in calls]  # step by step: a list made at once could hide it
    assert len(instants) == KEPT
    assert instants == sorted(instants, reverse=backwards)


def the_first(stub: Stub) -> Operation:
    return stub.operations["job-1"]


def as_often_as_shown(operation: Operation) -> None:
    tally, calls, shown = operation._polled()
    assert (tally.count, calls[-1].at_ns) == (shown, tally._last_ns)


LOOKS: dict[str, Callable[[Stub], object]] = {
    "the calls": lambda stub: in_order(stub.calls),
    "backwards": lambda stub: in_order(reversed(stub.calls), True),
    "a slice": lambda stub: in_order(stub.calls[:]),
    "the latest": lambda stub: stub.calls[-1].at,
    "one of them": lambda stub: stub.calls[0] in stub.calls,
    "its number": lambda stub: stub.calls.count(stub.calls[0]),
    "their repr": lambda stub: repr(stub.calls),
    "how many are gone": lambda stub: stub.calls.dropped,
    "the operation's calls": lambda stub: in_order(the_first(stub).calls),
    "its repr": lambda stub: repr(the_first(stub)),
    "its state": lambda stub: (the_first(stub).state, the_first(stub).percent),
    "how it was polled": lambda stub: assert_polled(the_first(stub), at_least=KEPT),
    "how often it was polled": lambda stub: as_often_as_shown(the_first(stub)),
    "the stub's repr": repr,
    "a checkpoint": lambda stub: Checkpoint(stub._server.clock, stub._server.changing()),
}


@pytest.mark.parametrize("name", LOOKS)
def test_looking_while_others_poll(name: str) -> None:
    stub = a_stub()
    meanwhile(lambda number: poll(stub), lambda: LOOKS[name](stub))


class Noting:
    """A clock's lock that notes how often it is taken by one that does not hold it."""

    def __init__(self) -> None:
        self.depth = self.taken = 0

    def __enter__(self) -> None:
        self.taken += not self.depth
        self.depth += 1

    def __exit__(self, *error: object) -> None:
        self.depth -= 1


ONE_MOMENT: dict[str, Callable[[Stub], object]] = {
    "the calls": lambda stub: [*iter(stub.calls)],
    "backwards": lambda stub: [*reversed(stub.calls)],
    "a slice": lambda stub: stub.calls[3:],
    "one call": lambda stub: stub.calls[0],
    "whether it is there": lambda stub: None in stub.calls,
    "how often": lambda stub: stub.calls.count(None),
    "how many calls": lambda stub: len(stub.calls),
    "how many are gone": lambda stub: stub.calls.dropped,
    "the repr of calls": lambda stub: repr(stub.calls),
    "how many operations": lambda stub: len(stub.operations),
    "the operations": lambda stub: [*stub.operations.items()],
    "the repr of operations": lambda stub: repr(stub.operations),
    "all that changes": lambda stub: Checkpoint(stub._server.clock, stub._server.changing()),
}
ONE_MOMENT_OF_ONE: dict[str, Callable[[Operation], object]] = {
    "its calls": lambda operation: operation.calls,
    "its state": lambda operation: operation.state,
    "its percent": lambda operation: operation.percent,
    "its repr": repr,
    "how it was polled": lambda operation: assert_polled(operation, at_least=1),
    "a move": lambda operation: operation.fail("no"),
}


@pytest.mark.parametrize("name", [*ONE_MOMENT, *ONE_MOMENT_OF_ONE])
def test_each_look_takes_the_lock_once(name: str) -> None:
    stub = stub_of(toy())
    operation = stub.start(shelf="a", lifecycle=Lifecycle.manual())
    stub.start(shelf="a")
    poll(stub)
    noting = stub._server.clock.lock = Noting()
    if name in ONE_MOMENT:
        ONE_MOMENT[name](stub)
    else:
        ONE_MOMENT_OF_ONE[name](operation)
    assert noting.taken == 1


def test_an_iteration_goes_on_with_the_moment_at_which_it_began() -> None:
    stub = a_stub()
    operations = stub.operations
    for begin, there in (
        (lambda: iter(stub.calls), stub.calls),
        (lambda: reversed(stub.calls), stub.calls),
        (lambda: iter(operations), operations),
        (lambda: iter(operations.keys()), operations),
        (lambda: iter(operations.values()), operations),
        (lambda: iter(operations.items()), operations),
    ):
        count, begun = len(there), begin()
        next(begun)
        poll(stub)
        stub.start(shelf="a")
        assert len([*begun]) == count - 1


AT_ONCE = 7
"""How many operations are started together: a look shows all of them or none."""

VIEWS: dict[str, Callable[[Stub], int]] = {
    "iteration": lambda stub: sum(1 for _ in stub.operations),
    "keys": lambda stub: sum(1 for _ in iter(stub.operations.keys())),
    "values": lambda stub: sum(1 for _ in stub.operations.values()),
    "items": lambda stub: sum(1 for _ in stub.operations.items()),
    "a dictionary": lambda stub: len(dict(stub.operations)),
    "how many": lambda stub: len(stub.operations),
    "a repr": lambda stub: repr(stub.operations).count("<Operation "),
    "a stub's repr": lambda stub: int(repr(stub).split(", ")[1].split()[0].replace(",", "")),
}


@pytest.mark.parametrize("name", VIEWS)
def test_looking_at_the_operations_while_others_start_some(name: str) -> None:
    stub = stub_of(toy())

    def look() -> None:
        assert VIEWS[name](stub) % AT_ONCE == 0

    meanwhile(lambda number: stub.start_many(AT_ONCE, shelf="a"), look)


def test_going_back_while_a_test_looks() -> None:
    stub = stub_of(toy())
    empty = Checkpoint(stub._server.clock, stub._server.changing())

    def start_over(number: int) -> None:
        stub.start_many(AT_ONCE, shelf="a")
        empty.restore()

    def look() -> None:
        assert len([operation.id for operation in stub.operations.values()]) % AT_ONCE == 0
        assert len(dict(stub.operations.items())) % AT_ONCE == 0

    meanwhile(start_over, look)


def test_looking_at_the_whole_mock_while_others_poll() -> None:
    with mocked(clock="manual", apis=[toy(), toy("other")], max_calls_kept=KEPT) as mock:
        stubs = [*mock.stubs.values()]
        for stub in stubs:
            stub.start(shelf="a")
        for number in range(KEPT):
            poll(stubs[number % 2])

        def look() -> None:
            in_order(mock.calls)
            assert "2 operations" not in repr(mock)

        meanwhile(lambda number: poll(stubs[number % 2]), look)


def test_names_become_known_while_an_endpoint_looks_through_them() -> None:
    stub = stub_of(toy())
    clock = stub._server.clock

    def look() -> None:
        with clock.lock:  # as while a request is answered
            assert all(name.startswith("shelf-") for name in stub._server.parents)

    meanwhile(lambda number: stub.add_parent(f"shelf-{number}-{threading.get_ident()}"), look)
