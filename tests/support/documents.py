"""OpenAPI documents in a few lines, read from text."""

from __future__ import annotations

import json
from typing import Any

from pytest_asyncops.contract.openapi import Contract
from pytest_asyncops.contract.yaml_document import read_document


def document(paths: dict[str, Any], **more: Any) -> Contract:
    """The document with these path items."""
    content = {"openapi": "3.0.3", "paths": paths, **more}
    return Contract(read_document(json.dumps(content, indent=1), "own.yaml"))


def answering(response: dict[str, Any], **more: Any) -> Contract:
    """The document with one route, ``GET /jobs``, that has one response."""
    return document({"/jobs": {"get": {"responses": {"200": response}}}}, **more)


def content(schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    """A response whose body has this schema."""
    return {"description": "good", "content": {kind: {"schema": schema}}}


def operations(*methods: str, **more: Any) -> dict[str, Any]:
    """A path item with these methods, each of which answers with any JSON."""
    return {method: {"responses": {"default": content({})}} for method in methods} | more
