"""The APIs that are known by name, and which of them are live."""

from __future__ import annotations

import pytest
from support.toy_api import toy

from pytest_asyncops import AsyncOpsMock, InvalidArgument
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.known_apis import BUILT_IN, RESERVED, find_api


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
    names = "chainloop, pinecone, own or own"
    message = f"^pytest_asyncops_apis has two APIs with the same name: {names}$"
    with pytest.raises(InvalidArgument, match=message) as caught:
        resolve_settings(registered=twins)
    assert caught.value.value == tuple(twins)
