"""No request gets away to a host that a mock stands for, and the test hears of each."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
import requests
from support.loopback import BEARER, CHAINLOOP, PINECONE

from pytest_asyncops import (
    InvalidArgument,
    LeftoverWorkWarning,
    NetworkBlocked,
    mocked,
)
from pytest_asyncops.network.guard import guard

FAR = "192.0.2.1"  # RFC 5737: nobody has it

pytestmark = pytest.mark.usefixtures("no_proxies")

Ask = Callable[[str], object]


async def _ask_httpx(url: str) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(url)


def _ask_socket(url: str) -> None:
    host = urllib.parse.urlsplit(url).hostname
    socket.create_connection((host, 443)).close()


def _ask_http_client(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    http.client.HTTPSConnection(parts.netloc).request("GET", parts.path)


CLIENTS: dict[str, Ask] = {
    "httpx": httpx.get,
    "httpx, async": lambda url: asyncio.run(_ask_httpx(url)),
    "urllib.request": urllib.request.urlopen,
    "http.client": _ask_http_client,
    "a socket": _ask_socket,
}


@pytest.fixture(params=CLIENTS)
def client(request) -> str:
    return request.param


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    guard.forget()  # the work that a test before this one has left, and that may end meanwhile
    before = socket.getaddrinfo, socket.socket.connect, threading.Thread.start
    yield
    assert guard.forget() == {}
    assert (socket.getaddrinfo, socket.socket.connect, threading.Thread.start) == before


def swallowed(ask: Callable[[], object]) -> str:
    """What is refused to code that asks and goes on, as pollers do."""
    with pytest.raises(NetworkBlocked) as caught:
        ask()
    return str(caught.value)


@pytest.mark.parametrize("network", ["pass", "block"])
def test_a_stubs_host_is_not_reached_and_the_test_fails_at_its_end(client, network):
    with pytest.raises(NetworkBlocked) as caught, mocked(transport="responses", network=network):
        said = swallowed(lambda: CLIENTS[client](f"{CHAINLOOP}/v1/operations"))
    assert str(caught.value) == said
    known = client.partition(",")[0]
    assert (caught.value.client, caught.value.host) == (known, "api.app.chainloop.dev")
    assert caught.value.port == 443
    first, line, *rest = said.splitlines()
    assert first == (
        f"{known} was about to reach api.app.chainloop.dev:443, and a mock answers for that host."
    )
    assert line == f"  {caught.value.line}"
    assert line.startswith(f"  {__file__}:")
    assert rest == [
        f"Its stub answers at {CHAINLOOP}, to these client libraries: requests. "
        "The setting transport chooses them.",
        "If the real service is meant, let it through: allowed_hosts=['api.app.chainloop.dev'].",
    ]


def refused(ask: Callable[[], object], **settings: Any) -> str:
    """What is refused to code that asks while a mock with these settings is open."""
    with pytest.raises(NetworkBlocked) as caught, mocked(**settings):
        swallowed(ask)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "place", "advice"),
    [
        ("http://api.app.chainloop.dev/v1/operations", "api.app.chainloop.dev:80", CHAINLOOP),
        ("https://api.app.chainloop.dev:8443/x", "api.app.chainloop.dev:8443", CHAINLOOP),
        ("https://API.Chainloop.dev./x", "api.chainloop.dev:443", CHAINLOOP),
        ("https://other.pinecone.io/assistant", "other.pinecone.io:443", PINECONE),
    ],
)
def test_requests_to_a_host_at_which_no_stub_answers(url, place, advice):
    said = refused(lambda: requests.get(url, headers=BEARER))
    assert said.startswith(f"requests was about to reach {place}, and a mock answers for that host")
    assert f"\nIts stub answers at {advice}: send the request there.\n" in said


def test_an_api_that_is_left_out_is_not_reached_either():
    said = refused(lambda: requests.get(f"{PINECONE}/operations/docs"), apis=["chainloop"])
    assert (
        "It belongs to pinecone, which is not among the APIs of this mock: add it to apis." in said
    )


def test_the_real_host_of_a_stub_that_is_somewhere_else():
    elsewhere = {"chainloop": "http://localhost:8080/base"}
    said = refused(lambda: requests.get(f"{CHAINLOOP}/v1/operations"), base_urls=elsewhere)
    assert "Its stub answers at http://localhost:8080/base: send the request there." in said


def test_a_stub_on_this_machine_has_its_port_alone(network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings = {"base_urls": {"chainloop": f"http://localhost:{port}"}}
        refused(lambda: httpx.get(f"http://127.0.0.1:{port}/v1/operations"), **settings)
        with mocked(**settings):
            assert httpx.get(network.url).status_code == 200
    assert network.seen == [("GET", b"")]


@pytest.mark.parametrize("pattern", ["192.0.2.1", "*.example", "localhost, 192.0.2.1"])
def test_a_host_that_is_allowed_is_let_through(pattern):
    settings = {"base_urls": {"chainloop": f"https://{FAR}"}, "allowed_hosts": pattern}
    if FAR in pattern:
        with mocked(**settings):
            assert socket.gethostbyname(FAR) == FAR
    else:
        refused(lambda: socket.gethostbyname(FAR), **settings)


@pytest.mark.parametrize(
    "wrong", ["https://a.example", "a.example:443", "a/b", "*", "a.*", b"x", {"a": 1}, 5, [5]]
)
def test_what_is_no_host(wrong):
    with pytest.raises(InvalidArgument, match="allowed_hosts has names of hosts"):
        mocked(allowed_hosts=wrong)


# --- network="block"


def test_everything_but_this_machine_is_blocked(client, network):
    said = refused(lambda: CLIENTS[client]("https://other.example/x"), network="block")
    known = client.partition(",")[0]
    first, _, rest = said.splitlines()
    assert first == (
        f"{known} was about to reach other.example:443, and network='block' forbids it."
    )
    assert rest == (
        "Mock it, let it through with allowed_hosts=['other.example'], or set network='pass'."
    )
    with mocked(network="block"):
        assert httpx.get(network.url).status_code == requests.get(network.url).status_code == 200


def test_requests_are_blocked_as_others_are():
    said = refused(lambda: requests.get("http://x.example"), network="block")
    assert said.startswith("requests was about to reach x.example:80, and network='block'")


def test_threads_of_before_are_left_alone_but_for_the_mocks_hosts():
    asked = threading.Event()
    seen: list[object] = []

    def export() -> None:
        asked.wait()
        for host in ("127.0.0.1", FAR, "api.pinecone.io"):
            try:
                socket.gethostbyname(host)
            except NetworkBlocked as error:
                seen.append(error.host)
            else:
                seen.append(None)

    exporter = threading.Thread(target=export)
    exporter.start()
    mock = mocked(network="block", clock="manual")
    mock.__enter__()
    asked.set()
    exporter.join()
    with pytest.raises(NetworkBlocked):
        mock.__exit__(None, None, None)
    assert seen == [None, None, "api.pinecone.io"]


def test_a_job_that_a_test_gives_to_an_older_pool_is_blocked():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        said = refused(lambda: pool.submit(socket.gethostbyname, FAR).result(), network="block")
    assert said.startswith(f"a socket was about to reach {FAR}, and network='block' forbids it.")


# --- proxies


@pytest.mark.parametrize("kind", ["http", "https"])
def test_what_a_proxy_is_asked_for_is_not_reached(network, kind):
    proxy = network.url.removesuffix("/x")
    url = f"{kind}://api.app.chainloop.dev/v1/operations"
    said = refused(lambda: httpx.get(url, proxy=proxy), transport="responses")
    assert said.startswith("httpx was about to reach api.app.chainloop.dev")
    assert network.seen == []


# --- more than one


def test_each_refusal_is_said_once_with_the_number_of_times():
    def body() -> None:
        for _ in range(3):
            swallowed(lambda: socket.gethostbyname("api.pinecone.io"))
        for number in range(30):
            swallowed(partial(socket.gethostbyname, f"n{number}.pinecone.io"))

    with pytest.raises(NetworkBlocked) as caught, mocked():
        body()
    reports = str(caught.value).split("\n\n")
    assert len(reports) == 20
    assert reports[0].endswith("\n(3 times)")
    assert not any(report.endswith("times)") for report in reports[1:])


def test_the_failure_of_the_test_itself_is_not_reported_again():
    with pytest.raises(NetworkBlocked) as caught, mocked():
        socket.gethostbyname("api.pinecone.io")
    assert "times" not in str(caught.value)


def test_mocks_in_each_other_each_keep_their_hosts():
    outer = mocked(apis=["chainloop"])
    outer.__enter__()
    inner = mocked(apis=["pinecone"])
    inner.__enter__()
    with pytest.raises(NetworkBlocked, match="Its stub answers at https://prod"):
        socket.gethostbyname("other.pinecone.io")
    outer.__exit__(None, None, None)
    with pytest.raises(NetworkBlocked, match="which is not among the APIs"):
        socket.gethostbyname("api.app.chainloop.dev")
    with pytest.raises(NetworkBlocked):
        inner.__exit__(None, None, None)


def test_each_of_two_mocks_can_refuse_all_hosts():
    with mocked():
        assert "forbids it" in refused(partial(requests.get, "http://192.0.2.1/"), network="block")
    outer = mocked(network="block")
    outer.__enter__()
    with mocked():
        assert "forbids it" in swallowed(partial(requests.get, "http://192.0.2.1/"))
    with pytest.raises(NetworkBlocked):
        outer.__exit__(None, None, None)


# --- work that goes on after its mock


class Poller:
    """Work that a test begins and forgets, which asks when it is told to."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self.said: list[BaseException] = []
        self.warned: list[warnings.WarningMessage] = []

    def poll(self) -> None:
        self._go.wait()
        with warnings.catch_warnings(record=True) as self.warned:
            warnings.simplefilter("always")
            for _ in range(2):
                try:
                    requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER)
                except Exception as error:
                    self.said.append(error)

    def tell(self) -> None:
        self._go.set()


