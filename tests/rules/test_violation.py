"""A violation says where and what, as a JSONPath and a value that is never too long to read."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_asyncops import ConformanceError, assert_conforms, violations
from pytest_asyncops.rules.violation import Violation, json_path


def failure(*args, **kwargs) -> ConformanceError:
    with pytest.raises(ConformanceError) as caught:
        assert_conforms(*args, **kwargs)
    return caught.value


@pytest.mark.parametrize("length", [158, 159, 500])
def test_long_values_are_shortened(length):
    value = "x" * length
    shown = f"{value!r}" if length == 158 else f"'{'x' * 159}… ({length + 2} characters)"
    payload = {"operation": {"status": value}}
    error = failure(payload, api="chainloop", route="get")
    assert str(error).splitlines()[2] == f"  $.operation.status = {shown}"
    assert error.violations[0].value == value


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("colour", ".colour"),
        ("größe", ".größe"),
        ("@type", "['@type']"),
        ("two words", "['two words']"),
        ("", "['']"),
        ("0", "['0']"),
        ("it's", r"['it\'s']"),
        ('"', "['\"']"),
        ("a\\b", r"['a\\b']"),
        ("a\nb", r"['a\nb']"),
        ("\x00", r"['\u0000']"),
        ("class", ".class"),
    ],
)
def test_paths_are_those_of_rfc_9535(name, shown):
    payload = {"operations": [{}, {name: 1}]}
    [found] = violations(payload, api="chainloop", route="list", extra="forbid")
    assert found.path == f"$.operations[1]{shown}"


def test_line_breaks_of_a_value_do_not_break_the_report():
    error = failure({"operation": {"status": "a\nb"}}, api="chainloop", route="get")
    assert str(error).splitlines()[2] == r"  $.operation.status = 'a\nb'"


# --- a path is read back

ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\", "'": "'"}
SHORTHAND = re.compile(r"\.([A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*)", re.ASCII)
INDEX = re.compile(r"\[(0|[1-9][0-9]*)\]")
QUOTED = re.compile(r"\['((?:[^'\\]|\\.)*)'\]", re.DOTALL)


def unquoted(text):
    """What stands between single quotes in a name selector (RFC 9535, 2.3.1.1)."""
    made, rest = "", text
    while rest:
        if rest[0] != "\\":
            assert rest[0] >= " "
            made, rest = made + rest[0], rest[1:]
        elif rest[1] == "u":
            made, rest = made + chr(int(rest[2:6], 16)), rest[6:]
        else:
            made, rest = made + ESCAPES[rest[1]], rest[2:]
    return made


def read_path(text):
    """The members and indexes that a JSONPath names; only the selectors of single values."""
    assert text[0] == "$"
    parts, rest = [], text[1:]
    while rest:
        if found := SHORTHAND.match(rest):
            parts.append(found[1])
        elif found := INDEX.match(rest):
            parts.append(int(found[1]))
        elif found := QUOTED.match(rest):
            parts.append(unquoted(found[1]))
        else:
            raise AssertionError(f"no segment: {rest!r}")
        rest = rest[found.end() :]
    return parts


members = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.text(alphabet="a'\"\\\n\0.[]$ 0", max_size=5),
    st.sampled_from(
        ["id", "größe", "@type", "class", "0", "-1", "[0]", "']['", "", "\x7f", "\u2028"]
    ),
)


@given(st.lists(members | st.integers(0, 10**6), max_size=4))
@example(["it's", 'a"b', "\\", "\\'", "\n\t\x01"])
def test_a_path_is_read_back_as_it_was_written(parts):
    text = json_path(iter(parts))
    assert read_path(text) == parts
    assert "\n" not in text


# --- what is printed of it


@given(
    st.text(), st.text(), st.text(), st.text(), st.text(max_size=150) | st.integers() | st.none()
)
def test_a_violation_prints_where_what_and_by_which_rule(path, message, rule, source, value):
    violation = Violation(path, message, rule, source, value)
    shown = repr(value)
    if len(shown) > 160:
        shown = f"{shown[:160]}… ({len(shown)} characters)"
    assert str(violation) == f"{path} = {shown}\n  {message}\n  {rule}, {source}"


@given(st.integers(0, 400))
def test_a_long_value_is_cut_and_its_length_told(length):
    text = str(Violation("$", "no", "a.b", "f.yaml:1 #", "x" * length)).splitlines()[0]
    whole = "$ = " + repr("x" * length)
    if length <= 158:
        assert text == whole
    else:
        assert text == f"{whole[:164]}… ({length + 2} characters)"


def test_a_value_that_is_nested_without_end_is_named_and_not_shown():
    for empty, nest in (([], lambda inner: [inner]), ({}, lambda inner: {"a": inner})):
        value = empty
        for _ in range(100_000):
            value = nest(value)
        shown = str(Violation("$.a", "no", "a.b", "f.yaml:1 #", value))
        kind = type(empty).__name__
        assert shown == (
            f"$.a = a {kind} that is nested too deep to be shown\n  no\n  a.b, f.yaml:1 #"
        )


def test_violations_are_facts_that_can_be_compared_and_not_changed():
    one = Violation("$.id", "must be a string", "schema.type", "a.yaml:1 #/x", 7)
    assert one == Violation("$.id", "must be a string", "schema.type", "a.yaml:1 #/x", 7)
    assert one != dataclasses.replace(one, value="7")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.value = 8
    error = ConformanceError("broken", violations=iter([one, one]))
    assert (str(error), error.violations) == ("broken", (one, one))


@pytest.mark.parametrize("name", ["a b", "it's", "\n", '"', "\\"])
def test_the_path_of_a_member_leads_to_what_was_found_there(name):
    payload = {"operations": [{}, {"status": "x", name: {"a": 1}}]}
    for found in violations(payload, api="chainloop", route="list", extra="forbid"):
        there = payload
        for part in read_path(found.path):
            there = there[part]
        assert json.dumps(there) == json.dumps(found.value)


@pytest.mark.parametrize(
    ("operation", "shown", "is_missing"),
    [({}, "is missing", True), ({"finished_at": None}, "= None", False)],
)
def test_what_is_missing_is_not_shown_as_null(operation, shown, is_missing):
    done = {"status": "ASYNC_OPERATION_STATUS_COMPLETED", **operation}
    found = violations({"operation": done}, api="chainloop", route="get")
    [absent] = [one for one in found if one.rule == "chainloop.finished-when-done"]
    assert str(absent).splitlines()[0] == f"$.operation.finished_at {shown}"
    assert (absent.value, absent.is_missing) == (None, is_missing)
    assert ("is_missing" in repr(absent)) is is_missing
    names = {"Violation": Violation}
    assert eval(repr(absent), names) == absent


@pytest.mark.parametrize("path", [("a", "b"), ("a", 0), (0,), ("b", 1), ("b", 0, "c")])
def test_a_place_that_is_not_there_is_missing(path):
    from pytest_asyncops.conformance.thorough_check import _has

    value = {"a": None, "b": [{}]}
    assert not _has(value, path)
    assert _has(value, path[:-1]) or path[:-1] == ("b", 0, "c")
