"""What programs do and when, by a plain simulation without threads, loops and clocks.

Each actor and each piece of work is a generator that yields its waits. Whoever can go on does. Once
nobody can, the time becomes the earliest deadline.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .programs import (
    ENDLESS,
    LASTING,
    POOLS,
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
    Resolve,
    Sleep,
    Start,
    Step,
    Submit,
    Take,
    Work,
)


@dataclass(frozen=True)
class Outcome:
    """What a simulation came to.

    Attributes:
        journal: what was done, in the order of time.
        microseconds: when all was over.
        ties: whether two deadlines were equal, so that the outcome may hang on who is first.
        stuck: the steps in which actors wait for ever: the actor's number and the step's.
    """

    journal: list[Entry]
    microseconds: int
    ties: bool
    stuck: list[tuple[int, int]]


@dataclass
class _Wait:
    ready: Callable[[], bool]
    until: int | None


_Process = Generator[_Wait, bool, None]
_Waiting = Generator[_Wait, bool, bool]


@dataclass
class _Barrier:
    waits: bool = False
    met: int = 0
    broken: bool = False


@dataclass
class _Pool:
    free: int
    queued: list[_Process] = field(default_factory=list)


@dataclass
class _Done:
    done: bool = False


def simulate(program: Program) -> Outcome:
    """Simulate a program from its beginning to its end."""
    simulation = _Simulation()
    for number, actor in enumerate(program.actors):
        simulation.begin(simulation.act(number, actor.steps))
    simulation.run()
    stuck = [simulation.at[number] for number in simulation.at if number in simulation.unfinished]
    return Outcome(simulation.journal, 1000 * simulation.now, simulation.ties, stuck)


class _Simulation:
    def __init__(self) -> None:
        self.now = 0
        self.journal: list[Entry] = []
        self.ties = False
        self.at: dict[int, tuple[int, int]] = {}
        self.unfinished: set[int] = set()
        self._processes: list[tuple[_Process, _Wait]] = []
        self._mail: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._pipes: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._barriers: defaultdict[frozenset[int], _Barrier] = defaultdict(_Barrier)
        self._pools: dict[tuple[int, str], _Pool] = {}
        self._given: defaultdict[int, int] = defaultdict(int)

    # -- time --------------------------------------------------------------------------------

    def begin(self, process: _Process) -> None:
        self._follow(process, None)

    def run(self) -> None:
        while True:
            if self._go_on():
                continue
            deadlines = [wait.until for _, wait in self._processes if wait.until is not None]
            if not deadlines:
                return
            heapq.heapify(deadlines)
            self.now = heapq.heappop(deadlines)
            self.ties |= bool(deadlines) and deadlines[0] == self.now
            for process, wait in [it for it in self._processes if it[1].until == self.now]:
                self._resume(process, wait, False)

    def _go_on(self) -> bool:
        ready = [it for it in self._processes if it[1].ready()]
        for process, wait in ready:
            self._resume(process, wait, True)
        return bool(ready)

    def _resume(self, process: _Process, wait: _Wait, came: bool) -> None:
        self._processes.remove((process, wait))
        self._follow(process, came)

    def _follow(self, process: _Process, came: Any) -> None:
        with suppress(StopIteration):
            self._processes.append((process, process.send(came)))

    def _wait(self, ready: Callable[[], bool], timeout: int | None) -> _Waiting:
        return (yield _Wait(ready, None if timeout is None else self.now + timeout))

    # -- actors ------------------------------------------------------------------------------

    def act(self, me: int, steps: tuple[Step, ...]) -> _Process:
        jobs: list[_Done] = []
        children: list[_Done] = []
        self.unfinished.add(me)
        for number, step in enumerate(steps):
            self.at[me] = (me, number)
            if isinstance(step, Poll):
                yield from self._poll(me, number, step)
                continue
            if isinstance(step, Collect):
                yield from self._collect(me, number, step, jobs)
                jobs = []
                continue
            outcome = yield from self._do(me, step, jobs, children)
            self._note(str(me), number, outcome)
        self.unfinished.discard(me)

    def _note(self, who: str, number: int, outcome: bool = True) -> None:
        self.journal.append(Entry(1000 * self.now, who, number, outcome))

    def _do(self, me: int, step: Step, jobs: list[_Done], children: list[_Done]) -> _Waiting:
        match step:
            case Sleep():
                yield from self._sleep(step.ms)
            case Give():
                self._mail[step.to, step.by] += 1
            case Take():
                return (yield from self._take(me, step))
            case Push():
                pipe = (me, step.to)
                if not (yield from self._wait(lambda: not self._pipes[pipe], step.timeout)):
                    return False
                self._pipes[pipe] += 1
            case Pull():
                pipe = (step.of, me)
                if not (yield from self._wait(lambda: self._pipes[pipe] > 0, step.timeout)):
                    return False
                self._pipes[pipe] -= 1
            case Meet():
                barrier = self._barriers[frozenset({me, step.whom})]
                return (yield from self._meet(barrier, step.timeout))
            case Submit():
                jobs.append(self._submit(me, step))
            case Start():
                children.append(self._give_away(me, step.work))
                if step.how == "raw thread":
                    children.pop()
            case Join():
                if children:
                    child = children.pop()
                    return (yield from self._wait(lambda: child.done, step.timeout))
            case Call() | Offload():
                end = self._give_away(me, step.work)
                return (yield from self._wait(lambda: end.done, step.timeout))
            case Resolve():
                pass
        return True

    def _sleep(self, ms: int) -> _Waiting:
        return (yield from self._wait(lambda: False, ms))

    def _take(self, me: int, step: Take) -> _Waiting:
        box = (me, step.by)
        timeout = None if step.by in ENDLESS else step.timeout
        came = yield from self._wait(lambda: self._mail[box] > 0, timeout)
        if came and step.by not in LASTING:
            self._mail[box] -= 1
        return came

    def _meet(self, barrier: _Barrier, timeout: int | None) -> _Waiting:
        if barrier.broken:
            return False
        if barrier.waits:
            barrier.waits = False
            barrier.met += 1
            return True
        barrier.waits = True
        met = barrier.met
        yield from self._wait(lambda: barrier.met > met or barrier.broken, timeout)
        barrier.broken |= barrier.met == met
        return barrier.met > met

    def _poll(self, me: int, number: int, step: Poll) -> _Process:
        started = self.now
        self._note(str(me), number)
        while self.now < started + step.running:
            yield from self._sleep(step.every)
            self._note(str(me), number)

    def _collect(self, me: int, number: int, step: Collect, jobs: list[_Done]) -> _Process:
        until = None if step.timeout is None else self.now + step.timeout
        if step.how == "result":
            jobs = jobs[-1:]
        counts = list(range(1, len(jobs) + 1))
        if step.how == "first":
            counts = counts[:1]
        came = True
        for count in counts:
            came = yield from self._wait(
                lambda count=count: sum(job.done for job in jobs) >= count,
                None if until is None else until - self.now,
            )
            if not came:
                break
            if step.how == "as_completed":
                self._note(str(me), number)
        self._note(str(me), number, came)

    # -- work --------------------------------------------------------------------------------

    def _give_away(self, me: int, work: Work) -> _Done:
        end = _Done()
        self.begin(self._work(self._name(me), work, end))
        return end

    def _name(self, me: int) -> str:
        self._given[me] += 1
        return f"{me}.{self._given[me]}"

    def _work(self, name: str, work: Work, end: _Done) -> _Process:
        for number, step in enumerate(work):
            if isinstance(step, Sleep):
                yield from self._sleep(step.ms)
            else:
                self._mail[step.to, step.by] += 1
            self._note(name, number)
        end.done = True

    def _submit(self, me: int, step: Submit) -> _Done:
        pool = self._pools.setdefault((me, step.pool), _Pool(POOLS[step.pool]))
        end = _Done()

        def job() -> _Process:
            yield from self._work(name, step.work, end)
            pool.free += 1
            if pool.queued:
                pool.free -= 1
                self.begin(pool.queued.pop(0))

        name = self._name(me)
        if pool.free:
            pool.free -= 1
            self.begin(job())
        else:
            pool.queued.append(job())
        return end
