"""What stubs of both APIs are asked and answer, for Hypothesis."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from pytest_asyncops import Api, Lifecycle, State, Step
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.server import Server as Served
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.settings import Setting
from pytest_asyncops.virtual_time.server_clock import ServerClock
from support.ticking_lifecycles import lifecycles

APIS = (CHAINLOOP, PINECONE)
HEADERS = {
    "chainloop": {"Authorization": "Bearer t"},
    "pinecone": {"Api-Key": "k", "X-Pinecone-Api-Version": "2026-04"},
}
INGESTION = ("upload_file", "upsert_file")
names = st.text(min_size=1, max_size=3) | st.sampled_from(["a", "b"])


def _choices(setting: Setting) -> st.SearchStrategy[object]:
    if setting.kind == "count":
        return st.integers(1, 3) | st.just(setting.default)
    if setting.kind == "seconds":
        return st.sampled_from([0, 2, setting.default])
    return st.sampled_from(setting.choices)


def readings(api: Api) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({each.name: _choices(each) for each in api.readings})


def shown_by(api: Api, lifecycle: Lifecycle) -> Lifecycle:
    """The life, in the states and with the results that the API has."""
    steps = []
    for step in lifecycle.plan:
        cancelled = step.state is State.CANCELLED
        steps.append(
            Step(
                State.FAILED if cancelled else step.state,
                step.duration,
                message="cancelled" if cancelled else step.message,
                output=step.output if api is CHAINLOOP else None,
                percent=step.percent,
                progress=step.progress,
            )
        )
    return Lifecycle.steps(*steps)


@st.composite
def new_operations(draw: st.DrawFn, api: Api) -> dict[str, Any]:
    """What `Stub.start` takes."""
    lifecycle = shown_by(api, draw(lifecycles(told=True)))
    if api is CHAINLOOP:
        fields = ("kind", "resource_id", "resource_type", "project_id", "project_version_id")
        given = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, names | st.none())))
    else:
        kind = draw(st.sampled_from(PINECONE.fields["operation_type"].choices))
        given = {
            "assistant_name": draw(st.sampled_from(["docs", "ä b"])),
            "operation_type": kind,
            "file_id": draw(names | st.none()),
            "ingestion_units": draw(st.none() | st.integers(0, 9) | st.floats(0, 1e300))
            if kind in INGESTION
            else None,
        }
    return {"lifecycle": lifecycle, **given}


words = st.sampled_from(["", "0", "1", "3", "-1", "x", "a", "100", "101", "9" * 30]) | names
QUERIES = {
    "chainloop": st.fixed_dictionaries(
        {},
        optional={
            "status": words | st.sampled_from(sorted(CHAINLOOP.checking.history.states)),
            "kind": words,
            "resource_id": words,
            "resource_type": words,
            "pagination.page": words,
            "pagination.page_size": words,
        },
    ),
    "pinecone": st.fixed_dictionaries(
        {},
        optional={
            "status": words | st.sampled_from(sorted(PINECONE.checking.history.states)),
            "operation_type": words | st.sampled_from(INGESTION),
            "limit": words,
            "pagination_token": words,
        },
    ),
}
LISTS = {
    "chainloop": ["/v1/operations"],
    "pinecone": ["/operations/docs", "/assistant/operations/%C3%A4%20b", "/operations/none"],
}


def headers(api: Api) -> st.SearchStrategy[dict[str, str]]:
    good = HEADERS[api.name]
    bad = [{}, *({**good, name: value} for name in good for value in ("", "Bearer bad", "bad"))]
    return st.just(good) | st.sampled_from([good, good, *bad])


class Server:
    """A stub, and a clock that moves between requests."""

    def __init__(self, api: Api, **given: object) -> None:
        self.api = api
        self.clock = ServerClock()
        self._served = Served(api, self.clock, readings=given)
        self.stub = (api.serving.stub_class or Stub)(self._served)

    def ask(self, target: str, method: str = "GET", sent: dict[str, str] | None = None) -> Response:
        sent = HEADERS[self.api.name] if sent is None else sent
        url = self.stub.base_url + target
        return self._served.handle(Request(method, url, target, Headers(sent)))

    def get(self, operation: Any) -> Response:
        return self.ask(path_of(operation))

    def list(self, operation: Any, **query: object) -> Response:
        """The list that the operation is to be found in."""
        if self.api is CHAINLOOP:
            path = "/v1/operations"
        else:
            path = f"/operations/{quote(operation.fields['assistant_name'], safe='')}"
        return self.ask(f"{path}?{urlencode(query)}")


def path_of(operation: Any) -> str:
    name = quote(operation.id, safe="")
    if "assistant_name" not in operation.fields:
        return f"/v1/operations/{name}"
    return f"/operations/{quote(operation.fields['assistant_name'], safe='')}/{name}"
