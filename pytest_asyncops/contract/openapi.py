"""An OpenAPI 3.0 document, looked up by route and status. The parts in use must be understood."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ContractError, InvalidArgument, hides_usage_errors
from .checked_schemas import CheckedSchemas
from .document_files import document_of, state_of
from .documents import Documents
from .formats import is_checked
from .pointers import escape
from .schema_keywords import Schema
from .versions import Version, version_of
from .yaml_document import Document

__tracebackhide__ = hides_usage_errors

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The methods of OpenAPI, as it writes them."""

Place = tuple[str | int, ...]
"""A place in a payload: member names and indexes."""


class Contract:
    """An OpenAPI 3.0 document.

    A schema is checked when it is asked for, with everything that it refers to; other parts of the
    document need not be understood. Values have locations, as `Documents` explains.

    Args:
        document: the document.
        path: the file from which it was read; without it, it cannot refer to other files.

    Raises:
        ContractError: for a document that is not OpenAPI 3.0.

    Attributes:
        document: the document.
        pointers: the location of each schema that was asked for, by the ``id()`` of its mapping.
        references: the schemas to which those refer, each by its ``$ref``.
    """

    def __init__(self, document: Document, path: str | None = None) -> None:
        self.document: Document = document
        self._path = path
        self._documents = Documents(document, path)
        self.version: Version = version_of(document.root, document.error)
        self._checked = CheckedSchemas(self._documents, self.version)
        self.pointers: Mapping[int, str] = self._checked.pointers
        self.references: Mapping[str, Schema] = self._checked.references
        self._object("/paths")
        self._object("/components/schemas")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Contract:
        """Read an OpenAPI document.

        It is read once, and again when its file has changed. Its parts, such as a response or a
        schema, are checked when they are needed. The others need not be understood.

        Args:
            path: the path to a YAML or JSON file; a relative one starts at the current directory.

        Raises:
            ContractError: if it cannot be read, or is not OpenAPI 3.0 or 3.1.
            InvalidArgument: for anything but a path.

        >>> from importlib.resources import files
        >>> from pytest_asyncops import Contract
        >>> contract = Contract.load(files("pytest_asyncops.schemas") / "chainloop.yaml")
        >>> contract.unchecked_formats()
        {}
        """
        if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
            raise InvalidArgument(
                f"path must be the path to an OpenAPI document, not {path!r}", value=path
            )
        name = os.fspath(path)
        return load_contract(name if os.path.dirname(name) else os.path.join(os.curdir, name))

    def __repr__(self) -> str:
        if self._path is None:
            return f"<Contract {self.document.file}>"
        told = self.document.file
        path = told if os.path.abspath(told) == self._path else self._path
        return f"Contract.load({path!r})"

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The named schemas. To use one, ask for it by `schema`, which checks it."""
        return self._object("/components/schemas")

    def at(self, location: str) -> Any:
        """The value at a location.

        Raises:
            ContractError: if there is none.
        """
        return self._documents.at(location)

    def mapping(self, location: str) -> Mapping[str, Any]:
        """The mapping at a location; an empty one for null.

        Raises:
            ContractError: if there is something else, or nothing.
        """
        value = self.at(location)
        if value is not None and not isinstance(value, dict):
            raise self.error(f"this must be a mapping, not {value!r}", location)
        return value or {}

    def follow(self, location: str) -> str:
        """Where the references that begin at a location lead; the location if there are none.

        Raises:
            ContractError: if they lead nowhere, or back to themselves.
        """
        return self._documents.follow(location)

    def place(self, location: str) -> str:
        """File, line and pointer of a location."""
        return self._documents.place(location)

    def error(self, message: str, location: str) -> ContractError:
        """An error at a location."""
        return self._documents.error(message, location)

    def schema(self, location: str) -> Schema:
        """The schema at a location. It is understood, and so is everything that it refers to.

        Raises:
            ContractError: if it is not, or if there is none.
        """
        schema: Schema = self.at(location)
        if id(schema) not in self.pointers:
            self._checked.check(location, self.schemas)
        return schema

    def with_schema(self, schema: Schema) -> tuple[Contract, Schema]:
        """This contract with a schema that is not part of it, and the reference to that schema.

        References in the schema lead into the contract. In messages its name is ``schema``.
        """
        contract = Contract(self.document, self._path)
        return contract, {
            "$ref": contract._documents.add("schema", Document("schema", schema, {"": 1}))
        }

    def resolved(self, schema: Schema) -> Schema:
        """The schema, or what it refers to."""
        while "$ref" in schema:
            schema = self.referred(schema["$ref"])
        return schema

    def referred(self, reference: str) -> Schema:
        """The schema that a reference refers to.

        Raises:
            ContractError: if there is none, or if it is not understood.
        """
        if reference not in self.references:
            return self.schema(self._documents.target(reference, ""))
        return self.references[reference]

    def branches(self, schema: Schema) -> Mapping[str, Schema] | None:
        """The schema that each value of the property of a discriminator chooses.

        Each is a reference: `name_of` returns its name, and `resolved` what it refers to. They are
        chosen from the schemas in ``oneOf`` or ``anyOf``; if there are none, from those that have
        this schema in their ``allOf``, and this schema itself.

        Args:
            schema: a schema that was asked for, or one with the same discriminator.

        Returns:
            The schemas by the values; ``None`` without a discriminator, or if it has nothing
            to choose from.
        """
        return self._checked.branches.get(id(schema.get("discriminator")))

    def statuses(self, method: str, path: str) -> Mapping[str, str]:
        """The documented responses of an operation: status, or ``default``, to location."""
        operation = f"{self.follow(f'/paths/{escape(path)}')}/{method.lower()}"
        at = f"{operation}/responses"
        return {
            status: self.follow(f"{at}/{escape(status)}")
            for status in self.at(at)
            if not status.startswith("x-")
        }

    def response(self, method: str, path: str, status_code: int) -> str | None:
        """The location of an operation's response with this status, ``None`` if undocumented."""
        documented = self.statuses(method, path)
        for status in (str(status_code), f"{status_code // 100}XX", "default"):
            if status in documented:
                return documented[status]
        return None

    def content(self, response: str) -> Mapping[str, str]:
        """The documented content types of a response: each with the location of its media type."""
        at = f"{response}/content"
        return {kind: f"{at}/{escape(kind)}" for kind in self.at(response).get("content", ())}

    def body(self, response: str) -> str | None:
        """The location of a response's JSON schema, ``None`` if it has no body of JSON."""
        found = self.content(response).get("application/json")
        return None if found is None else f"{found}/schema"

    def unchecked_formats(self) -> dict[str, list[str]]:
        """The formats that are not checked, each with the places that name it.

        They are annotations: formats without a pattern, formats that are not in the registry, and
        formats of another type than that of their schema. All named schemas are searched, and those
        of all responses, except for those that are not understood.

        Returns:
            The places by format, as file, line and JSON pointer.
        """
        for location in self._documented():
            with suppress(ContractError):
                self.schema(location)
        found: dict[str, list[str]] = {}
        for location in self.pointers.values():
            schema = self.at(location)
            form = schema.get("format")
            if form is not None and not is_checked(form, schema.get("type")):
                found.setdefault(form, []).append(self.place(f"{location}/format"))
        return {form: sorted(found[form]) for form in sorted(found)}

    def _documented(self) -> Iterator[str]:
        """The locations of the named schemas, and of those of all responses."""
        yield from (f"/components/schemas/{escape(name)}" for name in self.schemas)
        for path in self._object("/paths"):
            for method in METHODS:
                with suppress(ContractError):  # also those that the path does not have
                    for response in self.statuses(method, path).values():
                        for media in self.content(response).values():
                            if "schema" in self.at(media):
                                yield f"{media}/schema"

    def required(self, schema: Schema) -> list[str]:
        """The members that a response must have, without those that only requests have."""
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
        """The schema of the body of a response, ``None`` if none is documented."""
        response = self.response(method, path, status_code)
        location = None if response is None else self.body(response)
        return None if location is None else self.schema(location)

    def _object(self, location: str) -> Mapping[str, Any]:
        """The mapping at a location of the document, an empty mapping if there is nothing."""
        value = self.document.root
        for part in location.split("/")[1:]:
            value = value.get(part, {})
            if not isinstance(value, dict):
                break
        if not isinstance(value, dict):
            raise self.error(f"this must be a mapping, not {value!r}", location)
        return value


def load_contract(name: str, directory: str = "") -> Contract:
    """The contract of this name in the package's ``schemas``, or at this path.

    A document is read again once its file has changed.

    Args:
        name: the name or path.
        directory: where a relative path starts; by default the current directory.

    Raises:
        ContractError: if it cannot be read or is not OpenAPI.
    """
    if Path(name).name == name:
        return _load(name, None)
    path = os.path.abspath(os.path.join(directory, name))
    return _load(name, path, state_of(path))


@lru_cache(maxsize=64)
def _load(name: str, path: str | None, state: tuple[int, int] | None = None) -> Contract:
    return Contract(document_of(name, path), path)
