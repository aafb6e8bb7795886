"""The versions of OpenAPI, and what each says otherwise than 3.0, which is the one that is read.

OpenAPI 3.1 is read as far as it says the same. Its schemas are those of JSON Schema 2020-12; what
only these have, or mean in another way, is an error once it is asked for. To read it whole takes a
check of schemas, strategies and validators for that dialect, each chosen by the `Version` of a
contract; jsonschema and jsonschema-rs have the validators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import ContractError, hides_usage_errors

__tracebackhide__ = hides_usage_errors


class Version(NamedTuple):
    """A version of OpenAPI.

    Attributes:
        name: its first two numbers.
        differs: the keywords of a schema with which it says what 3.0 does not, or otherwise.
        has_boolean_schemas: whether ``true`` and ``false`` are schemas.
        has_beside_references: whether constraints beside ``$ref`` count.
        has_integral_floats: whether 1.0 is an integer.
    """

    name: str
    differs: Callable[[Mapping[str, Any]], Iterator[str]]
    has_boolean_schemas: bool = False
    has_beside_references: bool = False
    has_integral_floats: bool = False


_ONLY_NEW = frozenset(
    {
        "$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$schema", "$vocabulary", "const",
        "contains", "contentSchema", "dependentRequired", "dependentSchemas", "else", "if",
        "maxContains", "minContains", "patternProperties", "prefixItems", "propertyNames", "then",
        "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip


def _differs_in_3_1(schema: Mapping[str, Any]) -> Iterator[str]:
    for keyword, value in schema.items():
        is_new_value = (
            (keyword == "type" and (isinstance(value, list) or value == "null"))
            or keyword in ("exclusiveMinimum", "exclusiveMaximum")  # numbers
            or (keyword == "nullable" and value is True)  # which means nothing
            or (keyword in ("items", "not") and isinstance(value, bool))
        )
        if is_new_value or keyword in _ONLY_NEW:
            yield keyword


VERSIONS: Mapping[str, Version] = {
    "3.0": Version("3.0", lambda schema: iter(())),
    "3.1": Version(
        "3.1",
        _differs_in_3_1,
        has_boolean_schemas=True,
        has_beside_references=True,
        has_integral_floats=True,
    ),
}


def not_read_yet(version: Version, what: str) -> str:
    """What is said of a part of a document that its version has otherwise than 3.0."""
    return f"OpenAPI {version.name} is read if it means the same as 3.0, and this does not: {what}"


def version_of(root: Any, error: Callable[[str, str], ContractError]) -> Version:
    """The version of a document.

    Args:
        root: its content.
        error: makes an error at a place of it.

    Raises:
        ContractError: if it is not OpenAPI, or of a version that is not read.
    """
    if not isinstance(root, dict):
        raise error(f"an OpenAPI document is a mapping, not {root!r}", "")
    if "swagger" in root and "openapi" not in root:
        raise error(
            f"this is Swagger {root['swagger']}, which is not supported. Convert it to OpenAPI "
            "3.0: npx swagger2openapi swagger.yaml --outfile openapi.yaml",
            "/swagger",
        )
    if "openapi" not in root:
        raise error("this is not an OpenAPI document: it has no member 'openapi'", "")
    told = root["openapi"]
    for name, version in VERSIONS.items():
        if isinstance(told, str) and (told == name or told.startswith(f"{name}.")):
            return version
    raise error(
        f"the version of OpenAPI is {told!r}; it must be a text such as '3.0.3', or '3.1.0', which "
        "is read if it means the same as 3.0",
        "/openapi",
    )
