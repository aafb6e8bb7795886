"""Tells in less than a microsecond per object whether there is any violation at all.

Almost every response that a test checks is good. So a schema and its rules become one JSON Schema,
which jsonschema-rs checks. It does not know our places and messages: only if it finds something,
the thorough validator of `dialect` is asked. The tests have a law that everything that passes here
also passes the thorough validator. On a machine without a wheel of jsonschema-rs, the thorough
validator is always asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Any, Union

from msgspec.json import Decoder

from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..rules.rule_schemas import rule_schema
from ..rules.rules import Constraint, Ordered, Rule
from .json_schema import JsonSchema, Kinds

Check = Callable[[list[Any]], bool]
"""Whether all objects among values keep a rule."""

Path = tuple[Union[str, frozenset[str], None], ...]
"""A path in a payload. A step is a member's name; or ``None`` for each item of a list; or, for each
member of an object except some, the names of the exceptions."""


fast_parse: Callable[[bytes], Any] = Decoder().decode
"""Reads JSON. It refuses some texts that `parse` reads, such as a lone surrogate, so only its
verdict that a payload is good is trusted."""

_SCALARS = frozenset({str, bool, type(None)})
_LONG: int = 10**4000
"""jsonschema-rs accepts integers that Python does not write, which are a little longer."""


def is_plain(value: Any) -> bool:
    """Whether a value is as read from JSON, and jsonschema-rs can read it.

    Raises:
        RecursionError: if it is nested too deep to be checked.
    """
    kind = type(value)
    if kind is dict:
        try:
            "".join(value)  # the quickest way to see that all names are texts
        except TypeError:
            return False
        return all(map(is_plain, [one for one in value.values() if type(one) not in _SCALARS]))
    if kind is list:
        return all(map(is_plain, [one for one in value if type(one) not in _SCALARS]))
    if kind is int:
        return bool(-_LONG < value < _LONG)
    return kind in _SCALARS or (kind is float and isfinite(value))


def fast_check(
    contract: Contract, schema: Schema, rules: Mapping[int, Sequence[Rule]], status_code: int
) -> Callable[[Any], bool]:
    """A function that tells whether a payload that was read from JSON has no violation.

    If it returns ``False``, there may still be none: then the thorough validator decides.

    Args:
        contract: the contract of the schema.
        schema: the schema of the payload.
        rules: the rules about each schema, by the ``id()`` of the schema.
        status_code: the HTTP status, on which rules depend.
    """
    try:
        from jsonschema_rs import Draft4Validator
    except ImportError:  # no wheel for this machine
        return _never_sure
    kinds = {key: [rule.kind for rule in about] for key, about in rules.items()}
    try:
        translated = JsonSchema(contract, schema, kinds, status_code)
        is_valid = Draft4Validator(translated.document).is_valid
        others = _other_rules(contract, schema, kinds, status_code)
    except ValueError:  # it cannot be translated, or jsonschema-rs does not accept it
        return _never_sure

    def is_good(payload: Any) -> bool:
        try:
            return (
                # jsonschema-rs has no limit of nesting: the process would end.
                (not translated.looks_deep or is_plain(payload))
                and is_valid(payload)
                and all(are_kept(_at(path, payload)) for path, are_kept in others)
            )
        except (ValueError, RecursionError):
            return False

    return is_good


def _never_sure(payload: Any) -> bool:
    return False


def _other_rules(
    contract: Contract, schema: Schema, kinds: Kinds, status_code: int
) -> list[tuple[Path, Check]]:
    """The rules that no schema can express, each with a path to its objects.

    Raises:
        ValueError: if there are endless paths, because such objects contain themselves.
    """
    others = {
        key: [kind for kind in about if rule_schema(kind, status_code) is None]
        for key, about in kinds.items()
    }
    found: list[tuple[Path, Check]] = []
    loops: list[Path] = []

    def visit(schema: Schema, path: Path, within: Mapping[int, Path]) -> None:
        schema = contract.resolved(schema)
        if id(schema) in within:
            loops.append(within[id(schema)])
            return
        within = {**within, id(schema): path}
        members = schema.get("properties", {})
        for kind in others.get(id(schema), ()):
            texts = _timestamps(contract, members)
            if isinstance(kind, Ordered) and kind.form is None and texts >= {*kind.members}:
                found.append((path, partial(_keep_order, kind, status_code)))
            else:
                found.append((path, partial(_keep, kind, status_code)))
        for name, inner in members.items():
            visit(inner, (*path, name), within)
        if isinstance(schema.get("additionalProperties"), dict):
            visit(schema["additionalProperties"], (*path, frozenset(members)), within)
        if "items" in schema:
            visit(schema["items"], (*path, None), within)
        for same in schema.get("allOf", ()):
            visit(same, path, within)

    if any(others.values()):
        visit(schema, (), {})
    if any(path[: len(loop)] == loop for loop in loops for path, _ in found):
        raise ValueError("objects with a rule contain themselves")
    return found


def _at(path: Path, payload: Any) -> list[Any]:
    """The values at a path."""
    found = [payload]
    for step in path:
        if step is None:
            lists = [value for value in found if isinstance(value, list)]
            # There is nearly always one, which need not be copied.
            found = lists[0] if len(lists) == 1 else [item for each in lists for item in each]
            continue
        objects = [value for value in found if isinstance(value, dict)]
        if isinstance(step, str):
            found = [value[step] for value in objects if step in value]
        else:
            found = [value[name] for value in objects for name in value.keys() - step]
    return found


def _timestamps(contract: Contract, members: Mapping[str, Schema]) -> set[str]:
    """The members that are timestamps."""
    resolved = ((name, contract.resolved(schema)) for name, schema in members.items())
    return {name for name, schema in resolved if schema.get("format") == "date-time"}


def _keep(kind: Constraint, status_code: int, values: Iterable[Any]) -> bool:
    for value in values:
        if isinstance(value, dict):
            for _ in kind.breaks(value, status_code):
                return False
    return True


def _keep_order(kind: Ordered, status_code: int, values: Iterable[Any]) -> bool:
    """Whether timestamps are in order, in values that match `PLAIN_DATE_TIME`."""
    return _keep(kind, status_code, _perhaps_late(kind.members, values))


def _perhaps_late(members: Sequence[str], values: Iterable[Any]) -> Iterator[Any]:
    """The values that may have timestamps in another order than that of these members.

    The others have whole UTC seconds, which sort as texts. Python spends most of its time here.
    """
    for earlier, later in pairwise(members):
        for value in values:
            try:
                text = value.get(later)
                if text is not None:
                    before = value[earlier]
                    if not (before <= text and text[19] == before[19] == "Z"):
                        yield value
            except (AttributeError, KeyError, TypeError):
                yield value  # not an object, or one on the way is null or missing
