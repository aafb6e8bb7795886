"""An API as a value: routes, statuses, envelopes.

No module below this one knows an API by name. A test can make an API of its own in fifty lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, ClassVar

from ..errors import InvalidArgument, hides_usage_errors, unknown_choice
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, State
from ..rules.generation_hints import GenerationHints
from ..rules.rules import HistorySchema, Rule
from ..settings import Setting
from .exchange import Render
from .messages import ErrorResponse, Request
from .routing import Paths, Route

__tracebackhide__ = hides_usage_errors


@dataclass(frozen=True)
class Field:
    """A field of operations, which `Stub.start` accepts besides ``id`` and ``lifecycle``.

    Attributes:
        kind: the type of its values.
        default: the value if a test gives none, or a function of the operation's number (from 1)
            that returns it; ``None`` leaves the field out.
        choices: the values that it can have, empty for any.
        required: whether every operation has it; a test must give it if there is no default.

    >>> Field(choices=("small", "large"), default="small").kind
    <class 'str'>
    """

    kind: type | tuple[type, ...] = str
    default: object = None
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Serving:
    """How an API's server behaves beyond its routes.

    Attributes:
        refusals: the answers to requests with a refused credential, by the reason that tests give.
        error_code: returns the API's own code for an HTTP status, for `faults`; by default the
            status itself.
        throttled: the answer to a request beyond the rate that `Stub.limit_rate` allows.
        hidden: returns for these readings the states in which an operation cannot be found.
        retention: returns for these readings how long after its end an operation is purged;
            ``None`` for never.
        admit: raises `InvalidArgument` for fields or a lifecycle that contradict each other.
        parent: the field that names what operations belong to, if requests for an unknown name are
            refused.
        paths: how the server reads a URL's path.
        method: the method that a request counts as; some servers take one method for another.
        real_hosts: the hosts of the real service besides that of its base URL; ``*.example.com``
            for all below ``example.com``. A mock keeps requests from reaching them.
        edition: returns the name of the edition of the API that a request asks for, if there are
            several; `Checking.editions` has their contracts.
        facts: the names besides those of fields by which plans may match an operation: what
            endpoints know of it when they start it, such as the name of a file.
        forget: lets client libraries of the API forget what they remember for the whole process,
            such as how often they may try again; called when a mock opens, starts over and closes.
        stub_class: the class of the API's stubs, if they have methods of their own.
        hosts: the base URLs of the API's other hosts, by names that you choose; `Route.host` says
            to which of them a route belongs.
        main_host: the name of the host of `Api.base_url`.
    """

    refusals: Mapping[str, ErrorResponse] = field(default_factory=dict)
    error_code: Callable[[int], int | str] = lambda status_code: status_code
    throttled: ErrorResponse | None = None
    hidden: Callable[[Mapping[str, Any]], frozenset[AnyState]] = lambda readings: frozenset()
    retention: Callable[[Mapping[str, Any]], Any] = lambda readings: None
    admit: Callable[[Mapping[str, object], Lifecycle], None] = lambda fields, lifecycle: None
    parent: str | None = None
    paths: Paths = field(default_factory=Paths)
    method: Callable[[Request], str] = attrgetter("method")
    real_hosts: tuple[str, ...] = ()
    edition: Callable[[Request], str | None] = lambda request: None
    facts: tuple[str, ...] = ()
    forget: Callable[[], object] = lambda: None
    stub_class: type | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    main_host: str = "main"


@dataclass(frozen=True, kw_only=True, eq=False)
class Checking:
    """What an API's answers are checked against.

    Attributes:
        contract: the OpenAPI document: its name in the package's ``schemas``, or the path of a
            file. A relative path starts at the directory that is current when this is made.
        editions: the documents of further editions of the API, by the names that `Serving.edition`
            returns. What an edition does not document is checked against ``contract``.
        error_schema: the named schema of errors whose status or body is not documented.
        rules: the rules that the contract states only in its prose.
        history: where an answer has its operations, and which of their members may change.
        profiles: for each profile, a function that turns a body into the form of the contract.
        directory: where a relative path of the contract starts.
    """

    contract: str | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    error_schema: str | None = None
    rules: tuple[Rule, ...] = ()
    history: HistorySchema | None = None
    profiles: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=lambda: {"contract": lambda body: body}
    )
    directory: ClassVar[str] = ""  # an instance has one too, but it is not an argument

    def __post_init__(self) -> None:
        if self.contract is not None and os.path.dirname(self.contract):
            object.__setattr__(self, "directory", os.getcwd())


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Api:
    """An API with asynchronous operations.

    Attributes:
        name: the name that tests use; also the attribute of `AsyncOpsMock`.
        base_url: the address of the real service, unless a test says otherwise.
        routes: the routes that are served.
        new_id: the id of the n-th operation, from 1.
        statuses: what the API calls each state that it can show, states of its own included.
        render: a function of the readings that returns a function of an operation and its snapshot,
            which returns the JSON values that the API shows.
        credential: a function that returns the credential of a request, or raises `ErrorResponse`
            if it has none.
        envelope: a function that returns the JSON values that the API shows for an error.
        unmatched: a function of a request that matches no route, and of the routes of its path,
            that returns the answer.
        fields: the fields that `Stub.start` accepts.
        readings: the settings that say how the contract is read where it is silent.
        serving: how else the server behaves.
        checking: what answers are checked against.
        generation: what the strategies need to know besides contract and rules.
    """

    name: str
    base_url: str
    routes: tuple[Route, ...]
    new_id: Callable[[int], str]
    statuses: Mapping[AnyState, str]
    render: Callable[[Mapping[str, Any]], Render]
    credential: Callable[[Request], str]
    envelope: Callable[[ErrorResponse], Mapping[str, Any]]
    unmatched: Callable[[Request, tuple[Route, ...]], ErrorResponse]
    fields: Mapping[str, Field] = field(default_factory=dict)
    readings: tuple[Setting, ...] = ()
    serving: Serving = field(default_factory=Serving)
    checking: Checking = field(default_factory=Checking)
    generation: GenerationHints = field(default_factory=GenerationHints)

    @property
    def states(self) -> tuple[AnyState, ...]:
        """The states that its operations can have: those of `State`, and then its own."""
        return tuple(dict.fromkeys([*State, *self.statuses]))

    def __repr__(self) -> str:
        return f"<Api {self.name}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython and Hypothesis, which print the fields of a dataclass unless told not to."""
        printer.text(repr(self))


