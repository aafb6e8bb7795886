"""The answers of the server itself are words."""

from __future__ import annotations

from pytest_asyncops.loopback.incoming import plain


def test_an_answer_in_words() -> None:
    answer = plain(404, "nothing é", X_One="1")
    assert (answer.status_code, answer.content) == (404, "nothing é\n".encode())
    assert dict(answer.headers) == {
        "Content-Type": "text/plain; charset=utf-8",
        "X-One": "1",
    }
