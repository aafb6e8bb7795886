"""What requests does above and around its transport, it does over a stub just as well."""

from __future__ import annotations

import array
import io
import threading
from collections.abc import Iterator

import pytest
import requests
from requests.adapters import HTTPAdapter
from support.loopback import BEARER, CHAINLOOP, answering, scripted
from urllib3 import Retry, Timeout
from urllib3.exceptions import ReadTimeoutError

from pytest_asyncops import mocked
from pytest_asyncops.apis import json_response

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


# --- late answers


def late(seconds: float):
    return mocked(apis=[answering(lambda exchange: json_response(200, None, late=seconds))])


@pytest.mark.parametrize("timeout", [None, 7, (1, 7), (1, None), Timeout(7), Timeout(read=9)])
def test_an_answer_that_is_late_comes_then(timeout):
    with late(6) as mock:
        assert requests.get("http://scripted.example/x", timeout=timeout).status_code == 200
        assert mock.clock.elapsed.total_seconds() == 6
        assert [call.at.second for call in mock.calls] == [0]


@pytest.mark.parametrize("timeout", [6, (1, 6), Timeout(6), Timeout(connect=1, read=6)])
def test_its_own_timeout_comes_after_exactly_that_time(timeout):
    with late(45) as mock, requests.Session() as session:
        with pytest.raises(requests.exceptions.ReadTimeout) as caught:
            session.post("http://scripted.example/x", timeout=timeout)
        assert isinstance(caught.value.args[0], ReadTimeoutError)
        assert caught.value.args[0].pool.host == "scripted.example"
        assert caught.value.request.method == "POST"
        assert mock.clock.elapsed.total_seconds() == 6


@pytest.mark.parametrize("by_position", [False, True])
def test_a_timeout_is_tried_again_as_the_adapter_says(by_position):
    class Plain(HTTPAdapter):
        def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
            return super().send(request, stream, timeout, verify, cert, proxies)

    with late(45) as mock, requests.Session() as session:
        adapter = Plain if by_position else HTTPAdapter
        session.mount("http://", adapter(max_retries=Retry(total=2, backoff_factor=1)))
        with pytest.raises(requests.exceptions.ConnectionError) as caught:
            session.get("http://scripted.example/x", timeout=5)
        assert isinstance(caught.value.args[0].reason, ReadTimeoutError)
        # 5 seconds, at once 5 more, and after the second backoff of 2 seconds the last.
        assert [call.at.second for call in mock.calls] == [0, 5, 12]
        assert mock.clock.elapsed.total_seconds() == 17
        with pytest.raises(requests.exceptions.ReadTimeout):
            session.post("http://scripted.example/x", timeout=5)
        assert len(mock.calls) == 4


# --- bodies


class Encoder:
    """Read like a file, and no iterable: as requests_toolbelt's encoders of forms are."""

    def __init__(self, content: bytes, at_once: int = 2**16) -> None:
        self.len = len(content)
        self._rest = content
        self._at_once = at_once

    def read(self, size: int = 8192) -> bytes:
        size = min(size, self._at_once)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


class InPieces(Encoder):
    """An iterable too, which gives one piece of it."""

    def __iter__(self) -> Iterator[bytes]:
        yield self.read()


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
    "array": lambda tmp_path: {"data": array.array("b", b"four")},
    "read in pieces": lambda tmp_path: {"data": InPieces(b"0123456789" * 4096)},
    "text in memory": lambda tmp_path: {"data": io.StringIO("0123456789\n" * 4096)},
    "encoder": lambda tmp_path: {"data": Encoder(b"0123456789" * 4096)},
    "encoder that gives less": lambda tmp_path: {"data": Encoder(b"0123456789" * 9, 7)},
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


def test_a_header_may_be_bytes():
    with mocked() as mock:
        answer = requests.get(
            f"{CHAINLOOP}/v1/operations", headers={"Authorization": b"Bearer token"}
        )
        assert answer.status_code == 200
        assert mock.calls[0].request.headers["Authorization"] == "Bearer token"
