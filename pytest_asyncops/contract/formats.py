"""The types and formats of OpenAPI 3.0: which JSON values have them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..rules.timestamps import DATE, DATE_TIME
from .ecma_patterns import pattern

BYTE = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
"""Base64 with padding (RFC 4648, 4), empty allowed."""


UUID = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


STRING_FORMATS: Mapping[str, str] = {
    "byte": BYTE,
    "date": DATE,
    "date-time": DATE_TIME,
    "uuid": UUID,
}
"""The formats of strings, as patterns for any engine."""


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
"""The formats of numbers, as bounds. What is rounded to a finite number is within them."""


MEANINGS: Mapping[str, str] = {
    "byte": "base64 with padding",
    "date": "an RFC 3339 date",
    "date-time": "an RFC 3339 timestamp",
    "uuid": "a UUID",
}


def is_type(value: object, name: str) -> bool:
    """Whether a JSON value has this type; 1.0 is not an integer (OpenAPI 3.0, draft 4)."""
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
    return isinstance(value, int) or (name == "number" and math.isfinite(value))


def matches_format(value: object, form: str) -> bool:
    """Whether a value of the right type has this format."""
    if form in STRING_FORMATS and isinstance(value, str):
        return pattern(STRING_FORMATS[form]).search(value) is not None
    if form in NUMBER_FORMATS and isinstance(value, (int, float)):
        low, high = NUMBER_FORMATS[form]
        return low <= value <= high
    return True
