"""A document is read from its file, and messages call the file as its user does."""

from __future__ import annotations

import errno
import os

import pytest

from pytest_asyncops import ContractError
from pytest_asyncops.contract.document_files import document_of, state_of


def test_the_packages_own_documents_are_found_by_name():
    found = document_of("chainloop.yaml", None)
    assert found.file == "pytest_asyncops/schemas/chainloop.yaml"
    assert found.root["openapi"].startswith("3.0.")


def test_a_document_of_ones_own_is_called_as_it_was_named(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("openapi: 3.0.3\n")
    found = document_of("./own.yaml", str(path))
    assert (found.file, found.root) == ("./own.yaml", {"openapi": "3.0.3"})


def test_the_state_of_a_file_tells_whether_it_has_changed(tmp_path):
    path = tmp_path / "own.yaml"
    assert state_of(str(path)) is None
    path.write_text("a: 1\n")
    first = state_of(str(path))
    assert first is not None
    assert state_of(str(path)) == first
    path.write_text("a: 10\n")
    longer = state_of(str(path))
    assert longer != first
    os.utime(path, ns=(0, 0))
    assert state_of(str(path)) not in (first, longer)


@pytest.mark.parametrize(
    ("name", "label", "reason", "advice"),
    [
        (
            "nothing.yaml",
            "pytest_asyncops/schemas/nothing.yaml",
            errno.ENOENT,
            "A bare name is one of the package's own; for a file of yours write './nothing.yaml'.",
        ),
        (
            "./nothing.yaml",
            "./nothing.yaml",
            errno.ENOENT,
            "Give the path to a YAML or JSON file.",
        ),
        ("./", "./", errno.EISDIR, "Give the path to a YAML or JSON file."),
    ],
)
def test_a_file_that_cannot_be_read(name, label, reason, advice):
    with pytest.raises(ContractError) as caught:
        document_of(name, name if "/" in name else None)
    assert str(caught.value) == (
        f"{label}: the contract cannot be read: {os.strerror(reason)}. {advice}"
    )
    assert caught.value.line is None
