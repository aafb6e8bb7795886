"""An API like that of Databricks: ids are numbers in the query, states are many."""

from __future__ import annotations

from pytest_asyncops import Api, Field, OwnState, State
from pytest_asyncops.apis import ErrorResponse, Route, Serving, json_response, unix_milliseconds

QUEUED = OwnState("QUEUED", State.PENDING)
BLOCKED = OwnState("BLOCKED", State.PENDING)
WAITING_FOR_RETRY = OwnState("WAITING_FOR_RETRY", State.RUNNING)
TERMINATING = OwnState("TERMINATING", State.RUNNING)
INTERNAL_ERROR = OwnState("INTERNAL_ERROR", State.FAILED)
SKIPPED = OwnState("SKIPPED", State.CANCELLED)
RESULTS = {State.SUCCEEDED: "SUCCESS", State.FAILED: "FAILED", State.CANCELLED: "CANCELED"}


def run_now(exchange):
    exchange.authenticate()
    asked = exchange.json(ErrorResponse(400, "MALFORMED_REQUEST", "Invalid JSON."))
    started = exchange.start({"job_parameters": asked.get("job_parameters")}, job=asked["job_id"])
    return json_response(200, {"run_id": int(started.id)})


def get(exchange):
    exchange.authenticate()
    found = exchange.find(exchange.query["run_id"])
    if found is None:
        raise ErrorResponse(400, "INVALID_PARAMETER_VALUE", "The run does not exist.")
    return json_response(200, exchange.show(found))


def render(run, now):
    state = {"life_cycle_state": RUNS.statuses[now.state], "state_message": now.message or ""}
    if now.state.done:
        state["result_state"] = RESULTS[now.state.meaning]
    end = 0 if now.finished is None else run.created_ns + now.finished
    times = {"start_time": run.created_ns, "end_time": end}
    shown = {name: unix_milliseconds(instant) for name, instant in times.items()}
    return {"run_id": int(run.id), "job_id": run.fields["job"], "state": state, **shown}


OWN = (QUEUED, BLOCKED, WAITING_FOR_RETRY, TERMINATING, INTERNAL_ERROR, SKIPPED)
RUNS = Api(
    name="runs",
    base_url="https://dbc.databricks.example",
    routes=(
        Route("run_now", "POST", ("/api/2.1/jobs/run-now", "/api/2.2/jobs/run-now"), run_now),
        Route("get", "GET", ("/api/2.1/jobs/runs/get", "/api/2.2/jobs/runs/get"), get),
    ),
    new_id=str,
    statuses={State.PENDING: "PENDING", State.RUNNING: "RUNNING"}
    | dict.fromkeys(RESULTS, "TERMINATED")
    | {state: state.name for state in OWN},
    render=lambda readings: render,
    credential=lambda request: request.header("Authorization") or "",
    envelope=lambda error: {"error_code": error.code, "message": error.message},
    unmatched=lambda request, routes: ErrorResponse(404, "ENDPOINT_NOT_FOUND", "Not found."),
    fields={"job": Field(kind=int, default=1)},
    serving=Serving(facts=("job_parameters",)),
)
