"""Stores without a stub, and operations that are started in them."""

from __future__ import annotations

from typing import Any

from pytest_asyncops import Lifecycle, Operation
from pytest_asyncops.serving.operation import NewOperation
from pytest_asyncops.serving.operations import OperationStore
from pytest_asyncops.virtual_time.server_clock import ServerClock


def a_store(**kwargs: Any) -> OperationStore:
    return OperationStore(ServerClock(), **kwargs)


def started(store: OperationStore, *lifecycles: Lifecycle) -> list[Operation]:
    new_operations = [
        NewOperation(f"op-{len(store) + i}", {}, life) for i, life in enumerate(lifecycles)
    ]
    return store.add(new_operations)
