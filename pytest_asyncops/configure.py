"""Checks the settings that users write in markers, ini files and calls of `mocked`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .durations import Seconds
from .errors import InvalidArgument, hides_usage_errors, unknown_choice
from .known_apis import live_and_known
from .serving.api import Api, find_base_urls
from .setting_values import read
from .settings import GENERAL, SERVED

__tracebackhide__ = hides_usage_errors


@dataclass(frozen=True)
class ResolvedSettings:
    """All settings of one mock, checked.

    Attributes:
        transport: which transports answer requests, empty for all.
        clock: what moves the server's clock.
        speed: how many seconds a real clock moves in a second.
        skip_idle: whether a poll that sees nothing new moves the clock.
        tls: whether the server speaks TLS.
        apis: which APIs are live.
        known: the live APIs, the built-in ones, and those that the project has registered, by name.
            Their real services cannot be reached.
        base_urls: the URL at which an API is served instead of its real one, by name; for an API
            with several hosts perhaps a URL for each, by its name.
        epoch: nanoseconds since 1970 when the server's clock starts, ``None`` for now.
        network: whether requests to other hosts may leave this machine.
        allowed_hosts: patterns of hosts that may be reached all the same.
        unmatched: whether a request that matches no route fails the test.
        unused_plans: whether a plan that matched nothing fails the test.
        max_polls_at_once: how often one URL may be asked for while no time passes.
        max_polls_per_operation: how often one operation may be polled.
        max_polls_unchanged: how often one URL may give the same answer while no operation can
            change any more.
        max_virtual_time: how many seconds, or how long a ``timedelta``, may be skipped.
        max_real_wait: how many seconds, or how long a ``timedelta``, the code under test may really
            wait between polls.
        max_calls_kept: how many calls are kept.
        max_bytes_kept: how many bytes their bodies may have in all.
        patience: how many real seconds, or how long a ``timedelta``, the virtual clock waits for
            something outside.
        timeline: when the report of a test shows the mock's timeline.
        contract: the path of the document against which answers of other APIs are checked, or
            ``None``.
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
    apis, known = live_and_known(layers, registered)
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
    values = {name: read(setting, name, given) for name, setting in table.items()}
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
                reading.name: read(reading, f"{api}_{reading.name}", given) for reading in readings
            }
            for api, readings in readings_of.items()
        },
        known=known,
        **values,
    )


def _check_together(values: Mapping[str, Any], given: Mapping[str, object]) -> None:
    """Check that settings do not contradict each other."""
    clock = values["clock"]
    if "speed" in given and clock != "real":
        raise InvalidArgument(
            f"speed={given['speed']!r} contradicts clock={clock!r}, which does not run on its own. "
            "Leave one of them out.",
            value=given["speed"],
        )
    if values["skip_idle"] and clock == "real":
        raise InvalidArgument(
            "skip_idle=True contradicts a real clock, which cannot be moved. Leave out one of "
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
                "uses free ports. Each stub's base_url has its URL.",
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
    return {reading.name: read(reading, reading.name, given or {}) for reading in api.readings}
