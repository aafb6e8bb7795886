"""JSON is read as YAML is, and the line of a value is found when it is asked for."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops import ContractError
from pytest_asyncops.contract import json_document, yaml_document
from pytest_asyncops.contract.json_document import JsonLines, read_integer, read_json
from pytest_asyncops.contract.yaml_document import read_document

TWICE = "the key 'a' is repeated"
TOO_DEEP = "this is nested more than 100 deep"


def nested(depth):
    return '{"a":\n' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"a": 1,\n"b": 2,\n"a": 3}', 3, TWICE),
        ('{"b": [{"a": {}},\n{"a": 1, "c": "{\\"a\\": 1",\n"\\u0061": 3}]}', 3, TWICE),
        (nested(101), 2, TOO_DEEP),
        (nested(200_000), 2, TOO_DEEP),
        ('{"a": "\\ud83d\\ude00",\n"b": "x\\ud83dx"}', 2,
         "the character '\\ud83d' cannot be in JSON"),
        ('{\n"\\ude00": 1}', 2, "the character '\\ude00' cannot be in JSON"),
    ],
)  # fmt: skip
def test_what_is_refused(text, line, message):
    with pytest.raises(ContractError) as caught:
        read_document(text, "api.json")
    assert str(caught.value) == f"api.json:{line}: {message}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{\t"a":\t"b\\/c"\r\n}', {"a": "b/c"}),
        ('{"a": "\\ud83d\\ude00\\u007f"}', {"a": "\U0001f600\x7f"}),
        ('{"a": 1.5e3, "b": -0, "c": 1e999}', {"a": 1500.0, "b": 0, "c": "1e999"}),
        ('{"\\\\ud83d": "a"}', {"\\ud83d": "a"}),
        (nested(100).replace("\n", ""), json.loads(nested(100))),
        ("{}", {}),
    ],
)
def test_what_is_read(text, value, monkeypatch):
    """What is written as pairs of surrogates is looked at no closer than what is not."""
    if "\\\\" not in text:
        monkeypatch.setattr(json_document, "_troubles", None)
    monkeypatch.setattr(yaml_document, "_read_yaml", None)
    assert read_document(text, "api.json").root == value
    assert read_document(f"\ufeff{text}".encode(), "api.json").root == value


@pytest.mark.parametrize("digits", [4299, 4301])
def test_integers_have_any_number_of_digits(digits):
    text = ("1203" * digits)[:digits]
    found = read_json(f'{{"a": -{text}}}', "f")["a"]
    assert found == read_integer(f"-{text}") == -read_integer(text)


def test_what_is_no_json():
    with pytest.raises(ValueError, match="JSON has no Infinity"):
        read_json('{"a": Infinity}', "f")


def test_an_error_tells_the_pointer_because_lines_are_long():
    found = read_document('{"a": {"b": 1}}', "f")
    error = found.error("boom", "/a/b")
    assert (str(error), error.line, error.pointer) == ("f:1: boom (#/a/b)", 1, "/a/b")
    assert str(found.error("boom", "")) == "f:1: boom"


names = st.text(alphabet='a~/"\\\n{[:,\u00e9')
values = st.recursive(
    st.none() | st.booleans() | st.integers() | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(names, values, max_size=3),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
)
def test_lines_are_those_that_yaml_finds(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found = read_document(text, "f")
    assert isinstance(found.lines, JsonLines)
    assert found.root == value
    theirs = yaml_document._read_yaml(text.replace("\t", " "), "f").lines
    for pointer in reversed([*theirs]):  # what is deep first
        assert found.lines[pointer] == theirs[pointer]
    assert dict(JsonLines(text)) == theirs
    assert len(found.lines) == len(theirs)


@pytest.mark.parametrize("pointer", ["/b", "/a/2", "/a/0/x", "/a/x", "/a/-", "x", "/a/1/b~1c/d"])
def test_what_is_not_there_has_no_line(pointer):
    lines = JsonLines('\n {"a": [1,\n {"b/c": 2}]}')
    assert pointer not in lines
    assert (lines[""], lines["/a"], lines["/a/1/b~1c"]) == (2, 2, 3)


def test_a_large_document_is_read_by_the_reader_of_json(monkeypatch):
    text = json.dumps({"a": [{"b": "c" * 100}] * 100_000}, indent=1)
    assert len(text) > 10_000_000
    monkeypatch.setattr(yaml, "parse", None)
    found = read_document(text, "f")
    assert found.place("/a/99999/b") == "f:300001 #/a/99999/b"
