"""Finds the schema that a discriminator's property chooses (OpenAPI 3.0.3, 4.7.25)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from ..errors import ContractError, hides_usage_errors, unknown_choice
from .documents import file_of, from_folder
from .pointers import escape, unescape
from .schema_keywords import Schema, refer

__tracebackhide__ = hides_usage_errors


class Branch(NamedTuple):
    """The choice of one value of a discriminator's property.

    Attributes:
        value: the value.
        reference: the reference to the chosen schema.
        said_at: the location that says so.
    """

    value: str
    reference: str
    said_at: str


class Source(Protocol):
    """A source of schemas."""

    def error(self, message: str, location: str, /) -> ContractError:
        """An error at a location."""


def alternatives_of(schema: Schema) -> str | None:
    """The keyword with the schemas from which a discriminator chooses.

    ``None`` if it chooses from the schemas that have this one in their ``allOf``.
    """
    return next((keyword for keyword in ("oneOf", "anyOf") if keyword in schema), None)


def find_branches(
    source: Source, location: str, schema: Schema, named: Mapping[str, Schema]
) -> list[Branch]:
    """The branches of a schema with a discriminator; none if there is nothing to choose from.

    The names in ``mapping`` come first. A schema that is not in it has its own name.

    Args:
        source: where the schema is from.
        location: the schema's place in it.
        schema: the schema.
        named: the named schemas of the document.

    Raises:
        ContractError: for a discriminator that is not understood.
    """
    at = f"{location}/discriminator"
    _check(source, at, schema["discriminator"])
    branches = [
        _mapped(source, f"{at}/mapping/{escape(value)}", value, target, named)
        for value, target in schema["discriminator"].get("mapping", {}).items()
    ]
    values = {branch.value for branch in branches}
    mapped = {branch.reference for branch in branches}
    for reference in _choices(location, schema, named, is_mapped=bool(branches)):
        value = _own_name(reference)
        if value not in values and reference not in mapped:
            values.add(value)
            branches.append(Branch(value, reference, at))
    return branches


def _check(source: Source, at: str, discriminator: Schema) -> None:
    name = discriminator.get("propertyName")
    if not isinstance(name, str):
        raise source.error(
            f"a discriminator must have the name of a property as its propertyName, not {name!r}",
            at,
        )
    mapping = discriminator.get("mapping", {})
    if not isinstance(mapping, dict):
        raise source.error(f"{mapping!r} cannot be the mapping of a discriminator", f"{at}/mapping")


def _mapped(
    source: Source, at: str, value: str, target: object, named: Mapping[str, Schema]
) -> Branch:
    """The branch of a value that is mapped to the name of a schema, or to a reference."""
    if not isinstance(target, str):
        raise source.error(f"this must be the name of a schema or a reference, not {target!r}", at)
    if target in named:
        return Branch(value, refer(target)["$ref"], at)
    if not set(target) & set("#/."):
        raise source.error(str(unknown_choice("schema", target, named)), at)
    file = file_of(at)
    return Branch(value, from_folder(target, file) if file else target, at)


def _choices(
    location: str, schema: Schema, named: Mapping[str, Schema], *, is_mapped: bool
) -> Iterator[str]:
    """The references to the schemas from which a discriminator chooses, mapped or not."""
    keyword = alternatives_of(schema)
    if keyword is not None:  # inline schemas have no names
        yield from (one["$ref"] for one in schema[keyword] if "$ref" in one)
        return
    itself = location if file_of(location) else f"#{location}"
    heirs = list(_heirs(itself, named))
    if heirs and not is_mapped:
        yield itself
    yield from heirs


def _heirs(reference: str, named: Mapping[str, Schema]) -> Iterator[str]:
    """The named schemas that have a schema in their ``allOf``, directly or through others."""
    ahead, met = [reference], {reference}
    while ahead:
        one = ahead.pop(0)
        for name, schema in named.items():
            heir = refer(name)["$ref"]
            parts = schema.get("allOf", ()) if isinstance(schema, dict) else ()
            if heir not in met and {"$ref": one} in [_only_reference(part) for part in parts]:
                met.add(heir)
                ahead.append(heir)
                yield heir


def _only_reference(schema: object) -> object:
    return {"$ref": schema["$ref"]} if isinstance(schema, dict) and "$ref" in schema else None


def _own_name(reference: str) -> str:
    """The name of a schema that is not mapped: the last part of the reference to it."""
    file, _, pointer = reference.partition("#")
    if pointer.strip("/"):
        return unescape(pointer.rpartition("/")[2])
    return posixpath.splitext(posixpath.basename(file))[0]
