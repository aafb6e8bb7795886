"""Hypothesis strategies for what the APIs send, and for what their operations go through.

They are derived from the contracts, so that a change of the YAML changes what is generated.
"""

from __future__ import annotations

from .bodies import errors, gets, lists, operations, payloads
from .general import from_schema
from .invalid import invalid_payloads
from .judging import Invalid
from .lives import histories, lifecycles
from .queries import ListQuery, list_queries

__all__ = [
    "Invalid",
    "ListQuery",
    "errors",
    "from_schema",
    "gets",
    "histories",
    "invalid_payloads",
    "lifecycles",
    "list_queries",
    "lists",
    "operations",
    "payloads",
]
