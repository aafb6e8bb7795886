"""Writes a call that fails in the same way, to be pasted into a test."""

from __future__ import annotations

import ast
import pprint
from collections.abc import Mapping
from typing import Any

from ..configure import resolve_readings
from ..serving.api import Api
from ..serving.live_readings import live_readings

_LONGEST = 2_000
"""A longer snippet is too long to be pasted."""

_WIDTH = 88


def snippet(function: str, value: Any, given: Mapping[str, Any]) -> list[str]:
    """The lines of a call with this value and these arguments; empty if it cannot be written.

    Args:
        function: the name of the function in ``pytest_asyncops``.
        value: its first argument.
        given: its other arguments, by name; ``None`` for one that is left out.

    >>> snippet("assert_conforms", {"id": 7}, {"api": "chainloop", "profile": None})
    ["assert_conforms({'id': 7}, api='chainloop')"]
    """
    arguments = [f"{name}={argument!r}" for name, argument in given.items() if argument is not None]
    try:
        text = pprint.pformat(value, width=_WIDTH, sort_dicts=False)
        if len(text) > _LONGEST or ast.literal_eval(text) != value:
            return []
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    whole = f"{function}({', '.join([text, *arguments])})"
    if "\n" not in whole and len(whole) <= _WIDTH:
        return [whole]
    inside = [*text.splitlines(), *arguments]
    ends = len(text.splitlines()) - 1
    return [
        f"{function}(",
        *(f"    {line}{',' if at >= ends else ''}" for at, line in enumerate(inside)),
        ")",
    ]


def unlike_the_defaults(api: Api) -> dict[str, object]:
    """The readings of the mock that serves the API now that are not the defaults."""
    defaults = resolve_readings(api, None)
    live = live_readings(api) or defaults
    return {name: live[name] for name in defaults if live[name] != defaults[name]}
