"""Whatever a client sends, it gets the right status or its connection is closed."""

from __future__ import annotations

import math
import socket
import struct

import pytest
from support.raw_http import GET, LAST, read_all, serving

from pytest_asyncops.loopback import connection
from pytest_asyncops.serving.messages import Response


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_an_answer_is_what_was_answered() -> None:
    with serving(lambda incoming: Response(201, b"made", {"X-One": "1"})) as served:
        answer = served.ask(LAST)
        assert answer == (
            b"HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 4\r\n"
            b"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: close\r\n\r\nmade"
        )
        assert served.failures == []


def test_a_request_is_what_was_sent() -> None:
    with serving() as served:
        served.ask(
            b"POST /a/%2Fb?c=%20d HTTP/1.1\r\nHost: here\r\nX-One: 1\r\nx-one: \xe9\r\n"
            b"Connection: close\r\nContent-Length: 4\r\n\r\nbody"
        )
        [seen] = served.seen
        assert (seen.method, seen.target, seen.body) == ("POST", "/a/%2Fb?c=%20d", b"body")
        assert seen.headers[1:3] == [("X-One", "1"), ("x-one", "é")]
        assert seen.origin == f"http://127.0.0.1:{served.listening.port}"
        assert seen.client[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: here\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # the first words of TLS
    ],
)
def test_what_is_no_http_is_refused(nonsense: bytes) -> None:
    with serving() as served:
        assert status(served.ask(nonsense)) == 400
        assert served.seen == []
        assert status(served.ask(LAST)) == 200


def test_another_version_of_http_is_refused() -> None:
    with serving() as served:
        assert status(served.ask(b"GET / HTTP/9.9\r\nHost: here\r\n\r\n")) == 505
        assert served.seen == []


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * connection.LONGEST_HEAD + b" HTTP/1.1\r\nHost: here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: " + b"a" * connection.LONGEST_HEAD,
    ],
)
def test_a_huge_head_is_refused(head: bytes) -> None:
    with serving() as served:
        assert status(served.ask(head)) == 431


def test_a_huge_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_BODY", 1_000)
    with serving() as served:
        head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
        assert status(served.ask(head % 1_001 + b"a" * 1_001)) == 413
        assert served.seen == []
        assert status(served.ask(head % 1_000 + b"a" * 1_000, LAST)) == 200


def test_a_large_body_arrives_whole() -> None:
    body = bytes(range(256)) * 40_000
    with serving() as served:
        head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert status(served.ask(head, body, LAST)) == 200
        assert served.seen[0].body == body


def test_a_body_in_chunks() -> None:
    with serving() as served:
        head = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
        served.ask(head, b"3\r\nabc\r\n", b"2;x=y\r\nde\r\n0\r\n\r\n", LAST)
        assert [seen.body for seen in served.seen] == [b"abcde", b""]


