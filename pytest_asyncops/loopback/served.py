"""The stubs of one mock on loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ..errors import hides_usage_errors, listed
from ..serving.api import Api, find_base_urls
from ..serving.base_urls import BaseUrls
from ..serving.hang_guards import Guards, PollerHangs
from ..serving.messages import Headers, Request, Response
from ..serving.unmatched import Unmatched
from ..transports.takers import Takers
from ..virtual_time.own_server import OwnServer
from ..virtual_time.server_clock import ServerClock
from .http_server import HttpServer, Listening
from .incoming import Answer, Incoming, plain
from .other_processes import OtherProcesses

__tracebackhide__ = hides_usage_errors


class ServedApis:
    """Serves APIs on loopback, each of their hosts at a port of its own.

    Clients append their own paths to a base URL, and some know only its host and port. So the base
    URL of a host is the real one with another host in it.

    Args:
        apis: the APIs.
        clock: the servers' clock.
        guards: the limits of the test.
        context: how to speak TLS, ``None`` for plain HTTP.
        port: the one port of all APIs, each of which is at a path with its name; 0 for any free
            port, ``None`` for a port for each API.

    Attributes:
        base_urls: the URL of each host of each API, by their names, or of all hosts of an API.
        front: answers requests before any stub does, and may leave them to `answer`.
        unmatched: the requests that belong to no stub.
    """

    def __init__(
        self,
        apis: Iterable[Api],
        clock: ServerClock,
        guards: Guards,
        context: ssl.SSLContext | None = None,
        port: int | None = None,
    ) -> None:
        self._clock = clock
        self._guards = guards
        self._failures: list[BaseException] = []
        self._takers = Takers()
        self._others: OtherProcesses | None = None
        self._client: Any = None
        self.front: Answer = self.answer
        self._listening: dict[int, Listening] = {}

        def listen(port: int = 0) -> str:
            one = Listening(
                self._first,
                self._failed,
                lambda: clock.now_ns,
                port=port,
                context=context,
            )
            self._listening[one.port] = one
            return one.origin

        self.base_urls: Mapping[str, str | Mapping[str, str]]
        if port is None:
            self.base_urls = {
                api.name: {
                    host: f"{listen()}{urlsplit(real).path}"
                    for host, real in find_base_urls(api).items()
                }
                for api in apis
            }
        else:
            origin = listen(port)
            self.base_urls = {api.name: f"{origin}/{quote(api.name)}" for api in apis}
        self.unmatched: Unmatched = Unmatched("the server", self._why_not)
        self._http = HttpServer(tuple(self._listening.values()), self._failed)

    def start(self, base_urls: BaseUrls, speed: float = 1) -> None:
        """Begin to answer.

        Args:
            base_urls: which stub a URL belongs to.
            speed: how many seconds the servers' clock moves in a real one, if it does.
        """
        self._takers.add(base_urls)
        for one in self._listening.values():
            one.later = lambda client, seconds, send: self._http.later(seconds / speed, send)
        self._http.start()

    def stop(self) -> None:
        """End all connections, and answer no more."""
        self._http.stop()

    def keep_virtual_time(self, joined: Callable[..., OwnServer]) -> None:
        """Answer clients in virtual time, which has begun.

        Args:
            joined: makes, from a function that calls another one in the server's thread, the object
                by which the server and virtual time know of each other.
        """
        virtual = joined(self._http.call)
        self._others = OtherProcesses(self._clock, virtual.has_client)
        for one in self._listening.values():
            virtual.listens(one.socket)
            one.later, one.note_sending = virtual.later, virtual.note_sending

    # --- requests

    def _first(self, incoming: Incoming) -> Response:
        return self.front(incoming)  # which may have been replaced by then

    def answer(self, incoming: Incoming) -> Response:
        """Answer a request."""
        if self._guards.tripped is not None:
            return _broken(self._guards.tripped)
        url = f"{incoming.origin}{incoming.target}"
        self._client = incoming.client
        try:
            taken = self._takers.find(url)
            if taken is None:
                return self._belongs_to_nobody(incoming, url)
            return taken.answer(incoming.method, incoming.headers, incoming.body)
        except PollerHangs as failure:  # the guards have noted it
            return _broken(failure)
        except BaseException as error:
            self._failed(f"answered {incoming.method} {url}", error)
            return _broken(error)

    def _belongs_to_nobody(self, incoming: Incoming, url: str) -> Response:
        headers = Headers(incoming.headers)
        request = Request(incoming.method, url, incoming.target, headers, incoming.body)
        with self._clock.lock:
            self.unmatched.note(request)
        lines = [f"{url} belongs to no stub.", *self._why_not(request)]
        return plain(404, "\n".join(lines))

    def _why_not(self, request: Request) -> list[str]:
        return [
            f"{api} is at {urls if isinstance(urls, str) else listed(urls.values())}"
            for api, urls in self.base_urls.items()
        ]

    def _failed(self, doing: str, error: BaseException) -> None:
        add_note = getattr(error, "add_note", lambda text: None)  # from Python 3.11 on
        add_note(f"Raised while the server {doing}.")
        self._failures.append(error)

    # --- what the test needs to know

    def check_client(self, host: str, port: int | None) -> None:
        """Stop a client of this process that is about to connect, once the test has failed.

        Raises:
            PollerHangs: if the test has passed one of its limits. A client may ignore a status, but
                not this.
        """
        if self._guards.tripped is not None and port in self._listening:
            raise self._guards.tripped.anew()

    def stranger_waited(self) -> tuple[str, float] | None:
        """The latest client, if it is another process that polls while the clock stands still.

        With it, how many real seconds it has done so.
        """
        return None if self._others is None else self._others.polled(self._client)

    def check(self) -> None:
        """Fail the test with the first error that was raised in the server's thread."""
        if self._failures:
            raise self._failures[0]


def _broken(error: BaseException) -> Response:
    text = f"{type(error).__name__}: {error}"
    return plain(500, text, Connection="close")
