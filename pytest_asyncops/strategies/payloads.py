"""Payloads: operations, whole bodies, errors, and everything that a schema allows."""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..contract.openapi import Contract
from ..errors import InvalidArgument, hides_usage_errors
from ..known_apis import find_api
from ..lifecycle.states import AnyState
from ..serving.api import Api
from .api_schemas import (
    as_bytes,
    body,
    error_answer,
    error_bodies,
    operation,
    plain,
    serialized,
    with_overrides,
)
from .call_repr import as_call
from .coherent.compiler import compiled
from .coherent.server import CoherentServer
from .documented import find_asked, find_source, schema_at
from .schema.options import Alphabet, make_options
from .schema.recipes import one_of

__tracebackhide__ = hides_usage_errors


@explained()
def operations(
    api: Api | str,
    *,
    state: AnyState | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    extra: str = "never",
    unknown: str = "never",
    times: str = "usual",
    profile: str = "contract",
    encoded: bool = False,
    deviations: bool = False,
    **fields: SearchStrategy[Any],
) -> SearchStrategy[Any]:
    """Operations as a coherent server sends them: schema and rules of prose are kept.

    Args:
        api: the API, by name or as an `Api`.
        state: their state; by default any state.
        alphabet: the characters of free texts, as a string or a strategy.
        max_length: the most characters of free texts.
        extra: ``"sometimes"`` adds members that the contract does not document.
        unknown: for open enums (``x-enum``), ``"sometimes"`` adds values that the contract does
            not document, ``"case"`` adds documented ones in another case.
        times: ``"usual"`` for timestamps as the services write them: in UTC, with ``Z`` and 0, 3, 6
            or 9 digits; ``"any"`` for every form of RFC 3339.
        profile: the profile in which they are written.
        encoded: whether they are the bytes of a JSON text.
        deviations: whether some of these bytes are written so that JSON readers refuse them or
            read them differently.
        **fields: strategies for certain members, which every operation then has.

    Raises:
        InvalidArgument: for an unknown API, state, member or option, and for members that no
            operation has together.

    >>> from hypothesis import given
    >>> from pytest_asyncops import State
    >>> @given(operations("pinecone", state=State.FAILED))
    ... def test_a_failure_says_why(operation):
    ...     assert operation["error_message"]
    >>> test_a_failure_says_why()
    """
    asked = {**locals()}
    known = find_api(api)
    options = make_options(asked)
    found = with_overrides(known, options, operation(known), (), state, fields)
    found = serialized(found, known, profile, encoded, deviations)
    return as_call(operations, asked, found)


@explained()
def lists(
    api: Api | str,
    *,
    state: AnyState | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
    extra: str = "never",
    unknown: str = "never",
    times: str = "usual",
    profile: str = "contract",
    encoded: bool = False,
    deviations: bool = False,
    **fields: SearchStrategy[Any],
) -> SearchStrategy[Any]:
    """Bodies of the list route; the paging agrees with the operations on the page.

    Args:
        api: the API, by name or as an `Api`.
        state: the state of all operations.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most operations on a page.
        extra: whether there are undocumented members.
        unknown: whether there are undocumented values of open enums.
        times: the forms of timestamps; by default those of the services.
        profile: the profile.
        encoded: whether they are bytes.
        deviations: whether some of these bytes are bad JSON.
        **fields: strategies for certain members of the operations.

    >>> from hypothesis import given
    >>> @given(lists("chainloop", max_items=3))
    ... def test_pages(body):
    ...     assert len(body["operations"]) <= min(3, body["pagination"]["page_size"])
    >>> test_pages()
    """
    asked = {**locals()}
    known = find_api(api)
    options = make_options(asked)
    found = with_overrides(known, options, *body(known, "list"), state, fields)
    found = serialized(found, known, profile, encoded, deviations)
    return as_call(lists, asked, found)


