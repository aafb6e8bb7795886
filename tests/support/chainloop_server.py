"""A stub of Chainloop, its clock, and what is asked of it."""

from __future__ import annotations

from urllib.parse import urlencode

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.server import Server as Served
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.virtual_time.server_clock import ServerClock

STATUS = "ASYNC_OPERATION_STATUS_"


class Server:
    """A stub, its clock, and a client that knows the token."""

    def __init__(self, **readings: object) -> None:
        self.clock = ServerClock()
        self._served = Served(CHAINLOOP, self.clock, readings=readings)
        self.stub = Stub(self._served)
        self.start = self.stub.start

    def ask(self, target: str, authorization: str | None = "Bearer token") -> Response:
        headers = Headers({} if authorization is None else {"Authorization": authorization})
        return self._served.handle(Request("GET", self.stub.base_url + target, target, headers))

    def list(self, **query: object) -> dict:
        query = {name.replace("__", "."): value for name, value in query.items()}
        response = self.ask(f"/v1/operations?{urlencode(query)}")
        assert response.status_code == 200, response.content
        return response.json()

    def ids(self, **query: object) -> list[str]:
        return [item["id"] for item in self.list(**query)["operations"]]

    def get(self, name: str) -> dict:
        response = self.ask(f"/v1/operations/{name}")
        assert response.status_code == 200, response.content
        assert list(response.json()) == ["operation"]
        return response.json()["operation"]


def the_error(response: Response) -> tuple[int, int, str]:
    payload = response.json()
    return response.status_code, payload["code"], payload["message"]
