"""The seed file: what the server begins with. Errors in it are reported with their line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..contract.yaml_document import Document, read_content, read_document
from ..errors import InvalidArgument, hides_usage_errors, listed, unknown_choice
from ..serving.stub import Stub
from .lifecycles import lifecycle_of

__tracebackhide__ = hides_usage_errors


def read_seed(path: str) -> Document:
    """The seed file at this path.

    Raises:
        OSError: if it cannot be read.
        ContractError: if it is not valid YAML.
    """
    with open(path, "rb") as file:
        return read_document(read_content(file), path)


def sow(seed: Document, stubs: Mapping[str, Stub]) -> None:
    """Start and set what a seed file lists.

    Args:
        seed: the file.
        stubs: the stubs by the name of their API.

    Raises:
        ContractError: for a mistake, with its line.
    """
    sections: dict[str, Callable[[Any, Mapping[str, Stub]], object]] = {
        "operations": start,
        "plans": _plan,
        "parents": _add_parent,
    }
    root = seed.root
    if not isinstance(root, Mapping):
        raise seed.error(f"a seed file is a mapping with {listed(sections)}", "")
    for name, entries in root.items():
        if name not in sections:
            raise seed.error(str(unknown_choice("section", name, sections)), f"/{name}")
        if not isinstance(entries, list):
            raise seed.error(f"{name} must be a list", f"/{name}")
        for index, entry in enumerate(entries):
            pointer = f"/{name}/{index}"
            if not isinstance(entry, Mapping):
                raise seed.error(f"this must be a mapping, not {entry!r}", pointer)
            known = dict(entry)
            try:
                if "lifecycle" in known:
                    pointer += "/lifecycle"
                    known["lifecycle"] = lifecycle_of(known["lifecycle"])
                    pointer = f"/{name}/{index}"
                sections[name](known, stubs)
            except InvalidArgument as error:
                raise seed.error(str(error), _closer(pointer, entry, error)) from None


def _closer(pointer: str, entry: Mapping[str, Any], error: InvalidArgument) -> str:
    """The pointer of the member that has an error, or else this pointer."""
    found = (name for name, value in entry.items() if error.value in (name, value))
    name = next(found, None)
    return pointer if name is None else f"{pointer}/{name}"


def stub_of(entry: dict[str, Any], stubs: Mapping[str, Stub]) -> Stub:
    """The stub of an entry; its name is removed from the entry.

    Raises:
        InvalidArgument: if there is none.
    """
    name = entry.pop("api", None)
    if name is None and len(stubs) == 1:
        return next(iter(stubs.values()))
    if not isinstance(name, str) or name not in stubs:
        raise unknown_choice("api", name, stubs)
    return stubs[name]


def start(entry: dict[str, Any], stubs: Mapping[str, Stub]) -> list[str]:
    """Start operations; returns their ids.

    Args:
        entry: ``api``, ``lifecycle``, ``count``, ``id`` and the fields of the API.
        stubs: the stubs by the name of their API.

    Raises:
        InvalidArgument: as `Stub.start_many`.
    """
    stub = stub_of(entry, stubs)
    count = entry.pop("count", 1)
    if "lifecycle" in entry:
        entry["lifecycle"] = lifecycle_of(entry["lifecycle"])
    if count == 1:
        return [stub.start(**entry).id]
    return [operation.id for operation in stub.start_many(count, **entry)]


def _plan(entry: dict[str, Any], stubs: Mapping[str, Stub]) -> None:
    stub = stub_of(entry, stubs)
    stub.plan(lifecycle_of(entry.pop("lifecycle", "succeeds")), **entry)


def _add_parent(entry: dict[str, Any], stubs: Mapping[str, Stub]) -> None:
    stub = stub_of(entry, stubs)
    for name in entry:
        if name != "name":
            raise unknown_choice("name", name, ["api", "name"])
    stub.add_parent(entry.get("name", ""))
