"""Everything that it takes to describe an API; beside it, the built-in ones, which are made of it.

The state of an operation, its lifecycle and `Stub` come from `pytest_asyncops` itself.
"""

from __future__ import annotations

from ..api import Api, Checking, Field, Serving
from ..clock import rfc3339
from ..exchange import Exchange, Render, json_response
from ..generation import GenerationHints, NumberedPages, Queries, RuleEdit, TokenPages
from ..lifecycle import Moment
from ..listing import passed, window
from ..messages import ErrorResponse, Request, Response
from ..operations import Operation
from ..routing import Paths, Route
from ..rules import (
    Absent,
    Break,
    ByFunction,
    Constraint,
    Fixed,
    HistorySchema,
    Never,
    NotAMember,
    Ordered,
    Present,
    Rule,
    SameAsStatus,
)
from ..settings import Setting

__all__ = [
    "Absent",
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
    "Moment",
    "Never",
    "NotAMember",
    "NumberedPages",
    "Operation",
    "Ordered",
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
    "TokenPages",
    "json_response",
    "passed",
    "rfc3339",
    "window",
]
