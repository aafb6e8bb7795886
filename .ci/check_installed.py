"""What an installed distribution must do; run outside the checkout, as a user's test file."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import sysconfig
import time
from pathlib import Path

import pytest
import requests

import pytest_asyncops
from pytest_asyncops import Lifecycle, assert_conforms

CHAINLOOP = {"Authorization": "Bearer token"}
PINECONE = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}


def test_it_is_the_installed_package():
    assert Path(sysconfig.get_path("purelib")) in Path(pytest_asyncops.__file__).parents
    assert importlib.metadata.version("pytest-asyncops") == pytest_asyncops.__version__


@pytest.mark.parametrize("name", ["chainloop.yaml", "pinecone_assistant.yaml"])
def test_the_contracts_are_there(name):
    contract = importlib.resources.files("pytest_asyncops.schemas") / name
    assert "\nopenapi: 3.0" in contract.read_text(encoding="utf-8")


def test_its_readme_has_no_link_to_a_file_beside_it():
    readme = importlib.metadata.metadata("pytest-asyncops")["Description"]
    assert "](#in-an-editor)" in readme
    assert "](docs/" not in readme


def test_types_are_there():
    assert (importlib.resources.files("pytest_asyncops") / "py.typed").is_file()


def test_chainloop(asyncops_mock):
    stub = asyncops_mock.chainloop
    started = stub.start(lifecycle=Lifecycle.succeeds(pending=2, running=30))
    url = f"{stub.base_url}/v1/operations/{started.id}"
    while True:
        answer = requests.get(url, headers=CHAINLOOP, timeout=30)
        assert_conforms(answer)
        if answer.json()["operation"]["status"] == "ASYNC_OPERATION_STATUS_COMPLETED":
            break
        time.sleep(5)
    assert asyncops_mock.clock.elapsed.total_seconds() == 35


def test_pinecone(asyncops_mock):
    stub = asyncops_mock.pinecone
    stub.start(assistant_name="docs", lifecycle=Lifecycle.fails("unsupported", running=1))
    asyncops_mock.clock.advance(1)
    answer = requests.get(f"{stub.base_url}/operations/docs", headers=PINECONE, timeout=30)
    assert_conforms(answer)
    [operation] = answer.json()["operations"]
    assert operation["error_message"] == "unsupported"


def test_a_broken_answer_is_found():
    with pytest.raises(pytest_asyncops.ConformanceError):
        assert_conforms({"operation": {"id": 7}}, api="chainloop", route="get")
