"""Runs schemathesis against the stubs on loopback, with each document and its configuration.

What it asks is in the configurations beside this. Afterwards every route has to have been answered
with a status below 300 at least once: a run of nothing but errors proves nothing.
"""

from __future__ import annotations

import collections
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
import yaml

from pytest_asyncops import Lifecycle, Stub
from pytest_asyncops.configure import resolve_settings
from pytest_asyncops.session import Session

HERE = Path(__file__).parent
SCHEMAS = HERE.parent.parent / "schemas"
NO_LIMIT = 10**9


def main() -> int:
    failed = [
        name
        for name, document, version in (
            ("chainloop", "chainloop.yaml", None),
            ("pinecone", "pinecone_assistant.yaml", "2026-04"),
            ("pinecone", "pinecone_assistant_2025-10.yaml", "2025-10"),
        )
        if not passes(name, SCHEMAS / document, version)
    ]
    print("failed:", ", ".join(failed) or "nothing")
    return bool(failed)


def passes(name: str, document: Path, version: str | None) -> bool:
    limits = ("max_polls_at_once", "max_polls_per_operation", "max_polls_unchanged")
    session = Session(
        resolve_settings(
            {
                "apis": [name],
                "transport": "server",
                "clock": "manual",
                "unmatched": "answer",
                **dict.fromkeys(limits, NO_LIMIT),
            }
        ),
        port=0,
    )
    try:
        stub = session.stubs[name]
        start(name, stub)
        command = [
            "schemathesis", "--config-file", str(HERE / f"{name}.toml"), "run", str(document),
            "--url", stub.base_url, "--continue-on-failure",
        ]  # fmt: skip
        if version is not None:
            command += ["--header", f"X-Pinecone-Api-Version: {version}"]
        print("+", *command, flush=True)
        with tempfile.TemporaryDirectory() as where:  # it keeps something there
            is_good = subprocess.run(command, check=False, cwd=where).returncode == 0
        return is_good and answered(stub, document)
    finally:
        session.stop()


def start(name: str, stub: Stub) -> None:
    """What the configurations ask for by name."""
    if name == "chainloop":
        stub.start(id="known", lifecycle=Lifecycle.succeeds(running=0, output=b"done"))
        stub.start(lifecycle=Lifecycle.fails("no", running=0))
        stub.start(lifecycle=Lifecycle.hangs())
    else:
        stub.start(id="op-known", assistant_name="docs", lifecycle=Lifecycle.hangs())
        stub.start(assistant_name="doomed")
        requests.put(
            f"{stub.base_url}/files/docs/00000000-0000-4000-8000-00000000f11e",
            files={"file": ("a.txt", b"text")},
            headers={"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"},
            timeout=30,
        ).raise_for_status()


def answered(stub: Stub, document: Path) -> bool:
    """Whether every route of the document has been answered well, of the calls that are kept."""
    good = collections.Counter(
        call.response.route for call in stub.calls if call.response.status_code < 300
    )
    paths = yaml.safe_load(document.read_text(encoding="utf-8"))["paths"]
    documented = {(method.upper(), path) for path, item in paths.items() for method in item}
    missing = [
        route.name
        for route in stub.api.routes
        if (route.method, route.paths[0]) in documented and not good[route.name]
    ]
    print("answered well:", dict(good), "; never:", missing or "none")
    return not missing


if __name__ == "__main__":
    sys.exit(main())
