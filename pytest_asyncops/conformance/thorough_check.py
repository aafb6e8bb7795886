"""Finds all violations of a payload, with their places in the payload and in the contract."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..contract.openapi import Contract, Place
from ..contract.schema_keywords import Schema
from ..errors import hides_usage_errors, unknown_choice
from ..rules.rules import Rule
from ..rules.violation import Violation, json_path
from ..serving.api import Api
from .applied import applied, undocumented_members, undocumented_values

__tracebackhide__ = hides_usage_errors

Rules = Mapping[int, Sequence[Rule]]
"""The rules about each schema of a contract, by the ``id()`` of the schema."""


def find_rules(
    api: Api, contract: Contract, allowed: Container[str], *, has_all: bool = True
) -> Rules:
    """The rules of an API, by their schema in its contract.

    Args:
        api: the API.
        contract: its contract.
        allowed: the readings that switch off their rules.
        has_all: whether the contract must have the schemas of the rules. That of another edition
            need not.

    Raises:
        InvalidArgument: for a rule about a schema that the contract does not have.
    """
    found: dict[int, list[Rule]] = {}
    for rule in in_force(api.checking.rules, allowed):
        if rule.on not in contract.schemas:
            if not has_all:
                continue
            raise unknown_choice(
                f"schema of {api.name} in rule {rule.id!r}:", rule.on, contract.schemas
            )
        found.setdefault(id(contract.schemas[rule.on]), []).append(rule)
    return found


def allowed_by(api: Api, readings: Mapping[str, Any] | None = None) -> frozenset[str]:
    """The readings that switch off rules, among these readings, or by default."""
    if readings is None:
        return _allowed_by_default(api)
    return frozenset([name for name, value in readings.items() if value == "allow"])


@lru_cache(maxsize=64)
def _allowed_by_default(api: Api) -> frozenset[str]:
    return frozenset([setting.name for setting in api.readings if setting.default == "allow"])


def in_force(rules: Iterable[Rule], allowed: Container[str]) -> list[Rule]:
    """The rules that no reading switches off."""
    return [rule for rule in rules if rule.reading is None or rule.reading not in allowed]


def find_violations(
    contract: Contract,
    schema: Schema,
    rules: Rules,
    status_code: int,
    payload: Any,
    *,
    extra: bool,
    unknown: bool,
) -> list[Violation]:
    """All violations of a payload.

    Args:
        contract: the contract of the schema.
        schema: the schema of the payload.
        rules: the rules about the contract's schemas.
        status_code: the HTTP status, on which rules depend.
        payload: the payload.
        extra: whether undocumented members are violations.
        unknown: whether undocumented values of open enums are violations.
    """
    from .dialect import validator_of  # its import takes time, and good answers do not need it

    def fits(one: Schema, inner: Any) -> bool:
        return bool(validator_of(contract, one).is_valid(inner))

    found = [
        Violation(
            json_path(error.absolute_path),
            error.message,
            f"schema.{error.validator}",
            _place(contract, error.schema, str(error.validator)),
            error.instance,
        )
        for error in validator_of(contract, schema).iter_errors(payload)
    ]
    if not (rules or extra or unknown):
        return found
    for part in applied(contract, schema, payload, fits):
        undocumented = [
            *(undocumented_members(part) if extra else ()),
            *(undocumented_values(contract, part, fits) if unknown else ()),
        ]
        found += [
            Violation(
                json_path(one.at),
                one.message,
                f"schema.{one.keyword}",
                _place(contract, one.schema, one.keyword),
                one.value,
            )
            for one in undocumented
        ]
        if isinstance(part.value, dict):
            about = [rule for one in part.schemas for rule in rules.get(id(one), ())]
            found += [
                Violation(
                    json_path((*part.at, *below)),
                    message,
                    rule.id,
                    contract.place(rule.source),
                    wrong,
                    wrong is None and not _has(part.value, below),
                )
                for rule in about
                for below, wrong, message in rule.kind.breaks(part.value, status_code)
            ]
    return found


def _has(value: Any, path: Place) -> bool:
    """Whether a value has something at a path, even a null."""
    try:
        for step in path:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _place(contract: Contract, schema: Any, keyword: str) -> str:
    return contract.place(f"{contract.pointers[id(schema)]}/{keyword}")
