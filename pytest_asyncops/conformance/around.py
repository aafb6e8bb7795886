"""Where in a test an answer of a stub was given: the timeline around it."""

from __future__ import annotations

from ..serving.live_readings import live_call
from ..serving.messages import Response
from ..timeline.gathering import timeline, timeline_of
from ..timeline.text import marked_table

_LINES = 8


def timeline_around(response: Response | None) -> list[str]:
    """The lines around the request that got this answer, which is marked.

    Empty if no stub has given the answer, or its mock has closed.
    """
    found = None if response is None else live_call(response)
    if found is None:
        return []
    store, call = found
    operation = store.get(call.operation_id or "")
    if operation is None:
        happened = timeline(store.record.calls, store.record, [store])
    else:
        happened = timeline_of(operation)
    return marked_table(happened, {id(call): ">"}, _LINES)
