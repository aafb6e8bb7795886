"""Translates a schema of OpenAPI 3.0, and the rules about it, to JSON Schema draft 4.

OpenAPI 3.0 is based on draft 4, so most keywords stay as they are. The translation is meant to find
values that are certainly good: if libraries differ about values, it is stricter than the schema, or
there is no translation.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from ..contract.discriminators import alternatives_of
from ..contract.ecma_patterns import portable
from ..contract.formats import NUMBER_FORMATS, STRING_FORMATS
from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema, constraints
from ..rules.rule_schemas import rule_schema
from ..rules.rules import Constraint
from ..rules.timestamps import PLAIN_DATE_TIME, PLAIN_TIME
from .branches import is_heir

Kinds = Mapping[int, Sequence[Constraint]]
"""The rules about each schema, by the ``id()`` of the schema."""

_MUST_FIT = ("items", "additionalProperties", "allOf")
_MAY_FIT = ("anyOf", "oneOf")
"""The keywords with schemas that a value or its parts must fit, and with schemas that they may."""

_TRANSLATED = {
    "x-enum",
    "required",
    "pattern",
    "nullable",
    "format",
    "properties",
    "not",
    "discriminator",
    *_MUST_FIT,
    *_MAY_FIT,
}

_PLAIN_TIMES = {"date-time": PLAIN_DATE_TIME, "time": PLAIN_TIME}
"""Engines take far longer for the formats of times, which must look ahead."""

_BY_MEMBER = {"properties", "dependencies"}

_LIMITS = ("minimum", "maximum", "multipleOf")
_LARGE = 2**53
"""Libraries differ about larger numbers, because a float cannot be every integer."""


class _Fit(enum.Enum):
    """Whether values fit a schema: they must, or may, or it is below ``not`` and they must not."""

    MUST = enum.auto()
    MAY = enum.auto()
    NOT = enum.auto()


def _below(keyword: str, fit: _Fit) -> _Fit:
    """Whether values fit the schemas below a keyword of a schema."""
    if keyword == "not" or fit is _Fit.NOT:
        return _Fit.NOT
    return _Fit.MAY if keyword in _MAY_FIT else fit


class JsonSchema:
    """A schema and everything that it refers to, as one JSON Schema.

    Args:
        contract: the contract, in which references are looked up.
        schema: the schema.
        kinds: the rules; those that no schema can express are left out.
        status_code: the HTTP status, on which rules depend.

    Raises:
        ValueError: for a schema that libraries may understand differently.

    Attributes:
        document: the JSON Schema.
        looks_deep: whether values are looked at however deep they are nested.
    """

    def __init__(self, contract: Contract, schema: Schema, kinds: Kinds, status_code: int) -> None:
        self.looks_deep: bool = False
        self._contract = contract
        self._kinds = kinds
        self._status_code = status_code
        self._definitions: dict[str, Schema] = {}
        self._names: dict[tuple[int, _Fit, bool], str] = {}
        self._open: set[str] = set()
        self._chooses = False
        root = self._translated(schema, fit=_Fit.MUST)
        self.document: dict[str, Any] = {"allOf": [root], "definitions": self._definitions}
        if self._chooses:
            _refuse_loops(self._definitions)

    def _translated(self, schema: Schema, *, fit: _Fit, is_decided: bool = False) -> Schema:
        """The translation of one schema.

        Args:
            schema: the schema.
            fit: whether values must fit it. Then the rules about it hold, and it may be made
                stricter.
            is_decided: whether the choice of its discriminator is already made.
        """
        if "$ref" in schema:
            target = self._contract.resolved(schema)
            return self._reference(target, fit=fit, is_decided=is_decided)
        _refuse_doubtful(schema)
        if fit is not _Fit.MUST and schema.get("type") == "integer":
            self._refuse_integral_floats()
        self.looks_deep |= schema.get("uniqueItems") is True
        told = constraints(schema)
        result = {keyword: value for keyword, value in told.items() if keyword not in _TRANSLATED}
        required = self._contract.required(schema)
        if required:  # draft 4 has no empty one
            result["required"] = required
        if "pattern" in schema:
            result["pattern"] = portable(schema["pattern"])
        if schema.get("nullable") is True and "type" in schema:
            result["type"] = [schema["type"], "null"]
        if "properties" in schema:
            result["properties"] = {
                name: self._translated(inner, fit=fit)
                for name, inner in schema["properties"].items()
            }
        branches = None if is_decided else self._contract.branches(schema)
        chosen_from = None if branches is None else alternatives_of(schema)
        for keyword in ("not", *_MUST_FIT, *_MAY_FIT):
            if keyword in schema and keyword != chosen_from:
                result[keyword] = self._inner(schema, keyword, fit=_below(keyword, fit))
        more = [*_format_of(schema, fit=fit), *_limits_of(schema, fit=fit)]
        if branches is not None:
            more.append(self._chosen(schema, branches, fit=fit))
        if fit is _Fit.MUST:
            more += self._rules_about(schema)
        elif fit is _Fit.MAY and self._kinds.get(id(schema)):
            raise ValueError("a rule is about an alternative, which is not told from the others")
        for one in more:
            _conjoin(result, one)
        return result

    def _chosen(self, schema: Schema, branches: Mapping[str, Schema], *, fit: _Fit) -> Schema:
        """The choices of a discriminator, each schema with the value that chooses it.

        It chooses nothing for a value without its property.
        """
        if any(self._kinds.values()):
            raise ValueError(
                "a rule may be about what is chosen, which is not told from the others"
            )
        self._chooses = True
        keyword = alternatives_of(schema)
        others = {}
        if keyword is not None:
            others[keyword] = self._inner(schema, keyword, fit=_below(keyword, fit))
        name = schema["discriminator"]["propertyName"]
        choices = [
            {
                "type": "object",
                "properties": {name: {"enum": [value]}},
                "required": [name],
                "allOf": [
                    self._translated(
                        branch, fit=fit, is_decided=self._contract.resolved(branch) is schema
                    )
                ],
            }
            for value, branch in branches.items()
        ]
        has_property = {"type": "object", "required": [name]}
        return {"anyOf": [*choices, {"not": has_property, **others}]}

    def _refuse_integral_floats(self) -> None:
        if self._contract.version.has_integral_floats:
            raise ValueError("draft 4 does not take 1.0 for an integer")

    def _inner(self, schema: Schema, keyword: str, *, fit: _Fit) -> Any:
        value = schema[keyword]
        if keyword == "allOf":
            decided = [is_heir(self._contract, schema, one) for one in value]
            return [
                self._translated(one, fit=fit, is_decided=is_decided)
                for one, is_decided in zip(value, decided, strict=True)
            ]
        if isinstance(value, list):
            return [self._translated(one, fit=fit) for one in value]
        return self._translated(value, fit=fit) if isinstance(value, dict) else value

    def _reference(self, target: Schema, *, fit: _Fit, is_decided: bool) -> Schema:
        key = id(target), fit, is_decided
        if key not in self._names:
            name = self._names[key] = str(len(self._names))
            self._open.add(name)
            self._definitions[name] = self._translated(target, fit=fit, is_decided=is_decided)
            self._open.remove(name)
        name = self._names[key]
        self.looks_deep |= name in self._open  # it contains itself
        return {"$ref": f"#/definitions/{name}"}

    def _rules_about(self, schema: Schema) -> Iterator[Schema]:
        for kind in self._kinds.get(id(schema), ()):
            found = rule_schema(kind, self._status_code)
            if found:
                yield found


def _refuse_loops(definitions: Mapping[str, Schema]) -> None:
    """Refuse schemas to which the chosen ones lead back for the same value, without end."""
    leads_to = {name: list(_same_value(schema)) for name, schema in definitions.items()}
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as error:
        raise ValueError("what a discriminator chooses leads back to it") from error


def _same_value(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(keyword, ()):
            yield from _same_value(one)
    if "not" in schema:
        yield from _same_value(schema["not"])


def _conjoin(schema: dict[str, Any], more: Schema) -> None:
    """Add the demands of another schema. A separate schema would take a validator more time."""
    shared = more.keys() & schema.keys()
    # A member that gets a name no longer counts as one of the others.
    unnames = "properties" in more and "additionalProperties" in schema
    if unnames or not shared <= _BY_MEMBER:
        schema["allOf"] = [*schema.get("allOf", ()), more]
        return
    for keyword, value in more.items():
        if keyword in shared:
            for name, inner in value.items():
                known = schema[keyword].get(name, {})
                schema[keyword][name] = {"allOf": [known, inner]} if known else inner
        else:
            schema[keyword] = value


def _format_of(schema: Schema, *, fit: _Fit) -> Iterator[Schema]:
    form = schema.get("format", "")
    if form in STRING_FORMATS and schema.get("pattern") != STRING_FORMATS[form]:
        plain = _PLAIN_TIMES.get(form) if fit is _Fit.MUST else None
        yield {"pattern": plain or STRING_FORMATS[form]}


def _limits_of(schema: Schema, *, fit: _Fit) -> Iterator[Schema]:
    form, limits = schema.get("format", ""), []
    if form in NUMBER_FORMATS:
        limits.append(NUMBER_FORMATS[form])
    if "multipleOf" in schema:
        limits.append((-_LARGE, _LARGE))
    for low, high in limits:
        if high >= _LARGE and fit is not _Fit.MUST:
            raise ValueError(f"libraries differ about large numbers in {schema}")
        least = {"minimum": int(low), "exclusiveMinimum": False}  # integers are compared exactly
        yield {**least, "maximum": int(high), "exclusiveMaximum": False}


def _refuse_doubtful(schema: Schema) -> None:
    for number in (*schema.get("enum", ()), *map(schema.get, _LIMITS)):
        if isinstance(number, (int, float)) and abs(number) > _LARGE:
            raise ValueError(f"libraries differ about the number {number}")
