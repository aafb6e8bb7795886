"""`mocked`: a mock for the length of a ``with`` block, or of each call of a function."""

from __future__ import annotations

import os
import sys
import warnings
import weakref
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, NoReturn, overload

from .arguments import explained
from .configure import ResolvedSettings, resolve_settings
from .errors import InvalidArgument, MockedWarning, hides_usage_errors
from .holding import Function, holding
from .mocking import AsyncOpsMock, Switch
from .serving.api import Api
from .virtual_time.stack_frames import OWN_PACKAGE, outwards, package_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typed_settings import Settings

__tracebackhide__ = hides_usage_errors


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