@explained()
def gets(
    api: Api | str,
    *,
    state: AnyState | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    extra: str = "never",
    unknown: str = "never",
    times: str = "usual",
    profile: str = "contract",
    encoded: bool = False,
    deviations: bool = False,
    **fields: SearchStrategy[Any],
) -> SearchStrategy[Any]:
    """Bodies of the get route; arguments as for `operations`.

    >>> from hypothesis import given
    >>> @given(gets("chainloop", encoded=True))
    ... def test_bytes(body):
    ...     assert b"{" in body
    >>> test_bytes()
    """
    asked = {**locals()}
    known = find_api(api)
    options = make_options(asked)
    found = with_overrides(known, options, *body(known, "get"), state, fields)
    found = serialized(found, known, profile, encoded, deviations)
    return as_call(gets, asked, found)


@explained()
def errors(
    api: Api | str,
    status_code: int | None = None,
    *,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
    extra: str = "never",
    unknown: str = "never",
    profile: str = "contract",
    encoded: bool = False,
    deviations: bool = False,
) -> SearchStrategy[Any]:
    """Bodies of errors, with the codes that the contract's prose fixes.

    Args:
        api: the API, by name or as an `Api`.
        status_code: the HTTP status; by default any status that the contract documents.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most items of lists and members of maps without a limit.
        extra: whether there are undocumented members.
        unknown: whether there are undocumented values of open enums.
        profile: the profile.
        encoded: whether they are bytes.
        deviations: whether some of these bytes are bad JSON.

    >>> from hypothesis import given
    >>> @given(errors("chainloop", 401))
    ... def test_nobody_is_let_in(body):
    ...     assert body["code"] == 16
    >>> test_nobody_is_let_in()
    """
    asked = {**locals()}
    known = find_api(api)
    options = make_options(asked)
    statuses = error_bodies(known) if status_code is None else [status_code]
    bodies = {status: error_answer(known, status) for status in statuses}
    if not bodies:
        raise InvalidArgument(f"the contract of {known.name} documents no errors", value=known)
    found = one_of(
        [
            compiled(CoherentServer(known, options, status, answer=answer)).recipe(schema)
            for status, (schema, answer) in bodies.items()
        ]
    )
    found = serialized(found, known, profile, encoded, deviations)
    return as_call(errors, asked, found)


@explained()
def payloads(
    api: Api | Contract | str,
    schema: str | None = None,
    *,
    route: str | None = None,
    status_code: int | None = None,
    content_type: str | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
    extra: str = "sometimes",
    unknown: str = "sometimes",
    times: str = "any",
    encoded: bool = False,
    deviations: bool = False,
) -> SearchStrategy[Any]:
    """Everything that a schema allows in a response. The rules of prose are not kept.

    The schema is a named one, or that of the body of a response. For a stream, such as
    ``text/event-stream``, it is the schema of each event.

    Args:
        api: the API, by name or as an `Api`, or any `Contract`.
        schema: the schema's name.
        route: a route whose response has the schema: the name of a route of an API, and
            ``"GET /jobs/{id}"`` or an ``operationId`` of a `Contract`.
        status_code: the HTTP status of that response; by default the first success that has a
            body.
        content_type: its content type, as the document has it; by default JSON if there is any.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most items of lists and members of maps without a limit.
        extra: whether there are undocumented members.
        unknown: whether there are undocumented values of open enums.
        times: the forms of timestamps; by default all forms of RFC 3339.
        encoded: whether they are bytes.
        deviations: whether some of these bytes are bad JSON.

    Raises:
        InvalidArgument: for an unknown API, schema, route, status, content type or option.
        ContractError: for a schema that is not understood, has no value, or for which none is
            found.

    >>> from hypothesis import given
    >>> @given(payloads("pinecone", "PaginationResponse", extra="never"))
    ... def test_there_is_always_a_token(payload):
    ...     assert payload.keys() == {"next"}
    >>> test_there_is_always_a_token()
    """
    asked = {**locals()}
    source = find_source(api)
    options = make_options(asked)
    meant = find_asked(source, schema, route, status_code, content_type)
    root = schema_at(source.contract, meant.location)
    found = as_bytes(plain(source.contract, options).recipe(root), encoded, deviations)
    return as_call(payloads, asked, found)
