"""Payloads of both APIs for Hypothesis: mostly right, then spoilt at any depth."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from hypothesis import strategies as st

from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.serving.api import Api
from pytest_asyncops.serving.routing import Route

STATUSES = [
    f"ASYNC_OPERATION_STATUS_{word}"
    for word in ("UNSPECIFIED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "PURGED")
]
TIMES = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:05Z",
    "2026-01-01t00:00:04Z",
    "2026-01-01T00:00:05.000000001Z",
    "2026-01-01T01:00:05+01:00",
]
NEARLY_TIMES = [
    "2026-02-29T00:00:00Z",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00Z\n",
    "2026-01-01T23:59:60Z",
    "0000-01-01T00:00:00Z",
    ".026-01-01T00:00:00Z",
    "2026-01-01T05:29:60+05:30",
    "2026-01-01T22:59:60Z",
    "2026-01-01t02:59:60+02:00",
]

word = st.text(max_size=3)
time = st.sampled_from(TIMES)
int32 = st.integers(-(2**31), 2**31 - 1)


def some(strategy, **members):
    """Mappings with these members, each of them there or not."""
    return st.fixed_dictionaries(strategy, optional=members)


chainloop_operation = some(
    {},
    id=word,
    kind=word,
    status=st.sampled_from(STATUSES),
    output=st.sampled_from(["", "aGk=", "aGVsbG8h"]),
    error_message=word,
    created_at=time,
    started_at=time,
    finished_at=time,
    resource_id=word,
    resource_type=word,
    project_id=word,
    project_version_id=word,
)
small = st.integers(0, 3)
chainloop_list = some(
    {},
    operations=st.lists(chainloop_operation, max_size=3),
    pagination=some({}, page=int32, page_size=small, total_count=small, total_pages=small),
)
chainloop_error = some(
    {"code": st.sampled_from([2, 3, 7, 13, 15, 16]), "message": word},
    details=st.lists(word, max_size=2),
)
any_message = some(
    {}, **{"@type": word, "value": st.just({}), "it's": st.just({}), '"\\\n': st.just({})}
)
chainloop_status = some({}, code=int32, message=word, details=st.lists(any_message, max_size=2))

pinecone_operation = some(
    {
        "id": word,
        "operation_type": st.sampled_from(["upload_file", "delete_file", "new"]),
        "status": st.sampled_from(["Processing", "Completed", "Failed", "New"]),
        "created_on": time,
    },
    file_id=st.none() | word,
    completed_on=st.none() | time,
    percent_complete=st.integers(0, 100),
    error_message=st.none() | word,
    ingestion_units=st.none() | st.floats(0, 9) | st.integers(0, 9),
)
pinecone_list = some(
    {},
    operations=st.lists(pinecone_operation, max_size=3),
    pagination=st.fixed_dictionaries({"next": word}),
)


def pinecone_error(status_code):
    code = st.sampled_from(["NOT_FOUND", "UNAUTHENTICATED", "UNKNOWN", "NEW"])
    return st.fixed_dictionaries(
        {
            "status": st.sampled_from([status_code, 404]),
            "error": some({"code": code, "message": word}, details=st.just({"a": 1})),
        }
    )


@dataclass(frozen=True)
class Case:
    """A kind of answer: route and status, and payloads that could be one."""

    api: Api
    route: Route
    status_code: int
    schema: str
    payloads: st.SearchStrategy

    def __str__(self):
        return f"{self.api.name}-{self.route.name}-{self.status_code}"


CHAINLOOP_LIST, CHAINLOOP_GET = CHAINLOOP.routes
PINECONE_LIST, PINECONE_GET = PINECONE.routes[:2]
_ERRORS = {
    400: "v1BadRequestResponse",
    401: "v1UnauthorizedResponse",
    403: "v1PermissionDeniedResponse",
    500: "v1InternalServerErrorResponse",
}
CASES = [
    Case(CHAINLOOP, CHAINLOOP_LIST, 200, "v1AsyncOperationsServiceListOperationsResponse",
         chainloop_list),
    Case(CHAINLOOP, CHAINLOOP_GET, 200, "v1AsyncOperationsServiceGetOperationResponse",
         some({}, operation=chainloop_operation)),
    *[Case(CHAINLOOP, CHAINLOOP_GET, status_code, schema, chainloop_error)
      for status_code, schema in _ERRORS.items()],
    Case(CHAINLOOP, CHAINLOOP_LIST, 404, "rpcStatus", chainloop_status),
    Case(PINECONE, PINECONE_LIST, 200, "OperationList", pinecone_list),
    Case(PINECONE, PINECONE_GET, 200, "OperationModel", pinecone_operation),
    *[Case(PINECONE, PINECONE_GET, status_code, "ErrorResponse", pinecone_error(status_code))
      for status_code in (401, 404, 429, 500)],
]  # fmt: skip


SPOILERS = [
    *(None, True, False, 0, 1, -1, 101, 1.0, 100.0, 0.5, -0.0, 1e300, float("nan"), float("inf")),
    *(2**31, -(2**31) - 1, 2**63, 2**64, 10**30, 10**400),
    *("", "x", "aGk", "aGk=\n", "\u00e9", "\ud800", "\U0001f600\n", *TIMES, *NEARLY_TIMES),
    *("Completed", *STATUSES[:2]),
    *([], {}, [1], [None], {"a": 1}, {"@type": 1, "v": "w"}, {"operation": {}}),
]
NAMES = [
    "operation",
    "status",
    "id",
    "new",
    "@type",
    "",
    "a'b",
    'a"\\b',
    "a.b",
    "\n",
    "\u00e9",
    "0",
]


def places(value):
    """Every container in a value, with each of its keys."""
    if isinstance(value, dict):
        yield from ((value, key) for key in value)
        inner = value.values()
    else:
        yield from ((value, index) for index in range(len(value)))
        inner = value
    for item in inner:
        if isinstance(item, (dict, list)):
            yield from places(item)


@st.composite
def spoilt(draw, payloads, most=3):
    """A payload with some of its values changed, taken out, or put in, at any depth."""
    root = [draw(payloads)]
    for _ in range(draw(st.integers(0, most))):
        root = copy.deepcopy(root)
        container, key = draw(st.sampled_from(list(places(root))))
        how = draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "replace":
            kin = NEARLY_TIMES if container[key] in TIMES else SPOILERS
            container[key] = draw(st.sampled_from(kin) | st.sampled_from(SPOILERS))
        elif how == "remove" and container is not root:
            del container[key]
        elif isinstance(container[key], dict):
            container[key][draw(st.sampled_from(NAMES))] = draw(st.sampled_from(SPOILERS))
        elif isinstance(container[key], list):
            container[key].append(draw(st.sampled_from(SPOILERS)))
    return copy.deepcopy(root[0])


GROUPS = {
    **{str(case): [case] for case in CASES if case.status_code == 200},
    "errors": [case for case in CASES if case.status_code != 200],
}


def answers(group, payloads=spoilt):
    """Cases of a group, each with a payload."""
    return st.sampled_from(GROUPS[group]).flatmap(
        lambda case: st.tuples(st.just(case), payloads(case.payloads))
    )
