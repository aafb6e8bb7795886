"""The responses transport takes what belongs to a stub, and every other request goes its way."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from pytest_asyncops import Api, NetworkBlocked, UnmatchedRequests, mocked
from pytest_asyncops.configure import settle
from pytest_asyncops.exchange import json_response
from pytest_asyncops.messages import Refusal
from pytest_asyncops.routing import Route
from pytest_asyncops.steps import State
from pytest_asyncops.transports.responses import ResponsesTransport

CHAINLOOP = "https://api.app.chainloop.dev"
PINECONE = "https://prod-1-data.ke.pinecone.io"
BEARER = {"Authorization": "Bearer token"}
KEY = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
OTHER = "https://other.example/thing"


class Loopback:
    """What stands for the network: a server on this machine, with answers by the script."""

    def __init__(self) -> None:
        self.script: list[tuple[int, dict[str, str]]] = []
        self.seen: list[tuple[str, bytes]] = []
        seen, script = self.seen, self.script

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                seen.append((self.command, self.read_body()))
                status, headers = script.pop(0) if script else (200, {})
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST = do_PUT = answer

            def read_body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size + 2)[:-2]
                self.rfile.readline()
                return body

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/x"


@pytest.fixture(scope="module")
def running() -> Iterator[Loopback]:
    loopback = Loopback()
    thread = threading.Thread(target=loopback.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield loopback
    loopback.server.shutdown()
    loopback.server.server_close()
    thread.join()


@pytest.fixture
def network(running: Loopback) -> Loopback:
    running.script.clear()
    running.seen.clear()
    return running


def scripted(script: list[tuple[int, dict[str, str]]], seen: list[tuple[str, bytes]]) -> Api:
    """An API that does what `Loopback` does."""

    def answer(exchange):
        seen.append((exchange.request.method, exchange.request.body))
        status, headers = script.pop(0) if script else (200, {})
        return json_response(status, None, headers)

    return Api(
        name="scripted",
        base_url="http://scripted.example",
        routes=tuple(Route(method, method, ("/x",), answer) for method in ("GET", "POST", "PUT")),
        words={state: state.name for state in State},
        render=lambda readings: lambda operation, moment: {},
        envelope=lambda error: {},
        credential=lambda request: "",
        unmatched=lambda request, routes: Refusal(404, 0, ""),
        new_id=str,
    )


def patched() -> tuple[object, ...]:
    return HTTPAdapter.send, responses.RequestsMock.unbound_on_send


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


def test_an_unknown_url_is_refused_by_the_mock_of_the_user():
    with mocked(), responses.RequestsMock(), pytest.raises(requests.ConnectionError) as caught:
        requests.get(OTHER)
    assert "Connection refused by Responses" in str(caught.value)


def test_two_mocks_of_this_package():
    with mocked(apis=["chainloop"]) as outer, mocked(apis=["pinecone"]) as inner:
        inner.pinecone.add_assistant("docs")
        assert requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER).status_code == 200
        assert requests.get(f"{PINECONE}/operations/docs", headers=KEY).status_code == 200
        assert (len(outer.calls), len(inner.calls)) == (1, 1)


# --- the network


def test_other_urls_reach_the_network(network):
    with mocked():
        assert requests.get(network.url).status_code == 200
    assert network.seen == [("GET", b"")]


BLOCKED = (
    "network='block' kept this from the network: {}. Stub the URL, or set network='pass'."
).format


def test_the_network_is_refused_and_reported_again_at_the_end(network):
    mock = mocked(network="block")
    mock.__enter__()
    for method in ("GET", "PUT"):
        with pytest.raises(NetworkBlocked) as caught:
            requests.request(method, network.url)
        assert str(caught.value) == BLOCKED(f"{method} {network.url}")
    with pytest.raises(NetworkBlocked) as caught:
        mock.__exit__(None, None, None)
    assert str(caught.value) == BLOCKED(f"GET {network.url}; PUT {network.url}")
    assert network.seen == []
    assert requests.get(network.url).status_code == 200


def test_an_error_of_the_body_comes_before_the_report(network):
    def body() -> None:
        with pytest.raises(NetworkBlocked):
            requests.get(network.url)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), mocked(network="block"):
        body()


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


# --- adapters and retries


def test_an_adapter_of_the_user_runs_its_own_send():
    sent: list[str] = []

    class Signing(HTTPAdapter):
        def send(self, request, *args, **kwargs):
            sent.append(request.url)
            request.headers["Authorization"] = "Bearer signed"
            return super().send(request, *args, **kwargs)

    with mocked() as mock, requests.Session() as session:
        session.mount("https://", Signing())
        url = f"{CHAINLOOP}/v1/operations"
        assert session.get(url, timeout=3).status_code == 200
        assert sent == [url]
        assert mock.calls[0].request.header("authorization") == "Bearer signed"


def test_an_adapter_may_pass_its_arguments_by_position():
    class Plain(HTTPAdapter):
        def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
            return super().send(request, stream, timeout, verify, cert, proxies)

    with mocked(), requests.Session() as session:
        session.mount("https://", Plain())
        assert session.get(f"{CHAINLOOP}/v1/operations", headers=BEARER).status_code == 200


def told(session: requests.Session, method: str, url: str) -> str:
    """How a request ended, in one line."""
    try:
        return f"status {session.request(method, url).status_code}"
    except requests.exceptions.RetryError as error:
        reason = error.args[0].reason
        return f"{type(error).__name__}: {type(reason).__name__}: {reason}"


ALL = [401, 404, 429, 503]
RETRIES = [
    ({"total": 3, "status_forcelist": ALL}, [404, 404]),
    ({"total": 3, "status_forcelist": ALL}, [404] * 9),
    ({"total": 3, "status_forcelist": ALL, "backoff_factor": 0.5}, [401, 404, 429]),
    ({"total": 4, "status_forcelist": ALL, "backoff_factor": 1}, [429] * 9),
    ({"total": 4, "status_forcelist": ALL, "backoff_factor": 1, "backoff_max": 3}, [429] * 9),
    ({"total": 2, "status_forcelist": ALL, "raise_on_status": False}, [503] * 9),
    ({"total": 9, "status": 1, "status_forcelist": ALL}, [503] * 9),
    ({"total": 0, "status_forcelist": ALL}, [503] * 9),
    ({"total": False, "status_forcelist": ALL}, [503] * 9),
    ({"total": 3, "status_forcelist": [500]}, [404] * 9),
    ({"total": 3}, [503] * 9),
    ({"total": 3}, [(429, "7"), (503, "5"), (413, "0")]),
    ({"total": 3, "backoff_factor": 2}, [(429, "7"), (503, "5")]),
    ({"total": 3, "respect_retry_after_header": False}, [(429, "7")]),
    (
        {
            "total": 3,
            "respect_retry_after_header": False,
            "status_forcelist": ALL,
            "backoff_factor": 1,
        },
        [(429, "7"), (429, "7")],
    ),
    ({"total": 3, "status_forcelist": ALL, "allowed_methods": ["PUT"]}, [503] * 9),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("settings", "statuses"), RETRIES)
def test_retries_are_what_the_real_library_does(network, monkeypatch, method, settings, statuses):
    script = [
        (entry[0], {"Retry-After": entry[1]}) if isinstance(entry, tuple) else (entry, {})
        for entry in statuses
    ]

    def session() -> requests.Session:
        made = requests.Session()
        made.mount("http://", HTTPAdapter(max_retries=Retry(**settings)))
        return made

    network.script[:] = script
    slept: list[float] = []
    with monkeypatch.context() as patch, session() as real:
        patch.setattr("time.sleep", slept.append)
        expected = told(real, method, network.url)

    seen: list[tuple[str, bytes]] = []
    api = scripted(list(script), seen)
    with mocked(apis=[api]) as mock, session() as stubbed:
        assert told(stubbed, method, f"{api.base_url}/x") == expected
        assert mock.clock.elapsed.total_seconds() == sum(slept)
    assert seen == network.seen


def test_backoff_moves_the_clock_exactly():
    with mocked() as mock, requests.Session() as session:
        retry = Retry(total=5, backoff_factor=0.1, status_forcelist=[404])
        session.mount("https://", HTTPAdapter(max_retries=retry))
        with pytest.raises(requests.exceptions.RetryError):
            session.get(f"{CHAINLOOP}/v1/operations/x", headers=BEARER)
        # No wait before the first retry, then 0.2, 0.4, 0.8 and 1.6 seconds.
        times = [(call.at - mock.calls[0].at).total_seconds() for call in mock.calls]
        assert times == [0, 0, 0.2, 0.6, 1.4, 3.0]
        assert mock.clock.elapsed.total_seconds() == 3.0


def test_an_operation_may_appear_between_retries():
    with mocked() as mock, requests.Session() as session:
        retry = Retry(total=9, backoff_factor=1, status_forcelist=[429])
        session.mount("https://", HTTPAdapter(max_retries=retry))
        operation = mock.chainloop.start()
        url = f"{CHAINLOOP}/v1/operations/{operation.id}"
        assert session.get(url, headers=BEARER).status_code == 200
        assert (len(mock.calls), operation.polls) == (1, 1)


def test_nothing_is_kept_of_what_was_asked():
    # The record of the responses library has no bound; a month of polls would fill the memory.
    with mocked() as mock:
        for _ in range(3):
            requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER)
        send = HTTPAdapter.send
        transport = next(
            cell.cell_contents
            for cell in send.__closure__
            if isinstance(cell.cell_contents, ResponsesTransport)
        )
        assert len(transport._mock.calls) <= 1
        assert len(mock.calls) == 3


def in_thread(function) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_each_thread_has_its_own_retries():
    waits: list[str] = []

    class Busy(Retry):
        """Lets another thread ask in each of its waits."""

        def sleep(self, response=None):
            waits.append(threading.current_thread().name)
            in_thread(lambda: requests.get(f"{CHAINLOOP}/v1/operations/b", headers=BEARER))

    with mocked() as mock, requests.Session() as session:
        retry = Busy(total=3, status_forcelist=[404], raise_on_status=False)
        session.mount("https://", HTTPAdapter(max_retries=retry))
        session.get(f"{CHAINLOOP}/v1/operations/a", headers=BEARER)
        assert [call.request.path[-1] for call in mock.calls] == list("abababa")
        assert len(waits) == 3


# --- bodies


BODIES = {
    "none": lambda tmp_path: {},
    "str": lambda tmp_path: {"data": "plain text"},
    "bytes": lambda tmp_path: {"data": b"\x00\xff"},
    "empty": lambda tmp_path: {"data": b""},
    "bytearray": lambda tmp_path: {"data": bytearray(b"ab")},
    "memoryview": lambda tmp_path: {"data": memoryview(b"ab")},
    "form": lambda tmp_path: {"data": {"a": "1", "b": "ü"}},
    "json": lambda tmp_path: {"json": {"a": [1, None]}},
    "file in memory": lambda tmp_path: {"data": io.BytesIO(b"in memory")},
    "generator": lambda tmp_path: {"data": iter([b"one", b"two"])},
    "generator of text": lambda tmp_path: {"data": iter(["one", "zwö"])},
    "upload": lambda tmp_path: {
        "data": b"--b\r\n\r\nx\r\n--b--",
        "headers": {"Content-Type": "multipart/form-data; boundary=b"},
    },
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_arrives_as_the_real_library_sends_it(network, tmp_path, kind):
    requests.post(network.url, **BODIES[kind](tmp_path))
    seen: list[tuple[str, bytes]] = []
    api = scripted([], seen)
    with mocked(apis=[api]):
        requests.post(f"{api.base_url}/x", **BODIES[kind](tmp_path))
    assert seen == network.seen


def test_text_arrives_in_utf_8():
    seen: list[tuple[str, bytes]] = []
    api = scripted([], seen)
    with mocked(apis=[api]):
        requests.post(f"{api.base_url}/x", data="größe")
    assert seen == [("POST", "größe".encode())]


def test_a_file_on_disk_arrives(tmp_path):
    path = tmp_path / "report.txt"
    path.write_bytes(b"on disk")
    seen: list[tuple[str, bytes]] = []
    api = scripted([], seen)
    with mocked(apis=[api]), path.open("rb") as file:
        requests.post(f"{api.base_url}/x", data=file)
    assert seen == [("POST", b"on disk")]


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
    with pytest.raises(requests.HTTPError, match="404 Client Error: Not Found for url"):
        response.raise_for_status()


def test_a_status_without_a_name_has_no_reason():
    api = scripted([(499, {})], [])
    with mocked(apis=[api]):
        response = requests.get(f"{api.base_url}/x")
        assert (response.status_code, response.reason) == (499, None)


# --- the end


def test_a_header_may_be_bytes():
    with mocked() as mock:
        answer = requests.get(
            f"{CHAINLOOP}/v1/operations", headers={"Authorization": b"Bearer token"}
        )
        assert answer.status_code == 200
        assert mock.calls[0].request.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("target", ["/v2", "/v2?x=a@b", "/v2/a@b", "/v2//a@b", "/v2?u=http://a@b"])
def test_a_password_in_a_url_is_not_in_the_report(target):
    def body() -> None:
        url = f"{CHAINLOOP}{target}".replace("//", "//me:s3cret@", 1)
        assert requests.get(url).status_code == 404

    with pytest.raises(UnmatchedRequests) as caught, mocked():
        body()
    assert "s3cret" not in str(caught.value)
    assert f"  GET {CHAINLOOP}{target}\n" in str(caught.value)


def test_a_password_is_not_in_the_report_of_the_network(network):
    url = network.url.replace("//", "//me:s3cret@")
    with mocked(network="block") as mock:
        with pytest.raises(NetworkBlocked) as caught:
            requests.get(url)
        mock.abandon()
        mock.open(settle({}))
    assert str(caught.value) == BLOCKED(f"GET {network.url}")


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
