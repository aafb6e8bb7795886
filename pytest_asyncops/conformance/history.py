"""Whether what a poller saw, one answer after the other, is a legal life of each operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..configure import find_api
from ..contract.openapi import load_contract
from ..errors import InvalidArgument, counted, hides_usage_errors
from ..lifecycle.states import TRANSITIONS, State
from ..rules.rules import HistorySchema
from ..rules.violation import ConformanceError, Violation, json_path
from ..serving.api import FIRST_ERROR, Api, find_history_schema, find_profile
from .replies import parse, read_reply

__tracebackhide__ = hides_usage_errors


_Sight = tuple[int, Mapping[str, Any]]
"""The index of an answer, and an operation as it shows it."""


def _reachable() -> Mapping[State, frozenset[State]]:
    """For each state, where an operation can be later: there, or further on."""
    reach = {state: {state} for state in State}
    for _ in State:  # a path has no more steps than there are states
        for state, followers in TRANSITIONS.items():
            for follower in followers:
                reach[state] |= reach[follower]
    return {state: frozenset(later) for state, later in reach.items()}


_REACHABLE = _reachable()


def assert_history(values: Iterable[Any], *, api: Api | str, profile: str | None = None) -> None:
    """Assert that what one poller saw, in this order, is a legal life of each operation.

    An operation's status only moves forward, what is fixed at its start never changes, a timestamp
    once set stays, and so does the result of an operation that is done.

    Args:
        values: what `assert_conforms` takes, oldest first: answers of list and get routes mixed
            as they came, or bare operations. Answers with an error status are passed over.
        api: the API, by name or as an `Api`.
        profile: the profile that they are written in, as for `assert_conforms`.

    Raises:
        ConformanceError: if it is none; an ``AssertionError``.
        InvalidArgument: for values that are no answers of this API.

    >>> seen = [{"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}"}
    ...         for word in ("PENDING", "COMPLETED")]
    >>> assert_history(seen, api="chainloop")
    """
    known = find_api(api)
    life = find_history_schema(known)
    if not isinstance(values, Iterable) or isinstance(values, (str, bytes, Mapping)):
        raise InvalidArgument(
            f"values must be a list of answers, oldest first, not {values!r}", value=values
        )
    seen: dict[str, list[_Sight]] = {}
    for index, value in enumerate(values):
        for operation in _operations(value, known, life, profile, index):
            seen.setdefault(operation[life.id], []).append((index, operation))
    found = {name: list(_breaks(known, life, sights)) for name, sights in seen.items()}
    found = {name: wrong for name, wrong in found.items() if wrong}
    if found:
        raise ConformanceError(
            _report(known, life, seen, found),
            violations=[violation for wrong in found.values() for violation in wrong],
        )


def _operations(
    value: Any, api: Api, life: HistorySchema, profile: str | None, index: int
) -> Iterator[Mapping[str, Any]]:
    """The operations that one answer shows."""
    body, written_in = value, None
    if value is not None and not isinstance(value, (dict, list, str, int, float)):
        # Any route will do: the body says itself whether it is a list's.
        reply = read_reply(value, api=api, route=api.routes[0].name)
        if reply.status_code >= FIRST_ERROR or reply.is_head:
            return
        assert reply.body is not None  # it is no payload
        try:
            body = parse(reply.body)
        except ValueError as error:
            raise InvalidArgument(
                f"values[{index}] is not valid JSON: {error}", value=value
            ) from None
        written_in = reply.profile
    for operation in life.found_in(find_profile(api, profile or written_in or "contract")(body)):
        if not isinstance(operation, Mapping) or not isinstance(operation.get(life.id), str):
            raise InvalidArgument(
                f"values[{index}] shows no {api.name} operation: {operation!r} has no {life.id}",
                value=value,
            )
        yield operation


def _breaks(api: Api, life: HistorySchema, sights: list[_Sight]) -> Iterator[Violation]:
    """How the sights of one operation, in order, contradict each other."""
    contract = load_contract(api.checking.contract) if api.checking.contract else None

    def violation(index: int, member: str, message: str, rule: str) -> Violation:
        pointer = f"/components/schemas/{life.schema}/properties/{member}"
        return Violation(
            json_path([index, member]),
            message,
            f"{api.name}.history-{rule}",
            contract.document.place(pointer) if contract else f"#{pointer}",
            operation.get(member),
        )

    last: Mapping[str, Any] = {}
    reached: Any = None  # the last status whose word is documented
    fixed: dict[str, Any] = {}
    for index, operation in sights:
        now = operation.get(life.status)
        if not _can_follow(life, reached, now):
            yield violation(index, life.status, f"cannot come after {reached!r}", "forward")
        for member in (*life.constant, *life.once):
            value = operation.get(member)
            if value is None:
                # Something unset may be left out at any time, but a time does not become unset.
                if member in life.once and member in fixed and not _purged(life, now):
                    yield violation(
                        index, member, f"must still be {fixed[member]!r}, as before", "once"
                    )
            elif fixed.setdefault(member, value) != value:
                rule = "once" if member in life.once else "constant"
                yield violation(index, member, f"must still be {fixed[member]!r}, as before", rule)
        if last.get(life.status) == now and _done(life, now):
            for member in life.result:
                if operation.get(member) != last.get(member):
                    yield violation(
                        index,
                        member,
                        f"must still be {last.get(member)!r}: the operation was done",
                        "result",
                    )
        last = operation
        reached = now if _states(life, now) else reached


def _can_follow(life: HistorySchema, before: Any, now: Any) -> bool:
    earlier, later = _states(life, before), _states(life, now)
    if not earlier or not later:  # a word that nobody documented
        return True
    return any(state in _REACHABLE[origin] for origin in earlier for state in later)


def _states(life: HistorySchema, status: Any) -> frozenset[State]:
    return life.states.get(status, frozenset()) if isinstance(status, str) else frozenset()


def _done(life: HistorySchema, status: Any) -> bool:
    states = _states(life, status)
    return bool(states) and all(state.done for state in states)


def _purged(life: HistorySchema, status: Any) -> bool:
    return _states(life, status) == frozenset({State.PURGED})


def _report(
    api: Api,
    life: HistorySchema,
    seen: Mapping[Any, list[_Sight]],
    found: Mapping[Any, list[Violation]],
) -> str:
    count = len(found)
    lines = [f"what was seen of {counted(count, f'{api.name} operation')} is no legal life:"]
    for name, wrong in found.items():
        lines += ["", f"  operation {name!r}, as it was seen:"]
        sights = seen[name]
        shown = sights if len(sights) <= _MOST_SHOWN else sights[-_MOST_SHOWN:]
        if shown is not sights:
            lines.append(f"    … {len(sights) - len(shown)} earlier ones")
        lines += [f"    [{index}] {operation.get(life.status)}" for index, operation in shown]
        for violation in wrong:
            lines += ["", *(f"  {line}" for line in str(violation).splitlines())]
    return "\n".join(lines)


_MOST_SHOWN = 20
