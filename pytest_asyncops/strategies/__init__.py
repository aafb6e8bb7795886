"""Hypothesis strategies for what the APIs send, and for the lifecycles of their operations.

They are made from the contracts, so a change of the YAML changes what is generated.
"""

from __future__ import annotations

from .from_schema import from_schema
from .histories import histories
from .invalid import invalid_payloads
from .lifecycles import lifecycles
from .mutation.verdicts import Invalid
from .payloads import errors, gets, lists, operations, payloads
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
