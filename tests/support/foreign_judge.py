"""jsonschema-rs as a judge of values, on schemas in its own dialect, draft 4."""

from __future__ import annotations

from jsonschema_rs import Draft4Validator

from pytest_asyncops.contract.formats import NUMBER_FORMATS, STRING_FORMATS

REFERENCE = "#/components/schemas/"


def judge(schema, schemas):
    """A function that tells whether a value fits a schema of OpenAPI 3.0."""
    named = {name: in_draft_4(inner) for name, inner in schemas.items()}
    document = {"allOf": [in_draft_4(schema)], "components": {"schemas": named}}
    return Draft4Validator(document, validate_formats=False).is_valid


def in_draft_4(schema):
    """The same schema in draft 4, with null as a type, and formats as patterns and bounds."""
    found = {}
    form = schema.get("format", "")
    if form in STRING_FORMATS:
        found["allOf"] = [{"pattern": STRING_FORMATS[form]}]
    elif form in NUMBER_FORMATS:
        low, high = NUMBER_FORMATS[form]
        found["allOf"] = [{"minimum": low, "maximum": high}]
    for keyword, value in schema.items():
        if keyword in ("format", "nullable", "x-enum"):
            continue
        if keyword == "type" and schema.get("nullable"):
            found["type"] = [value, "null"]
        elif keyword in ("allOf", "anyOf", "oneOf"):
            found[keyword] = [*found.get(keyword, ()), *map(in_draft_4, value)]
        elif keyword == "properties":
            found[keyword] = {name: in_draft_4(inner) for name, inner in value.items()}
        elif keyword in ("items", "not", "additionalProperties") and isinstance(value, dict):
            found[keyword] = in_draft_4(value)
        elif keyword == "required" and not value:
            continue  # draft 4 wants one at least
        elif keyword == "enum" and not value:
            found["not"] = {}
        else:
            found[keyword] = value
    return found
