"""A stub of Pinecone, its clock, and what is asked of it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from pytest_asyncops import assert_conforms
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.apis.pinecone_stub import PineconeStub
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.server import Server as Served
from pytest_asyncops.virtual_time.server_clock import ServerClock

GOOD = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}


class Server:
    """A stub with the assistant ``docs``, its clock, and a client that knows the key."""

    def __init__(self, **readings: object) -> None:
        self.clock = ServerClock()
        self._served = Served(PINECONE, self.clock, readings=readings)
        self.stub = PineconeStub(self._served)
        self.stub.add_assistant("docs")

    def start(self, name: str | None = None, **given: object):
        return self.stub.start(id=name, **{"assistant_name": "docs", **given})

    def ask(
        self, target: str, method: str = "GET", body: bytes = b"", **headers: str | None
    ) -> Response:
        sent = {**GOOD, **{name.replace("_", "-"): value for name, value in headers.items()}}
        sent = Headers({name: value for name, value in sent.items() if value is not None})
        asked = Request(method, self.stub.base_url + target, target, sent, body)
        return self._served.handle(asked)

    def send(self, method: str, target: str, payload: object = None, **headers: str) -> Response:
        """The answer, which conforms, to a request with this JSON body."""
        body = b"" if payload is None else json.dumps(payload).encode()
        return conforming(self.ask(target, method, body, **headers))

    def upload(
        self,
        content: bytes = b"text",
        name: str = "a.txt",
        *,
        target: str = "/files/docs",
        method: str = "POST",
        metadata: str | None = None,
        **headers: str,
    ) -> Response:
        """The answer, which conforms, to a request with a file."""
        parts = [part("file", content, name)]
        if metadata is not None:
            parts.append(part("metadata", metadata.encode()))
        answer = self.ask(target, method, multipart(*parts), **{"Content_Type": FORM, **headers})
        return conforming(answer)

    def file(self, name: str, **headers: str) -> dict | None:
        """The file of ``docs`` with this id, ``None`` if there is none."""
        answer = self.send("GET", f"/files/docs/{name}", **headers)
        assert answer.status_code in (200, 404)
        return answer.json() if answer.status_code == 200 else None

    def page(self, assistant: str = "docs", **query: object) -> dict:
        response = self.ask(f"/operations/{assistant}?{urlencode(query)}")
        assert response.status_code == 200, response.content
        return response.json()

    def ids(self, assistant: str = "docs", **query: object) -> list[str]:
        return [item["id"] for item in self.page(assistant, **query)["operations"]]

    def get(self, name: str) -> dict:
        response = self.ask(f"/operations/docs/{name}")
        assert response.status_code == 200, response.content
        return response.json()


FORM = "multipart/form-data; boundary=line"


def part(name: str, content: bytes, file_name: str | None = None) -> bytes:
    named = "" if file_name is None else f'; filename="{file_name}"'
    head = f'Content-Disposition: form-data; name="{name}"{named}'
    return head.encode() + b"\r\n\r\n" + content


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--line\r\n" + one + b"\r\n" for one in parts) + b"--line--\r\n"


def conforming(response: Response) -> Response:
    assert_conforms(response, extra="allow" if response.route == "update_assistant" else "forbid")
    return response


def the_error(response: Response) -> tuple[int, str, str]:
    """Status, code and message, once the envelope is the contract's."""
    payload = response.json()
    assert set(payload) == {"error", "status"}
    assert set(payload["error"]) == {"code", "message"}
    assert payload["status"] == response.status_code
    assert response.headers["Content-Type"] == "application/json"
    return response.status_code, payload["error"]["code"], payload["error"]["message"]


def bad(message: str) -> tuple[int, str, str]:
    return 400, "INVALID_ARGUMENT", message
