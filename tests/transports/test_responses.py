"""The responses transport takes what belongs to a stub, and every other request goes its way."""

from __future__ import annotations

import itertools

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from support.loopback import BEARER, CHAINLOOP, KEY, OTHER, PINECONE

from pytest_asyncops import UnmatchedRequests, mocked


def patched() -> tuple[object, ...]:
    return HTTPAdapter.send, responses.RequestsMock.unbound_on_send, requests.Session.request


# --- who gets which request


def test_both_apis_answer_in_one_mock():
    with mocked() as mock:
        evidence = mock.chainloop.start()
        upload = mock.pinecone.start(assistant_name="docs")
        with requests.Session() as session:
            one = session.get(f"{CHAINLOOP}/v1/operations/{evidence.id}", headers=BEARER)
            two = session.get(f"{PINECONE}/operations/docs/{upload.id}", headers=KEY)
        assert one.json()["operation"]["id"] == evidence.id
        assert two.json()["id"] == upload.id
        assert [call.request.path for call in mock.calls] == [
            f"/v1/operations/{evidence.id}",
            f"/operations/docs/{upload.id}",
        ]
        assert (len(mock.chainloop.calls), len(mock.pinecone.calls)) == (1, 1)


@pytest.mark.parametrize(
    "url",
    [
        f"{CHAINLOOP}/v1/operations",
        f"{CHAINLOOP}:443/v1/operations",
        "HTTPS://API.App.Chainloop.DEV/v1/operations",
        f"{CHAINLOOP}/v1/operations#fragment",
        f"{CHAINLOOP}/v1/operations?kind=a#fragment?x",
        f"{CHAINLOOP}/v1/./x/../operations",
    ],
)
def test_spellings_of_one_url(url):
    with mocked() as mock:
        assert requests.get(url, headers=BEARER).json()["operations"] == []
        assert mock.calls[0].response.route == "list"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.app.chainloop.dev/v1/operations",
        f"{CHAINLOOP}:8443/v1/operations",
        f"{CHAINLOOP}.evil.example/v1/operations",
        "https://app.chainloop.dev/v1/operations",
    ],
)
def test_another_scheme_port_or_host_is_another_url(url):
    with responses.RequestsMock() as outer, mocked() as mock:
        outer.get(url, status=418)
        assert requests.get(url).status_code == 418
        assert len(mock.calls) == 0


def test_a_base_url_with_a_path_owns_what_is_below_it():
    base = "http://localhost:8080/api/chainloop"
    with responses.RequestsMock() as outer, mocked(base_urls={"chainloop": f"{base}/"}) as mock:
        outer.get(f"{base}s/v1/operations", status=418)
        outer.get("http://localhost:8080/api", status=419)
        outer.get(f"{CHAINLOOP}/v1/operations", status=420)
        assert mock.chainloop.base_url == base
        assert requests.get(f"{base}/v1/operations", headers=BEARER).status_code == 200
        assert requests.get(f"{base}s/v1/operations").status_code == 418
        assert requests.get("http://localhost:8080/api").status_code == 419
        assert requests.get(f"{CHAINLOOP}/v1/operations").status_code == 420
        assert [call.request.path for call in mock.calls] == ["/v1/operations"]


def ask_both() -> tuple[int, int]:
    """The status of a stub's URL and of another one."""
    stub = requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER)
    return stub.status_code, requests.get(OTHER).status_code


def test_a_mock_started_before_keeps_the_other_urls():
    with responses.RequestsMock() as outer:
        outer.get(OTHER, status=418)
        with mocked() as mock:
            assert ask_both() == (200, 418)
            assert len(mock.calls) == 1
        assert len(outer.calls) == 1


def test_a_mock_started_before_by_start():
    outer = responses.RequestsMock()
    outer.start()
    try:
        outer.get(OTHER, status=418)
        with mocked():
            assert ask_both() == (200, 418)
    finally:
        outer.stop()
        outer.reset()


