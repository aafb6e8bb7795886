"""Puts APIs, clock and transport together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from .apis.pinecone import PineconeStub
from .configure import Settings, resolve_settings
from .durations import SECOND, to_ns
from .errors import MockClosed, NetworkBlocked, counted, hides_usage_errors, unknown_choice
from .forked_requests import ForkedRequests
from .serving.api import Api
from .serving.base_urls import BaseUrls
from .serving.calls import Call, Calls
from .serving.hang_guards import Guards
from .serving.messages import Request, UnmatchedRequests
from .serving.stub import Stub
from .virtual_time.clock import VirtualClock

__tracebackhide__ = hides_usage_errors


def _responses() -> Callable[..., Any]:
    from .transports.responses import ResponsesTransport

    return ResponsesTransport


_TRANSPORTS = {"responses": _responses}
"""The import of each transport, made when a mock first uses it."""


class Checkpoint(NamedTuple):
    """The state that each of Hypothesis' examples starts from."""

    elapsed: int
    calls: tuple[tuple[Call, ...], int]
    stubs: Mapping[str, Any]
    guards: Mapping[str, tuple[int, int]]


class AsyncOpsMock:
    """The stubbed APIs, as a test uses them.

    A test gets one from the fixture ``asyncops_mock``, other code from `mocked`. Between tests it
    is closed, and using it then is a `MockClosed` error.

    >>> with mocked() as mock:
    ...     operation = mock.chainloop.start()
    ...     mock.clock.advance(10)
    ...     operation.state
    State.SUCCEEDED
    """

    def __init__(self) -> None:
        self._live: _Session | None = None

    @property
    def chainloop(self) -> Stub:
        """The stub of Chainloop Platform."""
        return self._stub("chainloop")

    @property
    def pinecone(self) -> PineconeStub:
        """The stub of Pinecone Assistant."""
        return cast("PineconeStub", self._stub("pinecone"))

    @property
    def stubs(self) -> Mapping[str, Stub]:
        """All stubs by the name of their API, those of your own APIs included."""
        return MappingProxyType(self._session().stubs)

    @property
    def clock(self) -> VirtualClock:
        """The servers' clock."""
        return self._session().clock

    @property
    def calls(self) -> Calls:
        """The requests to all stubs and their answers, in order."""
        return self._session().calls

    def reset(self) -> None:
        """Start over: no operations, no calls, and the clock at its beginning."""
        session = self._session()
        session.restore(session.beginning)

    @property
    def is_open(self) -> bool:
        """Whether it is live."""
        return self._live is not None

    def open(self, settings: Settings) -> None:
        """Go live with these settings. `mocked` and the plugin call this."""
        self._live = _Session(settings)

    def close(self) -> None:
        """Put everything back.

        Raises:
            UnmatchedRequests: if requests came that no route took, unless the settings allow it.
            NetworkBlocked: if a request was kept from the network.
            PollerHangs: if a limit was passed, and the test has not failed because of that yet.
        """
        session, self._live = self._session(), None
        session.stop()
        session.check()

    def note_failure(self, error: BaseException) -> None:
        """Note that the test failed with this error, so that `close` does not report it again."""
        self._session().note_failure(error)

    def abandon(self) -> None:
        """Put everything back without reporting anything, because another error comes first."""
        session, self._live = self._live, None
        if session is not None:
            session.stop()

    def checkpoint(self) -> Checkpoint:
        """The present state, for `restore`."""
        return self._session().checkpoint()

    def restore(self, saved: Checkpoint) -> None:
        """Go back to a checkpoint. It keeps Hypothesis' examples from seeing each other."""
        self._session().restore(saved)

    def _session(self) -> _Session:
        if self._live is None:
            raise MockClosed(
                "asyncops_mock is not live here. Name it in the arguments of the test, or in "
                "@pytest.mark.usefixtures('asyncops_mock'), and use it while the test runs. "
                "Elsewhere: with pytest_asyncops.mocked() as mock."
            )
        return self._live

    def _stub(self, name: str) -> Stub:
        stubs = self._session().stubs
        if name not in stubs:
            raise unknown_choice("live API", name, stubs, "The setting apis= says which are live.")
        return stubs[name]

    def __repr__(self) -> str:
        if self._live is None:
            return "<AsyncOpsMock, closed>"
        # Every failing test prints this, so it is short: what is not used is left out.
        used = [stub for stub in self._live.stubs.values() if stub.operations or stub.calls]
        return f"<AsyncOpsMock {', '.join(map(repr, [*used, self._live.clock]))}>"


def mocked(**settings: object) -> AbstractContextManager[AsyncOpsMock]:
    """Stub the APIs for the length of a ``with`` block.

    Args:
        **settings: as in ``@pytest.mark.asyncops``; `settings` has the table of them.

    Raises:
        InvalidArgument: for an unknown setting, or a value that it cannot have.
        UnmatchedRequests: at the end, if requests came that no route took.
        NetworkBlocked: at the end, if a request was kept from the network.

    >>> import requests
    >>> with mocked(apis=["chainloop"]) as mock:
    ...     operation = mock.chainloop.start()
    ...     answer = requests.get(f"{mock.chainloop.base_url}/v1/operations/{operation.id}",
    ...                           headers={"Authorization": "Bearer token"})
    >>> answer.json()["operation"]["status"]
    'ASYNC_OPERATION_STATUS_RUNNING'
    """
    # Read here and not in the generator, whose errors would be shown inside of contextlib.
    return _opened(resolve_settings(settings))


