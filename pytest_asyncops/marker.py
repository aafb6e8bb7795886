"""Reads the marker and the ini file, for the plugin."""

from __future__ import annotations

from typing import Any

import pytest

from .configure import ResolvedSettings, resolve_settings
from .errors import InvalidArgument
from .settings import MARK, options


def settings_of_marks(item: pytest.Item) -> list[dict[str, Any]]:
    """The settings of each mark of a test, the closest first.

    Raises:
        InvalidArgument: for one without a name.
    """
    return [_keywords(mark) for mark in item.iter_markers(MARK)]


def settings_of_ini(config: pytest.Config) -> dict[str, Any]:
    """The settings of the ini file."""
    values = {name: config.getini(f"{MARK}_{name}") for name, _ in options()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def resolved(item: pytest.Item) -> ResolvedSettings:
    """The settings of a test: those of its marks, of the ini file, and the defaults.

    Raises:
        InvalidArgument: for one that makes no sense; one of the ini file is named with the file.
    """
    told = settings_of_ini(item.config)
    try:
        return resolve_settings(*settings_of_marks(item), told)
    except InvalidArgument:
        for name, value in told.items():
            try:
                resolve_settings({name: value})
            except InvalidArgument as error:
                raise InvalidArgument(
                    f"{item.config.inipath}: {MARK}_{name} = {value!r}: {error}",
                    value=error.value,
                    choices=error.choices,
                ) from None
        raise


def mark_in_vain(item: pytest.Function) -> str:
    """What to say of a test that has settings for a mock, and no mock."""
    mark = next(
        mark for mark in item.own_markers if mark.name == MARK and (mark.args or mark.kwargs)
    )
    given = [*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())]
    return (
        f"@pytest.mark.{MARK}({', '.join(given)}) of {item.nodeid.partition('[')[0]} has no mock "
        "to set: the test would run against the real services, in real time. Name asyncops_mock "
        "in its arguments, or in @pytest.mark.usefixtures('asyncops_mock'), or remove the mark."
    )


def _keywords(mark: pytest.Mark) -> dict[str, Any]:
    if mark.args:
        raise InvalidArgument(
            f"@pytest.mark.{MARK} takes settings by name, not {mark.args[0]!r}; for example "
            f"@pytest.mark.{MARK}(clock='manual')",
            value=mark.args[0],
        )
    return dict(mark.kwargs)
