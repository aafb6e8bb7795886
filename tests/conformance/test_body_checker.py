"""Bodies of one media type: how they are read, and what is checked against the schema."""

from __future__ import annotations

import json

import pytest
from support.client_responses import of_requests
from support.documents import answering, content
from support.verdicts import refused, rules

from pytest_asyncops import ContractError, violations
from pytest_asyncops.conformance import body_checker

URL = "http://localhost/jobs"
TEXT = {"type": "string", "maxLength": 3}
JOB = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


def found(schema, kind, body, sent=None):
    return rules(
        of_requests(body, URL, kind=sent or kind), contract=answering(content(schema, kind))
    )


# --- text and bytes


@pytest.mark.parametrize("kind", ["text/plain", "text/csv; header=absent", "application/xml"])
def test_a_text(kind):
    assert found(TEXT, kind, b"abc") == found(TEXT, kind, b"") == []
    assert found(TEXT, kind, b"abcd") == [("$", "schema.maxLength")]
    assert found({}, kind, b"\xc3\xa9") == []
    assert found({"allOf": [TEXT, {"enum": ["a"]}]}, kind, b"b") == [("$", "schema.enum")]
    assert found({"anyOf": [JOB, TEXT]}, kind, b"abcd") == [("$", "schema.anyOf")]


def test_a_text_has_its_charset():
    assert found(TEXT, "text/plain", "ééé".encode()) == []
    assert found(TEXT, "text/plain", "ééé".encode("latin-1"), "text/plain; charset=latin-1") == []
    unknown = [f"text/plain; charset={name}" for name in ("nonsense", "hex", '"\0"', "undefined")]
    for kind, body in (("text/plain", b"\xe9"), *((kind, b"a") for kind in unknown)):
        [wrong] = violations(
            of_requests(body, URL, kind=kind), contract=answering(content(TEXT, "text/plain"))
        )
        assert (wrong.path, wrong.rule, wrong.value) == ("$", "schema.content", body)
        assert wrong.message.startswith("must be text: ")


def test_bytes_count_one_by_one():
    binary = {"type": "string", "format": "binary", "minLength": 2, "maxLength": 2}
    for kind in ("application/octet-stream", "image/png"):
        assert found(binary, kind, b"\xc3\xa9") == []
        assert found(binary, kind, b"\xc3\xa9\x00") == [("$", "schema.maxLength")]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "minimum": 1}, b"12", b"1.5"),
        ({"type": "boolean"}, b"true", b"yes"),
        (JOB, b'{"id": 1}', b'{"id": "1"}'),
        ({"required": ["id"]}, b'{"id": 1}', b"{}"),
        ({"allOf": [JOB]}, b'{"id": 1}', b"id: 1"),
        ({"oneOf": [JOB, {"type": "array"}]}, b"[]", b"id: 1"),
    ],
)
def test_a_text_that_is_to_be_something_else_is_read_as_json(schema, good, bad):
    assert found(schema, "text/plain", good) == []
    assert found(schema, "text/plain", bad) != []


OTHERS = pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data", "a/vnd.b"])


@OTHERS
@pytest.mark.parametrize("schema", [JOB, {"type": "array", "items": {}}, {"properties": {}}])
def test_a_body_that_nothing_can_be_said_of_is_no_silent_pass(schema, kind):
    contract = answering(content(schema, kind))
    with pytest.raises(ContractError) as caught:
        violations(of_requests(b"<id>1</id>", URL, kind=kind), contract=contract)
    assert caught.value.pointer.endswith("/schema")
    said = f"this body of {kind} cannot be checked against the schema. JSON, text"
    assert said in str(caught.value)


@OTHERS
def test_what_is_json_by_another_name(kind):
    assert found(JOB, kind, b'{"id": 1}') == []
    assert found(JOB, kind, b'{"id": "1"}') == [("$.id", "schema.type")]


def test_what_nobody_asks_for_need_not_be_understood():
    answer = content(JOB)
    answer["content"]["application/xml"] = {"schema": JOB}
    assert rules(of_requests(b'{"id": 1}', URL), contract=answering(answer)) == []


# --- streams


def lines(*values):
    return "".join(f"{json.dumps(value)}\n" for value in values).encode()


def events(*values):
    return "".join(f"event: job\ndata: {json.dumps(value)}\n\n" for value in values).encode()


STREAMS = pytest.mark.parametrize(
    ("kind", "stream"), [("application/x-ndjson", lines), ("text/event-stream", events)]
)


