"""Recipes for strings of a format: texts that have broken programs, and others that are drawn."""

from __future__ import annotations

import base64
import ipaddress
import math
import re
import string
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

from .options import LONG, Options, repeated
from .recipes import Recipe, choice, combine, from_strategy, number, one_of
from .timestamps import timestamps

Draw = Callable[[Options, int, float], Recipe]
"""From the options and the least and most characters to a recipe."""


class FormatRecipe(NamedTuple):
    """How to make the texts of a format.

    Attributes:
        draw: makes texts; unless it is exact, also longer and shorter ones than asked for.
        known: texts that are made too, the plainest first.
        least: how many characters the shortest text has.
        most: how many the longest one has.
        letters: characters by which texts can be made longer.
        multiple: of how many characters all texts have a multiple.
        is_exact: whether what is drawn has at least and at most as many characters as asked for.
    """

    draw: Draw
    known: tuple[str, ...] = ()
    least: int = 0
    most: float = math.inf
    letters: str = string.ascii_lowercase
    multiple: int = 1
    is_exact: bool = False

    def texts(self, options: Options, least: int = 0, most: float = math.inf) -> Recipe:
        """The texts, some of which may be longer or shorter unless it is exact."""
        drawn = self.draw(options, least, most)
        return one_of([choice(self.known), drawn]) if self.known else drawn


# --- Texts that stand for bytes

_BASE64 = ("", "AA==", "AAA=", "AAAA", "e30=", "bnVsbA==", "AB==", "AAB=", "+/+/", "//==", "/+A=")
"""Base64 of nothing, zeros and JSON, with unused bits that are set, and the alphabet's end."""


def _base64(options: Options, least: int, most: float) -> Recipe:
    """Base64 of this many characters: four for every three bytes."""
    low, high = 3 * -(-least // 4), math.inf if most == math.inf else 3 * (most // 4)
    if options.max_length is not None:
        high = min(high, max(options.max_length, low))
    limit = None if high == math.inf else int(high)
    if low > LONG:
        more = LONG if limit is None else min(LONG, limit - low)
        some = from_strategy(st.binary(min_size=1, max_size=LONG))
        sizes = from_strategy(st.integers(0, more))
        raw = combine(lambda few, size: repeated(few, low + size), some, sizes)
        known: list[str] = []
    else:
        raw = from_strategy(st.binary(min_size=max(low - 2, 0), max_size=limit))
        known = [
            text
            for text in _BASE64
            if least <= len(text) <= most and len(base64.b64decode(text)) <= high
        ]
    drawn = raw.mapped(lambda raw: base64.b64encode(raw).decode())
    return one_of([choice(known), drawn]) if known else drawn


def _base64url(options: Options, least: int, most: float) -> Recipe:
    padded = _base64(options, 0, math.inf).mapped(_for_urls)
    return one_of([padded, padded.mapped(lambda text: text.rstrip("="))])


def _for_urls(text: str) -> str:
    return text.translate(str.maketrans("+/", "-_"))


def _uuids(options: Options, least: int, most: float) -> Recipe:
    numbers = from_strategy(st.integers(0, 2**128 - 1))
    usual = numbers.mapped(lambda number: _uuid(number & _FREE | _VERSION_4))
    return one_of([usual, usual.mapped(str.upper), numbers.mapped(_uuid)])


_VERSION_4 = 0x4000_8000 << 48
_FREE = ~(0xF000_C000 << 48)
"""The bits of a UUID that tell its version and variant, and the others (RFC 9562, 5.4)."""


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    ends = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[start:end] for start, end in pairwise(ends))


# --- Addresses

_HOSTS = (
    *(
        "a.example",
        "example.com",
        "localhost",
        "EXAMPLE.com",
        "x--y.example",
        "xn--bcher-kva.example",
    ),
    *("1.example", "a.b.c.d.example", f"{'a' * 63}.example", "10.0.0.1"),
)
_LABELS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _hosts() -> Recipe:
    label = from_strategy(st.text(_LABELS, min_size=1, max_size=8))
    several = combine(lambda *labels: ".".join(labels), label, label)
    return one_of([several, combine("{}-{}.example".format, label, label)])


