"""An API of one's own is one value: served, timed, listed and refused like those built in.

It is a job queue: bare items, a status word, pages by number, its own error envelope.
"""

from __future__ import annotations

import itertools
import socket
import time

import pytest
import requests
from support.toy_api import toy

from pytest_asyncops import (
    Api,
    Field,
    InvalidArgument,
    Lifecycle,
    NetworkBlocked,
    State,
    UnmatchedRequests,
    mocked,
)
from pytest_asyncops.durations import rfc3339
from pytest_asyncops.serving.api import Serving
from pytest_asyncops.serving.exchange import json_response
from pytest_asyncops.serving.messages import ErrorResponse
from pytest_asyncops.serving.routing import Route
from pytest_asyncops.serving.state_index import window
from pytest_asyncops.settings import Setting

# --- the API begins

WORDS = {
    State.PENDING: "queued",
    State.RUNNING: "working",
    State.SUCCEEDED: "finished",
    State.FAILED: "broken",
    State.CANCELLED: "stopped",
}


def create(exchange):
    exchange.authenticate()
    return json_response(202, {"accepted": exchange.request.body.decode()})


def show(exchange):
    exchange.authenticate()
    job = exchange.find(exchange.params["id"], queue=exchange.params["queue"])
    if job is None:
        raise ErrorResponse(404, "gone", "no such job")
    return json_response(200, exchange.show(job))


def index(exchange):
    exchange.authenticate()
    members = exchange.members({"queue": exchange.params["queue"]})
    start = int(exchange.request.query.removeprefix("from=") or 0)
    numbers = window(members, start, exchange.readings["page"], "oldest")
    return json_response(200, exchange.show_all(numbers))


def render(job, snapshot):
    shown = {"id": job.id, "is": WORDS[snapshot.state], "born": rfc3339(job.created_ns)}
    return shown if snapshot.message is None else {**shown, "why": snapshot.message}


def credential(request):
    token = request.header("X-Token")
    if token is None:
        raise ErrorResponse(401, "who", "no token")
    return token


JOBS = Api(
    name="jobs",
    base_url="https://jobs.example/api",
    routes=(
        Route("create", "POST", ("/{queue}/jobs",), create),
        Route("list", "GET", ("/{queue}/jobs",), index),
        Route("get", "GET", ("/{queue}/jobs/{id}",), show),
    ),
    statuses=WORDS,
    fields={"queue": Field(required=True), "weight": Field(kind=int, default=1)},
    new_id="job-{}".format,
    render=lambda readings: render,
    envelope=lambda error: {"failure": error.code, "text": error.message},
    credential=credential,
    unmatched=lambda request, routes: ErrorResponse(405 if routes else 404, "lost", "nothing here"),
    serving=Serving(
        refusals={"forbidden": ErrorResponse(403, "no", "not yours")},
        hidden=lambda readings: frozenset({State.PURGED}),
    ),
    readings=(Setting("page", 2, "How many jobs a page has.", kind="count"),),
)

# --- the API ends

TOKEN = {"X-Token": "t"}
URL = "https://jobs.example/api/mail/jobs"


def ask(path: str = "", method: str = "GET", **more):
    return requests.request(method, URL + path, **{"headers": TOKEN, **more})


def test_it_is_served_beside_those_built_in():
    with mocked(apis=["chainloop", JOBS]) as mock:
        assert set(mock.stubs) == {"chainloop", "jobs"}
        job = mock.stubs["jobs"].start(queue="mail", lifecycle=Lifecycle.fails("full", running=9))
        seen = []
        for _ in range(3):
            seen.append(ask(f"/{job.id}").json())
            time.sleep(5)
        born = {"id": "job-1", "born": "2026-01-01T00:00:00Z"}
        assert seen == [
            {**born, "is": "working"},
            {**born, "is": "working"},
            {**born, "is": "broken", "why": "full"},
        ]
        assert job.polls == 3
        assert mock.clock.elapsed.total_seconds() == 15
        assert [call.response.route for call in mock.calls] == ["get"] * 3


def test_its_pages_and_its_reading():
    for setting, pages in (({}, [2, 2, 1, 0]), ({"jobs_page": 3}, [3, 2, 0])):
        with mocked(apis=[JOBS], **setting) as mock:
            mock.stubs["jobs"].start_many(5, queue="mail")
            mock.stubs["jobs"].start_many(5, queue="print")
            met: list[str] = []
            for size in pages:
                page = ask(f"?from={len(met)}").json()
                assert len(page) == size
                met += [item["id"] for item in page]
            assert met == [f"job-{number}" for number in range(1, 6)]


