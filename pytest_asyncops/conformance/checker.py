"""The checker of one route's answers with one status: schema, content type and rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..contract.openapi import load_contract
from ..contract.schema_keywords import Schema
from ..errors import InvalidArgument, hides_usage_errors, listed
from ..rules.violation import Violation
from ..serving.api import FIRST_ERROR, Api
from ..serving.routing import Route
from .answer_rules import answer_rules
from .client_responses import ClientResponse
from .fast_check import fast_check
from .thorough_check import Rules, allowed_by, find_rules, find_violations, in_force

__tracebackhide__ = hides_usage_errors


@lru_cache(maxsize=512)
def find_checker(
    api: Api, route: Route | None, status_code: int, allowed: frozenset[str]
) -> Checker:
    """The checker for answers with this status, of this route or of no route (``None``)."""
    return Checker(api, route, status_code, allowed)


class Checker:
    """Checks answers against schema and rules.

    Args:
        api: the API that answered.
        route: the route that answered, ``None`` if none did.
        status_code: the HTTP status.
        allowed: the readings that switch off their rules; unless given, those that do by default.

    Raises:
        InvalidArgument: for an API without a contract, or with a rule about a schema that its
            contract does not have.
        ContractError: for a contract that cannot be read or understood.

    Attributes:
        is_good: a quick check of a payload: ``True`` if it has no violation, ``False`` if it may
            have one.
    """

    def __init__(
        self,
        api: Api,
        route: Route | None,
        status_code: int,
        allowed: frozenset[str] | None = None,
    ) -> None:
        if api.checking.contract is None:
            raise InvalidArgument(
                f"{api.name} has no contract to hold responses against. Give its Api "
                "checking=Checking(contract='path/to/openapi.yaml').",
                value=api,
            )
        self._contract = contract = load_contract(api.checking.contract, api.checking.directory)
        self._status_code = status_code
        self._what = f"{api.name} {route.name}" if route else api.name
        self._response: str | None = None
        self._documented: list[str] = []
        if route is not None:
            self._response = contract.response(route.method, route.paths[0], status_code)
            self._documented = list(contract.statuses(route.method, route.paths[0]))
        self._schema: str | None = None
        if self._response is not None:
            self._schema = contract.body(self._response)
        elif api.checking.error_schema is not None and status_code >= FIRST_ERROR:
            self._schema = f"/components/schemas/{api.checking.error_schema}"
        allowed = allowed_by(api) if allowed is None else allowed
        self._answer: Schema = {}
        self._rules: Rules = {}
        self.is_good: Callable[[Any], bool] = lambda payload: False
        if self._schema is not None:
            # A schema of the answer's own, because its rules are not about all values of the body's
            # schema, but about those that are answers.
            self._answer = {"allOf": [contract.schema(self._schema)]}
            about = answer_rules(api, contract, route, status_code, self._schema)
            self._rules = {
                **find_rules(api, contract, allowed),
                id(self._answer): in_force(about, allowed),
            }
            self.is_good = fast_check(contract, self._answer, self._rules, status_code)

    @property
    def has_body(self) -> bool:
        """Whether the contract documents a body."""
        return self._schema is not None

    def violations_outside_body(self, response: ClientResponse) -> list[Violation]:
        """The violations of status, presence of a body and content type."""
        if self._response is None and self._schema is None:
            known = f"; documented are {listed(self._documented)}" if self._documented else ""
            return [
                self._violation(
                    f"is not documented for {self._what}{known}",
                    "schema.status",
                    "/paths",
                    self._status_code,
                )
            ]
        if response.body and self._schema is None:
            return [
                self._violation(
                    "must be empty: no body is documented",
                    "schema.content",
                    self._response or "",
                    response.body,
                )
            ]
        if response.body and response.content_type is not None:
            media_type = response.content_type.partition(";")[0].strip().lower()
            if media_type != "application/json":
                return [
                    self._violation(
                        "must have the content type application/json",
                        "schema.content-type",
                        self._response or self._schema or "",
                        response.content_type,
                    )
                ]
        return []

    def unreadable(self, body: object, error: object) -> Violation:
        """The violation of a body that is not valid JSON, or that cannot be checked."""
        return self._violation(f"must be JSON: {error}", "schema.content", self._schema or "", body)

    def violations(self, payload: Any, *, extra: bool, unknown: bool) -> list[Violation]:
        """All violations of a payload; the contract documents a body.

        Args:
            payload: the body, in the form of the contract.
            extra: whether undocumented members are violations.
            unknown: whether undocumented values of open enums are violations.
        """
        return find_violations(
            self._contract,
            self._answer,
            self._rules,
            self._status_code,
            payload,
            extra=extra,
            unknown=unknown,
        )

    def _violation(self, message: str, rule: str, pointer: str, value: object) -> Violation:
        return Violation("$", message, rule, self._contract.place(pointer), value)
