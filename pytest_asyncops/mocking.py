"""The stubbed APIs as a test uses them, and the code that opens and closes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from .apis.chainloop_stub import ChainloopStub
from .apis.pinecone_stub import PineconeStub
from .configure import ResolvedSettings
from .errors import (
    InvalidArgument,
    MockClosed,
    UnknownAttribute,
    UnknownName,
    hides_usage_errors,
    unknown_choice,
)
from .opened_mocks import opened
from .serving.calls import Calls
from .serving.checkpoint import Checkpoint
from .serving.stub import Stub
from .session import Session
from .timeline.timeline import Timeline
from .virtual_time.clock import VirtualClock

__tracebackhide__ = hides_usage_errors


class AsyncOpsMock:
    """The stubbed APIs, as a test uses them.

    The stub of an API of your own is an attribute too, by the name of the API. For type checkers,
    declare it in a subclass, and annotate tests with that: ``class Mock(AsyncOpsMock): own: Stub``.

    A test gets one from the fixture ``asyncops_mock``, other code from `mocked`. Between tests it
    is closed, and using it then is a `MockClosed` error.

    >>> from pytest_asyncops import mocked
    >>> with mocked() as mock:
    ...     operation = mock.chainloop.start()
    ...     mock.clock.advance(10)
    ...     operation.state
    State.SUCCEEDED
    """

    def __init__(self) -> None:
        self._live: Session | None = None

    @property
    def chainloop(self) -> ChainloopStub:
        """The stub of Chainloop Platform."""
        return cast("ChainloopStub", self._stub("chainloop"))

    @property
    def pinecone(self) -> PineconeStub:
        """The stub of Pinecone Assistant."""
        return cast("PineconeStub", self._stub("pinecone"))

    @property
    def stubs(self) -> Mapping[str, Stub]:
        """All stubs by the name of their API, those of your own APIs included."""
        return MappingProxyType(_Stubs(self._session().stubs))

    @property
    def clock(self) -> VirtualClock:
        """The servers' clock."""
        return self._session().virtual_clock

    @property
    def calls(self) -> Calls:
        """The requests to all stubs and their answers, in order."""
        return self._session().calls

    @property
    def timeline(self) -> Timeline:
        """The events so far, in order; printed, they are a table."""
        return self._session().timeline

    @property
    def ca_file(self) -> str:
        """The file with the certificate that clients must trust, if the server speaks TLS.

        Raises:
            InvalidArgument: if it does not.
        """
        file = self._session().ca_file
        if file is None:
            raise InvalidArgument(
                "there is no certificate to trust: the stubs are not served over TLS. Set "
                "tls=True, with asyncops_server or transport='server'.",
                value=file,
            )
        return file

    def reset(self) -> None:
        """Start over: without operations and calls, and with the clock at its start."""
        self._session().beginning.restore()

    def _session(self) -> Session:
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

    if not TYPE_CHECKING:  # a type checker knows only the attributes above

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"AsyncOpsMock has no attribute {name!r}")
            if self._live is not None and name in self._live.stubs:
                return self._live.stubs[name]
            names = [one for one in dir(self) if not one.startswith("_")]
            raise unknown_choice(
                "attribute of asyncops_mock:",
                name,
                names,
                "An API of your own is an attribute while the mock is open, if the setting apis= "
                "has it.",
                error=UnknownAttribute,
            )

        def __dir__(self) -> Iterable[str]:
            live = () if self._live is None else self._live.stubs
            return sorted({*super().__dir__(), *filter(str.isidentifier, live)})

    def __repr__(self) -> str:
        if self._live is None:
            return "<AsyncOpsMock, closed>"
        # Every failing test prints this, so it is short: unused stubs are left out.
        used = [stub for stub in self._live.stubs.values() if stub.operations or stub.calls]
        return f"<AsyncOpsMock {', '.join(map(repr, [*used, self._live.virtual_clock]))}>"


class _Stubs(dict[str, Stub]):
    """The stubs by the name of their API, which say so if there is none of a name."""

    def __missing__(self, name: object) -> Stub:
        raise unknown_choice(
            "live API", name, self, "The setting apis= says which are live.", error=UnknownName
        )


class Switch:
    """Opens and closes a mock, for `mocked` and the plugin; tests do not use it.

    Attributes:
        mock: the mock, closed at first.
    """

    def __init__(self) -> None:
        self.mock: AsyncOpsMock = AsyncOpsMock()

    @property
    def is_open(self) -> bool:
        """Whether the mock is live."""
        return self.mock._live is not None

    def open(self, settings: ResolvedSettings, test: str = "") -> None:
        """Go live with these settings, for this test."""
        self.mock._live = Session(settings, test)
        opened.note(self.mock._live)

    def close(self) -> None:
        """Put everything back.

        Raises:
            PollerHangs, UnmatchedRequests, NetworkBlocked, UnusedPlans: as `Session.check`.
        """
        session, self.mock._live = self.mock._session(), None
        session.stop()
        session.check()

    def abandon(self) -> None:
        """Put everything back without reporting anything, because another error comes first."""
        session, self.mock._live = self.mock._live, None
        if session is not None:
            session.stop()

    def check_served(self) -> None:
        """Check that the mock that is open is served on loopback.

        Raises:
            InvalidArgument: if it is not.
        """
        self.mock._session().check_served()

    def come_first(self) -> None:
        """Answer before all other open mocks."""
        self.mock._session().come_first()

    def set_up_by(self, whom: str | None = None) -> None:
        """While this fixture is set up, refuse to start what would be gone in the next test."""
        self.mock._session().set_up_by(whom)

    def note_failure(self, error: BaseException) -> None:
        """Note that the test failed with this error, so that `close` does not report it again."""
        self.mock._session().note_failure(error)

    def checkpoint(self) -> Checkpoint:
        """The present moment."""
        return self.mock._session().checkpoint()
