"""Finds the schemas and compilers of what users ask for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from ..contract.schema_keywords import Schema, refer
from ..contract.yaml_document import escape
from ..errors import InvalidArgument, hides_usage_errors, unknown_choice
from ..lifecycle.states import State
from ..serving.api import FIRST_ERROR, Api, find_history_schema, find_route
from .coherent.compiler import coherent_compiler, compiled
from .coherent.server import CoherentServer, contract_of
from .encoding import written
from .schema.all_of import flat
from .schema.compiler import Compiler
from .schema.options import Options, checked_strategy, chosen
from .schema.recipes import Recipe, from_strategy

__tracebackhide__ = hides_usage_errors

_UNDOCUMENTED = (403, 404, 429, 503)
"""Statuses of errors that any service may send, if its contract has a schema for all errors."""

Overrides = Mapping[str, SearchStrategy[Any]]
"""Strategies of the user for certain members."""


@lru_cache(maxsize=256)
def plain(api: Api, options: Options) -> Compiler:
    """The compiler for all that the schemas allow."""
    return Compiler(contract_of(api), options)


def with_overrides(
    api: Api, options: Options, schema: Schema, state: State | None, overrides: Overrides
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
            raise unknown_choice(f"member of a {api.name} operation", name, members)
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
    server = CoherentServer(api, options, values=deciding, overrides=given)
    return (coherent_compiler(server) if given else compiled(server)).recipe(schema)


def _status(api: Api, state: State) -> str:
    if state not in api.statuses:
        choices = [str(known) for known in api.statuses]
        raise unknown_choice(f"state of a {api.name} operation", state, choices)
    return api.statuses[state]


def serialized(found: Recipe, api: Api, profile: str, encoded: bool, deviations: bool) -> Recipe:
    """The bodies in the form that the user wants: in a profile, and as values or bytes.

    Raises:
        InvalidArgument: for a profile that the API does not have, and for deviations without
            ``encoded``.
    """
    writers = {"contract": None, **api.generation.profiles}
    chosen("profile", profile, writers)
    if deviations and not encoded:
        raise InvalidArgument(
            "deviations are ways to write JSON, so they need encoded=True", value=deviations
        )
    writer = writers[profile]
    if writer is not None:
        found = found.mapped(writer)
    return written(found, deviations=deviations) if encoded else found


def operation(api: Api) -> Schema:
    """The schema of an operation."""
    return refer(find_history_schema(api).schema)


def schema_name(api: Api, schema: str) -> str:
    """The name of a schema, escaped as in a reference.

    Raises:
        InvalidArgument: if the API has no schema of this name.
    """
    names = contract_of(api).schemas
    if schema not in names:
        raise unknown_choice(f"schema of {api.name}", schema, names)
    return escape(schema)


def error_bodies(api: Api) -> dict[int, Schema]:
    """The schemas of the bodies of errors, by HTTP status, for all statuses known of the API."""
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
    is_error = FIRST_ERROR <= status_code < 600
    schema = _error_body(api, status_code) if is_error else None
    if schema is None:
        raise unknown_choice(
            f"status of an error of {api.name}", status_code, map(str, error_bodies(api))
        )
    return schema


def _error_body(api: Api, status_code: int) -> Schema | None:
    contract = contract_of(api)
    for route in api.routes:
        schema = contract.response_schema(route.method, route.paths[0], status_code)
        if schema is not None:
            return schema
    name = api.checking.error_schema
    return None if name is None else refer(name)


def body(api: Api, route: str) -> Schema:
    """The schema of the body of a route's answer with status 200.

    Raises:
        InvalidArgument: if the contract documents none.
    """
    contract = contract_of(api)
    found = find_route(api, route)
    schema = contract.response_schema(found.method, found.paths[0], 200)
    if schema is None:
        raise InvalidArgument(
            f"the contract of {api.name} documents no body for its {route} route", value=route
        )
    return schema
