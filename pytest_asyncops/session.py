"""One opening of a mock: APIs, clock and transport put together, and taken apart again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from .configure import ResolvedSettings
from .contract_in_force import in_force
from .durations import SECOND, to_ns
from .errors import InvalidArgument
from .extras import needing
from .forked_requests import ForkedRequests
from .kept_hosts import kept_hosts
from .network.guard import GuardedMock, guard
from .serving import unused_plans
from .serving.api import Api
from .serving.base_urls import BaseUrls
from .serving.calls import Calls, Kept
from .serving.checkpoint import Changing, Checkpoint
from .serving.hang_guards import Guards
from .serving.idle_polls import IdlePolls
from .serving.live_readings import live
from .serving.record import Record
from .serving.server import Server
from .serving.stub import Stub
from .serving.unmatched import Unmatched, failure
from .settings import SERVED
from .timeline.gathering import timeline
from .timeline.timeline import Timeline
from .transports.chosen import ChosenTransports
from .virtual_time.clock import VirtualClock
from .virtual_time.server_clock import ServerClock

if TYPE_CHECKING:
    from .loopback.served import ServedApis

_LINES_OF_ERRORS = 16
"""How many lines of a timeline an error has."""


class Session:
    """A mock from its opening to its end.

    Args:
        settings: its settings.
        test: pytest's name of its test.
        port: where all APIs are served, each at a path of its own; by default each has a port.

    Attributes:
        served: the server on loopback, ``None`` if requests are answered in process.
        clock: the servers' clock.
        virtual_clock: the same, as the test uses it.
        calls: the requests to all stubs and their answers.
        record: what has happened besides the calls.
        guards: the limits of the test.
        stubs: the stubs by the name of their API.
        ca_file: the certificate for clients of the server to trust, ``None`` without TLS.
        beginning: the moment at which the mock was opened.
        is_of_pytest: whether a pytest test has opened it.
        timeline_when: when the report of the test shows the timeline.
    """

    def __init__(self, settings: ResolvedSettings, test: str = "", port: int | None = None) -> None:
        self._settings = settings
        self.timeline_when: str = settings.timeline
        # The fixture opens its mock before pytest tells other tools the name of the test.
        self.is_of_pytest: bool = bool(test) or "PYTEST_CURRENT_TEST" in os.environ
        self._has_failed = False
        self._test = test or _current_test()
        epoch = time.time_ns() if settings.epoch is None else settings.epoch
        self.clock: ServerClock = ServerClock(
            epoch, _ticking(settings.speed) if settings.clock == "real" else None
        )
        self.virtual_clock: VirtualClock = VirtualClock(self.clock)
        self._kept = Kept(settings.max_calls_kept, settings.max_bytes_kept)
        self.calls: Calls = Calls(self.clock, self._kept)
        self.record: Record = Record(self.clock, self.calls, self._kept.calls)
        self.clock.moved = self.record.moved
        self.guards: Guards = Guards(
            settings_of="@pytest.mark.asyncops" if test else "mocked",
            happened=self._happened,
            polls_at_once=settings.max_polls_at_once,
            polls_per_operation=settings.max_polls_per_operation,
            polls_unchanged=settings.max_polls_unchanged,
            virtual_time=to_ns(settings.max_virtual_time),
            real_wait=to_ns(settings.max_real_wait) / SECOND,
            change_is_coming=lambda: any(server.store.will_change() for server in self._servers),
            tally=lambda call, name: self._stores[call.response.api.name].tally(name),
        )
        self._forked_requests = ForkedRequests()
        self._idle_polls = IdlePolls(self.clock, lambda api: self._stores[api.name])
        self.ca_file: str | None = None
        self.served: ServedApis | None = None
        with ExitStack() as stack:
            base_urls = settings.base_urls
            if settings.transport == SERVED:
                self.served = self._listening(stack, port)
                base_urls = self.served.base_urls
            self._servers = [self._server(api, base_urls.get(api.name)) for api in settings.apis]
            self._stores = {server.api.name: server.store for server in self._servers}
            self.stubs: dict[str, Stub] = {
                server.api.name: (server.api.serving.stub_class or Stub)(server)
                for server in self._servers
            }
            self._start(stack)
            self._stack = stack.pop_all()
        self.beginning: Checkpoint = self.checkpoint()

    def _listening(self, stack: ExitStack, port: int | None) -> ServedApis:
        """The server, which listens, and answers once it is started."""
        with needing("server", "a server on loopback"):
            from .loopback.served import ServedApis
        context = None
        if self._settings.tls:
            from .loopback.certificates import Certificates

            with needing("server", "tls=True"):
                certificates = Certificates()
            stack.callback(certificates.remove)
            self.ca_file, context = certificates.ca_file, certificates.context()
        served = ServedApis(self._settings.apis, self.clock, self.guards, context, port)
        stack.callback(served.stop)
        return served

    def _server(self, api: Api, base_url: str | Mapping[str, str] | None) -> Server:
        return Server(
            api,
            self.clock,
            base_url=base_url,
            readings=self._settings.readings[api.name],
            tell=(
                self.calls._add,
                self._forked_requests.note,
                self.guards.called,
                *([self._idle_polls.called] if self._settings.skip_idle else ()),
            ),
            kept=self._kept,
            record=self.record,
        )

    def _start(self, stack: ExitStack) -> None:
        settings, guards = self._settings, self.guards
        stack.callback(self._forked_requests.close)
        for server in self._servers:
            server.api.serving.forget()
            stack.callback(server.api.serving.forget)
        base_urls, served = BaseUrls(self._servers), self.served
        transports: ChosenTransports | None = None
        if served is None:
            transports = ChosenTransports(settings.transport, base_urls)
        self._guarded = GuardedMock(
            self._test,
            kept_hosts(settings, self._servers),
            None if transports is None else transports.clients,
            (lambda host, port: None) if served is None else served.check_client,
        )
        guard.open(self._guarded)
        stack.callback(guard.close, self._guarded)
        stack.enter_context(live(self._servers))
        if settings.contract is not None:
            stack.enter_context(in_force(settings.contract))
        self._come_first = []
        if transports is not None:
            stack.callback(transports.stop)  # first, to undo what has begun if this fails
            transports.start()
            self._come_first.append(transports.come_first)
        if served is not None:
            served.start(base_urls, settings.speed)
        if settings.clock == "virtual":
            from .virtual_time.activation import VirtualTime

            patience = to_ns(settings.patience) / SECOND
            virtual_time = VirtualTime(self.clock, self._skipped, patience)
            virtual_time.start()
            stack.callback(virtual_time.stop)
            self._come_first.append(virtual_time.come_first)
            guards.read_wall = time.time_ns
            if served is None:
                guards.really_waited = virtual_time.polled
            else:  # it is the server's thread that sees the polls
                served.keep_virtual_time(virtual_time.joined_by)
                guards.stranger_waited = served.stranger_waited

    def come_first(self) -> None:
        """Answer before all other open mocks."""
        for come_first in self._come_first:
            come_first()

    def check_served(self) -> None:
        """Check that it is served on loopback.

        Raises:
            InvalidArgument: if it is not.
        """
        if self.served is None:
            raise InvalidArgument(
                "asyncops_server was requested after asyncops_mock had opened without a server. "
                "Name asyncops_server in the arguments of the test, or set transport='server'.",
                value=self._settings.transport,
            )

    def set_up_by(self, whom: str | None) -> None:
        """While this fixture is set up, refuse to start what would be gone in the next test."""
        for server in self._servers:
            server.set_up_by = whom

    def _skipped(self, length: int, total: int) -> None:
        self.record.waited(length)
        self.guards.skipped(total)

    def _happened(self) -> str:
        """What has happened, for an error that has no report of pytest around it."""
        is_shown = self.is_of_pytest and self.timeline_when != "never"
        return "" if is_shown else self.timeline.text(lines=_LINES_OF_ERRORS)

    @property
    def timeline(self) -> Timeline:
        """What has happened so far."""
        return timeline(self.calls, self.record, self._stores.values())

    def checkpoint(self) -> Checkpoint:
        """The present moment."""
        forget = [server.api.serving.forget for server in self._servers]
        return Checkpoint(self.clock, self._changing(), forget)

    def _changing(self) -> Iterator[Changing]:
        yield self.calls
        yield self.record
        yield self.guards
        yield self._idle_polls
        for server in self._servers:
            yield from server.changing()

    def stop(self) -> None:
        """Put everything back."""
        self.clock.close()
        for server in self._servers:
            server.is_closed = True
        self._stack.close()

    def check(self) -> None:
        """Fail the test because of what its code may have swallowed.

        Raises:
            PollerHangs: if a limit was passed, and the test has not failed because of that yet.
            Exception: of an endpoint, raised while the server on loopback answered.
            UnmatchedRequests: if requests matched no route, unless the settings allow it.
            NetworkBlocked: if a request was kept from the network.
            UnusedPlans: if plans were not used, the settings do not allow it, and the test has not
                failed anyway.
        """
        self.guards.check()
        if self.served is not None:
            self.served.check()
        unmatched = failure(self._unmatched())
        if unmatched is not None and self._settings.unmatched == "fail":
            raise unmatched
        self._guarded.check()
        if self._settings.unused_plans == "fail" and not self._has_failed:
            unused = unused_plans.failure(
                (
                    f"{server.api.name} at {server.base_url}",
                    server.planned.plans,
                    server.planned.started,
                )
                for server in self._servers
            )
            if unused is not None:
                raise unused

    def _unmatched(self) -> Iterator[Unmatched]:
        for server in self._servers:
            yield server.unmatched
        if self.served is not None:
            yield self.served.unmatched

    def note_failure(self, error: BaseException) -> None:
        """Note that the test has failed with this error, so that `check` does not report it."""
        self._has_failed = True
        self.guards.note_failure(error)
        self._guarded.note_failure(error)


def _ticking(speed: float) -> Callable[[], int]:
    began = time.monotonic_ns()
    return lambda: round((time.monotonic_ns() - began) * speed)


def _current_test() -> str:
    """The name of the present test, as other tools know it."""
    name, _, _ = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")
    return name or "the with block of a mock"