def find_base_urls(api: Api, given: str | Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The base URL of each of an API's hosts, by its name; that of `Api.base_url` comes first.

    Args:
        api: the API.
        given: one URL for all hosts, or one for each by its name, instead of those of the real
            service.

    Raises:
        InvalidArgument: for a host that the API does not have, here or of a route.
    """
    real = {api.serving.main_host: api.base_url, **api.serving.hosts}
    if isinstance(given, str):
        given = dict.fromkeys(real, given)
    routed = (route.host for route in api.routes if route.host is not None)
    for name in (*(given or ()), *routed):
        if name not in real:
            raise unknown_choice(f"host of {api.name}", name, real)
    return {name: url.rstrip("/") for name, url in {**real, **(given or {})}.items()}


FIRST_ERROR = 400
"""The lowest HTTP status of an error (RFC 9110, 15)."""


def find_route(api: Api, name: str) -> Route:
    """The API's route of this name.

    Raises:
        InvalidArgument: if it has none.
    """
    for route in api.routes:
        if route.name == name:
            return route
    raise unknown_choice(f"route of {api.name}", name, [route.name for route in api.routes])


def find_history_schema(api: Api) -> HistorySchema:
    """The API's history schema.

    Raises:
        InvalidArgument: if it has none.
    """
    if api.checking.history is None:
        raise InvalidArgument(
            f"{api.name} does not say how its operations change. Give its Api "
            "checking=Checking(history=HistorySchema(...)).",
            value=api,
        )
    return api.checking.history


def find_profile(api: Api, name: object) -> Callable[[Any], Any]:
    """The function that turns a body in this profile into the form of the contract.

    Raises:
        InvalidArgument: if the API has no such profile.
    """
    for profile, contract_form in api.checking.profiles.items():
        if profile == name:
            return contract_form
    raise unknown_choice(f"profile of {api.name}", name, api.checking.profiles)
