"""The formats of strings, as patterns for any engine: the grammars of their RFCs.

One pattern means the same in every engine, so a text that passes the quick check passes the
thorough one, and generated texts pass both. Nearly all of these grammars are regular, and libraries
that check them are mostly made of such patterns too.
"""

from __future__ import annotations

from ..rules.timestamps import CLOCK, DAY, TIME


def _either(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


def _whole(pattern: str) -> str:
    return f"^{pattern}$"


# --- Texts that encode bytes

_DIGIT = "[A-Za-z0-9+/]"
_SAFE_DIGIT = "[A-Za-z0-9_-]"

BYTE = f"^(?:{_DIGIT}{{4}})*(?:{_DIGIT}{{2}}==|{_DIGIT}{{3}}=)?$"
"""Base64 with padding (RFC 4648, 4), empty allowed."""

BASE64URL = f"^(?:{_SAFE_DIGIT}{{4}})*(?:{_SAFE_DIGIT}{{2}}(?:==)?|{_SAFE_DIGIT}{{3}}=?)?$"
"""Base64 in the alphabet for URLs, with or without padding (RFC 4648, 5)."""

UUID = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

# --- Addresses (RFC 3986, appendix A; RFC 3987 for all languages)

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_WORD = "[0-9A-Fa-f]{1,4}"
_LAST_WORDS = _either(f"{_WORD}:{_WORD}", _IPV4)
_IPV6 = _either(
    f"(?:{_WORD}:){{6}}{_LAST_WORDS}",
    f"::(?:{_WORD}:){{5}}{_LAST_WORDS}",
    *[
        f"(?:(?:{_WORD}:){{0,{4 - left}}}{_WORD})?::(?:{_WORD}:){{{left}}}{_LAST_WORDS}"
        for left in (4, 3, 2, 1, 0)
    ],
    f"(?:(?:{_WORD}:){{0,5}}{_WORD})?::{_WORD}",
    f"(?:(?:{_WORD}:){{0,6}}{_WORD})?::",
)

HOSTNAME = f"^(?=[A-Za-z0-9.-]{{1,253}}$){_NAME}$"
IPV4 = _whole(_IPV4)
IPV6 = _whole(_IPV6)

_PERCENT = "%[0-9A-Fa-f]{2}"
_UNRESERVED = "A-Za-z0-9_.~"
_DELIMITERS = "!$&'()*+,;="
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*"
_FURTHER = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in [
        (0xA0, 0xD7FF),
        (0xF900, 0xFDCF),
        (0xFDF0, 0xFFEF),
        *[(plane << 16, (plane << 16) + 0xFFFD) for plane in range(1, 14)],
        (0xE1000, 0xEFFFD),
    ]
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"


def _some(characters: str) -> str:
    """Any number of these characters, or others as percent and two digits."""
    one = f"[{characters}-]*"
    return f"{one}(?:{_PERCENT}{one})*"


def _at_least_one(characters: str) -> str:
    return f"(?:[{characters}-]|{_PERCENT}){_some(characters)}"


def _uri(further: str = "", private: str = "") -> tuple[str, str]:
    """A URI and a reference, with the characters that they may have beyond ASCII."""
    plain = f"{_UNRESERVED}{further}{_DELIMITERS}"
    literal = rf"\[(?:{_IPV6}|[Vv][0-9A-Fa-f]+\.[{_UNRESERVED}{_DELIMITERS}:-]+)\]"
    host = _either(literal, _some(plain))
    authority = f"(?:{_some(f'{plain}:')}@)?{host}(?::[0-9]*)?"
    segment = f"{plain}:@"
    further_segments = f"(?:/{_some(segment)})*"
    absolute = f"/(?:{_at_least_one(segment)}{further_segments})?"
    located = f"//{authority}{further_segments}"
    tail = rf"(?:\?{_some(f'{segment}/?{private}')})?(?:#{_some(f'{segment}/?')})?"

    def path(first: str) -> str:
        return _either(located, absolute, f"{first}{further_segments}", "")

    uri = f"{_SCHEME}:{path(_at_least_one(segment))}{tail}"
    relative = f"{path(_at_least_one(f'{plain}@'))}{tail}"
    return _whole(uri), _whole(_either(uri, relative))


URI, URI_REFERENCE = _uri()
IRI, IRI_REFERENCE = _uri(_FURTHER, _PRIVATE)

_VARIABLE = rf"(?:[A-Za-z0-9_]|{_PERCENT})(?:\.?(?:[A-Za-z0-9_]|{_PERCENT}))*"
_CHOSEN = rf"{_VARIABLE}(?::[1-9][0-9]{{0,3}}|\*)?"
URI_TEMPLATE = _whole(
    rf"(?:[!#$&'()*+,./0-9:;=?@A-Z\[\]_a-z~{_FURTHER}{_PRIVATE}-]|{_PERCENT}"
    rf"|\{{[+#./;?&=,!@|]?{_CHOSEN}(?:,{_CHOSEN})*\}})*"
)
"""RFC 6570, 2, with the apostrophe of its erratum 6937."""

_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
EMAIL = _whole(rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_NAME}|\[(?:{_IPV4}|IPv6:{_IPV6})\])")
"""A mailbox (RFC 5321, 4.1.2)."""

# --- Times (RFC 3339)

TIME_OF_DAY = _whole(TIME)
LOCAL_TIME = _whole(CLOCK)
LOCAL_DATE_TIME = _whole(f"{DAY}[Tt]{CLOCK}")

_MINUTES = "[0-9]+M(?:[0-9]+S)?"
_CLOCK_TIME = f"T(?:[0-9]+H(?:{_MINUTES})?|{_MINUTES}|[0-9]+S)"
_MONTHS = "[0-9]+M(?:[0-9]+D)?"
_DAYS = f"(?:[0-9]+Y(?:{_MONTHS})?|{_MONTHS}|[0-9]+D)"
DURATION = _whole(f"P(?:{_DAYS}(?:{_CLOCK_TIME})?|{_CLOCK_TIME}|[0-9]+W)")
"""RFC 3339, appendix A."""

# --- Pointers (RFC 6901, and the draft that JSON Schema refers to)

_POINTER = "(?:/(?:[^/~]|~[01])*)*"
JSON_POINTER = _whole(_POINTER)
RELATIVE_JSON_POINTER = _whole(f"(?:0|[1-9][0-9]*)(?:#|{_POINTER})")
