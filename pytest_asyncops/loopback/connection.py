"""One connection of the HTTP server: h11 reads the requests, and says what is wrong with them.

Whatever a client sends, it gets the right status or its connection is closed, and the server keeps
running: what is kept of a connection is bounded in size and in time.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Protocol

import h11

from ..durations import SECOND
from ..serving.messages import Response
from .incoming import Answer, Incoming, plain

LONGEST_HEAD = 64 * 1024
"""The most bytes of a request before its body."""

LONGEST_BODY = 256 * 1024 * 1024
"""The most bytes of a request's body."""

SLOWEST_REQUEST = 30.0
"""Real seconds in which a whole request must come."""

LONGEST_SILENCE = 300.0
"""Real seconds after which an idle connection is closed."""

_AT_ONCE = 64 * 1024
"""The bytes of an answer that fit into the system's buffer of a connection in one step."""

_VERSIONS = frozenset({b"1.0", b"1.1"})

_EMPTY = frozenset({204, 304})
"""The statuses of answers without a body and its length (RFC 9112, 6.3)."""

Later = Callable[[Any, float, Callable[[], None]], None]
"""Sends an answer to the client with this address, after these seconds of the servers' clock."""


class Site(Protocol):
    """What the connections of one listening socket share.

    Attributes:
        origin: scheme, host and port.
        answer: answers requests.
        failed: called with what could not be done, in words, and why.
        later: waits until an answer is as late as it is to be.
        now_ns: the servers' present, in nanoseconds since 1970.
        connections: the open ones.
        most: how many may be open.
        looked_at: when they were looked at last, by the loop's clock: a second ago, or less.
        buffer: where the next piece of what a client sends goes. It is taken at once, so one buffer
            is enough; asyncio would make a quarter of a megabyte for each client.
        note_sending: called with a client's address, and whether more of an answer is on its way.
    """

    origin: str
    answer: Answer
    failed: Callable[[str, BaseException], object]
    later: Later
    now_ns: Callable[[], int]
    connections: set[Connection]
    most: int
    looked_at: float
    buffer: bytearray
    note_sending: Callable[[Any, bool], None]


