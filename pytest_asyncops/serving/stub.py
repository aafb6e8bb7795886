"""The stub of an API, as a test uses it: it starts operations, and says how the server behaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from ..arguments import explained
from ..durations import Late, Seconds, checked_late
from ..errors import (
    InvalidArgument,
    UnknownAttribute,
    checked_count,
    counted,
    hides_usage_errors,
    unknown_choice,
)
from ..lifecycle.lifecycle import Lifecycle
from .addresses import check_address
from .api import Api
from .calls import Calls
from .credentials import checked_credential
from .injections import Fault, Injection, checked_injection
from .messages import Request
from .operation import Operation
from .planned_starts import checked_plan
from .plans import DEFAULT, Facts, Plan, Planned
from .rate_limit import checked_rate_limit
from .server import Server
from .starting import planned

__tracebackhide__ = hides_usage_errors

_SETTLED = {
    "api": "Say which APIs are live before the mock opens, with the setting apis=[...].",
    "base_url": "Say it before the mock opens, with the setting base_urls={'api': 'http://...'}.",
    "base_urls": "Say it before the mock opens, with the setting base_urls={'api': {...}}.",
    "readings": "They are settings, such as chainloop_order='oldest', given before the mock opens.",
    "calls": "They are what has been requested; mock.reset() starts over.",
    "operations": "They are what has been started; start one with start().",
}
"""The attributes that a test may try to set, and what to do instead."""


class Stub:
    """One API, served to the code under test.

    Attributes:
        api: the API.
        base_url: the URL at which requests find it.
        base_urls: the base URLs of all its hosts, by name.
        readings: how the API's contract is read where it is silent.
        calls: the requests and their answers.
    """

    def __init__(self, server: Server) -> None:
        self.api: Final[Api] = server.api
        self.base_url: Final[str] = server.base_url
        self.base_urls: Final[Mapping[str, str]] = server.base_urls
        self.readings: Final[Mapping[str, Any]] = server.readings
        self.calls: Final[Calls] = server.calls
        self._server = server

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation that was started, by id."""
        return MappingProxyType(self._server.store)

    @explained("lifecycle")
    def start(self, *, lifecycle: Lifecycle = DEFAULT, **fields: object) -> Operation:
        """Start an operation now, as if a client had asked the service to.

        Args:
            lifecycle: how the operation goes; unless given, it runs for 10 seconds and
                succeeds.
            **fields: ``id``, and the fields in `Api.fields`.

        Raises:
            InvalidArgument: for an unknown field, a value that it cannot have, an id that is
                already used, or a lifecycle that the API cannot show.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.pinecone.start(assistant_name="docs", operation_type="delete_file").state
        State.RUNNING
        """
        return self._started(1, lifecycle, fields)[0]

    @explained("lifecycle")
    def start_many(
        self,
        count: int,
        *,
        lifecycle: Lifecycle | Callable[[int], Lifecycle] = DEFAULT,
        **fields: object,
    ) -> list[Operation]:
        """Start several operations now: all of them, or none if one cannot be started.

        Args:
            count: how many.
            lifecycle: as for `start`, or a function of an operation's index that returns its
                lifecycle.
            **fields: as for `start`, each a value, or a function from the index to the value.

        Raises:
            InvalidArgument: as for `start`, or if the count is not a whole number.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     [operation.id for operation in mock.chainloop.start_many(2, id="eval-{}".format)]
        ['eval-0', 'eval-1']
        """
        return self._started(count, lifecycle, fields)

    def _started(
        self,
        count: int,
        lifecycle: Lifecycle | Callable[[int], Lifecycle],
        fields: Mapping[str, object],
    ) -> list[Operation]:
        self._server.check_lasting()
        checked_count(count, "count")
        return self._server.start(count, planned(lifecycle), fields)

    @explained("lifecycle")
    def plan(
        self,
        lifecycle: Planned,
        *,
        when: Callable[[Facts], object] | None = None,
        **match: object,
    ) -> Plan:
        """Plan the lifecycles of operations that requests start from now on.

        If several plans match an operation, the newest counts. Operations that no plan matches run
        for 10 seconds and succeed.

        Args:
            lifecycle: how such an operation goes; or a function that makes a `Lifecycle`
                from what is known of the operation.
            when: a function of what is known of the operation, which says whether the plan is for
                it; by default ``match`` alone decides.
            **match: values that the operation must have, for the fields in `Api.fields` and the
                names in `Serving.facts`.

        Returns:
            The plan; its ``operations`` are those that it was used for.

        Raises:
            InvalidArgument: for an unknown name, and for anything but a lifecycle that the API can
                show.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     plan = mock.pinecone.plan(Lifecycle.hangs(), operation_type="upload_file")
        >>> plan.operations
        ()
        """
        self._server.check_lasting()
        plan = checked_plan(self.api, lifecycle, when, match)
        with self._server.clock.lock:
            self._server.planned.add(plan)
        return plan

    @explained()
    def add_parent(self, name: str) -> None:
        """Add something that operations belong to, such as a Pinecone assistant, by its name.

        `start` adds what its operation belongs to, so this is for a parent without operations. In
        an API of your own `Serving.parent` says which field has the name, and the endpoints find
        the known names in `Exchange.parents`.

        Raises:
            InvalidArgument: for a name that is not a string, or empty.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.pinecone.add_parent("docs")
        """
        self._server.check_lasting()
        if not isinstance(name, str) or not name:
            raise InvalidArgument(
                f"a name must be a string that is not empty, not {name!r}", value=name
            )
        if self.api.serving.parent is not None:
            check_address(self.api, {self.api.serving.parent: name})
        with self._server.clock.lock:  # an endpoint may be looking through them
            self._server.parents.add(name)

    @explained()
    def refuse(self, credential: str, reason: str = "forbidden") -> None:
        """Refuse the requests with this token or key from now on.

        Args:
            credential: the token or key itself, without a scheme before it.
            reason: the reason; `Serving.refusals` has the choices.

        Raises:
            InvalidArgument: for an unknown reason, or a credential that no request can have.
            MockClosed: after the test or the ``with`` block.
        """
        self._server.check_lasting()
        refusals = self.api.serving.refusals
        if not isinstance(reason, str) or reason not in refusals:
            raise unknown_choice("reason for a refusal", reason, refusals)
        self._server.refused[checked_credential(self.api, credential)] = refusals[reason]

    @explained()
    def limit_rate(
        self, polls: int, per: Seconds, *, retry_after: Literal["seconds", "date"] = "seconds"
    ) -> None:
        """Limit how many requests the service accepts; it answers the others with its own 429.

        Args:
            polls: how many requests it accepts.
            per: the length of the period for which this is the limit, in seconds or as a
                ``timedelta``; the limit holds in every such period.
            retry_after: how the ``Retry-After`` of a refusal is written, ``"seconds"`` or
                ``"date"``.

        Raises:
            InvalidArgument: for a number below 1, an empty period, or an API without a 429.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.chainloop.limit_rate(2, per=10)
        """
        self._server.check_lasting()
        self._server.rate_limit = checked_rate_limit(self.api, polls, per, retry_after)

    @explained("fault")
    def inject(
        self,
        fault: Fault,
        *,
        times: int | None = 1,
        route: str | None = None,
        when: Callable[[Request], object] | None = None,
    ) -> Injection:
        """Answer requests with a fault from now on, instead of their usual answer.

        These requests are recorded, and count as refused polls. If several faults fit a request,
        it gets the one that was injected first.

        Args:
            fault: the fault; `faults` makes them.
            times: how many requests get it, ``None`` for all.
            route: the name of the route whose requests get it; by default those of any route.
            when: a function of the `Request` that says whether the fault is for it.

        Returns:
            The injection; its ``count`` is the number of requests that got the fault.

        Raises:
            InvalidArgument: for anything but a fault, a number below 1, or an unknown route.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import faults, mocked
        >>> with mocked() as mock:
        ...     injection = mock.chainloop.inject(faults.status(503), times=2, route="get")
        >>> injection.count
        0
        """
        self._server.check_lasting()
        injection = checked_injection(self.api, fault, times, route, when)
        with self._server.clock.lock:
            self._server.injections = [*self._server.injections, injection]
        return injection

    @explained()
    def answer_late(self, late: Late[Request]) -> None:
        """Delay the answers of the service from now on; 0 takes that back.

        A request is seen, answered and recorded when it comes, but the client gets the answer
        later. A client whose timeout is not longer than the delay gives up after its timeout, with
        its own error.

        Args:
            late: seconds or a ``timedelta``, or a function of the `Request` that returns one of
                these.

        Raises:
            InvalidArgument: for anything else.
            MockClosed: after the test or the ``with`` block.

        >>> from pytest_asyncops import mocked
        >>> with mocked() as mock:
        ...     mock.pinecone.answer_late(lambda request: 45 if request.method == "POST" else 0)
        """
        self._server.check_lasting()
        self._server.late = checked_late(late)

    if not TYPE_CHECKING:  # a type checker knows by itself what can be set

        def __setattr__(self, name: str, value: object) -> None:
            if name in _SETTLED and hasattr(self, name):
                raise UnknownAttribute(
                    f"{name} of a stub cannot be set to {value!r}. {_SETTLED[name]}", value=value
                )
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {self.api.name} at {self.base_url}, "
            f"{counted(len(self._server.store), 'operation')}, {counted(self.calls.total, 'call')}>"
        )