@STREAMS
@pytest.mark.parametrize("schema", [JOB, {"type": "array", "items": JOB}])
def test_what_is_in_a_stream_conforms_one_by_one(kind, stream, schema):
    assert found(schema, kind, b"") == found(schema, kind, stream({"id": 1}, {"id": 2})) == []
    assert found(schema, kind, stream({"id": 1}, {"id": "2"}, 3)) == [
        ("$[1].id", "schema.type"),
        ("$[2]", "schema.type"),
    ]


@STREAMS
def test_the_schema_of_a_list_is_about_the_whole_stream(kind, stream):
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
    assert found(schema, kind, stream(1)) == [("$", "schema.minItems")]
    assert found({"type": "array"}, kind, stream(1, "a")) == []


@STREAMS
def test_what_is_no_json_in_a_stream(kind, stream):
    cut = stream({"id": 1}, {"id": 2}).rstrip()[:-2]
    [wrong] = violations(of_requests(cut, URL, kind=kind), contract=answering(content(JOB, kind)))
    assert (wrong.path, wrong.rule, wrong.value) == ("$[1]", "schema.content", '{"id": ')
    assert wrong.message.startswith("must be JSON: ")
    assert wrong.source.endswith("/schema")


@STREAMS
def test_a_stream_is_utf_8(kind, stream):
    assert found(JOB, kind, stream({"id": 1})[:-3] + b"\xff") == [("$", "schema.content")]


def test_the_data_of_events_may_be_text():
    kind = "text/event-stream"
    assert found(TEXT, kind, b"data: abc\n\ndata: 1\n\n") == []
    assert found(TEXT, kind, b"data: abc\n\ndata: abcd\n\n") == [("$[1]", "schema.maxLength")]
    either = {"anyOf": [JOB, TEXT]}
    assert found(either, kind, b'data: abc\n\ndata: {"id": 1}\n\n') == []
    assert found(either, kind, b'data: {"id": "1"}\n\n') == [("$[0]", "schema.anyOf")]
    assert found({}, kind, b"data: abc\n\ndata: {}\n\n") == []
    texts = {"type": "array", "items": TEXT}
    assert found(texts, kind, b"data: 1\n\ndata: abcd\n\n") == [("$[1]", "schema.maxLength")]


def test_the_last_event_may_say_that_it_is_the_last():
    kind, done = "text/event-stream", b"data: [DONE]\n\n"
    assert found(JOB, kind, events({"id": 1}) + done) == found(JOB, kind, done) == []
    assert found(JOB, kind, done + events({"id": 1})) == [("$[0]", "schema.content")]
    assert found(TEXT, kind, done) == [("$[0]", "schema.maxLength")]
    assert found(JOB, "application/x-ndjson", b"[DONE]") == [("$[0]", "schema.content")]


@STREAMS
def test_a_payload_of_a_stream_is_the_list_of_what_is_in_it(kind, stream):
    contract = answering(content(JOB, kind))
    assert rules([{"id": 1}], contract=contract, route="GET /jobs") == []
    assert rules([{"id": ""}], contract=contract, route="GET /jobs") == [("$[0].id", "schema.type")]
    assert refused({"id": 1}, contract=contract, route="GET /jobs") == (
        "the payload of a stream is the list of its events or lines, not {'id': 1}"
    )


@STREAMS
def test_a_good_stream_is_checked_quickly(kind, stream, monkeypatch):
    monkeypatch.setattr(body_checker, "find_violations", None)
    assert found(JOB, kind, stream({"id": 1}, {"id": 2})) == []
    with pytest.raises(TypeError):
        found(JOB, kind, stream({"id": 1}, {"id": ""}))


@STREAMS
def test_what_a_stream_does_not_document(kind, stream):
    contract = answering(content(JOB, kind))
    response = of_requests(stream({"id": 1, "x": 2}), URL, kind=kind)
    assert rules(response, contract=contract) == []
    assert rules(response, contract=contract, extra="forbid") == [("$[0].x", "schema.properties")]


# --- JSON


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json", "text/json"])
def test_json(kind):
    assert found(JOB, kind, b'{"id": 1}', f"{kind}; charset=utf-8") == []
    assert found(JOB, kind, b'{"id": "1"}') == [("$.id", "schema.type")]
    assert found(JOB, kind, b"{") == [("$", "schema.content")]
    assert found(JOB, kind, b"") == [("$", "schema.content")]


def test_a_payload_that_is_no_json():
    contract = answering(content(JOB))
    wrong = "the payload has a value at $.id that JSON does not have"
    assert refused({"id": {1}}, contract=contract, route="GET /jobs").startswith(wrong)
    assert rules({"id": float("nan")}, contract=contract, route="GET /jobs") == [
        ("$", "schema.content")
    ]
