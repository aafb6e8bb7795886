"""Layers of settings make one set of them, and what a setting cannot be is refused."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.settings_table import TABLE, read
from support.toy_api import toy

from pytest_asyncops import InvalidArgument
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.settings import Setting

UTC = datetime.timezone.utc
EPOCH = 1_767_225_600 * 10**9


def test_the_defaults():
    settings = resolve_settings()
    assert settings.apis == (CHAINLOOP, PINECONE)
    assert (settings.transport, settings.clock) == ((), "virtual")
    assert (settings.network, settings.unmatched) == ("pass", "fail")
    assert settings.base_urls == {}
    assert settings.epoch == EPOCH
    assert settings.readings["chainloop"]["page_base"] == "zero"
    assert settings.readings["pinecone"]["retention"] == 30 * 24 * 60 * 60


def test_the_settings_of_an_api_of_ones_own():
    settings = resolve_settings({"apis": [toy()], "toy_wire": "fancy", "toy_most": "9"})
    assert settings.readings["toy"] == {"wire": "fancy", "most": 9}
    assert resolve_settings({"apis": [toy()]}).readings["toy"] == {"wire": "plain", "most": 5}
    # Those of the built-in ones can stand in an ini file though a test does without them.
    settings = resolve_settings({"apis": [toy()], "chainloop_order": "oldest"})
    assert settings.readings["chainloop"]["order"] == "oldest"


@given(st.lists(st.fixed_dictionaries({}, optional={
    "clock": st.sampled_from(["virtual", "manual"]),
    "network": st.sampled_from(["pass", "block"]),
    "chainloop_order": st.sampled_from(["newest", "oldest"]),
    "pinecone_default_limit": st.integers(1, 100),
})))  # fmt: skip
def test_the_first_layer_that_has_a_setting_decides_it(layers):
    settings = resolve_settings(*layers)
    for name in ("clock", "network", "chainloop_order", "pinecone_default_limit"):
        having = [layer[name] for layer in layers if name in layer]
        assert read(settings, name) == next(iter(having), TABLE[name].default)


def test_layers_are_not_changed():
    first, second = {"clock": "manual"}, {"network": "block"}
    resolve_settings(first, second)
    assert (first, second) == ({"clock": "manual"}, {"network": "block"})


def offer(names):
    *most, last = map(repr, names)
    return f"{', '.join(most)} or {last}" if most else last


CHOOSE_API = (
    "Choose 'chainloop' or 'pinecone'. Or pass an Api of your own, or its place: "
    "'package.module:NAME'."
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name, setting in TABLE.items()
        if setting.kind == "choice"
        for value in ("something else", "", None, 1, True, ["virtual"])
    ],
)
def test_a_word_that_is_no_choice(name, value):
    message = f"unknown {name} {value!r}. Choose {offer(TABLE[name].choices)}."
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        resolve_settings({name: value})
    assert (caught.value.value, caught.value.choices) == (value, TABLE[name].choices)


@pytest.mark.parametrize(
    ("given", "message", "value", "choices"),
    [
        (
            {"clok": "virtual"},
            "unknown setting 'clok'. Did you mean 'clock'? Choose " + offer(TABLE) + ".",
            "clok",
            tuple(TABLE),
        ),
        (
            {"toy_wire": "fancy"},
            "unknown setting 'toy_wire'. Choose " + offer(TABLE) + ".",
            "toy_wire",
            tuple(TABLE),
        ),
        (
            {"clock": "vitual"},
            "unknown clock 'vitual'. Did you mean 'virtual'? Choose 'virtual', 'manual' or 'real'.",
            "vitual",
            ("virtual", "manual", "real"),
        ),
        (
            {"apis": ["chainlop"]},
            f"unknown API 'chainlop'. Did you mean 'chainloop'? {CHOOSE_API}",
            "chainlop",
            ("chainloop", "pinecone"),
        ),
        ({"apis": [None]}, f"unknown API None. {CHOOSE_API}", None, ("chainloop", "pinecone")),
        ({"apis": [[]]}, f"unknown API []. {CHOOSE_API}", [], ("chainloop", "pinecone")),
        (
            {"apis": 5},
            "apis must be a list of API names or Api values, not 5",
            5,
            (),
        ),
        (
            {"apis": {"chainloop": 1}},
            "apis must be a list of API names or Api values, not {'chainloop': 1}",
            {"chainloop": 1},
            (),
        ),
        (
            {"apis": "chainloop chainloop"},
            "apis has two APIs with the same name: chainloop or chainloop",
            "chainloop chainloop",
            (),
        ),
        (
            {"base_urls": 5},
            "base_urls must map API names to URLs, like "
            "{'chainloop': 'http://localhost:8080'}, not 5",
            5,
            (),
        ),
        (
            {"base_urls": {"chainloop": "localhost:1"}},
            "base_urls['chainloop'] must be a URL like 'https://api.example.com' or "
            "'http://localhost:8080/base', with a scheme and a host and without user, query or "
            "fragment, not 'localhost:1'",
            "localhost:1",
            (),
        ),
        (
            {"base_urls": "http://h"},
            "base_urls must name the API of each URL, as in 'chainloop=http://h', not 'http://h'",
            "http://h",
            (),
        ),
        (
            {"base_urls": {"pincone": "http://h"}},
            "unknown API in base_urls 'pincone'. Did you mean 'pinecone'? Choose 'chainloop' or "
            "'pinecone'.",
            "pincone",
            ("chainloop", "pinecone"),
        ),
        (
            {"epoch": "yesterday"},
            "epoch must be 'now', an instant like '2026-01-01T00:00:00Z' or a datetime with a "
            "time zone, not 'yesterday'",
            "yesterday",
            (),
        ),
        (
            {"epoch": "2026-01-01"},
            "epoch='2026-01-01' has no time zone. For UTC write epoch='2026-01-01T00:00:00Z'.",
            "2026-01-01",
            (),
        ),
        (
            {"epoch": datetime.datetime(2026, 1, 1)},
            "epoch must be a datetime with a time zone, not datetime.datetime(2026, 1, 1, 0, 0). "
            "Add tzinfo=datetime.timezone.utc.",
            datetime.datetime(2026, 1, 1),
            (),
        ),
        (
            {"asyncops_clock": "manual"},
            "asyncops_clock is what ini files call the setting clock: here write clock='manual'",
            "asyncops_clock",
            ("clock",),
        ),
        (
            {"epoch": 5},
            "epoch must be 'now', an instant like '2026-01-01T00:00:00Z' or a datetime with a "
            "time zone, not 5",
            5,
            (),
        ),
        (
            {"clock": "real", "epoch": "2026-01-01T00:00:00Z"},
            "epoch='2026-01-01T00:00:00Z' contradicts clock='real', the wall clock, which starts "
            "now. Leave one of them out.",
            "2026-01-01T00:00:00Z",
            (),
        ),
        (
            {"pinecone_retention": "a month"},
            "pinecone_retention must be a number of seconds, not 'a month'",
            "a month",
            (),
        ),
        (
            {"pinecone_retention": -1},
            "pinecone_retention must be finite and not negative, not -1",
            -1,
            (),
        ),
        (
            {"pinecone_retention": "inf"},
            "pinecone_retention must be finite and not negative, not inf",
            float("inf"),
            (),
        ),
        (
            {"pinecone_retention": None},
            "pinecone_retention must be seconds (int or float) or a timedelta, not None",
            None,
            (),
        ),
    ],
)
def test_bad_settings(given, message, value, choices):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        resolve_settings(given)
    assert (caught.value.value, caught.value.choices) == (value, choices)


def test_a_bad_value_of_a_setting_of_ones_own_api():
    api = toy(readings=(Setting("pause", 1, "How long.", kind="seconds"),))
    assert resolve_settings({"apis": [api]}).readings["toy"] == {"pause": 1}
    with pytest.raises(InvalidArgument, match="toy_pause must be a number of seconds"):
        resolve_settings({"apis": [api], "toy_pause": "x"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"speed": 60, "clock": "virtual"}, "speed=60 contradicts clock='virtual'"),
        ({"skip_idle": True, "clock": "real"}, "skip_idle=True contradicts a real clock"),
        ({"skip_idle": True, "speed": 2}, "skip_idle=True contradicts a real clock"),
        ({"transport": ["server", "httpx"]}, "transport='server' answers every client"),
        (
            {"transport": "server", "base_urls": {"pinecone": "http://localhost:1"}},
            "cannot be chosen with transport='server'",
        ),
        ({"tls": True}, "tls=True is for a server"),
        ({"tls": "yes"}, "tls must be True or False, not 'yes'"),
        *(({"speed": value}, "speed must be a number above 0") for value in
          (0, -1, "fast", True, None, float("nan"), 1e9)),
    ],
)  # fmt: skip
def test_settings_of_a_server_that_cannot_be(given, message):
    with pytest.raises(InvalidArgument) as caught:
        resolve_settings(given)
    assert message in str(caught.value)


def test_settings_that_decide_the_clock():
    assert resolve_settings({"speed": 2}).clock == "real"
    assert resolve_settings({"skip_idle": True}).clock == "manual"
    assert resolve_settings({"skip_idle": "false"}).clock == "virtual"
    assert resolve_settings({"skip_idle": True, "clock": "virtual"}).clock == "virtual"