@contextmanager
def _opened(settings: Settings) -> Iterator[AsyncOpsMock]:
    mock = AsyncOpsMock()
    mock.open(settings)
    try:
        yield mock
    except BaseException:
        mock.abandon()
        raise
    mock.close()


class _Session:
    """One opening of a mock, from start to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._blocked: list[str] = []
        epoch = time.time_ns() if settings.epoch is None else settings.epoch
        self.clock = VirtualClock(epoch, _ticking() if settings.clock == "real" else None)
        self.calls = Calls()
        self._guards = Guards(
            polls_at_once=settings.max_polls_at_once,
            polls_per_operation=settings.max_polls_per_operation,
            polls_unchanged=settings.max_polls_unchanged,
            virtual_time=to_ns(settings.max_virtual_time),
            real_wait=to_ns(settings.max_real_wait) / SECOND,
            change_is_coming=lambda: any(stub.will_change for stub in self.stubs.values()),
        )
        self.stubs = {api.name: self._stub(api) for api in settings.apis}
        base_urls = BaseUrls(self.stubs.values())
        with ExitStack() as stack:
            forked_requests = ForkedRequests()
            stack.callback(forked_requests.close)
            self._guards.forked_request = forked_requests.note
            transport = _TRANSPORTS[settings.transport]()(base_urls, self._refuse)
            transport.start()
            stack.callback(transport.stop)
            if settings.clock == "virtual":
                from .virtual_time.activation import VirtualTime

                virtual_time = VirtualTime(
                    self.clock,
                    self._guards.skipped,
                    patience=to_ns(settings.patience) / SECOND,
                )
                virtual_time.start()
                stack.callback(virtual_time.stop)
                self._guards.really_waited = virtual_time.polled
                self._guards.read_wall = time.time_ns
            self._stack = stack.pop_all()
        self.beginning = self.checkpoint()

    def _stub(self, api: Api) -> Stub:
        make: type[Stub] = api.serving.stub_class or Stub
        return make(
            api,
            self.clock,
            base_url=self._settings.base_urls.get(api.name),
            readings=self._settings.readings[api.name],
            journal=self.calls,
            guards=self._guards,
        )

    def stop(self) -> None:
        for stub in self.stubs.values():
            stub.closed = True
        self._stack.close()

    def checkpoint(self) -> Checkpoint:
        stubs = {name: stub.checkpoint() for name, stub in self.stubs.items()}
        return Checkpoint(
            self.clock.elapsed_ns, self.calls.checkpoint(), stubs, self._guards.checkpoint()
        )

    def restore(self, saved: Checkpoint) -> None:
        with self.clock.lock:
            self.clock.rewind(saved.elapsed)
            self.calls.restore(saved.calls)
            self._guards.restore(saved.guards)
            for name, stub in self.stubs.items():
                stub.restore(saved.stubs[name])

    def check(self) -> None:
        if self._guards.tripped is not None:
            raise self._guards.tripped
        unmatched = [(stub, request) for stub in self.stubs.values() for request in stub.unmatched]
        if unmatched and self._settings.unmatched == "fail":
            raise UnmatchedRequests(
                _report(unmatched), requests=[request for _, request in unmatched]
            )
        if self._blocked:
            raise NetworkBlocked(_blocked_message(self._blocked))

    def note_failure(self, error: BaseException) -> None:
        if error is self._guards.tripped:
            self._guards.tripped = None

    def _refuse(self, method: str, url: str) -> None:
        if self._settings.network == "block":
            self._blocked.append(f"{method} {url}")
            raise NetworkBlocked(_blocked_message(self._blocked[-1:]))


def _ticking() -> Callable[[], int]:
    began = time.monotonic_ns()
    return lambda: time.monotonic_ns() - began


def _blocked_message(requests: list[str]) -> str:
    return (
        f"network='block' kept this from the network: {'; '.join(requests)}. Stub the URL, "
        "or set network='pass'."
    )


def _report(unmatched: list[tuple[Stub, Request]]) -> str:
    count = len(unmatched)
    lines = [
        f"{counted(count, 'request')} reached a stub and no route took "
        f"{'them' if count > 1 else 'it'}:"
    ]
    for stub, request in unmatched:
        lines += [
            "",
            f"  {request.method} {request.url}",
            f"  {stub.api.name} at {stub.base_url} has these routes:",
        ]
        lines += [f"    {line}" for line in stub.why_not(request)]
    lines += [
        "",
        "If the code under test is meant to send it, set unmatched='answer', in "
        "@pytest.mark.asyncops(...) or mocked(...).",
    ]
    return "\n".join(lines)
