"""Every setting of the table has a legal default that says why, and can be set to each choice."""

from __future__ import annotations

import datetime
import itertools
import re
from pathlib import Path

import pytest
from support.settings_table import TABLE, read

from pytest_asyncops import InvalidArgument
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.known_apis import BUILT_IN
from pytest_asyncops.settings import GENERAL, READINGS, Setting, options

UTC = datetime.timezone.utc

CHOICES = [
    (name, choice)
    for name, setting in TABLE.items()
    if setting.kind == "choice"
    for choice in setting.choices
]


OTHERS = {
    "speed": (60, 0.5, "60", 1e8),
    "skip_idle": (True, "true"),
    "transport": (
        "server",
        "responses",
        ["responses"],
        ("responses",),
        "httpx, responses",
        iter(["httpx"]),
    ),
    "apis": ((), "chainloop", ["pinecone"]),
    "allowed_hosts": ("a.example", "a.example, *.b.example", ["::1"], ("[::1]",)),
    "base_urls": ({"pinecone": "http://localhost:1"}, "chainloop=http://localhost:1"),
    "epoch": ("now", "2030-05-01T00:00:00Z", datetime.datetime(2030, 1, 1, tzinfo=UTC)),
    "max_polls_at_once": (1, 7, "12"),
    "max_polls_per_operation": (1, 7, "12"),
    "max_polls_unchanged": (1, 7, "12"),
    "max_virtual_time": (0, 1.5, "60", datetime.timedelta(days=1)),
    "max_real_wait": (0, 1.5, "60", datetime.timedelta(seconds=30)),
    "max_calls_kept": (1, 7, "12"),
    "max_bytes_kept": (1, 7, "12"),
    "contract": ("openapi.yaml", "/a/b.json", Path("openapi.yaml")),
    "patience": (0, 1.5, "60", datetime.timedelta(seconds=30)),
    "chainloop_default_page_size": (1, 7, "12"),
    "chainloop_max_page_size": (1, 500, "12"),
    "pinecone_default_limit": (1, 50, "12"),
    "pinecone_retention": (0, 1.5, "60", "1e3", datetime.timedelta(days=1)),
}


def test_the_readings_of_the_table_are_those_of_the_apis():
    assert {name: api.readings for name, api in BUILT_IN.items()} == READINGS


@pytest.mark.parametrize("name", TABLE)
def test_a_default_is_a_legal_value_and_says_why(name):
    setting = TABLE[name]
    assert read(resolve_settings({name: setting.default}), name) == read(resolve_settings(), name)
    assert setting.why.endswith(".")
    assert (setting.kind in ("choice", "choices")) is bool(setting.choices)
    if setting.choices:
        assert setting.default in setting.choices


def test_tls_is_set_with_a_server():
    assert resolve_settings({"tls": "true", "transport": "server"}).tls is True


def test_every_setting_is_tried_here():
    assert {name for name, _ in CHOICES} | set(OTHERS) | {"tls"} == set(TABLE)


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_every_choice_can_be_made(name, choice):
    assert read(resolve_settings({name: choice}), name) == choice


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in OTHERS.items() for value in values]
)
def test_every_other_setting_can_be_set(name, value):
    assert read(resolve_settings({name: value}), name) != read(resolve_settings(), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *itertools.product(
            [name for name, setting in TABLE.items() if setting.kind == "count"],
            [0, -1, "0", "-1", "", "ten", 1.0, "1.5", True, None],
        )
    ],
)
def test_a_count_that_is_none(name, value):
    message = re.escape(f"{name} must be a whole number, 1 or more, not ")
    with pytest.raises(InvalidArgument, match=f"^{message}") as caught:
        resolve_settings({name: value})
    assert caught.value.value in (value, 0)


def test_a_setting_says_what_it_is():
    assert repr(Setting("pause", 1, "How long.")) == "<Setting pause, 1 by default>"


def test_each_name_stands_in_the_table_once_and_each_setting_is_of_a_kind():
    kinds = {
        "choice", "choices", "count", "seconds", "instant", "names", "hosts", "urls", "path",
        "rate", "flag",
    }  # fmt: skip
    for settings in (GENERAL, *READINGS.values()):
        names = [setting.name for setting in settings]
        assert len(set(names)) == len(names)
        assert all(name.isidentifier() and name.islower() for name in names)
        assert {setting.kind for setting in settings} <= kinds
        for setting in settings:
            assert len(set(setting.choices)) == len(setting.choices)
    # In the marker and the ini file they all stand beside each other.
    assert len(TABLE) == sum(map(len, (GENERAL, *READINGS.values())))


def test_a_default_is_read_as_what_it_is():
    resolved = resolve_settings()
    for name, setting in TABLE.items():
        value = read(resolved, name)
        if setting.kind in ("choice", "count", "seconds"):
            assert (value, type(value)) == (setting.default, type(setting.default))


def test_a_setting_says_five_things_and_has_no_room_for_more():
    setting = Setting("pause", 1, "How long.", kind="seconds")
    assert (setting.name, setting.default, setting.why) == ("pause", 1, "How long.")
    assert (setting.choices, setting.kind) == ((), "seconds")
    assert Setting("way", "a", "Which.", ("a", "b")).kind == "choice"
    with pytest.raises(AttributeError):
        setting.value = 5


@pytest.mark.parametrize("value", ["", 7, True, b"a.yaml", ["a.yaml"], {}])
def test_a_path_that_is_none(value):
    with pytest.raises(InvalidArgument, match=r"^contract must be the path of a file") as caught:
        resolve_settings({"contract": value})
    assert caught.value.value == value


def test_a_path_does_not_depend_on_where_one_goes_later(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve_settings({"contract": "a.yaml"}).contract == str(tmp_path / "a.yaml")
    assert resolve_settings({"contract": "/b/a.yaml"}).contract == "/b/a.yaml"
    assert resolve_settings().contract is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clock", "One of virtual, manual, real. Default: virtual."),
        ("transport", "server. Default: auto."),
        ("apis", "separated by spaces or commas. Default: chainloop, pinecone."),
        ("base_urls", "Lines of name=URL, or name.host=URL. Default: none."),
        ("patience", "A number of seconds. Default: 10."),
    ],
)
def test_the_help_of_a_setting_says_its_values_and_its_default(name, text):
    setting = dict(options())[name]
    assert setting.help.startswith(f"{setting.why} ")
    assert setting.help.endswith(text)
