"""Keeps requests from the hosts for which a mock answers, whatever client library sends them.

The guard works below the client libraries, at Python's own sockets. It is active while a mock is
open, and after that as long as work that was begun in the mock continues.
"""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeGuard
from urllib.parse import urlsplit

from ..errors import LeftoverWorkWarning, NetworkBlocked, hides_usage_errors
from ..virtual_time.patches import Patches
from ..virtual_time.real_time_threads import other_threads
from . import seams
from .asker import Asker, asker
from .hosts import OwnHost, Policy, normal_host, normal_port
from .work import Work

__tracebackhide__ = hides_usage_errors

_KEPT = 20


class GuardedMock:
    """A mock, as the guard knows it.

    Args:
        name: the name of the mock: its test, or the line that opened it.
        policy: the hosts that it blocks.
        clients: the client libraries whose requests it answers, ``None`` for all.
        check_client: called with the host and port that a client is about to reach; may raise.

    Attributes:
        is_over: whether the mock has closed.
        refused: the first few blocked attempts, by their messages.
    """

    def __init__(
        self,
        name: str,
        policy: Policy,
        clients: Sequence[str] | None,
        check_client: Callable[[str, int | None], None] = lambda host, port: None,
    ) -> None:
        self.name: str = name
        self.policy: Policy = policy
        self.clients: Sequence[str] | None = clients
        self.check_client: Callable[[str, int | None], None] = check_client
        self.is_over: bool = False
        self.refused: dict[str, NetworkBlocked] = {}
        self._times: Counter[str] = Counter()
        self._older = other_threads()

    def is_older(self, thread: int) -> bool:
        """Whether a thread is older than the mock."""
        return thread in self._older

    def refuse(self, error: NetworkBlocked) -> NetworkBlocked:
        """Note that something was refused, and return it to be raised."""
        text = str(error)
        if text in self.refused or len(self.refused) < _KEPT:
            self.refused.setdefault(text, error)
            self._times[text] += 1
        return error

    def check(self) -> None:
        """Fail the test because of what its code may have swallowed.

        Raises:
            NetworkBlocked: if something was blocked, and the test has not failed because of that
                yet.
        """
        if not self.refused:
            return
        texts = [
            text if self._times[text] == 1 else f"{text}\n({self._times[text]:,} times)"
            for text in self.refused
        ]
        first = next(iter(self.refused.values()))
        raise NetworkBlocked("\n\n".join(texts), host=first.host, port=first.port,
                             client=first.client, line=first.line)  # fmt: skip

    def note_failure(self, error: BaseException) -> None:
        """Note that the test has failed with this error, so that `check` does not report it."""
        if isinstance(error, NetworkBlocked):
            self.refused.pop(str(error), None)


