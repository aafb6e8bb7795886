"""Makes the whole body of a function run in a block, whenever it runs."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, TypeVar, cast

from .errors import InvalidArgument, hides_usage_errors

__tracebackhide__ = hides_usage_errors

Function = TypeVar("Function", bound=Callable[..., Any])

_LATER = (inspect.iscoroutine, inspect.isgenerator, inspect.isasyncgen)
"""What a function returns whose body runs later."""


def holding(function: Function, block: Callable[[], AbstractContextManager[object]]) -> Function:
    """The function, with its body in a new block each time that it is called.

    The body of an ``async def`` and of a generator runs after the call, and may be suspended: the
    block ends with the body.

    Raises:
        InvalidArgument: if it is not a function; later, if a plain function returns a body that is
            yet to run.
    """
    if isinstance(function, type) or not callable(function):
        raise InvalidArgument(
            f"{function!r} cannot be decorated, only a function can. Decorate the methods of a "
            "class one by one, or open a block in its setUp: "
            "self.enterContext(pytest_asyncops.mocked())",
            value=function,
        )
    for is_kind, hold in _KINDS.items():
        if is_kind(function):
            return cast("Function", wraps(function)(hold(function, block)))
    return cast("Function", wraps(function)(_call(function, block)))


_Function = Callable[..., Any]
_Block = Callable[[], AbstractContextManager[object]]


def _call(function: _Function, block: _Block) -> _Function:
    def held(*args: Any, **kwargs: Any) -> Any:
        with block():
            result = function(*args, **kwargs)
            if any(is_later(result) for is_later in _LATER):
                if not inspect.isasyncgen(result):
                    result.close()
                raise InvalidArgument(
                    f"{function!r} returned {type(result).__name__}, whose body would run when the "
                    "mock has closed. Put the decorator right above the async def or the "
                    "generator, below all other decorators.",
                    value=function,
                )
            return result

    return held


def _await(function: _Function, block: _Block) -> _Function:
    async def held(*args: Any, **kwargs: Any) -> Any:
        with block():
            return await function(*args, **kwargs)

    return held


def _generate(function: _Function, block: _Block) -> _Function:
    def held(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with block():
            return (yield from function(*args, **kwargs))

    return held


def _generate_async(function: _Function, block: _Block) -> _Function:
    async def held(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        # This is what "yield from" does for generators that are not asynchronous.
        with block():
            body: AsyncGenerator[Any, Any] = function(*args, **kwargs)
            step = body.asend(None)
            while True:
                try:
                    value = await step
                except StopAsyncIteration:
                    return
                try:
                    step = body.asend((yield value))
                except BaseException as error:
                    step = body.athrow(error)

    return held


_KINDS: dict[Callable[[Any], bool], Callable[[_Function, _Block], _Function]] = {
    inspect.iscoroutinefunction: _await,
    inspect.isgeneratorfunction: _generate,
    inspect.isasyncgenfunction: _generate_async,
}
