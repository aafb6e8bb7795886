"""The keywords of OpenAPI 3.0's schemas, for the jsonschema library.

OpenAPI 3.0 is JSON Schema draft 4 with changes: ``nullable``, its own formats, patterns of
ECMA-262, and here ``x-enum``, an enum that may grow. The validator from here finds every violation
and its place. The one in `fast_check` only tells whether there are any.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jsonschema import Draft4Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from ..contract.ecma_patterns import pattern
from ..contract.formats import MEANINGS, NUMBER_FORMATS, is_type, matches_format
from ..contract.openapi import Contract
from ..contract.schema_keywords import TYPES, Schema
from ..errors import counted, listed, shortened
from ..rules.equality import identity, json_equal
from .discriminator_keywords import Errors, Keyword, discriminating

_TYPE_CHECKER = Draft4Validator.TYPE_CHECKER.redefine_many(
    {name: lambda checker, value, name=name: is_type(value, name) for name in TYPES}
)
_WITH_INTEGRAL_FLOATS = _TYPE_CHECKER.redefine(
    "integer", lambda checker, value: is_type(value, "integer", integral_floats=True)
)


@lru_cache(maxsize=32)  # making a class takes ten times as long as checking an operation
def make_validator(contract: Contract) -> Callable[..., Validator]:
    """The validator class for the schemas of a contract, in which references are looked up."""

    def reference(validator: Any, target: str, value: Any, schema: Schema) -> Errors:
        return validator.descend(value, contract.referred(target))  # type: ignore[no-any-return]  # untyped in jsonschema

    def required(validator: Any, names: list[str], value: Any, schema: Schema) -> Errors:
        if isinstance(value, dict):
            for name in contract.required(schema):
                if name not in value:
                    yield ValidationError(f"must have the member {name!r}")

    keywords: dict[str, Keyword] = {
        **discriminating(contract, {"oneOf": _one_of, "anyOf": _any_of}),
        "$ref": reference,
        "type": _type,
        "enum": _enum,
        "format": _format,
        "pattern": _pattern,
        "required": required,
        "minimum": _bounded(least=True),
        "maximum": _bounded(least=False),
        "minLength": _sized(str, "character", least=True),
        "maxLength": _sized(str, "character", least=False),
        "minItems": _sized(list, "item", least=True),
        "maxItems": _sized(list, "item", least=False),
        "minProperties": _sized(dict, "member", least=True),
        "maxProperties": _sized(dict, "member", least=False),
        "multipleOf": _multiple_of,
        "uniqueItems": _unique_items,
        "not": _not,
        "additionalProperties": _additional_properties,
    }
    has_more = contract.version.has_integral_floats
    validator: Callable[..., Validator] = extend(  # type: ignore[no-untyped-call]  # in its stubs
        Draft4Validator, keywords, type_checker=_WITH_INTEGRAL_FLOATS if has_more else _TYPE_CHECKER
    )
    return validator


def validator_of(contract: Contract, schema: Schema) -> Validator:
    """The validator of a schema of a contract."""
    return make_validator(contract)(schema)


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aio" else f"a {name}"


def _type(validator: Any, name: str, value: Any, schema: Schema) -> Errors:
    nullable = schema.get("nullable") is True
    if not validator.is_type(value, name) and not (nullable and value is None):
        yield ValidationError(f"must be {_article(name)}{' or null' if nullable else ''}")


def _enum(validator: Any, values: list[Any], value: Any, schema: Schema) -> Errors:
    if not any(json_equal(value, allowed) for allowed in values):
        yield ValidationError(f"must be {listed(map(shortened, values))}")


def _format(validator: Any, form: str, value: Any, schema: Schema) -> Errors:
    if not matches_format(value, form):
        meaning = MEANINGS.get(form)
        if meaning is None:
            low, high = NUMBER_FORMATS[form]
            meaning = f"{_article(form)}: {low:g} to {high:g}"
        yield ValidationError(f"must be {meaning}")


def _pattern(validator: Any, text: str, value: Any, schema: Schema) -> Errors:
    if isinstance(value, str) and pattern(text).search(value) is None:
        yield ValidationError(f"must match {text}")


def _multiple_of(validator: Any, step: float, value: Any, schema: Schema) -> Errors:
    if is_type(value, "number") and _exact(value) % _exact(step):
        yield ValidationError(f"must be a multiple of {shortened(step)}")


def _unique_items(validator: Any, unique: bool, value: Any, schema: Schema) -> Errors:
    if unique and isinstance(value, list):
        seen: dict[Any, int] = {}
        for index, item in enumerate(value):
            first = seen.setdefault(identity(item), index)
            if first != index:
                yield ValidationError(
                    f"must have distinct items; those at {first} and {index} are equal"
                )
                return


def _not(validator: Any, denied: Schema, value: Any, schema: Schema) -> Errors:
    if _fits(validator, denied, value):
        yield ValidationError("must not fit the schema in not")


def _any_of(validator: Any, schemas: list[Schema], value: Any, schema: Schema) -> Errors:
    if not any(_fits(validator, one, value) for one in schemas):
        yield ValidationError(f"must fit one of {counted(len(schemas), 'schema')}, but fits none")


def _one_of(validator: Any, schemas: list[Schema], value: Any, schema: Schema) -> Errors:
    fitting = [str(index) for index, one in enumerate(schemas) if _fits(validator, one, value)]
    if len(fitting) != 1:
        which = " and ".join(fitting) or "none"
        several = counted(len(schemas), "schema")
        yield ValidationError(f"must fit exactly one of {several}, but fits {which}")


def _fits(validator: Any, schema: Schema, value: Any) -> bool:
    return bool(validator.evolve(schema=schema).is_valid(value))


def _exact(number: float) -> Fraction:
    """The number as JSON writes it, so that 19.99 is a multiple of 0.01."""
    return Fraction(number if isinstance(number, int) else repr(number))


def _bounded(*, least: bool) -> Keyword:
    def check(validator: Any, limit: float, value: Any, schema: Schema) -> Errors:
        if not is_type(value, "number"):
            return
        exclusive = schema.get("exclusiveMinimum" if least else "exclusiveMaximum") is True
        if (value < limit if least else value > limit) or (exclusive and value == limit):
            within = (
                ("more" if least else "less") + " than"
                if exclusive
                else ("at least" if least else "at most")
            )
            yield ValidationError(f"must be {within} {shortened(limit)}")

    return check


def _sized(kind: type[Any], noun: str, *, least: bool) -> Keyword:
    def check(validator: Any, limit: int, value: Any, schema: Schema) -> Errors:
        if isinstance(value, kind) and (len(value) < limit if least else len(value) > limit):
            yield ValidationError(
                f"must have at {'least' if least else 'most'} {counted(limit, noun)}, "
                f"not {len(value):,}"
            )

    return check


def _additional_properties(validator: Any, others: Any, value: Any, schema: Schema) -> Errors:
    # jsonschema's own iterates over a set, so its order would differ from run to run.
    for name in value if isinstance(value, dict) else ():
        if name in schema.get("properties", ()):
            continue
        if others is False:
            yield ValidationError("is not allowed here", path=[name], instance=value[name])
        elif others is not True:
            yield from validator.descend(value[name], others, path=name)
