"""The stubs on loopback: what clients of this process and others get, and what the test learns."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
import urllib.request
from functools import partial

import httpx
import pytest
import requests
from support.loopback import BEARER, KEY, answering
from support.raw_http import SECONDS, read_all

from pytest_asyncops import (
    InvalidArgument,
    Lifecycle,
    NetworkBlocked,
    PollerHangs,
    UnmatchedRequests,
    assert_polled,
    mocked,
)
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import Response


def url_of(mock, operation):
    return f"{mock.chainloop.base_url}/v1/operations/{operation.id}"


def status(answer):
    return answer.json()["operation"]["status"].rpartition("_")[2]


def wait(url, every=5, get=requests.get):
    seen = []
    while not seen or seen[-1] not in ("COMPLETED", "FAILED"):
        if seen:
            time.sleep(every)
        seen.append(status(get(url, headers=BEARER, timeout=30)))
    return seen


async def await_done(url, every=5):
    seen = []
    async with httpx.AsyncClient(headers=BEARER) as client:
        while not seen or seen[-1] != "COMPLETED":
            if seen:
                await asyncio.sleep(every)
            seen.append(status(await client.get(url)))
    return seen


def test_both_apis_are_served_each_at_its_port():
    with mocked(transport="server") as mock:
        started = mock.chainloop.start()
        mock.pinecone.start(assistant_name="docs")
        assert status(requests.get(url_of(mock, started), headers=BEARER, timeout=30)) == "RUNNING"
        url = f"{mock.pinecone.base_url}/assistant/operations/docs"
        assert len(requests.get(url, headers=KEY, timeout=30).json()["operations"]) == 1
        assert [str(call.request.url) for call in mock.calls] == [url_of(mock, started), url]
        assert mock.chainloop.base_url != mock.pinecone.base_url
        for stub in mock.stubs.values():
            assert stub.base_url.startswith("http://127.0.0.1:")


def test_waits_of_a_client_take_no_time():
    with mocked(transport="server") as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=2, running=3600))
        with requests.Session() as session:
            seen = wait(url_of(mock, started), get=session.get)
        assert seen == ["PENDING", *["RUNNING"] * 720, "COMPLETED"]
        assert mock.clock.elapsed.total_seconds() == 3605
        assert_polled(started, min_interval=5, max_interval=5)


def test_waits_of_an_event_loop_take_no_time():
    with mocked(transport="server") as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=300))
        assert len(asyncio.run(await_done(url_of(mock, started)))) == 61
        assert mock.clock.elapsed.total_seconds() == 300
        assert_polled(started, min_interval=5, max_interval=5)


POLLS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 20


def test_64_threads_poll_and_no_change_is_lost():
    with mocked(transport="server") as mock:
        lifecycle = Lifecycle.succeeds(pending=5 * POLLS // 2, running=5 * (POLLS // 2 - 1))
        started = mock.chainloop.start(lifecycle=lifecycle)
        histories = []

        def poll():
            with requests.Session() as session:
                histories.append(wait(url_of(mock, started), get=session.get))

        threads = [threading.Thread(target=poll) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pending, running = ["PENDING"] * (POLLS // 2), ["RUNNING"] * (POLLS // 2 - 1)
        assert histories == [[*pending, *running, "COMPLETED"]] * 64
        assert mock.calls.total == started.polls == 64 * POLLS
        assert mock.clock.elapsed.total_seconds() == 5 * (POLLS - 1)


def test_a_server_within_the_virtual_time_of_another_mock():
    with mocked(clock="virtual") as outer, mocked(transport="server") as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=300))
        assert len(wait(url_of(mock, started))) == 61
        assert outer.clock.elapsed == mock.clock.elapsed


def test_a_request_that_is_answered_holds_the_clock():
    entered, leave = threading.Event(), threading.Event()

    def endpoint(exchange):
        entered.set()
        assert leave.wait(SECONDS)
        return json_response(200, {})

    with mocked(transport="server", apis=[answering(endpoint)]) as mock:
        thread = threading.Thread(
            target=requests.get, args=(f"{mock.stubs['scripted'].base_url}/x",), daemon=True
        )
        thread.start()
        with mock.clock.real():
            assert entered.wait(SECONDS)
        leaver = threading.Timer(0.0, leave.set)
        leaver.start()
        time.sleep(60)
        assert leave.is_set()
        thread.join()


# --- late answers


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_a_late_answer(clock):
    late = 0.01 if clock == "real" else 20
    with mocked(transport="server", clock=clock) as mock:
        mock.chainloop.answer_late(late)
        started = mock.chainloop.start(lifecycle=Lifecycle.hangs())
        requests.get(url_of(mock, started), headers=BEARER, timeout=30)
        assert mock.clock.elapsed.total_seconds() >= late
        if clock == "virtual":
            assert mock.clock.elapsed.total_seconds() == late


def test_the_limit_of_an_event_loop_s_client_comes_before_a_late_answer():
    async def ask(url):
        async with httpx.AsyncClient(headers=BEARER, timeout=30) as client:
            await client.get(url)

    with mocked(transport="server") as mock:
        mock.chainloop.answer_late(45)
        with pytest.raises(httpx.ReadTimeout):
            asyncio.run(ask(url_of(mock, mock.chainloop.start())))
        assert mock.clock.elapsed.total_seconds() == 30


def test_others_are_answered_while_an_answer_is_late():
    with mocked(transport="server") as mock:
        first, second = mock.chainloop.start_many(2, lifecycle=Lifecycle.hangs())
        mock.chainloop.answer_late(lambda request: 3600 if request.path.endswith(first.id) else 0)
        got = []

        def ask(operation):
            requests.get(url_of(mock, operation), headers=BEARER, timeout=30)
            got.append((operation.id, mock.clock.elapsed.total_seconds()))

        thread = threading.Thread(target=ask, args=(first,))
        thread.start()
        time.sleep(60)
        ask(second)
        thread.join()
        assert got == [(second.id, 60), (first.id, 3600)]


# --- what the test has to know


def test_an_error_of_an_endpoint_reaches_the_test():
    def endpoint(exchange):
        raise KeyError("missing")

    seen = []

    def ask():
        with mocked(transport="server", apis=[answering(endpoint)]) as mock:
            seen.append(f"{mock.stubs['scripted'].base_url}/x")
            for _ in range(2):
                answer = requests.get(seen[0], timeout=30)
                assert (answer.status_code, answer.text) == (500, "KeyError: 'missing'\n")

    with pytest.raises(KeyError, match="missing") as caught:
        ask()
    assert "endpoint" in [frame.name for frame in traceback.extract_tb(caught.tb)]
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__[0] == f"Raised while the server answered GET {seen[0]}."


def test_an_answer_that_cannot_be_sent_reaches_the_test():
    def ask():
        wrong = answering(lambda exchange: Response(200, b"a", {"Content-Length": "9"}))
        with mocked(transport="server", apis=[wrong]) as mock:
            url = f"{mock.stubs['scripted'].base_url}/x"
            with pytest.raises(requests.ConnectionError):
                requests.get(url, timeout=30)

    with pytest.raises(Exception, match="Content-Length"):
        ask()


def test_a_poller_that_survives_every_error_is_stopped():
    def poll():
        with mocked(transport="server", max_polls_at_once=10) as mock:
            url = url_of(mock, mock.chainloop.start(lifecycle=Lifecycle.hangs()))
            while True:
                try:
                    requests.get(url, headers=BEARER, timeout=30).raise_for_status()
                except Exception:
                    continue

    with pytest.raises(PollerHangs, match="was requested 11 times") as caught:
        poll()
    assert caught.value.limit == "max_polls_at_once"


def test_a_poller_that_ends_with_its_thread_fails_the_test():
    def poll(url):
        while requests.get(url, headers=BEARER, timeout=30).ok:
            pass

    def run():
        with mocked(transport="server", max_polls_at_once=10) as mock:
            url = url_of(mock, mock.chainloop.start(lifecycle=Lifecycle.hangs()))
            thread = threading.Thread(target=poll, args=(url,))
            thread.start()
            thread.join()
            with socket.create_server(("127.0.0.1", 0)) as other:  # others may be reached
                socket.create_connection(other.getsockname()).close()
            for stub in mock.stubs.values():
                port = int(stub.base_url.rpartition(":")[2])
                with pytest.raises(PollerHangs):
                    socket.create_connection(("127.0.0.1", port))

    with pytest.raises(PollerHangs, match="was requested 11 times"):
        run()


def test_a_request_that_belongs_to_no_stub():
    seen = []

    def ask():
        good = answering(lambda exchange: json_response(200, {}))
        api = dataclasses.replace(good, base_url="https://scripted.example/v2")
        with mocked(transport="server", apis=[api]) as mock:
            base = mock.stubs["scripted"].base_url
            assert requests.get(f"{base}/x", timeout=30).status_code == 200
            assert base.endswith("/v2")
            astray = f"{base.removesuffix('/v2')}/x"
            answer = requests.get(astray, timeout=30)
            assert answer.status_code == 404
            assert answer.text == f"{astray} belongs to no stub.\nscripted is at {base}\n"
            seen.extend((f"GET {astray}", f"scripted is at {base}"))

    with pytest.raises(UnmatchedRequests) as caught:
        ask()
    assert all(text in str(caught.value) for text in seen)


def test_a_route_that_is_not_there():
    def ask():
        with mocked(transport="server") as mock:
            assert requests.get(mock.chainloop.base_url, timeout=30).status_code == 404

    with pytest.raises(UnmatchedRequests, match="matched no route"):
        ask()


def test_the_real_hosts_are_kept_from_being_reached():
    def ask():
        with mocked(transport="server"), pytest.raises(NetworkBlocked):
            socket.create_connection(("api.app.chainloop.dev", 443))

    with pytest.raises(NetworkBlocked, match="send the request there"):
        ask()


def test_the_server_is_reached_where_the_network_is_blocked():
    with mocked(transport="server", network="block") as mock:
        url = url_of(mock, mock.chainloop.start())
        assert requests.get(url, headers=BEARER, timeout=30).ok


def test_it_closes_though_a_client_waits_for_its_answer():
    with mocked(transport="server", clock="manual") as mock:
        mock.chainloop.answer_late(3600)
        host, _, port = mock.chainloop.base_url.removeprefix("http://").partition(":")
        client = socket.create_connection((host, int(port)), timeout=SECONDS)
        client.sendall(b"GET /v1/operations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\n")
        while not mock.calls:
            pass
    with client:
        assert read_all(client) == b""


# --- TLS


def test_tls():
    pytest.importorskip("trustme")  # of the extra
    with mocked(transport="server", tls=True) as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=60))
        url = url_of(mock, started)
        assert url.startswith("https://127.0.0.1:")
        file = mock.ca_file
        assert len(wait(url, get=partial(requests.get, verify=file))) == 13
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, headers=BEARER, timeout=30)
        assert mock.clock.elapsed.total_seconds() == 60
    with pytest.raises(FileNotFoundError):
        ssl.create_default_context(cafile=file)


def test_there_is_no_certificate_without_tls():
    with mocked(transport="server") as mock, pytest.raises(InvalidArgument, match="Set tls=True"):
        mock.ca_file  # noqa: B018 - reading it is the test


# --- clients of other processes

_POLLS = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer token"})
for _ in range(int(sys.argv[2])):
    try:
        print(urllib.request.urlopen(request).read().decode())
    except Exception as error:
        print(error)
"""


