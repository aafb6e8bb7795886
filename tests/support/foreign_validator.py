"""A validator that is not ours, with formats as Python's libraries read them."""

from __future__ import annotations

import base64
import datetime
import re
import struct
import time
import uuid

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator


def read_moment(text):
    return time.strptime(re.sub(r"\.[0-9]+", "", text.upper()), "%Y-%m-%dT%H:%M:%S%z")


def read_base64(text):
    if len(text) % 4:  # Python 3.10 reads "=" as nothing
        raise ValueError(text)
    return base64.b64decode(text, validate=True)


READERS = {
    "byte": (str, read_base64),
    "date": (str, datetime.date.fromisoformat),
    "date-time": (str, read_moment),
    "uuid": (str, uuid.UUID),
    "int32": (int, lambda number: struct.pack("<i", number)),
    "int64": (int, lambda number: struct.pack("<q", number)),
    "float": (float, lambda number: struct.pack("<f", number)),
    "double": (int, float),
}
"""For each format the type of its values, and a function that raises for what is none of them."""

FORMATS = FormatChecker(formats=())

for name, (kind, read) in READERS.items():

    @FORMATS.checks(name, raises=(ValueError, OverflowError, struct.error))
    def fits(value, kind=kind, read=read):
        if isinstance(value, kind) and not isinstance(value, bool):
            read(value)
        return True


def foreign(schema, document):
    """The validator of a schema of a document."""
    named = document.get("components", {}).get("schemas", {})
    return OAS30Validator(
        {**translated(schema), "components": {"schemas": translated(named)}},
        format_checker=FORMATS,
    )


def translated(schema):
    """The schema with patterns as Python reads them, where ``$`` also stands before a line feed."""
    if isinstance(schema, list):
        return [translated(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        keyword: re.sub(r"\$\Z", r"\\Z", value)
        if keyword == "pattern" and isinstance(value, str)
        else translated(value)
        for keyword, value in schema.items()
    }


def broken(validator, payload):
    """Where a payload breaks which keyword: paths of members and indexes."""
    return {
        (tuple(error.absolute_path), error.validator) for error in validator.iter_errors(payload)
    }
