"""Lifecycles as data say the same as in Python, and a mistake in them is told with the choices."""

from __future__ import annotations

import pytest

from pytest_asyncops import InvalidArgument, Lifecycle
from pytest_asyncops.serve.lifecycles import lifecycle_of


@pytest.mark.parametrize(
    ("value", "lifecycle"),
    [
        ("succeeds", Lifecycle.succeeds()),
        ({"succeeds": None}, Lifecycle.succeeds()),
        (
            {"succeeds": {"pending": 2, "running": 1.5, "output": "é"}},
            Lifecycle.succeeds(pending=2, running=1.5, output="é".encode()),
        ),
        ("fails", Lifecycle.fails("it failed")),
        (
            {"fails": {"message": "disk full", "percent": 15}},
            Lifecycle.fails("disk full", percent=15),
        ),
        ({"hangs": {"pending": 5}}, Lifecycle.hangs(pending=5)),
        (
            {"then_purged": 60, "succeeds": {"running": 5}},
            Lifecycle.succeeds(running=5).then_purged(60),
        ),
    ],
)
def test_a_lifecycle(value, lifecycle):
    assert lifecycle_of(value) == lifecycle


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "a lifecycle is one of succeeds, fails or hangs, or one of these with its arguments"),
        ({}, "a lifecycle is one of succeeds, fails or hangs, not {}"),
        ({"succeeds": {}, "fails": {}}, "a lifecycle is one of succeeds, fails or hangs, not"),
        ("suceeds", "unknown lifecycle 'suceeds'. Did you mean 'succeeds'? Choose"),
        ({"succeeds": 5}, "succeeds takes pending, running or output, by name, not 5"),
        ({"succeeds": {"runing": 5}}, "unknown argument of succeeds 'runing'. Did you mean"),
        ({"succeeds": {"running": -5}}, "-5"),
        ({"hangs": {}, "then_purged": 5}, "then_purged() needs a lifecycle with an end"),
    ],
)
def test_what_is_none(value, message):
    with pytest.raises(InvalidArgument) as caught:
        lifecycle_of(value)
    assert message in str(caught.value)
