"""Histories: the answers that a poller would get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..configure import resolve_readings
from ..durations import SECOND, to_ns
from ..errors import InvalidArgument, checked_count, hides_usage_errors
from ..known_apis import find_api
from ..lifecycle.lifecycle import Lifecycle
from ..serving.api import FIRST_ERROR, Api, find_route
from ..serving.server import Server
from ..serving.stub import Stub
from ..virtual_time.server_clock import ServerClock
from .api_schemas import unknown_name
from .call_repr import as_call
from .lifecycles import lifecycles
from .schema.objects import objects
from .schema.options import checked_strategy
from .schema.recipes import combine, constant, from_strategy
from .schema.shapes import Shape
from .stub_requests import ask

__tracebackhide__ = hides_usage_errors

_HOUR = 3600

_ARGUMENTS = ("lifecycle", "max_polls", "max_wait", "headers", "readings")


@explained()
def histories(
    api: Api | str,
    *,
    lifecycle: SearchStrategy[Lifecycle] | None = None,
    max_polls: int = 10,
    max_wait: float = _HOUR // 4,
    headers: Mapping[str, str] | None = None,
    readings: Mapping[str, Any] | None = None,
    **fields: Any,
) -> SearchStrategy[list[Any]]:
    """The bodies that a poller of one operation would get from the get route, in order.

    A stub answers, so the bodies are as in a test with a mock. The first poll comes when the
    operation starts. A history ends with the last poll that still finds the operation. It is empty
    if no poll does: with ``headers`` that are refused, or a ``lifecycle`` that is over before the
    first poll.

    Args:
        api: the API, by name or as an `Api`.
        lifecycle: a strategy for its lifecycle; by default `lifecycles` of this API.
        max_polls: the most polls.
        max_wait: the most seconds between two polls.
        headers: the headers of requests; by default those that the contract asks for.
        readings: readings of the API by name, such as the profile; the others have their defaults.
        **fields: strategies for the fields that `Stub.start` accepts.

    Raises:
        InvalidArgument: for an unknown API, field or reading.

    >>> from hypothesis import given
    >>> @given(histories("pinecone", max_polls=3))
    ... def test_three_polls(bodies):
    ...     assert len(bodies) <= 3
    >>> test_three_polls()
    """
    asked = {**locals()}
    known = find_api(api)
    route = find_route(known, "get")
    checked_count(max_polls, "max_polls", 1)
    for name, found in fields.items():
        if name not in known.fields:
            raise unknown_name(f"field of a {known.name} operation", name, known.fields, _ARGUMENTS)
        checked_strategy(name, found)
    if headers is not None and not isinstance(headers, Mapping):
        raise InvalidArgument(
            f"headers must map names to values, like {{'Authorization': 'Bearer token'}}, "
            f"not {headers!r}",
            value=headers,
        )
    settled = resolve_readings(known, readings)
    given = {
        name: constant(f"{name}-1")
        for name, field in known.fields.items()
        if field.required and field.default is None
    }
    known_lifecycles = (
        lifecycles(known) if lifecycle is None else checked_strategy("lifecycle", lifecycle)
    )
    most = to_ns(max_wait, "max_wait") // SECOND
    waits = st.lists(st.integers(0, most), max_size=max_polls - 1)

    def seen(pauses: list[int], start: dict[str, Any], life: Lifecycle) -> list[Any]:
        clock = ServerClock()
        server = Server(known, clock, readings=settled)
        operation = Stub(server).start(lifecycle=life, **start)
        bodies = []
        for pause in (0, *pauses):
            clock.advance(pause)
            answer = ask(server, route, {**operation.fields, _ID: operation.id}, headers=headers)
            if answer.status_code >= FIRST_ERROR:
                break
            bodies.append(json.loads(answer.content))
        return bodies

    def seen_at_least_once(pauses: list[int], start: dict[str, Any], life: Lifecycle) -> list[Any]:
        # One of our own may be gone before the first poll.
        return seen(pauses, start, life) or seen(pauses, start, Lifecycle.hangs())

    start = objects(
        [Shape({**given, **{name: from_strategy(one) for name, one in fields.items()}}, {})]
    )
    return as_call(
        histories,
        asked,
        combine(
            seen_at_least_once if lifecycle is None else seen,
            from_strategy(waits),
            start,
            from_strategy(known_lifecycles),
        ),
    )


_ID = ""
"""The key of the path parameter that is not a field of the operation: its id."""
