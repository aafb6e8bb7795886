"""The checker for the bodies of one schema: reads them, and finds their violations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..errors import InvalidArgument, hides_usage_errors, shortened
from ..rules.rules import Rule
from ..rules.violation import Violation, json_path
from .client_responses import ClientResponse, check_json, parse
from .fast_check import fast_check, fast_parse, is_plain
from .media_types import Reading, charset_of, reading_of
from .streams import events_of, lines_of
from .thorough_check import Rules, find_violations

__tracebackhide__ = hides_usage_errors

RulesOf = Callable[[str], tuple[Rules, Sequence[Rule]]]
"""From the location of a body's schema to the rules about the contract's schemas, and to those
about the body itself."""

ContractForm = Callable[[Any], Any]
"""Turns a body into the form of the contract."""

_STREAMS = (Reading.EVENTS, Reading.LINES)

_END = "[DONE]"
"""The last event of a stream of many services, which says that it is the last."""


class Strictness(NamedTuple):
    """Whether undocumented members and values are violations.

    Attributes:
        extra: undocumented members.
        unknown: undocumented values of open enums.
    """

    extra: bool = False
    unknown: bool = False


LENIENT = Strictness()
"""Neither is a violation."""


class _Unreadable(Exception):
    """A body, or a part of it, is not what its media type says."""

    def __init__(self, message: str, value: object, index: int | None = None) -> None:
        super().__init__(message)
        self.value = value
        self.path = json_path([] if index is None else [index])


class BodyChecker:
    """Checks the bodies of one media type of one response.

    Args:
        contract: the contract.
        location: the location of the schema.
        media_type: the media type, without parameters.
        status_code: the HTTP status, on which rules depend.
        rules_of: finds the rules, if there are any.

    Raises:
        ContractError: for a schema that is not understood.

    Attributes:
        is_good: a quick check of a payload: ``True`` if it has no violation, ``False`` if it may
            have one.
    """

    def __init__(
        self,
        contract: Contract,
        location: str,
        media_type: str,
        status_code: int,
        rules_of: RulesOf = lambda location: ({}, ()),
    ) -> None:
        self._contract = contract
        self._location = location
        self._status_code = status_code
        self._media_type = media_type
        self._reading = reading_of(media_type)
        schema = contract.schema(location)
        # The answer has a schema of its own, because its rules are not about all values of the
        # body's schema, but only about answers.
        self._answer: Schema = {"allOf": [schema]}
        rules, about = rules_of(location)
        part = schema
        if self._reading in _STREAMS:
            resolved = contract.resolved(schema)
            if resolved.get("type") == "array":
                part = resolved.get("items", {})
            else:
                self._answer = {"type": "array", "items": schema}
        self._is_text = _is_text(contract, part)
        self._may_be_text = _may_be_text(contract, part)
        self._rules: Mapping[int, Sequence[Rule]] = {**rules, id(self._answer): about}
        self.is_good: Callable[[Any], bool] = fast_check(
            contract, self._answer, self._rules, status_code
        )

    def check(
        self, response: ClientResponse, contract_form: ContractForm, strictness: Strictness
    ) -> list[Violation]:
        """The violations of the body of a response.

        Raises:
            ContractError: for a body that cannot be checked against the schema.
        """
        is_lenient = not any(strictness)
        if is_lenient and self._looks_good(response, contract_form):
            return []
        try:
            payload = self._read(response)
        except _Unreadable as error:
            return [self._unreadable(error)]
        try:
            is_other = self._reading is not Reading.JSON
            if is_lenient and is_other and is_plain(payload) and self.is_good(payload):
                return []
            return self.violations(contract_form(payload), strictness)
        except RecursionError:
            message = "must be JSON: it is nested too deep to be checked"
            return [self._unreadable(_Unreadable(message, payload))]

    def violations(self, payload: Any, strictness: Strictness = LENIENT) -> list[Violation]:
        """All violations of a payload, which is in the form of the contract."""
        return find_violations(
            self._contract,
            self._answer,
            self._rules,
            self._status_code,
            payload,
            extra=strictness.extra,
            unknown=strictness.unknown,
        )

    def _looks_good(self, response: ClientResponse, contract_form: ContractForm) -> bool:
        """Whether the quick check finds no violation. If it finds one, there may still be none."""
        try:
            if response.body is None:
                return is_plain(response.value) and self.is_good(contract_form(response.value))
            if self._reading is Reading.JSON:
                return self.is_good(contract_form(fast_parse(response.body)))
        except (ValueError, RecursionError):
            pass
        return False

    def _read(self, response: ClientResponse) -> Any:
        """The body in the form that the schema describes: a stream is a list."""
        body = response.body
        if body is None:
            try:
                check_json(response.value)
            except InvalidArgument:
                raise
            except ValueError as error:
                raise _Unreadable(f"must be JSON: {error}", response.value) from None
            if self._reading in _STREAMS and not isinstance(response.value, list):
                raise InvalidArgument(
                    "the payload of a stream is the list of its events or lines, not "
                    f"{shortened(response.value)}",
                    value=response.value,
                )
            return response.value
        if self._reading is Reading.JSON:
            return _parsed(body, body)
        if self._reading is Reading.BYTES:
            return self._other(body)
        text = self._decoded(body, response.headers)
        if self._reading is Reading.TEXT:
            return text if self._may_be_text else _perhaps_parsed(text)
        is_lines = self._reading is Reading.LINES
        parts = lines_of(text) if is_lines else events_of(text)
        if parts[-1:] == [_END] and not is_lines and not self._is_text:
            del parts[-1]
        return [self._part(index, part) for index, part in enumerate(parts)]

    def _other(self, body: bytes) -> Any:
        text = body.decode("latin-1")  # a character for each byte
        if self._may_be_text:
            return text
        try:
            return parse(body)  # whatever its name, it is JSON
        except ValueError:
            raise self._contract.error(
                f"this body of {self._media_type} cannot be checked against the schema. JSON, text "
                "and streams can be, and other bodies if the schema's type is string.",
                self._location,
            ) from None

    def _decoded(self, body: bytes, headers: Mapping[str, str] | None) -> str:
        charset = charset_of((headers or {}).get("Content-Type") or "") or "utf-8"
        try:
            return body.decode(charset if self._reading is Reading.TEXT else "utf-8")
        except (ValueError, LookupError) as error:
            raise _Unreadable(f"must be text: {error}", body) from None

    def _part(self, index: int, text: str) -> Any:
        """An event or a line of a stream."""
        if self._is_text and self._reading is Reading.EVENTS:
            return text
        if self._may_be_text and self._reading is Reading.EVENTS:
            return _perhaps_parsed(text)
        return _parsed(text.encode(), text, index)

    def _unreadable(self, error: _Unreadable) -> Violation:
        place = self._contract.place(self._location)
        return Violation(error.path, str(error), "schema.content", place, error.value)


def _parsed(body: bytes, value: object, index: int | None = None) -> Any:
    try:
        return parse(body)
    except ValueError as error:
        raise _Unreadable(f"must be JSON: {error}", value, index) from None


def _perhaps_parsed(text: str) -> Any:
    try:
        return parse(text.encode())
    except ValueError:
        return text


_OF_OTHERS = ("properties", "required", "additionalProperties", "items")
"""The keywords of schemas that are not about text."""


def _is_text(contract: Contract, schema: Schema) -> bool:
    """Whether a schema is only about texts."""
    schema = contract.resolved(schema)
    alternatives = [schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema]
    return (
        schema.get("type") == "string"
        or any(_is_text(contract, one) for one in schema.get("allOf", ()))
        or any(all(_is_text(contract, one) for one in choices) for choices in alternatives)
    )


def _may_be_text(contract: Contract, schema: Schema) -> bool:
    """Whether a text may fit a schema, judged by its types."""
    schema = contract.resolved(schema)
    alternatives = [schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema]
    if "type" in schema:
        return bool(schema["type"] == "string")
    return (
        not any(keyword in schema for keyword in _OF_OTHERS)
        and all(_may_be_text(contract, one) for one in schema.get("allOf", ()))
        and all(any(_may_be_text(contract, one) for one in choices) for choices in alternatives)
    )
