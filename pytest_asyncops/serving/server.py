"""The server's side of a stub: it answers the requests to one API, and records them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from ..durations import SECOND, Late, late_ns
from ..errors import InvalidArgument, MockClosed, hides_usage_errors, listed
from ..lifecycle.lifecycle import Lifecycle
from ..virtual_time.server_clock import ServerClock
from .api import Api, find_base_urls
from .asked_for import AskedFor
from .calls import KEPT, Call, Calls, Kept
from .checkpoint import Changing
from .credential_reads import credential_reads
from .exchange import Exchange, json_response
from .injections import Fault, Injection
from .messages import ErrorResponse, Request, Response
from .operation import Operation
from .operations import OperationStore
from .planned_starts import PlannedStarts
from .rate_limit import RateLimit
from .record import Record
from .routing import Route, Router
from .secret_texts import Hiding
from .starting import admit, new_operations
from .unmatched import Unmatched

__tracebackhide__ = hides_usage_errors


_METHOD_NOT_ALLOWED = 405
"""An answer with this status must have the header Allow (RFC 9110, 15.5.6)."""


class Server:
    """One API, served to the code under test.

    Args:
        api: the API.
        clock: the server's clock.
        base_url: the URL at which requests find it, if not that of the real service: one for all
            its hosts, or one for each host by name.
        readings: the readings of the API's contract that are not the default.
        tell: functions that are called with each call; they may raise.
        kept: how many calls are kept.
        record: what happens besides the calls of all stubs.

    Attributes:
        base_urls: the URLs at which requests find it, by the names of its hosts.
        base_url: the one of its main host.
        calls: the requests and their answers.
        store: the operations.
        parents: the known names of what operations belong to.
        refused: the refused credentials, and the answer to each.
        rate_limit: how many requests it accepts, if there is a limit.
        late: how late its answers are, if they are.
        injections: the faults that the test has injected, the oldest first.
        planned: how operations that requests start go.
        unmatched: the requests that matched no route.
        is_closed: whether the test is over.
        set_up_by: a fixture of wider scope than the test that is being set up.
    """

    # Not requests without a route: the end of the test reports them.
    _changing = ("parents", "refused", "rate_limit", "late", "injections")

    def __init__(
        self,
        api: Api,
        clock: ServerClock,
        *,
        base_url: str | Mapping[str, str] | None = None,
        readings: Mapping[str, Any] | None = None,
        tell: Iterable[Callable[[Call], object]] = (),
        kept: Kept = KEPT,
        record: Record | None = None,
    ) -> None:
        self.api = api
        self.clock = clock
        self.base_urls: Mapping[str, str] = find_base_urls(api, base_url)
        self.base_url: str = self.base_urls[api.serving.main_host]
        self.readings: dict[str, Any] = {setting.name: setting.default for setting in api.readings}
        self.readings.update(readings or {})
        self.store: OperationStore = OperationStore(
            clock,
            states=api.states,
            hidden=api.serving.hidden(self.readings),
            retention=api.serving.retention(self.readings),
            admit=partial(admit, api),
            check_open=self.check_open,
            kept=kept,
            record=record,
            api=api.name,
        )
        self.calls: Calls = self.store.calls
        self.parents: set[str] = set()
        self.refused: dict[str, ErrorResponse] = {}
        self.rate_limit: RateLimit | None = None
        self.late: Late[Request] | None = None
        self.injections: list[Injection] = []
        self.planned: PlannedStarts = PlannedStarts(self.start)
        self.unmatched: Unmatched = Unmatched(
            f"{api.name} at {listed(dict.fromkeys(self.base_urls.values()))}", self.why_not
        )
        self.is_closed = False
        self.set_up_by: str | None = None
        self._router = Router(api.routes, api.serving.paths, api.serving.main_host)
        self._render = api.render(self.readings)
        self._reads = partial(credential_reads, api.credential)
        self._tell = (self.calls._add, self.store.count, *tell)
        self._asked_for = AskedFor(self.store)

    def handle(self, request: Request) -> Response:
        """Answer a request, and record it.

        Raises:
            PollerHangs: if the test has passed one of its limits.
        """
        api = self.api
        with self.clock.lock:
            # Nothing is printed yet, so the path is not looked at for secrets.
            route, params = self._router.find(
                api.serving.method(request), request._path, request.hosts
            )
            exchange = Exchange(
                request,
                params,
                self.readings,
                self.store,
                self._render,
                api.credential,
                self.refused,
                self.parents,
                self.planned.start,
                self.base_urls,
            )
            try:
                if route is None:
                    raise self._unmatched(request)
                fault = self._fault(request, route) if self.injections else None
                if fault is not None:
                    made = fault.answer(request, api)
                else:
                    if self.rate_limit is not None:
                        self._spend(self.rate_limit)
                    made = route.endpoint(exchange)
            except ErrorResponse as error:
                made = json_response(error.status_code, api.envelope(error), error.headers)
                error.__traceback__ = None  # the next request may raise the same one
            is_head = request.method == "HEAD"
            response = Response(
                made.status_code,
                b"" if is_head else made.content,  # RFC 9110, 9.3.2
                made.headers,
                api=api,
                route=None if route is None else route.name,
                profile=made.profile,
                edition=api.serving.edition(request),
                is_head=is_head,
                late=made.late,
            )
            request._reads = self._reads
            if route is None:
                asked_for: tuple[str, ...] = ()
            elif route.id_parameter is not None:
                asked_for = (params[route.id_parameter],)
            else:
                asked_for = self._asked_for.names(route, exchange, made)
            if self.late is not None or (asked_for and self.store.has_late):
                response.late = max(response.late, self._lateness(exchange, asked_for))
            call = Call(
                request,
                response,
                self.clock.now_ns,
                tuple([operation.id for operation in exchange.shown]),
                tuple(exchange.states),
                asked_for,
                exchange.lists,
            )
            for tell in self._tell:
                tell(call)
            return response

    def start(
        self,
        count: int,
        lifecycle: Callable[[int, Mapping[str, object]], Lifecycle],
        given: Mapping[str, object],
    ) -> list[Operation]:
        """Start operations now: all of them, or none if one cannot be.

        Args:
            count: how many.
            lifecycle: a function of an operation's index and fields that returns its lifecycle.
            given: for each field a value, or a function of the index that returns one.

        Raises:
            InvalidArgument: for a field or a lifecycle that the API cannot show.
        """
        with self.clock.lock:
            new = list(
                new_operations(
                    self.api,
                    count,
                    lifecycle=lifecycle,
                    given=given,
                    number=len(self.store),
                    taken=self.store,
                )
            )
            started = self.store.add(new)
            parent = self.api.serving.parent
            if parent is not None:
                self.parents.update(str(one.fields[parent]) for one in new)
        return started

    def _lateness(self, exchange: Exchange, asked_for: Container[str]) -> float:
        """How many seconds late an answer is, by the stub and the operations."""
        latest = 0 if self.late is None else late_ns(self.late, exchange.request)
        for operation in exchange.shown:
            late = operation.lifecycle.late
            if late is not None and operation.id in asked_for:
                latest = max(latest, late_ns(late, operation.polls))
        return latest / SECOND if latest else 0

    def why_not(self, request: Request) -> list[str]:
        """For each route a line that says why it did not match this request."""
        path = request.path
        path = path.shown if isinstance(path, Hiding) else path
        return self._router.why_not(self.api.serving.method(request), path, request.hosts)

    def check_open(self) -> None:
        """Raise `MockClosed` if the test is over."""
        if self.is_closed:
            raise MockClosed(
                f"this mock of {self.api.name} is closed: its test or its with block is over. "
                "Use it inside."
            )

    def check_lasting(self) -> None:
        """Check that what is started or set now lasts as long as it is used.

        Raises:
            MockClosed: if the test is over.
            InvalidArgument: if a fixture of wider scope does it: the next test has another mock.
        """
        self.check_open()
        if self.set_up_by is not None:
            raise InvalidArgument(
                f"{self.set_up_by} starts or sets something in asyncops_mock, which is new in each "
                "test, so the next test would not have it. Give the fixture function scope, or "
                "open a mock of its own in it: with pytest_asyncops.mocked() as mock: ... yield "
                "mock",
                value=self.set_up_by,
            )

    def changing(self) -> Iterator[Changing]:
        """What changes with time, requests and the test, for a checkpoint."""
        yield self
        yield self._asked_for
        yield self.planned
        yield from self.planned.plans
        yield from self.injections
        yield from self.store.changing()

    def _unmatched(self, request: Request) -> ErrorResponse:
        self.unmatched.note(request)
        routes = self._router.at(request.path, request.hosts)
        error = self.api.unmatched(request, routes)
        if error.status_code != _METHOD_NOT_ALLOWED or "allow" in map(str.lower, error.headers):
            return error
        return error.anew({"Allow": ", ".join(dict.fromkeys(route.method for route in routes))})

    def _fault(self, request: Request, route: Route) -> Fault | None:
        """The fault for a request: the oldest one that fits."""
        taking = (one for one in self.injections if one.takes(request, route.name))
        return next((one.fault for one in taking), None)

    def _spend(self, limit: RateLimit) -> None:
        """Accept the request within the allowed rate, or refuse it."""
        throttled = self.api.serving.throttled
        retry_after = limit.take(self.clock.now_ns)
        if retry_after is not None and throttled is not None:
            raise throttled.anew({"Retry-After": retry_after})
