"""An API that nobody has, with statuses, routes and an envelope of its own."""

from __future__ import annotations

import dataclasses

from pytest_asyncops import Api, Field, InvalidArgument, State, Stub
from pytest_asyncops.serving.api import Serving
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import ErrorResponse, Headers, Request
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.serving.server import Server
from pytest_asyncops.serving.state_index import window
from pytest_asyncops.virtual_time.server_clock import ServerClock

WORDS = {
    State.PENDING: "waiting",
    State.RUNNING: "busy",
    State.SUCCEEDED: "ok",
    State.FAILED: "bad",
}


def _list(exchange):
    exchange.authenticate()
    if exchange.request.query == "everything":
        numbers = exchange.members({})
    else:
        numbers = exchange.members({"shelf": "a"}, frozenset({State.RUNNING}))
    return json_response(200, {"jobs": exchange.show_all(window(numbers, 0, 2, "oldest"))})


def _get(exchange):
    exchange.authenticate()
    shelf = exchange.params["shelf"]
    if shelf not in exchange.parents:
        raise ErrorResponse(404, "no_shelf", f"no shelf {shelf}")
    job = exchange.find(exchange.params["id"], shelf=shelf)
    if job is None:
        raise ErrorResponse(404, "no_job", "no such job", {"X-Hint": "look elsewhere"})
    return json_response(200, exchange.show(job), {"X-Wire": exchange.readings["wire"]})


def _render(operation, snapshot):
    return {
        "id": operation.id,
        **operation.fields,
        "status": WORDS.get(snapshot.state, "gone"),
        "percent": snapshot.percent,
    }


def _credential(request):
    key = request.header("Authorization")
    if key is None:
        raise ErrorResponse(401, "no_key", "who are you?")
    return key


def _unmatched(request, routes):
    names = ", ".join(route.name for route in routes)
    return ErrorResponse(405 if routes else 404, "unmatched", f"{request.method}: {names}")


def _admit(fields, lifecycle):
    if fields.get("size") == 13:
        raise InvalidArgument("13 is unlucky", value=13)


ROUTES = (
    Route("list", "GET", ("/jobs",), _list),
    Route("get", "GET", ("/jobs/{shelf}/{id}", "/old/jobs/{shelf}/{id}"), _get),
)


def toy(name="toy", **facts):
    """The API, with some facts different."""
    from pytest_asyncops.settings import Setting

    api = Api(
        name=name,
        base_url=f"https://{name}.example",
        routes=ROUTES,
        new_id="job-{}".format,
        statuses=WORDS,
        render=lambda readings: _render,
        credential=_credential,
        envelope=lambda error: {"code": error.code, "why": error.message},
        unmatched=_unmatched,
        fields={
            "shelf": Field(required=True),
            "kind": Field(choices=("small", "large")),
            "size": Field(kind=(int, float)),
            "file": Field(default="file-{}".format),
        },
        readings=(
            Setting("wire", "plain", "How it is written.", ("plain", "fancy")),
            Setting("most", 5, "How many.", kind="count"),
        ),
        serving=Serving(
            refusals={
                "forbidden": ErrorResponse(403, "forbidden", "not you"),
                "expired": ErrorResponse(401, "expired", "too late"),
            },
            admit=_admit,
            parent="shelf",
        ),
    )
    return changed(api, **facts)


def changed(api, **facts):
    """An API with some facts different, each in the group that it belongs to."""
    for group in ("serving", "checking"):
        value = getattr(api, group)
        own = {field.name for field in dataclasses.fields(value)} & facts.keys()
        facts[group] = dataclasses.replace(value, **{name: facts.pop(name) for name in own})
    return dataclasses.replace(api, **facts)


def stub_of(api, clock=None, **facts):
    """A stub without any transport, and its server."""
    return (api.serving.stub_class or Stub)(Server(api, clock or ServerClock(), **facts))


def handle(stub, asked):
    """The answer of a stub's server."""
    return stub._server.handle(asked)


def request(path, method="GET", key="k", base="https://toy.example", headers=None):
    if headers is None:
        headers = {} if key is None else {"Authorization": key}
    return Request(method, base + path, path, Headers(headers))
