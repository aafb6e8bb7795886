"""Tells in a microsecond or two per object whether there is any violation at all.

Almost every response that a test checks is good. Here, schema and rules become functions that know
nothing of places and messages. Only if they find something, the thorough validator of `dialect` is
asked. A law in the tests holds that what these functions let pass, the thorough validator lets pass
too. If orjson is installed (the extra ``fast``), it reads the body.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..contract.formats import NUMBER_FORMATS, STRING_FORMATS
from ..contract.openapi import Contract
from ..contract.schema_keywords import ANNOTATIONS, Schema, pattern
from ..rules.rules import Constraint, Rule
from .client_responses import parse
from .dialect import make_validator
from .shape_cache import NOTHING, Check, Part, breaks_any, object_check


def _best_parser() -> Callable[[bytes], Any]:
    if find_spec("orjson") is None:
        return parse
    loads: Callable[[bytes], Any] = import_module("orjson").loads
    return loads


fast_parse: Callable[[bytes], Any] = _best_parser()
"""Reads JSON. With orjson it refuses or rounds some values that `parse` reads exactly, such as
integers of more than 64 bits, so only the verdict that a payload is good is trusted."""


def fast_check(
    contract: Contract, schema: Schema, rules: Mapping[int, Sequence[Rule]], status_code: int
) -> Callable[[Any], bool]:
    """A function that tells whether a payload has no violation.

    If it returns ``False``, there may still be none: then the thorough validator decides.

    Args:
        contract: the contract of the schema.
        schema: the schema of the payload.
        rules: the rules about each schema, by the ``id()`` of the schema.
        status_code: the HTTP status, on which rules depend.
    """
    root = _Compiler(contract, rules, status_code).part(schema)

    def is_good(payload: Any) -> bool:
        try:
            return bool(root.allows(payload))
        except RecursionError:
            return False

    return is_good


_TYPES: Mapping[str, frozenset[type]] = {
    "array": frozenset({list}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "object": frozenset({dict}),
    "string": frozenset({str}),
}

# The keywords that are checked here: those for every type, and those for single types. A schema
# with other keywords is handed on to the thorough validator, which is slower and knows all of them.
_ALWAYS = ANNOTATIONS | {"type", "nullable", "x-enum", "format"}
_KEYWORDS = {
    "array": {"items"},
    "boolean": set[str](),
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "object": {"properties", "required", "additionalProperties"},
    "string": {"enum", "pattern"},
}


class _Compiler:
    """Compiles the schemas of one contract, for answers with one status."""

    def __init__(
        self, contract: Contract, rules: Mapping[int, Sequence[Rule]], status_code: int
    ) -> None:
        self._contract = contract
        self._kinds = {key: [rule.kind for rule in about] for key, about in rules.items()}
        self._status_code = status_code
        self._made: dict[int, Part] = {}
        self._thorough = make_validator(contract, extra=False, unknown=False)

    def part(self, schema: Schema) -> Part:
        """The check of a schema, and of the rules about it."""
        schema = self._contract.resolved(schema)
        key = id(schema)
        if key not in self._made:
            # A schema that contains itself finds this one while it is compiled.
            self._made[key] = Part(None, lambda value: self.part(schema).allows(value))
            self._made[key] = self._make(schema, self._kinds.get(key, []))
        return self._made[key]

    def _make(self, schema: Schema, kinds: list[Constraint]) -> Part:
        name = schema.get("type")
        nullable = schema.get("nullable") is True
        if (
            name is None
            or not schema.keys() <= _ALWAYS | _KEYWORDS[name]
            or (nullable and "enum" in schema)
        ):
            return Part(None, self._handed_on(schema)) if schema else Part()
        part = self._of_type(name, schema, kinds)
        return _or_null(part) if nullable else part

    def _of_type(self, name: str, schema: Schema, kinds: list[Constraint]) -> Part:
        types = _TYPES[name]
        if name == "object":
            return Part(types, self._object(schema, kinds))
        if name == "array":
            return Part(types, _each(self.part(schema.get("items", {}))))
        if name == "string":
            return _text(schema)
        return Part(types, None if name == "boolean" else _number(name, schema), is_brief=True)

    def _object(self, schema: Schema, kinds: list[Constraint]) -> Check:
        others = schema.get("additionalProperties", True)
        return object_check(
            {name: self.part(inner) for name, inner in schema.get("properties", {}).items()},
            self.part(others) if isinstance(others, dict) else Part() if others else NOTHING,
            required=schema.get("required", ()),
            rules=kinds,
            status_code=self._status_code,
        )

    def _handed_on(self, schema: Schema) -> Check:
        is_valid = self._thorough(schema).is_valid
        kinds, objects, status_code = self._kinds, self._contract.walk_objects, self._status_code
        return lambda value: (
            is_valid(value)
            and not any(
                breaks_any(kinds.get(id(held), ()), inner, status_code)
                for _, held, inner in objects(schema, value)
            )
        )


def _or_null(part: Part) -> Part:
    types, check, is_brief = part
    assert types is not None  # nullable counts only beside a type
    or_null = None if check is None else lambda value: value is None or check(value)
    return Part(types | {type(None)}, or_null, is_brief)


def _each(part: Part) -> Check | None:
    types, check, _ = part
    if types is None and check is None:
        return None

    def each(values: Iterable[Any]) -> bool:
        for value in values:
            if types is not None and type(value) not in types:
                return False
            if check is not None and not check(value):
                return False
        return True

    return each


def _text(schema: Schema) -> Part:
    checks: list[Check] = []
    if "enum" in schema:
        enum_values = frozenset(value for value in schema["enum"] if isinstance(value, str))
        checks.append(enum_values.__contains__)
    form = STRING_FORMATS.get(schema.get("format", ""))
    if form is not None:
        checks.append(pattern(form).search)
    if schema.get("pattern", form) != form:  # some contracts repeat the format's own pattern
        checks.append(pattern(schema["pattern"]).search)
    # Base64 can be long, and so can a text that only has a pattern.
    is_brief = "enum" in schema or schema.get("format") in ("date", "date-time", "uuid")
    if len(checks) < 2:
        return Part(_TYPES["string"], checks[0] if checks else None, is_brief)
    return Part(_TYPES["string"], lambda value: all(check(value) for check in checks), is_brief)


def _number(name: str, schema: Schema) -> Check | None:
    # NaN and infinities are not JSON numbers; these bounds exclude them.
    low, high = NUMBER_FORMATS.get(
        schema.get("format", ""),
        NUMBER_FORMATS["double"] if name == "number" else (-math.inf, math.inf),
    )
    least = max(low, schema.get("minimum", low))
    most = min(high, schema.get("maximum", high))
    if (least, most) == (-math.inf, math.inf):
        return None
    return lambda value: least <= value <= most
