"""Payloads that break their contract in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache

from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..contract.openapi import Contract
from ..contract.schema_keywords import Schema
from ..errors import ContractError, InvalidArgument, hides_usage_errors
from ..serving.api import Api
from .api_schemas import check_status, error_bodies, plain
from .call_repr import as_call
from .coherent.compiler import compiled
from .coherent.server import CoherentServer
from .documented import Asked, find_asked, find_source, schema_at
from .mutation.edits import Edit, Instead, edited, values_with
from .mutation.places import places
from .mutation.rule_edits import bad_objects, rule_edits
from .mutation.schema_edits import schema_edits
from .mutation.verdicts import Invalid, Judged, judge, judge_by
from .schema.all_of import canonical
from .schema.compiler import Compiler
from .schema.options import Alphabet, Options, make_options
from .schema.recipes import Recipe, choice, combine, number, one_of

__tracebackhide__ = hides_usage_errors

_NUMBERS = number(1)


@explained()
def invalid_payloads(
    api: Api | Contract | str,
    schema: str | None = None,
    *,
    route: str | None = None,
    status_code: int | None = None,
    content_type: str | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
) -> SearchStrategy[Invalid]:
    """Payloads that are broken by one edit, each with its exact violations.

    Every keyword of the schema is broken, at any depth and in the values of maps too, and every
    rule of prose. Limits of more than 10,000 characters, items or members are not exceeded. The
    rest of a payload is as a coherent server would send it. One edit can make several violations:
    if a status is a number, it is neither a string nor one of the enum's values.

    Args:
        api: the API, by name or as an `Api`, or any `Contract`.
        schema: the name of the schema.
        route: a route whose response has the schema, as for `payloads`.
        status_code: the HTTP status of the response with this payload; by default the first status
            that has this schema, and for a route the first success that has a body.
        content_type: the content type of the response of a route.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most items of lists and members of maps without a limit.

    Raises:
        InvalidArgument: for an unknown API, schema, route, status, content type or option, and for
            a schema that allows everything.
        ContractError: for a keyword for which no value was found that breaks it.

    >>> from hypothesis import given
    >>> @given(invalid_payloads("pinecone", "PaginationResponse"))
    ... def test_violations(invalid):
    ...     assert invalid.payload != {"next": "token"}
    ...     assert {rule for path, rule in invalid.violations} <= {
    ...         "schema.type", "schema.required", "pinecone.next-token"
    ...     }
    >>> test_violations()
    """
    asked = {**locals()}
    source = find_source(api)
    options = make_options(asked, times="usual")
    # The rules of an API depend on the status, even if a named schema is asked for.
    is_for_rules = source.api is not None and route is None
    meant = find_asked(source, schema, route, None if is_for_rules else status_code, content_type)
    if source.api is None:
        found = _of_contract(source.contract, options, meant.location)
    else:
        if is_for_rules and status_code is not None:
            check_status(source.api, status_code)
        code = status_code or meant.status_code or _first_status(source.api, meant)
        found = _of_api(CoherentServer(source.api, options, code), meant.location)
    if not found:
        raise InvalidArgument(
            f"every value is a valid {meant.name} of {source.name}", value=schema or route
        )
    return as_call(invalid_payloads, asked, one_of(found))


def _first_status(api: Api, meant: Asked) -> int:
    """The first status of an error with this schema, or that of a success."""
    reference = {"$ref": f"#{meant.location}"}
    return next((code for code, body in error_bodies(api).items() if body == reference), 200)


@lru_cache(maxsize=256)
def _of_contract(contract: Contract, options: Options, location: str) -> list[Recipe]:
    """The edits that break the schema at a location; none if it allows everything."""
    root = schema_at(contract, location)
    judged = judge_by(contract, root)
    edits = schema_edits(contract, root)
    return _in_turn(_by_edits(plain(contract, options), root, judged, edits))


@lru_cache(maxsize=256)
def _of_api(server: CoherentServer, location: str) -> list[Recipe]:
    """The edits that break the schema at a location, and those that break the rules about it."""
    compiler, root = compiled(server), schema_at(server.contract, location)
    judged = judge(server, root)
    of_schema = _by_edits(compiler, root, judged, schema_edits(server.contract, root))
    named = places(server.contract, root)
    of_prose: list[Recipe] = []
    for rule in server.api.checking.rules:
        for path in named.get(rule.on, ()):
            # One alternative for each rule, however many edits break it.
            for edit in rule_edits(server, rule, path):
                of_prose += _by_edits(compiler, root, judged, [edit])
            ends = bad_objects(server, compiler, rule)
            wholes = [values_with(compiler, root, path, end) for end in ends]
            able = [whole for whole in wholes if whole is not None]
            if able:
                of_prose.append(one_of(able).mapped(judged))
    return [*_in_turn(of_schema), *_in_turn(of_prose)]


def _in_turn(found: list[Recipe]) -> list[Recipe]:
    return [one_of([one.with_own_draw() for one in found])] if found else []


def _by_edits(
    compiler: Compiler,
    root: Schema,
    judged: Judged,
    edits: Iterable[Edit | Instead],
) -> list[Recipe]:
    """Recipes for the edits. Edits that need the same part of a value share one."""
    needing: dict[object, list[Edit]] = {}
    found = []
    for edit in edits:
        if isinstance(edit, Instead):
            bad = _first_able(compiler, edit.schemas)
            whole = values_with(compiler, root, edit.path, bad, among=edit.among)
            found += [] if whole is None else [whole.mapped(judged)]
        else:
            among = tuple((at, canonical(one)) for at, one in edit.among)
            needing.setdefault(((*edit.path, *edit.needs), edit.kind, among), []).append(edit)

    def apply(value: object, edit: Edit, number: int) -> Invalid:
        return judged(edited(value, edit, number))

    for alike in needing.values():
        edit = alike[0]
        path = (*edit.path, *edit.needs)
        good = values_with(compiler, root, path, kind=edit.kind, among=edit.among)
        if good is not None:
            found.append(combine(apply, good, choice(alike), _NUMBERS))
    return found


def _first_able(compiler: Compiler, schemas: Sequence[Schema]) -> Recipe:
    """The values of the first of these schemas that has any; the last one always has."""
    for schema in schemas[:-1]:
        with suppress(ContractError):
            return compiler.recipe(schema)
    return compiler.recipe(schemas[-1])
