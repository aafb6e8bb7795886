"""Chainloop's stub reads requests and words its errors as a grpc-gateway was seen to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.apis import gateway
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.gateway import go_quote
from pytest_asyncops.serving.messages import Headers, Request, Response
from pytest_asyncops.serving.server import Server
from pytest_asyncops.serving.stub import Stub
from pytest_asyncops.virtual_time.server_clock import ServerClock

FORM = "application/x-www-form-urlencoded"


def ask(
    target: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
) -> Response:
    server = Server(CHAINLOOP, ServerClock())
    Stub(server).start(id="plain:cancel", kind="a")
    sent = Headers({"Authorization": "Bearer token", **(headers or {})})
    return server.handle(Request(method, server.base_url + target, target, sent, body))


def the_error(response: Response) -> tuple[int, int, str]:
    """HTTP status, code and message, once the envelope is what a gateway writes."""
    payload = response.json()
    assert list(payload) == ["code", "message", "details"]
    assert payload["details"] == []
    assert response.headers["content-type"] == "application/json"
    return response.status_code, payload["code"], payload["message"]


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "",
        "/v1",
        "/v2/operations",
        "//v1/operations",
        "/v1/operations/a/b",
        "/v1/operations/a%2Fb",
        "/V1/operations",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path(target, method):
    assert the_error(ask(target, method)) == (404, 5, "Not Found")


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x", "/v1/operations/"])
def test_wrong_method_is_501(method, target):
    assert the_error(ask(target, method)) == (501, 12, "Method Not Allowed")


@pytest.mark.parametrize("target", ["/v1/operations", "/v1/operations/x"])
def test_head_is_501_without_a_body(target):
    response = ask(target, "HEAD")
    assert (response.status_code, response.content) == (501, b"")


def test_a_posted_form_is_served_as_get_and_its_fields_are_parameters():
    response = ask("/v1/operations", "POST", b"kind=b", {"Content-Type": FORM})
    assert (response.status_code, response.json()["operations"]) == (200, [])
    response = ask("/v1/operations", "POST", b"kind=a", {"content-type": FORM})
    assert len(response.json()["operations"]) == 1
    response = ask("/v1/operations/plain:cancel", "POST", b"", {"Content-Type": FORM})
    assert response.json()["operation"]["id"] == "plain:cancel"


def test_form_and_query_are_read_together_the_form_first():
    response = ask("/v1/operations?kind=q", "POST", b"kind=f", {"Content-Type": FORM})
    assert the_error(response) == (400, 3, 'too many values for field "kind": f, q')


def test_a_form_type_with_a_charset_is_no_form():
    response = ask("/v1/operations", "POST", b"", {"Content-Type": f"{FORM}; charset=utf-8"})
    assert the_error(response) == (501, 12, "Method Not Allowed")


def test_a_form_of_another_method_is_no_form():
    response = ask("/v1/operations", "PUT", b"", {"Content-Type": FORM})
    assert the_error(response) == (501, 12, "Method Not Allowed")


PAGE = 'parsing field "page": strconv.ParseInt: parsing'
STATUS = 'parsing field "status":'

REFUSED_QUERIES = [
    ("pagination.page=abc", f'{PAGE} "abc": invalid syntax'),
    ("pagination.page=", f'{PAGE} "": invalid syntax'),
    ("pagination.page", f'{PAGE} "": invalid syntax'),
    ("pagination.page=99999999999", f'{PAGE} "99999999999": value out of range'),
    ("pagination.page=2147483648", f'{PAGE} "2147483648": value out of range'),
    ("pagination.page=-2147483649", f'{PAGE} "-2147483649": value out of range'),
    ("pagination.page=+1", f'{PAGE} " 1": invalid syntax'),
    ("pagination.page=1.0", f'{PAGE} "1.0": invalid syntax'),
    ("pagination.page=1_0", f'{PAGE} "1_0": invalid syntax'),
    ("pagination.page=%D9%A1", f'{PAGE} "\u0661": invalid syntax'),
    (
        "pagination.page_size=x",
        'parsing field "page_size": strconv.ParseInt: parsing "x": invalid syntax',
    ),
    (
        "pagination.pageSize=x",
        'parsing field "page_size": strconv.ParseInt: parsing "x": invalid syntax',
    ),
    ("status=FOO", f'{STATUS} "FOO" is not a valid value'),
    ("status=", f'{STATUS} "" is not a valid value'),
    ("status=6", f'{STATUS} "6" is not a valid value'),
    ("status=9", f'{STATUS} "9" is not a valid value'),
    ("status=-1", f'{STATUS} "-1" is not a valid value'),
    ("status=99999999999", f'{STATUS} "99999999999" is not a valid value'),
    (
        "status=async_operation_status_failed",
        f'{STATUS} "async_operation_status_failed" is not a valid value',
    ),
    ("status=FAILED", f'{STATUS} "FAILED" is not a valid value'),
    ("status=1&status=2", 'too many values for field "status": 1, 2'),
    ("status=1&status=1", 'too many values for field "status": 1, 1'),
    ("kind[x]=1", 'too many values for field "kind": x, 1'),
    ("kind%5Bx%5D=1", 'too many values for field "kind": x, 1'),
    ("kind[]=1", 'too many values for field "kind": , 1'),
    ("resource_id.x=1", 'invalid path: "resource_id" is not a message'),
    ("resourceId.x=1", 'invalid path: "resourceId" is not a message'),
    ("pagination.page.x=1", 'invalid path: "page" is not a message'),
    (
        "pagination=1",
        'parsing field "pagination": unsupported message type: "OffsetPaginationRequest"',
    ),
    ("kind=%zz", 'invalid URL escape "%zz"'),
    ("kind=%", 'invalid URL escape "%"'),
    ("kind=%4", 'invalid URL escape "%4"'),
    ("kind=%4&status=FOO", 'invalid URL escape "%4"'),
    ("%zz=1", 'invalid URL escape "%zz"'),
    ("unknown=%zz", 'invalid URL escape "%zz"'),
    ("kind=%zz&kind=%yy", 'invalid URL escape "%zz"'),
    ("kind=a;b", "invalid semicolon separator in query"),
    ("unknown=a;b", "invalid semicolon separator in query"),
]


@pytest.mark.parametrize(("query", "message"), REFUSED_QUERIES)
def test_refused_query(query, message):
    assert the_error(ask(f"/v1/operations?{query}")) == (400, 3, message)


@pytest.mark.parametrize(("query", "message"), REFUSED_QUERIES)
def test_the_query_is_read_before_the_token(query, message):
    response = ask(f"/v1/operations?{query}", headers={"Authorization": ""})
    assert the_error(response) == (400, 3, message)


def test_get_has_no_query_to_refuse():
    assert ask("/v1/operations/plain:cancel?status=FOO&x=%zz").status_code == 200


def test_a_duplicated_parameter_of_an_unknown_name_is_ignored():
    assert ask("/v1/operations?foo=1&foo=2&foo.bar=3&foo[x]=4").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "unknown=1",
        "pagination.unknown=1",
        "unknown.page=1",
        "&&",
        "status=2",
        "status=0",
        "status=%2B2",
        "status=ASYNC_OPERATION_STATUS_RUNNING",
        "pagination.pageSize=1",
        "pagination.page=%2B0",
        "pagination.page_size=%2B1",
        "pagination.page_size=2147483647",
        "pagination.page_size=0000000000000000001",
        "kind=a",
        "kind=",
        "resourceId=&resourceType=",
    ],
)
def test_accepted_query(query):
    response = ask(f"/v1/operations?{query}")
    assert [item["id"] for item in response.json()["operations"]] == ["plain:cancel"]


def test_a_negative_number_passes_the_gateway_and_the_service_decides():
    assert the_error(ask("/v1/operations?pagination.page=-1")) == (
        400,
        3,
        "page and page_size must not be negative",
    )


def test_a_slash_at_the_end_is_the_get_route_with_an_empty_id():
    assert the_error(ask("/v1/operations/")) == (404, 5, "operation not found")


def test_a_colon_is_part_of_a_plain_id():
    assert ask("/v1/operations/plain:cancel").json()["operation"]["id"] == "plain:cancel"
    assert the_error(ask("/v1/operations/a:cancel")) == (404, 5, "operation not found")


def test_unauthenticated_repeats_its_message_in_a_header():
    response = ask("/v1/operations", headers={"Authorization": ""})
    assert the_error(response) == (401, 16, "JWT token is missing")
    assert response.headers["Www-Authenticate"] == "JWT token is missing"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, 200),
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
    ],
)
def test_http_status_of_a_grpc_code(code, status):
    refusal = gateway.refusal(code, "boom", {"X": "y"})
    assert (refusal.status_code, refusal.code, refusal.headers) == (status, code, {"X": "y"})
    assert gateway.envelope(refusal) == {"code": code, "message": "boom", "details": []}


def test_there_are_no_more_grpc_codes():
    assert sorted(gateway.HTTP_STATUS) == list(range(17))


def quoted_by_the_stub(raw: str) -> str:
    """What the stub quotes of a percent-encoded value, byte for byte."""
    message = ask(f"/v1/operations?status={raw}").json()["message"]
    return message.removeprefix(f"{STATUS} ").removesuffix(" is not a valid value")


# What strconv.Quote writes: Go's unicode.IsPrint knows one space, the ASCII one.
@pytest.mark.parametrize(
    ("raw", "quoted"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ("%22", r'"\""'),
        ("'", '"\'"'),
        ("%5C", r'"\\"'),
        ("%07%08%0C%0A%0D%09%0B", r'"\a\b\f\n\r\t\v"'),
        ("%00%1B%7F", r'"\x00\x1b\x7f"'),
        ("%C2%80%C2%85", r'"\u0080\u0085"'),
        ("%C2%A0", r'"\u00a0"'),  # a no-break space
        ("%C2%AD", r'"\u00ad"'),  # a soft hyphen
        ("%E2%80%8B", r'"\u200b"'),  # a space of no width
        ("%E2%80%A8", r'"\u2028"'),  # a line separator
        ("%EE%80%80", r'"\ue000"'),  # for private use
        ("%C3%A9%E2%82%AC", '"é€"'),
        ("%F0%9F%98%80", '"😀"'),
        ("%F4%8F%BF%BF", r'"\U0010ffff"'),
        ("%EF%BF%BD", '"\ufffd"'),  # the real replacement character
        ("%FF%FE", r'"\xff\xfe"'),  # no UTF-8
        ("%ED%A0%80", r'"\xed\xa0\x80"'),  # a surrogate, which UTF-8 cannot have
        ("a%C3", r'"a\xc3"'),  # a character cut off
    ],
)
def test_go_quote(raw, quoted):
    assert quoted_by_the_stub(raw) == quoted


@given(st.text())
def test_what_is_quoted_is_printable_and_can_be_read_back(text):
    quoted = go_quote(text)
    assert quoted[0] == quoted[-1] == '"'
    assert quoted.isprintable()
    plain = quoted[1:-1].replace('\\"', '"')
    # Python reads the same escapes; what is not ASCII is made one first.
    escaped = plain.encode("ascii", "backslashreplace").decode("ascii")
    assert escaped.encode().decode("unicode_escape") == text


@given(st.integers())
def test_int32_reads_every_int32_and_nothing_else(number):
    if -(2**31) <= number < 2**31:
        assert gateway.int32(str(number)) == number
    else:
        with pytest.raises(ValueError, match="value out of range"):
            gateway.int32(str(number))


@pytest.mark.parametrize("edge", [2**31 - 1, -(2**31)])
def test_int32_at_its_edges(edge):
    assert gateway.int32(str(edge)) == edge
    with pytest.raises(ValueError, match="out of range"):
        gateway.int32(str(edge + (1 if edge > 0 else -1)))


@given(st.text("+-0123456789_ .exX٣", max_size=6))
def test_int32_is_decimal_digits_with_one_sign(text):
    digits = text[1:] if text[:1] in {"+", "-"} else text
    if digits and set(digits) <= set("0123456789"):
        assert gateway.int32(text) == int(text)
    else:
        with pytest.raises(ValueError, match="invalid syntax"):
            gateway.int32(text)


def test_int32_reads_a_very_long_number_quickly():
    assert gateway.int32("0" * 100_000 + "7") == 7
    with pytest.raises(ValueError, match="out of range"):
        gateway.int32("9" * 100_000)


@given(st.binary(max_size=12), st.sampled_from(["kind", "status", "pagination.page", "x"]))
def test_any_bytes_get_an_answer(value, name):
    query = f"{name}={value.decode('latin-1')}"
    response = ask(f"/v1/operations?{query}")
    assert response.status_code in (200, 400)
    json.loads(response.content.decode("utf-8"))


def test_camel_names():
    payload = {"a_b_c": [{"d_e": "f_g"}], "h": None}
    assert gateway.camel(payload) == {"aBC": [{"dE": "f_g"}], "h": None}


def test_the_contract_form_of_what_a_gateway_wrote():
    written = {"createdAt": "t", "errorMessage": "", "items": [{"resourceId": "r", "x": None}]}
    written["message"] = ""
    assert gateway.contract_form(written, {"error_message"}) == {
        "created_at": "t",
        "items": [{"resource_id": "r"}],
        "message": "",
    }


WORD = st.text("abcxyz", min_size=1, max_size=3)
NAMES = st.lists(WORD, min_size=1, max_size=3).map("_".join)
PAYLOADS = st.recursive(
    st.integers() | WORD | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(PAYLOADS)
def test_the_contract_form_undoes_camel_case(payload):
    assert gateway.contract_form(gateway.camel(payload), ()) == payload
