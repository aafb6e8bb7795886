"""An API like those of Azure: its headers lead to the operation."""

from __future__ import annotations

from pytest_asyncops import Api, Field, OwnState, State
from pytest_asyncops.apis import ErrorResponse, Route, json_response

VALIDATING = OwnState("Validating", State.PENDING)
WAIT = {"Retry-After": "5"}


def create(exchange):
    started = exchange.start(name=exchange.params["name"])
    headers = {"Operation-Location": exchange.url_of(f"/operations/{started.id}"), **WAIT}
    return json_response(202, exchange.show(started), headers)


def get(exchange):
    exchange.authenticate()
    found = exchange.find(exchange.params["id"])
    if found is None:
        raise ErrorResponse(404, "OperationNotFound", "There is no such operation.")
    where = {"resourceLocation": exchange.url_of(f"/things/{found.fields['name']}")}
    return json_response(200, {**exchange.show(found), **where}, WAIT)


def thing(exchange):
    return json_response(200, {"name": exchange.params["name"], "size": 7})


def render(operation, now):
    shown = {"id": operation.id, "status": AZURE.statuses[now.state]}
    if now.state is State.FAILED:
        shown["error"] = {"code": "ImportFailed", "message": now.message}
    return shown


AZURE = Api(
    name="azure",
    base_url="https://things.azure.example",
    routes=(
        Route("create", "POST", ("/things/{name}:import",), create),
        Route("get", "GET", ("/operations/{id}",), get),
        Route("thing", "GET", ("/things/{name}",), thing),
    ),
    new_id="op-{}".format,
    statuses={
        State.PENDING: "NotStarted",
        VALIDATING: "Validating",
        State.RUNNING: "Running",
        State.SUCCEEDED: "succeeded",  # in any case, its guidelines say
        State.FAILED: "Failed",
        State.CANCELLED: "Canceled",
    },
    render=lambda readings: render,
    credential=lambda request: request.header("api-key") or "",
    envelope=lambda error: {"error": {"code": error.code, "message": error.message}},
    unmatched=lambda request, routes: ErrorResponse(404, "NotFound", "Not found."),
    fields={"name": Field(required=True)},
)
