"""A stub of Pinecone, its clock, and what is asked of it."""

from __future__ import annotations

from urllib.parse import urlencode

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

    def ask(self, target: str, method: str = "GET", **headers: str | None) -> Response:
        sent = {**GOOD, **{name.replace("_", "-"): value for name, value in headers.items()}}
        sent = Headers({name: value for name, value in sent.items() if value is not None})
        return self._served.handle(Request(method, self.stub.base_url + target, target, sent))

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
