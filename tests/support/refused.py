"""Recipes of scalars, or why there are none."""

from __future__ import annotations

from pytest_asyncops.strategies.schema.options import Options


class Refused(Exception):
    """What stands for the error of a contract."""


def made_or_refused(make, schema):
    """The recipe, or why there is none."""
    try:
        return make(schema, Options(), Refused), None
    except Refused as error:
        return None, str(error)
