"""The law of remembered verdicts: an object is judged as if it were the first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.conformance import shape_cache as shapes
from pytest_asyncops.conformance.shape_cache import NOTHING, Part, object_check
from pytest_asyncops.rules.rules import Absent, ByFunction, Never, Ordered

TEXT, NUMBER = frozenset({str}), frozenset({int, float})
PARTS = {
    "a": Part(TEXT, lambda value: value != "x", is_brief=True),
    "b": Part(NUMBER, lambda value: value < 2, is_brief=True),
    "c": Part(TEXT | {list}, len),
    "d": Part(),
}


def _odd(value, status_code):
    if value.get("d") == [1] or status_code == 404:
        yield ("d",), value.get("d"), "must be even"


RULES = [
    Absent("c", "a", ("y",), empty_is_absent=True),
    Never("b", (0,)),
    Ordered(("a", "c")),
    ByFunction(_odd),
]
times = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"])
values = st.one_of(
    st.sampled_from(["", "x", "y", 0, 0.0, 1, True, None, 2.5]),
    times,
    st.lists(st.just(1), max_size=1),
    st.just({}),
)
objects = st.dictionaries(st.sampled_from("abcde"), values, max_size=2)


def make(required, rest, rules, status_code):
    return object_check(PARTS, rest, required=required, rules=rules, status_code=status_code)


def plainly(value, required, rest, rules, status_code):
    return (
        set(required) <= set(value)
        and all(PARTS.get(name, rest).allows(inner) for name, inner in value.items())
        and not any(list(rule.breaks(value, status_code)) for rule in rules)
    )


@pytest.mark.parametrize("most", [1, 3, 1_000])
@given(
    st.lists(objects, max_size=12),
    st.sets(st.sampled_from("abe"), max_size=1),
    st.sampled_from([Part(), NOTHING, Part(TEXT)]),
    st.lists(st.sampled_from(RULES), unique=True),
    st.sampled_from([200, 404]),
)
def test_memory_changes_no_verdict(most, found, required, rest, rules, status_code):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "_MOST", most)
        check = make(required, rest, rules, status_code)
        for value in [*found, *found]:
            good = plainly(value, required, rest, rules, status_code)
            assert bool(check(value)) == bool(good)


def test_memories_are_bounded(monkeypatch):
    monkeypatch.setattr(shapes, "_MOST", 3)
    memory = {}
    for key in range(10):
        shapes._keep(memory, key, True)
        assert memory[key]
        assert len(memory) <= 3
