"""An API like those of Google: names with slashes, a done flag, tokens."""

from __future__ import annotations

from pytest_asyncops import Api, Field, State
from pytest_asyncops.apis import ErrorResponse, Route, Serving, json_response, window

CODES = {State.FAILED: 13, State.CANCELLED: 1}  # of google.rpc.Code
TYPE = "type.googleapis.com/google.protobuf."
PATH = "/v1/projects/{project}"


def create(exchange):
    asked = exchange.json(ErrorResponse(400, "INVALID_ARGUMENT", "Invalid JSON payload."))
    started = exchange.start(asked, project=exchange.params["project"])
    return json_response(200, exchange.show(started))


def get(exchange):
    found = exchange.find(exchange.params["id"], project=exchange.params["project"])
    if found is None:
        raise ErrorResponse(404, "NOT_FOUND", "Operation not found.")
    return json_response(200, exchange.show(found))


def find_all(exchange):
    size, offset = (int(exchange.query.get(name, 0)) for name in ("pageSize", "pageToken"))
    members = exchange.members({"project": exchange.params["project"]})
    page = {"operations": exchange.show_all(window(members, offset, size, "oldest"))}
    token = {"nextPageToken": f"{offset + size}"} if offset + size < len(members) else {}
    return json_response(200, {**page, **token})


def render(operation, now):
    result = {}
    if now.state is State.SUCCEEDED:
        result["response"] = {"@type": f"{TYPE}StringValue", "value": (now.output or b"").decode()}
    elif now.state.done:
        result["error"] = {"code": CODES[now.state], "message": now.message or "Cancelled."}
    name = f"projects/{operation.fields['project']}/operations/{operation.id}"
    return {"name": name, "done": now.state.done, **result}


LONGRUNNING = Api(
    name="longrunning",
    base_url="https://longrunning.googleapis.com",
    routes=(
        Route("create", "POST", (f"{PATH}/datasets:import",), create),
        Route("list", "GET", (f"{PATH}/operations",), find_all),
        Route("get", "GET", (f"{PATH}/operations/{{id}}",), get),
    ),
    new_id="import-{}".format,
    statuses={state: str(state.done) for state in State if state is not State.PURGED},
    render=lambda readings: render,
    credential=lambda request: "",
    envelope=lambda error: {"error": {"code": error.status_code, "message": error.message}},
    unmatched=lambda request, routes: ErrorResponse(404, "NOT_FOUND", "Not found."),
    fields={"project": Field(default="p")},
    serving=Serving(facts=("source",)),
)
