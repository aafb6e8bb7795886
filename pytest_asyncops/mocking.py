"""The stubbed APIs as a test uses them, and the code that opens and closes them."""

from __future__ import annotations

import os
import sys
import warnings
import weakref
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, cast, overload

from .apis.chainloop_stub import ChainloopStub
from .apis.pinecone_stub import PineconeStub
from .arguments import explained
from .configure import ResolvedSettings, resolve_settings
from .errors import (
    InvalidArgument,
    MockClosed,
    MockedWarning,
    UnknownAttribute,
    UnknownName,
    hides_usage_errors,
    unknown_choice,
)
from .holding import Function, holding
from .serving.api import Api
from .serving.calls import Calls
from .serving.checkpoint import Checkpoint
from .serving.stub import Stub
from .session import Session
from .timeline.timeline import Timeline
from .virtual_time.clock import VirtualClock
from .virtual_time.stack_frames import OWN_PACKAGE, outwards, package_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typed_settings import Settings

__tracebackhide__ = hides_usage_errors


class AsyncOpsMock:
    """The stubbed APIs, as a test uses them.

    The stub of an API of your own is an attribute too, by the name of the API. For type checkers,
    declare it in a subclass, and annotate tests with that: ``class Mock(AsyncOpsMock): own: Stub``.

    A test gets one from the fixture ``asyncops_mock``, other code from `mocked`. Between tests it
    is closed, and using it then is a `MockClosed` error.

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


class Opening(AbstractContextManager[AsyncOpsMock], AbstractAsyncContextManager[AsyncOpsMock]):
    """What `mocked` returns: a block in which a mock is open, or a decorator with such a block.

    A block can be entered again when it has ended, and the mock is new each time. Each call of a
    decorated function has a mock of its own, which is open while the body runs, even that of an
    ``async def`` or a generator.

    Args:
        settings: the settings of the mock.
        place: the file and line that a warning points at.
    """

    def __init__(self, settings: ResolvedSettings, place: tuple[str, int]) -> None:
        self._settings = settings
        self._place = place
        self._switch = Switch()
        self._dropped: weakref.finalize[Any, Any] = weakref.finalize(
            self, _warn, _NEVER_OPENED, place
        )

    def __enter__(self) -> AsyncOpsMock:
        if self._switch.is_open:
            raise InvalidArgument(
                "this mocked(...) is open already. For a second mock call mocked(...) again.",
                value=self,
            )
        self._dropped.detach()
        self._switch.open(self._settings)
        self._dropped = weakref.finalize(self, _left_open, self._switch, self._place, os.getpid())
        return self._switch.mock

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._dropped.detach()
        if kind is None:
            self._switch.close()
        else:
            self._switch.abandon()

    async def __aenter__(self) -> AsyncOpsMock:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.__exit__(kind, *error)

    def __call__(self, function: Function) -> Function:
        """Decorate a function."""
        self._dropped.detach()
        return holding(function, lambda: Opening(self._settings, self._place))

    if TYPE_CHECKING:
        pass  # for a type checker it would have every attribute
    else:

        def __getattr__(self, name: str) -> NoReturn:
            if name in vars(AsyncOpsMock):
                raise AttributeError(
                    f"mocked(...) has no {name!r}, the mock that it opens has: "
                    f"with mocked(...) as mock: mock.{name}"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_NEVER_OPENED = (
    "this mocked(...) was never opened, so it has stubbed nothing. Write: with mocked(...) as "
    "mock: ..., or put @mocked(...) above a function."
)
_LEFT_OPEN = (
    "this mocked(...) was not closed, only dropped while it was open, so requests that matched no "
    "route were not reported. Write: with mocked(...) as mock: ..."
)


def _warn(message: str, place: tuple[str, int]) -> None:
    warnings.warn_explicit(message, MockedWarning, *place)


def _left_open(switch: Switch, place: tuple[str, int], process: int) -> None:
    if os.getpid() == process:  # not in a process that was forked while the mock was open
        switch.abandon()
        _warn(_LEFT_OPEN, place)


@overload
def mocked(**settings: Unpack[Settings]) -> Opening: ...


# APIs of your own have readings that are not known here.
@overload
def mocked(*, apis: Iterable[Api], **settings: Any) -> Opening: ...


@explained("apis")
def mocked(**settings: object) -> Opening:
    """Stub the APIs during a ``with`` block, or while a decorated function runs.

    Args:
        **settings: as in ``@pytest.mark.asyncops``; `Settings` has them all.

    Raises:
        InvalidArgument: for an unknown setting, or a value that it cannot have.
        UnmatchedRequests: at the end, if requests matched no route.
        NetworkBlocked: at the end, if a request was kept from the network.
        UnusedPlans: at the end, if plans were not used and ``unused_plans="fail"`` is set.

    Warns:
        MockedWarning: if it is never opened, or never closed.

    >>> import requests
    >>> with mocked(apis=["chainloop"]) as mock:
    ...     operation = mock.chainloop.start()
    ...     answer = requests.get(f"{mock.chainloop.base_url}/v1/operations/{operation.id}",
    ...                           headers={"Authorization": "Bearer token"})
    >>> answer.json()["operation"]["status"]
    'ASYNC_OPERATION_STATUS_RUNNING'
    """
    frames = outwards(sys._getframe(1))
    caller = next(frame for frame in frames if package_of(frame) != OWN_PACKAGE)
    return Opening(resolve_settings(settings), (caller.f_code.co_filename, caller.f_lineno))


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