class Guard:
    """Judges code that is about to use the network.

    Attributes:
        leftovers: whether work that was begun in a closed mock may continue.
        strays: what was refused to each test after its mock had closed, by the test's name.
    """

    def __init__(self) -> None:
        self.strays: dict[str, NetworkBlocked] = {}
        self.leftovers: bool = False
        self._open: list[GuardedMock] = []
        self._patches: Patches | None = None
        self._work: Work[GuardedMock] = Work(self._mock_here)

    def open(self, mock: GuardedMock) -> None:
        """Begin to block a mock's hosts."""
        self._open = [*self._open, mock]
        if self._patches is None:
            self._patches = Patches()
            seams.patch(self._patches, self.judge)
            self._work.patch(self._patches)

    def close(self, mock: GuardedMock) -> None:
        """Stop blocking them, except for work that was begun in the mock and continues."""
        mock.is_over = True
        self._work.look()
        self._open = [other for other in self._open if other is not mock]
        self._rest()

    def forget(self) -> dict[str, NetworkBlocked]:
        """Forget the work that continues; returns the strays, which are forgotten too."""
        self._work.forget()
        self._rest()
        strays, self.strays = self.strays, {}
        return strays

    def _rest(self) -> None:
        """Put everything back, if there is nothing to do any more."""
        self.leftovers = any(owner.is_over for owner in self._work.unfinished())
        if self._patches is not None and not self._open and not self.leftovers:
            self._patches.take_back()
            self._patches = None

    def judge(self, host: object, port: object) -> None:
        """Judge whether a host may be resolved or connected to.

        Raises:
            NetworkBlocked: if not.
        """
        name, number = normal_host(host), normal_port(port)
        owner = self._work.owner()
        if _is_over(owner) and owner.policy.own_at(name, number) is not None:
            raise self._stray(owner, name, number)
        for mock in reversed(self._open):
            mock.check_client(name, number)
            own = mock.policy.own_at(name, number)
            if own is not None:
                raise mock.refuse(_refusal(mock, own, asker(), name, number))
            if owner is not None and mock.policy.blocks(name):
                raise mock.refuse(_blocked(asker(), name, number))

    def refuse_stray(self, url: str) -> None:
        """Refuse a request that a stub would answer, if its work has outlived its mock.

        Raises:
            NetworkBlocked: if it is.
        """
        owner = self._work.owner()
        if _is_over(owner):
            parts = urlsplit(url)
            raise self._stray(owner, normal_host(parts.hostname), parts.port)

    def _mock_here(self) -> GuardedMock | None:
        thread = threading.get_ident()
        for mock in reversed(self._open):
            if not mock.is_older(thread):
                return mock
        return None

    def _stray(self, owner: GuardedMock, host: str, port: int | None) -> NetworkBlocked:
        by = asker()
        error = _error(
            f"{owner.name} has ended, but work that it began continues: {_did(by, host, port)}."
            f"{_at(by)}\n"
            "Let the test wait for it, or end it: join the thread, shut the pool down, cancel the "
            "task.",
            by, host, port,
        )  # fmt: skip
        if owner.name not in self.strays:
            self.strays[owner.name] = error
            file, number = by.place
            warnings.warn_explicit(str(error), LeftoverWorkWarning, file, number)
        return error


def _is_over(owner: GuardedMock | None) -> TypeGuard[GuardedMock]:
    return owner is not None and owner.is_over


def _refusal(
    mock: GuardedMock, own: OwnHost, by: Asker, host: str, port: int | None
) -> NetworkBlocked:
    if own.base_url is None:
        why = f"It belongs to {own.api}, which is not among the APIs of this mock: add it to apis."
    elif mock.clients is None or by.client in mock.clients:
        why = f"Its stub answers at {own.base_url}: send the request there."
    else:
        clients = ", ".join(mock.clients)
        why = (
            f"Its stub answers at {own.base_url}, to these client libraries: {clients}. "
            "The setting transport chooses them."
        )
    return _error(
        f"{_did(by, host, port)}, and a mock answers for that host.{_at(by)}\n{why}\n"
        f"If the real service is meant, let it through: {_allowing(host)}.",
        by, host, port,
    )  # fmt: skip


def _blocked(by: Asker, host: str, port: int | None) -> NetworkBlocked:
    return _error(
        f"{_did(by, host, port)}, and network='block' forbids it.{_at(by)}\n"
        f"Mock it, let it through with {_allowing(host)}, or set network='pass'.",
        by, host, port,
    )  # fmt: skip


def _allowing(host: str) -> str:
    return f"allowed_hosts=[{host!r}]"


def _did(by: Asker, host: str, port: int | None) -> str:
    return f"{by.client} was about to reach {host if port is None else f'{host}:{port}'}"


def _at(by: Asker) -> str:
    return "" if by.line is None else f"\n  {by.line}"


def _error(message: str, by: Asker, host: str, port: int | None) -> NetworkBlocked:
    return NetworkBlocked(message, host=host, port=port, client=by.client, line=by.line)


guard: Guard = Guard()
"""The guard of this process."""
