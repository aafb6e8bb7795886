"""Test code that polls long-running operations: in milliseconds, and against every mishap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import strategies as strategies
    from .api import Api as Api
    from .api import Field as Field
    from .cadence import assert_polled as assert_polled
    from .clock import VirtualClock as VirtualClock
    from .conformance import assert_conforms as assert_conforms
    from .conformance import assert_history as assert_history
    from .conformance import violations as violations
    from .errors import AsyncOpsError as AsyncOpsError
    from .errors import CadenceError as CadenceError
    from .errors import ConformanceError as ConformanceError
    from .errors import ContractError as ContractError
    from .errors import InvalidArgument as InvalidArgument
    from .errors import MockClosed as MockClosed
    from .errors import NetworkBlocked as NetworkBlocked
    from .errors import UnmatchedRequests as UnmatchedRequests
    from .guards import PollerHangs as PollerHangs
    from .lifecycle import Lifecycle as Lifecycle
    from .mocking import AsyncOpsMock as AsyncOpsMock
    from .mocking import mocked as mocked
    from .operations import Operation as Operation
    from .progress import Progress as Progress
    from .steps import State as State
    from .steps import Step as Step
    from .steps import polls as polls
    from .stub import Stub as Stub
    from .violation import Violation as Violation

# Where each public name lives. The plugin imports this package at the start of every pytest
# session, so a name's module is imported when the name is first used.
_HOMES = {
    "Api": "api",
    "AsyncOpsError": "errors",
    "AsyncOpsMock": "mocking",
    "CadenceError": "errors",
    "ConformanceError": "errors",
    "ContractError": "errors",
    "Field": "api",
    "InvalidArgument": "errors",
    "Lifecycle": "lifecycle",
    "MockClosed": "errors",
    "NetworkBlocked": "errors",
    "Operation": "operations",
    "PollerHangs": "guards",
    "Progress": "progress",
    "State": "steps",
    "Step": "steps",
    "Stub": "stub",
    "UnmatchedRequests": "errors",
    "Violation": "violation",
    "VirtualClock": "clock",
    "assert_conforms": "conformance",
    "assert_history": "conformance",
    "assert_polled": "cadence",
    "mocked": "mocking",
    "polls": "steps",
    "strategies": "strategies",
    "violations": "conformance",
}

__all__ = [*_HOMES]  # noqa: PLE0604 - the table above is the one list of names


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f".{_HOMES[name]}", __name__)
    return module if name == _HOMES[name] else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
