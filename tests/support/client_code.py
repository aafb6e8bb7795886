"""Code that stands for that of an installed library, as far as frames can tell."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any


def library(module: str, code: str) -> dict[str, Any]:
    """What is defined by code that seems to be that of this module."""
    path = Path(sysconfig.get_path("purelib"), *module.split(".")).with_suffix(".py")
    names: dict[str, Any] = {"__name__": module}
    exec(compile(code, str(path), "exec"), names)
    return names


def called_by(module: str) -> Callable[..., Any]:
    """A function of this module that calls what it is given, with arguments."""
    call: Callable[..., Any] = library(module, "def call(what, *given): return what(*given)")[
        "call"
    ]
    return call
