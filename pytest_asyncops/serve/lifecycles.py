"""Lifecycles as data: in a seed file, and in requests to the control routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import InvalidArgument, hides_usage_errors, listed, unknown_choice
from ..lifecycle.lifecycle import Lifecycle

__tracebackhide__ = hides_usage_errors

_KINDS: Mapping[str, tuple[Callable[..., Lifecycle], tuple[str, ...]]] = {
    "succeeds": (Lifecycle.succeeds, ("pending", "running", "output")),
    "fails": (Lifecycle.fails, ("message", "pending", "running", "percent")),
    "hangs": (Lifecycle.hangs, ("pending", "percent")),
}
"""For each kind its function, and the arguments of that."""

_PURGED = "then_purged"


def lifecycle_of(value: object) -> Lifecycle:
    """The lifecycle that a value of YAML or JSON describes; a `Lifecycle` is returned as it is.

    >>> lifecycle_of("hangs") == Lifecycle.hangs()
    True
    >>> lifecycle_of({"succeeds": {"running": 30}, "then_purged": 60}).at(90).state
    State.PURGED

    Raises:
        InvalidArgument: if it describes none.
    """
    if isinstance(value, Lifecycle):
        return value
    given = {value: {}} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        raise InvalidArgument(
            f"a lifecycle is one of {listed(_KINDS)}, or one of these with its arguments, as in "
            f"{{'succeeds': {{'running': 30}}}}, not {value!r}",
            value=value,
        )
    kinds = [name for name in given if name != _PURGED]
    if len(kinds) != 1:
        raise InvalidArgument(f"a lifecycle is one of {listed(_KINDS)}, not {value!r}", value=value)
    [kind] = kinds
    if kind not in _KINDS:
        raise unknown_choice("lifecycle", kind, [*_KINDS, _PURGED])
    make, names = _KINDS[kind]
    lifecycle = make(**_arguments(kind, given[kind], names))
    return lifecycle.then_purged(given[_PURGED]) if _PURGED in given else lifecycle


def _arguments(kind: str, given: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise InvalidArgument(
            f"{kind} takes {listed(names)}, by name, not {given!r}", value=given, choices=names
        )
    for name in given:
        if name not in names:
            raise unknown_choice(f"argument of {kind}", name, names)
    arguments = dict(given)
    if kind == "fails":
        arguments.setdefault("message", "it failed")
    output = arguments.get("output")
    if isinstance(output, str):
        arguments["output"] = output.encode()
    return arguments
