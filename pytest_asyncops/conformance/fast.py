"""Says in a few microseconds whether there is any fault at all.

Almost every response that a test checks is good, and a test suite checks many. Where jsonschema-rs
is installed (the extra ``fast``), schema and rules are put together to one JSON Schema for it, and
the thorough validator is asked only once there may be something to tell. What the quick one lets
pass, the thorough one would; a law in the tests holds them to it. Formats go over as patterns: its
own date-time takes texts that are no timestamps, such as one with the minute ``2-``. Where orjson
is installed, it reads the body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..contract import Contract
from ..keywords import Schema
from ..rules import Rule
from .dialect import BOUNDS, TEXTS
from .reading import parse


def _best_parser() -> Callable[[bytes], Any]:
    if find_spec("orjson") is None:
        return parse
    loads: Callable[[bytes], Any] = import_module("orjson").loads
    return loads


quick_parse = _best_parser()
"""Reads JSON; with orjson it refuses or rounds some that `parse` reads as it is, such as integers
of more than 64 bits, which is why what is found with it is only trusted if it is good."""


def quick_check(
    contract: Contract, schema: Schema, rules: Iterable[Rule], status_code: int
) -> Callable[[Any], bool] | None:
    """What says whether a payload is without fault, or ``None`` where jsonschema-rs is missing.

    Where it says no, there may still be none: the thorough validator decides. It cannot judge
    rules whose kind has no schema; those are to be checked besides.
    """
    if find_spec("jsonschema_rs") is None:
        return None
    named = {name: translated(inner) for name, inner in contract.schemas.items()}
    for rule in rules:
        as_schema = rule.kind.schema(status_code)
        if as_schema:
            named[rule.on] = {"allOf": [named[rule.on], as_schema]}
    # The rules of a named schema also count where it is not referred to but given itself.
    itself = (named[name] for name, inner in contract.schemas.items() if inner is schema)
    root = next(itself, None) or translated(schema)
    jsonschema_rs: Any = import_module("jsonschema_rs")
    try:
        # Draft 4 is what OpenAPI 3.0 is made of, down to whole floats being no integers.
        is_valid: Callable[[Any], bool] = jsonschema_rs.Draft4Validator(
            {"allOf": [root], "components": {"schemas": named}}
        ).is_valid
    except ValueError:  # such as an empty "required", which OpenAPI allows
        return None

    def check(payload: Any) -> bool:
        try:
            return is_valid(payload)
        except (ValueError, SystemError):
            # A payload that cannot be JSON, or an integer too long for older jsonschema-rs, which
            # leaves its OverflowError lying about. The thorough validator decides.
            return False

    return check


def translated(schema: Schema) -> dict[str, Any]:
    """An OpenAPI 3.0 schema as JSON Schema draft 4."""
    result: dict[str, Any] = {
        name: value
        for name, value in schema.items()
        if name not in ("nullable", "format", "x-enum", "default", "example")
    }
    if schema.get("nullable") is True:
        result["type"] = [schema["type"], "null"]
    for name in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            result[name] = translated(schema[name])
    for name in ("allOf", "anyOf", "oneOf"):
        if name in schema:
            result[name] = [translated(inner) for inner in schema[name]]
    if "properties" in schema:
        result["properties"] = {
            name: translated(inner) for name, inner in schema["properties"].items()
        }
    form = schema.get("format", "")
    if form in TEXTS and TEXTS[form] != schema.get("pattern"):
        result.setdefault("allOf", []).append({"pattern": TEXTS[form]})
    elif form in BOUNDS:
        low, high = BOUNDS[form]
        result.setdefault("allOf", []).append({"minimum": low, "maximum": high})
    return result