_IPV4 = ("127.0.0.1", "0.0.0.0", "10.0.0.1", "192.168.0.1", "255.255.255.255", "169.254.169.254")


def _ipv4() -> Recipe:
    return number(4).mapped(lambda value: str(ipaddress.IPv4Address(value)))


_IPV6 = (
    *("::1", "::", "2001:db8::1", "2001:DB8::A", "fe80::1", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"),
    *("64:ff9b::192.0.2.33", "1::", "0:0:0:0:0:0:0:0", "1:2:3:4:5:6:7::"),
)


def _ipv6() -> Recipe:
    drawn = number(16).mapped(ipaddress.IPv6Address)
    return one_of([drawn.mapped(str), drawn.mapped(lambda value: value.exploded)])


_EMAILS = ("a@example.com", "a@b.co", "A.b@EXAMPLE.com", "a@10.example", "0@example.museum")
_USERS = ("a", "A.b", "a+tag", "o'neil", '"a b"', "!#$%&'*+/=?^_`{|}~", "0", "a-b_c")


def _emails() -> Recipe:
    drawn = from_strategy(st.text(f"{_LABELS}_+-", min_size=1, max_size=16))
    hosts = choice(("example.com", "a.example", "mail.x--y.example", "example.museum"))
    return combine("{}@{}".format, one_of([choice(_USERS), choice(_USERS), drawn]), hosts)


_URIS = (
    *("https://example.com", "https://example.com/", "http://localhost:8080/a/b?c=d&e=#f"),
    *(
        "https://example.com/a%20b/%E2%82%AC",
        "https://user:secret@example.com/",
        "HTTP://A.EXAMPLE",
    ),
    *("https://[::1]/", "https://example.com//a//", "https://example.com/?q=a+b&q=%26", "a:b"),
    *("mailto:a@example.com", "data:,x", "file:///etc/hosts", "ftp://example.com/a;type=i", "x:"),
    *("https://example.com/..", "https://example.com/?a%5B%5D=1", "tel:+1-201", "urn:a:b"),
    *("a:b?c", "a:#", "a:/b"),
)
_IRIS = ("https://\u4f8b\u3048.example/\u00e9?\u00fc#\u4e2d", "urn:\u00e9:\U0001f600")
_RELATIVE_POINTERS = ("0", "0#", "1", "1/a", "0/", "10/0", "2/~0")
_RELATIVE = (
    *("", "/", "a", "../x", "./a:b", "?q=1", "#f", "//example.com/x", "a/b?c#d", "%2F", ";a"),
)
_SEGMENTS = f"{_LABELS}-._~"


def _uris() -> Recipe:
    hosts = one_of([choice(_HOSTS), _hosts()])
    return combine("https://{}{}".format, hosts, _paths())


def _paths() -> Recipe:
    """Absolute paths, with queries and fragments or without."""
    some = from_strategy(st.text(_SEGMENTS, max_size=12))
    marks = choice(("/", "/", "?", "#", "/%7E"))
    return combine("/{}{}{}".format, some, marks, some)


def _references() -> Recipe:
    return one_of([_paths(), _uris()])


_TEMPLATES = (
    *(
        "",
        "/jobs/{id}",
        "https://example.com/jobs{?page,per_page}",
        "{+path}",
        "{/path*}",
        "{id:3}",
    ),
    *("{#x}", "{.x}", "{;x}", "{&x}", "a%20b", "\u00e9", "{a.b}", "{a_b,c%20}"),
)


def _templates() -> Recipe:
    name = from_strategy(st.text(f"{_LABELS}_", min_size=1, max_size=8))
    return combine("{}/{{{}}}".format, _uris(), name)


_POINTERS = ("", "/", "/a", "/0", "/a/b", "/~0", "/~1", "/~01", "//", "/ ", "/\u00e9", "/%25", "/-")


def _pointers(options: Options) -> Recipe:
    return options.texts().mapped(lambda text: f"/{text.replace('~', '~0').replace('/', '~1')}")


def _relative_pointers(options: Options) -> Recipe:
    return combine("{}{}".format, choice(("0", "1", "10", "9" * 20)), _pointers(options))


# --- Times

_ZONE = re.compile("(?:[Zz]|[+-][0-9:]{5})$")


def _dates(options: Options, least: int, most: float) -> Recipe:
    return from_strategy(st.dates()).mapped(str)


def _times(options: Options) -> Recipe:
    return timestamps(options.times).mapped(lambda text: text[len("2026-01-01T") :])


def _local(text: str) -> str:
    return _ZONE.sub("", text)


_DURATIONS = (
    *("PT0S", "P1D", "PT1H", "PT15M", "P1W", "P1M", "PT1M", "P1Y", "P1DT12H", "P1Y2M3DT4H5M6S"),
    *("PT36H", "P0D", "PT90061S", "P999999D", "PT01H", "P10W", "PT1H30M", "P1M1D"),
)


def _durations() -> Recipe:
    counts = from_strategy(st.integers(0, 10**6))
    units = choice(("P{}D", "PT{}S", "PT{}H", "P{}W", "P1DT{}M", "P{}Y"))
    return combine(lambda unit, count: unit.format(count), units, counts)


FORMAT_RECIPES: Mapping[str, FormatRecipe] = {
    "base64url": FormatRecipe(_base64url, letters=f"{_LABELS}-_"),
    "byte": FormatRecipe(
        _base64, letters=f"A{string.ascii_letters}{string.digits}+/", multiple=4, is_exact=True
    ),
    "date": FormatRecipe(_dates, (), 10, 10, string.digits),
    "date-time": FormatRecipe(
        lambda options, *_: timestamps(options.times), (), 20, letters=string.digits
    ),
    "date-time-local": FormatRecipe(
        lambda options, *_: timestamps(options.times).mapped(_local), (), 19, letters=string.digits
    ),
    "duration": FormatRecipe(lambda *_: _durations(), _DURATIONS, 3, letters=string.digits),
    "email": FormatRecipe(lambda *_: _emails(), _EMAILS, 3),
    "hostname": FormatRecipe(lambda *_: _hosts(), _HOSTS, 1, 253),
    "ipv4": FormatRecipe(lambda *_: _ipv4(), _IPV4, 7, 15, string.digits),
    "ipv6": FormatRecipe(lambda *_: _ipv6(), _IPV6, 2, 45, string.hexdigits),
    "iri": FormatRecipe(lambda *_: _uris(), (*_URIS, *_IRIS), 2),
    "iri-reference": FormatRecipe(lambda *_: _references(), (*_RELATIVE, *_URIS, *_IRIS)),
    "json-pointer": FormatRecipe(lambda options, *_: _pointers(options), _POINTERS),
    "relative-json-pointer": FormatRecipe(
        lambda options, *_: _relative_pointers(options), _RELATIVE_POINTERS, 1
    ),
    "time": FormatRecipe(lambda options, *_: _times(options), (), 9, letters=string.digits),
    "time-local": FormatRecipe(
        lambda options, *_: _times(options).mapped(_local), (), 8, letters=string.digits
    ),
    "uri": FormatRecipe(lambda *_: _uris(), _URIS, 2),
    "uri-reference": FormatRecipe(lambda *_: _references(), (*_RELATIVE, *_URIS)),
    "uri-template": FormatRecipe(lambda *_: _templates(), _TEMPLATES),
    "uuid": FormatRecipe(_uuids, (), 36, 36, string.hexdigits),
}
"""How to make the texts of each format of strings that constrains them."""
