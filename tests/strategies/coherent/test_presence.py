"""What rules say of who is there falls into cases: one for each choice of the deciding words."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator

from pytest_asyncops.rules.rules import (
    Absent,
    Fixed,
    Never,
    NotAMember,
    Ordered,
    Present,
    SameAsStatus,
)
from pytest_asyncops.strategies.coherent.presence import Case, cases, value_schemas


def test_cases():
    words = {"status": ("on", "off"), "kind": ("a", "b")}
    told = [Absent("end", "status", ("on",)), Present("end", "status", ("off",))]
    assert [*cases(words, told)] == [
        Case({"status": ("on",), "kind": ("a", "b")}, frozenset({"end"}), frozenset()),
        Case({"status": ("off",), "kind": ("a", "b")}, frozenset(), frozenset({"end"})),
    ]


def test_cases_that_are_no_block():
    words = {"status": ("on", "off"), "kind": ("a", "b")}
    told = [Absent("cost", "status", ("on",)), Absent("cost", "kind", ("b",))]
    assert [(*case.values.values(), {*case.absent}) for case in cases(words, told)] == [
        (("on",), ("a",), {"cost"}),
        (("on",), ("b",), {"cost"}),
        (("off",), ("b",), {"cost"}),
        (("off",), ("a",), set()),
    ]


def test_absent_beats_present():
    told = [Present("end", "status", ("off",)), Absent("end", "status", ("off",))]
    assert [*cases({"status": ("off",)}, told)] == [
        Case({"status": ("off",)}, frozenset({"end"}), frozenset())
    ]


DECIDING = ("status", "kind", "stage")
CHOICES = st.lists(st.sampled_from(["on", "off", "done"]), min_size=1, max_size=3, unique=True)
WORDS = st.fixed_dictionaries(
    {"status": st.just(("on", "off")), "kind": st.permutations(["on", "off", "done"]).map(tuple)},
    optional={"stage": CHOICES.map(tuple)},
)
RULES = st.lists(
    st.builds(
        lambda kind, *facts: kind(*facts),
        st.sampled_from([Absent, Present]),
        st.sampled_from(["end", "cost", "why"]),
        st.sampled_from([*DECIDING, "elsewhere"]),
        CHOICES.map(tuple),
    ),
    min_size=1,
    max_size=5,
)


def test_where_nothing_decides_there_is_one_case():
    rules = [Absent("end", "status", ("on",)), Present("cost", "kind", ("off",))]
    assert [*cases({}, rules)] == [Case({}, frozenset(), frozenset())]


@given(WORDS, RULES)
def test_each_choice_of_words_is_in_exactly_one_case(words, kinds):
    blocks = [case.values for case in cases(words, kinds)]
    assert all(block.keys() == words.keys() for block in blocks)
    met = [tuple(choice) for block in blocks for choice in itertools.product(*block.values())]
    assert sorted(met) == sorted(itertools.product(*words.values()))
    assert len(met) == math.prod(map(len, words.values()))


@given(WORDS, RULES)
def test_in_a_case_nothing_breaks_the_rules(words, kinds):
    for case in cases(words, kinds):
        assert not case.absent & case.present
        for choice in itertools.product(*case.values.values()):
            chosen = dict(zip(case.values, choice, strict=True))
            applying = [kind for kind in kinds if chosen.get(kind.when) in kind.values]
            absent = {kind.member for kind in applying if isinstance(kind, Absent)}
            present = {kind.member for kind in applying if isinstance(kind, Present)}
            assert (case.absent, case.present) == (absent, present - absent)
            value = {**chosen, **dict.fromkeys(case.present, 1)}
            for kind in kinds:
                if kind.member not in present & absent:
                    assert [*kind.breaks(value, 200)] == []


@pytest.mark.parametrize(
    ("kind", "status_code", "wanted"),
    [
        (
            Never("kind", ("gone",)),
            200,
            [{"properties": {"kind": {"not": {"enum": ["gone"]}}}}],
        ),
        (SameAsStatus("status"), 404, [{"properties": {"status": {"enum": [404]}}}]),
        (
            Fixed(("why", "code"), {404: ("missing", "gone")}),
            404,
            [{"properties": {"why": {"properties": {"code": {"enum": ["missing", "gone"]}}}}}],
        ),
        (Fixed(("why", "code"), {404: ("missing",)}), 400, []),
        (Absent("end", "status", ("on",)), 200, []),
        (Ordered(("born", "ended")), 200, []),
        (NotAMember(("job",), "it is not wrapped"), 200, []),
    ],
    ids=str,
)
def test_what_a_rule_wants_of_one_member(kind, status_code, wanted):
    assert [*value_schemas(kind, status_code)] == wanted


OBJECTS = st.dictionaries(
    st.sampled_from(["kind", "status", "why"]),
    st.sampled_from(["gone", "here", 400, 404, {"code": "missing"}, {"code": "other"}, {}]),
)
KINDS = [
    Never("kind", ("gone",)),
    SameAsStatus("status"),
    Fixed(("why", "code"), {404: ("missing",)}),
]


@given(st.sampled_from(KINDS), st.sampled_from([400, 404]), OBJECTS)
def test_what_is_wanted_is_what_breaks_no_rule(kind, status_code, value):
    wanted = [*value_schemas(kind, status_code)]
    fits = all(OAS30Validator(schema).is_valid(value) for schema in wanted)
    assert fits is ([*kind.breaks(value, status_code)] == [])
