"""The APIs that are known by name, and which of them are live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .apis.chainloop import CHAINLOOP
from .apis.pinecone import PINECONE
from .errors import InvalidArgument, hides_usage_errors, listed, unknown_choice
from .imported_apis import imported_api
from .serving.api import Api
from .setting_values import words

__tracebackhide__ = hides_usage_errors

BUILT_IN: Mapping[str, Api] = {api.name: api for api in (CHAINLOOP, PINECONE)}
"""The built-in APIs by name."""

RESERVED = frozenset({"ca_file", "calls", "clock", "reset", "stubs", "timeline"})
"""The names that no API can have: `AsyncOpsMock` has something else by them."""


def find_api(api: object, known: Mapping[str, Api] = BUILT_IN) -> Api:
    """The API of this name or at this place, or the value itself if it is an `Api`.

    Raises:
        InvalidArgument: for anything else.
    """
    if isinstance(api, Api):
        return api
    if isinstance(api, str) and api in known:
        return known[api]
    if isinstance(api, str) and ":" in api:
        return imported_api(api)
    raise unknown_choice(
        "API", api, known, "Or pass an Api of your own, or its place: 'package.module:NAME'."
    )


def live_and_known(
    layers: Iterable[Mapping[str, object]], registered: Iterable[Api]
) -> tuple[tuple[Api, ...], Mapping[str, Api]]:
    """The APIs that are live, and all that are known by name.

    A layer knows those of the layers below it by their names.
    """
    own = tuple(registered)
    live = _distinct((*BUILT_IN.values(), *own), "pytest_asyncops_apis", own)
    known = {api.name: api for api in live}
    for layer in reversed(list(layers)):
        if "apis" in layer:
            live = _distinct(_apis(layer["apis"], "apis", known), "apis", layer["apis"])
            known |= {api.name: api for api in live}
    return live, known


def _distinct(apis: Iterable[Api], name: str, given: object) -> tuple[Api, ...]:
    """These APIs, if each can have a stub by its name."""
    distinct = tuple(apis)
    names = [api.name for api in distinct]
    if len(set(names)) < len(names):
        raise InvalidArgument(
            f"{name} has two APIs with the same name: {listed(names)}",
            value=given,
        )
    for own in names:
        if own in RESERVED:
            raise InvalidArgument(
                f"{name} has an API that is called {own!r}, and asyncops_mock.{own} is something "
                "else. Give its Api another name=.",
                value=own,
            )
    return distinct


def _apis(value: Any, name: str, known: Mapping[str, Api] = BUILT_IN) -> Iterable[Api]:
    names = words(value)
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise InvalidArgument(
            f"{name} must be a list of API names or Api values, not {value!r}", value=value
        )
    return tuple(find_api(api, known) for api in names)