@responses.activate
def test_a_mock_started_before_as_decorator():
    responses.get(OTHER, status=418)
    with mocked():
        assert ask_both() == (200, 418)
        responses.get(f"{CHAINLOOP}/v1/operations", status=500)  # in vain
        assert ask_both() == (200, 418)


def test_a_mock_started_after_as_context_manager():
    with mocked() as mock:
        with responses.RequestsMock() as inner:
            inner.get(OTHER, status=418)
            assert ask_both() == (200, 418)
        assert len(mock.calls) == 1


def test_a_mock_started_after_as_decorator():
    @responses.activate
    def body() -> None:
        responses.get(OTHER, status=418)
        assert ask_both() == (200, 418)

    with mocked():
        body()
        body()


def test_a_mock_started_after_by_start():
    before = patched()
    with mocked():
        responses.start()
        responses.get(OTHER, status=418)
        assert ask_both() == (200, 418)
        responses.stop()
        responses.reset()
    assert patched() == before


def test_mocks_on_both_sides():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as outer:
        outer.get(OTHER, status=417)
        with mocked():
            with responses.RequestsMock() as inner:
                inner.get(OTHER, status=418)
                assert ask_both() == (200, 418)
            assert ask_both() == (200, 417)


def test_a_mock_that_outlives_this_one_stays_active(monkeypatch):
    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
    with mocked():
        inner = responses.RequestsMock()
        inner.start()
        inner.get(OTHER, status=418)
        inner.get(f"{CHAINLOOP}/v1/operations", status=419)
        assert ask_both() == (200, 418)
    assert ask_both() == (419, 418)
    inner.stop()
    # What is left passes everything on.
    with responses.RequestsMock() as later:
        later.get(f"{CHAINLOOP}/v1/operations", status=420)
        later.get(OTHER, status=421)
        assert ask_both() == (420, 421)


def test_an_unknown_url_is_refused_by_the_mock_of_the_user(network):
    with mocked(), responses.RequestsMock(), pytest.raises(requests.ConnectionError):
        requests.get(network.url)
    assert network.seen == []


def found(operation: str) -> bool:
    """Whether the stub that answers has this operation."""
    answer = requests.get(f"{CHAINLOOP}/v1/operations/{operation}", headers=BEARER)
    return answer.status_code == 200


def test_two_mocks_of_this_package():
    with mocked() as outer:
        outer.chainloop.start(id="outer")
        with mocked() as inner:
            inner.chainloop.start(id="inner")
            assert (found("inner"), found("outer")) == (True, False)
            assert (len(outer.calls), len(inner.calls)) == (0, 2)
        assert (found("inner"), found("outer")) == (False, True)


def test_two_mocks_of_different_apis():
    with mocked(apis=["chainloop"]) as outer, mocked(apis=["pinecone"]) as inner:
        inner.pinecone.add_assistant("docs")
        assert requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER).status_code == 200
        assert requests.get(f"{PINECONE}/operations/docs", headers=KEY).status_code == 200
        assert (len(outer.calls), len(inner.calls)) == (1, 1)


@pytest.mark.parametrize("closing", [*itertools.permutations(range(3))])
@pytest.mark.parametrize("users", [None, 0, 1, 2, 3])
def test_the_latest_mock_that_is_open_answers(monkeypatch, users, closing):
    """Whatever the order in which they close, and wherever a mock of the user stands."""
    before = patched()
    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
    others = responses.RequestsMock(assert_all_requests_are_fired=False)
    others.get(OTHER, status=418)
    others.get(f"{CHAINLOOP}/v1/operations/0", status=419)  # in vain
    blocks = [mocked(apis=["chainloop"]) for _ in range(3)]
    for number, block in enumerate(blocks):
        if number == users:
            others.start()
        block.__enter__().chainloop.start(id=str(number))
    if users == 3:
        others.start()
    still_open = [0, 1, 2]
    for number in closing:
        assert [found(str(each)) for each in range(3)] == [
            each == still_open[-1] for each in range(3)
        ]
        if users is not None:
            assert requests.get(OTHER).status_code == 418
        blocks[number].__exit__(None, None, None)
        still_open.remove(number)
    if users is not None:
        assert requests.get(OTHER).status_code == 418
        others.stop()
    if users in (None, 0):  # else what it has stood on is left, and passes everything on
        assert patched() == before


