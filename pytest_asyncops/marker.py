"""Reads the marker and the ini file, for the plugin."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from .configure import ResolvedSettings, resolve_settings
from .errors import InvalidArgument, listed
from .serving.api import Api
from .settings import MARK, SERVED, WITHOUT_MOCK, options


def settings_of_marks(item: pytest.Item) -> list[dict[str, Any]]:
    """The settings of each mark of a test, the closest first.

    Raises:
        InvalidArgument: for one without a name.
    """
    return [_located(_keywords(mark), item.config) for mark in item.iter_markers(MARK)]


def settings_of_ini(config: pytest.Config) -> dict[str, Any]:
    """The settings of the ini file.

    Raises:
        InvalidArgument: for a list or a number where pytest takes only strings.
    """
    with warnings.catch_warnings():
        # A list or a number in TOML is understood, but pytest warns of it.
        warnings.simplefilter("ignore")
        values = {name: _of_ini(config, f"{MARK}_{name}") for name, _ in options()}
    given = {name: value for name, value in values.items() if value not in (None, "")}
    return _located(given, config)


def _of_ini(config: pytest.Config, option: str) -> Any:
    try:
        return config.getini(option)
    except (pytest.UsageError, TypeError) as error:
        raise InvalidArgument(
            f"{error}. Write its values in one string, such as {option} = 'one, two'."
        ) from None


def contract_of(item: pytest.Item) -> Any:
    """The setting ``contract`` of a test, which may have no mock; ``None`` for no document."""
    for mark in item.iter_markers(MARK):
        if "contract" in mark.kwargs:
            return _located(mark.kwargs, item.config)["contract"]
    return settings_of_ini(item.config).get("contract")


def resolved(item: pytest.Item, is_served: bool = False) -> ResolvedSettings:
    """The settings of a test: those of its marks, of the ini file, and the defaults.

    Args:
        item: the test.
        is_served: whether it asks for a server by its fixture.

    Raises:
        InvalidArgument: for one that makes no sense; one of the ini file is named with the file.
    """
    told = settings_of_ini(item.config)
    registered = registered_apis(item)
    marks = settings_of_marks(item)
    if is_served:
        told["transport"] = SERVED[0]
        _check_transport(marks)
    try:
        return resolve_settings(*marks, told, registered=registered)
    except InvalidArgument:
        # Other settings may speak of an API that is named there.
        first = {name: told[name] for name in ("apis",) if name in told}
        for name, value in {**first, **told}.items():
            try:
                resolve_settings({**first, name: value}, registered=registered)
            except InvalidArgument as error:
                raise InvalidArgument(
                    f"{item.config.inipath}: {MARK}_{name} = {value!r}: {error}",
                    value=error.value,
                    choices=error.choices,
                ) from None
        raise


def _check_transport(marks: Iterable[Mapping[str, Any]]) -> None:
    """Check that the marks of a test with a server ask for no other transport."""
    for settings in marks:
        transport = settings.get("transport", SERVED)
        if transport not in (SERVED[0], SERVED, [*SERVED]):
            raise InvalidArgument(
                f"transport={transport!r} contradicts asyncops_server, which answers every client. "
                "Leave it out, or use asyncops_mock.",
                value=transport,
            )


def registered_apis(item: pytest.Item) -> list[Api]:
    """The APIs that the project registers for a test, with the hook ``pytest_asyncops_apis``.

    Raises:
        InvalidArgument: if the hook gives anything but an `Api`.
    """
    hook = item.ihook.pytest_asyncops_apis
    found: dict[Api, None] = {}
    for given in reversed(hook(config=item.config)):  # the outermost conftest.py first
        apis = given if isinstance(given, Iterable) else [given]
        for api in apis:
            if not isinstance(api, Api):
                places = listed(one.plugin_name for one in hook.get_hookimpls())
                raise InvalidArgument(
                    f"pytest_asyncops_apis gives {api!r}, which is not an Api. It is in {places}; "
                    "let it return a list of Api values.",
                    value=api,
                )
            found[api] = None
    return list(found)


def mark_in_vain(item: pytest.Function) -> str:
    """What to say of a test that has settings for a mock, and no mock."""
    mark = next(mark for mark in item.own_markers if mark.name == MARK and needs_mock(mark))
    given = [*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())]
    return (
        f"@pytest.mark.{MARK}({', '.join(given)}) of {item.nodeid.partition('[')[0]} has no mock "
        "to set: the test would run against the real services, in real time. Name asyncops_mock "
        "in its arguments, or in @pytest.mark.usefixtures('asyncops_mock'), or remove the mark."
    )


def needs_mock(mark: pytest.Mark) -> bool:
    """Whether a mark has settings that count in a test with a mock alone."""
    return bool(mark.args or mark.kwargs.keys() - WITHOUT_MOCK)


def _located(settings: Mapping[str, Any], config: pytest.Config) -> dict[str, Any]:
    """The same settings, with a path that does not depend on the current directory."""
    path = settings.get("contract")
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        return dict(settings)  # the code that reads it says what is wrong
    return {**settings, "contract": os.path.join(config.rootpath, path)}


def _keywords(mark: pytest.Mark) -> dict[str, Any]:
    if mark.args:
        raise InvalidArgument(
            f"@pytest.mark.{MARK} takes settings by name, not {mark.args[0]!r}; for example "
            f"@pytest.mark.{MARK}(clock='manual')",
            value=mark.args[0],
        )
    return dict(mark.kwargs)
