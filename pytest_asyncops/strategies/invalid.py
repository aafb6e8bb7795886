"""Payloads that break their contract in one place, as users ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hypothesis.strategies import SearchStrategy

from ..configure import find_api
from ..contract.schema_keywords import refer
from ..errors import InvalidArgument, hides_usage_errors
from ..serving.api import Api
from .api_schemas import compiled, error_bodies, schema_name
from .call_repr import as_call
from .mutation.edits import Edit, edited, values_with
from .mutation.predicted import Invalid, Path, Predictor
from .mutation.rule_edits import bad_objects, rule_edits
from .mutation.schema_edits import schema_edits
from .schema.options import Alphabet, Options, make_options
from .schema.recipes import Recipe, choice, combine, number, one_of

__tracebackhide__ = hides_usage_errors

_NUMBERS = number(1)


def invalid_payloads(
    api: Api | str,
    schema: str,
    *,
    status_code: int | None = None,
    alphabet: Alphabet = None,
    max_length: int | None = None,
    max_items: int = 5,
) -> SearchStrategy[Invalid]:
    """Payloads with one fault, each with the exact violations that it makes.

    There is every kind of fault that the schema can express, at any depth, and one for every rule
    of prose. What is not broken is as a careful server would send it. A fault can break more than
    one rule: a status that is a number is neither a string nor one of the enum's words.

    Args:
        api: the API, by name or as an `Api`.
        schema: the name of the schema.
        status_code: the HTTP status of the response that it is in; unless given, the first that
            has this body.
        alphabet: the characters of free texts.
        max_length: the most characters of free texts.
        max_items: the most items of a list without a limit.

    Raises:
        InvalidArgument: for what there is not, and for a schema in which nothing can be wrong.
        ContractError: for a keyword whose faults cannot be foretold.

    >>> from hypothesis import given
    >>> @given(invalid_payloads("pinecone", "PaginationResponse"))
    ... def test_faults(invalid):
    ...     assert invalid.payload != {"next": "token"}
    ...     assert {rule for path, rule in invalid.violations} <= {
    ...         "schema.type", "schema.required", "pinecone.next-token"
    ...     }
    >>> test_faults()
    """
    asked = {**locals()}
    known = find_api(api)
    name = schema_name(known, schema)
    options = make_options(asked)
    if status_code is None:
        reference = refer(name)
        bodies = error_bodies(known)
        status_code = next((code for code, body in bodies.items() if body == reference), 200)
    found = _invalid(known, options, name, status_code)
    return as_call(invalid_payloads, asked, found)


@lru_cache(maxsize=256)
def _invalid(api: Api, options: Options, name: str, status_code: int) -> Recipe:
    compiler = compiled(api, options, status_code)
    root = refer(name)
    predictor = Predictor(compiler, root)
    of_schema = _by_edits(predictor, schema_edits(compiler, root))
    of_prose: list[Recipe] = []
    for rule in api.checking.rules:
        for path in predictor.compiler.contract.schema_paths(predictor.root).get(rule.on, ()):
            # One branch for each rule, however many ways to break it there are.
            for edit in rule_edits(compiler, rule, path):
                of_prose += _by_edits(predictor, [edit])
            wholes = [values_with(compiler, root, path, end) for end in bad_objects(compiler, rule)]
            able = [whole for whole in wholes if whole is not None]
            if able:
                of_prose.append(one_of(able).mapped(predictor))
    kinds = [
        one_of([one.with_own_draw() for one in found]) for found in (of_schema, of_prose) if found
    ]
    if not kinds:
        raise InvalidArgument(f"nothing can be wrong with a {name} of {api.name}", value=name)
    return one_of(kinds)


def _by_edits(predictor: Predictor, edits: Iterable[Edit]) -> list[Recipe]:
    """Recipes for the edits; those that need the same to be there share one."""
    needing: dict[Path, list[Edit]] = {}
    for edit in edits:
        needing.setdefault((*edit.path, *edit.needs), []).append(edit)

    def apply(value: object, edit: Edit, number: int) -> Invalid:
        return predictor(edited(value, edit, number))

    found = []
    for path, able in needing.items():
        good = values_with(predictor.compiler, predictor.root, path)
        if good is not None:
            found.append(combine(apply, good, choice(able), _NUMBERS))
    return found