def test_what_is_put_between_two_mocks_is_put_back(monkeypatch):
    before = patched()
    with mocked(apis=["chainloop"]) as outer:
        outer.chainloop.start(id="outer")
        covered = patched()

        def between(adapter, request, **kwargs):
            return covered[0](adapter, request, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(HTTPAdapter, "send", between)
            with mocked(apis=["chainloop"]):
                assert HTTPAdapter.send is not between
                assert not found("outer")
            assert HTTPAdapter.send is between
            assert found("outer")
        assert patched() == covered
    assert patched() == before


def test_a_mock_of_the_user_that_ends_between_two_mocks(monkeypatch):
    """It has kept what stood beneath it, and puts that back when both mocks have closed."""
    before = patched()
    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
    outer, inner = mocked(), mocked()
    outer.__enter__()
    with monkeypatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", lambda adapter, request, **kwargs: None)
        inner.__enter__().chainloop.start(id="inner")
        outer.__exit__(None, None, None)
        assert found("inner")
        inner.__exit__(None, None, None)
    assert patched()[1:] == before[1:]
    with responses.RequestsMock() as later, mocked() as mock:
        later.get(OTHER, status=418)
        mock.chainloop.start(id="later")
        assert found("later")
        assert requests.get(OTHER).status_code == 418


# --- the network


def test_other_urls_reach_the_network(network):
    with mocked():
        assert requests.get(network.url).status_code == 200
    assert network.seen == [("GET", b"")]


def test_what_a_mock_of_the_user_answers_does_not_reach_the_network():
    with responses.RequestsMock() as outer, mocked(network="block"):
        outer.get(OTHER, status=418)
        assert ask_both() == (200, 418)
    with mocked(network="block"), responses.RequestsMock() as inner:
        inner.get(OTHER, status=418)
        assert ask_both() == (200, 418)


def test_what_stands_in_place_of_the_network_is_not_blocked(monkeypatch):
    def send(adapter, request, **kwargs):
        answer = requests.Response()
        answer.status_code = 418
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", send)
    with mocked(network="block"):
        assert ask_both() == (200, 418)
    assert HTTPAdapter.send is send


# --- the end


@pytest.mark.parametrize("target", ["/v2", "/v2?x=a@b", "/v2/a@b", "/v2//a@b", "/v2?u=http://a@b"])
def test_a_password_in_a_url_is_not_in_the_report(target):
    def body() -> None:
        url = f"{CHAINLOOP}{target}".replace("//", "//me:s3cret@", 1)
        assert requests.get(url).status_code == 404

    with pytest.raises(UnmatchedRequests) as caught, mocked():
        body()
    assert "s3cret" not in str(caught.value)
    assert f"  GET {CHAINLOOP}{target}\n" in str(caught.value)


def test_after_the_end_no_request_is_taken():
    session = requests.Session()
    with responses.RequestsMock() as outer:
        outer.get(f"{CHAINLOOP}/v1/operations", status=418)
        with mocked() as mock:
            calls = mock.calls
            assert session.get(f"{CHAINLOOP}/v1/operations", headers=BEARER).status_code == 200
        assert session.get(f"{CHAINLOOP}/v1/operations", headers=BEARER).status_code == 418
    assert len(calls) == 1
    session.close()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_everything_is_put_back_after_an_error(error):
    before = patched()

    def body() -> None:
        assert patched() != before
        raise error

    with pytest.raises(error), mocked():
        body()
    assert patched() == before


def test_everything_is_put_back_after_a_report():
    before = patched()
    with pytest.raises(UnmatchedRequests), mocked():
        requests.get(f"{CHAINLOOP}/v2")
    assert patched() == before


def test_an_outer_mock_is_put_back():
    with responses.RequestsMock():
        before = patched()
        with mocked():
            pass
        assert patched() == before
