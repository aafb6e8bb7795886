"""The rules about the answers of a route, beyond the schema of the body.

Nearly everything in the schemas of real APIs is optional, so the body of one route, or of an error,
fits the schema of another route. These rules are made from the API's contract, its `HistorySchema`,
and the readings that can switch them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..errors import ContractError
from ..rules.rules import Break, ByFunction, Constraint, Needed, OwnMembers, Rule
from ..serving.api import FIRST_ERROR, Api
from ..serving.routing import Route

_GET, _LIST, _OK = "get", "list", 200


def answer_rules(
    api: Api, contract: Contract, route: Route | None, status_code: int, pointer: str
) -> list[Rule]:
    """The rules about the bodies of answers with this status.

    Args:
        api: the API.
        contract: its contract.
        route: the route that answered, ``None`` if none did.
        status_code: the HTTP status.
        pointer: the place in the contract of the schema of these bodies.
    """
    return [
        *_with_operations(api, contract, route, status_code, pointer),
        *_own_members(api, contract, status_code, pointer),
    ]


def _with_operations(
    api: Api, contract: Contract, route: Route | None, status_code: int, pointer: str
) -> Iterator[Rule]:
    history = api.checking.history
    if history is None or route is None or status_code != _OK:
        return
    # If the operation is not wrapped, the schema may already require its id.
    is_required = history.wrapped_in is None and history.id in _required(contract, pointer)
    if route.name == _GET and not is_required:
        yield _rule(
            api,
            pointer,
            "get-has-operation",
            "an answer of the get route has its operation",
            Needed(history.wrapped_in or history.id),
            "get_without_operation",
        )
    if route.name == _LIST:
        yield _rule(
            api,
            pointer,
            "list-distinct-ids",
            "no two operations in an answer of the list route have the same id",
            ByFunction(partial(_repeated, history.listed_in, history.id)),
        )
    reading = "list_without_operations"
    # An API whose lists leave out empty members does not have this reading, or allows it.
    if route.name == _LIST and any(setting.name == reading for setting in api.readings):
        yield _rule(
            api,
            pointer,
            "list-has-operations",
            "an answer of the list route has its operations, even if the list is empty",
            Needed(history.listed_in),
            reading,
        )


def _repeated(listed_in: str, name: str, value: Any, status_code: int) -> Iterator[Break]:
    operations = value.get(listed_in)
    if not isinstance(operations, list):
        return
    with suppress(KeyError, TypeError):
        if len({each[name] for each in operations}) == len(operations):
            return  # as nearly always
    first: dict[str, int] = {}
    for index, each in enumerate(operations):
        one = each.get(name) if isinstance(each, dict) else None
        # An empty text counts as none.
        if one and isinstance(one, str) and first.setdefault(one, index) != index:
            yield (
                (listed_in, index, name),
                one,
                f"must differ from the id of the operation at {first[one]}",
            )


def _required(contract: Contract, pointer: str) -> list[str]:
    return contract.required(contract.resolved(contract.schema(pointer)))


def _own_members(api: Api, contract: Contract, status_code: int, pointer: str) -> Iterator[Rule]:
    own = _members(contract, contract.schema(pointer))
    if not own:
        return  # it may have any members
    in_errors, in_successes = _all_members(api, contract)
    is_success = status_code < FIRST_ERROR
    if is_success:
        of_errors = _without(in_errors, own, in_successes)
        if of_errors:
            yield _rule(
                api,
                pointer,
                "no-error-in-success",
                "a success does not have the body of an error",
                OwnMembers(tuple(own), of_errors, "this is the body of an error"),
                "error_in_success",
            )
    foreign = _without(in_successes, own, {} if is_success else in_errors)
    if foreign:
        yield _rule(
            api,
            pointer,
            "own-members",
            "an answer does not have the body of another route",
            OwnMembers(tuple(own), foreign, "this is the body of another answer"),
            "foreign_body",
        )


def _rule(
    api: Api, pointer: str, name: str, says: str, kind: Constraint, reading: str | None = None
) -> Rule:
    """A rule about the body itself, whatever the name of its schema."""
    return Rule(f"{api.name}.{name}", "", pointer, says, kind, reading)


_Members = dict[str, None]
"""Names of members, in order."""


def _without(members: _Members, *others: _Members) -> tuple[str, ...]:
    return tuple(name for name in members if not any(name in other for other in others))


def _all_members(api: Api, contract: Contract) -> tuple[_Members, _Members]:
    """The members of the bodies of all errors, and of all successes."""
    in_errors: _Members = {}
    in_successes: _Members = {}
    for route in api.routes:
        with suppress(ContractError):  # for a route that the contract does not document
            for status, response in contract.statuses(route.method, route.paths[0]).items():
                body = contract.body(response)
                if body is not None:
                    found = in_successes if status.startswith("2") else in_errors
                    found.update(_members(contract, contract.schema(body)))
    history = api.checking.history
    operation = None if history is None else history.schema
    for name, found in ((api.checking.error_schema, in_errors), (operation, in_successes)):
        found.update(_members(contract, contract.schemas.get(name or "", {})))
    return in_errors, in_successes


def _members(contract: Contract, schema: Schema) -> _Members:
    """The members that a schema names; none if it says something about all others."""
    schema = contract.resolved(schema)
    if schema.get("additionalProperties") not in (None, False):
        return {}
    found: _Members = dict.fromkeys(schema.get("properties", ()))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(keyword, ()):
            found.update(_members(contract, inner))
    return found
