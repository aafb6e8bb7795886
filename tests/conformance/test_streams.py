"""A stream is taken apart as its readers take it apart."""

from __future__ import annotations

import pytest

from pytest_asyncops.conformance.streams import events_of, lines_of


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", []),
        ("data: a\n\n", ["a"]),
        ("data:a\n\ndata:  b\n\n", ["a", " b"]),
        ("data: a\r\ndata: b\r\n\r\ndata: c\r\rdata: d\n\n", ["a\nb", "c", "d"]),
        (": only a comment\n\n", []),
        ("event: ping\nid: 7\nretry: 10\n\n", []),
        ("event: job\ndata: {}\nid: 1\n\n\n\n", ["{}"]),
        ("data\n\n", [""]),
        ("data: a: b\n\n", ["a: b"]),
        ("\ufeffdata: a\n\n", ["a"]),
        ("dat: a\n\ndatas: b\n\n", []),
        ("data: a\n\ndata: cut of", ["a", "cut of"]),
        ("data: a\u2028b\n\n", ["a\u2028b"]),
    ],
)
def test_events(text, data):
    assert events_of(text) == data


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("1", ["1"]),
        ('{"a": 1}\n{"a": 2}\n', ['{"a": 1}', '{"a": 2}']),
        ("1\r\n\r\n  \n2\n", ["1", "2"]),
        ('"\u2028"\n', ['"\u2028"']),
    ],
)
def test_lines(text, lines):
    assert lines_of(text) == lines
