"""Puts together what happened, from what is kept of it.

Nothing is recorded of an operation while it lives: its states are computed from its plan, as those
that a poll sees are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..lifecycle.states import AnyState, State
from ..serving.calls import Call, Calls
from ..serving.operation import Operation
from ..serving.operations import OperationStore
from ..serving.record import Passed, Record
from .events import Answered, Changed, Event, Moved, Started, Waited
from .happened import Ending
from .timeline import Timeline

_MOST_OPERATIONS = 1_000
"""Of how many operations of an API starts and changes are told; and of those that were polled."""

_Order = tuple[int, int, int, int]
"""Where an event stands among others: its instant, how many calls there were, and what it is."""

_BEFORE_CALLS, _CALL, _AFTER_CALL, _LAST = -1, 0, 1, 2


class _Shown(NamedTuple):
    """A call that was for an operation, or whose answer showed it.

    Attributes:
        at_ns: when it came.
        number: its number among all calls, from 1.
        state: the state that the answer showed, ``None`` if it did not show the operation.
    """

    at_ns: int
    number: int
    state: AnyState | None

    def shows(self, state: AnyState) -> bool:
        """Whether it told that the operation is in this state."""
        gone = self.state is None and state.meaning is State.PURGED
        return gone or self.state == state


def timeline(calls: Calls, record: Record, stores: Iterable[OperationStore]) -> Timeline:
    """What has happened so far.

    Args:
        calls: the calls to all stubs.
        record: what has happened beside them.
        stores: the operations of each stub.
    """
    with calls._clock.lock:
        kept, total = calls._now()
        dropped = total - len(kept)
        told = {store.api: _told(store, kept) for store in stores}
        return _timeline(
            list(enumerate(kept, dropped + 1)),
            record,
            told,
            dropped=dropped,
            left_out=sum(len(store) - len(told[store.api]) for store in stores),
        )


def timeline_of(operation: Operation) -> Timeline:
    """What has happened so far to one operation: its polls, its changes, and the waits."""
    record, api = operation._store.record, operation._store.api
    with operation._store.clock.lock:
        kept, total = record.calls._now()
        dropped = total - len(kept)
        polls = [
            (number, call)
            for number, call in enumerate(kept, dropped + 1)
            if operation.id in call._asked_for and call.response.api.name == api
        ]
        return _timeline(polls, record, {api: [operation]}, dropped=dropped)


def _timeline(
    numbered: list[tuple[int, Call]],
    record: Record,
    told: Mapping[str, list[Operation]],
    *,
    dropped: int,
    left_out: int = 0,
) -> Timeline:
    clock = record.calls._clock
    shown = _shown(numbered, {api: {one.id for one in told[api]} for api in told})
    events: list[tuple[_Order, Event]] = [
        *_answers(numbered),
        *_stretches(record.now(), dropped),
    ]
    endings: list[Ending] = []
    for api, operations in told.items():
        for operation in operations:
            seen = shown.get((api, operation.id), [])
            events += _life(api, operation, seen, is_whole=not dropped)
            state = operation._store.snapshot(operation).state
            endings.append(Ending(operation.id, state, operation.polls))
    events.sort(key=lambda event: event[0])
    return Timeline(
        (event for _, event in events),
        epoch_ns=clock.epoch_ns,
        now_ns=clock.now_ns,
        dropped=dropped,
        left_out=left_out,
        endings=endings,
    )


def _told(store: OperationStore, kept: list[Call]) -> list[Operation]:
    """The operations of which there is more to tell than their number."""
    operations = store._operations
    if len(operations) <= _MOST_OPERATIONS:
        return list(operations)
    told = {operation.id: operation for operation in operations[:_MOST_OPERATIONS]}
    for call in kept:
        if call.response.api.name == store.api and len(told) < 2 * _MOST_OPERATIONS:
            told |= {name: store[name] for name in call._asked_for if name in store}
    return sorted(told.values(), key=lambda operation: operation._number)


def _shown(
    numbered: list[tuple[int, Call]], told: Mapping[str, Container[str]]
) -> dict[tuple[str, str], list[_Shown]]:
    shown: dict[tuple[str, str], list[_Shown]] = {}
    for number, call in numbered:
        api = call.response.api.name
        states: dict[str, AnyState | None] = dict.fromkeys(call._asked_for)
        states.update(zip(call.operations, call.states, strict=False))
        for name, state in states.items():
            if name in told.get(api, ()):
                shown.setdefault((api, name), []).append(_Shown(call.at_ns, number, state))
    return shown


def _answers(numbered: list[tuple[int, Call]]) -> Iterator[tuple[_Order, Event]]:
    before: dict[object, int] = {}
    for number, call in numbered:
        api = call.response.api.name
        what = call._asked_for or (call.request.method, call.request._path)
        last = before.get((api, what))
        before[api, what] = call.at_ns
        interval = None if last is None else call.at_ns - last
        yield (call.at_ns, number, _CALL, 0), Answered(call.at_ns, api, call, interval)


def _stretches(passed: list[Passed], dropped: int) -> Iterator[tuple[_Order, Event]]:
    for index, one in enumerate(passed):
        if one.calls < dropped:
            continue  # the calls around it are gone
        begin = one.end_ns - one.length * one.times
        line = None if one.place is None else str(one.place)
        kind = Moved if one.by_test else Waited
        yield (begin, one.calls, _LAST, index), kind(begin, one.length, line, one.times)


def _life(
    api: str, operation: Operation, shown: list[_Shown], *, is_whole: bool
) -> Iterator[tuple[_Order, Event]]:
    """The start of an operation, and its changes so far."""
    born, name = operation.created_ns, operation.id
    here = operation._after
    yield (born, here, _AFTER_CALL, 0), Started(born, api, name, operation.lifecycle)
    times = [one.at_ns for one in shown]
    stages = list(_stages(operation, shown))
    for (_, before), (at, state), (until, _) in zip(
        stages, stages[1:], [*stages[2:], (None, None)], strict=False
    ):
        since = shown[bisect_left(times, at) :]
        meanwhile = [one for one in since if until is None or one.at_ns <= until]
        first = next((one for one in meanwhile if one.shows(state)), None)
        # Polls may see several states at one instant, and one of them may be what ends a state.
        at_once = [one.number for one in since if one.at_ns == at and one.number > here]
        if first is not None and first.at_ns == at:
            here = first.number - 1
        elif at_once:
            here = at_once[-1]
        else:
            here = _BEFORE_CALLS if at > born else operation._after
        is_seen = None if first is None and not is_whole and shown[:1] == since[:1] else bool(first)
        yield (at, here, _AFTER_CALL, 1), Changed(at, api, name, before, state, is_seen)


def _stages(operation: Operation, shown: list[_Shown]) -> Iterator[tuple[int, AnyState]]:
    """When each state of an operation began, but for those that it was never to be seen in."""
    born, plan = operation.created_ns, operation._plan.plan
    entries = operation._store.entries(operation)
    before = None
    for index, entry in enumerate(entries):
        at, state = born + entry, plan[index].state
        is_over = entries[index + 1 : index + 2] == (entry,)
        if is_over and not any(one.at_ns == at and one.state == state for one in shown):
            continue
        if state != before:
            yield at, state
        before = state
