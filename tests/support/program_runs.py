"""Runs programs for real, in virtual time."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager, suppress

from pytest_asyncops import mocked

from .hanging import not_hanging
from .program_stage import LONG, Stage, ending, older_pools
from .program_tasks import AsyncioLoop, Loop, TrioLoop
from .program_threads import ThreadActor
from .programs import LOOPS, MAIN, THREAD, TRIO, Entry, Program
from .simulation import simulate


def run_for_real(program: Program) -> tuple[list[Entry], int]:
    """Run a program; returns its journal, and the microsecond at which it was over."""
    with not_hanging(lambda: repr(program)), ExitStack() as before:
        stage = Stage(program, older_pools(program, before))
        with mocked(apis=["chainloop"]) as mock, ExitStack() as inside:
            stage.opened(mock)
            for pool in stage.pools.values():
                inside.callback(pool.shutdown)
            _run(stage, inside)
            return stage.journal, stage.now()


def differences(program: Program) -> list[str]:
    """What a run of a program does otherwise than its simulation, nothing if all is well.

    What happens in one instant happens in any order, but each actor's steps in their own.
    """
    journal, over = run_for_real(program)
    simulated = simulate(program)
    found = []
    for who in sorted({entry.who for entry in (*journal, *simulated.journal)}):
        real, plain = ([it for it in one if it.who == who] for one in (journal, simulated.journal))
        if real != plain:
            at = 0
            while real[at : at + 1] == plain[at : at + 1]:
                at += 1
            found.append(f"{who} did {real[at : at + 2]} instead of {plain[at : at + 2]}")
    if over != simulated.microseconds:
        found.append(f"was over at {over} instead of {simulated.microseconds}")
    for before, after in itertools.pairwise(journal):
        if before.microseconds > after.microseconds:
            found.append(f"{before} was noted before {after}")
    return found


def _run(stage: Stage, stack: ExitStack) -> None:
    homes = [actor.home for actor in stage.program.actors]
    ends: list[Future[None]] = [Future() for _ in homes]
    loops: dict[str, Loop] = {}
    for home in stage.program.homes:
        if home in {*LOOPS, TRIO}:
            own = {number: ends[number] for number, at in enumerate(homes) if at == home}
            loop = loops[home] = (TrioLoop if home == TRIO else AsyncioLoop)(stage, own)
            thread = threading.Thread(target=loop.run, daemon=True, name=home)
            thread.start()
            loop.ready.wait()
            stack.callback(thread.join)
            stack.callback(loop.close)
    for loop in loops.values():
        loop.begin()

    def act(me: int) -> None:
        with ending(ends[me]):
            ThreadActor(stage, me, loops).act()

    for number, home in enumerate(homes):
        if home == THREAD:
            threading.Thread(target=act, args=(number,), daemon=True, name=str(number)).start()
    for number, home in enumerate(homes):
        if home == MAIN:
            act(number)
    # What has not come to its end by then shows in the journal, and in the time.
    with suppress(FutureTimeout):
        for end in ends:
            end.result(LONG)
        for end in stage.ends:  # by now nobody gives work away any more
            end.result(LONG)


@contextmanager
def switching_every(seconds: float | None) -> Iterator[None]:
    """Let Python's threads take turns this often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before if seconds is None else seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
