"""The stub of an API: it starts operations, answers requests and records them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ..durations import Seconds
from ..errors import (
    InvalidArgument,
    MockClosed,
    checked_count,
    counted,
    hides_usage_errors,
    unknown_choice,
)
from ..lifecycle.lifecycle import Lifecycle
from ..virtual_time.clock import VirtualClock
from .api import Api
from .calls import Call, Calls
from .exchange import Exchange, json_response
from .hang_guards import Guards
from .messages import ErrorResponse, Request, Response
from .operations import Operation, OperationStore, SavedOperation
from .rate_limit import RateLimit
from .routing import Router
from .starting import admit, new_operations

__tracebackhide__ = hides_usage_errors

_DEFAULT = Lifecycle.succeeds(running=10)


_UNMATCHED_KEPT = 20


class Stub:
    """One API, served to the code under test.

    Attributes:
        api: the API.
        base_url: the URL at which requests find it.
        calls: the requests and their answers.
        unmatched: the first few requests that no route took.
    """

    def __init__(
        self,
        api: Api,
        clock: VirtualClock,
        *,
        base_url: str | None = None,
        readings: Mapping[str, Any] | None = None,
        journal: Calls | None = None,
        guards: Guards | None = None,
    ) -> None:
        self.api = api
        self.base_url = (base_url or api.base_url).rstrip("/")
        self.readings = {setting.name: setting.default for setting in api.readings}
        self.readings.update(readings or {})
        self.unmatched: list[Request] = []
        self.closed = False
        self._clock = clock
        self._journal = journal
        self._guards = guards
        self._rate_limit: RateLimit | None = None
        self._store = OperationStore(
            clock,
            hidden=api.serving.hidden(self.readings),
            retention=api.serving.retention(self.readings),
            admit=partial(admit, api),
            check_open=self._check_open,
        )
        self.calls = self._store.calls
        self._router = Router(api.routes, api.serving.paths)
        self._render = api.render(self.readings)
        self._refused: dict[str, ErrorResponse] = {}
        self._parents: set[str] = set()

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation that was started, by id."""
        return self._store.by_id

    @property
    def will_change(self) -> bool:
        """Whether an operation is going to change, with time or by being polled."""
        return self._store.will_change()

    def start(self, *, lifecycle: Lifecycle = _DEFAULT, **fields: object) -> Operation:
        """Start an operation now, as if a client had asked the service to.

        Args:
            lifecycle: what becomes of the operation; unless given, it runs for 10 seconds and
                succeeds.
            **fields: ``id``, and the fields in `Api.fields`.

        Raises:
            InvalidArgument: for an unknown field, a value that it cannot have, an id that is
                taken, or a lifecycle that the API cannot show.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.pinecone.start(assistant_name="docs", operation_type="delete_file").state
        State.RUNNING
        """
        return self.start_many(1, lifecycle=lifecycle, **fields)[0]

    def start_many(
        self,
        count: int,
        *,
        lifecycle: Lifecycle | Callable[[int], Lifecycle] = _DEFAULT,
        **fields: object,
    ) -> list[Operation]:
        """Start several operations now: all of them, or none if one cannot be.

        Args:
            count: how many.
            lifecycle: as for `start`, or a function from an operation's index to its lifecycle.
            **fields: as for `start`, each a value, or a function from the index to the value.

        Raises:
            InvalidArgument: as for `start`, or if the count is not a whole number.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     [operation.id for operation in mock.chainloop.start_many(2, id="eval-{}".format)]
        ['eval-0', 'eval-1']
        """
        self._check_open()
        checked_count(count, "count")
        with self._clock.lock:
            store = self._store
            born = list(
                new_operations(
                    self.api,
                    count,
                    lifecycle=lifecycle,
                    given=fields,
                    number=len(store),
                    taken=store.by_id,
                )
            )
            started = store.add(born)
            if self.api.serving.parent is not None:
                self._parents.update(str(new.fields[self.api.serving.parent]) for new in born)
        return started

    def add_parent(self, name: str) -> None:
        """Make the name of something known that operations belong to; `start` does this too."""
        self._check_open()
        if not isinstance(name, str) or not name:
            raise InvalidArgument(
                f"a name must be a string that is not empty, not {name!r}", value=name
            )
        self._parents.add(name)

    def refuse(self, credential: str, reason: str = "forbidden") -> None:
        """Refuse the requests with this token or key from now on.

        Args:
            credential: the token or key itself, without a scheme before it.
            reason: the reason; `Serving.refusals` has the choices.

        Raises:
            InvalidArgument: for another reason.
            MockClosed: after the test or the ``with`` block.
        """
        self._check_open()
        refusal = self.api.serving.refusals.get(reason)
        if refusal is None:
            raise unknown_choice("reason for a refusal", reason, self.api.serving.refusals)
        self._refused[credential] = refusal

    def limit_rate(self, polls: int, per: Seconds, *, retry_after: str = "seconds") -> None:
        """Limit how many requests the service takes; it answers more of them with its own 429.

        Args:
            polls: how many requests it takes.
            per: in any stretch of so many seconds, or of this ``timedelta``.
            retry_after: how the ``Retry-After`` of a refusal is written, ``"seconds"`` or
                ``"date"``.

        Raises:
            InvalidArgument: for a number below 1, a stretch of no length, or an API that does not
                say how it answers.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.chainloop.limit_rate(2, per=10)
        """
        self._check_open()
        if self.api.serving.throttled is None:
            raise InvalidArgument(
                f"{self.api.name} does not say how it refuses too many requests. Give its Api "
                "serving=Serving(throttled=ErrorResponse(429, ...)).",
                value=polls,
            )
        self._rate_limit = RateLimit(polls, per, retry_after)

    def handle(self, request: Request) -> Response:
        """Answer a request, and record it.

        Raises:
            PollerHangs: if the test has passed one of its limits.
        """
        with self._clock.lock:
            found = self._router.find(self.api.serving.method(request), request.path)
            exchange: Exchange | None = None
            try:
                if found is None:
                    if len(self.unmatched) < _UNMATCHED_KEPT:
                        self.unmatched.append(request)
                    raise self.api.unmatched(request, self._router.at(request.path))
                self._spend()
                exchange = Exchange(
                    request,
                    params=found[1],
                    readings=self.readings,
                    store=self._store,
                    render=self._render,
                    authenticate=self._authenticate,
                    parents=self._parents,
                )
                response = found[0].endpoint(exchange)
            except ErrorResponse as refusal:
                response = json_response(
                    refusal.status_code, self.api.envelope(refusal), refusal.headers
                )
            if request.method == "HEAD":
                response.content = b""  # RFC 9110, 9.3.2
            response.api = self.api
            operation_id = None
            if found is not None:
                route, params = found
                response.route = route.name
                operation_id = None if route.id_parameter is None else params[route.id_parameter]
            self._record(request, response, exchange, operation_id)
            return response

    def _spend(self) -> None:
        if self._rate_limit is not None and self.api.serving.throttled is not None:
            retry_after = self._rate_limit.take(self._clock.now_ns)
            if retry_after is not None:
                refusal = self.api.serving.throttled
                raise ErrorResponse(
                    refusal.status_code,
                    refusal.code,
                    refusal.message,
                    {**refusal.headers, "Retry-After": retry_after},
                )

    def _record(
        self,
        request: Request,
        response: Response,
        exchange: Exchange | None,
        operation_id: str | None,
    ) -> None:
        call = Call(
            request,
            response,
            self._clock.now_ns,
            () if exchange is None else tuple([operation.id for operation in exchange.shown]),
            states=() if exchange is None else tuple(exchange.states),
            operation_id=operation_id,
        )
        self.calls.add(call)
        if self._journal is not None:
            self._journal.add(call)
        if self._guards is not None:
            self._guards.called(call)

    def why_not(self, request: Request) -> list[str]:
        """For each route a line that says why it did not take this request."""
        return self._router.why_not(self.api.serving.method(request), request.path)

    def checkpoint(self) -> _SavedStub:
        """The present state, for `restore`."""
        return _SavedStub(
            self._store.checkpoint(),
            self.calls.checkpoint(),
            frozenset(self._parents),
            dict(self._refused),
            self._rate_limit,
            () if self._rate_limit is None else self._rate_limit.checkpoint(),
        )

    def restore(self, saved: _SavedStub) -> None:
        """Go back to a checkpoint. Unmatched requests stay: the end of the test reports them."""
        self._store.restore(saved.operations)
        self.calls.restore(saved.calls)
        self._parents = set(saved.parents)
        self._refused = dict(saved.refused)
        self._rate_limit = saved.rate_limit
        if self._rate_limit is not None:
            self._rate_limit.restore(saved.spent)

    def _check_open(self) -> None:
        if self.closed:
            raise MockClosed(
                f"this mock of {self.api.name} is closed: its test or its with block is over. "
                "Use it inside."
            )

    def _authenticate(self, request: Request) -> None:
        refusal = self._refused.get(self.api.credential(request))
        if refusal is not None:
            raise refusal

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {self.api.name} at {self.base_url}, "
            f"{counted(len(self._store), 'operation')}, {counted(self.calls.total, 'call')}>"
        )


class _SavedStub(NamedTuple):
    """The part of a stub that changes."""

    operations: list[SavedOperation]
    calls: tuple[tuple[Call, ...], int]
    parents: frozenset[str]
    refused: Mapping[str, ErrorResponse]
    rate_limit: RateLimit | None
    spent: tuple[int, ...]
