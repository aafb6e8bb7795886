"""Finds the schemas and compilers for what users ask for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from ..conformance.answer_rules import answer_rules
from ..conformance.thorough_check import allowed_by, in_force
from ..contract.openapi import Contract
from ..contract.pointers import escape
from ..contract.schema_keywords import Schema, name_of, refer
from ..errors import InvalidArgument, checked_flag, hides_usage_errors, unknown_choice
from ..lifecycle.states import AnyState, OwnState, State
from ..rules.rules import Constraint, Needed
from ..serving.api import FIRST_ERROR, Api, find_history_schema, find_route
from ..serving.routing import Route
from .coherent.compiler import coherent_compiler, compiled
from .coherent.presence import needed_schema
from .coherent.server import CoherentServer, contract_of
from .documented import schema_at
from .encoding import written
from .schema.all_of import flat
from .schema.compiler import Compiler
from .schema.options import Options, checked_strategy, chosen
from .schema.recipes import Recipe, from_strategy

__tracebackhide__ = hides_usage_errors

_UNDOCUMENTED = (403, 404, 429, 503)
"""Statuses of errors that any service may send, if its contract has a schema for all errors."""

_ARGUMENTS = (
    *("state", "alphabet", "max_length", "max_items", "extra", "unknown", "times", "profile"),
    *("encoded", "deviations"),
)
"""The arguments of the strategies of operations; all others are members."""

Overrides = Mapping[str, SearchStrategy[Any]]
"""The user's strategies for certain members."""


Answer = tuple[tuple[str, Constraint], ...]
"""The demands on the answer of a route beyond the schema of its body, by named schema."""


@lru_cache(maxsize=256)
def plain(contract: Contract, options: Options) -> Compiler:
    """The compiler for everything that the schemas of a contract allow in responses."""
    return Compiler(contract, options, is_response=True)


def with_overrides(
    api: Api,
    options: Options,
    schema: Schema,
    answer: Answer,
    state: AnyState | None,
    overrides: Overrides,
) -> Recipe:
    """Values of a schema whose operations are in this state and have these members.

    Raises:
        InvalidArgument: for a state that the API cannot show, a member that its operations do not
            have, and for members that contradict the state.
    """
    history = find_history_schema(api)
    members = flat(contract_of(api), operation(api)).get("properties", {})
    for name, found in overrides.items():
        if name not in members:
            raise unknown_name(f"member of a {api.name} operation", name, members, _ARGUMENTS)
        checked_strategy(name, found)
    deciding: dict[str, tuple[Any, ...]] = {}
    if state is not None:
        if history.status in overrides:
            raise InvalidArgument(
                f"state={state!r} already says the {history.status}; leave one of them out",
                value=state,
            )
        deciding[history.status] = (_status(api, state),)
    given = {name: from_strategy(found) for name, found in overrides.items()}
    server = CoherentServer(api, options, values=deciding, overrides=given, answer=answer)
    return (coherent_compiler(server) if given else compiled(server)).recipe(schema)


def unknown_name(
    what: str, name: str, names: Iterable[str], arguments: Iterable[str]
) -> InvalidArgument:
    """The error for an unknown name that may be a misspelt argument of the function."""
    if difflib.get_close_matches(name, names := list(names), 1):
        return unknown_choice(what, name, names)
    return unknown_choice(f"{what}, or argument,", name, [*names, *arguments])


def _status(api: Api, state: AnyState) -> str:
    if not isinstance(state, (State, OwnState)) or state not in api.statuses:
        choices = [str(known) for known in api.statuses]
        raise unknown_choice(f"state of a {api.name} operation", state, choices)
    return api.statuses[state]


def serialized(found: Recipe, api: Api, profile: str, encoded: bool, deviations: bool) -> Recipe:
    """The bodies in the form that the user asked for: in a profile, and as values or bytes.

    Raises:
        InvalidArgument: for a profile that the API does not have, and for deviations without
            ``encoded``.
    """
    writers = {"contract": None, **api.generation.profiles}
    chosen("profile", profile, writers)
    writer = writers[profile]
    return as_bytes(found if writer is None else found.mapped(writer), encoded, deviations)


def as_bytes(found: Recipe, encoded: bool, deviations: bool) -> Recipe:
    """The values as they are, or encoded if the user asked for that.

    Raises:
        InvalidArgument: for deviations without ``encoded``.
    """
    checked_flag(encoded, "encoded")
    checked_flag(deviations, "deviations")
    if deviations and not encoded:
        raise InvalidArgument(
            "deviations are ways to write JSON, so they need encoded=True", value=deviations
        )
    return written(found, deviations=deviations) if encoded else found


