"""What has to be done when a process is forked while a mock is open.

None of the other threads lives in the child. What they have held, or changed in part, begins anew.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Prepared(Protocol):
    """Something that gets ready for a fork."""

    def prepare(self) -> None:
        """Get ready, in the parent, for a child that is about to be forked."""


class Renewed(Protocol):
    """Something that begins anew in a forked process."""

    def renew(self) -> None:
        """Be as in a process that has just been forked: the current thread is alone."""


prepared_for_fork: WeakSet[Prepared] = WeakSet()
"""Everything that gets ready."""

renewed_at_fork: WeakSet[Renewed] = WeakSet()
"""Everything that is renewed in the child."""


def _prepare_all() -> None:
    for prepared in tuple(prepared_for_fork):
        prepared.prepare()


def _renew_all() -> None:
    for renewed in tuple(renewed_at_fork):
        renewed.renew()


if hasattr(os, "register_at_fork"):  # not on Windows, where there is no fork
    os.register_at_fork(before=_prepare_all, after_in_child=_renew_all)
