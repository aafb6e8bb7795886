"""A request for a stub that something else has taken is told of, and nothing else is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from support.loopback import BEARER, CHAINLOOP, PINECONE

from pytest_asyncops import TakenRequestsWarning, mocked

URL = f"{CHAINLOOP}/v1/operations"


def elsewhere(*args: object, **kwargs: object) -> requests.Response:
    """What another mock answers."""
    answer = requests.Response()
    answer.status_code = 418
    return answer


class Elsewhere(BaseAdapter):
    """An adapter that is another mock."""

    send = elsewhere

    def close(self) -> None:
        pass


def replaced_send(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HTTPAdapter, "send", elsewhere)


def replaced_session_send(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Session, "send", elsewhere)


def replaced_adapter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Session, "get_adapter", lambda session, url: Elsewhere())


OTHERS = pytest.mark.parametrize(
    ("replaced", "who"),
    [
        (replaced_send, f"{__name__}.elsewhere"),
        (replaced_session_send, f"{__name__}.elsewhere"),
        (replaced_adapter, f"{__name__}.Elsewhere"),
    ],
)


def told(url: str, api: str, who: str, base_url: str) -> str:
    return (
        f"{url} was requested, but no request has reached the stub of {api}: {who} answered "
        f"first. Let it pass on requests to URLs below {base_url}, or do without it in this test."
    )


@contextmanager
def silent() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def warned() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
    assert [each.category for each in caught] in ([], [TakenRequestsWarning])


@OTHERS
def test_a_mock_that_stands_in_front_for_a_while_is_told_at_the_end(monkeypatch, replaced, who):
    with warned() as caught, mocked() as mock:
        mock.chainloop.start()
        with monkeypatch.context() as patch:
            replaced(patch)
            for path in ("/x", "/y"):
                assert requests.get(URL + path, headers=BEARER).status_code == 418
    assert [str(each.message) for each in caught] == [told(f"{URL}/x", "chainloop", who, CHAINLOOP)]


@OTHERS
def test_one_that_was_there_before_is_told_where_it_comes_first(monkeypatch, replaced, who):
    replaced(monkeypatch)
    with warned() as caught, mocked() as mock:
        mock.chainloop.start()
        comes_first = requests.get(URL, headers=BEARER).status_code == 418
    assert len(caught) == comes_first == (replaced is not replaced_send)


@pytest.mark.parametrize("method", [b"GET", "GET"])
def test_however_it_is_asked_for(monkeypatch, method):
    monkeypatch.setattr(requests.Session, "send", elsewhere)
    with warned() as caught, mocked() as mock:
        mock.pinecone.start(assistant_name="docs")
        with requests.Session() as session:
            session.request(url=f"{PINECONE}/operations/docs".replace("//", "//me:s3cret@"),
                            method=method)  # fmt: skip
    assert str(caught[0].message) == told(
        f"{PINECONE}/operations/docs", "pinecone", f"{__name__}.elsewhere", PINECONE
    )


def test_an_error_of_the_other_mock_is_no_answer_either(monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "send", refuse)
    with warned() as caught, mocked() as mock:
        mock.chainloop.start()
        with pytest.raises(requests.ConnectionError):
            requests.get(URL)
    assert caught


def ask(url: str = URL) -> None:
    requests.get(url, headers=BEARER)


def fail_before_sending() -> None:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        raise PermissionError

    with pytest.raises(PermissionError):
        requests.get(URL, auth=sign)


@pytest.mark.parametrize("asks", [ask, fail_before_sending, lambda: None])
def test_without_another_mock_nothing_is_told(asks: Callable[[], None]):
    with silent(), mocked() as mock:
        mock.chainloop.start()
        asks()


def test_who_reached_the_stub_once_knows_what_stands_in_front(monkeypatch):
    with silent(), mocked() as mock:
        mock.chainloop.start()
        ask()
        with monkeypatch.context() as patch:
            replaced_send(patch)
            ask()  # a test of an outage, for one
    with silent(), mocked() as mock:
        mock.chainloop.start()
        with monkeypatch.context() as patch:
            replaced_send(patch)
            ask()
        ask()


def test_what_stands_in_front_and_passes_on_takes_nothing(monkeypatch):
    with silent(), mocked() as mock:
        beneath = HTTPAdapter.send

        def spy(adapter: HTTPAdapter, *args: object, **kwargs: object) -> requests.Response:
            return beneath(adapter, *args, **kwargs)

        monkeypatch.setattr(HTTPAdapter, "send", spy)
        ask()
        assert len(mock.calls) == 1
        mock.reset()
        mock.chainloop.start()
        monkeypatch.undo()


def test_requests_for_other_urls_are_not_the_stubs(monkeypatch):
    replaced_session_send(monkeypatch)
    with silent(), mocked() as mock:
        mock.chainloop.start()
        ask("https://other.example/")
        ask(f"{PINECONE}/operations/docs")  # where no operation was started


def test_in_whatever_order_mocks_close_sessions_are_as_before(monkeypatch):
    before = requests.Session.request
    outer, inner = mocked(), mocked()
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    assert requests.Session.request is not before
    inner.__exit__(None, None, None)
    assert requests.Session.request is before

    def above(session: requests.Session, *args: object, **kwargs: object) -> requests.Response:
        return watched(session, *args, **kwargs)

    with mocked() as mock:
        watched = requests.Session.request
        monkeypatch.setattr(requests.Session, "request", above)
    assert requests.Session.request is above
    with silent(), mocked() as mock:
        mock.chainloop.start()
        ask()
        assert len(mock.calls) == 1


def test_the_mock_of_requests_mock():
    requests_mock = pytest.importorskip("requests_mock")
    with warned() as caught, mocked() as mock:
        mock.chainloop.start()
        with requests_mock.Mocker() as other:
            other.get("https://other.example/")
            with pytest.raises(requests_mock.NoMockAddress):
                ask()
    assert "requests_mock" in str(caught[0].message)
    with silent(), mocked() as mock:
        mock.chainloop.start()
        with requests_mock.Mocker(real_http=True) as other:
            other.get("https://other.example/", status_code=418)
            ask()
            assert requests.get("https://other.example/").status_code == 418
        assert len(mock.calls) == 1
