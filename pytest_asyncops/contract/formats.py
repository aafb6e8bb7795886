"""The types and formats of OpenAPI 3.0, and the JSON values that have them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from ..rules.timestamps import DATE, DATE_TIME
from . import format_patterns as patterns
from .ecma_patterns import pattern


class TextFormat(NamedTuple):
    """A format of strings.

    Attributes:
        meaning: what its texts are, for messages.
        pattern: the pattern that they match, for any engine.
    """

    meaning: str
    pattern: str


TEXT_FORMATS: Mapping[str, TextFormat] = {
    "base64url": TextFormat("base64 in the alphabet for URLs", patterns.BASE64URL),
    "byte": TextFormat("base64 with padding", patterns.BYTE),
    "date": TextFormat("an RFC 3339 date", DATE),
    "date-time": TextFormat("an RFC 3339 timestamp", DATE_TIME),
    "date-time-local": TextFormat(
        "an RFC 3339 timestamp without an offset", patterns.LOCAL_DATE_TIME
    ),
    "duration": TextFormat("a duration such as P1DT12H (RFC 3339)", patterns.DURATION),
    "email": TextFormat("an email address", patterns.EMAIL),
    "hostname": TextFormat("a host name", patterns.HOSTNAME),
    "ipv4": TextFormat("an IPv4 address", patterns.IPV4),
    "ipv6": TextFormat("an IPv6 address", patterns.IPV6),
    "iri": TextFormat("an IRI with a scheme", patterns.IRI),
    "iri-reference": TextFormat("an IRI or a relative reference", patterns.IRI_REFERENCE),
    "json-pointer": TextFormat("a JSON pointer", patterns.JSON_POINTER),
    "relative-json-pointer": TextFormat("a relative JSON pointer", patterns.RELATIVE_JSON_POINTER),
    "time": TextFormat("an RFC 3339 time with its offset", patterns.TIME_OF_DAY),
    "time-local": TextFormat("an RFC 3339 time without an offset", patterns.LOCAL_TIME),
    "uri": TextFormat("a URI with a scheme", patterns.URI),
    "uri-reference": TextFormat("a URI or a relative reference", patterns.URI_REFERENCE),
    "uri-template": TextFormat("a URI template (RFC 6570)", patterns.URI_TEMPLATE),
    "uuid": TextFormat("a UUID", patterns.UUID),
}
"""The formats of strings that are checked: those of the OpenAPI Format Registry that a pattern can
describe."""

STRING_FORMATS: Mapping[str, str] = {name: form.pattern for name, form in TEXT_FORMATS.items()}
"""The formats of strings, as patterns for any engine."""

MEANINGS: Mapping[str, str] = {name: form.meaning for name, form in TEXT_FORMATS.items()}
"""What the texts of each format are, for messages."""

FREE_FORMATS = frozenset({"binary", "password"})
"""The formats of OpenAPI 3.0 that are not constraints (3.0.3, 4.4)."""


# The last double, and the last integer, that are rounded to a finite number of these widths: less
# than half a step above the largest.
_LAST_FLOAT = math.nextafter(2.0**128 - 2.0**103, 0)
_LAST_DOUBLE = 2**1024 - 2**970 - 1

NUMBER_FORMATS: Mapping[str, tuple[float, float]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-_LAST_FLOAT, _LAST_FLOAT),
    "double": (-_LAST_DOUBLE, _LAST_DOUBLE),
}
"""The formats of numbers, as bounds. A number that is rounded to a finite one is within them."""


def is_checked(form: str, kind: str | None) -> bool:
    """Whether a format constrains values of this type, or of any type, or is known not to."""
    if form in STRING_FORMATS:
        return kind in (None, "string")
    if form in NUMBER_FORMATS:
        return kind in (None, "integer", "number")
    return form in FREE_FORMATS


def is_type(value: object, name: str, *, integral_floats: bool = False) -> bool:
    """Whether a JSON value has this type.

    Args:
        value: the value.
        name: the type.
        integral_floats: whether 1.0 is an integer. It is not in OpenAPI 3.0.
    """
    if name == "string":
        return isinstance(value, str)
    if name == "object":
        return isinstance(value, dict)
    if name == "array":
        return isinstance(value, list)
    if name == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if isinstance(value, int):
        return True
    return math.isfinite(value) and (name == "number" or (integral_floats and value.is_integer()))


def matches_format(value: object, form: str) -> bool:
    """Whether a value of the right type has this format."""
    if form in STRING_FORMATS and isinstance(value, str):
        return pattern(STRING_FORMATS[form]).search(value) is not None
    if form in NUMBER_FORMATS and isinstance(value, (int, float)):
        low, high = NUMBER_FORMATS[form]
        return low <= value <= high
    return True