def test_its_errors():
    with mocked(apis=[JOBS], unmatched="answer") as mock:
        mock.stubs["jobs"].refuse("bad")
        answers = [
            ask("/job-1"),
            ask("", headers={}),
            ask("", headers={"X-Token": "bad"}),
            ask("", "DELETE"),
            ask("/a/b"),
        ]
        assert [(answer.status_code, answer.json()["failure"]) for answer in answers] == [
            (404, "gone"),
            (401, "who"),
            (403, "no"),
            (405, "lost"),
            (404, "lost"),
        ]


def test_its_purged_jobs_are_hidden():
    with mocked(apis=[JOBS]) as mock:
        life = Lifecycle.manual()
        job = mock.stubs["jobs"].start(queue="mail", lifecycle=life)
        for move in (job.run, job.cancel):
            move()
        assert ask(f"/{job.id}").json()["is"] == "stopped"
        job.purge()
        assert ask(f"/{job.id}").status_code == 404
        assert ask().json() == []


def test_a_post_reaches_its_endpoint_with_its_body():
    with mocked(apis=[JOBS]):
        assert ask("", "POST", data="größe".encode()).json() == {"accepted": "größe"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a jobs operation needs queue=; for example start(queue='...')"),
        ({"queue": "q", "weight": "1"}, "weight must be int, not '1'"),
        (
            {"queu": "q"},
            "unknown field of a jobs operation 'queu'. Did you mean 'queue'? "
            "Choose 'id', 'queue', 'weight' or 'lifecycle'.",
        ),
    ],
)
def test_its_fields_are_checked(given, message):
    with mocked(apis=[JOBS]) as mock:
        with pytest.raises(InvalidArgument) as caught:
            mock.stubs["jobs"].start(**given)
        assert str(caught.value) == message


def test_its_readings_are_settings():
    with (
        pytest.raises(InvalidArgument, match="jobs_page must be a whole number"),
        mocked(apis=[JOBS], jobs_page=0),
    ):
        pass


def test_its_value_is_short():
    with open(__file__, encoding="utf-8") as file:
        lines = itertools.dropwhile(lambda line: line != "# --- the API begins\n", file)
        api = list(itertools.takewhile(lambda line: line != "# --- the API ends\n", lines))
    assert 40 < len([line for line in api if line.strip()]) <= 60


def test_it_prints_as_its_name():
    class Printer:
        """The part of IPython's and Hypothesis' printers that the protocol asks for."""

        printed = ""

        def text(self, text):
            self.printed += text

    printer = Printer()
    JOBS._repr_pretty_(printer, False)
    assert printer.printed == repr(JOBS) == "<Api jobs>"


HALL = toy(
    "hall",
    routes=(
        Route("index", "GET", ("/jobs",), lambda exchange: json_response(200, "index")),
        Route("open", "GET", ("/doors",), lambda exchange: json_response(200, "open"), host="door"),
    ),
    hosts={"door": "https://door.example/v1"},
)


def test_an_api_with_two_hosts():
    with mocked(apis=[HALL]) as mock:
        assert mock.stubs["hall"].base_url == "https://hall.example"
        assert mock.stubs["hall"].base_urls == {
            "main": "https://hall.example",
            "door": "https://door.example/v1",
        }
        assert requests.get("https://hall.example/jobs").json() == "index"
        assert requests.get("https://door.example/v1/doors").json() == "open"


def test_its_hosts_may_be_at_one_url():
    with mocked(apis=[HALL], base_urls={"hall": "http://localhost:1"}):
        assert requests.get("http://localhost:1/jobs").json() == "index"
        assert requests.get("http://localhost:1/doors").json() == "open"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://door.example/v1/jobs", "its host is main, not door"),
        ("https://hall.example/doors", "its host is door, not main"),
    ],
)
def test_each_of_them_takes_its_own_requests(url, why):
    with pytest.raises(UnmatchedRequests) as caught, mocked(apis=[HALL]):
        assert requests.get(url).status_code == 404
    assert "  hall at https://hall.example or https://door.example/v1 has these" in str(
        caught.value
    )
    assert why in str(caught.value)


def test_no_host_of_it_is_reached():
    elsewhere = {"hall": {"door": "http://localhost:1"}}
    with mocked(apis=[HALL], base_urls=elsewhere) as mock:
        assert requests.get("https://hall.example/jobs").json() == "index"
        assert requests.get("http://localhost:1/doors").json() == "open"
        assert mock.stubs["hall"].base_urls["door"] == "http://localhost:1"
    why = r"\nIts stub answers at http://localhost:1, to these"
    with pytest.raises(NetworkBlocked, match=why), mocked(apis=[HALL], base_urls=elsewhere):
        socket.getaddrinfo("door.example", 443)


def test_a_route_at_a_host_that_is_none():
    api = toy("hall", routes=HALL.routes)
    with pytest.raises(InvalidArgument, match=r"^unknown host of hall 'door'\. Choose 'main'\.$"):
        mocked(apis=[api]).__enter__()
