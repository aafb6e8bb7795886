"""The checker for answers of one operation with one status: status, content type and body."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..contract.openapi import Contract, load_contract
from ..errors import InvalidArgument, hides_usage_errors, listed
from ..rules.violation import Violation
from ..serving.api import FIRST_ERROR, Api
from ..serving.routing import Route
from .answer_rules import answer_rules
from .body_checker import BodyChecker, ContractForm, RulesOf, Strictness
from .client_responses import ClientResponse
from .media_types import default_of, documented_as, essence
from .operations import Operation
from .response_headers import HeaderChecker, find_headers
from .thorough_check import find_rules, in_force

__tracebackhide__ = hides_usage_errors


_MOST_KEPT = 64
"""How many content types are kept: those with a boundary are new each time."""


class Checker:
    """Checks the answers of an operation with one status.

    Args:
        contract: the contract.
        operation: the operation, ``None`` if no route answered.
        status_code: the HTTP status.
        name: the operation's name in messages.
        error_schema: the location of the schema of errors whose status or body is not documented.
        rules_of: finds the rules that the contract states only in its prose.

    Raises:
        ContractError: for a contract that is not understood.
    """

    def __init__(
        self,
        contract: Contract,
        operation: Operation | None,
        status_code: int,
        *,
        name: str = "",
        error_schema: str | None = None,
        rules_of: RulesOf = lambda location: ({}, ()),
    ) -> None:
        self.name: str = name or str(operation)
        self._contract = contract
        self._status_code = status_code
        self._rules_of = rules_of
        self._response: str | None = None
        self._documented: list[str] = []
        self._schemas: Mapping[str, str | None] = {}
        self._headers: list[HeaderChecker] = []
        if operation is not None:
            self._response = contract.response(*operation, status_code)
            self._documented = list(contract.statuses(*operation))
        if self._response is not None:
            self._schemas = {
                kind: f"{at}/schema" if "schema" in contract.mapping(at) else None
                for kind, at in contract.content(self._response).items()
            }
            self._headers = [*find_headers(contract, self._response, status_code)]
        if not self._schemas and error_schema is not None and status_code >= FIRST_ERROR:
            self._schemas = {"application/json": error_schema}
        self._place = self._response or next(iter(self._schemas.values()), None) or "/paths"
        self._found: dict[str | None, BodyChecker | Violation | None] = {}
        # Unused parts need not be understood.
        self._body_checkers: dict[tuple[str, str], BodyChecker] = {}

    def check(
        self, response: ClientResponse, contract_form: ContractForm, strictness: Strictness
    ) -> list[Violation]:
        """All violations of a response."""
        if self._response is None and not self._schemas:
            return [self._undocumented_status()]
        wrong = self._wrong_headers(response) if self._headers else []
        if response.is_head:
            return wrong
        checker: BodyChecker | Violation | None = None
        if self._schemas:
            headers = response.headers
            checker = self.body_checker(None if headers is None else headers.get("Content-Type"))
            if isinstance(checker, Violation) and not response.body:
                checker = self.body_checker()  # an empty body has no content type
        elif response.body:
            checker = self._surplus(response.body)
        if isinstance(checker, BodyChecker):
            found = checker.check(response, contract_form, strictness)
        else:
            found = [] if checker is None else [checker]
        return wrong + found if wrong else found

    def _wrong_headers(self, response: ClientResponse) -> list[Violation]:
        if response.headers is None:
            return []
        headers = {name.lower(): value for name, value in response.headers.items()}
        return [found for each in self._headers for found in each.violations(headers)]

    def body_checker(self, content_type: str | None = None) -> BodyChecker | Violation | None:
        """The checker of bodies with this content type, or what is wrong with it.

        Args:
            content_type: the header; ``None`` without one.

        Returns:
            ``None`` if the contract says nothing about these bodies.
        """
        if content_type not in self._found:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[content_type] = self._find_body_checker(content_type)
        return self._found[content_type]

    def _find_body_checker(self, content_type: str | None) -> BodyChecker | Violation | None:
        if content_type is None:
            content_type = kind = default_of(self._schemas)
        else:
            found = documented_as(content_type, self._schemas)
            if found is None:
                return self._violation(
                    f"must have the content type {listed(self._schemas)}",
                    "schema.content-type",
                    content_type,
                )
            kind = found
        location = self._schemas[kind]
        if location is None:
            return None
        key = location, essence(content_type)
        if key not in self._body_checkers:
            self._body_checkers[key] = BodyChecker(
                self._contract, *key, self._status_code, self._rules_of
            )
        return self._body_checkers[key]

    def _undocumented_status(self) -> Violation:
        known = f"; the contract has {listed(self._documented)}" if self._documented else ""
        return self._violation(
            f"is not documented for {self.name}{known}", "schema.status", self._status_code
        )

    def _surplus(self, body: object) -> Violation:
        return self._violation("must be empty: no body is documented", "schema.content", body)

    def _violation(self, message: str, rule: str, value: object) -> Violation:
        return Violation("$", message, rule, self._contract.place(self._place), value)


@lru_cache(maxsize=512)
def find_checker(
    api: Api,
    route: Route | None,
    status_code: int,
    allowed: frozenset[str],
    edition: str | None = None,
) -> Checker:
    """The checker for an API's answers with this status.

    Args:
        api: the API that answered.
        route: the route that answered, ``None`` if none did.
        status_code: the HTTP status.
        allowed: the readings that switch off their rules.
        edition: the edition of the API.

    Raises:
        InvalidArgument: for an API without a contract, or with a rule about a schema that its
            contract does not have.
        ContractError: for a contract that cannot be read or understood.
    """
    checking = api.checking
    if checking.contract is None:
        raise InvalidArgument(
            f"{api.name} has no contract to check responses against. Give its Api "
            "checking=Checking(contract='path/to/openapi.yaml').",
            value=api,
        )
    contract = load_contract(checking.contract, checking.directory)
    of_edition = None
    if edition is not None and edition in checking.editions:
        of_edition = load_contract(checking.editions[edition], checking.directory)
        if route is None or _documents(of_edition, route):
            contract = of_edition
    about_schemas = find_rules(api, contract, allowed, has_all=contract is not of_edition)
    return Checker(
        contract,
        None if route is None else Operation(route.method, route.paths[0]),
        status_code,
        name=f"{api.name} {route.name}" if route else api.name,
        error_schema=checking.error_schema and f"/components/schemas/{checking.error_schema}",
        rules_of=lambda location: (
            about_schemas,
            in_force(answer_rules(api, contract, route, status_code, location), allowed),
        ),
    )


def _documents(contract: Contract, route: Route) -> bool:
    items = contract.mapping("/paths")
    return route.method.lower() in items.get(route.paths[0], ())


@lru_cache(maxsize=512)
def find_document_checker(contract: Contract, operation: Operation, status_code: int) -> Checker:
    """The checker for the answers of an operation of a document."""
    return Checker(contract, operation, status_code)
