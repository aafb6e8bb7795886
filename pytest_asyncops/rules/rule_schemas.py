"""The rules of prose as JSON Schema, if JSON Schema can express them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .rules import (
    Absent,
    Constraint,
    Fixed,
    Needed,
    Never,
    NotAMember,
    OwnMembers,
    Present,
    SameAsStatus,
)


def rule_schema(kind: Constraint, status_code: int) -> Mapping[str, Any] | None:
    """The schema of the objects that keep a rule, ``None`` if no schema can express it.

    It has only keywords of all drafts. In an ``anyOf``, the likeliest alternative is first.
    JSON Schema cannot express order in time and functions.

    Args:
        kind: the rule's kind.
        status_code: the HTTP status of the response.
    """
    match kind:
        case Absent(member, when, values, empty_is_absent):
            nothing = [None, ""] if empty_is_absent else [None]
            may_be = [_without(when, values), {"properties": {member: {"enum": nothing}}}]
            return {"dependencies": {member: {"anyOf": may_be}}}
        case Present(member, when, values):
            return {
                "anyOf": [
                    {"required": [member], **_without(member, (None,))},
                    _without(when, values),
                ]
            }
        case Never(member, values):
            return _without(member, values)
        case NotAMember(members):
            return _lacking(members)
        case Needed(member):
            return {"required": [member], **_without(member, (None, {}))}
        case OwnMembers(own, others):
            return {"anyOf": [*({"required": [member]} for member in own), _lacking(others)]}
        case SameAsStatus(member):
            return {"properties": {member: {"enum": [status_code]}}}
        case Fixed(path, by_status):
            if status_code not in by_status:
                return {}
            inner: dict[str, Any] = {"enum": list(by_status[status_code])}
            for member in reversed(path):
                inner = {"properties": {member: inner}}
            return inner
    return None


def _lacking(members: tuple[str, ...]) -> dict[str, Any]:
    """The schema of the objects that have none of these members."""
    return {"properties": {member: {"not": {}} for member in members}}


def _without(member: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """The schema of the objects whose member is missing or has none of these values."""
    return {"properties": {member: {"not": {"enum": list(values)}}}}