def operation(api: Api) -> Schema:
    """The schema of an operation."""
    return refer(find_history_schema(api).schema)


def error_bodies(api: Api) -> dict[int, Schema]:
    """The schemas of the bodies of errors, by HTTP status, for all known statuses of the API."""
    contract = contract_of(api)
    codes = set()
    open_ended = api.checking.error_schema is not None
    for route in api.routes:
        documented = contract.statuses(route.method, route.paths[0])
        codes |= {int(status) for status in documented if status.isdecimal()}
        open_ended = open_ended or "default" in documented
    codes.update(_UNDOCUMENTED if open_ended else ())
    found = {code: _error_body(api, code) for code in sorted(codes) if code >= FIRST_ERROR}
    return {code: schema for code, schema in found.items() if schema is not None}


def error_body(api: Api, status_code: int) -> Schema:
    """The schema of the body of an error with this status.

    Raises:
        InvalidArgument: for a status that is not known of the API.
    """
    is_status = isinstance(status_code, int) and not isinstance(status_code, bool)
    is_error = is_status and FIRST_ERROR <= status_code < 600
    schema = _error_body(api, status_code) if is_error else None
    if schema is None:
        raise unknown_choice(
            f"status of an error of {api.name}", status_code, map(str, error_bodies(api))
        )
    return schema


def check_status(api: Api, status_code: object) -> None:
    """Check that a route of the API, or the API for all errors, documents a body for a status.

    Raises:
        InvalidArgument: if none does.
    """
    known: dict[str, None] = {}
    contract = contract_of(api)
    for route in api.routes:
        for status, response in contract.statuses(route.method, route.paths[0]).items():
            if contract.body(response) is not None:
                known[status] = None
    if isinstance(status_code, int) and not isinstance(status_code, bool):
        documented = {str(status_code), f"{status_code // 100}XX"} & known.keys()
        is_error = FIRST_ERROR <= status_code < 600
        open_ended = api.checking.error_schema is not None or "default" in known
        if documented or (is_error and open_ended) or not known:
            return
    raise unknown_choice(
        f"status of an answer of {api.name}",
        status_code,
        sorted({*known} | {str(status) for status in error_bodies(api)}),
    )


def _error_body(api: Api, status_code: int) -> Schema | None:
    pointer = _error_pointer(api, status_code)
    return None if pointer is None else schema_at(contract_of(api), pointer)


def _error_pointer(api: Api, status_code: int) -> str | None:
    contract = contract_of(api)
    for route in api.routes:
        response = contract.response(route.method, route.paths[0], status_code)
        pointer = None if response is None else contract.body(response)
        if pointer is not None:
            return pointer
    name = api.checking.error_schema
    return None if name is None else f"/components/schemas/{escape(name)}"


def error_answer(api: Api, status_code: int) -> tuple[Schema, Answer]:
    """The schema of the body of an error with this status, and the further demands on it.

    Raises:
        InvalidArgument: for a status that is not known of the API.
    """
    error_body(api, status_code)
    return _asked_of(api, None, status_code, str(_error_pointer(api, status_code)))


def body(api: Api, route: str) -> tuple[Schema, Answer]:
    """The schema of the body of a route's answer with status 200, and the further demands on it.

    Raises:
        InvalidArgument: if the contract documents none.
    """
    contract = contract_of(api)
    found = find_route(api, route)
    response = contract.response(found.method, found.paths[0], 200)
    pointer = None if response is None else contract.body(response)
    if pointer is None:
        raise InvalidArgument(
            f"the contract of {api.name} documents no body for its {route} route", value=route
        )
    return _asked_of(api, found, 200, pointer)


def _asked_of(
    api: Api, route: Route | None, status_code: int, pointer: str
) -> tuple[Schema, Answer]:
    """The schema at a pointer, and the demands on answers that have it."""
    contract = contract_of(api)
    schema = schema_at(contract_of(api), pointer)
    rules = answer_rules(api, contract, route, status_code, pointer)
    kinds = [rule.kind for rule in in_force(rules, allowed_by(api))]
    history = api.checking.history
    asked = []
    if history is not None and Needed(history.wrapped_in or "") in kinds:
        asked = [(history.schema, Needed(history.id))]  # so that it is not empty
    if "$ref" not in schema:  # nothing is known by the name of a schema that has none
        whole = flat(contract, schema)
        members = [kind.member for kind in kinds if isinstance(kind, Needed)]
        told = {
            member: needed_schema(contract, whole, member)
            for member in members
            if member in whole.get("properties", ())
        }
        needed = {"required": members, "properties": told}
        return {"allOf": [schema, needed]} if members else schema, tuple(asked)
    name = name_of(schema["$ref"])
    return schema, (*((name, kind) for kind in kinds), *asked)
