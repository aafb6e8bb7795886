"""Says what to write instead if a call does not fit the function.

Python's own ``TypeError`` counts positional arguments, and counts ``self`` among them; it does not
say what the arguments are called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from .errors import InvalidCall, hides_usage_errors, listed, unknown_choice

__tracebackhide__ = hides_usage_errors

_F = TypeVar("_F", bound=Callable[..., Any])


def explained(likely: str = "") -> Callable[[_F], _F]:
    """A decorator: a call that does not fit the function's signature says what to write.

    Editors and type checkers see the function as it is, and a call that fits costs next to nothing.

    Args:
        likely: the argument that is most likely meant by one that was given without a name.

    >>> @explained("lifecycle")
    ... def run(*, lifecycle=None): ...
    >>> run(5)
    Traceback (most recent call last):
    pytest_asyncops.InvalidArgument: run() takes lifecycle by name, not 5. Write run(lifecycle=...).
    """

    def decorated(function: _F) -> _F:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except TypeError as error:
                # With no frame below this one, the function was not entered: it does not fit.
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                misfit = _misfit(function, args, kwargs, likely)
            raise misfit

        return cast("_F", called)

    return decorated


def _misfit(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], likely: str
) -> Exception:
    """What is wrong with a call that does not fit."""
    parameters = list(inspect.signature(function).parameters.values())
    if parameters and parameters[0].name in ("self", "cls"):
        parameters, args = parameters[1:], args[1:]
    call = f"{function.__name__}()"
    in_order = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, _BOTH)]
    named = [one for one in parameters if one.kind in (_BOTH, one.KEYWORD_ONLY)]
    names = [one.name for one in named]
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    unknown = [name for name in kwargs if name not in names]
    if len(args) > len(in_order):
        stray = args[len(in_order)]
        rest = names[len(in_order) :]
        if not rest and not takes_any:
            return InvalidCall(
                f"{call} takes {f'only {listed(names)}' if names else 'no arguments'}, not "
                f"{stray!r}",
                value=stray,
                choices=names,
            )
        guess = likely or (rest[0] if rest else "")
        return InvalidCall(
            f"{call} takes {'its arguments' if takes_any else listed(rest)} by name, not {stray!r}."
            f"{f' Write {function.__name__}({guess}=...).' if guess else ''}",
            value=stray,
            choices=rest,
        )
    if unknown and not takes_any:
        return unknown_choice(f"argument of {call}", unknown[0], names, error=InvalidCall)
    for one, value in zip(in_order, args, strict=False):
        if one.name in kwargs:
            return InvalidCall(
                f"{call} has been given {one.name} twice, as {value!r} and as "
                f"{kwargs[one.name]!r}. Leave one of them out.",
                value=kwargs[one.name],
            )
    missing = [
        one.name
        for one in parameters
        if one.default is one.empty
        and one.kind in (_BOTH, one.KEYWORD_ONLY)
        and one.name not in kwargs
        and one not in in_order[: len(args)]
    ]
    needs = " and ".join(f"{name}=" for name in missing)
    return InvalidCall(f"{call} needs {needs}", choices=missing)


_BOTH = inspect.Parameter.POSITIONAL_OR_KEYWORD
