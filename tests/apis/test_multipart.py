"""A multipart body has parts, each with a name, or it is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pinecone_server import FORM, multipart, part
from urllib3 import encode_multipart_formdata

from pytest_asyncops.apis.multipart import Part, read_multipart


@pytest.mark.parametrize(
    ("content_type", "body", "parts"),
    [
        (FORM, multipart(part("a", b"1")), [Part("a", None, b"1")]),
        (FORM, multipart(part("f", b"1\r\n2", "x.pdf")), [Part("f", "x.pdf", b"1\r\n2")]),
        (FORM, multipart(part("a", b""), part("a", b"")), [Part("a", None, b"")] * 2),
        (FORM, multipart(), []),
        (FORM, b"before\r\n" + multipart(part("a", b"1")) + b"after", [Part("a", None, b"1")]),
        (FORM, multipart(part("a", b"--lin")), [Part("a", None, b"--lin")]),
        (FORM, multipart(part("a", b"1")).replace(b"line\r", b"line \r"), [Part("a", None, b"1")]),
        ('Multipart/Form-Data; boundary="line"', multipart(part("a", b"")), [Part("a", None, b"")]),
        (FORM, multipart(part("f", b"", "a b\u00e9.txt")), [Part("f", "a b\u00e9.txt", b"")]),
        (FORM, multipart(b"content-disposition: form-data; name=a\r\nX: y\r\n\r\n1"),
         [Part("a", None, b"1")]),
        (FORM, multipart(b"Content-Disposition: x; name=f; filename*=utf-8''a%20b\r\n\r\n1"),
         [Part("f", "a b", b"1")]),
    ],
)  # fmt: skip
def test_parts(content_type, body, parts):
    assert read_multipart(content_type, body) == parts


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.binary()
        )
    )
)
def test_what_a_client_library_writes_is_read(fields):
    body, content_type = encode_multipart_formdata(fields, boundary="line")
    assert read_multipart(content_type, body) == [Part(*one[:1], None, one[1]) for one in fields]


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("", multipart(), "the body must be multipart/form-data with a boundary"),
        ("multipart/form-data", multipart(), "the body must be multipart/form-data"),
        ("multipart/form-data; boundary=", multipart(), "the body must be multipart/form-data"),
        ("multipart/mixed; boundary=line", multipart(), "the body must be multipart/form-data"),
        ("application/json", b"{}", "the body must be multipart/form-data"),
        (FORM, b"", "the body has no end"),
        (FORM, b"text", "the body has no end"),
        (FORM.replace("line", "other"), multipart(part("a", b"1")), "the body has no end"),
        (FORM, multipart(part("a", b"1"))[:-4], "the body has no end"),
        (FORM, multipart(part("a", b"1"))[:-3], "the body has no end"),
        (FORM, multipart(b"Content-Disposition: form-data\r\n\r\n1"), "a part has no name"),
        (FORM, multipart(b"1"), "a part has no name"),
        (FORM, multipart(b'Content-Disposition: form-data; name="a"\r\n1'), "a part has no name"),
        (FORM, multipart(b"\xff\xfe\r\n\r\n1"), "a part has no name"),
    ],
)
def test_what_is_no_multipart_body(content_type, body, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        read_multipart(content_type, body)


@given(st.binary(), st.sampled_from([FORM, "multipart/form-data; boundary=\xff", "x"]))
def test_anything_is_parts_or_a_value_error(body, content_type):
    try:
        parts = read_multipart(content_type, multipart(body))
    except ValueError:
        return
    assert all(isinstance(one.name, str) for one in parts)


def test_a_hundred_megabytes():
    """Nearly a boundary, again and again: hours, if each were looked at anew."""
    content = b"\r\n--lin" * 14_285_715
    [found] = read_multipart(FORM, multipart(part("file", content, "large.pdf")))
    assert len(found.content) == 100_000_005
    assert found.content == content
