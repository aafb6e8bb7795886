"""The keywords of OpenAPI 3.0's schemas: which are understood, and the values they can have.

A keyword that is not understood is an error, because skipping it would make conformance mean less
than it says.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..errors import hides_usage_errors, listed
from .ecma_patterns import NotUnderstood, pattern
from .yaml_document import Document, escape, unescape

__tracebackhide__ = hides_usage_errors

Schema = Mapping[str, Any]

REFERENCE = "#/components/schemas/"
"""The beginning of every reference."""

TYPES = ("array", "boolean", "integer", "number", "object", "string")

FORMATS: Mapping[str, tuple[str, ...]] = {
    "int32": ("integer",),
    "int64": ("integer",),
    "float": ("number",),
    "double": ("number",),
    "byte": ("string",),
    "binary": ("string",),
    "date": ("string",),
    "date-time": ("string",),
    "password": ("string",),
    "uuid": ("string",),
}
"""The formats that are understood, and the types they belong to (OpenAPI 3.0.3, 4.4)."""

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
    }
)
"""The keywords that constrain nothing. (readOnly and writeOnly say who may set a member.)"""

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def check_schema(
    document: Document, pointer: str, schema: Any, names: Container[str]
) -> Iterator[tuple[str, Schema]]:
    """Check a schema and all below it.

    Args:
        document: the document.
        pointer: the schema's place in it.
        schema: the schema.
        names: the named schemas of the document.

    Yields:
        The place of each schema, and the schema.

    Raises:
        ContractError: for a keyword or a value that is not understood.
    """
    if not isinstance(schema, dict):
        raise document.error(f"a schema must be a mapping, not {schema!r}", pointer)
    yield pointer, schema
    _check_keywords(document, pointer, schema)
    if "$ref" in schema:
        _check_reference(document, pointer, schema, names)
    _check_values(document, pointer, schema)
    for below, inner in _inner(schema):
        yield from check_schema(document, f"{pointer}/{below}", inner, names)


def refer(name: str) -> Schema:
    """A reference to the schema of this name; the name is escaped as in a JSON pointer."""
    return {"$ref": f"{REFERENCE}{name}"}


def same_value(schema: Schema) -> Iterator[str]:
    """The named schemas that apply to the same value as this schema, not to a part of it."""
    if "$ref" in schema:
        yield unescape(schema["$ref"].removeprefix(REFERENCE))
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


def _check_keywords(document: Document, pointer: str, schema: Schema) -> None:
    for keyword, value in schema.items():
        at = f"{pointer}/{escape(keyword)}"
        if keyword in ANNOTATIONS:
            continue
        if keyword not in _VALUES:
            raise document.error(
                f"the keyword {keyword!r} is not understood; understood are "
                f"{listed(sorted({*_VALUES, *ANNOTATIONS}))}",
                at,
            )
        if not _can_be(keyword, value):
            raise document.error(f"{value!r} cannot be the value of {keyword}", at)


def _check_reference(
    document: Document, pointer: str, schema: Schema, names: Container[str]
) -> None:
    reference = schema["$ref"]
    if len(schema) > 1:
        others = listed(repr(name) for name in schema if name != "$ref")
        raise document.error(
            f"beside a $ref nothing counts in OpenAPI 3.0, so {others} would be skipped", pointer
        )
    if not reference.startswith(REFERENCE):
        raise document.error(
            f"only references to {REFERENCE} are followed, not {reference!r}", f"{pointer}/$ref"
        )
    if unescape(reference.removeprefix(REFERENCE)) not in names:
        raise document.error(f"there is nothing at {reference}", f"{pointer}/$ref")


def _check_values(document: Document, pointer: str, schema: Schema) -> None:
    kind, form = schema.get("type"), schema.get("format")
    if kind is not None and kind not in TYPES:
        raise document.error(
            f"the type {kind!r} is not one of OpenAPI 3.0's: {listed(TYPES)}", f"{pointer}/type"
        )
    if form is not None and kind not in FORMATS.get(form, ()):
        raise document.error(
            f"the format {form!r} is not understood with type {kind!r}; understood are "
            f"{listed(FORMATS)}",
            f"{pointer}/format",
        )
    if "nullable" in schema and kind is None:
        raise document.error(
            "nullable counts only beside a type (OpenAPI 3.0.3, 4.7.24)", f"{pointer}/nullable"
        )
    if "pattern" in schema:
        try:
            pattern(schema["pattern"])
        except NotUnderstood as trouble:
            raise document.error(
                f"this pattern is not understood: {trouble}", f"{pointer}/pattern"
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
