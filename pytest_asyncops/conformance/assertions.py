"""Asserts that a response conforms to its contract: to the schema, and to the rules of prose."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Union

from ..arguments import explained
from ..configure import resolve_readings
from ..contract.openapi import Contract
from ..contract_in_force import contract_in_force
from ..errors import InvalidArgument, counted, hides_usage_errors, listed, unknown_choice
from ..rules.violation import ConformanceError, Violation
from ..serving.api import Api, find_profile
from ..serving.live_readings import live_readings
from .api_routes import find_api_route, is_of_known_host
from .body_checker import LENIENT, Strictness
from .checker import find_checker, find_document_checker
from .client_responses import ClientResponse, read_response
from .operations import find_operation
from .thorough_check import allowed_by

__tracebackhide__ = hides_usage_errors

ContractLike = Union[Contract, str, "os.PathLike[str]"]
"""An OpenAPI document, or where it is."""

_CHOICES = ("allow", "forbid")


@explained()
def assert_conforms(
    value: Any,
    *,
    api: Api | str | None = None,
    contract: ContractLike | None = None,
    route: str | None = None,
    status_code: int | None = None,
    extra: str = "allow",
    unknown: str = "allow",
    profile: str | None = None,
    readings: Mapping[str, object] | None = None,
) -> None:
    """Assert that a response conforms to its contract.

    Checks the schema, and the rules that the contract states only in its prose. All violations are
    reported at once.

    Args:
        value: a response of requests, httpx, aiohttp or urllib3, an entry of
            ``asyncops_mock.calls`` or its response, or a payload as it was read from JSON.
        api: the API, by name or as an `Api`; needed for payloads, and for responses whose URL does
            not tell it.
        contract: the OpenAPI document of any other API: its path, or a `Contract`. Unless it is
            given, the setting ``contract`` counts for what is not an answer of a known API.
        route: the route's name, such as ``"list"`` or ``"get"``; needed in the same cases. In a
            document it is method and path, such as ``"GET /jobs/{id}"``, or the operationId.
        status_code: the HTTP status; 200 for payloads unless given.
        extra: ``"forbid"`` to report members that the contract does not document.
        unknown: ``"forbid"`` to report values that an open enum (``x-enum``) does not document.
        profile: the profile that the body is written in; unless given, that of the stub, or
            ``"contract"``.
        readings: readings of the API by name, which say what an answer may leave out; unless given,
            those of the mock that serves the API now. The others have their defaults.

    Raises:
        ConformanceError: if it breaks the contract; an ``AssertionError``.
        InvalidArgument: for a value that is not a response, or whose API or route cannot be told,
            and for an unknown reading.

    >>> operation = {"id": "1", "status": "ASYNC_OPERATION_STATUS_RUNNING"}
    >>> assert_conforms({"operation": operation}, api="chainloop", route="get")
    """
    response = read_response(value, status_code)
    check = partial(
        _violations,
        response,
        api=api,
        route=route,
        contract=contract,
        readings=readings,
        strictness=_strictness(extra, unknown),
    )
    what, found, profiles = check(profile=profile)
    if found:
        report = _report(what, response, found)
        left = {name: len(check(profile=name)[1]) for name in profiles}
        raise ConformanceError(report + _better_profiles(left, len(found)), violations=found)


@explained()
def violations(
    value: Any,
    *,
    api: Api | str | None = None,
    contract: ContractLike | None = None,
    route: str | None = None,
    status_code: int | None = None,
    extra: str = "allow",
    unknown: str = "allow",
    profile: str | None = None,
    readings: Mapping[str, object] | None = None,
) -> list[Violation]:
    """All violations of a response, as a list. The arguments are those of `assert_conforms`.

    >>> [found] = violations({"operation": {"id": 7}}, api="chainloop", route="get")
    >>> found.path, found.message, found.rule
    ('$.operation.id', 'must be a string', 'schema.type')
    """
    _, found, _ = _violations(
        read_response(value, status_code),
        api=api,
        route=route,
        contract=contract,
        profile=profile,
        readings=readings,
        strictness=_strictness(extra, unknown),
    )
    return found


def _violations(
    response: ClientResponse,
    *,
    api: Api | str | None,
    route: str | None,
    contract: ContractLike | None,
    profile: str | None,
    readings: Mapping[str, object] | None,
    strictness: Strictness,
) -> tuple[str, list[Violation], Collection[str]]:
    """What a response is an answer to, its violations, and the profiles it can be read in."""
    document = None
    is_of_api = api is not None or profile is not None or readings is not None
    if contract is not None or (not is_of_api and contract_in_force() is not None):
        document = _document(response, api, contract)
    if document is not None:
        if profile is not None or readings is not None:
            raise InvalidArgument(
                f"profile= and readings= are about an API, and this answer is checked against "
                f"{document.document.file}. Leave them out, or name the API: api='chainloop'.",
                value=profile if profile is not None else readings,
            )
        operation = find_operation(document, response, route)
        if isinstance(operation, Violation):
            return str(operation.value), [operation], ()
        checker = find_document_checker(document, operation, response.status_code)
        return checker.name, checker.check(response, _as_it_is, strictness), ()
    of_api, of_route = find_api_route(response, api=api, route=route)
    if profile is None and response.recorded is not None:
        profile = response.recorded.profile
    contract_form = find_profile(of_api, "contract" if profile is None else profile)
    allowed = allowed_now(of_api, readings)
    edition = _edition(response, of_api)
    checker = find_checker(of_api, of_route, response.status_code, allowed, edition)
    what = checker.name if of_route else f"{checker.name} error"
    found = checker.check(response, contract_form, strictness)
    return what, found, of_api.checking.profiles.keys()


def _edition(response: ClientResponse, api: Api) -> str | None:
    if response.recorded is not None:
        return response.recorded.edition
    return None if response.request is None else api.serving.edition(response.request)


def _document(
    response: ClientResponse, api: Api | str | None, contract: ContractLike | None
) -> Contract | None:
    """The document that a response is checked against, ``None`` if it is that of its API."""
    if contract is not None:
        if api is not None:
            raise InvalidArgument(
                f"api={api!r} and contract={contract!r} are two contracts. Leave one of them out.",
                value=contract,
            )
        return read_contract(contract)
    if response.recorded is not None:
        is_known = response.recorded.api is not None
    else:
        is_known = response.request is not None and is_of_known_host(response.request)
    return None if is_known else read_contract(contract_in_force())


def read_contract(contract: object) -> Contract:
    """The document at a path, or a document that is read already.

    Raises:
        InvalidArgument: for what is neither.
        ContractError: if it cannot be read, or is not OpenAPI.
    """
    if isinstance(contract, Contract):
        return contract
    if not isinstance(contract, (str, os.PathLike)) or not os.fspath(contract):
        raise InvalidArgument(
            f"contract must be the path of an OpenAPI document, or a Contract, not {contract!r}",
            value=contract,
        )
    return Contract.load(contract)


def _as_it_is(payload: Any) -> Any:
    return payload


def _strictness(extra: str, unknown: str) -> Strictness:
    if extra == unknown == "allow":
        return LENIENT
    for name, choice in (("extra", extra), ("unknown", unknown)):
        if choice not in _CHOICES:
            raise unknown_choice(name, choice, _CHOICES)
    return Strictness(extra == "forbid", unknown == "forbid")


def allowed_now(api: Api, readings: Mapping[str, object] | None) -> frozenset[str]:
    """The readings that are ``"allow"``, of those given or of the mock that serves the API now."""
    if readings is None:
        return allowed_by(api, live_readings(api))
    return allowed_by(api, resolve_readings(api, readings))


def _report(what: str, response: ClientResponse, found: list[Violation]) -> str:
    places = counted(len(found), "place")
    lines = [f"{what}, status {response.status_code}, breaks its contract in {places}:"]
    for violation in found:
        lines += ["", *(f"  {line}" for line in str(violation).splitlines())]
    return "\n".join(lines)


def _better_profiles(left: Mapping[str, int], found: int) -> str:
    """The profiles in which a body has the fewest violations, if these are fewer than found."""
    fewest = min(left.values(), default=found)
    if fewest >= found:
        return ""
    names = listed(f"profile={name!r}" for name, count in left.items() if count == fewest)
    outcome = f"has {counted(fewest, 'violation')}" if fewest else "conforms"
    return f"\n\nRead with {names}, it {outcome}."
