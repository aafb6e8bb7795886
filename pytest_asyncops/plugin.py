"""The pytest plugin: options, marker, fixture, and the hooks that give each test its mock.

Everything but the table of settings is imported when a test first names the fixture, so that a
session without it pays for nothing.

The fixture has session scope, because Hypothesis runs all examples of a test with one set of
function-scoped fixtures, and rightly complains. The hooks below make the mock new for each test: it
is opened before the fixtures of a test that names it and closed after them. Each example of a
Hypothesis test starts from the state that the fixtures left.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from .settings import GENERAL, READINGS, Setting

if TYPE_CHECKING:
    from types import TracebackType

    from .mocking import AsyncOpsMock, Switch
    from .serving.checkpoint import Checkpoint

_NAME = "asyncops_mock"
_switch_key = pytest.StashKey["Switch"]()


def _options() -> list[tuple[str, Setting]]:
    options = [(setting.name, setting) for setting in GENERAL]
    options += [
        (f"{api}_{setting.name}", setting)
        for api, settings in READINGS.items()
        for setting in settings
    ]
    return options


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every setting as an ini option."""
    for name, setting in _options():
        parser.addini(f"asyncops_{name}", setting.why, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "asyncops(**settings): settings of asyncops_mock for this test; the closest mark wins, "
        "setting by setting.",
    )


@pytest.fixture(scope="session")
def asyncops_mock(request: pytest.FixtureRequest) -> AsyncOpsMock:
    """Chainloop Platform and Pinecone Assistant, stubbed: a `pytest_asyncops.AsyncOpsMock`."""
    return _switch(request.config).mock


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Put everything back, also after an interrupt, which skips the teardown."""
    try:
        return (yield)
    finally:
        if _names_it(item):
            _switch(item.config).abandon()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open the mock, before any fixture of the test."""
    if _names_it(item):
        from .configure import resolve_settings

        with _plainly():
            marks = [_keywords(mark) for mark in item.iter_markers("asyncops")]
            _switch(item.config).open(resolve_settings(*marks, _from_ini(item.config)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let each example of a Hypothesis test start from what the fixtures left."""
    if not _names_it(item):
        return (yield)
    switch = _switch(item.config)
    hypothesis = getattr(getattr(item, "obj", None), "hypothesis", None)
    inner_test = getattr(hypothesis, "inner_test", None)
    if hypothesis is not None:
        hypothesis.inner_test = _from_checkpoint(switch.checkpoint(), hypothesis.inner_test)
    try:
        return (yield)
    except BaseException as error:
        switch.note_failure(error)
        raise
    finally:
        if hypothesis is not None:
            hypothesis.inner_test = inner_test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Close the mock, after the last fixture of the test."""
    if not _names_it(item):
        return (yield)
    switch = _switch(item.config)
    try:
        result = yield
    except BaseException:
        switch.abandon()  # a fixture's own error comes first
        raise
    if switch.is_open:
        with _plainly():
            switch.close()
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(call: pytest.CallInfo[object]) -> None:
    """Let a debugger stand where this package was called, if it has raised its own error there."""
    if call.excinfo is None or call.excinfo.type.__module__ != __package__:
        return
    last = call.excinfo.tb
    entry: TracebackType | None = last
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] != __package__:
            last = entry
        entry = entry.tb_next
    last.tb_next = None


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Keep a credential out of the report where an assertion compares it with another text."""
    messages = sys.modules.get(f"{__package__}.serving.messages")  # not imported means no secret
    if messages is None or not {type(left), type(right)} & {messages.Secret, messages.Hiding}:
        return None
    return [f"{left!r} {op} {right!r}"]


@contextmanager
def _plainly() -> Generator[None, None, None]:
    """Show a user's mistake as its message alone, without lines of this package."""
    from .errors import AsyncOpsError

    try:
        yield
    except (AsyncOpsError, pytest.UsageError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _names_it(item: pytest.Item) -> bool:
    return _NAME in getattr(item, "fixturenames", ())


def _switch(config: pytest.Config) -> Switch:
    from .mocking import Switch

    return config.stash.setdefault(_switch_key, Switch())


def _keywords(mark: pytest.Mark) -> dict[str, Any]:
    if mark.args:
        from .errors import InvalidArgument

        raise InvalidArgument(
            f"@pytest.mark.asyncops takes settings by name, not {mark.args[0]!r}; for example "
            "@pytest.mark.asyncops(clock='manual')",
            value=mark.args[0],
        )
    return dict(mark.kwargs)


def _from_ini(config: pytest.Config) -> dict[str, Any]:
    values = {name: config.getini(f"asyncops_{name}") for name, _ in _options()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _from_checkpoint(checkpoint: Checkpoint, inner_test: Callable[..., Any]) -> Callable[..., Any]:
    """Hypothesis' inner test, made to start each example from the state that the fixtures left."""

    @wraps(inner_test)
    def example(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        checkpoint.restore()
        return inner_test(*args, **kwargs)

    return example
