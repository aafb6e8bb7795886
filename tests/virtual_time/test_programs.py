"""Random programs of threads and tasks do what a plain simulation of them does, and when."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import given, settings
from support.program_runs import differences, run_for_real, switching_every
from support.program_strategies import FAMILIES, drawn_programs, drawn_solos
from support.programs import (
    COLLECTS,
    LOOPS,
    MAIN,
    OFFLOADS,
    POOLS,
    STARTS,
    THREAD,
    TRIO,
    WAYS,
    Actor,
    Call,
    Collect,
    Entry,
    Give,
    Join,
    Meet,
    Offload,
    Poll,
    Program,
    Pull,
    Push,
    Sleep,
    Start,
    Step,
    Submit,
    Take,
    kinds_in,
)
from support.samples import anew
from support.simulation import simulate

EXAMPLES = 2_000 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 20
"""Programs for each case; each is run for real, with threads of its own."""


@pytest.mark.parametrize("interval", [None, 1e-6])
@pytest.mark.parametrize("family", FAMILIES)
def test_programs_run_as_simulated(family: str, interval: float | None) -> None:
    # A run that goes wrong once may go well the next time, so one of them is all there is to see.
    @settings(max_examples=EXAMPLES, report_multiple_bugs=False)
    @given(drawn_programs(family))
    def run_as_simulated(program: Program) -> None:
        with switching_every(interval):
            assert differences(program) == []

    run_as_simulated()


# An iterator over futures whose time has come asks for the time again and again until it is later.
_RUNS_OUT = (Submit((Sleep(9000),), "new"), Collect("as_completed", 2000), Submit((), "new"))
FOUND = {
    "a raw thread": (Actor(MAIN, (Start((), "raw thread"), Join(None))),),
    "trio is woken": (Actor(MAIN, (Give(1, "queue"),)), Actor(TRIO, (Take("queue", 600_000),))),
    **{
        f"{home} is woken after another's time has come": (
            Actor(MAIN, (*_RUNS_OUT, Give(1, "queue"))),
            Actor(home, (Sleep(5000),)),
        )
        for home in (LOOPS[0], TRIO)
    },
}


@pytest.mark.parametrize("name", FOUND)
def test_what_once_ran_otherwise(name: str) -> None:
    assert differences(Program(FOUND[name])) == []


@settings(max_examples=EXAMPLES)
@given(drawn_solos(MAIN))
def test_one_thread_does_the_same_in_the_same_order(program: Program) -> None:
    simulated = simulate(program)
    assert run_for_real(program) == (simulated.journal, simulated.microseconds)


@settings(max_examples=EXAMPLES)
@given(drawn_solos(LOOPS[0]))
def test_one_loop_does_the_same_in_the_same_order_in_every_run(program: Program) -> None:
    journal, over = run_for_real(program)
    assert run_for_real(program) == (journal, over)
    simulated = simulate(program)
    if not simulated.ties:
        assert sorted(journal) == sorted(simulated.journal)
        assert over == simulated.microseconds


# -- the programs ----------------------------------------------------------------------------


def test_programs_have_everything_that_there_is() -> None:
    expected = {"Sleep", "Join", "Meet", "Push", "Pull", "Poll", "Resolve localhost"}
    expected |= {f"Call {home}" for home in (LOOPS[0], TRIO)}
    expected |= {f"{step} {by}" for step in ("Give", "Take") for by in WAYS[THREAD]}
    expected |= {f"Submit {pool}" for pool in POOLS}
    expected |= {f"Collect {how}" for how in COLLECTS}
    expected |= {f"Start {how}" for hows in STARTS.values() for how in hows}
    expected |= {f"Offload {how}" for hows in OFFLOADS.values() for how in hows}
    seen: Counter[str] = Counter()
    for family in FAMILIES:
        for program in anew(drawn_programs(family), 40, at_once=4):
            seen.update(kinds_in(program))
    assert expected - seen.keys() == set()


def _threads(*steps: tuple[Step, ...]) -> Program:
    return Program(tuple(Actor(THREAD, own) for own in steps))


_JOB = (Sleep(3),)

BY_HAND: dict[str, tuple[Program, list[tuple[int, str, int, bool]]]] = {
    "what comes in time": (
        _threads((Sleep(2), Give(1, "queue")), (Take("queue", 5), Sleep(1))),
        [(2, "0", 0, True), (2, "0", 1, True), (2, "1", 0, True), (3, "1", 1, True)],
    ),
    "what comes too late is there for the next": (
        _threads((Sleep(7), Give(1, "queue")), (Take("queue", 5), Take("queue", 5))),
        [(5, "1", 0, False), (7, "0", 0, True), (7, "0", 1, True), (7, "1", 1, True)],
    ),
    "an event stays set and a token is taken": (
        _threads((
            *(Give(0, "event"), Take("event", 1), Take("event", 1)),
            *(Give(0, "semaphore"), Take("semaphore", 1), Take("semaphore", 1)),
        )),
        [(0, "0", 0, True), (0, "0", 1, True), (0, "0", 2, True), (0, "0", 3, True),
         (0, "0", 4, True), (1, "0", 5, False)],
    ),
    "a queue that has room for one": (
        _threads((Push(1, 1), Push(1, 1), Push(1, None)), (Sleep(4), Pull(0, 1), Pull(0, 1))),
        [(0, "0", 0, True), (1, "0", 1, False), (4, "0", 2, True), (4, "1", 0, True),
         (4, "1", 1, True), (4, "1", 2, True)],
    ),
    "a barrier, and a broken one": (
        _threads((Meet(1, 5), Meet(1, 5)), (Sleep(2), Meet(0, 5), Sleep(9), Meet(0, 5))),
        [(2, "0", 0, True), (2, "1", 0, True), (2, "1", 1, True), (7, "0", 1, False),
         (11, "1", 2, True), (11, "1", 3, False)],
    ),
    "jobs one after the other": (
        _threads((Submit(_JOB, "older"), Submit(_JOB, "older"), Collect("as_completed", 4))),
        [(0, "0", 0, True), (0, "0", 1, True), (3, "0", 2, True), (3, "0.1", 0, True),
         (4, "0", 2, False), (6, "0.2", 0, True)],
    ),
    "jobs side by side": (
        _threads((Submit(_JOB, "new"), Submit((Sleep(5),), "new"), Collect("first", 4),
                  Submit(_JOB, "new"), Collect("all", 9))),
        [(0, "0", 0, True), (0, "0", 1, True), (3, "0", 2, True), (3, "0", 3, True),
         (3, "0.1", 0, True), (5, "0.2", 0, True), (6, "0", 4, True), (6, "0.3", 0, True)],
    ),
    "children and what they leave": (
        _threads((Start(_JOB, "thread"), Join(2), Start((Sleep(9),), "raw thread"), Join(1))),
        [(0, "0", 0, True), (2, "0", 1, False), (2, "0", 2, True), (2, "0", 3, True),
         (3, "0.1", 0, True), (11, "0.2", 0, True)],
    ),
    "a poller": (
        _threads((Poll(running=10, every=5), Sleep(1), Poll(running=6, every=5))),
        [(0, "0", 0, True), (5, "0", 0, True), (10, "0", 0, True), (11, "0", 1, True),
         (11, "0", 2, True), (16, "0", 2, True), (21, "0", 2, True)],
    ),
    "what a loop does for others": (
        Program((
            Actor(THREAD, (Call(LOOPS[0], _JOB, 2), Call(LOOPS[0], (Give(1, "event"),), None))),
            Actor(LOOPS[0], (Take("event", None), Offload(_JOB, "to_thread", None))),
        )),
        [(2, "0", 0, False), (2, "0", 1, True), (2, "0.2", 0, True), (2, "1", 0, True),
         (3, "0.1", 0, True), (5, "1", 1, True), (5, "1.1", 0, True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_the_simulation_by_hand(name: str) -> None:
    program, expected = BY_HAND[name]
    simulated = simulate(program)
    assert sorted(simulated.journal) == [Entry(1000 * ms, *rest) for ms, *rest in expected]
    assert simulated.microseconds == 1000 * max(ms for ms, *_ in expected)
    assert not simulated.stuck


def test_the_simulation_knows_when_it_knows_nothing() -> None:
    assert simulate(_threads((Sleep(3),), (Take("queue", 3),))).ties
    assert not simulate(_threads((Sleep(3),), (Take("queue", 4),))).ties
    assert simulate(_threads((Sleep(3), Take("queue", None)), ())).stuck == [(0, 1)]
