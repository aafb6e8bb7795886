"""Makes new operations from the arguments of `Stub.start`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

from ..errors import InvalidArgument, hides_usage_errors, listed, unknown_choice
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import Polls, State
from .addresses import check_address
from .api import Api, Field
from .operation import NewOperation
from .plans import checked_lifecycle, is_unmade

__tracebackhide__ = hides_usage_errors


def new_operations(
    api: Api,
    count: int,
    *,
    lifecycle: Callable[[int, Mapping[str, object]], Lifecycle],
    given: Mapping[str, Any],
    number: int,
    taken: Container[str],
) -> Iterator[NewOperation]:
    """New operations of an API, from the values given for its fields.

    Args:
        api: the API.
        count: how many.
        lifecycle: a function of an operation's index (from 0) and fields that returns its
            lifecycle.
        given: for each field a value, or a function of the index that returns one.
        number: how many operations exist already.
        taken: their ids.

    Raises:
        InvalidArgument: for a name that is not a field, or a value that the field cannot have.
    """
    for name in given:
        if name != "id" and name not in api.fields:
            raise unknown_choice(
                f"field of a {api.name} operation",
                name,
                ["id", *api.fields, "lifecycle"],
                _NO_FIELDS.get(name, ""),
            )
    values = {name: given.get(name, field.default) for name, field in api.fields.items()}
    varying = any(map(callable, values.values()))
    shared = None if varying else _checked(api, values)
    named: set[str] = set()
    for index in range(count):
        number += 1
        own = shared
        if own is None:
            own = _checked(
                api,
                {
                    name: value
                    if not callable(value)
                    else value(index)
                    if name in given
                    else value(number)
                    for name, value in values.items()
                },
            )
        plan = lifecycle(index, own)
        name = _named(api, given.get("id"), index, number, taken, named)
        if given:
            check_address(api, {**{field: own.get(field) for field in given}, "id": name})
        named.add(name)
        yield NewOperation(name, own, plan)


_BY_HAND = "or move it by hand: Lifecycle.manual(), and operation.run(), .succeed(), .fail()"
_STATE = (
    "The lifecycle decides the state, such as lifecycle=Lifecycle.fails('why', "
    f"running=30), .hangs() or .succeeds(); {_BY_HAND}."
)
_MESSAGE = "The lifecycle decides whether it fails: lifecycle=Lifecycle.fails('why')."
_PERCENT = (
    "The lifecycle decides the percentage: lifecycle=Lifecycle.hangs(percent=40), or "
    "progress=Progress.stalled(90)."
)
_TIME = (
    "Times are those of the server's clock: the setting epoch= says when it starts, and "
    "mock.clock.advance() moves it on before an operation is started; the lifecycle decides how "
    "long it takes: lifecycle=Lifecycle.succeeds(pending=2, running=30)."
)
_NO_FIELDS = {
    **dict.fromkeys(("state", "status", "done"), _STATE),
    **dict.fromkeys(("message", "error", "error_message"), _MESSAGE),
    **dict.fromkeys(("percent", "percent_complete", "progress"), _PERCENT),
    **dict.fromkeys(("pending", "running", "duration", "after"), _TIME),
    **dict.fromkeys(
        ("created_at", "created_on", "started_at", "finished_at", "completed_on"), _TIME
    ),
    "output": "The lifecycle has the output: lifecycle=Lifecycle.succeeds(output=b'...').",
    "count": "Several are started with start_many(3).",
}
"""Names that tests give as fields by mistake, and where they belong."""


def admit(api: Api, fields: Mapping[str, object], lifecycle: Lifecycle) -> None:
    """Raise `InvalidArgument` for an operation that the API cannot show."""
    check_states(api, lifecycle)
    api.serving.admit(fields, lifecycle)


_NEVER_SEEN = (0, Polls(0))
"""The length of a step in which an operation is never seen."""


def check_states(api: Api, lifecycle: Lifecycle) -> None:
    """Raise `InvalidArgument` for a lifecycle with a state for which the API has no status."""
    for step in lifecycle.plan:
        if step.lasts in _NEVER_SEEN:
            continue
        if step.state not in api.statuses and step.state is not State.PURGED:
            choices = [
                state.name if isinstance(state, State) else repr(state) for state in api.statuses
            ]
            raise InvalidArgument(
                f"{api.name} has no status for {step.state!r}; it has {listed(choices)}",
                value=step.state,
                choices=choices,
            )


def _checked(api: Api, values: Mapping[str, object]) -> Mapping[str, object]:
    return {
        name: _value(api, name, api.fields[name], value)
        for name, value in values.items()
        if value is not None or api.fields[name].required
    }


def _value(api: Api, name: str, field: Field, value: object) -> object:
    if value is None:
        raise InvalidArgument(
            f"a {api.name} operation needs {name}=; for example start({name}='...')", value=value
        )
    kinds = field.kind if isinstance(field.kind, tuple) else (field.kind,)
    is_flag = isinstance(value, bool) and bool not in kinds
    if is_flag or not isinstance(value, field.kind):
        raise InvalidArgument(
            f"{name} must be {listed(kind.__name__ for kind in kinds)}, not {value!r}", value=value
        )
    if field.choices and value not in field.choices:
        raise unknown_choice(name, value, field.choices)
    return value


def planned(lifecycle: Any) -> Callable[[int, Mapping[str, object]], Lifecycle]:
    """A function of an operation's index and fields that returns its lifecycle.

    Args:
        lifecycle: the lifecycle, or a function of the index that returns it.
    """
    if callable(lifecycle) and not is_unmade(lifecycle):
        return lambda index, fields: checked_lifecycle(lifecycle(index))
    return lambda index, fields: checked_lifecycle(lifecycle)


def _named(
    api: Api, given: Any, index: int, number: int, taken: Container[str], named: Container[str]
) -> str:
    name = given(index) if callable(given) else given
    if name is None:
        # A test may have used the id that would come next.
        while (name := api.new_id(number)) in taken or name in named:
            number += 1
    if not isinstance(name, str) or not name:
        raise InvalidArgument(f"id must be a string that is not empty, not {name!r}", value=name)
    return name
