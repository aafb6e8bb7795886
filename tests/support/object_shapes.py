"""Shapes of objects whose members are numbers, or null."""

from __future__ import annotations

from hypothesis import strategies as st

from pytest_asyncops.strategies.schema.recipes import NULL, choice, constant
from pytest_asyncops.strategies.schema.shapes import Shape

NAMES = "abcde"


@st.composite
def shapes(draw):
    names = draw(st.permutations(NAMES))
    needed, all_of_them = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 5))))
    made = [
        draw(st.sampled_from([NULL, constant(number), choice([number, -1])])) for number in range(5)
    ]
    members = dict(zip(names, made, strict=True))
    order = tuple(draw(st.permutations(names[:all_of_them])))
    return Shape(
        {name: members[name] for name in names[:needed]},
        {name: members[name] for name in names[needed:all_of_them]},
        order=order,
    )


GROUPED = Shape(
    {"a": constant(0)}, {name: constant(name) for name in "bcde"}, order=tuple("edcba")
).grouped([("b", "c"), ("a", "d")])
"""In which c comes with b, and d with a, which is always there."""
