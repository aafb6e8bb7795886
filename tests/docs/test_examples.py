"""Every example runs: of README, of docs, and of docstrings."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from support.pages import PAGES, blocks

import pytest_asyncops

EXAMPLES = [
    pytest.param(block, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page, "python"), 1)
]
MODULES = [
    "pytest_asyncops",
    *(info.name for info in pkgutil.walk_packages(pytest_asyncops.__path__, "pytest_asyncops.")),
]
DOCTESTS = [
    pytest.param(found, id=found.name.removeprefix("pytest_asyncops."))
    for name in MODULES
    for found in doctest.DocTestFinder().find(importlib.import_module(name))
    if found.examples
]


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("block", EXAMPLES)
def test_page(pytester, monkeypatch, block):
    if "\nimport pinecone\n" in block:
        pytest.importorskip("pinecone")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error")
    # One that has no tests is run by being imported.
    pytester.makepyfile(f"{block}\n\ndef test_import():\n    pass\n")
    tests = block.count("\ndef test_")
    outcomes = pytester.runpytest("-p", "asyncops").parseoutcomes()
    assert outcomes.pop("passed") >= tests + 1
    assert not outcomes


@pytest.mark.parametrize("found", DOCTESTS)
def test_docstring(found):
    said: list[str] = []
    failed, tried = doctest.DocTestRunner().run(found, out=said.append)
    assert not failed, "".join(said)
    assert tried == len(found.examples)


def test_there_are_examples():
    assert len(EXAMPLES) > 20
    assert len(DOCTESTS) > 10
