"""Compiles what a coherent server sends: schema, rules of prose and habits at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from hypothesis.strategies import DrawFn

from ...contract.schema_keywords import refer
from ..schema.all_of import flat
from ..schema.compiler import Compiler
from ..schema.recipes import Recipe
from ..schema.shapes import Recipes
from .server import CoherentServer
from .variants import shapes_of


def coherent_compiler(server: CoherentServer) -> Compiler:
    """The compiler for what a server sends."""
    name = server.operation
    ready = {}
    if name is not None and server.overrides:
        deciding = server.deciding(name, flat(server.contract, server.schema_of(name)))
        drawn_first = {
            member: found for member, found in server.overrides.items() if member in deciding
        }
        if drawn_first:
            ready = {name: _decided(server, name, drawn_first)}
    return Compiler(
        server.contract,
        server.options,
        server.schema_of,
        partial(shapes_of, server),
        ready,
        is_response=True,
    )


compiled: Callable[[CoherentServer], Compiler] = lru_cache(maxsize=256)(coherent_compiler)
"""The same compiler, made once for equal servers."""


def _decided(server: CoherentServer, name: str, drawn_first: Recipes) -> Recipe:
    """Operations with overrides that decide which members there are: these are drawn first."""
    others = {
        member: found for member, found in server.overrides.items() if member not in drawn_first
    }
    named = [(kind.when, value) for kind in server.presence(name) for value in kind.values]
    made: dict[object, Recipe] = {}

    def make(draw: DrawFn, choices: bytes, at: int) -> dict[str, Any]:
        values = {member: found.drawn_by(draw) for member, found in drawn_first.items()}
        # To the rules, all values that they do not name are alike.
        key = tuple(pair if pair in named else None for pair in values.items())
        if key not in made:
            said = {**server.values, **{member: (value,) for member, value in values.items()}}
            settled = replace(server, values=said, overrides=others)
            made[key] = coherent_compiler(settled).recipe(refer(name))
        return {**made[key].drawn_by(draw), **values}

    return Recipe(0, make)
