"""Strategies that print as the call that made them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..serving.api import Api
from .schema.recipes import Recipe

T = TypeVar("T")


def as_call(
    function: Callable[..., SearchStrategy[T]], asked: Mapping[str, Any], found: Recipe
) -> SearchStrategy[T]:
    """The recipe as a strategy, with the call of a public function as its repr.

    What it is made of is of no use to the person who reads a failure, and takes pages to print.

    Args:
        function: the public function.
        asked: its arguments, by name; those that are the defaults are not printed.
        found: how to make its values.
    """

    def draw_it(draw: DrawFn, /, *arguments: object, **options: object) -> T:
        made: T = found.drawn_by(draw)
        return made

    draw_it.__name__ = function.__name__
    arguments: list[object] = []
    options: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        value = asked[name].name if isinstance(asked[name], Api) else asked[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            options.update(value)
        elif parameter.default is parameter.empty:
            arguments.append(value)
        elif value != parameter.default:
            options[name] = value
    return st.composite(draw_it)(*arguments, **options)
