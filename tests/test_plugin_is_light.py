"""Loading the plugin costs next to nothing, and what a test does not use is not imported."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest
from pictures import MODULES

import pytest_asyncops

SCRIPT = """
import json, sys
import pytest

code = pytest.main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    json.dump([int(code), sorted(sys.modules)], file)
"""

TESTS = """
def test_nothing():
    pass
"""

SERVED = """
import requests

def test_serves(asyncops_mock):
    operation = asyncops_mock.chainloop.start()
    answer = requests.get(
        f"{asyncops_mock.chainloop.base_url}/v1/operations/{operation.id}",
        headers={"Authorization": "Bearer token"},
    )
    assert answer.status_code == 200
"""

UNSERVED = """
def test_serves_nobody(asyncops_mock):
    assert asyncops_mock.chainloop.start().polls == 0
"""

SERVED_LATER = SERVED.replace("import requests\n", "").replace(
    "    answer = requests", "    import requests\n    answer = requests"
)

HEAVY = {"hypothesis", "responses", "requests", "yaml", "jsonschema", "time_machine"}


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """The modules that stand in memory after a run of pytest over this file."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(body: str, *arguments: str) -> set[str]:
        path = tmp_path / "test_it.py"
        path.write_text(body)
        answer = tmp_path / "modules.json"
        given = ["-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", *arguments, str(path)]
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(answer), *given],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        code, names = json.loads(answer.read_text())
        assert code == 0
        return set(names)

    return run


def own(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "pytest_asyncops"}


def test_a_run_without_the_fixture(imported):
    # By the name of its entry point, as pytest itself loads it.
    added = imported(TESTS, "-p", "asyncops") - imported(TESTS)
    assert own(added) == {
        "pytest_asyncops",
        "pytest_asyncops.plugin",
        "pytest_asyncops.settings",
    }
    foreign = {name.split(".")[0] for name in added} - sys.stdlib_module_names
    assert foreign == {"pytest_asyncops"}
    assert not HEAVY & added


def test_a_run_with_the_fixture_serves_without_validators(imported):
    names = imported(SERVED, "-p", "asyncops")
    assert {"requests", "responses", "time_machine", "pytest_asyncops.mocking"} <= names
    # (A YAML parser is there: the responses library imports one for itself.)
    unused = {
        *("jsonschema", "jsonschema_rs", "hypothesis"),
        "pytest_asyncops.contract.yaml_document",
    }
    assert names & unused == set()
    assert {name for name in own(names) if "conformance" in name} == set()


CLIENT_LIBRARIES = {"aiohttp", "httpx", "httpx2", "niquests", "requests", "responses", "urllib3"}


def test_a_client_library_that_nobody_imports_is_not_imported(imported):
    names = imported(UNSERVED, "-p", "asyncops")
    assert "pytest_asyncops.mocking" in names
    assert names & CLIENT_LIBRARIES == set()


def test_one_that_a_test_imports_is_served_from_then_on(imported):
    assert "import requests" not in SERVED_LATER.partition("def ")[0]
    assert {"requests", "responses"} <= imported(SERVED_LATER, "-p", "asyncops")


# --- the public names


@pytest.mark.parametrize("name", sorted({*pytest_asyncops.__all__} - {"faults", "strategies"}))
def test_a_public_name_is_found_where_it_lives(name):
    value = getattr(pytest_asyncops, name)
    assert value.__name__ == name
    home = importlib.import_module(value.__module__)
    assert getattr(home, name) is value
    assert name in dir(pytest_asyncops)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pytest_asyncops' has no attribute 'Stab'"):
        pytest_asyncops.Stab  # noqa: B018


def test_the_names_are_sorted_and_have_no_doubles():
    names = pytest_asyncops.__all__
    assert list(names) == sorted(set(names))
    assert dir(pytest_asyncops) == sorted(set(dir(pytest_asyncops)))


def test_importing_the_package_imports_nothing_else_of_it():
    code = "import sys, pytest_asyncops; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert own(set(answer.stdout.decode().split())) == {"pytest_asyncops"}


# What a program registers by being imported, it can hardly take back.
REGISTERS = """
import atexit, importlib, os, signal, sys, threading
seen = []

def noted(owner, name):
    real = getattr(owner, name)
    def note(*args, **kwargs):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.split(".")[0] == "pytest_asyncops":
            seen.append(f"{caller}: {name}")
        return real(*args, **kwargs)
    setattr(owner, name, note)

hooks = [(atexit, "register"), (signal, "signal"), (sys, "settrace"), (threading, "settrace")]
hooks += [(os, "register_at_fork")] if hasattr(os, "register_at_fork") else []
for hook in hooks:
    noted(*hook)
for name in sys.argv[1:]:
    importlib.import_module(f"pytest_asyncops.{name}")
from pytest_asyncops.forks import prepared_for_fork, renewed_at_fork
from pytest_asyncops.virtual_time.time_functions import perf_counter_hooks
assert (seen, list(prepared_for_fork), list(renewed_at_fork)) == ([], [], [])
assert perf_counter_hooks == {}
from pytest_asyncops import mocked
with mocked():
    assert list(renewed_at_fork) and perf_counter_hooks
    assert seen == ["pytest_asyncops.forks: register_at_fork"] * hasattr(os, "register_at_fork")
assert perf_counter_hooks == {}
"""


def test_what_is_imported_registers_nothing_and_a_mock_that_opens_does():
    modules = sorted(name for name in MODULES if name != "__init__")
    run = [sys.executable, "-c", REGISTERS, *modules]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