@pytest.mark.parametrize("again", [False, True], ids=["nothing is open", "another mock is open"])
def test_a_thread_that_goes_on_is_kept_from_the_network(again):
    poller = Poller()
    with mocked(clock="manual"):
        thread = threading.Thread(target=poller.poll)
        thread.start()
    if again:
        with mocked(clock="manual") as mock:
            poller.tell()
            thread.join()
            assert len(mock.calls) == 0
            requests.get(f"{CHAINLOOP}/v1/operations", headers=BEARER)
    else:
        poller.tell()
        thread.join()
    assert [type(error) for error in poller.said] == [NetworkBlocked] * 2
    (warning,) = poller.warned
    assert warning.category is LeftoverWorkWarning
    here = test_a_thread_that_goes_on_is_kept_from_the_network.__name__
    assert f"::{here}[" in str(warning.message)
    (stray,) = guard.forget().values()
    assert str(stray) == str(warning.message) == str(poller.said[0])
    told = "] has ended, but work that it began continues: requests was about to reach"
    assert told in str(stray)


def test_a_task_that_goes_on_is_kept_from_the_network():
    async def poll(go: asyncio.Event) -> None:
        await go.wait()
        with pytest.warns(LeftoverWorkWarning), pytest.raises(NetworkBlocked):
            await _ask_httpx(f"{CHAINLOOP}/v1/operations")

    async def main() -> None:
        go = asyncio.Event()
        with mocked():
            task = asyncio.create_task(poll(go))
        go.set()
        await task

    asyncio.run(main())
    assert len(guard.forget()) == 1


