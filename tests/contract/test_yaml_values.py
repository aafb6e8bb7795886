"""Aliases are copies of what their anchors name, as many as a document of good faith has."""

from __future__ import annotations

import pytest
import yaml

from pytest_asyncops import ContractError
from pytest_asyncops.contract.yaml_document import read_document

TOO_DEEP = "this is nested more than 100 deep"
NO_KEY = "a key must be a string"
LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TOO_MANY = "aliases stand for more than 100,000 values; use $ref instead"
MERGED_LAUGHS = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{{', '.join(f'{name}{i}: *{before}' for i in range(9))}, <<: *{before}}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def refusal(text):
    with pytest.raises(ContractError) as caught:
        read_document(text, "api.yaml")
    prefix = f"api.yaml:{caught.value.line}: "
    assert str(caught.value).startswith(prefix)
    return caught.value.line, str(caught.value).removeprefix(prefix)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: &x {b: [1, {c: null}]}\nd: [*x, *x]\ne: *x\n",
        "&x a: 1\nb: *x\n",
        "a: &x '1'\nb: &y [*x]\nc: [*y, *x]\n",
        "x: &x {a: 1, b: 2}\ny: {a: 3, <<: *x}\nz: {<<: *x, b: {c: 4}}\n",
        "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz: {<<: [*x, *y], c: 4}\nw: {<<: [{d: [5]}]}\n",
        "x: &x {a: {b: [1]}}\ny: &y {<<: *x, c: 1}\nz: {<<: *y}\n",
        "<<: {b: 1}\n",
    ],
)
def test_aliases_and_merges_are_what_pyyaml_makes_of_them(text):
    found = read_document(text, "f")
    assert found.root == yaml.safe_load(text)

    def assert_lines(value, pointer):
        assert pointer in found.lines
        if isinstance(value, list):
            value = dict(enumerate(value))
        for name, inner in value.items() if isinstance(value, dict) else ():
            assert_lines(inner, f"{pointer}/{name}")

    assert_lines(found.root, "")


def test_a_part_of_a_copy_stands_where_the_original_does():
    found = read_document("a: &x\n  b:\n    c: 1\nd:\n  e: *x\nf:\n  g: 1\n  <<: *x\n", "f")
    places = {"/d/e": 5, "/d/e/b": 2, "/d/e/b/c": 3, "/f/b": 2, "/f/b/c": 3, "/f/g": 7}
    assert {pointer: found.lines[pointer] for pointer in places} == places


def test_copies_are_not_shared():
    root = read_document("a: &x {b: []}\nc: *x\nd: {<<: *x}\n", "f").root
    root["a"]["b"].append(1)
    assert root == {"a": {"b": [1]}, "c": {"b": []}, "d": {"b": []}}


def test_a_quoted_key_merges_nothing():
    assert read_document("'<<': {b: 1}\n", "f").root == {"<<": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: *x\n", 2, "there is no anchor &x before this alias"),
        ("b: *x\na: &x 1\n", 1, "there is no anchor &x before this alias"),
        ("a: &x\n  b: *x\n", 2, "this alias is inside its own anchor, &x"),
        ("a: &x [&y [*x]]\n", 1, "this alias is inside its own anchor, &x"),
        ("a: &x b\n*x : 1\n", 2, NO_KEY),
        ("a: 1\n<<: 1\n", 2, "<< adds the members of mappings, not of 1"),
        ("a: 1\n<<: [[b]]\n", 2, "<< adds the members of mappings, not of ['b']"),
        ("<<: {a: 1}\n<<: {b: 1}\n", 2, "the key '<<' is repeated"),
        (LAUGHS, 6, TOO_MANY),
        (MERGED_LAUGHS, 6, TOO_MANY),
    ],
)
def test_what_is_refused(text, line, message):
    assert refusal(text) == (line, message)


def test_a_copy_counts_as_deep_as_it_stands():
    deep = "[" * 60 + "]" * 60
    assert read_document(f"a: &x {deep}\nb: {'[' * 39}*x{']' * 39}\n", "f").lines["/b"] == 2
    assert refusal(f"a: &x {deep}\nb: {'[' * 40}*x{']' * 40}\n") == (2, TOO_DEEP)


def test_an_anchor_may_be_there_twice():
    """The alias stands for the one before it (YAML 1.2, 7.1); PyYAML refuses that."""
    assert read_document("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f").root["d"] == 2
