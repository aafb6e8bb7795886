"""Attributes that are replaced while virtual time is on, and put back after it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any


class Patches:
    """Replaces attributes of classes and modules."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def put(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute, the owner's own or an inherited one."""
        if name in vars(owner):
            self._stack.callback(setattr, owner, name, vars(owner)[name])
        else:
            self._stack.callback(delattr, owner, name)
        setattr(owner, name, value)

    def take_back(self) -> None:
        """Put everything back, the latest first."""
        self._stack.close()
