"""Starting many operations: the time, and the memory that they take."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

from pytest_asyncops import AsyncOpsMock, mocked

from .measure import elsewhere, once, settled
from .report import Figure, Row

_COUNTS = (1_000, 100_000, 1_000_000)
_MEASURED = 100_000
_ROUNDS = 5

_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "chainloop, equal fields": ("chainloop", {}),
    "chainloop, fields of their own": (
        "chainloop",
        {"resource_id": lambda index: f"ev-{index}", "resource_type": "evidence"},
    ),
    "pinecone, fields of their own": ("pinecone", {"assistant_name": "docs"}),
}


def run() -> Iterator[Row]:
    for kind in _KINDS:
        for count in _COUNTS:
            times = [elsewhere("store:started", kind, count) for _ in range(_ROUNDS)]
            each = [time / count for time in times]
            yield Figure(f"start_many({count:,}), {kind}", each, note="an operation")
    for kind in _KINDS:
        yield Figure(f"memory, {kind}", [elsewhere("store:taken", kind)], "bytes", None, "each")


def started(kind: str, count: int) -> float:
    """How long it takes to start so many, in seconds."""
    with mocked(clock="manual") as mock, settled():
        return once(lambda: _start(mock, kind, count))[0]


def taken(kind: str) -> float:
    """How many bytes an operation takes."""
    with mocked(clock="manual") as mock:
        _start(mock, kind, 1)
        tracemalloc.start()
        _start(mock, kind, _MEASURED)
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return taken / _MEASURED


def _start(mock: AsyncOpsMock, kind: str, count: int) -> None:
    api, fields = _KINDS[kind]
    mock.stubs[api].start_many(count, **fields)
