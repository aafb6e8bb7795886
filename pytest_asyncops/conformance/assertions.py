"""Asserts that a response conforms to its contract: to the schema, and to the rules of prose."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..errors import counted, hides_usage_errors, unknown_choice
from ..rules.violation import ConformanceError, Violation
from ..serving.api import Api, find_profile
from .checker import find_checker
from .fast_check import fast_parse
from .replies import Reply, parse, read_reply

__tracebackhide__ = hides_usage_errors

_CHOICES = ("allow", "forbid")


def assert_conforms(
    value: Any,
    *,
    api: Api | str | None = None,
    route: str | None = None,
    status_code: int | None = None,
    extra: str = "allow",
    unknown: str = "allow",
    profile: str | None = None,
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

    Raises:
        ConformanceError: if it breaks the contract; an ``AssertionError``.
        InvalidArgument: for a value that is not a response, or whose API or route cannot be told.

    >>> operation = {"id": "1", "status": "ASYNC_OPERATION_STATUS_RUNNING"}
    >>> assert_conforms({"operation": operation}, api="chainloop", route="get")
    """
    reply = read_reply(value, api=api, route=route, status_code=status_code)
    found = _violations(reply, extra=extra, unknown=unknown, profile=profile)
    if found:
        raise ConformanceError(_report(reply, found), violations=found)


def violations(
    value: Any,
    *,
    api: Api | str | None = None,
    route: str | None = None,
    status_code: int | None = None,
    extra: str = "allow",
    unknown: str = "allow",
    profile: str | None = None,
) -> list[Violation]:
    """All violations of a response, as a list. The arguments are those of `assert_conforms`.

    >>> [found] = violations({"operation": {"id": 7}}, api="chainloop", route="get")
    >>> found.path, found.message, found.rule
    ('$.operation.id', 'must be a string', 'schema.type')
    """
    reply = read_reply(value, api=api, route=route, status_code=status_code)
    return _violations(reply, extra=extra, unknown=unknown, profile=profile)


def _violations(reply: Reply, *, extra: str, unknown: str, profile: str | None) -> list[Violation]:
    for name, choice in (("extra", extra), ("unknown", unknown)):
        if choice not in _CHOICES:
            raise unknown_choice(name, choice, _CHOICES)
    contract_form = find_profile(reply.api, profile or reply.profile or "contract")
    checker = find_checker(reply.api, reply.route, reply.status_code)
    wrong = checker.violations_outside_body(reply)
    if wrong or reply.is_head or not checker.has_body:
        return wrong
    if extra == unknown == "allow":
        with suppress(ValueError):
            if checker.is_good(contract_form(_payload(reply, fast_parse))):
                return []
    try:
        payload = _payload(reply, parse)
    except ValueError as error:
        return [checker.unreadable(reply.body, error)]
    try:
        return checker.violations(
            contract_form(payload), extra=extra == "forbid", unknown=unknown == "forbid"
        )
    except RecursionError:
        return [checker.unreadable(payload, "it is nested too deep to be checked")]


def _payload(reply: Reply, read: Callable[[bytes], Any]) -> Any:
    return reply.payload if reply.body is None else read(reply.body)


def _report(reply: Reply, found: list[Violation]) -> str:
    what = f"{reply.api.name} {reply.route.name if reply.route else 'error'}"
    places = counted(len(found), "place")
    lines = [f"{what}, status {reply.status_code}, breaks its contract in {places}:"]
    for violation in found:
        lines += ["", *(f"  {line}" for line in str(violation).splitlines())]
    return "\n".join(lines)
