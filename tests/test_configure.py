"""Layers of settings make one set of them, and what a setting cannot be is refused."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.settings_table import TABLE, read
from support.toy_api import toy

from pytest_asyncops import AsyncOpsMock, InvalidArgument
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.configure import BUILT_IN, RESERVED, find_api, resolve_settings
from pytest_asyncops.errors import listed
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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"apis": "chainloop,pinecone"}, ("chainloop", "pinecone")),
        ({"apis": " pinecone  chainloop\n"}, ("pinecone", "chainloop")),
        ({"apis": ("pinecone",)}, ("pinecone",)),
        ({"apis": [CHAINLOOP, toy()]}, ("chainloop", "toy")),
        ({"apis": iter(["chainloop", toy("own")])}, ("chainloop", "own")),
        ({"apis": ""}, ()),
    ],
)
def test_apis(given, expected):
    assert tuple(api.name for api in resolve_settings(given).apis) == expected


@pytest.mark.parametrize(
    ("transport", "expected"),
    [
        ("auto", ()),
        (["auto"], ()),
        ("responses", ("responses",)),
        (" responses\n", ("responses",)),
        (["responses"], ("responses",)),
        (iter(["responses"]), ("responses",)),
        ("httpx,responses", ("httpx", "responses")),
    ],
)
def test_transports(transport, expected):
    assert resolve_settings({"transport": transport}).transport == expected


@pytest.mark.parametrize("wrong", ["", [], ["responses", "responses"], "responses,responses"])
def test_transports_are_some_and_each_once(wrong):
    with pytest.raises(InvalidArgument) as caught:
        resolve_settings({"transport": wrong})
    others = listed(map(repr, TABLE["transport"].choices[1:]))
    assert str(caught.value) == (
        f"transport must be 'auto', or some of {others}, each once, not {wrong!r}"
    )
    assert (caught.value.value, caught.value.choices) == (wrong, TABLE["transport"].choices)


@pytest.mark.parametrize(
    ("transport", "word", "with_auto"),
    [
        ("respones", "respones", True),
        (5, 5, True),
        (None, None, True),
        (b"auto", b"auto", True),
        ({"auto": 1}, {"auto": 1}, True),
        ([["auto"]], ["auto"], True),
        (["auto", "responses"], "auto", False),
        (["responses", "x"], "x", False),
    ],
)
def test_what_is_no_transport(transport, word, with_auto):
    choices = TABLE["transport"].choices[not with_auto :]
    said = re.escape(f"unknown transport {word!r}")
    with pytest.raises(InvalidArgument, match=f"^{said}") as caught:
        resolve_settings({"transport": transport})
    assert (caught.value.value, caught.value.choices) == (word, choices)


@pytest.mark.parametrize(
    "urls",
    [
        {"chainloop": "http://localhost:1/", "pinecone": "https://p.example/x"},
        "chainloop=http://localhost:1 pinecone=https://p.example/x",
        "\nchainloop=http://localhost:1\npinecone=https://p.example/x/\n",
    ],
)
def test_base_urls(urls):
    assert resolve_settings({"base_urls": urls}).base_urls == {
        "chainloop": "http://localhost:1",
        "pinecone": "https://p.example/x",
    }


@pytest.mark.parametrize(
    "urls",
    [
        {"hall": {"main": "http://localhost:1/", "door": "http://localhost:2"}},
        "hall.main=http://localhost:1 hall.door=http://localhost:2/",
    ],
)
def test_base_urls_of_several_hosts(urls):
    api = toy("hall", hosts={"door": "https://door.example", "roof": "https://roof.example"})
    assert resolve_settings({"apis": [api], "base_urls": urls}).base_urls == {
        "hall": {"main": "http://localhost:1", "door": "http://localhost:2"}
    }


@pytest.mark.parametrize(
    ("urls", "message"),
    [
        ({"hall": {"dor": "http://h"}}, "unknown host of hall 'dor'. Did you mean 'door'?"),
        ({"hall": {"door": "h"}}, "base_urls['hall']['door'] must be a URL like"),
        (
            "hall=http://h hall.door=http://i",
            "base_urls has hall as a whole, and hall.door too. Leave one of them out.",
        ),
        ("hall.=http://h hall.door=http://i", "base_urls has hall as a whole, and hall.door too."),
    ],
)
def test_what_is_no_base_url_of_a_host(urls, message):
    api = toy("hall", hosts={"door": "https://door.example"})
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}"):
        resolve_settings({"apis": [api], "base_urls": urls})


@pytest.mark.parametrize(
    ("epoch", "ns"),
    [
        ("now", None),
        ("2026-01-01T00:00:00Z", EPOCH),
        ("2026-01-01T01:00:00+01:00", EPOCH),
        ("2026-01-01 00:00:00.250+00:00", EPOCH + 250_000_000),
        (datetime.datetime(2026, 1, 1, tzinfo=UTC), EPOCH),
    ],
)
def test_epochs(epoch, ns):
    assert resolve_settings({"epoch": epoch}).epoch == ns


@pytest.mark.parametrize("epoch", [{}, {"epoch": "now"}])
def test_a_real_clock_starts_now(epoch):
    assert resolve_settings({"clock": "real", **epoch}).epoch is None


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
    "Choose 'chainloop' or 'pinecone'. Or pass an Api of your own, or where it is: "
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
            "apis has two APIs with one name: chainloop or chainloop",
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
            "base_urls must say which API each URL is of, as in 'chainloop=http://h', not "
            "'http://h'",
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


def test_apis_by_name_by_value_and_by_place():
    own = toy()
    assert find_api("pytest_asyncops.apis.chainloop:CHAINLOOP") is CHAINLOOP
    assert find_api("chainloop") is CHAINLOOP
    assert find_api("pinecone") is PINECONE
    assert find_api(own) is own


def test_no_api_has_the_name_of_something_else_of_the_mock():
    mock = AsyncOpsMock()
    assert {name for name in dir(mock) if not name.startswith("_")} - BUILT_IN.keys() == RESERVED
    with pytest.raises(InvalidArgument) as caught:
        resolve_settings({"apis": [toy("clock")]})
    assert str(caught.value) == (
        "apis has an API that is called 'clock', and asyncops_mock.clock is something else. "
        "Give its Api another name=."
    )
    assert caught.value.value == "clock"


def test_registered_apis_are_live_and_known():
    own, other = toy("own"), toy("other")

    def live(*layers):
        resolved = resolve_settings(*layers, registered=[own, other])
        assert resolved.known.keys() >= {"chainloop", "pinecone", "own", "other"}
        return [api.name for api in resolved.apis]

    assert live() == ["chainloop", "pinecone", "own", "other"]
    assert live({"apis": "other chainloop"}) == ["other", "chainloop"]
    assert live({"own_wire": "fancy", "base_urls": {"own": "http://x"}, "apis": []}) == []
    with pytest.raises(InvalidArgument, match=r"unknown API 'owm'\. Did you mean 'own'\?"):
        live({"apis": ["owm"]})


def test_a_layer_knows_the_apis_of_those_below_it():
    own = toy("own")
    layers = [{"own_wire": "fancy"}, {"apis": ["own"]}, {"apis": iter([own, "pinecone"])}]
    resolved = resolve_settings(*layers)
    assert resolved.apis == (own,)
    assert resolved.readings["own"]["wire"] == "fancy"
    with pytest.raises(InvalidArgument, match="unknown API 'own'"):
        resolve_settings(*layers[:2])


def test_two_registered_apis_of_one_name():
    twins = [toy("own"), toy("own")]
    message = "^pytest_asyncops_apis has two APIs with one name: chainloop, pinecone, own or own$"
    with pytest.raises(InvalidArgument, match=message) as caught:
        resolve_settings(registered=twins)
    assert caught.value.value == tuple(twins)


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
