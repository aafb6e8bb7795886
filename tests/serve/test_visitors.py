"""Programs of this machine are answered, and no page of another site."""

from __future__ import annotations

import pytest

from pytest_asyncops.loopback.incoming import Incoming
from pytest_asyncops.serve.visitors import has_token, refusal


def incoming(*headers):
    return Incoming("GET", "http://127.0.0.1:80", "/", list(headers), b"", None)


def at(port, *headers):
    return incoming(*headers)._replace(origin=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765"])
def test_this_machine(host):
    assert refusal(at(8765, ("Host", host))) is None
    assert refusal(at(8765, ("host", host), ("Origin", f"http://{host}"))) is None


@pytest.mark.parametrize(
    "header",
    [
        ("Host", "evil.example:8765"),
        ("Host", "127.0.0.1"),
        ("Host", "127.0.0.1:8766"),
        ("Host", "127.0.0.1.evil.example:8765"),
        ("Host", "127.0.0.1:port"),
        ("Host", ""),
        ("Origin", "http://evil.example"),
        ("Origin", "https://127.0.0.1:8765"),
        ("Origin", "http://127.0.0.1:8766"),
        ("origin", "null"),
    ],
)
def test_others(header):
    refused = refusal(at(8765, header))
    assert refused is not None
    assert refused.status_code == 403
    assert header[1] in refused.content.decode()


def test_a_token():
    assert has_token(incoming(("authorization", "Bearer abc")), "abc")
    assert not has_token(incoming(("Authorization", "Bearer ab")), "abc")
    assert not has_token(incoming(("Authorization", "Bearer é")), "abc")
    assert not has_token(incoming(), "abc")