def test_another_tests_later_job_in_the_same_worker_is_not_accused(network):
    from concurrent.futures import ThreadPoolExecutor

    poller = Poller()
    with ThreadPoolExecutor(2) as pool:
        with mocked(clock="manual"):
            left = pool.submit(poller.poll)
            assert pool.submit(int).result() == 0  # the other worker has begun in this mock too
        with mocked(clock="manual"):
            asked = pool.submit(requests.get, f"{CHAINLOOP}/v1/operations", headers=BEARER)
            assert asked.result().status_code == 200
        assert pool.submit(requests.get, network.url).result().status_code == 200
        poller.tell()
        left.result()
    assert len(poller.said) == 2
    assert len(guard.forget()) == 1


def test_what_goes_on_may_reach_other_hosts(network):
    go = threading.Event()
    seen: list[int] = []

    def poll() -> None:
        go.wait()
        seen.append(requests.get(network.url).status_code)

    with mocked(clock="manual"):
        thread = threading.Thread(target=poll)
        thread.start()
    go.set()
    thread.join()
    assert seen == [200]


def test_nothing_is_patched_once_all_work_is_done():
    connect = socket.socket.connect
    go = threading.Event()
    with mocked(clock="manual"):
        thread = threading.Thread(target=go.wait)
        thread.start()
    assert socket.socket.connect is not connect
    assert guard.leftovers
    go.set()
    thread.join()
    with mocked(clock="manual"):
        pass
    assert socket.socket.connect is connect
