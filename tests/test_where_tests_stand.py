"""Each module has its test file, found by its path; what tests share has an index."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pictures import MODULES, PACKAGES

HERE = Path(__file__).parent
SUPPORT = HERE / "support"


@pytest.mark.parametrize("module", sorted(MODULES.keys() - PACKAGES))
def test_every_module_has_its_test_file(module):
    *rooms, name = module.split(".")
    assert HERE.joinpath(*rooms, f"test_{name}.py").is_file()


def test_what_tests_share_has_a_line_each():
    index = ast.get_docstring(ast.parse((SUPPORT / "__init__.py").read_text(encoding="utf-8")))
    lines = []
    for path in sorted(SUPPORT.glob("[!_]*.py")):
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        lines.append(f"- `{path.stem}`: {says.splitlines()[0]}")
    assert index.splitlines()[2:] == lines
