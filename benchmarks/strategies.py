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
    "chainloop": ("v1AsyncOperationResult", "v1BadRequestResponse"),
    "pinecone": ("OperationModel", "OperationList", "ErrorResponse"),
}


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
    packages += ["requests", "responses", "sortedcontainers", "time-machine", "pytest"]
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
    """Against a hand-written `fixed_dictionaries` of the same members."""
    from hypothesis import strategies as st

    from pytest_asyncops import strategies

    times = st.datetimes().map(lambda time: f"{time.isoformat()}Z")
    chainloop = st.fixed_dictionaries(
        {},
        optional={
            "id": st.text(),
            "kind": st.text(),
            "status": st.sampled_from(["PENDING", "RUNNING", "COMPLETED", "FAILED", "PURGED"]),
            "output": st.binary().map(bytes.hex),
            "error_message": st.text(),
            "created_at": times,
            "started_at": times,
            "finished_at": times,
            "resource_id": st.text(),
            "resource_type": st.text(),
            "project_id": st.text(),
            "project_version_id": st.text(),
        },
    )
    pinecone = st.fixed_dictionaries(
        {
            "id": st.text(),
            "operation_type": st.sampled_from(["upload_file", "upsert_file", "delete_file"]),
            "status": st.sampled_from(["Processing", "Completed", "Failed"]),
            "created_on": times,
        },
        optional={
            "file_id": st.none() | st.text(),
            "completed_on": st.none() | times,
            "percent_complete": st.integers(0, 100),
            "error_message": st.none() | st.text(),
            "ingestion_units": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        },
    )
    alike = {"extra": "never", "unknown": "never"}
    found = {}
    for api, name, written in (
        ("chainloop", "v1AsyncOperationResult", chainloop),
        ("pinecone", "OperationModel", pinecone),
    ):
        ours = {
            f"payloads of {api} {name}": strategies.payloads(api, name, **alike),
            f"operations of {api}": strategies.operations(api),
        }
        for what, strategy in ours.items():
            found[what] = _compare({"ours": strategy, "by hand": written})
    lists = {
        "chainloop": st.fixed_dictionaries(
            {
                "operations": st.lists(chainloop, max_size=5),
                "pagination": st.fixed_dictionaries(
                    dict.fromkeys(
                        ("page", "page_size", "total_count", "total_pages"), st.integers()
                    )
                ),
            }
        ),
        "pinecone": st.fixed_dictionaries(
            {"operations": st.lists(pinecone, max_size=5)},
            optional={"pagination": st.fixed_dictionaries({"next": st.text()})},
        ),
    }
    for api, written in lists.items():
        found[f"lists of {api}"] = _compare({"ours": strategies.lists(api), "by hand": written})
    return found


def against_peer() -> None:
    """Print what one example took, ours and the peer's, with the same Hypothesis."""
    import hypothesis_jsonschema

    from pytest_asyncops import strategies
    from pytest_asyncops.configure import BUILT_IN
    from pytest_asyncops.contract import load_contract

    found = {}
    for api, names in _SCHEMAS.items():
        contract = load_contract(str(BUILT_IN[api].contract))
        for name in names:
            schema = _as_json_schema(contract.schemas[name], contract)
            found[f"payloads of {api} {name}"] = _compare(
                {
                    "ours": strategies.payloads(api, name),
                    "peer": hypothesis_jsonschema.from_schema(schema),
                },
                rounds=3,
            )
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
