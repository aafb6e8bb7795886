"""The values of settings are read from Python's and from texts, and refused where they are none."""

from __future__ import annotations

import datetime
import re

import pytest
from support.settings_table import TABLE
from support.toy_api import toy

from pytest_asyncops import InvalidArgument
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.errors import listed

UTC = datetime.timezone.utc
EPOCH = 1_767_225_600 * 10**9


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
