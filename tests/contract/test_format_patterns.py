"""The patterns of formats are the grammars of their RFCs, and every engine reads them alike."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft4Validator

from pytest_asyncops.contract.formats import STRING_FORMATS, matches_format

GOOD = {
    "base64url": ["", "aGk", "aGk=", "-_-_", "aA", "aA=="],
    "byte": ["", "aGk=", "+/+/"],
    "date": ["2024-02-29", "0000-01-01"],
    "date-time": ["2024-02-29t23:59:60z", "2024-01-01T00:00:00.123456789-11:30"],
    "date-time-local": ["2024-02-29T12:00:00", "2024-02-29t12:30:60.5"],
    "duration": ["P1Y2M3DT4H5M6S", "P4W", "PT0S", "PT1H5M", "P1YT1S", "P2M", "P1Y3M"],
    "email": [
        "a@b", "first.last+tag@mail.example.com", "!#$%&'*+/=?^_`{|}~-@a.example", '"a b"@c',
        '"a\\"b"@c', "a@[127.0.0.1]", "a@[IPv6:::1]",
    ],
    "hostname": [
        "a", "a-b.example.com", "xn--bcher-kva.example", "1.example", "a" * 63,
        f"{'.'.join(['a' * 60] * 4)}.example",
    ],
    "ipv4": ["0.0.0.0", "255.255.255.255", "10.0.99.199"],
    "ipv6": ["::", "::1", "1:2:3:4:5:6:7:8", "FE80::1", "::ffff:10.0.0.1", "1:2:3:4:5:6:7::"],
    "iri": ["https://b\u00fccher.example/\u65e5?\ue000#\U00020000", "urn:a"],
    "iri-reference": ["/\u00e9", "", "\u00e9", "https://b\u00fccher.example"],
    "json-pointer": ["", "/", "/a~0b/~1//0", "/\u00e9 \n"],
    "relative-json-pointer": ["0", "1/a", "10#"],
    "time": ["00:00:00Z", "23:59:60Z", "12:30:00.5+02:00", "00:29:60+00:30", "00:00:00z"],
    "time-local": ["00:00:00", "12:30:60.25"],
    "uri": [
        "https://user:pass@a.example:8080/b/c%20d;e?f=g&h[=#i/?".replace("[", "%5B"), "a:",
        "urn:isbn:0451450523", "http://[2001:db8::7]/c?", "http://[v1.x:y]", "HTTP://A", "file:///x",
        "mailto:a@b.example", "x+y-z.1:/a", "http://", "a://b:/",
    ],
    "uri-reference": ["", "/a", "../b?c#d", "//a.example/b", "?a", "#b", "./a:b", "a/b:c", "a:b"],
    "uri-template": ["", "/a/{b}/c{?d,e*,f.g:30}", "{+a}{/b,c}{&d}{%41}", "https://a.example/'"],
    "uuid": ["01234567-89ab-cdef-ABCD-EF0123456789"],
}  # fmt: skip
"""Texts of each format."""

BAD = {
    "base64url": ["a", "aA=", "aGk==", "+/+/", "====", "aGk=aGk="],
    "byte": ["aGk", "-_-_", "aGk=\n"],
    "date": ["2023-02-29", "2024-1-01", "20240101"],
    "date-time": ["2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z"],
    "date-time-local": ["2024-01-01T00:00:00Z", "2024-01-01T00:00", "2024-01-01 00:00:00"],
    "duration": ["", "P", "PT", "P1", "P1YT", "1D", "P1DT", "P1W1D", "P1Y1D", "PT1H1S", "P1S",
                 "PT1.5S", "-P1D", "P1M1Y"],
    "email": ["", "a", "@b", "a@", "a b@c", "a..b@c", ".a@c", "a.@c", "a@b..c", "a@-b", "a@b-",
              "a@b_c", "a@[256.0.0.1]", "a@[::1]", "a@[IPv6:1]", '"a@b', '"a"b"@c', "a@b@c"],
    "hostname": ["", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "a" * 64, "\u00e9",
                 f"{'.'.join(['a' * 63] * 4)}"],
    "ipv4": ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4\n", "0x1.2.3.4", "1"],
    "ipv6": ["", ":", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::1%eth0",
             "::1.2.3", "1.2.3.4::", ":1:2:3:4:5:6:7", "::g"],
    "iri": ["/a", "\u00e9:a", "http://a/ ", "http://a/#\ue000"],
    "iri-reference": ["a b", "\u00e9:a", "\ufffe"],
    "json-pointer": ["a", "#/a", "/~", "/~2", "/a~"],
    "relative-json-pointer": ["", "/a", "01", "-1", "0##", "0a", "0+0"],
    "time": ["", "00:00:00", "24:00:00Z", "23:60:00Z", "22:59:60Z", "1:00:00Z", "00:00Z",
             "00:00:00+24:00", "23:59:60+00:30"],
    "time-local": ["00:00:00Z", "24:00:00", "00:00", "00:00:61"],
    "uri": ["", "/a", "a", "//a", "1a:b", "http://a b", "http://a/%2", "http://a/%zz", "http://a/[",
            "http://[::1", "http://[::g]", "http://a:b/", "a:\\b", "a:{b}", "a:\u00e9", "a:b\n",
            "a:#b#c", "http://[v.x]"],
    "uri-reference": ["a b", "1:b", ":a", "%", "\\", "{a}", "^", "http://a:b", "#a#b"],
    "uri-template": ["{", "}", "{}", "{a", "a}", "{a b}", "{a:0}", "{a:10000}", "{a,}", "{?}", " ",
                     "%", "<", "{a**}", "{.}", "{a..b}"],
    "uuid": ["0123456789abcdefABCDEF0123456789", "01234567-89ab-cdef-ABCD-EF012345678g"],
}  # fmt: skip
"""Texts that do not have the format."""


@pytest.mark.parametrize("form", GOOD)
def test_texts_have_their_format_or_not(form):
    assert [text for text in GOOD[form] if not matches_format(text, form)] == []
    assert [text for text in BAD[form] if matches_format(text, form)] == []


characters = st.sampled_from(
    [*"aAz09-._~:/?#[]@!$&'*+,;=% {}|^<>\"\\PTS", "\u00e9", "\n", "\ue000"]
)


@pytest.mark.parametrize("form", GOOD)
@given(data=st.data())
def test_every_engine_reads_a_format_alike(form, data):
    """Or else the quick check would find good what the thorough one does not."""
    text = data.draw(st.sampled_from([*GOOD[form], *BAD[form]]))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        other = data.draw(characters | st.just(""))
        text = text[:at] + other + text[at + data.draw(st.integers(0, 2)) :]
    assert _engine(form).is_valid(text) == matches_format(text, form)


@lru_cache
def _engine(form):
    return Draft4Validator({"pattern": STRING_FORMATS[form]})


def test_no_format_is_forgotten():
    assert STRING_FORMATS.keys() == GOOD.keys() == BAD.keys()
