"""A schema of OpenAPI 3.0 for an independent judge, in its own dialect.

The judge is jsonschema-rs, the dialect is draft 4 of JSON Schema. It knows few of the formats of
OpenAPI, and not all patterns of ECMA-262, so these are given to it as far as it can be said.
"""

from __future__ import annotations

import datetime

from jsonschema_rs import Draft4Validator, Draft202012Validator

BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    # What is rounded to a finite number; half a step above the largest is not.
    "float": (-(2**128) + 2**103 + 2**74, 2**128 - 2**103 - 2**74),
    "double": (-(2**1024) + 2**970 + 1, 2**1024 - 2**970 - 1),
}
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
PATTERNS = {
    "base64url": "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2}(==)?|[A-Za-z0-9_-]{3}=?)?$",
    "time-local": f"^{CLOCK}$",
    "date-time-local": f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{CLOCK}$",
    "byte": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    "uuid": "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$",
}
SPACES = "\\t-\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
DOT = "[^\\n\\r\u2028\u2029]"
SAME = {
    r"(?<n>a|x)b?\k<n>": "ab?a|xb?x",
    "^[^]$": r"^[\s\S]$",
    "^[[a-z]+$": r"^[\[a-z]+$",
    r"^\u{1F600}$": "^\U0001f600$",
    r"\cJ": r"\n",
    r"\s": f"[{SPACES}]",
    r"^\s$": f"^[{SPACES}]$",
    r"^\S$": f"^[^{SPACES}]$",
    r"^\S*$": f"^[^{SPACES}]*$",
    r"^[\s\d]$": f"^[{SPACES}0-9]$",
    r"[^\S]": f"[{SPACES}]",
    "^.$": f"^{DOT}$",
    "^.{1,2}$": f"^{DOT}{{1,2}}$",
}
"""Patterns that not every version of the judge reads as ECMA-262 does, and what they mean."""


def is_date(text):
    try:
        day = datetime.date.fromisoformat(text.replace("0000", "0400", 1))
    except ValueError:
        return False
    return day.isoformat()[4:] == text[4:]


def read_today(form):
    """How the judge reads a format that draft 4 does not have."""
    return Draft202012Validator({"format": form}, validate_formats=True).is_valid


FORMATS = {
    "date": is_date,
    "date-time": None,
    "email": None,
    "hostname": None,
    "ipv4": None,
    "ipv6": None,
    "uri": None,
    "date-time-local": lambda text: is_date(text[:10]),
    **{
        form: read_today(form)
        for form in (
            "duration", "iri", "iri-reference", "json-pointer", "relative-json-pointer", "time",
            "uri-reference", "uri-template",
        )
    },
}  # fmt: skip
"""The formats that the judge is told how to read, or ``None`` if it knows."""


def in_draft_4(schema, named):
    """The schema in draft 4, of a response."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/definitions/")}
    left_out = {"nullable", "format", "x-enum", "readOnly", "writeOnly", "properties", "required"}
    result = {keyword: value for keyword, value in schema.items() if keyword not in left_out}
    for keyword in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            result[keyword] = in_draft_4(schema[keyword], named)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in schema:
            result[keyword] = [in_draft_4(one, named) for one in schema[keyword]]
    for limit in ("minimum", "maximum"):
        if limit not in schema:  # in draft 4, nothing is exclusive without its limit
            result.pop(f"exclusive{limit.capitalize()}", None)
    if schema.get("pattern") in SAME:
        result["pattern"] = SAME[schema["pattern"]]
    members = schema.get("properties", {})
    if members:
        result["properties"] = {name: in_draft_4(inner, named) for name, inner in members.items()}
    needed = [
        name for name in schema.get("required", ()) if not for_requests(members.get(name), named)
    ]
    if needed:
        result["required"] = needed
    if schema.get("nullable") and "type" in schema:
        result["type"] = [schema["type"], "null"]
    form = schema.get("format")
    more = []
    if form in BOUNDS:
        low, high = BOUNDS[form]
        more.append({"minimum": low, "maximum": high})
    if form in PATTERNS:
        more.append({"pattern": PATTERNS[form]})
    if form in FORMATS:
        result["format"] = form
    if more:
        result["allOf"] = [*result.get("allOf", ()), *more]
    return result


def for_requests(schema, named):
    """Whether only requests have a member of this schema."""
    while schema and "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    schema = schema or {}
    parts = schema.get("allOf", ())
    return schema.get("writeOnly") is True or any(for_requests(part, named) for part in parts)


def judge(schema, named):
    """The validator of a schema that refers to named ones."""
    definitions = {name: in_draft_4(inner, named) for name, inner in named.items()}
    return Draft4Validator(
        {"allOf": [in_draft_4(schema, named)], "definitions": definitions},
        validate_formats=True,
        formats={form: read for form, read in FORMATS.items() if read},
    )
