"""Checks the headers of a response against its document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..contract.openapi import Contract
from ..contract.pointers import escape
from ..contract.schema_keywords import Schema
from ..errors import hides_usage_errors
from ..rules.violation import Violation, json_path
from .client_responses import parse
from .fast_check import fast_check
from .media_types import Reading, reading_of
from .thorough_check import find_violations

__tracebackhide__ = hides_usage_errors

_SCALARS = ("boolean", "integer", "number")


class HeaderChecker:
    """Checks one header.

    Args:
        contract: the contract.
        name: the header's name.
        location: its location in the contract.
        status_code: the HTTP status.

    Raises:
        ContractError: for a schema that is not understood.
    """

    def __init__(self, contract: Contract, name: str, location: str, status_code: int) -> None:
        self._contract = contract
        self._location = location
        self._name = name.lower()
        self._path = f"headers{json_path([name])[1:]}"
        self._status_code = status_code
        told = contract.mapping(location)
        self._is_required = told.get("required") is True
        self._explodes = told.get("explode") is True
        self._is_json = False
        self._schema: Schema | None = None
        if "schema" in told:
            self._schema = contract.schema(f"{location}/schema")
        for kind in contract.mapping(f"{location}/content") if "content" in told else ():
            self._is_json = reading_of(kind) is Reading.JSON
            content = f"{location}/content/{escape(kind)}"
            if "schema" in contract.mapping(content):
                self._schema = contract.schema(f"{content}/schema")
        self._is_good: Callable[[Any], bool] = lambda value: True
        if self._schema is not None:
            self._is_good = fast_check(contract, self._schema, {}, status_code)

    def violations(self, headers: Mapping[str, str]) -> list[Violation]:
        """The violations of this header.

        Args:
            headers: the headers by their names in lower case.
        """
        text = headers.get(self._name)
        if text is None and self._is_required:
            place = self._contract.place(self._location)
            return [Violation(self._path, "is required", "schema.header", place, None, True)]
        if text is None or self._schema is None:
            return []
        value = _parsed(text) if self._is_json else self._value(self._schema, text)
        if self._is_good(value):
            return []
        found = find_violations(
            self._contract, self._schema, {}, self._status_code, value, extra=False, unknown=False
        )
        return [replace(each, path=self._path + each.path[1:]) for each in found]

    def _value(self, schema: Schema, text: str) -> Any:
        """The value that a text stands for in the style ``simple`` (OpenAPI 3.0.3, 4.7.12)."""
        kind, about = self._type_of(schema)
        if kind in _SCALARS:
            value = _parsed(text)
            return text if isinstance(value, (str, list, dict)) else value
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        if kind == "array":
            return [self._value(about.get("items", {}), part) for part in parts]
        if kind == "object":
            if self._explodes:
                parts = [side for part in parts for side in part.partition("=")[::2]]
            members = about.get("properties", {})
            return {
                name: self._value(members.get(name, {}), value)
                for name, value in zip(parts[::2], parts[1::2], strict=False)
            }
        return text

    def _type_of(self, schema: Schema) -> tuple[str | None, Schema]:
        """The type in a schema, and the schema that has it."""
        schema = self._contract.resolved(schema)
        if "type" in schema:
            return schema["type"], schema
        for keyword in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(keyword, ()):
                kind, about = self._type_of(one)
                if kind is not None:
                    return kind, about
        return None, schema


def find_headers(contract: Contract, response: str, status_code: int) -> Iterator[HeaderChecker]:
    """The checkers of the headers that a response documents.

    Args:
        contract: the contract.
        response: the location of the response.
        status_code: the HTTP status.
    """
    headers = "headers" in contract.mapping(response)
    for name in contract.mapping(f"{response}/headers") if headers else ():
        if name.lower() != "content-type":  # it is checked with the content (OpenAPI 3.0.3, 4.7.17)
            location = contract.follow(f"{response}/headers/{escape(name)}")
            yield HeaderChecker(contract, name, location, status_code)


def _parsed(text: str) -> Any:
    try:
        return parse(text.encode())
    except ValueError:
        return text
