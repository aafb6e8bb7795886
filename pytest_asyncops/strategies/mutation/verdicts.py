"""Says what is wrong with a broken payload: all that the check of responses finds.

An edit breaks a payload at one place, but it can also make violations around that place, such as in
the number of members. So the whole edited payload is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, NamedTuple

from ...conformance.thorough_check import Rules, allowed_by, find_rules, find_violations
from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema
from ..coherent.server import CoherentServer


class Invalid(NamedTuple):
    """A payload that was broken by one edit.

    Attributes:
        payload: the payload.
        violations: the path and rule of each violation, sorted.
    """

    payload: Any
    violations: tuple[tuple[str, str], ...]


Judged = Callable[[Any], Invalid]


def judge(server: CoherentServer, schema: Schema) -> Judged:
    """A function that finds the violations of payloads of a schema, as a server would send them."""
    rules = find_rules(server.api, server.contract, allowed_by(server.api))
    return judge_by(server.contract, schema, rules, server.status_code)


def judge_by(
    contract: Contract, schema: Schema, rules: Rules = MappingProxyType({}), status_code: int = 200
) -> Judged:
    """A function that finds the violations of payloads of a schema.

    Args:
        contract: the contract of the schema.
        schema: the schema.
        rules: the rules about the contract's schemas.
        status_code: the HTTP status of the response, on which rules depend.
    """

    def judged(payload: Any) -> Invalid:
        found = find_violations(
            contract, schema, rules, status_code, payload, extra=False, unknown=False
        )
        return Invalid(payload, tuple(sorted((one.path, one.rule) for one in found)))

    return judged