def elsewhere(url, count):
    """What another process prints that asks so often."""
    done = subprocess.run(
        [sys.executable, "-c", _POLLS, url, str(count)],
        capture_output=True, text=True, check=True, timeout=SECONDS,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_another_process_that_polls_and_gets_nowhere_is_named():
    def poll():
        with mocked(transport="server", max_real_wait=0) as mock:
            url = url_of(mock, mock.chainloop.start(lifecycle=Lifecycle.hangs()))
            assert elsewhere(url, 3)[-1] == "HTTP Error 500: Internal Server Error"

    with pytest.raises(PollerHangs, match=r"another process, at 127\.0\.0\.1:") as caught:
        poll()
    assert "speed=60" in str(caught.value)
    assert "skip_idle=True" in str(caught.value)


def test_another_process_sees_each_state_where_idle_polls_are_skipped():
    with mocked(transport="server", skip_idle=True) as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(pending=60, running=3600))
        lines = elsewhere(url_of(mock, started), 5)
        assert [line.partition("OPERATION_STATUS_")[2].partition('"')[0] for line in lines] == [
            "PENDING", "PENDING", "RUNNING", "RUNNING", "COMPLETED",
        ]  # fmt: skip


def test_a_clock_that_goes_faster():
    with mocked(transport="server", speed=1_000_000) as mock:
        started = mock.chainloop.start(lifecycle=Lifecycle.succeeds(running=3600))
        wait(url_of(mock, started), every=0)
        assert mock.clock.elapsed.total_seconds() >= 3600
        mock.chainloop.answer_late(3600)
        with urllib.request.urlopen(
            urllib.request.Request(url_of(mock, started), headers=BEARER), timeout=30
        ) as answer:
            assert answer.status == 200
