"""How the threads of a program do their steps for real."""

from __future__ import annotations

import _thread
import concurrent.futures
import itertools
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from .program_stage import Stage, seconds
from .program_tasks import Loop
from .programs import (
    Call,
    Collect,
    Give,
    Join,
    Meet,
    Poll,
    Pull,
    Push,
    Sleep,
    Start,
    Step,
    Submit,
    Take,
    Work,
)


class ThreadActor:
    """Does the steps of one actor in the current thread."""

    def __init__(self, stage: Stage, me: int, loops: dict[str, Loop]) -> None:
        self._stage = stage
        self._me = me
        self._loops = loops
        self._jobs: list[Future[Any]] = []
        self._children: list[threading.Thread] = []

    def act(self) -> None:
        for number, step in enumerate(self._stage.program.actors[self._me].steps):
            if isinstance(step, Poll):
                self._poll(number, step)
                continue
            outcome = self._do(number, step)
            self._stage.note(str(self._me), number, outcome)

    def _poll(self, number: int, step: Poll) -> None:
        is_done = self._stage.operation(step)
        while not is_done():
            self._stage.note(str(self._me), number)
            time.sleep(step.every / 1000)
        self._stage.note(str(self._me), number)

    def _do(self, number: int, step: Step) -> bool:
        stage, me = self._stage, self._me
        match step:
            case Sleep():
                time.sleep(step.ms / 1000)
            case Give():
                stage.give(step.to, step.by)
            case Take():
                came = stage.mailboxes[me, step.by].take(seconds(step.timeout))
                stage.pause()
                return came
            case Push():
                try:
                    stage.pipes[me, step.to].put(None, timeout=seconds(step.timeout))
                except queue.Full:
                    return False
            case Pull():
                try:
                    stage.pipes[step.of, me].get(timeout=seconds(step.timeout))
                except queue.Empty:
                    return False
            case Meet():
                try:
                    stage.barriers[frozenset({me, step.whom})].wait(seconds(step.timeout))
                except threading.BrokenBarrierError:
                    return False
            case Submit():
                pool = stage.pools[me, step.pool]
                name, end = stage.give_away(me)
                self._jobs.append(pool.submit(stage.do, name, step.work, end, time.sleep))
                stage.pause()
            case Collect():
                jobs, self._jobs = self._jobs, []
                return self._collect(number, step, jobs)
            case Start():
                self._start(step.work, step.how)
                stage.pause()
            case Join():
                if self._children:
                    child = self._children.pop()
                    child.join(seconds(step.timeout))
                    return not child.is_alive()
            case Call():
                name, end = stage.give_away(me)
                loop = self._loops[step.home]
                return loop.call(lambda: loop.do(name, step.work, end), seconds(step.timeout))
        return True

    def _collect(self, number: int, step: Collect, jobs: list[Future[Any]]) -> bool:
        limit = seconds(step.timeout)
        if step.how in {"all", "first"}:
            until = concurrent.futures.FIRST_COMPLETED
            if step.how == "all":
                until = concurrent.futures.ALL_COMPLETED
            done, waiting = concurrent.futures.wait(jobs, limit, return_when=until)
            return bool(done or not jobs) if step.how == "first" else not waiting
        try:
            if step.how == "result":
                for job in jobs[-1:]:
                    job.result(limit)
            else:
                for _ in concurrent.futures.as_completed(jobs, limit):
                    self._stage.note(str(self._me), number)
        except FutureTimeout:
            return False
        return True

    def _start(self, work: Work, how: str) -> None:
        stage = self._stage
        name, end = stage.give_away(self._me)
        if how == "raw thread":
            _thread.start_new_thread(stage.do, (name, work, end, time.sleep))
            return
        child = threading.Thread(target=stage.do, args=(name, work, end, time.sleep))
        if how == "timer":
            first = work[0]
            assert isinstance(first, Sleep)
            child = threading.Timer(first.ms / 1000, stage.do, (name, work, end, _slept_once()))
        child.daemon = True
        child.start()
        self._children.append(child)


def _slept_once() -> Callable[[float], object]:
    """Sleeps, but not the first time: a timer's first step is its own wait."""
    calls = itertools.count()
    return lambda seconds: next(calls) and time.sleep(seconds)
