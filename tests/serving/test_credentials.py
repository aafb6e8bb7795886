"""A credential that is refused is one that a request can have."""

from __future__ import annotations

import pytest
from support.toy_api import handle, request, stub_of, toy

from pytest_asyncops import InvalidArgument, mocked


def refusal(make):
    with pytest.raises(InvalidArgument) as caught:
        make()
    return str(caught.value)


def test_a_scheme_is_no_part_of_a_token():
    with mocked() as mock:
        assert refusal(lambda: mock.chainloop.refuse("Bearer t")) == (
            "'Bearer t' is not a credential of chainloop, which reads only 't' of such a header. "
            "Write refuse('t')."
        )
        mock.chainloop.refuse("t")
        mock.pinecone.refuse("Bearer t")  # a key may be anything


@pytest.mark.parametrize("credential", ["", None, 5, b"t"])
def test_what_is_no_text(credential):
    with mocked() as mock:
        assert refusal(lambda: mock.chainloop.refuse(credential)) == (
            "credential must be a string that is not empty, the token or key itself, not "
            f"{credential!r}"
        )


def test_an_own_api_may_read_the_scheme_or_something_else():
    stub = stub_of(toy())
    stub.refuse("Bearer t")
    assert handle(stub, request("/jobs", key="Bearer t")).status_code == 403
    by_name = stub_of(toy(credential=lambda asked: asked.headers["X-Token"]))
    by_name.refuse("Bearer t")
    cut = stub_of(toy(credential=lambda asked: asked.headers["Authorization"][4:]))
    assert "Write refuse('t')" in refusal(lambda: cut.refuse("key t"))


@pytest.mark.parametrize("reason", ["forbiden", [], None])
def test_another_reason(reason):
    with mocked() as mock:
        assert refusal(lambda: mock.chainloop.refuse("t", reason)).startswith(
            f"unknown reason for a refusal {reason!r}."
        )
