"""The whole body of a decorated function runs in its block, whatever kind of function it is."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.holding import holding


class Blocks:
    """Counts blocks, and says how each has ended."""

    def __init__(self) -> None:
        self.open = 0
        self.ends: list[type[BaseException] | None] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        except BaseException as error:
            self.ends.append(type(error))
            raise
        else:
            self.ends.append(None)
        finally:
            self.open -= 1


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


def test_a_plain_function(blocks):
    def add(one, *, two=2):
        """Adds."""
        return one + two + 10 * blocks.open

    held = holding(add, blocks)
    assert (held(1), held(1, two=1)) == (13, 12)
    assert blocks.ends == [None, None]
    assert (held.__name__, held.__doc__, inspect.signature(held)) == (
        "add",
        "Adds.",
        inspect.signature(add),
    )


def test_an_error_ends_the_block(blocks):
    with pytest.raises(ZeroDivisionError):
        holding(lambda: 1 / 0, blocks)()
    assert blocks.ends == [ZeroDivisionError]


def test_a_coroutine_function(blocks):
    async def body():
        await asyncio.sleep(0)
        return blocks.open

    for function in (body, functools.partial(body)):
        held = holding(function, blocks)
        assert inspect.iscoroutinefunction(held)
        coroutine = held()
        assert blocks.open == 0  # the body has not begun
        assert asyncio.run(coroutine) == 1
    assert blocks.ends == [None, None]


def test_two_runs_at_once_have_a_block_each(blocks):
    async def body(runs):
        await runs.wait()
        return blocks.open

    async def main():
        runs = asyncio.Event()
        tasks = [asyncio.ensure_future(held(runs)) for _ in range(2)]
        await asyncio.sleep(0)
        runs.set()
        return await asyncio.gather(*tasks)

    held = holding(body, blocks)
    assert asyncio.run(main()) == [2, 1]


def echo(blocks):
    """A generator that gives back what it is sent, and how many blocks are open."""
    sent = None
    while sent != "enough":
        try:
            sent = yield sent, blocks.open
        except KeyError as error:
            sent = repr(error)
    return "done"


def test_a_generator_function(blocks):
    held = holding(echo, blocks)
    assert inspect.isgeneratorfunction(held)
    generator = held(blocks)
    assert blocks.open == 0
    assert next(generator) == (None, 1)
    assert generator.send("x") == ("x", 1)
    assert generator.throw(KeyError("y")) == ("KeyError('y')", 1)
    with pytest.raises(StopIteration) as caught:
        generator.send("enough")
    assert caught.value.value == "done"
    assert (blocks.open, blocks.ends) == (0, [None])
    generator = held(blocks)
    next(generator)
    generator.close()
    assert (blocks.open, blocks.ends) == (0, [None, GeneratorExit])


async def echo_later(blocks):
    sent = None
    while sent != "enough":
        try:
            await asyncio.sleep(0)
            sent = yield sent, blocks.open
        except KeyError as error:
            sent = repr(error)


def test_an_asynchronous_generator_function(blocks):
    async def main():
        generator = held(blocks)
        assert blocks.open == 0
        assert await anext(generator) == (None, 1)
        assert await generator.asend("x") == ("x", 1)
        assert await generator.athrow(KeyError("y")) == ("KeyError('y')", 1)
        with pytest.raises(StopAsyncIteration):
            await generator.asend("enough")
        assert (blocks.open, blocks.ends) == (0, [None])
        generator = held(blocks)
        await anext(generator)
        await generator.aclose()
        assert (blocks.open, blocks.ends) == (0, [None, GeneratorExit])
        generator = held(blocks)
        await anext(generator)
        with pytest.raises(ZeroDivisionError):
            await generator.athrow(ZeroDivisionError)
        assert (blocks.open, blocks.ends) == (0, [None, GeneratorExit, ZeroDivisionError])

    held = holding(echo_later, blocks)
    assert inspect.isasyncgenfunction(held)
    asyncio.run(main())


@pytest.mark.parametrize("kind", ["coroutine", "generator", "async_generator"])
def test_a_plain_function_whose_body_is_yet_to_run(blocks, kind):
    async def coroutine():
        pass

    def generator():
        yield

    async def async_generator():
        yield

    body = locals()[kind]

    @functools.wraps(body)
    def decorated():  # as many decorators do it
        return body()

    with pytest.raises(InvalidArgument) as caught:
        holding(decorated, blocks)()
    assert str(caught.value) == (
        f"{decorated!r} returned {kind}, whose body would run when the mock has closed. Put the "
        "decorator right above the async def or the generator, below all other decorators."
    )
    assert caught.value.value is decorated


@pytest.mark.parametrize("value", [Blocks, None, "name"])
def test_what_is_no_function(blocks, value):
    with pytest.raises(InvalidArgument) as caught:
        holding(value, blocks)
    assert str(caught.value).startswith(f"{value!r} cannot be decorated, only a function can. ")
    assert caught.value.value is value
