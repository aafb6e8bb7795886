"""Reads the values of settings, from Python or from the texts of an ini file."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from .durations import instant_to_ns, to_ns
from .errors import (
    InvalidArgument,
    checked_count,
    checked_flag,
    hides_usage_errors,
    listed,
    unknown_choice,
)
from .network.hosts import normal_patterns
from .serving.base_urls import checked_base_url
from .settings import Setting

__tracebackhide__ = hides_usage_errors

_PATTERN = re.compile(r"(?:\*\.)?(?:[^\s/:*?#@\[\]]+|\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]?)")


def read(setting: Setting, name: str, given: Mapping[str, object]) -> Any:
    """The value of a setting among those that are given by name, or its default.

    Args:
        setting: the setting.
        name: what it is called where it is given.
        given: what is given.

    Raises:
        InvalidArgument: for a value that it cannot have.
    """
    value = given.get(name, setting.default)
    if setting.kind == "choice":
        if value not in setting.choices:
            raise unknown_choice(name, value, setting.choices)
        return value
    if setting.kind == "choices":
        return _choices(value, name, setting.choices)
    return _READERS[setting.kind](value, name)


def words(value: Any) -> Any:
    """The words of a text, with spaces or commas in between; anything else as it is."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _choices(value: Any, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Some of these choices; none if the first of them, which stands for the others, is given."""
    given = words(value)
    if not isinstance(given, Iterable) or isinstance(given, (bytes, Mapping)):
        given = [given]
    chosen = tuple(given)
    every, *others = choices
    if chosen == (every,):
        return ()
    for word in chosen:
        if word not in others:
            raise unknown_choice(name, word, choices if len(chosen) == 1 else others)
    if not chosen or len(set(chosen)) < len(chosen):
        raise InvalidArgument(
            f"{name} must be {every!r}, or some of {listed(map(repr, others))}, each once, "
            f"not {value!r}",
            value=value,
            choices=choices,
        )
    return chosen


def _hosts(value: Any, name: str) -> tuple[str, ...]:
    patterns = words(value)
    if not isinstance(patterns, Iterable) or isinstance(patterns, (bytes, Mapping)):
        patterns = [patterns]
    checked = []
    for pattern in patterns:
        if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern):
            raise InvalidArgument(
                f"{name} has names of hosts, such as 'api.example.com', '*.example.com' or "
                f"'192.0.2.1', without scheme, port and path, not {pattern!r}",
                value=pattern,
            )
        checked.append(pattern)
    return normal_patterns(checked)


def _urls(value: Any, name: str) -> Mapping[str, str | Mapping[str, str]]:
    if isinstance(value, str):
        value = _urls_of_lines(value, name)
    if not isinstance(value, Mapping):
        raise InvalidArgument(
            f"{name} must map API names to URLs, like {{'chainloop': 'http://localhost:8080'}}, "
            f"not {value!r}",
            value=value,
        )
    return {
        api: {
            host: checked_base_url(url, f"{name}[{api!r}][{host!r}]") for host, url in urls.items()
        }
        if isinstance(urls, Mapping)
        else checked_base_url(urls, f"{name}[{api!r}]")
        for api, urls in value.items()
    }


def _urls_of_lines(text: str, name: str) -> Mapping[str, str | Mapping[str, str]]:
    """The URLs in lines such as ``jobs=URL``, or ``jobs.uploads=URL`` for one host of several."""
    found: dict[str, Any] = {}
    for line in text.split():
        key, _, url = line.partition("=")
        if not url:
            raise InvalidArgument(
                f"{name} must name the API of each URL, as in 'chainloop={key}', not {text!r}",
                value=text,
            )
        api, _, host = key.partition(".")
        if not host:
            found[api] = url
        elif isinstance(found.setdefault(api, {}), dict):
            found[api][host] = url
        else:
            raise InvalidArgument(
                f"{name} has {api} as a whole, and {key} too. Leave one of them out.", value=text
            )
    return found


def _flag(value: Any, name: str) -> bool:
    return checked_flag({"true": True, "false": False}.get(str(value).lower(), value), name)


def _rate(value: Any, name: str) -> float:
    number = value
    if isinstance(value, str):
        with suppress(ValueError):
            number = float(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 < number < 1e9:
        raise InvalidArgument(
            f"{name} must be a number above 0, and below a billion, not {value!r}", value=value
        )
    return number


def _count(value: Any, name: str) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return checked_count(value, name, 1)


def _seconds(value: Any, name: str) -> Any:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise InvalidArgument(
                f"{name} must be a number of seconds, not {value!r}", value=value
            ) from None
    to_ns(value, name)
    return value


def _instant(value: Any, name: str) -> int | None:
    if value == "now":
        return None
    if isinstance(value, datetime.datetime):
        return instant_to_ns(value, name)
    try:
        # Python 3.10's fromisoformat does not know the Z.
        instant = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        raise InvalidArgument(
            f"{name} must be 'now', an instant like '2026-01-01T00:00:00Z' or a datetime with a "
            f"time zone, not {value!r}",
            value=value,
        ) from None
    if instant.tzinfo is None:
        raise InvalidArgument(
            f"{name}={value!r} has no time zone. For UTC write {name}='{instant.isoformat()}Z'.",
            value=value,
        )
    return instant_to_ns(instant, name)


def _path(value: Any, name: str) -> str | None:
    if value is None:
        return None
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(path, str) or not path:
        raise InvalidArgument(f"{name} must be the path of a file, not {value!r}", value=value)
    return os.path.abspath(path)


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "names": lambda value, name: value,  # `known_apis` has read them
    "hosts": _hosts,
    "urls": _urls,
    "count": _count,
    "seconds": _seconds,
    "instant": _instant,
    "path": _path,
    "flag": _flag,
    "rate": _rate,
}
