"""Texts that contain credentials, and how they are shown: URLs, and parts of URLs."""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import unquote_plus

HIDDEN = "[hidden]"
"""What is shown in place of a credential."""

_SECRET_WORDS = (
    "token",
    "key",
    "secret",
    "signature",
    "sig",
    "password",
    "passwd",
    "credential",
)
_PAGING_WORDS = {"page", "paging", "pagination", "next", "previous", "prev", "continuation"}
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_PATH = re.compile("((?:[^:/?#]+:)?(?://[^/?#]*)?)([^?#]*)")
"""The part of a URL before the path, and the path, by RFC 3986, appendix B."""

_USER = re.compile(r"^([^/?#]*//)[^/?#]*@")
_PARAMETER = re.compile("(?:^|(?<=[?&;#]))([^/?&;#=]+)=([^&;#]+)")


class Hiding(str):
    """A text that contains a credential, which is hidden when the text is printed.

    Attributes:
        shown: the text without the credential.
    """

    shown: str

    def __new__(cls, text: str, shown: str) -> Hiding:
        """The text, with what is shown of it."""
        made = super().__new__(cls, text)
        made.shown = shown
        return made

    def __repr__(self) -> str:
        return repr(self.shown)

    def __reduce__(self) -> tuple[type[Hiding], tuple[str, str]]:
        return Hiding, (str(self), self.shown)  # a str's own way does not know what is shown


def shown(text: str) -> str:
    """A URL as it may be printed."""
    return text.shown if isinstance(text, Hiding) else without_secrets(text)


def without_user(url: str, instead: str = "") -> str:
    """The URL without user and password.

    >>> without_user("https://me:s3cret@example.com/x")
    'https://example.com/x'
    """
    return _USER.sub(rf"\1{instead}", url) if "@" in url else url


def without_secrets(url: str, also: Container[str] = ()) -> str:
    """A URL, or a part of one, without its user and the values of parameters with credentials.

    Args:
        url: the URL.
        also: further credentials: values of parameters and segments of the path, as they are
            written.

    >>> without_secrets("https://me:s3cret@example.com/x?api_key=s3cret&pageToken=abc")
    'https://[hidden]@example.com/x?api_key=[hidden]&pageToken=abc'
    """

    def replaced(parameter: re.Match[str]) -> str:
        name, value = parameter.groups()
        is_secret = value in also or is_secret_name(unquote_plus(name))
        return f"{name}={HIDDEN}" if is_secret else parameter[0]

    url = _PARAMETER.sub(replaced, without_user(url, f"{HIDDEN}@"))
    start, path, rest = _parts(url)
    return f"{start}{'/'.join(HIDDEN if part in also else part for part in path.split('/'))}{rest}"


def parameter_values(url: str) -> set[str]:
    """The values of all parameters in a URL, as they are written."""
    return {parameter[2] for parameter in _PARAMETER.finditer(url)}


def segments(url: str) -> set[str]:
    """The segments of a URL's path, as they are written."""
    return set(_parts(url)[1].split("/"))


def _parts(url: str) -> tuple[str, str, str]:
    """The part before the path, the path, and the part after it."""
    before, path = _PATH.match(url).groups()  # type: ignore[union-attr]  # it matches every text
    return before, path, url[len(before) + len(path) :]


def is_secret_name(name: str) -> bool:
    """Whether the name of a parameter means a credential, and not the token of a page.

    >>> is_secret_name("X-Amz-Signature"), is_secret_name("accesstoken"), is_secret_name("keyword")
    (True, True, False)
    """
    words = [word.lower() for word in _WORD.findall(name)]
    return _PAGING_WORDS.isdisjoint(words) and any(
        word.rstrip("s").endswith(_SECRET_WORDS) for word in words
    )
