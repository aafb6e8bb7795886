"""What has to begin anew in a forked process, where none of the other threads lives."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Renewed(Protocol):
    """Something that other threads may have held, or changed in part, when a process was forked."""

    def renew(self) -> None:
        """Be as in a process that has just been forked: the current thread is alone."""


renewed_at_fork: WeakSet[Renewed] = WeakSet()
"""Everything that is renewed in the child."""


def _renew_all() -> None:
    for renewed in tuple(renewed_at_fork):
        renewed.renew()


if hasattr(os, "register_at_fork"):  # not on Windows, where there is no fork
    os.register_at_fork(after_in_child=_renew_all)
