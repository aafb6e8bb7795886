"""Whole pytest sessions of one trivial test, the plugin installed and unused."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from .measure import output, process, python, rounds_of
from .report import Figure, Ratio, Row

_ROUNDS = 60
_IMPORTS = 20
_WITHOUT = "-p no:asyncops"
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \| ( *)(\S+)")


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        where = Path(directory)
        (where / "test_trivial.py").write_text("def test_trivial():\n    assert True\n")
        # Other installed plugins would thin the ratio out, so neither side has them.
        others = {entry.name for entry in entry_points(group="pytest11")} - {"asyncops"}
        blocked = [word for name in sorted(others) for word in ("-p", f"no:{name}")]
        plain = python("-m", "pytest", "-q", "-p", "no:cacheprovider", *blocked)
        samples = rounds_of(
            _ROUNDS,
            {
                "with": lambda: process(plain, where=where),
                "without": lambda: process([*plain, *_WITHOUT.split()], where=where),
            },
        )
    for index, clock in enumerate(("by the wall", "of the processor")):
        took, base = ([both[index] for both in samples[name]] for name in ("with", "without"))
        yield Ratio(f"installed and unused, {clock}", took, _WITHOUT, base, 1.02)
        yield Ratio("  best session against best", [min(took)], _WITHOUT, [min(base)], 1.02)
    imports = [_plugin_imports() for _ in range(_IMPORTS)]
    yield Figure(
        "import of the plugin after pytest", [sum(took.values()) for took in imports], "s", 1e-3
    )
    yield Figure("modules of the package", [len(took) for took in imports], "", 3)


def _plugin_imports() -> dict[str, float]:
    """The modules that the plugin's import adds to pytest's own, each with its seconds."""
    code = "import pytest; import pytest_asyncops.plugin"
    _, report = output(python("-X", "importtime", "-c", code))
    lines = [match.groups() for match in map(_IMPORT.match, report.splitlines()) if match]
    names = [name for *_, name in lines]
    added = lines[names.index("pytest") + 1 :]
    return {name: int(own) / 1e6 for own, _, _, name in added}