def test_a_client_that_waits_before_its_body_is_asked_for_it() -> None:
    with serving() as served, served.connect() as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert client.recv(1_000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ab")
        assert status(read_all(client)) == 200
        assert served.seen[0].body == b"ab"


def test_a_request_byte_by_byte() -> None:
    with serving() as served:
        assert status(served.ask(*[bytes([byte]) for byte in LAST])) == 200


@pytest.mark.parametrize("begun", [b"G", GET[:-2], GET[:-4] + b"\r\nContent-Length: 9\r\n\r\nab"])
def test_a_request_that_never_ends(begun: bytes) -> None:
    with serving() as served, served.connect() as client:
        client.sendall(begun)
        served.ask(LAST)  # by then it has come
        served.now(lambda: served.server.look_at_times(0))
        assert len(served.listening.connections) == 1
        served.now(lambda: served.server.look_at_times(math.inf))
        assert status(read_all(client)) == 408
        assert status(served.ask(LAST)) == 200


def test_a_connection_on_which_nothing_comes() -> None:
    with serving() as served, served.connect() as client, served.connect() as other:
        other.sendall(GET)
        assert status(other.recv(1_000)) == 200
        served.now(lambda: served.server.look_at_times(math.inf))
        assert read_all(client) == read_all(other) == b""
        assert served.now(lambda: len(served.listening.connections)) == 0


def test_requests_that_come_all_at_once_are_answered_in_order() -> None:
    with serving(lambda incoming: Response(200, incoming.target.encode())) as served:
        asked = b"".join(GET.replace(b"/ ", b"/%d " % number) for number in range(500))
        answers = served.ask(asked + LAST)
        bodies = [part.rpartition(b"\r\n\r\n")[2] for part in answers.split(b"HTTP/1.1 200 OK")]
        assert bodies[1:] == [*(b"/%d" % number for number in range(500)), b"/"]


def test_requests_behind_one_whose_answer_is_late_wait_for_it() -> None:
    waiting = []
    with serving(
        lambda incoming: Response(200, incoming.target.encode(), late=len(incoming.target) - 1)
    ) as served:
        served.listening.later = lambda client, seconds, send: waiting.append((seconds, send))
        with served.connect() as client:
            client.sendall(GET.replace(b"/ ", b"/late ") + LAST)
            served.ask(LAST)
            assert [seen.target for seen in served.seen] == ["/late", "/"]
            [(seconds, send)] = waiting
            assert seconds == 4
            served.now(lambda: served.server.look_at_times(math.inf))
            served.now(send)
            answers = read_all(client)
        assert [part.rpartition(b"\r\n\r\n")[2] for part in answers.split(b"HTTP/1.1 200 OK")] == [
            b"", b"/late", b"/",
        ]  # fmt: skip


def test_a_late_answer_that_does_not_fit_at_once() -> None:
    answer = b"a" * 12_000_000
    with serving(lambda incoming: Response(200, answer, late=0.001)) as served:
        assert served.ask(GET, LAST).count(b"a" * 1_000_000) == 24


def test_a_late_answer_to_a_client_that_has_gone() -> None:
    waiting = []
    with serving(lambda incoming: Response(200, late=len(incoming.target) - 1)) as served:
        served.listening.later = lambda client, seconds, send: waiting.append(send)
        with served.connect() as client:
            client.sendall(GET.replace(b"/ ", b"/late "))
            served.ask(LAST)
        [gone] = served.now(lambda: list(served.listening.connections))
        served.now(gone.close)
        served.now(waiting[0])
        assert status(served.ask(LAST)) == 200
        assert served.failures == []


def test_a_client_that_sends_no_more_still_gets_its_answer() -> None:
    with serving() as served:
        assert status(served.ask(GET, ends=True)) == 200
        assert served.ask(ends=True) == b""
        assert status(served.ask(GET[:-2], ends=True)) == 400


def test_a_client_that_sends_no_more_gets_a_late_answer_too() -> None:
    with serving(lambda incoming: Response(200, late=0.001)) as served:
        assert status(served.ask(GET, ends=True)) == 200


def test_a_client_that_resets_its_connection() -> None:
    with serving() as served:
        for asked in (b"", GET[:9], GET):
            client = served.connect()
            client.sendall(asked)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        assert status(served.ask(LAST)) == 200
        assert served.failures == []


def test_a_client_that_does_not_read_its_answers() -> None:
    answer = b"a" * 12_000_000
    noted = []
    with serving(lambda incoming: Response(200, answer)) as served:
        served.listening.note_sending = lambda client, more: noted.append(more)
        with served.connect() as client:
            client.sendall(GET + GET)
            while not served.seen:
                served.now(lambda: None)
            served.now(lambda: served.server.look_at_times(0))
            assert len(served.seen) == 1  # the second one waits until the first is read
            client.sendall(LAST)
            assert read_all(client).count(b"a" * 1_000_000) == 36
            assert len(served.seen) == 3
        assert noted[:2] == [True, False]


def test_a_client_that_never_reads_its_answer() -> None:
    answer = b"a" * 12_000_000
    with serving(lambda incoming: Response(200, answer)) as served, served.connect() as client:
        client.sendall(GET)
        while not served.seen:
            served.now(lambda: None)
        served.now(lambda: served.server.look_at_times(math.inf))
        assert served.now(lambda: len(served.listening.connections)) == 0


@pytest.mark.parametrize("code", [200, 204, 304])
def test_answers_without_a_body(code: int) -> None:
    with serving(
        lambda incoming: Response(code, b"abc", is_head=incoming.method == "HEAD")
    ) as served:
        asked = LAST.replace(b"GET", b"HEAD") if code == 200 else LAST
        head, _, body = served.ask(asked).partition(b"\r\n\r\n")
        assert status(head) == code
        assert body == b""
        assert b"Content-Length" not in head


def test_headers_that_an_answer_brings_stay_as_they_are() -> None:
    headers = {"Content-Length": "2", "Date": "then"}
    with serving(lambda incoming: Response(200, b"ab", headers)) as served:
        head = served.ask(LAST).partition(b"\r\n\r\n")[0]
        assert head.count(b"Content-Length: 2") == head.count(b"Date: ") == 1
        assert b"Date: then" in head


def test_an_old_client_gets_one_answer() -> None:
    with serving() as served:
        assert status(served.ask(b"GET / HTTP/1.0\r\n\r\n")) == 200


def test_an_answer_that_http_does_not_know_is_told_of() -> None:
    with serving(lambda incoming: Response(200, b"ab", {"Content-Length": "1"})) as served:
        assert served.ask(GET.replace(b"/ ", b"/x ")) == b""
        [(doing, error)] = served.failures
        assert doing == "sent the answer to GET /x"
        assert "Content-Length" in str(error)


def test_more_connections_than_there_may_be_are_closed() -> None:
    with serving() as served:
        served.listening.most = 1
        with served.connect() as first:
            first.sendall(GET)
            assert status(first.recv(1_000)) == 200
            with served.connect() as second:
                assert read_all(second) == b""
            first.sendall(LAST)
            assert status(read_all(first)) == 200
