"""Says what is wrong with a broken payload: all that the check of responses finds.

An edit breaks a payload at one place, but it can also make violations around that place, such as in
the number of members. So the whole edited payload is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...conformance.thorough_check import allowed_by, find_rules, find_violations
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


def judge(server: CoherentServer, schema: Schema) -> Callable[[Any], Invalid]:
    """A function that finds the violations of payloads of a schema, as a server would send them."""
    contract, status_code = server.contract, server.status_code
    rules = find_rules(server.api, contract, allowed_by(server.api))

    def judged(payload: Any) -> Invalid:
        found = find_violations(
            contract, schema, rules, status_code, payload, extra=False, unknown=False
        )
        return Invalid(payload, tuple(sorted((one.path, one.rule) for one in found)))

    return judged
