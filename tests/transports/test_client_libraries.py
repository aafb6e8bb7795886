"""Each client library has one transport, and one that is missing is said with how to install it."""

from __future__ import annotations

import pytest
from support.settings_table import TABLE

from pytest_asyncops import InvalidArgument
from pytest_asyncops.network.asker import CLIENTS
from pytest_asyncops.serving.base_urls import BaseUrls
from pytest_asyncops.transports import client_libraries
from pytest_asyncops.transports.client_libraries import (
    LIBRARIES,
    ClientLibrary,
    check_installed,
    libraries_of,
)


def test_the_transports_are_those_of_the_setting():
    every, *names = TABLE["transport"].choices
    assert every == TABLE["transport"].default
    assert list(dict.fromkeys(library.transport for library in LIBRARIES)) == names[:-1]
    assert names[-1] == "server"  # which answers any program


def test_each_library_stands_there_once_and_is_one_that_the_guard_knows():
    names = [name for library in LIBRARIES for name in (library.module, *library.brings)]
    assert len(set(names)) == len(names)
    assert set(names) <= CLIENTS


def test_the_libraries_of_all_transports_and_of_some():
    assert list(libraries_of(())) == [library.module for library in LIBRARIES]
    assert list(libraries_of(["responses"])) == ["requests"]
    assert list(libraries_of(["httpx", "responses"])) == ["requests", "httpx", "httpx2"]


def test_a_transport_without_a_library(monkeypatch):
    monkeypatch.setattr(
        client_libraries,
        "LIBRARIES",
        [
            ClientLibrary("no_such_library", "one", lambda: None, extra="first"),
            ClientLibrary("nor_this", "one", lambda: None, extra="second"),
            ClientLibrary("nor_this", "two", lambda: None, extra="second"),
            ClientLibrary("json", "two", lambda: None),
        ],
    )
    check_installed(["two"])
    check_installed([])
    with pytest.raises(InvalidArgument) as caught:
        check_installed(["two", "one"])
    assert str(caught.value) == (
        "transport='one' answers the requests of no_such_library or nor_this, but none of these "
        "is installed: python -m pip install 'pytest-asyncops[first]' or python -m pip install "
        "'pytest-asyncops[second]'. Or choose transport='auto', which answers every library that "
        "is installed."
    )
    assert (caught.value.value, caught.value.choices) == ("one", ("first", "second"))


def transport_of(name: str) -> str:
    (library,) = [library for library in LIBRARIES if library.module == name]
    return library.make().__module__.rpartition(".")[2]


def test_niquests_is_answered_only_where_its_pools_stand_in_for_urllib3(monkeypatch):
    monkeypatch.setattr(client_libraries, "_is_future", lambda: False)
    assert transport_of("urllib3") == "urllib3"
    assert transport_of("niquests") == "client_libraries"
    monkeypatch.setattr(client_libraries, "_is_future", lambda: True)
    assert transport_of("urllib3") == transport_of("niquests") == "niquests"


def test_a_niquests_that_is_not_answered_is_left_alone():
    idle = client_libraries._unanswered(pytest, BaseUrls([]))
    idle.start()
    idle.come_first()
    idle.stop()
