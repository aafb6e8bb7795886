"""What is read quickly is what is read slowly, and what is not JSON is never found to be good."""

from __future__ import annotations

import enum
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.checkers import body_checker
from support.spoilt_payloads import CASES

import pytest_asyncops
from pytest_asyncops.conformance import fast_check
from pytest_asyncops.conformance.client_responses import parse

WITHOUT = """
import sys
sys.modules["jsonschema_rs"] = None  # it cannot be imported then
from pytest_asyncops import violations
for payload in ({"operation": {"id": "1"}}, {"operation": {"id": 1}}):
    print(len(violations(payload, api="chainloop", route="get")))
"""


def test_on_a_machine_without_jsonschema_rs(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    case = CASES[0]
    assert not body_checker(case.api, case.route, case.status_code).is_good({})
    root = str(Path(pytest_asyncops.__file__).parent.parent)
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["0", "1"]


class Shade(enum.Enum):
    RED = "red"


ODD = [
    float("nan"),
    float("inf"),
    {1: "a"},
    ("a",),
    Decimal(1),
    Shade.RED,
    b"a",
    {1: "a"}.keys(),
    range(2),
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_json_cannot_have_is_not_let_pass(odd):
    for value in (odd, [odd], {"a": {"b": odd}}):
        assert not fast_check.is_plain(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text()
                    | st.floats(allow_nan=False, allow_infinity=False),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_what_is_read_from_json_is_plain(value):
    assert fast_check.is_plain(value)


bodies = st.recursive(
    st.sampled_from(
        [
            *("1", "-0", "1.5", "1e5", "1e400", "01", "1.", "9223372036854775808", "1" * 400),
            *(
                "0.30000000000000004",
                "8.41e21",
                "5e-324",
                "1e23",
                "true",
                "nul",
                "NaN",
                "-Infinity",
            ),
            *('"a"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"\n"', '"\u2028"', '"', "", "[1,]"),
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: f"[{', '.join(some)}]")
        | st.lists(
            st.tuples(st.sampled_from(['"a"', '"\\u0061"', '"b"', "a"]), inner), max_size=3
        ).map(lambda some: "{" + ",".join(f"{name} :{value}" for name, value in some) + "}")
    ),
)


@given(bodies.map(str.encode) | st.binary(max_size=4))
def test_what_is_read_quickly_is_read_the_same_slowly(body):
    try:
        found = fast_check.fast_parse(body)
    except ValueError:
        return
    assert repr(found) == repr(parse(body))
