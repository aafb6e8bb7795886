"""A published contract: an OpenAPI 3.0 document, checked once, and looked up by route and status.

Every keyword of every schema is one that the package understands. One that is not is an error
here, because a keyword that were skipped would make conformance mean less than it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from .document import Document, escape, read_document
from .errors import ContractError, hides_usage_errors, listed

__tracebackhide__ = hides_usage_errors

Schema = Mapping[str, Any]

TYPES = ("array", "boolean", "integer", "number", "object", "string")

FORMATS: Mapping[str, tuple[str, ...]] = {
    "int32": ("integer",),
    "int64": ("integer",),
    "float": ("number",),
    "double": ("number",),
    "byte": ("string",),
    "binary": ("string",),
    "date": ("string",),
    "date-time": ("string",),
    "password": ("string",),
    "uuid": ("string",),
}
"""The formats that are understood, and the types that they belong to (OpenAPI 3.0.3, 4.4)."""

_IS_NUMBER = (int, float)

_VALUES: Mapping[str, type | tuple[type, ...]] = {
    "type": str,
    "format": str,
    "pattern": str,
    "$ref": str,
    "enum": list,
    "x-enum": list,
    "required": list,
    "minimum": _IS_NUMBER,
    "maximum": _IS_NUMBER,
    "multipleOf": _IS_NUMBER,
    "exclusiveMinimum": bool,
    "exclusiveMaximum": bool,
    "uniqueItems": bool,
    "nullable": bool,
    "minLength": int,
    "maxLength": int,
    "minItems": int,
    "maxItems": int,
    "minProperties": int,
    "maxProperties": int,
    "properties": dict,
    "items": dict,
    "additionalProperties": (dict, bool),
    "allOf": list,
    "anyOf": list,
    "oneOf": list,
    "not": dict,
}
"""The keywords that constrain a value, and the type of what stands behind each."""

_NOTES = frozenset(
    {
        "title",
        "description",
        "default",
        "example",
        "deprecated",
        "externalDocs",
        "readOnly",
        "writeOnly",
    }
)
"""The keywords that constrain nothing. (Which side may write a field is not the wire's.)"""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, eq=False)
class Contract:
    """An OpenAPI 3.0 document whose schemas are all understood.

    Attributes:
        document: the document.
        pointers: where each schema stands, by the ``id()`` of its mapping.
    """

    document: Document
    pointers: dict[int, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        version = self._object("").get("openapi")
        if not isinstance(version, str) or not version.startswith("3.0."):
            raise self.document.error(
                f"this is no OpenAPI 3.0 document: openapi is {version!r}", "/openapi"
            )
        for name in self.schemas:
            self._check(f"/components/schemas/{escape(name)}")
        for pointer in self._media_types():
            self._check(f"{pointer}/schema")

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
            name = part.replace("~1", "/").replace("~0", "~")
            try:
                value = value[int(name)] if isinstance(value, list) else value[name]
            except (KeyError, IndexError, ValueError, TypeError):
                raise self.document.error(f"there is nothing at #{pointer}", pointer) from None
        return value

    def resolved(self, schema: Schema) -> Schema:
        """The schema, or what it refers to."""
        while "$ref" in schema:
            schema = self.at(schema["$ref"][1:])
        return schema

    def statuses(self, method: str, path: str) -> Mapping[str, str]:
        """The responses of an operation: status, or ``default``, to the response's pointer."""
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

    def sites(self, schema: Schema) -> Mapping[str, list[tuple[str, ...]]]:
        """Where in a value of this schema the named schemas apply.

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
            name = schema["$ref"].rpartition("/")[2]
            if name in within:  # a schema that contains itself
                return
            found.setdefault(name, []).append(path)
            self._visit(self.at(schema["$ref"][1:]), path, (*within, name), found)
            return
        for name, inner in schema.get("properties", {}).items():
            self._visit(inner, (*path, name), within, found)
        if "items" in schema:
            self._visit(schema["items"], (*path, "*"), within, found)
        for inner in schema.get("allOf", []):
            self._visit(inner, path, within, found)

    def _object(self, pointer: str) -> Mapping[str, Any]:
        """The mapping at a pointer, an empty one if nothing is there."""
        value = self.document.root
        for part in pointer.split("/")[1:]:
            value = value.get(part.replace("~1", "/").replace("~0", "~"), {})
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

    def _check(self, pointer: str) -> None:
        """Check a schema and all below it, and note where each stands."""
        schema = self.at(pointer)
        error = self.document.error
        if not isinstance(schema, dict):
            raise error(f"a schema must be a mapping, not {schema!r}", pointer)
        self.pointers[id(schema)] = pointer
        for keyword, value in schema.items():
            at = f"{pointer}/{escape(keyword)}"
            if keyword in _NOTES:
                continue
            if keyword not in _VALUES:
                raise error(
                    f"the keyword {keyword!r} is not understood; understood are "
                    f"{listed(sorted({*_VALUES, *_NOTES}))}",
                    at,
                )
            if not _can_be(keyword, value):
                raise error(f"{value!r} cannot be the value of {keyword}", at)
        if "$ref" in schema:
            self._check_reference(schema, pointer)
        self._check_words(schema, pointer)
        for keyword in ("items", "not", "additionalProperties"):
            if isinstance(schema.get(keyword), dict):
                self._check(f"{pointer}/{keyword}")
        for keyword in ("allOf", "anyOf", "oneOf"):
            for index in range(len(schema.get(keyword, []))):
                self._check(f"{pointer}/{keyword}/{index}")
        for name in schema.get("properties", {}):
            self._check(f"{pointer}/properties/{escape(name)}")

    def _check_reference(self, schema: Schema, pointer: str) -> None:
        reference = schema["$ref"]
        if len(schema) > 1:
            others = listed(repr(name) for name in schema if name != "$ref")
            raise self.document.error(
                f"beside a $ref nothing counts in OpenAPI 3.0, so {others} would be skipped",
                pointer,
            )
        if not reference.startswith("#/components/schemas/"):
            raise self.document.error(
                f"only references to #/components/schemas/ are followed, not {reference!r}",
                f"{pointer}/$ref",
            )
        name = reference.removeprefix("#/components/schemas/")
        if name.replace("~1", "/").replace("~0", "~") not in self.schemas:
            raise self.document.error(f"there is nothing at {reference}", f"{pointer}/$ref")

    def _check_words(self, schema: Schema, pointer: str) -> None:
        kind, form = schema.get("type"), schema.get("format")
        if kind is not None and kind not in TYPES:
            raise self.document.error(
                f"the type {kind!r} is not one of OpenAPI 3.0's: {listed(TYPES)}", f"{pointer}/type"
            )
        if form is not None and kind not in FORMATS.get(form, ()):
            raise self.document.error(
                f"the format {form!r} is not understood with type {kind!r}; understood are "
                f"{listed(FORMATS)}",
                f"{pointer}/format",
            )
        if "nullable" in schema and kind is None:
            raise self.document.error(
                "nullable counts only beside a type (OpenAPI 3.0.3, 4.7.24)", f"{pointer}/nullable"
            )
        if "pattern" in schema:
            try:
                pattern(schema["pattern"])
            except re.error as trouble:
                raise self.document.error(
                    f"this is no regular expression: {trouble}", f"{pointer}/pattern"
                ) from None


def _can_be(keyword: str, value: Any) -> bool:
    """Whether this can be a keyword's value."""
    kind = _VALUES[keyword]
    is_bool = isinstance(value, bool)
    is_kind = isinstance(value, kind) and not (is_bool and kind in (int, _IS_NUMBER))
    if not is_kind:
        return False
    if keyword == "required":
        return all(isinstance(name, str) for name in value)
    if keyword == "multipleOf":
        return value > 0  # type: ignore[no-any-return]  # a number
    return kind is not int or value >= 0


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    r"""An OpenAPI pattern, which is ECMA-262's, as Python's.

    ECMA's ``$`` matches at the very end and nowhere else, while Python's also matches before a
    line feed there; and ECMA's ``\d`` and ``\w`` are ASCII.

    >>> pattern("^a$").search("a\n") is None
    True
    """
    pieces = re.findall(r"\\.|\[(?:\\.|[^\]\\])*\]|.", text, re.DOTALL)
    return re.compile("".join(r"\Z" if piece == "$" else piece for piece in pieces), re.ASCII)


@lru_cache(maxsize=64)
def load_contract(name: str) -> Contract:
    """The contract of this name in the package's ``schemas``, or at this path.

    Raises:
        ContractError: if it cannot be read or understood.
    """
    path = Path(name)
    if path.name == name:
        place, label = files(f"{__package__}.schemas") / name, f"schemas/{name}"
        advice = f"A bare name is one of the package's own; for a file of yours write './{name}'."
    else:
        place, label = path, name
        advice = "Give the path to a YAML file."
    try:
        content = place.read_bytes()
    except OSError as error:
        raise ContractError(
            f"the contract cannot be read: {error.strerror}. {advice}", file=label
        ) from None
    return Contract(read_document(content, label))
