"""Asserts that a response conforms to its contract: to the schema, and to the rules of prose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import explained
from ..configure import resolve_readings
from ..errors import InvalidArgument, counted, hides_usage_errors, unknown_choice
from ..rules.violation import ConformanceError, Violation
from ..serving.api import Api, find_profile
from ..serving.live_readings import live_readings
from .checker import Checker, find_checker
from .client_responses import ClientResponse, check_json, parse, read_response
from .fast_check import fast_parse, is_plain
from .thorough_check import allowed_by

__tracebackhide__ = hides_usage_errors

_CHOICES = ("allow", "forbid")


@explained()
def assert_conforms(
    value: Any,
    *,
    api: Api | str | None = None,
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
        route: the route's name, such as ``"list"`` or ``"get"``; needed in the same cases.
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
    response = read_response(value, api=api, route=route, status_code=status_code)
    found = _violations(response, extra=extra, unknown=unknown, profile=profile, readings=readings)
    if found:
        raise ConformanceError(_report(response, found), violations=found)


@explained()
def violations(
    value: Any,
    *,
    api: Api | str | None = None,
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
    response = read_response(value, api=api, route=route, status_code=status_code)
    return _violations(response, extra=extra, unknown=unknown, profile=profile, readings=readings)


def _violations(
    response: ClientResponse,
    *,
    extra: str,
    unknown: str,
    profile: str | None,
    readings: Mapping[str, object] | None,
) -> list[Violation]:
    for name, choice in (("extra", extra), ("unknown", unknown)):
        if choice not in _CHOICES:
            raise unknown_choice(name, choice, _CHOICES)
    written_in = profile if profile is not None else response.profile or "contract"
    contract_form = find_profile(response.api, written_in)
    allowed = allowed_now(response.api, readings)
    checker = find_checker(response.api, response.route, response.status_code, allowed)
    wrong = checker.violations_outside_body(response)
    if wrong or response.is_head or not checker.has_body:
        return wrong
    if extra == unknown == "allow" and _looks_good(response, checker, contract_form):
        return []
    given = response.payload if response.body is None else response.body
    try:
        payload = given if response.body is None else parse(response.body)
        if response.body is None:
            check_json(payload)
    except InvalidArgument:
        raise
    except ValueError as error:
        return [checker.unreadable(given, error)]
    try:
        return checker.violations(
            contract_form(payload), extra=extra == "forbid", unknown=unknown == "forbid"
        )
    except RecursionError:
        return [checker.unreadable(payload, "it is nested too deep to be checked")]


def allowed_now(api: Api, readings: Mapping[str, object] | None) -> frozenset[str]:
    """The readings that are ``"allow"``, of those given or of the mock that serves the API now."""
    if readings is None:
        return allowed_by(api, live_readings(api))
    return allowed_by(api, resolve_readings(api, readings))


def _looks_good(
    response: ClientResponse, checker: Checker, contract_form: Callable[[Any], Any]
) -> bool:
    """Whether the quick check finds no violation. If it finds one, there may still be none."""
    try:
        if response.body is None:
            payload = response.payload
            return is_plain(payload) and checker.is_good(contract_form(payload))
        return checker.is_good(contract_form(fast_parse(response.body)))
    except (ValueError, RecursionError):
        return False


def _report(response: ClientResponse, found: list[Violation]) -> str:
    what = f"{response.api.name} {response.route.name if response.route else 'error'}"
    places = counted(len(found), "place")
    lines = [f"{what}, status {response.status_code}, breaks its contract in {places}:"]
    for violation in found:
        lines += ["", *(f"  {line}" for line in str(violation).splitlines())]
    return "\n".join(lines)
