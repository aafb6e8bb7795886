"""Programs for Hypothesis, each with an outcome that is certain."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from .programs import (
    COLLECTS,
    ENDLESS,
    LOOPS,
    MAIN,
    OFFLOADS,
    POOLS,
    STARTS,
    STOPPABLE,
    THREAD,
    TRIO,
    WAYS,
    Actor,
    Call,
    Collect,
    Give,
    Join,
    Meet,
    Offload,
    Poll,
    Program,
    Pull,
    Push,
    Resolve,
    Sleep,
    Start,
    Step,
    Submit,
    Take,
    Work,
    with_durations,
)
from .simulation import simulate

Move = list[tuple[int, Step]]
"""Steps that belong together, each with its actor."""

FAMILIES: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "threads": ([MAIN, THREAD], [THREAD]),
    "asyncio": ([LOOPS[0]], [MAIN, THREAD, *LOOPS]),
    "trio": ([TRIO], [MAIN, THREAD, TRIO]),
    "all": ([MAIN, LOOPS[0], TRIO], [THREAD, *LOOPS, TRIO]),
}
"""The homes that the actors of a program have in any case, and those that they may have."""

_SECONDS = st.integers(1, 9)
_LIMITS = st.sampled_from([600, 1, 2, 4, 7])
_LIMITS_OR_NONE = st.sampled_from([None, None, 600, 600, 1, 2, 4, 7])
_PAUSES = st.lists(st.sampled_from([0, 100, -100, -300, 500, 2_000]), max_size=5).map(tuple)

_chosen = st.sampled_from
_numbers = [st.integers(0, last) for last in range(10)]


@st.composite
def drawn_programs(draw: Any, family: str) -> Program:
    """Programs of a family, whose outcome does not hang on who is first within one instant."""
    certain, possible = FAMILIES[family]
    homes = [*certain, *draw(st.lists(_chosen(possible), max_size=3))]
    if MAIN in homes:  # there is one main thread
        homes = [MAIN, *(home for home in homes if home != MAIN)]
    some = st.lists(_moves(tuple(homes)), max_size=14)
    moves = [*draw(some), *draw(some)]  # more of them than one list has
    steps: list[list[Step]] = [[] for _ in homes]
    for move in moves:
        for actor, step in move:
            steps[actor].append(step)
    actors = tuple(Actor(home, tuple(own)) for home, own in zip(homes, steps, strict=True))
    pauses = draw(_PAUSES) if draw(_numbers[3]) == 3 else ()
    return certain_outcome(Program(actors, pauses))


@st.composite
def drawn_solos(draw: Any, home: str) -> Program:
    """Programs of one thread, or of the tasks of one loop, whose deadlines may well be equal."""
    homes = [home] * draw(st.integers(1, 1 if home == MAIN else 4))
    steps: list[list[Step]] = [[] for _ in homes]
    kinds = [_sleep, _hand, _poll] if home == MAIN else [_sleep, _hand]
    numbers = st.tuples(_numbers[len(homes) - 1], _chosen(kinds))
    for me, kind in draw(st.lists(numbers, max_size=14)):
        for actor, step in kind(draw, homes, me):
            steps[actor].append(_limited(step))
    actors = tuple(Actor(home, tuple(own)) for own in steps)
    return with_durations(Program(actors), lambda seconds: 1000 * seconds)


def _limited(step: Step) -> Step:
    if not isinstance(step, Take):
        return step
    by = "queue" if step.by in ENDLESS else step.by
    return replace(step, by=by, timeout=3 if step.timeout is None else step.timeout)


@st.composite
def _moves(draw: Any, homes: tuple[str, ...]) -> Move:
    """What one actor does, and what another does that belongs to it."""
    me = draw(_numbers[len(homes) - 1])
    kinds = [_sleep, _hand, _hand, _hand, _poll]
    if homes[me] in {MAIN, THREAD}:
        kinds += [_jobs, _jobs, _child, _child, _pair, _pair, _call]
    else:
        kinds += [_offload, _offload, _offload, _child, _resolve]
    return draw(_chosen(kinds))(draw, homes, me)


def _sleep(draw: Any, homes: Sequence[str], me: int) -> Move:
    return [(me, Sleep(draw(_SECONDS)))]


def _poll(draw: Any, homes: Sequence[str], me: int) -> Move:
    return [(me, Poll(running=draw(st.integers(0, 25)), every=2 + draw(_SECONDS)))]


def _resolve(draw: Any, homes: Sequence[str], me: int) -> Move:
    return [(me, Resolve(draw(_chosen(["127.0.0.1", "localhost"]))))]


def _hand(draw: Any, homes: Sequence[str], me: int) -> Move:
    """Mostly something is given and taken; now and then one side is missing."""
    to = draw(_numbers[len(homes) - 1])
    by = draw(_chosen(WAYS[homes[to]]))
    both: Move = [(me, Give(to, by)), (to, Take(by, draw(_LIMITS_OR_NONE)))]
    return draw(_chosen([both, both, both, both[:1], both[1:]]))


def _pair(draw: Any, homes: Sequence[str], me: int) -> Move:
    threads = [number for number, home in enumerate(homes) if home in {MAIN, THREAD}]
    others = [number for number in threads if number != me]
    if not others:
        return _sleep(draw, homes, me)
    other, one, two = draw(_chosen(others)), draw(_LIMITS_OR_NONE), draw(_LIMITS_OR_NONE)
    pipe: Move = [(me, Push(other, one)), (other, Pull(me, two))]
    return draw(_chosen([pipe, pipe[:1], [(me, Meet(other, one)), (other, Meet(me, two))]]))


def _work(draw: Any, homes: Sequence[str]) -> Work:
    steps: list[Sleep | Give] = []
    for _ in range(draw(_numbers[2])):
        if draw(st.booleans()):
            steps.append(Sleep(draw(_SECONDS)))
        else:
            to = draw(_numbers[len(homes) - 1])
            steps.append(Give(to, draw(_chosen(WAYS[homes[to]]))))
    return tuple(steps)


def _jobs(draw: Any, homes: Sequence[str], me: int) -> Move:
    move: Move = [
        (me, Submit(_work(draw, homes), draw(_chosen(tuple(POOLS)))))
        for _ in range(1 + draw(_numbers[2]))
    ]
    return [*move, (me, Collect(draw(_chosen(COLLECTS)), draw(_LIMITS_OR_NONE)))]


def _child(draw: Any, homes: Sequence[str], me: int) -> Move:
    how = draw(_chosen(STARTS["threads" if homes[me] in {MAIN, THREAD} else "tasks"]))
    work = _work(draw, homes)
    if how == "timer":
        work = (Sleep(draw(_SECONDS)), *work)
    start = Start(work, how)
    join: Move = [(me, Join(draw(_LIMITS_OR_NONE)))]
    return [(me, start), *draw(_chosen([join, _sleep(draw, homes, me), []]))]


def _call(draw: Any, homes: Sequence[str], me: int) -> Move:
    loops = [home for home in homes if home in {*LOOPS, TRIO}]
    if not loops:
        return _sleep(draw, homes, me)
    home = draw(_chosen(loops))
    limit = draw(_LIMITS_OR_NONE) if home in LOOPS else None
    return [(me, Call(home, _work(draw, homes), limit))]


def _offload(draw: Any, homes: Sequence[str], me: int) -> Move:
    how = draw(_chosen(OFFLOADS[homes[me]]))
    limit = draw(_LIMITS_OR_NONE) if how in STOPPABLE else None
    return [(me, Offload(_work(draw, homes), how, limit))]


def certain_outcome(program: Program) -> Program:
    """The program with whole seconds made distinct milliseconds, and without waits for ever."""
    salt = 0
    while True:
        spread = with_durations(program, _spread(salt))
        outcome = simulate(spread)
        if outcome.stuck:
            program = _without_stuck(program, outcome.stuck)
        elif outcome.ties:
            salt += 1
        else:
            return spread


def _spread(salt: int) -> Callable[[int], int]:
    fractions = iter(random.Random(salt).sample(range(1, 1000), 200))
    return lambda seconds: 1000 * seconds + next(fractions)


def _without_stuck(program: Program, stuck: list[tuple[int, int]]) -> Program:
    """A wait for ever gets a limit, or is left out if the limit would be in real time."""
    actors = list(program.actors)
    for number, at in stuck:
        steps = list(actors[number].steps)
        step = steps.pop(at)
        if not (isinstance(step, Take) and step.by in ENDLESS):
            steps.insert(at, replace(step, timeout=3))
        actors[number] = replace(actors[number], steps=tuple(steps))
    return replace(program, actors=tuple(actors))
