"""A fault is an error in the API's own envelope."""

from __future__ import annotations

import datetime

import pytest
from support.pinecone_server import GOOD

from pytest_asyncops import InvalidArgument, assert_conforms, faults, mocked
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.messages import Headers, Request

ASKED = Request("GET", "https://h/", "/", Headers(GOOD))


def answer(api, *args, **kwargs):
    return faults.status(*args, **kwargs).answer(ASKED, api)


@pytest.mark.parametrize(
    ("api", "code", "body"),
    [
        (PINECONE, 503, {"error": {"code": "UNAVAILABLE", "message": "Service Unavailable"},
                         "status": 503}),
        (PINECONE, 418, {"error": {"code": "UNKNOWN", "message": "I'm a Teapot"}, "status": 418}),
        (PINECONE, 599, {"error": {"code": "UNKNOWN", "message": "HTTP status 599"},
                         "status": 599}),
        (CHAINLOOP, 503, {"code": 14, "message": "Service Unavailable", "details": []}),
        (CHAINLOOP, 400, {"code": 3, "message": "Bad Request", "details": []}),
        (CHAINLOOP, 500, {"code": 13, "message": "Internal Server Error", "details": []}),
        (CHAINLOOP, 502, {"code": 2, "message": "Bad Gateway", "details": []}),
    ],
)  # fmt: skip
def test_the_answer(api, code, body):
    made = answer(api, code)
    assert (made.status_code, made.json()) == (code, body)
    assert "Retry-After" not in made.headers


@pytest.mark.parametrize("api", [CHAINLOOP, PINECONE], ids=lambda api: api.name)
@pytest.mark.parametrize("code", [*range(400, 405), 408, 409, 429, *range(500, 505), 599])
def test_it_conforms(api, code):
    assert_conforms(answer(api, code).json(), api=api, route="get", status_code=code)


@pytest.mark.parametrize(
    ("given", "header"),
    [(2, "2"), (0, "0"), (1.2, "2"), (datetime.timedelta(minutes=1), "60")],
)
def test_when_to_come_again(given, header):
    assert answer(PINECONE, 429, retry_after=given).headers["Retry-After"] == header


def test_a_fault_is_a_value():
    assert faults.status(503) == faults.status(503) != faults.status(502)
    assert repr(faults.status(503, retry_after=1.5)) == "status(503, retry_after=1.5)"


@pytest.mark.parametrize("code", [200, 399, 600, True, "503", None])
def test_what_is_no_error(code):
    with pytest.raises(InvalidArgument, match=r"^code must be the HTTP status of an error, 400 to"):
        faults.status(code)


def test_what_is_no_time():
    with pytest.raises(InvalidArgument, match=r"^retry_after "):
        faults.status(503, retry_after=-1)


def test_it_is_there_where_everything_is():
    with mocked() as mock:
        assert mock.pinecone.inject(faults.status(503)).fault == faults.status(503)
