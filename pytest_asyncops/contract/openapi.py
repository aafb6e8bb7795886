"""An OpenAPI 3.0 document, checked when it is loaded, looked up by route and status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..errors import ContractError, hides_usage_errors
from .schema_keywords import REFERENCE, Schema, check_schema, same_value
from .yaml_document import Document, escape, read_document, unescape

__tracebackhide__ = hides_usage_errors

Place = tuple[str | int, ...]
"""A place in a payload: member names and indexes."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, eq=False)
class Contract:
    """An OpenAPI 3.0 document whose schemas are all understood.

    Attributes:
        document: the document.
        pointers: the JSON pointer of each schema, by the ``id()`` of its mapping.
        references: the named schemas, each by what ``$ref`` says to refer to it.
    """

    document: Document
    pointers: dict[int, str] = field(default_factory=dict, repr=False)
    references: dict[str, Schema] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        version = self._object("").get("openapi")
        if not isinstance(version, str) or not version.startswith("3.0."):
            raise self.document.error(
                f"this is not an OpenAPI 3.0 document: openapi is {version!r}", "/openapi"
            )
        named = (f"/components/schemas/{escape(name)}" for name in self.schemas)
        bodies = (f"{pointer}/schema" for pointer in self._media_types())
        for pointer in (*named, *bodies):
            checked = check_schema(self.document, pointer, self.at(pointer), self.schemas)
            self.pointers.update((id(schema), at) for at, schema in checked)
        self.references.update(
            (f"{REFERENCE}{escape(name)}", schema) for name, schema in self.schemas.items()
        )
        self._check_loops()

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The named schemas."""
        return self._object("/components/schemas")

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer.

        Raises:
            ContractError: if there is none.
        """
        value = self.document.root
        for part in pointer.split("/")[1:]:
            name = unescape(part)
            try:
                value = value[int(name)] if isinstance(value, list) else value[name]
            except (KeyError, IndexError, ValueError, TypeError):
                raise self.document.error(f"there is nothing at #{pointer}", pointer) from None
        return value

    def resolved(self, schema: Schema) -> Schema:
        """The schema, or what it refers to."""
        while "$ref" in schema:
            schema = self._referred(schema["$ref"])
        return schema

    def _referred(self, reference: str) -> Schema:
        # All that a contract refers to is known by name; others have their error from `at`.
        schema: Schema = self.references.get(reference) or self.at(reference[1:])
        return schema

    def statuses(self, method: str, path: str) -> Mapping[str, str]:
        """The documented responses of an operation: status, or ``default``, to pointer."""
        at = f"/paths/{escape(path)}/{method.lower()}/responses"
        return {status: f"{at}/{status}" for status in self.at(at)}

    def response(self, method: str, path: str, status_code: int) -> str | None:
        """The pointer of an operation's response with this status, ``None`` if undocumented."""
        documented = self.statuses(method, path)
        for status in (str(status_code), f"{status_code // 100}XX", "default"):
            if status in documented:
                return documented[status]
        return None

    def body(self, response: str) -> str | None:
        """The pointer of a response's JSON schema, ``None`` if it has no body."""
        content = self.at(response).get("content")
        return f"{response}/content/application~1json/schema" if content else None

    def required(self, schema: Schema) -> list[str]:
        """The members that a response has to have: those that only requests have are not needed."""
        members = schema.get("properties", {})
        return [
            name
            for name in schema.get("required", ())
            if name not in members or not self.is_write_only(members[name])
        ]

    def is_write_only(self, schema: Schema) -> bool:
        """Whether a member of this schema is for requests only (OpenAPI 3.0.3, 4.7.24.2)."""
        schema = self.resolved(schema)
        return schema.get("writeOnly") is True or any(
            map(self.is_write_only, schema.get("allOf", ()))
        )

    def response_schema(self, method: str, path: str, status_code: int) -> Schema | None:
        """The schema of the body of a response, ``None`` where none is documented."""
        response = self.response(method, path, status_code)
        pointer = None if response is None else self.body(response)
        schema: Schema | None = None if pointer is None else self.at(pointer)
        return schema

    def schema_paths(self, schema: Schema) -> Mapping[str, list[tuple[str, ...]]]:
        """The paths in a value of this schema to which the named schemas apply.

        Paths are made of member names, and ``*`` for every item of a list.
        """
        found: dict[str, list[tuple[str, ...]]] = {}
        self._visit(schema, (), (), found)
        for name, named in self.schemas.items():
            if named is schema:
                found.setdefault(name, []).append(())
        return found

    def _visit(
        self,
        schema: Schema,
        path: tuple[str, ...],
        within: tuple[str, ...],
        found: dict[str, list[tuple[str, ...]]],
    ) -> None:
        if "$ref" in schema:
            name = unescape(schema["$ref"].removeprefix(REFERENCE))
            if name in within:  # a schema that contains itself
                return
            found.setdefault(name, []).append(path)
            self._visit(self._referred(schema["$ref"]), path, (*within, name), found)
            return
        for name, inner in schema.get("properties", {}).items():
            self._visit(inner, (*path, name), within, found)
        if "items" in schema:
            self._visit(schema["items"], (*path, "*"), within, found)
        for inner in schema.get("allOf", []):
            self._visit(inner, path, within, found)

    def _check_loops(self) -> None:
        """Refuse a schema that refers back to itself for the same value, directly or by others."""
        leads_to = {name: set(same_value(schema)) for name, schema in self.schemas.items()}
        for name in self.schemas:
            reached: set[str] = set()
            ahead = {name}
            while ahead:
                ahead = {further for near in ahead for further in leads_to[near]} - reached
                reached |= ahead
            if name in reached:
                raise self.document.error(
                    f"{name} refers back to itself for one and the same value, without end",
                    f"/components/schemas/{escape(name)}",
                )

    def _object(self, pointer: str) -> Mapping[str, Any]:
        """The mapping at a pointer, an empty mapping if nothing is there."""
        value = self.document.root
        for part in pointer.split("/")[1:]:
            value = value.get(unescape(part), {})
            if not isinstance(value, dict):
                break
        if not isinstance(value, dict):
            raise self.document.error(f"here must be a mapping, not {value!r}", pointer)
        return value

    def _media_types(self) -> Iterator[str]:
        for path in self._object("/paths"):
            item = f"/paths/{escape(path)}"
            for method in self._object(item):
                if method not in _METHODS:
                    continue
                for status in self._object(f"{item}/{method}/responses"):
                    at = f"{item}/{method}/responses/{status}"
                    if "$ref" in self._object(at):
                        raise self.document.error("a response cannot be a $ref; write it out", at)
                    for media_type in self._object(f"{at}/content"):
                        if media_type != "application/json":
                            raise self.document.error(
                                f"the content type {media_type!r} is not understood, only "
                                "application/json is",
                                f"{at}/content/{escape(media_type)}",
                            )
                        yield f"{at}/content/application~1json"


def load_contract(name: str, directory: str = "") -> Contract:
    """The contract of this name in the package's ``schemas``, or at this path.

    Args:
        name: the name or path.
        directory: what a relative path counts from, unless it is the current directory.

    Raises:
        ContractError: if it cannot be read or understood.
    """
    is_own = Path(name).name == name
    return _load(name, None if is_own else os.path.abspath(os.path.join(directory, name)))


@lru_cache(maxsize=64)
def _load(name: str, path: str | None) -> Contract:
    if path is None:
        place, label = files("pytest_asyncops.schemas") / name, f"schemas/{name}"
        advice = f"A bare name is one of the package's own; for a file of yours write './{name}'."
    else:
        place, label = Path(path), name
        advice = "Give the path to a YAML file."
    try:
        content = place.read_bytes()
    except OSError as error:
        raise ContractError(
            f"the contract cannot be read: {error.strerror}. {advice}", file=label
        ) from None
    return Contract(read_document(content, label))
