"""What type checkers see of a module, and which values an annotation takes."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any
from unittest.mock import patch


def as_checked(module: ModuleType) -> dict[str, Any]:
    """The names of the module, run anew with all that is for type checkers alone."""
    names = {"__name__": module.__name__, "__package__": module.__package__}
    with patch("typing.TYPE_CHECKING", True):
        exec(compile(inspect.getsource(module), str(module.__file__), "exec"), names)
    return names


def hints_of(function: Callable[..., object], names: Mapping[str, Any]) -> dict[str, Any]:
    """The annotations of its parameters."""
    hints = typing.get_type_hints(function, dict(names))
    return {name: hint for name, hint in hints.items() if name != "return"}


def alternatives(hint: Any) -> list[Any]:
    """The types and the literal values of a union; of a literal, its values; else itself."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [each for part in typing.get_args(hint) for each in alternatives(part)]
    return list(typing.get_args(hint)) if typing.get_origin(hint) is typing.Literal else [hint]
