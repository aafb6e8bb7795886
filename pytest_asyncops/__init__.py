"""Test code that polls long-running operations, in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import faults as faults
    from . import strategies as strategies
    from .apis.chainloop_stub import ChainloopStub as ChainloopStub
    from .apis.pinecone_stub import PineconeStub as PineconeStub
    from .cadence import assert_polled as assert_polled
    from .conformance import assert_conforms as assert_conforms
    from .conformance import assert_history as assert_history
    from .conformance import violations as violations
    from .contract.openapi import Contract as Contract
    from .errors import AsyncOpsError as AsyncOpsError
    from .errors import CadenceError as CadenceError
    from .errors import ContractError as ContractError
    from .errors import ForkedRequestsWarning as ForkedRequestsWarning
    from .errors import InvalidArgument as InvalidArgument
    from .errors import LeftoverWorkWarning as LeftoverWorkWarning
    from .errors import MockClosed as MockClosed
    from .errors import MockedWarning as MockedWarning
    from .errors import NetworkBlocked as NetworkBlocked
    from .errors import PatienceWarning as PatienceWarning
    from .errors import TakenRequestsWarning as TakenRequestsWarning
    from .errors import UnknownVersionWarning as UnknownVersionWarning
    from .lifecycle.lifecycle import Lifecycle as Lifecycle
    from .lifecycle.progress import Progress as Progress
    from .lifecycle.states import OwnState as OwnState
    from .lifecycle.states import Polls as Polls
    from .lifecycle.states import State as State
    from .lifecycle.states import Step as Step
    from .lifecycle.states import polls as polls
    from .mocked_blocks import mocked as mocked
    from .mocking import AsyncOpsMock as AsyncOpsMock
    from .rules.violation import ConformanceError as ConformanceError
    from .rules.violation import Violation as Violation
    from .serving.api import Api as Api
    from .serving.api import Field as Field
    from .serving.calls import Call as Call
    from .serving.calls import Calls as Calls
    from .serving.hang_guards import PollerHangs as PollerHangs
    from .serving.operation import Operation as Operation
    from .serving.plans import Plan as Plan
    from .serving.stub import Stub as Stub
    from .serving.unmatched import UnmatchedRequests as UnmatchedRequests
    from .serving.unused_plans import UnusedPlans as UnusedPlans
    from .timeline.events import Answered as Answered
    from .timeline.events import Changed as Changed
    from .timeline.events import Event as Event
    from .timeline.events import Moved as Moved
    from .timeline.events import Started as Started
    from .timeline.events import Waited as Waited
    from .timeline.timeline import Timeline as Timeline
    from .typed_settings import Settings as Settings
    from .virtual_time.clock import VirtualClock as VirtualClock

# The module of each public name. The plugin imports this package at the start of every pytest
# session, so a name's module is imported when the name is first used.
_HOMES = {
    "Answered": "timeline.events",
    "Api": "serving.api",
    "AsyncOpsError": "errors",
    "AsyncOpsMock": "mocking",
    "CadenceError": "errors",
    "Call": "serving.calls",
    "Calls": "serving.calls",
    "ChainloopStub": "apis.chainloop_stub",
    "Changed": "timeline.events",
    "ConformanceError": "rules.violation",
    "Contract": "contract.openapi",
    "ContractError": "errors",
    "Event": "timeline.events",
    "Field": "serving.api",
    "ForkedRequestsWarning": "errors",
    "InvalidArgument": "errors",
    "LeftoverWorkWarning": "errors",
    "Lifecycle": "lifecycle.lifecycle",
    "MockClosed": "errors",
    "MockedWarning": "errors",
    "Moved": "timeline.events",
    "NetworkBlocked": "errors",
    "Operation": "serving.operation",
    "OwnState": "lifecycle.states",
    "PatienceWarning": "errors",
    "PineconeStub": "apis.pinecone_stub",
    "Plan": "serving.plans",
    "PollerHangs": "serving.hang_guards",
    "Polls": "lifecycle.states",
    "Progress": "lifecycle.progress",
    "Settings": "typed_settings",
    "Started": "timeline.events",
    "State": "lifecycle.states",
    "Step": "lifecycle.states",
    "Stub": "serving.stub",
    "TakenRequestsWarning": "errors",
    "Timeline": "timeline.timeline",
    "UnknownVersionWarning": "errors",
    "UnmatchedRequests": "serving.unmatched",
    "UnusedPlans": "serving.unused_plans",
    "Violation": "rules.violation",
    "VirtualClock": "virtual_time.clock",
    "Waited": "timeline.events",
    "assert_conforms": "conformance",
    "assert_history": "conformance",
    "assert_polled": "cadence",
    "faults": "faults",
    "mocked": "mocked_blocks",
    "polls": "lifecycle.states",
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
