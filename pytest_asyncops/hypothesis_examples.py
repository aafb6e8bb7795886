"""Gives each example of a Hypothesis test a mock in the state that the fixtures have left."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from .mocking import Switch
from .serving.checkpoint import Checkpoint


@contextmanager
def each_from_the_start(
    hypothesis: Any, open_switch: Callable[[], Switch | None]
) -> Generator[None, None, None]:
    """Let each example of a test start from the state at the beginning of this block.

    Args:
        hypothesis: what Hypothesis has put on the test.
        open_switch: returns the switch of the mock that is open, ``None`` if none is.
    """
    inner_test = hypothesis.inner_test
    examples = Examples(open_switch)
    hypothesis.inner_test = examples.of(inner_test)
    try:
        yield
    finally:
        hypothesis.inner_test = inner_test
        examples.end()


class Examples:
    """The examples of a Hypothesis test: each starts from the state that the fixtures left.

    Between two of them the mock is in that state too, because Hypothesis prints the arguments of an
    example before it runs: the mock, and what fixtures have made of it.

    Args:
        open_switch: returns the switch of the mock that is open, ``None`` if none is.
    """

    def __init__(self, open_switch: Callable[[], Switch | None]) -> None:
        self._open_switch = open_switch
        switch = open_switch()
        self._start = switch.checkpoint() if switch else None
        self._last: Checkpoint | None = None

    def of(self, inner_test: Any) -> Callable[..., Any]:
        """Hypothesis' inner test, made to do so."""

        @wraps(inner_test)
        def example(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            self._begin()
            try:
                outcome = inner_test(*args, **kwargs)
            except BaseException:
                self._pause()
                raise
            if hasattr(outcome, "__await__"):
                return self._awaited(outcome)
            self._pause()
            return outcome

        return example

    async def _awaited(self, outcome: Any) -> Any:
        __tracebackhide__ = True
        try:
            return await outcome
        finally:
            self._pause()

    def _begin(self) -> None:
        if self._start is None and (switch := self._open_switch()):
            switch.mock.reset()  # an earlier example has opened it

    def _pause(self) -> None:
        if self._start is not None and (switch := self._open_switch()):
            self._last = switch.checkpoint()
            self._start.restore()

    def end(self) -> None:
        """Go back to the state after the last example: it is the one that is reported."""
        if self._last is not None:
            self._last.restore()
