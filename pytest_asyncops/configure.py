"""Checks the settings that users write in markers, ini files and calls of `mocked`."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .apis.chainloop import CHAINLOOP
from .apis.pinecone import PINECONE
from .durations import Seconds, instant_to_ns, to_ns
from .errors import (
    InvalidArgument,
    checked_count,
    checked_flag,
    hides_usage_errors,
    listed,
    unknown_choice,
)
from .imported_apis import imported_api
from .network.hosts import normal_patterns
from .serving.api import Api, find_base_urls
from .serving.base_urls import checked_base_url
from .settings import GENERAL, SERVED, Setting

__tracebackhide__ = hides_usage_errors

_PATTERN = re.compile(r"(?:\*\.)?(?:[^\s/:*?#@\[\]]+|\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]?)")

BUILT_IN: Mapping[str, Api] = {api.name: api for api in (CHAINLOOP, PINECONE)}
"""The built-in APIs by name."""

RESERVED = frozenset({"ca_file", "calls", "clock", "reset", "stubs", "timeline"})
"""The names that no API can have: `AsyncOpsMock` has something else by them."""


@dataclass(frozen=True)
class ResolvedSettings:
    """All settings of one mock, checked.

    Attributes:
        transport: which transports take requests, all if there are none.
        clock: what moves the server's clock.
        speed: how many seconds of a real clock pass in a second.
        skip_idle: whether a poll that sees nothing new moves the clock.
        tls: whether the server speaks TLS.
        apis: which APIs are live.
        known: these, the built-in ones, and those that the project has registered, by name. None of
            them is reached.
        base_urls: the URL at which an API is served instead of its real one, by name; of one with
            several hosts perhaps the URL of each by its name.
        epoch: nanoseconds since 1970 when the server's clock starts, ``None`` for now.
        network: whether requests to other hosts may leave this machine.
        allowed_hosts: patterns of hosts that may be reached nevertheless.
        unmatched: whether a request that matches no route fails the test.
        unused_plans: whether a plan that matched nothing fails the test.
        max_polls_at_once: how often one URL may be asked for while no time passes.
        max_polls_per_operation: how often one operation may be polled.
        max_polls_unchanged: how often one URL may give the same answer while no operation is going
            to change.
        max_virtual_time: how many seconds, or how long a ``timedelta``, may be skipped.
        max_real_wait: how many seconds, or how long a ``timedelta``, the code under test may really
            wait between polls.
        max_calls_kept: how many calls are kept to look at.
        max_bytes_kept: how many bytes these calls may have together.
        patience: how many real seconds, or how long a ``timedelta``, the virtual clock waits for
            something outside.
        timeline: when the report of a test shows the mock's timeline.
        contract: the path of the document that answers of other APIs are held against, ``None`` for
            none.
        readings: how each API's contract is read where it is silent, by name of the API.
    """

    transport: tuple[str, ...]
    clock: str
    speed: float
    skip_idle: bool
    tls: bool
    apis: tuple[Api, ...]
    known: Mapping[str, Api]
    base_urls: Mapping[str, str | Mapping[str, str]]
    epoch: int | None
    network: str
    allowed_hosts: tuple[str, ...]
    unmatched: str
    unused_plans: str
    max_polls_at_once: int
    max_polls_per_operation: int
    max_polls_unchanged: int
    max_virtual_time: Seconds
    max_real_wait: Seconds
    max_calls_kept: int
    max_bytes_kept: int
    patience: Seconds
    timeline: str
    contract: str | None
    readings: Mapping[str, Mapping[str, Any]]


def find_api(api: object, known: Mapping[str, Api] = BUILT_IN) -> Api:
    """The API of this name or at this place, or the value itself if it is an `Api`.

    Raises:
        InvalidArgument: for anything else.
    """
    if isinstance(api, Api):
        return api
    if isinstance(api, str) and api in known:
        return known[api]
    if isinstance(api, str) and ":" in api:
        return imported_api(api)
    raise unknown_choice(
        "API", api, known, "Or pass an Api of your own, or where it is: 'package.module:NAME'."
    )


def resolve_settings(
    *layers: Mapping[str, object], registered: Iterable[Api] = ()
) -> ResolvedSettings:
    """Put layers of settings together; the first layer that has a setting decides it.

    Args:
        *layers: settings by name.
        registered: the project's own APIs, which are live unless the setting ``apis`` has others.

    Raises:
        InvalidArgument: for an unknown setting or a value that it cannot have.
    """
    given: dict[str, object] = {}
    for layer in layers:
        given = {**layer, **given}
    table = {setting.name: setting for setting in GENERAL}
    apis, known = _live_and_known(layers, registered)
    given["apis"] = apis
    readings_of = {name: api.readings for name, api in known.items()}
    names = [
        *table,
        *(f"{api}_{reading.name}" for api, readings in readings_of.items() for reading in readings),
    ]
    for name in given:
        if name not in names:
            own = name.removeprefix("asyncops_")
            if own in names:
                raise InvalidArgument(
                    f"{name} is what ini files call the setting {own}: here write "
                    f"{own}={given[name]!r}",
                    value=name,
                    choices=[own],
                )
            raise unknown_choice("setting", name, names)
    if "speed" in given:
        given = {"clock": "real", **given}
    elif given.get("skip_idle", False) not in (False, "false"):
        given = {"clock": "manual", **given}
    values = {name: _read(setting, name, given) for name, setting in table.items()}
    _check_together(values, given)
    if values["clock"] == "real":
        if "epoch" in given and values["epoch"] is not None:
            raise InvalidArgument(
                f"epoch={given['epoch']!r} contradicts clock='real', the wall clock, which starts "
                "now. Leave one of them out.",
                value=given["epoch"],
            )
        values["epoch"] = None
    for name, url in values["base_urls"].items():
        if name not in known:
            raise unknown_choice("API in base_urls", name, known)
        find_base_urls(known[name], url)  # checks the names of its hosts
    return ResolvedSettings(
        readings={
            api: {
                reading.name: _read(reading, f"{api}_{reading.name}", given) for reading in readings
            }
            for api, readings in readings_of.items()
        },
        known=known,
        **values,
    )


def _live_and_known(
    layers: Iterable[Mapping[str, object]], registered: Iterable[Api]
) -> tuple[tuple[Api, ...], Mapping[str, Api]]:
    """The APIs that are live, and all that are known by name.

    A layer knows those of the layers below it by their names.
    """
    own = tuple(registered)
    live = _distinct((*BUILT_IN.values(), *own), "pytest_asyncops_apis", own)
    known = {api.name: api for api in live}
    for layer in reversed(list(layers)):
        if "apis" in layer:
            live = _distinct(_apis(layer["apis"], "apis", known), "apis", layer["apis"])
            known |= {api.name: api for api in live}
    return live, known


def _distinct(apis: Iterable[Api], name: str, given: object) -> tuple[Api, ...]:
    """These APIs, if each can have a stub by its name."""
    distinct = tuple(apis)
    names = [api.name for api in distinct]
    if len(set(names)) < len(names):
        raise InvalidArgument(f"{name} has two APIs with one name: {listed(names)}", value=given)
    for own in names:
        if own in RESERVED:
            raise InvalidArgument(
                f"{name} has an API that is called {own!r}, and asyncops_mock.{own} is something "
                "else. Give its Api another name=.",
                value=own,
            )
    return distinct


def _check_together(values: Mapping[str, Any], given: Mapping[str, object]) -> None:
    """Check that settings do not contradict each other."""
    clock = values["clock"]
    if "speed" in given and clock != "real":
        raise InvalidArgument(
            f"speed={given['speed']!r} contradicts clock={clock!r}, which does not go by itself. "
            "Leave one of them out.",
            value=given["speed"],
        )
    if values["skip_idle"] and clock == "real":
        raise InvalidArgument(
            "skip_idle=True contradicts a real clock, which nothing moves. Leave out one of "
            "skip_idle and speed, or set clock='manual'.",
            value=True,
        )
    if SERVED[0] in values["transport"]:
        if values["transport"] != SERVED:
            raise InvalidArgument(
                "transport='server' answers every client, so it is the only transport, not "
                f"{given['transport']!r}",
                value=given["transport"],
            )
        if values["base_urls"]:
            raise InvalidArgument(
                f"base_urls={given['base_urls']!r} cannot be chosen with transport='server': it "
                "uses free ports. Each stub's base_url says where it is.",
                value=given["base_urls"],
            )
    elif values["tls"]:
        raise InvalidArgument(
            "tls=True is for a server. Set transport='server', or use asyncops_server.", value=True
        )


def resolve_readings(api: Api, given: Mapping[str, object] | None) -> Mapping[str, Any]:
    """The readings of an API: these, and the defaults for the rest.

    Raises:
        InvalidArgument: for an unknown reading or a value that it cannot have.
    """
    names = [reading.name for reading in api.readings]
    if given is not None and not isinstance(given, Mapping):
        raise InvalidArgument(
            f"readings must map names to values, as stub.readings does, not {given!r}",
            value=given,
            choices=names,
        )
    for name in given or ():
        if name not in names:
            raise unknown_choice(f"reading of {api.name}", name, names)
    return {reading.name: _read(reading, reading.name, given or {}) for reading in api.readings}


def _read(setting: Setting, name: str, given: Mapping[str, object]) -> Any:
    value = given.get(name, setting.default)
    if setting.kind == "choice":
        if value not in setting.choices:
            raise unknown_choice(name, value, setting.choices)
        return value
    if setting.kind == "choices":
        return _choices(value, name, setting.choices)
    return _READERS[setting.kind](value, name)


def _words(value: Any) -> Any:
    """The words of a text, with spaces or commas in between; anything else as it is."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _choices(value: Any, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Some of these choices; none if the first of them, which stands for the others, is given."""
    words = _words(value)
    if not isinstance(words, Iterable) or isinstance(words, (bytes, Mapping)):
        words = [words]
    chosen = tuple(words)
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


def _apis(value: Any, name: str, known: Mapping[str, Api] = BUILT_IN) -> Iterable[Api]:
    names = _words(value)
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise InvalidArgument(
            f"{name} must be a list of API names or Api values, not {value!r}", value=value
        )
    return tuple(find_api(api, known) for api in names)


def _hosts(value: Any, name: str) -> tuple[str, ...]:
    patterns = _words(value)
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
                f"{name} must say which API each URL is of, as in 'chainloop={key}', not {text!r}",
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
    "names": _apis,
    "hosts": _hosts,
    "urls": _urls,
    "count": _count,
    "seconds": _seconds,
    "instant": _instant,
    "path": _path,
    "flag": _flag,
    "rate": _rate,
}
