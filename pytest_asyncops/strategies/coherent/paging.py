"""Makes lists coherent: paging agrees with the operations, whose ids differ."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from ...contract.openapi import load_contract
from ...contract.schema_keywords import name_of
from ...rules.generation_hints import NumberedPages, TokenPages
from ...rules.rules import HistorySchema
from ...serving.api import Api
from ..schema.recipes import combine, number
from ..schema.shapes import Part, Shape


class _Place(NamedTuple):
    """The place of a page: how many pages are before it, its free room, and how much follows."""

    before: int
    room: int
    after: int


PLACES = combine(_Place, number(1), number(1), number(2))


def paged(
    api: Api, history: HistorySchema, shape: Shape[Part], full: Part | None
) -> list[Shape[Part]]:
    """The shapes of the bodies of lists, with coherent paging.

    Args:
        api: the API.
        history: its history schema.
        shape: the shape of the bodies.
        full: lists of operations that are not empty, ``None`` if lists are always empty.
    """
    paging = api.generation.paging
    if paging is None or not shape.has(paging.member):
        return [shape]
    return _KINDS[type(paging)](shape, history.listed_in, paging, full)


def numbered(value: dict[str, Any], api: Api, history: HistorySchema) -> dict[str, Any]:
    """The body of a list, with a new id for each operation that has the id of an earlier one."""
    seen = set()
    for operation in value.get(history.listed_in, ()):
        if history.id in operation:
            ids = map(api.new_id, itertools.count(1))
            while operation[history.id] in seen:
                operation[history.id] = next(ids)
            seen.add(operation[history.id])
    return value


def is_list(api: Api, name: str) -> bool:
    """Whether this is the name of the schema of the API's lists."""
    contract = load_contract(str(api.checking.contract), api.checking.directory)
    for route in api.routes:
        if route.name == "list":
            schema = contract.response_schema(route.method, route.paths[0], 200)
            if schema is not None:
                return name_of(schema.get("$ref", "")) == name
    return False


def _counted(
    shape: Shape[Part], listed_in: str, paging: NumberedPages, full: Part | None
) -> list[Shape[Part]]:
    count = partial(_count, listed_in=listed_in, paging=paging)
    shape = shape.replacing(paging.member, PLACES)
    return [replace(shape, finish=(*shape.finish, count))]


def _count(value: dict[str, Any], listed_in: str, paging: NumberedPages) -> dict[str, Any]:
    place = value.get(paging.member)
    if isinstance(place, _Place):
        found = len(value.get(listed_in, ()))
        page, room, after = place
        # Only a full page is followed by others, and an empty page is the first.
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


def _tokened(
    shape: Shape[Part], listed_in: str, paging: TokenPages, full: Part | None
) -> list[Shape[Part]]:
    last = shape.without(paging.member)
    # Nothing follows an empty page.
    return (
        [last]
        if full is None
        else [last, shape.requiring(paging.member).requiring(listed_in, full)]
    )


_KINDS: Mapping[type, Callable[[Shape[Part], str, Any, Any], list[Shape[Part]]]] = {
    NumberedPages: _counted,
    TokenPages: _tokened,
}
"""For each kind of paging, the function that makes it."""
