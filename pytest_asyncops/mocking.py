"""The stubbed APIs as a test uses them, and what opens and closes them for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast, overload

from .apis.chainloop_stub import ChainloopStub
from .apis.pinecone_stub import PineconeStub
from .arguments import explained
from .configure import ResolvedSettings, resolve_settings
from .errors import (
    MockClosed,
    UnknownAttribute,
    UnknownName,
    hides_usage_errors,
    unknown_choice,
)
from .serving.api import Api
from .serving.calls import Calls
from .serving.checkpoint import Checkpoint
from .serving.stub import Stub
from .session import Session
from .virtual_time.clock import VirtualClock

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typed_settings import Settings

__tracebackhide__ = hides_usage_errors


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

    def reset(self) -> None:
        """Start over: no operations, no calls, and the clock at its beginning."""
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

    if not TYPE_CHECKING:  # to a type checker, there is nothing beyond what is above

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"AsyncOpsMock has no attribute {name!r}")
            live = {} if self._live is None else self._live.stubs
            if name in live:
                advice = f"An API of your own is at stubs[{name!r}]."
            else:
                advice = "An API of your own is in stubs, by its name."
            names = [one for one in dir(self) if not one.startswith("_")]
            raise unknown_choice(
                "attribute of asyncops_mock:", name, names, advice, error=UnknownAttribute
            )

    def __repr__(self) -> str:
        if self._live is None:
            return "<AsyncOpsMock, closed>"
        # Every failing test prints this, so it is short: what is not used is left out.
        used = [stub for stub in self._live.stubs.values() if stub.operations or stub.calls]
        return f"<AsyncOpsMock {', '.join(map(repr, [*used, self._live.virtual_clock]))}>"


class _Stubs(dict[str, Stub]):
    """The stubs by the name of their API, which say so if there is none of a name."""

    def __missing__(self, name: object) -> Stub:
        raise unknown_choice(
            "live API", name, self, "The setting apis= says which are live.", error=UnknownName
        )


@overload
def mocked(**settings: Unpack[Settings]) -> AbstractContextManager[AsyncOpsMock]: ...


# APIs of one's own have readings that nobody knows here.
@overload
def mocked(*, apis: Iterable[Api], **settings: Any) -> AbstractContextManager[AsyncOpsMock]: ...


@explained("apis")
def mocked(**settings: object) -> AbstractContextManager[AsyncOpsMock]:
    """Stub the APIs for the length of a ``with`` block.

    Args:
        **settings: as in ``@pytest.mark.asyncops``; `Settings` has them all.

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
def _opened(settings: ResolvedSettings) -> Iterator[AsyncOpsMock]:
    switch = Switch()
    switch.open(settings)
    try:
        yield switch.mock
    except BaseException:
        switch.abandon()
        raise
    switch.close()


class Switch:
    """Opens and closes a mock: for `mocked` and the plugin, and apart from what tests use.

    Attributes:
        mock: the mock, closed at first.
    """

    def __init__(self) -> None:
        self.mock: AsyncOpsMock = AsyncOpsMock()

    @property
    def is_open(self) -> bool:
        """Whether the mock is live."""
        return self.mock._live is not None

    def open(self, settings: ResolvedSettings) -> None:
        """Go live with these settings."""
        self.mock._live = Session(settings)

    def close(self) -> None:
        """Put everything back.

        Raises:
            PollerHangs, UnmatchedRequests, NetworkBlocked: as `Session.check`.
        """
        session, self.mock._live = self.mock._session(), None
        session.stop()
        session.check()

    def abandon(self) -> None:
        """Put everything back without reporting anything, because another error comes first."""
        session, self.mock._live = self.mock._live, None
        if session is not None:
            session.stop()

    def note_failure(self, error: BaseException) -> None:
        """Note that the test failed with this error, so that `close` does not report it again."""
        self.mock._session().guards.note_failure(error)

    def checkpoint(self) -> Checkpoint:
        """The present moment."""
        return self.mock._session().checkpoint()
