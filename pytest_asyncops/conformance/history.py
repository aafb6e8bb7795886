"""Asserts that the answers that one poller got, in order, are a valid history of each operation."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..arguments import explained
from ..contract.openapi import load_contract
from ..errors import AsyncOpsError, InvalidArgument, counted, hides_usage_errors, shortened
from ..known_apis import find_api
from ..lifecycle.states import TRANSITIONS, AnyState, State
from ..rules.equality import json_equal
from ..rules.rules import HistorySchema
from ..rules.timestamps import instant_of
from ..rules.violation import ConformanceError, Violation, json_path
from ..serving.api import FIRST_ERROR, Api, find_history_schema, find_profile
from .api_routes import find_api_route
from .assertions import allowed_now
from .client_responses import ClientResponse, parse, read_response
from .reproduction import snippet

__tracebackhide__ = hides_usage_errors


_Sight = tuple[int, Mapping[str, Any]]
"""The index of an answer, and an operation as this answer shows it."""


def _reachable() -> Mapping[State, frozenset[State]]:
    """For each state, the states in which an operation can be later."""
    reach = {state: set(followers) for state, followers in TRANSITIONS.items()}
    reach[State.PENDING].add(State.PENDING)  # in another of the API's own states with this meaning
    for _ in State:  # a path has no more steps than there are states
        for state in State:
            reach[state].update(*[reach[follower] for follower in reach[state]])
    return {state: frozenset(later) for state, later in reach.items()}


_REACHABLE = _reachable()


def _may_be_later(earlier: AnyState, later: AnyState) -> bool:
    return earlier == later or later.meaning in _REACHABLE[earlier.meaning]


@explained()
def assert_history(
    values: Iterable[Any],
    *,
    api: Api | str,
    profile: str | None = None,
    readings: Mapping[str, object] | None = None,
) -> None:
    """Assert that the answers that one poller got, in order, are a valid history of each operation.

    An operation's status only moves forward. What is fixed at its start never changes. A timestamp
    stays once it is set, and the result stays once the operation is done.

    Args:
        values: the answers, oldest first: values that `assert_conforms` accepts, from list and get
            routes, or bare operations. Answers with an error status are skipped.
        api: the API, by name or as an `Api`.
        profile: the profile in which they are written, as for `assert_conforms`.
        readings: readings of the API by name, which say what is not a change: ``other_notation``
            and ``empty_or_missing``; by default those of the mock that serves the API now.

    Raises:
        ConformanceError: if it is not valid; an ``AssertionError``.
        InvalidArgument: for values that are not answers of this API, or if none shows an operation,
            and for an unknown reading.

    >>> seen = [{"id": "1", "status": f"ASYNC_OPERATION_STATUS_{word}"}
    ...         for word in ("PENDING", "COMPLETED")]
    >>> assert_history(seen, api="chainloop")
    """
    known = find_api(api)
    history = find_history_schema(known)
    if not isinstance(values, Iterable) or isinstance(values, (str, bytes, Mapping)):
        raise InvalidArgument(
            f"values must be a list of answers, oldest first, not {shortened(values)}", value=values
        )
    seen: dict[str, list[_Sight]] = {}
    values = list(values)
    for index, value in enumerate(values):
        for operation in _operations(value, known, history, profile, index):
            seen.setdefault(operation[history.id], []).append((index, operation))
    if not seen:
        raise InvalidArgument(_nothing_shown(len(values)), value=values)
    same = _sameness(known, allowed_now(known, readings))
    found = {name: list(_breaks(known, history, same, sights)) for name, sights in seen.items()}
    found = {name: wrong for name, wrong in found.items() if wrong}
    if found:
        broken = [violation for wrong in found.values() for violation in wrong]
        again = _reproduction(values, broken, {"api": known.name, "profile": profile,
                                               "readings": readings})  # fmt: skip
        raise ConformanceError(_report(known, history, seen, found) + again, violations=broken)


def _reproduction(
    values: Sequence[Any], found: Sequence[Violation], given: Mapping[str, Any]
) -> str:
    """A call with payloads that finds the same; empty for payloads, and if no call does."""
    try:
        bodies = [
            response.body
            for response in map(read_response, values)
            if response.status_code < FIRST_ERROR and not response.is_head
        ]
        payloads = [parse(body) for body in bodies if body is not None]
        if len(payloads) == len(bodies):
            assert_history(payloads, **given)
    except ConformanceError as error:
        lines = snippet("assert_history", payloads, given)
        if lines and error.violations == tuple(found):
            return "\n".join(["\n", "To reproduce it:", "", *(f"  {line}" for line in lines)])
    except AsyncOpsError:  # such as for the test's own API, which has no known name
        pass
    return ""


def _nothing_shown(count: int) -> str:
    why = "values is empty"
    if count:
        why = f"no operation is shown in {counted(count, 'answer')}; errors are skipped"
    return (
        f"there is nothing to assert: {why}. Give the answers that the poller got, such as "
        "operation.calls, and make sure that it has polled."
    )


def _operations(
    value: Any, api: Api, history: HistorySchema, profile: str | None, index: int
) -> Iterator[Mapping[str, Any]]:
    """The operations in one answer."""
    body, written_in = value, None
    if value is not None and not isinstance(value, (dict, list, str, int, float)):
        response = read_response(value)
        if response.status_code >= FIRST_ERROR or response.is_head:
            return
        if history.routes and _route(response, api) not in (None, *history.routes):
            return
        assert response.body is not None  # only payloads have no body
        try:
            body = parse(response.body)
        except ValueError as error:
            raise InvalidArgument(
                f"values[{index}] is not valid JSON: {error}", value=value
            ) from None
        written_in = response.recorded and response.recorded.profile
    name = profile if profile is not None else written_in or "contract"
    for operation in history.found_in(find_profile(api, name)(body)):
        if not isinstance(operation, Mapping) or not isinstance(operation.get(history.id), str):
            raise InvalidArgument(
                f"values[{index}] shows no {api.name} operation: "
                f"{shortened(operation)} has no {history.id}",
                value=value,
            )
        yield operation


def _route(response: ClientResponse, api: Api) -> str | None:
    """The name of the route that answered, if it is known."""
    try:
        _, route = find_api_route(response, api=api)
    except InvalidArgument:
        return None
    return None if route is None else route.name


class _Sameness(NamedTuple):
    """The differences that do not count as a change of a member.

    Attributes:
        ignores_notation: whether an instant may be written in another notation.
        empty_is_missing: whether an empty text counts as a missing one.
    """

    ignores_notation: bool
    empty_is_missing: bool

    def shown(self, operation: Mapping[str, Any], member: str) -> Any:
        """The value of a member, ``None`` if there is none."""
        value = operation.get(member)
        return None if value == "" and self.empty_is_missing else value

    def is_same(self, before: Any, now: Any) -> bool:
        """Whether a value has not changed."""
        if json_equal(before, now):
            return True
        if not (self.ignores_notation and isinstance(before, str) and isinstance(now, str)):
            return False
        instant = instant_of(before)
        return instant is not None and instant == instant_of(now)


def _sameness(api: Api, allowed: Container[str]) -> _Sameness:
    # An API of your own may have no such reading.
    refused = {setting.name for setting in api.readings if setting.name not in allowed}
    return _Sameness("other_notation" not in refused, "empty_or_missing" not in refused)


def _breaks(
    api: Api, history: HistorySchema, same: _Sameness, sights: list[_Sight]
) -> Iterator[Violation]:
    """The contradictions between the sights of one operation, in order."""
    name, directory = api.checking.contract, api.checking.directory
    contract = load_contract(name, directory) if name else None

    def violation(index: int, member: str, message: str, rule: str) -> Violation:
        pointer = f"/components/schemas/{history.schema}/properties/{member}"
        return Violation(
            json_path([index, member]),
            message,
            f"{api.name}.history-{rule}",
            contract.place(pointer) if contract else f"#{pointer}",
            operation.get(member),
            member not in operation,
        )

    last: Mapping[str, Any] = {}
    reached: Any = None  # the last documented status
    fixed: dict[str, Any] = {}
    for index, operation in sights:
        now = operation.get(history.status)
        if not _can_follow(history, reached, now):
            before = f"cannot come after {shortened(reached)}"
            yield violation(index, history.status, before, "forward")
        for member in (*history.constant, *history.once):
            value = same.shown(operation, member)
            if value is None:
                # A member that is not set may be left out, but a timestamp does not become unset.
                if member in history.once and member in fixed and not _purged(history, now):
                    yield violation(index, member, _as_before(fixed[member]), "once")
            elif not same.is_same(fixed.setdefault(member, value), value):
                rule = "once" if member in history.once else "constant"
                yield violation(index, member, _as_before(fixed[member]), rule)
        if last.get(history.status) == now and _done(history, now):
            for member in history.result:
                if not same.is_same(same.shown(last, member), same.shown(operation, member)):
                    yield violation(
                        index,
                        member,
                        f"must still be {shortened(last.get(member))}: the operation was done",
                        "result",
                    )
        last = operation
        reached = now if _states(history, now) else reached


def _as_before(value: Any) -> str:
    return f"must still be {shortened(value)}, as before"


def _can_follow(history: HistorySchema, before: Any, now: Any) -> bool:
    earlier, later = _states(history, before), _states(history, now)
    if not earlier or not later:  # a status that is not documented
        return True
    return any(_may_be_later(origin, state) for origin in earlier for state in later)


def _states(history: HistorySchema, status: Any) -> frozenset[AnyState]:
    return history.states.get(status, frozenset()) if isinstance(status, str) else frozenset()


def _done(history: HistorySchema, status: Any) -> bool:
    states = _states(history, status)
    return bool(states) and all(state.done for state in states)


def _purged(history: HistorySchema, status: Any) -> bool:
    return {state.meaning for state in _states(history, status)} == {State.PURGED}


def _report(
    api: Api,
    history: HistorySchema,
    seen: Mapping[Any, list[_Sight]],
    found: Mapping[Any, list[Violation]],
) -> str:
    count = len(found)
    lines = [
        f"the answers about {counted(count, f'{api.name} operation')} are not a valid history:"
    ]
    for name, wrong in found.items():
        lines += ["", f"  operation {name!r}, as the answers showed it:"]
        sights = seen[name]
        shown = sights if len(sights) <= _MOST_SHOWN else sights[-_MOST_SHOWN:]
        if shown is not sights:
            lines.append(f"    … {len(sights) - len(shown)} earlier ones")
        lines += [f"    [{index}] {operation.get(history.status)}" for index, operation in shown]
        for violation in wrong:
            lines += ["", *(f"  {line}" for line in str(violation).splitlines())]
    return "\n".join(lines)


_MOST_SHOWN = 20
