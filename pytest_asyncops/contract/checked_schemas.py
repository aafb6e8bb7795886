"""The schemas of a contract that were asked for, checked with everything that they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from ..errors import hides_usage_errors
from .discriminators import find_branches
from .documents import Documents
from .schema_keywords import Schema, check_beside, check_schema, name_of, same_value
from .versions import Version

__tracebackhide__ = hides_usage_errors


class CheckedSchemas:
    """The schemas that were asked for, and those that they refer to, at any distance.

    Args:
        documents: the documents with them.
        version: the version of OpenAPI for which they are written.

    Attributes:
        pointers: the location of each schema, by the ``id()`` of its mapping.
        references: the schemas that were referred to, each by its ``$ref``.
        branches: the schema that each value of a discriminator's property chooses, by the ``id()``
            of the discriminator.
    """

    def __init__(self, documents: Documents, version: Version) -> None:
        self.pointers: dict[int, str] = {}
        self.references: dict[str, Schema] = {}
        self.branches: dict[int, Mapping[str, Schema]] = {}
        self._documents = documents
        self._version = version

    def check(self, location: str, named: Mapping[str, Schema]) -> None:
        """Check the schema at a location, and everything that it refers to.

        None of them is kept unless all are understood.

        Args:
            location: the location.
            named: the named schemas of the document.

        Raises:
            ContractError: if one is not understood, or leads back to itself for one value.
        """
        new = CheckedSchemas(self._documents, self._version)
        ahead = [location]
        while ahead:
            at = ahead.pop()
            schema = self._documents.at(at)
            if id(schema) not in self.pointers and id(schema) not in new.pointers:
                ahead += new.take(at, schema, named)
        new.refuse_loops()
        self.pointers.update(new.pointers)
        self.references.update(new.references)
        self.branches.update(new.branches)

    def take(self, location: str, schema: Schema, named: Mapping[str, Schema]) -> list[str]:
        """Check a schema and all below it, and return the locations that they refer to."""
        targets = []
        for at, inner in list(check_schema(self._documents, location, schema, self._version)):
            self.pointers[id(inner)] = at
            referred = [(inner["$ref"], f"{at}/$ref")] if "$ref" in inner else []
            if "discriminator" in inner:
                found = find_branches(self._documents, at, inner, named)
                referred += [(one.reference, one.said_at) for one in found]
                if found:
                    self.branches[id(inner["discriminator"])] = {
                        one.value: {"$ref": one.reference} for one in found
                    }
            for reference, said_at in referred:
                target = self._documents.target(reference, said_at)
                self.references[reference] = self._documents.at(target)
                targets.append(target)
            if "$ref" in inner:
                told = self.references[inner["$ref"]]
                check_beside(self._documents, at, inner, told, self._version)
        return targets

    def refuse_loops(self) -> None:
        """Refuse a schema that refers to itself for the same value, directly or through others."""
        leads_to = {one: list(same_value(schema)) for one, schema in self.references.items()}
        try:
            TopologicalSorter(leads_to).prepare()
        except CycleError as error:
            first = next(one for one in self.references if one in error.args[1])
            raise self._documents.error(
                f"{name_of(first)} refers to itself for the same value, without end",
                self._documents.target(first, ""),
            ) from None
