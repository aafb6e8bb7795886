"""A URL is shown without its credentials, and is the URL all the same."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.serving.secret_texts import (
    Hiding,
    is_secret_name,
    parameter_values,
    segments,
    shown,
    without_secrets,
    without_user,
)


@pytest.mark.parametrize(
    "name",
    ["token", "Token", "tokens", "api_key", "apikey", "apiKey", "API-KEY", "key", "access_token",
     "accessToken", "client_secret", "secret", "signature", "X-Amz-Signature", "sig", "password",
     "passwd", "X-Amz-Security-Token", "X-Amz-Credential", "AWSAccessKeyId", "auth.token",
     "api%5Fkey", "credentials", "token2"],
)  # fmt: skip
def test_parameters_that_are_never_shown(name):
    assert is_secret_name(name.replace("%5F", "_"))
    assert without_secrets(f"https://h/x?a=1&{name}=s3cret&b=2") == (
        f"https://h/x?a=1&{name}=[hidden]&b=2"
    )
    assert without_secrets(f"{name}=s3cret") == f"{name}=[hidden]"  # a query alone
    assert (
        without_secrets(f"/x;{name}=s3cret#{name}=s3cret") == f"/x;{name}=[hidden]#{name}=[hidden]"
    )


@pytest.mark.parametrize(
    "name",
    ["limit", "page", "pagination_token", "page_token", "pageToken", "nextPageToken", "next_token",
     "NextToken", "continuation-token", "keyword", "tokenize", "status", "design", "",
     "operation_type", "pagination.page_size", "resource_id", "config", "signal"],
)  # fmt: skip
def test_parameters_that_are_shown(name):
    assert not is_secret_name(name)
    url = f"https://h/x?{name}=s3cret&b"
    assert without_secrets(url) == url


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://h", "https://h"),
        ("https://me:pw@h:8080/a@b?c=d@e", "https://[hidden]@h:8080/a@b?c=d@e"),
        ("https://h/token=/x?key=&key=1&key", "https://h/token=/x?key=&key=[hidden]&key"),
        ("https://h/s3cret/x?a=s3cret&b=s3cret2", "https://h/[hidden]/x?a=[hidden]&b=s3cret2"),
        ("https://s3cret/a?s3cret#s3cret", "https://s3cret/a?s3cret#s3cret"),
    ],
)
def test_what_is_shown_of_a_url(url, printed):
    assert without_secrets(url, {"s3cret"}) == printed


def test_parts_of_a_url():
    url = "https://h:1/a/b%2F?x=1&y=&z=2;w=3#v=4"
    assert parameter_values(url) == {"1", "2", "3", "4"}
    assert segments(url) == {"", "a", "b%2F"}
    assert without_user("//u@h/x@y") == "//h/x@y"


def test_a_text_that_hides_something_is_that_text():
    text = Hiding("a?key=1", "a?key=[hidden]")
    assert (text, hash(text), str(text), f"{text}") == (
        "a?key=1",
        hash("a?key=1"),
        *["a?key=1"] * 2,
    )
    assert repr(text) == "'a?key=[hidden]'"
    assert f"{[text]}" == "['a?key=[hidden]']"
    for other in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (other, type(other), repr(other)) == (text, Hiding, repr(text))
    assert shown(text) == shown("a?key=1") == "a?key=[hidden]"


@given(st.text())
def test_any_text_can_be_shown(text):
    printed = without_secrets(text)
    assert without_secrets(printed) == printed or "@" in text
