"""Everything that is needed to describe an API; the built-in APIs are here and use the same.

`State`, `OwnState`, `Lifecycle` and `Stub` come from `pytest_asyncops` itself.
"""

from __future__ import annotations

from ..durations import http_date, rfc3339, unix_milliseconds, unix_seconds
from ..lifecycle.course import Snapshot
from ..lifecycle.states import AnyState
from ..rules.generation_hints import GenerationHints, NumberedPages, Queries, RuleEdit, TokenPages
from ..rules.rules import (
    Absent,
    Break,
    ByFunction,
    Constraint,
    Fixed,
    HistorySchema,
    Needed,
    Never,
    NotAMember,
    Ordered,
    OwnMembers,
    Present,
    Rule,
    SameAsStatus,
)
from ..rules.time_forms import HTTP_DATES, UNIX_MILLISECONDS, UNIX_SECONDS, TimeForm
from ..serving.api import Api, Checking, Field, Serving
from ..serving.exchange import Exchange, Render, json_response
from ..serving.messages import ErrorResponse, Request, Response
from ..serving.operation import Operation
from ..serving.routing import Paths, Route
from ..serving.state_index import position_after, window
from ..settings import ANSWER_READINGS, Setting

__all__ = [
    "ANSWER_READINGS",
    "HTTP_DATES",
    "UNIX_MILLISECONDS",
    "UNIX_SECONDS",
    "Absent",
    "AnyState",
    "Api",
    "Break",
    "ByFunction",
    "Checking",
    "Constraint",
    "ErrorResponse",
    "Exchange",
    "Field",
    "Fixed",
    "GenerationHints",
    "HistorySchema",
    "Needed",
    "Never",
    "NotAMember",
    "NumberedPages",
    "Operation",
    "Ordered",
    "OwnMembers",
    "Paths",
    "Present",
    "Queries",
    "Render",
    "Request",
    "Response",
    "Route",
    "Rule",
    "RuleEdit",
    "SameAsStatus",
    "Serving",
    "Setting",
    "Snapshot",
    "TimeForm",
    "TokenPages",
    "http_date",
    "json_response",
    "position_after",
    "rfc3339",
    "unix_milliseconds",
    "unix_seconds",
    "window",
]
