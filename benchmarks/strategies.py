"""Examples of each strategy, against hypothesis-jsonschema and against what is written by hand.

Peers run on the Hypothesis that they work with, and so do we while we are measured against them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .measure import ROOT, elsewhere, looped
from .report import Missing, Ratio, Row

NEWEST = "6.170.9"
"""The newest Hypothesis on which hypothesis-jsonschema 0.23.1 works."""

_ROUNDS = 5
_EXAMPLES = 100
_SCHEMAS = {
    "chainloop": {
        "operation": "v1AsyncOperationResult",
        "get": "v1AsyncOperationsServiceGetOperationResponse",
        "list": "v1AsyncOperationsServiceListOperationsResponse",
        "error": "v1UnauthorizedResponse",
    },
    "pinecone": {
        "operation": "OperationModel",
        "get": "OperationModel",
        "list": "OperationList",
        "error": "ErrorResponse",
    },
}
"""The named schemas of what each strategy gives, for a peer that knows no more of an API."""


def run() -> Iterator[Row]:
    for what, times in elsewhere("strategies:by_hand").items():
        yield Ratio(f"{what}, one example", times["ours"], "by hand", times["by hand"], 1 / 0.6)
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        python = _peer(place)
        if python is None:
            yield Missing("hypothesis-jsonschema", "could not be installed")
            return
        # Beside the installed peer stands a copy of this package as it is once installed.
        shutil.copytree(ROOT / "pytest_asyncops", place / "pytest_asyncops")
        shutil.copytree(ROOT / "schemas", place / "pytest_asyncops" / "schemas")
        shutil.copytree(ROOT / "benchmarks", place / "benchmarks")
        code = "from benchmarks.strategies import against_peer; against_peer()"
        done = subprocess.run(
            [python, "-c", code], cwd=place, check=True, stdout=subprocess.PIPE, text=True
        )
    for what, times in json.loads(done.stdout).items():
        yield Ratio(
            f"{what}, one example",
            times["ours"],
            "hypothesis-jsonschema",
            times["peer"],
            1 / 5,
        )


def _peer(directory: Path) -> str | None:
    """A Python that has hypothesis-jsonschema, and what this package takes to be imported."""
    venv.create(directory, with_pip=True)
    python = str(directory / "bin" / "python")
    packages = [f"hypothesis=={NEWEST}", "hypothesis-jsonschema==0.23.1", "PyYAML", "jsonschema"]
    packages += ["msgspec", "requests", "responses", "sortedcontainers", "time-machine", "pytest"]
    command = [python, "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(command, check=False, capture_output=True)
    return python if done.returncode == 0 else None


def _examples(strategy: Any) -> Callable[[], object]:
    """A run of Hypothesis that only generates."""
    from hypothesis import HealthCheck, Phase, given, settings

    @settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def test(value: object) -> None: ...

    return test


def _compare(sides: dict[str, Any], rounds: int = _ROUNDS) -> dict[str, list[float]]:
    calls = {side: _examples(strategy) for side, strategy in sides.items()}
    samples: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(-1, rounds):
        for side, call in calls.items():
            took = looped(call, 1) / _EXAMPLES
            if number >= 0:
                samples[side].append(took)
    return samples


def by_hand() -> dict[str, dict[str, list[float]]]:
    """Against hand-written strategies for the same members."""
    return {
        what: _compare({"ours": ours, "by hand": written})
        for what, (ours, written) in _pairs().items()
    }


def _pairs() -> dict[str, tuple[Any, Any]]:
    """Each strategy of the package, and what a person would write instead."""
    from hypothesis import strategies as st

    from pytest_asyncops import Lifecycle, State, Step, strategies

    moments = st.datetimes().map(lambda time: f"{time.isoformat()}Z")
    text, fixed = st.text(), st.fixed_dictionaries
    operation = {
        "chainloop": fixed(
            {},
            optional={
                "id": text,
                "kind": text,
                "status": st.sampled_from(["PENDING", "RUNNING", "COMPLETED", "FAILED", "PURGED"]),
                "output": st.binary().map(bytes.hex),
                "error_message": text,
                "created_at": moments,
                "started_at": moments,
                "finished_at": moments,
                "resource_id": text,
                "resource_type": text,
                "project_id": text,
                "project_version_id": text,
            },
        ),
        "pinecone": fixed(
            {
                "id": text,
                "operation_type": st.sampled_from(["upload_file", "upsert_file", "delete_file"]),
                "status": st.sampled_from(["Processing", "Completed", "Failed"]),
                "created_on": moments,
            },
            optional={
                "file_id": st.none() | text,
                "completed_on": st.none() | moments,
                "percent_complete": st.integers(0, 100),
                "error_message": st.none() | text,
                "ingestion_units": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            },
        ),
    }
    counters = dict.fromkeys(("page", "page_size", "total_count", "total_pages"), st.integers())
    lists = {
        "chainloop": fixed(
            {
                "operations": st.lists(operation["chainloop"], max_size=5),
                "pagination": fixed(counters),
            }
        ),
        "pinecone": fixed(
            {"operations": st.lists(operation["pinecone"], max_size=5)},
            optional={"pagination": fixed({"next": text})},
        ),
    }
    gets = {**operation, "chainloop": fixed({"operation": operation["chainloop"]})}
    codes = st.sampled_from(["NOT_FOUND", "UNKNOWN", "UNAUTHENTICATED"])
    errors = {
        "chainloop": fixed(
            {"code": st.integers(0, 16), "message": text}, optional={"details": st.lists(text)}
        ),
        "pinecone": fixed(
            {
                "status": st.sampled_from([400, 401, 404, 500]),
                "error": fixed({"code": codes, "message": text}),
            }
        ),
    }
    words = {"chainloop": ("status", "kind"), "pinecone": ("operation_type", "status")}
    wrong = {"chainloop": "created_at", "pinecone": "created_on"}
    schemas = {"chainloop": "v1AsyncOperationResult", "pinecone": "OperationModel"}
    port = st.integers(1, 65535)
    address = {"type": "object", "required": ["host", "port"]}
    address["properties"] = {
        "host": {"type": "string"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    }
    found: dict[str, tuple[Any, Any]] = {}
    for api, schema in schemas.items():
        alike = {"extra": "never", "unknown": "never"}
        broken = st.tuples(operation[api], st.integers()).map(
            lambda pair, member=wrong[api]: ({**pair[0], member: pair[1]}, member)
        )
        query = fixed({}, optional=dict.fromkeys((*words[api], "limit", "page"), text))
        bodies = st.lists(gets[api], min_size=1, max_size=10)
        found |= {
            f"operations of {api}": (strategies.operations(api), operation[api]),
            f"gets of {api}": (strategies.gets(api), gets[api]),
            f"lists of {api}": (strategies.lists(api), lists[api]),
            f"errors of {api}": (strategies.errors(api), errors[api]),
            f"payloads of {api} {schema}": (
                strategies.payloads(api, schema, **alike),
                operation[api],
            ),
            f"invalid payloads of {api} {schema}": (
                strategies.invalid_payloads(api, schema),
                broken,
            ),
            f"list queries of {api}": (strategies.list_queries(api), query),
            f"histories of {api}": (strategies.histories(api), bodies),
        }
    steps = st.builds(Step, st.just(State.RUNNING), st.integers(0, 3600))
    life = st.builds(
        lambda before, output: Lifecycle.steps(*before, Step(State.SUCCEEDED, output=output)),
        st.lists(steps, max_size=2),
        st.none() | st.binary(),
    )
    found["lifecycles"] = (strategies.lifecycles(), life)
    found["from_schema"] = (
        strategies.from_schema(address, extra="never"),
        fixed({"host": text, "port": port}),
    )
    return found


def against_peer() -> None:
    """Print what one example took, ours and the peer's, with the same Hypothesis."""
    import hypothesis_jsonschema

    from pytest_asyncops import strategies
    from pytest_asyncops.contract.openapi import load_contract
    from pytest_asyncops.known_apis import BUILT_IN

    found = {}
    for api, names in _SCHEMAS.items():
        contract = load_contract(str(BUILT_IN[api].checking.contract))
        sides = {
            f"payloads of {api} {name}": (strategies.payloads(api, name), name)
            for name in dict.fromkeys(names.values())
        }
        sides[f"operations of {api}"] = (strategies.operations(api), names["operation"])
        sides[f"gets of {api}"] = (strategies.gets(api), names["get"])
        sides[f"lists of {api}"] = (strategies.lists(api), names["list"])
        sides[f"errors of {api}"] = (strategies.errors(api, 401), names["error"])
        for what, (ours, name) in sides.items():
            schema = _as_json_schema(contract.schemas[name], contract)
            peer = hypothesis_jsonschema.from_schema(schema)
            found[what] = _compare({"ours": ours, "peer": peer}, rounds=3)
    json.dump(found, sys.stdout)


def _as_json_schema(schema: Any, contract: Any) -> Any:
    """What the peer takes: JSON Schema, without references, which it resolves slowly."""
    if isinstance(schema, list):
        return [_as_json_schema(item, contract) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = contract.resolved(schema)
    notes = ("description", "default", "example", "nullable", "x-enum")
    found = {
        name: {member: _as_json_schema(inner, contract) for member, inner in value.items()}
        if name == "properties"
        else _as_json_schema(value, contract)
        for name, value in schema.items()
        if name not in notes
    }
    if schema.get("nullable"):
        found["type"] = [schema["type"], "null"]
    return found
