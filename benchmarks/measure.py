"""Measuring: interleaved, in rounds, so that what disturbs one side disturbs the other too.

Inside one process it is the processor's time that counts, so that a busy machine is not measured
along with the code; what waits is measured by the wall.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns, process_time_ns
from typing import Any, TypeVar

ROOT = Path(__file__).parent.parent

K = TypeVar("K")
T = TypeVar("T")


@contextmanager
def settled() -> Iterator[None]:
    """No garbage collection inside: neither of what was before, nor in the middle."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def rounds_of(
    count: int,
    subjects: Mapping[K, Callable[[], T]],
    *,
    warm: int = 1,
    before: Callable[[], object] = lambda: None,
) -> dict[K, list[T]]:
    """Call every subject once a round, in turning order; each returns what one call of it took."""
    samples: dict[K, list[T]] = {name: [] for name in subjects}
    names = list(subjects)
    for number in range(-warm, count):
        before()
        for name in names:
            took = subjects[name]()
            if number >= 0:
                samples[name].append(took)
        names.reverse()
    return samples


def looped(
    call: Callable[[], object], times: int, clock: Callable[[], int] = process_time_ns
) -> float:
    """What one of this many calls took, in seconds."""
    with settled():
        began = clock()
        for _ in range(times):
            call()
        return (clock() - began) / times / 1e9


def compare(
    subjects: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    times: int,
    clock: Callable[[], int] = process_time_ns,
) -> dict[str, list[float]]:
    """Seconds per call of each, over this many rounds of this many calls."""
    return rounds_of(
        rounds,
        {name: lambda call=call: looped(call, times, clock) for name, call in subjects.items()},
    )


def once(call: Callable[[], T]) -> tuple[float, T]:
    """What a single call took, in seconds, and what it returned."""
    began = process_time_ns()
    result = call()
    return (process_time_ns() - began) / 1e9, result


def python(*arguments: str) -> list[str]:
    """The command line of this Python."""
    return [sys.executable, *arguments]


def process(command: Sequence[str], *, where: Path = ROOT) -> tuple[float, float]:
    """What a whole process took, in seconds of the wall and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = perf_counter_ns()
    subprocess.run(command, cwd=where, env=_environment(), check=True, stdout=subprocess.DEVNULL)
    wall = (perf_counter_ns() - began) / 1e9
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def output(command: Sequence[str], *, where: Path = ROOT) -> tuple[str, str]:
    """What a process writes to its standard output and error."""
    done = subprocess.run(
        command, cwd=where, env=_environment(), check=True, capture_output=True, text=True
    )
    return done.stdout, done.stderr


def _environment() -> dict[str, str]:
    """This process's, with compiled modules kept as they are for a user."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def elsewhere(function: str, *arguments: object) -> Any:
    """What ``module:function`` of this package returns, called in a fresh process."""
    code = "from benchmarks.measure import _serve; _serve()"
    stdout, _ = output(python("-c", code, function, *map(json.dumps, arguments)))
    return json.loads(stdout)


def _serve() -> None:
    module, _, function = sys.argv[1].partition(":")
    call = getattr(importlib.import_module(f"benchmarks.{module}"), function)
    print(json.dumps(call(*map(json.loads, sys.argv[2:]))))
