"""How a grpc-gateway in front of a service reads requests and writes errors.

The source of Chainloop's operations service is not public, but its OpenAPI document has the shape
that grpc-gateway generates. The rules and messages here were observed by running grpc-gateway
v2.30.0 with equal message types. Some of its messages come from Go's standard library; they are in
Go's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from . import ErrorResponse, Request, Route

INVALID_ARGUMENT = 3
NOT_FOUND = 5
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
UNIMPLEMENTED = 12
UNAUTHENTICATED = 16

HTTP_STATUS = {
    0: 200,
    1: 499,
    2: 500,
    3: 400,
    4: 504,
    5: 404,
    6: 409,
    7: 403,
    8: 429,
    9: 400,
    10: 409,
    11: 400,
    12: 501,
    13: 500,
    14: 503,
    15: 500,
    16: 401,
}
"""The HTTP status for each gRPC code."""

_FORM = "application/x-www-form-urlencoded"


def refusal(code: int, message: str, headers: Mapping[str, str] | None = None) -> ErrorResponse:
    """An error with this gRPC code."""
    return ErrorResponse(HTTP_STATUS[code], code, message, headers)


def code_of(status_code: int) -> int:
    """The gRPC code of errors with this HTTP status, 2 (unknown) where there is none."""
    codes = [code for code, status in HTTP_STATUS.items() if status == status_code]
    return {400: 3, 409: 6, 500: 13}.get(status_code, codes[0] if codes else 2)


def unauthenticated(message: str) -> ErrorResponse:
    """A 401; the gateway repeats its message in a header."""
    return refusal(UNAUTHENTICATED, message, {"Www-Authenticate": message})


def envelope(error: ErrorResponse) -> Mapping[str, Any]:
    """A google.rpc.Status as JSON."""
    return {"code": error.code, "message": error.message, "details": []}


def method(request: Request) -> str:
    """The method that a request counts as: a POST with a form counts as a GET."""
    return "GET" if request.method == "POST" and _has_form(request) else request.method


def unmatched(request: Request, routes: tuple[Route, ...]) -> ErrorResponse:
    """501 for a wrong method on a known path, though HTTP has 405 for it; 404 for other paths."""
    if routes:
        return refusal(UNIMPLEMENTED, "Method Not Allowed")
    return refusal(NOT_FOUND, "Not Found")


@dataclass(frozen=True)
class Message:
    """The fields of a protobuf message that a query string can fill.

    Attributes:
        full_name: its protobuf name.
        fields: for each field, in snake_case, a message, or a function from the text of a value
            to the value. The function raises ``ValueError`` with Go's message.
    """

    full_name: str
    fields: Mapping[str, Message | Callable[[str], Any]]
    names: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # protobuf's JSON names are accepted beside the fields' own.
        both = {name: name for name in self.fields}
        both.update({_camel(name): name for name in self.fields})
        object.__setattr__(self, "names", both)


def camel(payload: Any) -> Any:
    """The payload with protobuf's JSON names: snake_case members become camelCase."""
    if isinstance(payload, dict):
        return {_camel(name): camel(value) for name, value in payload.items()}
    return [camel(item) for item in payload] if isinstance(payload, list) else payload


def contract_form(payload: Any, optional: Container[str]) -> Any:
    """A body that a gateway wrote, in the form of the contract: snake_case, and nothing unset.

    Args:
        payload: the body.
        optional: the members for which an empty string means unset.
    """
    if isinstance(payload, list):
        return [contract_form(item, optional) for item in payload]
    if not isinstance(payload, dict):
        return payload
    named = (
        (re.sub("[A-Z]", lambda upper: f"_{upper[0].lower()}", name), value)
        for name, value in payload.items()
    )
    return {
        name: contract_form(value, optional)
        for name, value in named
        if value is not None and not (value == "" and name in optional)
    }


def text(value: str) -> str:
    """A string field."""
    return value


def int32(value: str) -> int:
    """An int32 field: strconv.ParseInt(value, 10, 32)."""
    match = re.fullmatch(r"([+-]?)0*([0-9]+)", value, re.ASCII)
    if match is None:
        raise ValueError(f"strconv.ParseInt: parsing {go_quote(value)}: invalid syntax")
    # An int32 has at most ten digits; longer numbers need not be converted.
    number = int(match[1] + match[2][:11])
    if not -(2**31) <= number < 2**31:
        raise ValueError(f"strconv.ParseInt: parsing {go_quote(value)}: value out of range")
    return number


