"""What stands for the network, an API that does the same, and the URLs that tests ask."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

from pytest_asyncops import Api
from pytest_asyncops.lifecycle.states import State
from pytest_asyncops.serving.exchange import Exchange, json_response
from pytest_asyncops.serving.messages import ErrorResponse, Response
from pytest_asyncops.serving.routing import Route

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

            do_GET = do_POST = do_PUT = do_CONNECT = answer

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


def answering(endpoint: Callable[[Exchange], Response], *methods: str) -> Api:
    """An API that answers each request with what this function makes of it."""
    routes = tuple(
        Route(method, method, ("/{path}",), endpoint)
        for method in methods or ("GET", "POST", "PUT")
    )
    return dataclasses.replace(scripted([], []), routes=routes)


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
        statuses={state: state.name for state in State},
        render=lambda readings: lambda operation, snapshot: {},
        envelope=lambda error: {},
        credential=lambda request: "",
        unmatched=lambda request, routes: ErrorResponse(404, 0, ""),
        new_id=str,
    )
