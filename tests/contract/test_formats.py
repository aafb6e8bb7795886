"""Types and formats mean what the standards say, as judged by Python's own readers."""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
import math
import struct
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_asyncops.contract.formats import (
    FREE_FORMATS,
    MEANINGS,
    NUMBER_FORMATS,
    STRING_FORMATS,
    is_type,
    matches_format,
)
from pytest_asyncops.contract.schema_keywords import TYPES

BOUND = ("int32", "int64", "float", "double")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=3,
)


@given(json_values)
def test_a_value_has_one_type_or_is_null_or_is_no_json(value):
    types = {name for name in TYPES if is_type(value, name)}
    if isinstance(value, int) and not isinstance(value, bool):
        assert types == {"integer", "number"}
    elif value is None or (isinstance(value, float) and not math.isfinite(value)):
        assert types == set()
    else:
        assert len(types) == 1


@pytest.mark.parametrize("value", [1.0, -0.0, 1e300])
def test_some_floats_are_integers_where_they_count(value):
    assert is_type(value, "integer", integral_floats=True)
    assert not is_type(value, "integer")
    for other in (0.5, math.inf, math.nan, True, "1.0"):
        assert not is_type(other, "integer", integral_floats=True)


@given(json_values, st.sampled_from([*STRING_FORMATS, *BOUND, "password", "unheard-of"]))
def test_a_format_concerns_its_own_type_only(value, form):
    kind = "number" if form in BOUND else "string"
    if not is_type(value, kind) and not isinstance(value, (bool, float)):
        assert matches_format(value, form)


def test_every_format_that_is_understood_is_a_pattern_or_a_bound():
    assert STRING_FORMATS.keys() == MEANINGS.keys()
    assert not STRING_FORMATS.keys() & {*NUMBER_FORMATS, *FREE_FORMATS}


# --- Python's own readers as judges


def is_base64(text):
    try:
        read = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    # The reader takes bits behind the last byte, whatever they are; its writer sets none of them.
    spare = {0: 1, 1: 16, 2: 4}[len(read) % 3]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    if spare > 1:
        body = body[:-1] + alphabet[alphabet.index(body[-1]) // spare * spare]
    return base64.b64encode(read).decode() == body + "=" * (len(text) - len(text.rstrip("=")))


def is_ipv4(text):
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False


def is_ipv6(text):
    try:
        return ipaddress.IPv6Address(text).scope_id is None
    except ValueError:
        return False


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def is_date(text):
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


JUDGES = {
    "byte": is_base64,
    "uuid": is_uuid,
    "date": is_date,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
}

encoded = st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode())
nearly_encoded = st.text(alphabet="aB3+/=\n_\u00e9", max_size=9)
identifiers = st.uuids().flatmap(
    lambda each: st.sampled_from(
        [
            str(each),
            str(each).upper(),
            f"{each}\n",
            each.hex,
            f"{{{each}}}",
            each.urn,
            str(each)[:-1],
            f"{each}0",
            str(each).replace("-", "", 1),
            str(each).replace("-", "_"),
        ]
    )
)
days = st.dates().map(datetime.date.isoformat)
nearly_days = st.builds(
    "{}-{:02d}-{:02d}{}".format,
    st.sampled_from(["1900", "2000", "2023", "2024", "0001", "9999"]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from(["", "", "\n", "Z", " "]),
)
addresses = st.one_of(
    st.ip_addresses(v=4),
    st.ip_addresses(v=6),
    st.ip_addresses(v=6, network="::ffff:0:0/96"),
    st.ip_addresses(v=6, network="::/96"),
).flatmap(lambda address: st.sampled_from([str(address), address.exploded]))
nearly_addresses = st.builds(
    lambda address, at, other, gone: f"{address[:at]}{other}{address[at + gone :]}",
    addresses | st.sampled_from(["1::", "::1:2:3.4.5.6", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"]),
    st.integers(0, 40),
    st.sampled_from(["", ":", "::", ".", "0", "00", "256", "g", "%1", "\n", "1.2.3.4"]),
    st.integers(0, 5),
)
texts = st.one_of(
    encoded, nearly_encoded, identifiers, days, nearly_days, addresses, nearly_addresses,
    st.text(max_size=9),
)  # fmt: skip


@pytest.mark.parametrize("form", JUDGES)
@given(text=texts)
@example("aGk=\n")
@example("aG=k")
@example("aH==")
@example("2023-02-29")
@example("01234567-89ab-cdef-ABCD-EF0123456789")
def test_a_format_of_texts_is_what_the_standard_library_reads(form, text):
    assert matches_format(text, form) == JUDGES[form](text)


@given(st.datetimes(), st.sampled_from(["Z", "+00:00", "-11:30", "+23:59"]))
def test_a_timestamp_that_python_writes_is_one_and_without_its_zone_is_none(moment, zone):
    text = moment.isoformat()
    assert matches_format(f"{text}{zone}", "date-time")
    assert not matches_format(text, "date-time")
    assert matches_format(text[:10], "date")
    assert not matches_format(f"{text}{zone}", "date")


def fits(code, number):
    try:
        struct.pack(f"<{code}", number)
    except (struct.error, OverflowError):
        return False
    return True


near_integers = st.sampled_from([0, 2**31, -(2**31), 2**63, -(2**63)]).flatmap(
    lambda edge: st.integers(edge - 2, edge + 2)
)


@pytest.mark.parametrize(("form", "code"), [("int32", "i"), ("int64", "q")])
@given(number=near_integers | st.integers())
def test_an_integer_has_its_format_if_it_can_be_packed(form, code, number):
    assert matches_format(number, form) == fits(code, number)


@pytest.mark.parametrize(("form", "code"), [("float", "f"), ("double", "d")])
@given(number=st.floats(allow_nan=False, allow_infinity=False))
@example(3.4028234663852886e38)
@example(-3.4028234663852886e38)
@example(3.5e38)
@example(3.4028235e38)
@example(-3.4028235e38)
@example(3.4028235677973362e38)
@example(3.4028235677973366e38)
@example(2**1024 - 2**970 - 1)
@example(2**1024 - 2**970)
def test_a_float_has_its_format_if_it_can_be_packed(form, code, number):
    assert matches_format(number, form) == fits(code, number)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, 10**400])
@pytest.mark.parametrize("form", BOUND)
def test_no_format_has_what_is_no_finite_number(form, number):
    assert not matches_format(number, form)
