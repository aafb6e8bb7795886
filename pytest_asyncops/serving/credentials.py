"""Checks whether a request can have a credential that is to be refused."""

from __future__ import annotations

from contextlib import suppress

from ..errors import InvalidArgument, hides_usage_errors
from .api import Api
from .messages import Headers, Request

__tracebackhide__ = hides_usage_errors


def checked_credential(api: Api, credential: object) -> str:
    """The credential, if the API can read it from a request.

    Raises:
        InvalidArgument: for anything but a text, and for a header's value with more than the
            credential.
    """
    if not isinstance(credential, str) or not credential:
        raise InvalidArgument(
            f"credential must be a string that is not empty, the token or key itself, not "
            f"{credential!r}",
            value=credential,
        )
    read = credential
    # The answer to a request without a good credential, or whatever an API of your own raises when
    # it reads something else.
    with suppress(Exception):
        read = api.credential(Request("GET", api.base_url, "/", _EveryHeader(credential)))
    if read != credential:
        raise InvalidArgument(
            f"{credential!r} is not a credential of {api.name}, which reads only {read!r} "
            f"of such a header. Write refuse({read!r}).",
            value=credential,
        )
    return credential


class _EveryHeader(Headers):
    """Headers that have one value for every name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        super().__init__(dict.fromkeys(("Authorization", "Api-Key", "X-Api-Key"), value))
        self._value = value

    def __getitem__(self, name: str) -> str:
        return self._value
