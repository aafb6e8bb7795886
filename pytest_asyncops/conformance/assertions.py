"""Asserts that a response conforms to its contract: to the schema, and to the rules of prose."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from ..arguments import explained
from ..configure import resolve_readings
from ..contract_in_force import contract_in_force
from ..errors import (
    AsyncOpsError,
    InvalidArgument,
    counted,
    hides_usage_errors,
    listed,
    unknown_choice,
)
from ..rules.violation import ConformanceError, Violation
from ..serving.api import Api, find_profile
from ..serving.live_readings import live_readings
from ..timeline.served import without_credentials
from .api_routes import find_api_route
from .around import timeline_around
from .body_checker import LENIENT, Strictness
from .checker import find_checker, find_document_checker
from .client_responses import ClientResponse, parse, read_response
from .given_contract import ContractLike, given_contract
from .operations import find_operation
from .reproduction import snippet, unlike_the_defaults
from .thorough_check import allowed_by

__tracebackhide__ = hides_usage_errors

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
            ``asyncops_mock.calls`` or its response, or a payload as read from JSON.
        api: the API, by name or as an `Api`; needed for payloads, and for responses with an unknown
            URL.
        contract: the OpenAPI document of any other API: its path, or a `Contract`. By default,
            the setting ``contract`` counts for answers that are not of a known API.
        route: the route's name, such as ``"list"`` or ``"get"``; needed in the same cases. In a
            document it is method and path, such as ``"GET /jobs/{id}"``, or the operationId.
        status_code: the HTTP status; 200 for payloads unless given.
        extra: ``"forbid"`` to report members that the contract does not document.
        unknown: ``"forbid"`` to report values that an open enum (``x-enum``) does not document.
        profile: the profile in which the body is written; by default that of the stub, or
            ``"contract"``.
        readings: readings of the API by name, which say what an answer may leave out; by default
            those of the mock that serves the API now. The others have their defaults.

    Raises:
        ConformanceError: if it breaks the contract; an ``AssertionError``.
        InvalidArgument: for a value that is not a response, or whose API or route cannot be
            determined, and for an unknown reading.

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
    checked = check(profile=profile)
    found = checked.found
    if found:
        report = _report(checked.what, response, found)
        left = {name: len(check(profile=name).found) for name in checked.profiles}
        report += _better_profiles(left, len(found))
        for heading, lines in (
            ("It is this answer:", timeline_around(response.recorded)),
            ("To reproduce it:", _reproduction(response, checked, extra, unknown)),
        ):
            if lines:
                report += "\n".join(["\n", heading, "", *(f"  {line}" for line in lines)])
        raise ConformanceError(report, violations=found)


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
    return _violations(
        read_response(value, status_code),
        api=api,
        route=route,
        contract=contract,
        profile=profile,
        readings=readings,
        strictness=_strictness(extra, unknown),
    ).found


class _Checked(NamedTuple):
    """What was found in a response.

    Attributes:
        what: what it answers.
        found: its violations.
        given: the arguments with which a payload is checked in the same way.
        profiles: the profiles in which it can be read.
    """

    what: str
    found: list[Violation]
    given: Mapping[str, Any]
    profiles: Collection[str] = ()


def _violations(
    response: ClientResponse,
    *,
    api: Api | str | None,
    route: str | None,
    contract: ContractLike | None,
    profile: str | None,
    readings: Mapping[str, object] | None,
    strictness: Strictness,
) -> _Checked:
    document = None
    is_of_api = api is not None or profile is not None or readings is not None
    if contract is not None or (not is_of_api and contract_in_force() is not None):
        document = given_contract(response, api, contract)
    if document is not None:
        if profile is not None or readings is not None:
            raise InvalidArgument(
                f"profile= and readings= are about an API, and this answer is checked against "
                f"{document.document.file}. Leave them out, or name the API: api='chainloop'.",
                value=profile if profile is not None else readings,
            )
        operation = find_operation(document, response, route)
        if isinstance(operation, Violation):
            return _Checked(str(operation.value), [operation], {})
        checker = find_document_checker(document, operation, response.status_code)
        given: Mapping[str, Any] = {"contract": document.document.file, "route": checker.name}
        return _Checked(checker.name, checker.check(response, _as_it_is, strictness), given)
    of_api, of_route = find_api_route(response, api=api, route=route)
    if profile is None and response.recorded is not None:
        profile = response.recorded.profile
    contract_form = find_profile(of_api, "contract" if profile is None else profile)
    allowed = allowed_now(of_api, readings)
    edition = _edition(response, of_api)
    checker = find_checker(of_api, of_route, response.status_code, allowed, edition)
    what = checker.name if of_route else f"{checker.name} error"
    found = checker.check(response, contract_form, strictness)
    if not found:  # nearly always, and then nothing has to be reproduced
        return _Checked(what, found, {})
    as_given = {
        "api": of_api.name,
        "route": None if of_route is None else of_route.name,
        "profile": profile,
        "readings": unlike_the_defaults(of_api) if readings is None else dict(readings),
    }
    return _Checked(what, found, as_given, of_api.checking.profiles.keys())


def _reproduction(
    response: ClientResponse, checked: _Checked, extra: str, unknown: str
) -> list[str]:
    """A call with a payload that finds the same; empty for a payload, and if no call does."""
    if response.body is None:
        return []
    given = {
        **checked.given,
        "status_code": response.status_code,
        "extra": extra,
        "unknown": unknown,
    }
    given = {name: value for name, value in given.items() if value not in _LEFT_OUT}
    try:
        payload = parse(response.body)
        alike = violations(payload, **given) == checked.found
    except (ValueError, AsyncOpsError):  # it is not JSON, or only a response can show it
        return []
    lines = snippet("assert_conforms", payload, given) if alike else []
    text = "\n".join(lines)
    is_secret = response.request is not None and text != without_credentials(text, response.request)
    return [] if is_secret else lines


_LEFT_OUT: tuple[object, ...] = (None, {}, 200, "allow", "contract")
"""The default of an argument."""


def _edition(response: ClientResponse, api: Api) -> str | None:
    if response.recorded is not None:
        return response.recorded.edition
    return None if response.request is None else api.serving.edition(response.request)


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
