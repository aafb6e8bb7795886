"""Lists that agree with what they say of their page, and whose operations differ."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from ...contract.openapi import load_contract
from ...rules.generation_hints import NumberedPages, TokenPages
from ...rules.rules import HistorySchema
from ...serving.api import Api
from ..schema.objects import Shape
from ..schema.recipes import Recipe, combine, number


class _Place(NamedTuple):
    """Where a page lies: how many are before it, what it has room for, what comes after it."""

    before: int
    room: int
    after: int


PLACES = combine(_Place, number(1), number(1), number(2))


def paged(api: Api, life: HistorySchema, shape: Shape, full: Recipe | None) -> list[Shape]:
    """The shapes of the bodies of lists, with coherent paging.

    Args:
        api: the API.
        life: how its operations live.
        shape: the shape of the bodies.
        full: lists of operations that are not empty, ``None`` where there are none.
    """
    paging = api.generation.paging
    if paging is None or not shape.has(paging.member):
        return [shape]
    return _KINDS[type(paging)](shape, life.listed_in, paging, full)


def numbered(value: dict[str, Any], api: Api, life: HistorySchema) -> dict[str, Any]:
    """The body of a list with a new id for each operation whose id an earlier one has."""
    seen = set()
    for operation in value.get(life.listed_in, ()):
        if life.id in operation:
            ids = map(api.new_id, itertools.count(1))
            while operation[life.id] in seen:
                operation[life.id] = next(ids)
            seen.add(operation[life.id])
    return value


def is_list(api: Api, name: str) -> bool:
    """Whether the bodies of the API's lists have the schema of this name."""
    contract = load_contract(str(api.checking.contract))
    for route in api.routes:
        if route.name == "list":
            schema = contract.response_schema(route.method, route.paths[0], 200)
            if schema is not None:
                reference: str = schema.get("$ref", "")
                return reference.rpartition("/")[2] == name
    return False


def _counted(
    shape: Shape, listed_in: str, paging: NumberedPages, full: Recipe | None
) -> list[Shape]:
    count = partial(_count, listed_in=listed_in, paging=paging)
    shape = shape.replacing(paging.member, PLACES)
    return [replace(shape, finish=(*shape.finish, count))]


def _count(value: dict[str, Any], listed_in: str, paging: NumberedPages) -> dict[str, Any]:
    place = value.get(paging.member)
    if isinstance(place, _Place):
        found = len(value.get(listed_in, ()))
        page, room, after = place
        # Only a full page has others after it, and only pages with something on them are pages.
        size = found + room or 1
        if found == 0:
            page = 0
        total = page * size + found + (after if found == size else 0)
        value[paging.member] = {
            paging.page: page,
            paging.size: size,
            paging.total: total,
            paging.pages: -(-total // size),
        }
    return value


def _tokened(shape: Shape, listed_in: str, paging: TokenPages, full: Recipe | None) -> list[Shape]:
    last = shape.without(paging.member)
    # Where nothing is on a page, nothing follows it.
    return (
        [last]
        if full is None
        else [last, shape.requiring(paging.member).requiring(listed_in, full)]
    )


_KINDS: Mapping[type, Callable[[Shape, str, Any, Any], list[Shape]]] = {
    NumberedPages: _counted,
    TokenPages: _tokened,
}
"""How each kind of paging is made."""
