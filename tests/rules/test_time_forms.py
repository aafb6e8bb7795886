"""A form of timestamps reads what it writes, and nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.apis import HTTP_DATES, UNIX_MILLISECONDS, UNIX_SECONDS, Ordered

SECOND = 10**9
FORMS = {UNIX_SECONDS: SECOND, UNIX_MILLISECONDS: SECOND // 1000, HTTP_DATES: SECOND}
EACH = pytest.mark.parametrize("form", FORMS, ids=["seconds", "milliseconds", "dates"])
INSTANTS = st.integers(0, 4 * 10**18)


@EACH
@given(instant=INSTANTS)
def test_what_is_written_is_read(form, instant):
    read = form.reads(form.writes(instant))
    assert 0 <= instant - read < FORMS[form]


@EACH
@given(first=INSTANTS, second=INSTANTS)
def test_a_rule_of_order_reads_the_form(form, first, second):
    rule = Ordered(("born", "ended"), form)
    value = {"born": form.writes(first), "ended": form.writes(second)}
    in_order = form.reads(value["born"]) <= form.reads(value["ended"])
    assert bool([*rule.breaks(value, 200)]) is not in_order
    assert [*rule.breaks({"ended": value["ended"]}, 200)] == []


@EACH
@pytest.mark.parametrize("value", [None, True, "", "soon", [1], {}, math.nan, math.inf, 1e300])
def test_what_is_no_timestamp(form, value):
    assert form.reads(value) is None
    assert [*Ordered(("a", "b"), form).breaks({"a": form.writes(10**18), "b": value}, 200)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 01 Jan 2026 00:00:00",
        "Thu, 41 Jan 2026 00:00:00 GMT",
        "2026-01-01T00:00:00Z",
        "GMT",
        "Thu, 01 Jan 99999 00:00:00 GMT",
    ],
)
def test_dates_that_are_none(text):
    assert HTTP_DATES.reads(text) is None


def test_numbers_with_a_fraction():
    assert UNIX_SECONDS.reads(1.5) == 3 * SECOND // 2
    assert UNIX_MILLISECONDS.reads(0.5) == 500_000


def test_what_breaks_the_order_is_named():
    rule = Ordered(("created_at", "in_progress_at", "completed_at"), UNIX_SECONDS)
    value = {"created_at": 10, "in_progress_at": None, "completed_at": 9}
    assert [*rule.breaks(value, 200)] == [
        (("completed_at",), 9, "must not be before created_at, which is 10")
    ]
