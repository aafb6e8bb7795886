"""Invalid payloads: payloads that break their contract in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from hypothesis.strategies import SearchStrategy

from ..arguments import explained
from ..configure import find_api
from ..contract.schema_keywords import Schema, refer
from ..errors import ContractError, InvalidArgument, hides_usage_errors
from ..serving.api import Api
from .api_schemas import check_status, error_bodies, schema_name
from .call_repr import as_call
from .coherent.compiler import compiled
from .coherent.server import CoherentServer
from .mutation.edits import Edit, Instead, Path, edited, values_with
from .mutation.rule_edits import bad_objects, rule_edits
from .mutation.schema_edits import schema_edits
from .mutation.verdicts import Invalid, judge
from .schema.compiler import Compiler
from .schema.options import Alphabet, make_options
from .schema.recipes import Recipe, choice, combine, number, one_of

__tracebackhide__ = hides_usage_errors

_NUMBERS = number(1)


@explained()
def invalid_payloads(
    api: Api | str,
    schema: str,
    *,
    status_code: int | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
) -> SearchStrategy[Invalid]:
    """Payloads that are broken by one edit, each with its exact violations.

    Every keyword of the schema is broken, at any depth and in the values of maps too, and every
    rule of prose. Limits of more than 10,000 characters, items or members are not exceeded. The
    rest of a payload is as a coherent server would send it. One edit can make several violations: a
    status that is a number is neither a string nor one of the enum's values.

    Args:
        api: the API, by name or as an `Api`.
        schema: the name of the schema.
        status_code: the HTTP status of the response with this payload; unless given, the first
            status that has this schema.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most items of lists and members of maps without a limit.

    Raises:
        InvalidArgument: for an unknown API, schema or option, and for a schema that allows
            everything.
        ContractError: for a keyword for which no value is found that breaks it.

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
    known = find_api(api)
    name = schema_name(known, schema)
    options = make_options(asked, times="usual")
    if status_code is None:
        reference = refer(name)
        bodies = error_bodies(known)
        status_code = next((code for code, body in bodies.items() if body == reference), 200)
    else:
        check_status(known, status_code)
    found = _invalid(CoherentServer(known, options, status_code), name)
    return as_call(invalid_payloads, asked, found)


@lru_cache(maxsize=256)
def _invalid(server: CoherentServer, name: str) -> Recipe:
    compiler, root = compiled(server), refer(name)
    judged = judge(server, root)
    of_schema = _by_edits(compiler, root, judged, schema_edits(server.contract, root))
    of_prose: list[Recipe] = []
    for rule in server.api.checking.rules:
        for path in server.contract.schema_paths(root).get(rule.on, ()):
            # One alternative for each rule, however many ways there are to break it.
            for edit in rule_edits(server, rule, path):
                of_prose += _by_edits(compiler, root, judged, [edit])
            ends = bad_objects(server, compiler, rule)
            wholes = [values_with(compiler, root, path, end) for end in ends]
            able = [whole for whole in wholes if whole is not None]
            if able:
                of_prose.append(one_of(able).mapped(judged))
    kinds = [
        one_of([one.with_own_draw() for one in found]) for found in (of_schema, of_prose) if found
    ]
    if not kinds:
        raise InvalidArgument(
            f"nothing can be wrong with a {name} of {server.api.name}", value=name
        )
    return one_of(kinds)


def _by_edits(
    compiler: Compiler,
    root: Schema,
    judged: Callable[[Any], Invalid],
    edits: Iterable[Edit | Instead],
) -> list[Recipe]:
    """Recipes for the edits. Edits that need the same part of a value share one."""
    needing: dict[tuple[Path, str | None], list[Edit]] = {}
    found = []
    for edit in edits:
        if isinstance(edit, Instead):
            whole = values_with(compiler, root, edit.path, _first_able(compiler, edit.schemas))
            found += [] if whole is None else [whole.mapped(judged)]
        else:
            needing.setdefault(((*edit.path, *edit.needs), edit.kind), []).append(edit)

    def apply(value: object, edit: Edit, number: int) -> Invalid:
        return judged(edited(value, edit, number))

    for (path, kind), able in needing.items():
        good = values_with(compiler, root, path, kind=kind)
        if good is not None:
            found.append(combine(apply, good, choice(able), _NUMBERS))
    return found


def _first_able(compiler: Compiler, schemas: Sequence[Schema]) -> Recipe:
    """The values of the first of these schemas that has any; the last one always has."""
    for schema in schemas[:-1]:
        with suppress(ContractError):
            return compiler.recipe(schema)
    return compiler.recipe(schemas[-1])
