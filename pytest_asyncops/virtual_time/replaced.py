"""A function of a module, and what replaces it while virtual time is on."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple


class Replaced(NamedTuple):
    """One replacement.

    Attributes:
        module: the module that has the function.
        name: the function's name there.
        original: the function.
        replacement: what replaces it. When it is called it asks for the virtual time that is on. It
            is a bound method, so that it can be a class attribute as the original can.
    """

    module: ModuleType
    name: str
    original: Any
    replacement: Any
