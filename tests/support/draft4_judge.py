"""jsonschema-rs as a judge of OpenAPI 3.0's schemas, translated to its draft 4."""

from __future__ import annotations

import sys

from jsonschema_rs import Draft4Validator

from support.foreign_validator import READERS

BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
    "double": (-sys.float_info.max, sys.float_info.max),
}
UNTRANSLATED = {"nullable", "x-enum"}


def draft4_judge(schema, schemas):
    """The validator of a schema whose references are to these schemas, by their names."""
    named = {name: draft4(inner) for name, inner in schemas.items()}
    document = {"allOf": [draft4(schema)], "components": {"schemas": named}}
    return Draft4Validator(document, formats=FORMATS, validate_formats=True)


def draft4(schema):
    """The schema of draft 4 with the same values."""
    found = {word: value for word, value in schema.items() if word not in UNTRANSLATED}
    if schema.get("nullable"):
        found["type"] = [schema["type"], "null"]
    if not schema.get("required", True):
        del found["required"]  # draft 4 has no empty one
    for word in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            found[word] = draft4(schema[word])
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            found[word] = [draft4(inner) for inner in schema[word]]
    if "properties" in schema:
        members = schema["properties"].items()
        found["properties"] = {name: draft4(inner) for name, inner in members}
    if schema.get("format") in BOUNDS:
        low, high = BOUNDS[schema["format"]]
        found = {"allOf": [found, {"minimum": low, "maximum": high}]}
    return found


def _reader(read):
    def fits(text):
        try:
            read(text)
        except ValueError:
            return False
        return True

    return fits


FORMATS = {name: _reader(read) for name, (kind, read) in READERS.items() if kind is str}
