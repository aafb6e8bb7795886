"""A stub's answer is read as one of the real library is."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from support.loopback import BEARER, CHAINLOOP, scripted
from urllib3 import HTTPResponse

from pytest_asyncops import mocked
from pytest_asyncops.apis import Response, Route


def test_head_has_no_body():
    with mocked(unmatched="answer"):
        response = requests.head(f"{CHAINLOOP}/v1/operations", headers=BEARER)
        assert (response.status_code, response.content, response.text) == (501, b"", "")


def test_an_answer_can_be_streamed():
    with mocked():
        response = requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER, stream=True)
        assert b"".join(response.iter_content(7)).startswith(b'{"operations":[]')
        response = requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER, stream=True)
        assert response.raw.read(3) == b'{"o'


@given(
    body=st.binary(max_size=40),
    first=st.none() | st.integers(0, 9),
    size=st.integers(1, 50),
    packed=st.booleans(),
)
def test_a_stream_has_the_pieces_that_the_real_library_makes(body, first, size, packed):
    headers = {"Content-Encoding": "gzip"} if packed else {}
    content = gzip.compress(body) if packed else body

    def endpoint(exchange):
        return Response(200, content, headers)

    api = replace(scripted([], []), routes=(Route("get", "GET", ("/x",), endpoint),))
    with mocked(apis=[api], clock="manual"), requests.Session() as session:
        answer = session.get(f"{api.base_url}/x", stream=True)
    real = HTTPResponse(body=io.BytesIO(content), headers=headers, preload_content=False)
    seen = []
    for raw in (answer.raw, real):
        begun = b"" if first is None else raw.read(first, decode_content=True)
        told = raw.tell()
        pieces = [begun, *raw.stream(size, decode_content=True), raw.read()]
        seen.append((pieces, told, raw.tell(), raw.closed))
    assert seen[0] == seen[1]
    assert b"".join(seen[0][0]) == body


@pytest.mark.parametrize("body", [b"", b"abc"])
def test_a_stream_in_pieces_of_any_size_ends(body):
    api = replace(
        scripted([], []),
        routes=(Route("get", "GET", ("/x",), lambda exchange: Response(200, body)),),
    )
    with mocked(apis=[api]):
        answer = requests.get(f"{api.base_url}/x", stream=True)
        assert b"".join(answer.iter_content(chunk_size=None)) == body


def test_an_answer_looks_like_one_of_the_real_library():
    hooked: list[str] = []
    with mocked():
        response = requests.get(
            f"{CHAINLOOP}/v1/operations/x",
            headers=BEARER,
            hooks={"response": lambda answer, **kwargs: hooked.append(answer.url)},
        )
    assert hooked == [response.url] == [f"{CHAINLOOP}/v1/operations/x"]
    assert (response.status_code, response.reason, response.ok) == (404, "Not Found", False)
    assert response.headers["CONTENT-TYPE"] == "application/json"
    assert response.elapsed.total_seconds() >= 0
    with pytest.raises(requests.HTTPError) as caught:
        response.raise_for_status()
    assert caught.value.response is response


def test_a_status_without_a_name_has_no_reason():
    api = scripted([(499, {})], [])
    with mocked(apis=[api]):
        response = requests.get(f"{api.base_url}/x")
        assert (response.status_code, response.reason) == (499, None)
