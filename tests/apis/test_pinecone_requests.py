"""What Pinecone reads in a request: its version, its body, and what is wrong with them."""

from __future__ import annotations

import json

import pytest
from support.pinecone_server import FORM, Server, bad, multipart, part, the_error

from pytest_asyncops.apis.pinecone_requests import OLD, edition
from pytest_asyncops.serving.messages import Headers, Request


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2025-10", OLD),
        ("2025-10, 2025-10", OLD),
        ("2025-01", OLD),
        ("2026-01", None),
        ("2026-04", None),
        ("2026-07", None),
        ("9999-12", None),
        ("2025-10, 2026-04", None),
        ("unstable", None),
        ("", None),
        (None, None),
    ],
)
def test_editions(version, expected):
    headers = {} if version is None else {"X-Pinecone-Api-Version": version}
    assert edition(Request("GET", "https://h/", "/", Headers(headers))) == expected


@pytest.mark.parametrize("version", ["", "2025-10, 2026-04", "2026-4", "2026-04-01", "latest"])
def test_what_is_no_version(version):
    answer = Server().send("GET", "/files/docs", X_Pinecone_Api_Version=version)
    assert the_error(answer) == bad(f"Invalid X-Pinecone-Api-Version: {version}")


FILE = part("file", b"text", "a.txt")
BODIES = [
    (b"", FORM, "Invalid multipart body: the body has no end: it broke off, or "
     "the boundary is not the header's"),
    (b"{}", "application/json", "Invalid multipart body: the body must be multipart/form-data with "
     "a boundary"),
    (multipart(part("metadata", b"{}")), FORM, "The body must have one part named file, not 0"),
    (multipart(FILE, FILE), FORM, "The body must have one part named file, not 2"),
    (multipart(FILE, part("metadata", b"[1]")), FORM, "Metadata must be a JSON object"),
    (multipart(FILE, part("metadata", b"{")), FORM, "Metadata must be a JSON object"),
    (multipart(FILE, part("metadata", b"[" * 9000)), FORM, "Metadata must be a JSON object"),
    (multipart(FILE, part("metadata", json.dumps({"a": "x" * 16_384}).encode())), FORM,
     "Metadata must not be larger than 16 KB"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "message"), BODIES)
@pytest.mark.parametrize(("method", "target"), [("POST", "/files/docs"), ("PUT", "/files/docs/f")])
def test_what_is_no_upload(body, content_type, message, method, target):
    server = Server()
    answer = server.ask(target, method, body, Content_Type=content_type)
    assert the_error(answer) == bad(message)
    assert server.stub.operations == {}


def test_a_flag_is_true_or_false():
    answer = Server().upload(target="/files/docs?multimodal=yes")
    assert the_error(answer) == bad("Invalid multimodal: Valid options are true, false")


def test_what_an_upload_tells():
    server = Server()
    server.upload(b"12345", 'b "c".txt'.replace('"', ""), metadata='{"a": [1]}')
    server.upload(target="/files/docs?multimodal=true", metadata="null")
    first, second = (operation.fields for operation in server.stub.operations.values())
    assert (first["file_name"], first["size"], first["metadata"]) == ("b c.txt", 5, {"a": [1]})
    assert (first["multimodal"], second["multimodal"]) == (False, True)
    assert "metadata" not in second


def test_a_file_without_a_name():
    server = Server()
    server.ask("/files/docs", "POST", multipart(part("file", b"")), Content_Type=FORM)
    [operation] = server.stub.operations.values()
    assert operation.fields["file_name"] == "file"


def test_metadata_of_the_older_edition_is_in_the_query():
    server = Server()
    server.upload(target="/files/docs?metadata=%7B%22a%22%3A1%7D", X_Pinecone_Api_Version="2025-10")
    [operation] = server.stub.operations.values()
    assert operation.fields["metadata"] == {"a": 1}
