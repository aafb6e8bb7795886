"""Which documented media type an answer has, and how its body is read."""

from __future__ import annotations

import pytest

from pytest_asyncops.conformance.media_types import (
    Reading,
    charset_of,
    default_of,
    documented_as,
    essence,
    reading_of,
)


@pytest.mark.parametrize(
    ("content_type", "reading"),
    [
        ("application/json", Reading.JSON),
        ("Application/JSON; charset=utf-8", Reading.JSON),
        ("text/json", Reading.JSON),
        ("application/problem+json", Reading.JSON),
        ("application/vnd.jobs.v2+json ; q=1", Reading.JSON),
        ("text/event-stream;charset=UTF-8", Reading.EVENTS),
        ("application/x-ndjson", Reading.LINES),
        ("application/jsonl", Reading.LINES),
        ("text/plain", Reading.TEXT),
        ("text/csv; header=present", Reading.TEXT),
        ("application/xml", Reading.BYTES),
        ("application/octet-stream", Reading.BYTES),
        ("application/jsonp", Reading.BYTES),
        ("application/geojson", Reading.BYTES),
        ("", Reading.BYTES),
    ],
)
def test_how_a_body_is_read(content_type, reading):
    assert reading_of(content_type) is reading


@pytest.mark.parametrize(
    ("content_type", "documented", "found"),
    [
        ("application/json", ["application/json"], "application/json"),
        ("application/JSON; charset=utf-8", ["text/plain", "Application/Json"], "Application/Json"),
        (
            "application/json",
            ["application/json; charset=utf-8"],
            "application/json; charset=utf-8",
        ),
        ("a/b; v=2", ["a/b", "a/b;v=1", "a/b;v=2"], "a/b;v=2"),
        ("a/b; v=3", ["a/b;v=1", "a/b"], "a/b"),
        ("a/b; v=3", ["a/b;v=1", "a/b;v=2"], "a/b;v=1"),
        ("text/csv", ["*/*", "text/*", "text/html"], "text/*"),
        ("text/csv", ["*/*", "image/*"], "*/*"),
        ("application/x+json", ["application/*", "application/*+json"], "application/*+json"),
        ("application/x+xml", ["application/*+json"], None),
        ("application/problem+json", ["application/json"], None),
        ("text/html", ["application/json", "text/plain"], None),
        ("text/html", [], None),
        ("", ["text/plain"], None),
    ],
)
def test_what_documents_a_content_type(content_type, documented, found):
    assert documented_as(content_type, documented) == found


@pytest.mark.parametrize(
    ("documented", "found"),
    [
        (["application/json", "text/plain"], "application/json"),
        (["text/plain", "application/hal+json"], "application/hal+json"),
        (["text/plain", "text/html"], "text/plain"),
        (["*/*"], "*/*"),
    ],
)
def test_what_says_nothing_of_itself_is_json_if_it_can_be(documented, found):
    assert default_of(documented) == found


def test_parameters():
    assert essence(" Text/Plain ;charset=x") == "text/plain"
    assert [
        charset_of(f"text/plain{rest}")
        for rest in ("", ";charset=latin-1", '; Charset = "UTF-8"', "; x=y;charset=a ;b=c")
    ] == [None, "latin-1", "UTF-8", "a"]
