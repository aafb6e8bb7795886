"""The keywords of OpenAPI 3.0's schemas: which are understood, and the values they can have.

A keyword that is not understood is an error, because skipping it would make conformance mean less
than it says. Those that begin with ``x-`` are passed over (OpenAPI 3.0.3, 4.9), but for ``x-enum``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ..errors import ContractError, hides_usage_errors, listed
from .ecma_patterns import NotUnderstood, pattern
from .pointers import escape, unescape
from .versions import VERSIONS, Version, not_read_yet

__tracebackhide__ = hides_usage_errors

Schema = Mapping[str, Any]

REFERENCE = "#/components/schemas/"
"""The beginning of every reference to a named schema."""

TYPES = ("array", "boolean", "integer", "number", "object", "string")

_IS_NUMBER = (int, float)

_VALUES: Mapping[str, type | tuple[type, ...]] = {
    "type": str,
    "format": str,
    "pattern": str,
    "$ref": str,
    "enum": list,
    "x-enum": list,
    "required": list,
    "minimum": _IS_NUMBER,
    "maximum": _IS_NUMBER,
    "multipleOf": _IS_NUMBER,
    "exclusiveMinimum": bool,
    "exclusiveMaximum": bool,
    "uniqueItems": bool,
    "nullable": bool,
    "minLength": int,
    "maxLength": int,
    "minItems": int,
    "maxItems": int,
    "minProperties": int,
    "maxProperties": int,
    "properties": dict,
    "items": dict,
    "additionalProperties": (dict, bool),
    "allOf": list,
    "anyOf": list,
    "oneOf": list,
    "not": dict,
    "discriminator": dict,
}
"""The keywords that constrain a value, and the type of each keyword's own value."""

ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "default",
        "example",
        "deprecated",
        "externalDocs",
        "readOnly",
        "writeOnly",
        "xml",
        # JSON Schema's, which many documents have already.
        "$comment",
        "$defs",
        "contentEncoding",
        "contentMediaType",
        "definitions",
        "examples",
    }
)
"""The keywords that constrain nothing. (readOnly and writeOnly say who may set a member.)"""

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


class Source(Protocol):
    """What schemas are read from."""

    def error(self, message: str, location: str, /) -> ContractError:
        """An error at a location."""


def check_schema(
    source: Source, location: str, schema: Any, version: Version = VERSIONS["3.0"]
) -> Iterator[tuple[str, Schema]]:
    """Check a schema and all below it, but not what they refer to.

    Args:
        source: where it is from.
        location: the schema's place in it.
        schema: the schema.
        version: the version of OpenAPI that it is written for.

    Yields:
        The location of each schema, and the schema.

    Raises:
        ContractError: for a keyword or a value that is not understood.
    """
    if not isinstance(schema, dict):
        message = f"a schema must be a mapping, not {schema!r}"
        if version.has_boolean_schemas and isinstance(schema, bool):
            message = not_read_yet(version, f"the schema {schema!r}")
        raise source.error(message, location)
    yield location, schema
    for keyword in version.differs(schema):
        raise source.error(not_read_yet(version, keyword), f"{location}/{escape(keyword)}")
    _check_keywords(source, location, schema)
    _check_values(source, location, schema)
    for below, inner in _inner(schema):
        yield from check_schema(source, f"{location}/{below}", inner, version)


def check_beside(
    source: Source, location: str, schema: Schema, referred: Any, version: Version
) -> None:
    """Check what is beside a reference: that it says nothing, or what is referred to says, too.

    Args:
        source: where the schema is from.
        location: its place.
        schema: the schema, with a reference.
        referred: what it refers to.
        version: the version of OpenAPI that it is written for.

    Raises:
        ContractError: for what would be skipped.
    """
    told = referred if isinstance(referred, dict) else {}
    others = [
        repr(name)
        for name, value in constraints(schema).items()
        if name not in ("$ref", "nullable") and (name not in told or told[name] != value)
    ]
    if others and version.has_beside_references:
        raise source.error(not_read_yet(version, f"{listed(others)} beside a $ref"), location)
    if others:
        raise source.error(
            f"OpenAPI 3.0 ignores what is beside a $ref, so {listed(others)} would be skipped. "
            "Write allOf with the reference and with what should apply",
            location,
        )


def refer(name: str) -> Schema:
    """A reference to the schema of this name, as `name_of` gives it."""
    return {"$ref": name if "#" in name else f"{REFERENCE}{escape(name)}"}


def name_of(reference: str) -> str:
    """The name of the schema that a reference refers to; the reference if it has no name."""
    name = reference.removeprefix(REFERENCE)
    has_name = name != reference and "/" not in name and "#" not in name
    return unescape(name) if has_name else reference


def same_value(schema: Schema) -> Iterator[str]:
    """The references to what applies to the same value as this schema, not to a part of it."""
    if "$ref" in schema:
        yield schema["$ref"]
    for keyword in _ALTERNATIVES:
        for inner in schema.get(keyword, ()):
            yield from same_value(inner)
    if "not" in schema:
        yield from same_value(schema["not"])


def _inner(schema: Schema) -> Iterator[tuple[str, Any]]:
    for keyword in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield keyword, schema[keyword]
    for keyword in _ALTERNATIVES:
        for index, inner in enumerate(schema.get(keyword, ())):
            yield f"{keyword}/{index}", inner
    for name, inner in schema.get("properties", {}).items():
        yield f"properties/{escape(name)}", inner


def _check_keywords(source: Source, location: str, schema: Schema) -> None:
    for keyword, value in schema.items():
        at = f"{location}/{escape(keyword)}"
        if keyword not in _VALUES:
            if is_annotation(keyword):
                continue
            raise source.error(
                f"the keyword {keyword!r} is not understood, only "
                f"{listed(sorted({*_VALUES, *ANNOTATIONS}))}",
                at,
            )
        if not _can_be(keyword, value):
            raise source.error(f"{value!r} cannot be the value of {keyword}", at)


def is_annotation(keyword: str) -> bool:
    """Whether a keyword constrains nothing."""
    return keyword in ANNOTATIONS or (keyword.startswith("x-") and keyword != "x-enum")


def constraints(schema: Schema) -> dict[str, Any]:
    """The keywords of a schema that constrain a value."""
    return {keyword: value for keyword, value in schema.items() if not is_annotation(keyword)}


def _check_values(source: Source, location: str, schema: Schema) -> None:
    kind = schema.get("type")
    if kind is not None and kind not in TYPES:
        raise source.error(
            f"the type {kind!r} is not one of OpenAPI 3.0's: {listed(TYPES)}", f"{location}/type"
        )
    if "pattern" in schema:
        try:
            pattern(schema["pattern"])
        except NotUnderstood as trouble:
            raise source.error(
                f"this pattern is not understood: {trouble}", f"{location}/pattern"
            ) from None


def _can_be(keyword: str, value: Any) -> bool:
    """Whether a keyword can have this value."""
    kind = _VALUES[keyword]
    is_bool = isinstance(value, bool)
    is_kind = isinstance(value, kind) and not (is_bool and kind in (int, _IS_NUMBER))
    if not is_kind:
        return False
    if keyword == "required":
        return all(isinstance(name, str) for name in value)
    if keyword == "multipleOf":
        return value > 0  # type: ignore[no-any-return]  # a number
    return kind is not int or value >= 0
