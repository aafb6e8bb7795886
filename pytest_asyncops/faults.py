"""Faults to inject with `Stub.inject`: things that go wrong between a client and a service.

>>> from pytest_asyncops import faults, mocked
>>> with mocked() as mock:
...     mock.pinecone.inject(faults.status(503, retry_after=2), times=2)
<Injection of status(503, retry_after=2), used for 0 requests>
"""

from __future__ import annotations

from http import HTTPStatus

from .arguments import explained
from .durations import SECOND, Seconds, to_ns
from .errors import InvalidArgument, hides_usage_errors
from .serving.api import FIRST_ERROR, Api
from .serving.exchange import json_response
from .serving.injections import Fault
from .serving.messages import ErrorResponse, Request, Response

__all__ = ["status"]

__tracebackhide__ = hides_usage_errors

_ERRORS = range(FIRST_ERROR, 600)


@explained()
def status(code: int, *, retry_after: Seconds | None = None) -> Fault:
    """An error with this HTTP status, in the API's own envelope.

    Args:
        code: the HTTP status, 400 to 599.
        retry_after: the seconds, or the ``timedelta``, of its ``Retry-After``; rounded up to whole
            seconds, as the header has it. ``None`` for none.

    Raises:
        InvalidArgument: for any other status, or a time that makes no sense.

    >>> status(503)
    status(503)
    """
    if isinstance(code, bool) or not isinstance(code, int) or code not in _ERRORS:
        raise InvalidArgument(
            f"code must be the HTTP status of an error, {_ERRORS[0]} to {_ERRORS[-1]}, "
            f"not {code!r}",
            value=code,
        )
    headers = {}
    name = f"status({code})"
    if retry_after is not None:
        headers = {"Retry-After": str(-(-to_ns(retry_after, "retry_after") // SECOND))}
        name = f"status({code}, retry_after={retry_after!r})"

    def answer(request: Request, api: Api) -> Response:
        error = ErrorResponse(code, api.serving.error_code(code), _phrase(code), headers)
        return json_response(code, api.envelope(error), headers)

    return Fault(name, answer)


def _phrase(code: int) -> str:
    """The phrase of an HTTP status."""
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return f"HTTP status {code}"
