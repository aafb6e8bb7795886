"""Which types a schema means that names none."""

from __future__ import annotations

from collections.abc import Mapping

from ...contract.schema_keywords import Schema

_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "string": ("pattern", "minLength", "maxLength", "x-enum"),
    "number": ("minimum", "maximum", "multipleOf"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
    ),
}
"""For each type the keywords that constrain only it. They imply a type that is left out."""


def implied_types(schema: Schema) -> list[str]:
    """The types that a schema without one constrains, and so means."""
    return [
        kind
        for kind, keywords in _IMPLIED.items()
        if any(keyword in schema for keyword in keywords)
    ]
