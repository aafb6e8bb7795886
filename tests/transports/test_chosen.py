"""A mock answers the clients that are imported, before it opens or while it is open."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import requests
from support.loopback import BEARER, CHAINLOOP

from pytest_asyncops import InvalidArgument, UnknownVersionWarning, mocked
from pytest_asyncops.network.asker import CLIENTS
from pytest_asyncops.serving.base_urls import BaseUrls
from pytest_asyncops.transports import client_libraries
from pytest_asyncops.transports.chosen import ChosenTransports
from pytest_asyncops.transports.client_libraries import LIBRARIES, ClientLibrary
from pytest_asyncops.transports.covers import MissingPart

URL = f"{CHAINLOOP}/v1/operations"


class Noted:
    """A transport that notes what becomes of it."""

    seen: list[tuple[str, str]]

    def __init__(self, module: ModuleType, base_urls: BaseUrls) -> None:
        self.name = module.__name__

    def start(self) -> None:
        self.seen.append((self.name, "start"))

    def stop(self) -> None:
        self.seen.append((self.name, "stop"))

    def come_first(self) -> None:
        self.seen.append((self.name, "come_first"))


@pytest.fixture
def seen(monkeypatch):
    """What becomes of the transports of two libraries, of which one is not imported."""
    noted = type("Noted", (Noted,), {"seen": []})
    libraries = [
        ClientLibrary("json", "one", lambda: noted, ("urllib.json",)),
        ClientLibrary("antigravity_client", "two", lambda: noted),
    ]
    monkeypatch.setattr(client_libraries, "LIBRARIES", libraries)
    return noted.seen


def test_what_is_imported_is_taken_at_once_and_the_rest_when_it_is_imported(
    seen, tmp_path, monkeypatch
):
    (tmp_path / "antigravity_client.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    chosen = ChosenTransports((), BaseUrls([]))
    assert chosen.clients == ["json", "urllib.json", "antigravity_client"]
    assert seen == []
    before = sys.meta_path[:]
    chosen.start()
    assert seen == [("json", "start")]
    import antigravity_client

    assert seen == [("json", "start"), ("antigravity_client", "start")]
    chosen._begin(antigravity_client)  # as if another thread had come in between
    assert len(seen) == 2
    chosen.come_first()
    chosen.stop()
    assert seen[2:] == [
        ("json", "come_first"),
        ("antigravity_client", "come_first"),
        ("antigravity_client", "stop"),
        ("json", "stop"),
    ]
    assert sys.meta_path == before
    del sys.modules["antigravity_client"]


def test_one_of_several(seen):
    chosen = ChosenTransports(["one"], BaseUrls([]))
    assert chosen.clients == ["json", "urllib.json"]
    with pytest.raises(InvalidArgument, match="but none of these is installed"):
        ChosenTransports(["two"], BaseUrls([]))


def test_a_library_of_an_unknown_version_is_told_of_and_not_answered(monkeypatch):
    def make(module, base_urls):
        raise MissingPart("pytest.Session.send")

    library = ClientLibrary("pytest", "one", lambda: make)
    monkeypatch.setattr(client_libraries, "LIBRARIES", [library])
    chosen = ChosenTransports((), BaseUrls([]))
    with pytest.warns(UnknownVersionWarning, match=r"^pytest \S+ has no pytest\.Session\.send, wh"):
        chosen.start()
    chosen.come_first()
    chosen.stop()


def test_a_session_that_was_made_before_the_mock_is_answered():
    with requests.Session() as session, mocked():
        assert session.get(URL, headers=BEARER).status_code == 200


def test_a_mock_of_a_transport_without_its_library_does_not_open(monkeypatch):
    library = ClientLibrary("no_such_library", "responses", lambda: None, extra="it")
    monkeypatch.setattr(client_libraries, "LIBRARIES", [library])
    before = sys.meta_path[:]
    with (
        pytest.raises(InvalidArgument, match=r"pip install 'pytest-asyncops\[it\]'"),
        mocked(transport="responses"),
    ):
        pass
    assert sys.meta_path == before


def test_the_guard_knows_whom_a_mock_answers():
    brought = {name for library in LIBRARIES for name in (library.module, *library.brings)}
    assert set(ChosenTransports((), BaseUrls([])).clients) == brought <= CLIENTS
