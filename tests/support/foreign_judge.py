"""jsonschema-rs as a judge of values, on schemas in its own dialect: JSON Schema, draft 4."""

from __future__ import annotations

from jsonschema_rs import Draft4Validator

REFERENCE = "#/components/schemas/"


def judge(schema, schemas):
    """A function that tells whether a value fits a schema of OpenAPI 3.0; formats are left free."""
    named = {name: in_draft_4(inner) for name, inner in schemas.items()}
    document = {"allOf": [in_draft_4(schema)], "components": {"schemas": named}}
    return Draft4Validator(document, validate_formats=False).is_valid


def in_draft_4(schema):
    """The same schema in draft 4, which has null as a type."""
    found = {}
    for keyword, value in schema.items():
        if keyword in ("format", "nullable", "x-enum"):
            continue
        if keyword == "type" and schema.get("nullable"):
            found["type"] = [value, "null"]
        elif keyword in ("allOf", "anyOf", "oneOf"):
            found[keyword] = [in_draft_4(inner) for inner in value]
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
