"""What must be done when a process is forked while a mock is open.

None of the other threads lives in the child. What they have held, or changed in part, begins anew.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Protocol, TypeVar
from weakref import WeakSet


class Prepared(Protocol):
    """Something that gets ready for a fork."""

    def prepare(self) -> None:
        """Get ready, in the parent, for a child that is about to be forked."""


class Renewed(Protocol):
    """Something that begins anew in a forked process."""

    def renew(self) -> None:
        """Be as in a process that has just been forked: the current thread is alone."""


_T = TypeVar("_T")


class _Known(WeakSet[_T]):
    """What is to be done. Python is asked to tell of forks when there is something."""

    def add(self, item: _T) -> None:
        _be_told()
        super().add(item)


prepared_for_fork: WeakSet[Prepared] = _Known()
"""Everything that gets ready."""

renewed_at_fork: WeakSet[Renewed] = _Known()
"""Everything that is renewed in the child."""


@cache
def _be_told() -> None:
    if hasattr(os, "register_at_fork"):  # not on Windows, where there is no fork
        os.register_at_fork(before=_prepare_all, after_in_child=_renew_all)


def _prepare_all() -> None:
    for prepared in tuple(prepared_for_fork):
        prepared.prepare()


def _renew_all() -> None:
    for renewed in tuple(renewed_at_fork):
        renewed.renew()
