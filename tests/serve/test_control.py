"""The control routes, each with its token, and the page."""

from __future__ import annotations

import json
import re

import pytest

from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.loopback.incoming import Incoming
from pytest_asyncops.serve.control import ROOT, Control
from pytest_asyncops.session import Session


@pytest.fixture
def session():
    session = Session(resolve_settings({"clock": "manual"}))
    yield session
    session.stop()


@pytest.fixture
def ask(session):
    control = Control(session, "abc", True)

    def ask(method, path, body=None, token="abc"):
        content = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        headers = [("Authorization", f"Bearer {token}")]
        target = f"{ROOT}{path}"
        return control.answer(Incoming(method, "", target, headers, content, None))

    return ask


def test_the_clock_is_moved(ask, session):
    answer = ask("POST", "/clock/advance", {"seconds": 90})
    assert answer.json() == {"now": "2026-01-01T00:01:30Z", "elapsed": 90.0}
    assert session.virtual_clock.elapsed.total_seconds() == 90


def test_operations_are_started_and_told_of(ask, session):
    body = {"api": "chainloop", "count": 2, "lifecycle": {"fails": {"message": "no"}}}
    started = ask("POST", "/operations", body).json()["started"]
    assert list(session.stubs["chainloop"].operations) == started
    assert [one["id"] for one in ask("GET", "/state").json()["operations"]] == started[::-1]
    assert ask("GET", "/calls").json() == []
    assert ask("POST", "/reset").json()["elapsed"] == 0
    assert not session.stubs["chainloop"].operations


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/clock/advance", {"seconds": -1}, "-1"),
        ("POST", "/clock/advance", b"{", "the body is not valid JSON"),
        ("POST", "/clock/advance", [1], "the body must be a JSON object"),
        ("POST", "/operations", {"api": "chainlop"}, "Did you mean 'chainloop'?"),
        ("POST", "/operations", {"api": "chainloop", "knd": 1}, "knd"),
    ],
)
def test_a_mistake_is_told(ask, method, path, body, message):
    answer = ask(method, path, body)
    assert answer.status_code == 400
    assert message in answer.content.decode()


def test_who_has_no_token_is_refused(ask):
    for path in ("/state", "/calls", "/nowhere"):
        assert ask("GET", path, token="ab").status_code == 401


def test_what_is_not_there(ask):
    answer = ask("GET", "/clock/advance")
    assert answer.status_code == 404
    assert f"POST {ROOT}/clock/advance" in answer.content.decode()


def test_routes_that_are_off(session):
    control = Control(session, "abc", False)
    headers = [("Authorization", "Bearer abc")]
    for method, path, code in (("GET", "/state", 200), ("POST", "/reset", 404)):
        answer = control.answer(Incoming(method, "", f"{ROOT}{path}", headers, b"", None))
        assert answer.status_code == code


@pytest.mark.parametrize("path", ["", "/", "?x=1"])
def test_the_page_is_one_file(ask, path):
    answer = ask("GET", path, token="")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?://""", page)
    assert "innerHTML" not in page
