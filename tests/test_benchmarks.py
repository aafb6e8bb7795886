"""The benchmarks import what there is. No test runs them, so nothing else would notice."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
THIRD_PARTIES = {
    "aioresponses",
    "hypothesis",
    "hypothesis_jsonschema",
    "jsonschema",
    "openapi_core",
    "pytest",
    "pytest_httpserver",
    "pytest_httpx",
    "requests",
    "responses",
    "schemathesis",
}

IMPORTS = [
    (path.name, node.module, name.name)
    for path in sorted(FOLDER.glob("*.py"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ImportFrom) and node.module and not node.level
    for name in node.names
    if node.module.split(".")[0] not in sys.stdlib_module_names | THIRD_PARTIES
]


@pytest.mark.parametrize(("file", "module", "name"), IMPORTS)
def test_it_is_there(file, module, name):
    assert hasattr(importlib.import_module(module), name)


def test_the_package_and_what_tests_share_are_imported():
    assert {module.split(".")[0] for _, module, _ in IMPORTS} == {"pytest_asyncops", "support"}