def enum(numbers: Mapping[str, int]) -> Callable[[str], str]:
    """An enum field, which takes a value's name or its number."""
    names = {number: name for name, number in numbers.items()}

    def parse(value: str) -> str:
        if value in numbers:
            return value
        try:
            return names[int32(value)]
        except (ValueError, KeyError):
            raise ValueError(f"{go_quote(value)} is not a valid value") from None

    return parse


def read_query(message: Message, request: Request) -> dict[str, Any]:
    """The fields that the query string and a posted form set, by their dotted path.

    Raises:
        ErrorResponse: 400, for a query that the gateway refuses. It ignores unknown fields.
    """
    forms = [request.query]
    if request.method == "POST":
        forms.insert(0, request.body.decode("latin-1"))
    values: dict[str, list[str]] = {}
    try:
        for form in forms:
            for name, value in _parse_form(form):
                values.setdefault(name, []).append(value)
        fields: dict[str, Any] = {}
        for name, given in values.items():
            _fill(fields, message, name, given)
    except ValueError as error:
        raise refusal(INVALID_ARGUMENT, str(error)) from None
    return fields


def go_quote(value: str) -> str:
    r"""The text as Go's strconv.Quote writes it.

    >>> print(go_quote('say "hi"\n'))
    "say \"hi\"\n"
    """
    return f'"{"".join(map(_go_rune, value))}"'


_GO_ESCAPES = {
    '"': r"\"",
    "\\": r"\\",
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
}


def _go_rune(rune: str) -> str:
    if rune in _GO_ESCAPES:
        return _GO_ESCAPES[rune]
    if rune.isprintable():
        return rune
    code = ord(rune)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _parse_form(form: str) -> list[tuple[str, str]]:
    """Go's url.ParseQuery: reads on after an error, and reports the first."""
    pairs: list[tuple[str, str]] = []
    trouble: ValueError | None = None
    for piece in form.split("&"):
        if ";" in piece:
            trouble = ValueError("invalid semicolon separator in query")
        elif piece:
            name, _, value = piece.partition("=")
            try:
                pairs.append((_unescape(name), _unescape(value)))
            except ValueError as error:
                trouble = trouble or error
    if trouble is not None:
        raise trouble
    return pairs


def _unescape(value: str) -> str:
    bad = re.search(r"%(?![0-9A-Fa-f]{2})", value)
    if bad is not None:
        raise ValueError(f"invalid URL escape {go_quote(value[bad.start() : bad.start() + 3])}")
    return unquote_to_bytes(value.replace("+", " ")).decode("utf-8", "surrogateescape")


def _fill(fields: dict[str, Any], message: Message, name: str, values: list[str]) -> None:
    keyed = re.fullmatch(r"(.*)\[(.*)\]", name, re.DOTALL)
    if keyed is not None:  # the form for maps; the key becomes the first value
        name, values = keyed[1], [keyed[2], *values]
    path: list[str] = []
    *parents, last = name.split(".")
    for parent in parents:
        if parent not in message.names:
            return
        path.append(message.names[parent])
        inner = message.fields[path[-1]]
        if not isinstance(inner, Message):
            raise ValueError(f"invalid path: {go_quote(parent)} is not a message")
        message = inner
    if last not in message.names:
        return
    field_name = message.names[last]
    parse = message.fields[field_name]
    if len(values) > 1:
        raise ValueError(f"too many values for field {go_quote(field_name)}: {', '.join(values)}")
    try:
        if isinstance(parse, Message):
            raise ValueError(f"unsupported message type: {go_quote(parse.full_name)}")
        value = parse(values[0])
    except ValueError as error:
        raise ValueError(f"parsing field {go_quote(field_name)}: {error}") from None
    fields[".".join([*path, field_name])] = value


def _has_form(request: Request) -> bool:
    # The gateway compares the whole header, so with a charset it is another type.
    return request.header("Content-Type") == _FORM


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
