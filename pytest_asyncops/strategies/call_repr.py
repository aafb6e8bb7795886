"""Makes strategies print as the call that made them."""

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
    """The recipe as a strategy whose repr is the call of a public function.

    The repr of its parts would take pages, and would not help the reader of a failure.

    Args:
        function: the public function.
        asked: its arguments by name; defaults are not printed.
        found: how to make its values.
    """

    def draw_it(draw: DrawFn, /, *arguments: object, **options: object) -> T:
        made: T = found.drawn_by(draw)
        return made

    draw_it.__name__ = function.__name__
    arguments: list[object] = []
    options: dict[str, object] = {}
    for place, (name, parameter) in enumerate(inspect.signature(function).parameters.items()):
        value = asked[name].name if isinstance(asked[name], Api) else asked[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            options.update(value)
        elif parameter.default is parameter.empty or value != parameter.default:
            if parameter.kind is parameter.KEYWORD_ONLY or place != len(arguments):
                options[name] = value
            else:
                arguments.append(value)
    return st.composite(draw_it)(*arguments, **options)