class Connection(asyncio.BufferedProtocol):
    """A connection to one client.

    Args:
        site: what it shares with others.
    """

    _transport: asyncio.Transport

    def __init__(self, site: Site) -> None:
        self._site = site
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._waits_for_time = False
        self._is_full = False
        self._has_ended = False
        self._is_idle = True
        self._deadline = 0.0

    # --- what the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._client = transport.get_extra_info("peername")
        self._is_tls = transport.get_extra_info("sslcontext") is not None
        if not self._is_tls:  # asyncio's TLS takes such a low limit as reached, and never resumes
            transport.set_write_buffer_limits(high=0)
        if len(self._site.connections) >= self._site.most:
            transport.abort()
            return
        self._site.connections.add(self)
        self._rest()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where the next piece goes of what the client sends."""
        return self._site.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take that piece."""
        if self._is_idle:
            self._is_idle = False
            self._deadline = self._site.looked_at + SLOWEST_REQUEST
        self._http.receive_data(bytes(memoryview(self._site.buffer)[:nbytes]))
        self._go_on()

    def eof_received(self) -> bool:
        """Answer what has come; the client sends no more, and may still be reading."""
        self._has_ended = True
        self._http.receive_data(b"")
        self._go_on()
        # It is closed here, once nothing is on its way. TLS does not have half-open connections.
        return not self._is_tls

    def pause_writing(self) -> None:
        """Take nothing more from a client that does not read its answers."""
        self._is_full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on with it."""
        self._is_full = False
        self._site.note_sending(self._client, False)
        self._read_on()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._site.connections.discard(self)

    def close(self) -> None:
        """End it, whatever is on its way."""
        self._transport.abort()

    def look_at_time(self, now: float) -> None:
        """End it if its time is up.

        Args:
            now: the present, by the loop's clock.
        """
        if now < self._deadline or self._waits_for_time:
            return
        if self._is_idle or self._is_full:
            self.close()
        else:
            self._refuse(408, f"a request that takes more than {SLOWEST_REQUEST:g} s")

    # --- requests

    def _go_on(self) -> None:
        try:
            while not (self._waits_for_time or self._is_full or self._transport.is_closing()):
                if not self._takes(self._http.next_event()):
                    break
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint, str(error))

    def _takes(self, event: Any) -> bool:
        """Take what h11 has read; whether there may be more."""
        if event is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                self._transport.write(self._http.send(go_on) or b"")
            return False
        if isinstance(event, h11.Request):
            self._request = event
            if _length(event) > LONGEST_HEAD:  # h11 looks only at what has not come as a whole
                self._refuse(431, f"more than {LONGEST_HEAD:,} bytes before the body")
            elif event.http_version not in _VERSIONS:
                self._refuse(505, "this server speaks HTTP/1.1")
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > LONGEST_BODY:
                self._refuse(413, f"a body of more than {LONGEST_BODY:,} bytes")
        elif isinstance(event, h11.EndOfMessage):
            self._answer()
        else:  # it has been closed, or continues in a way that it was not asked to
            self._transport.close()
            return False
        return True

    def _answer(self) -> None:
        request, self._request = self._request, None
        assert request is not None
        body, self._body = bytes(self._body), bytearray()
        self._rest()
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.headers.raw_items()
        ]
        incoming = Incoming(
            request.method.decode("ascii"),
            self._site.origin,
            request.target.decode("latin-1"),
            headers,
            body,
            self._client,
        )
        answer = self._site.answer(incoming)
        if answer.late:
            self._waits_for_time = True
            self._transport.pause_reading()
            self._site.later(self._client, answer.late, lambda: self._send_late(incoming, answer))
        else:
            self._send_to(incoming, answer)

    def _send_late(self, incoming: Incoming, answer: Response) -> None:
        self._waits_for_time = False
        if not self._transport.is_closing():
            self._send_to(incoming, answer)
            if not self._is_full:
                self._read_on()

    def _send_to(self, incoming: Incoming, answer: Response) -> None:
        try:
            self._send(answer)
        except h11.LocalProtocolError as error:  # HTTP does not know it
            self._site.failed(f"sent the answer to {incoming.method} {incoming.target}", error)
            self.close()

    def _read_on(self) -> None:
        self._transport.resume_reading()
        self._go_on()

    # --- answers

    def _refuse(self, status_code: int, why: str) -> None:
        with suppress(h11.LocalProtocolError):  # it has been answered
            self._send(plain(status_code, why, Connection="close"))
        self._transport.close()

    def _send(self, answer: Response) -> None:
        status = answer.status_code
        headers = list(answer.headers.pairs)
        names = {name.lower() for name, _ in headers}
        body = b"" if answer.is_head or status in _EMPTY else answer.content
        is_framed = bool(names & {"content-length", "transfer-encoding"})
        if not (is_framed or answer.is_head or status in _EMPTY):
            headers.append(("Content-Length", str(len(body))))
        if "date" not in names:
            headers.append(("Date", _date(self._site.now_ns() // SECOND)))
        reason = http.client.responses.get(status, "").encode()
        response = h11.Response(status_code=status, headers=headers, reason=reason)
        parts = [self._http.send(response), body and self._http.send(h11.Data(data=body)),
                 self._http.send(h11.EndOfMessage())]  # fmt: skip
        written = b"".join(part for part in parts if part)
        if len(written) > _AT_ONCE:
            self._site.note_sending(self._client, True)
        self._transport.write(written)
        if self._http.our_state is h11.MUST_CLOSE or self._has_ended:
            self._transport.close()
        else:
            self._http.start_next_cycle()

    def _rest(self) -> None:
        self._is_idle = True
        self._deadline = self._site.looked_at + LONGEST_SILENCE


@lru_cache(maxsize=16)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _length(request: h11.Request) -> int:
    return len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
