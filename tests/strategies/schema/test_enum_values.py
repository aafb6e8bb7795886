"""Of an enum those values are left that fit the other keywords."""

from __future__ import annotations

from support.schema_kinds import STRING

from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies.schema.enum_values import fitting_values

CONTRACT = load_contract("chainloop.yaml")


def test_what_other_keywords_forbid_is_left_out():
    words = {**STRING, "maxLength": 1, "enum": ["a", "ab", 1, None]}
    assert fitting_values(CONTRACT, words) == ["a"]
    assert fitting_values(CONTRACT, {**words, "nullable": True}) == ["a", None]
    assert fitting_values(CONTRACT, {"enum": [1, None]}) == [1, None]
