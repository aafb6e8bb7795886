"""A stub's answer as a response of urllib3, from which requests makes its own response."""

from __future__ import annotations

import http.client
import io
from collections.abc import Generator
from typing import Any

from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict  # urllib3 1.26 has it only here

from ..serving.messages import Response

_HTTP_1_1 = 11  # as http.client writes it


class Body(io.BytesIO):
    """The body as urllib3 gets it from http.client: a response that is closed once it is read."""

    version = _HTTP_1_1

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.content)
        self.size: int = len(answer.content)
        self._answer = answer

    def isclosed(self) -> bool:
        """Whether all of it has been read."""
        return self.closed or self.tell() >= self.size

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status_code

    @property
    def reason(self) -> str | None:
        """The phrase of the status in its registry."""
        return http.client.responses.get(self.status)

    @property
    def msg(self) -> http.client.HTTPMessage:
        """The headers, from which cookies are read."""
        message = http.client.HTTPMessage()
        for name, value in self._answer.headers.pairs:
            message[name] = value  # it keeps the earlier ones
        return message


class _Headers(HTTPHeaderDict):
    """Finds quickly that a header is missing, which urllib3 asks for several in each answer."""

    def get(self, key: str, default: Any = None) -> Any:
        """The values of a header as one."""
        if key in self:  # the usual way raises an error, and catches it again
            return self[key]
        return default


class Answer(HTTPResponse):
    """A response whose body is complete: it is read at once, and not in pieces as from a socket.

    Args:
        answer: what the stub has answered.
        options: what urllib3 itself adds to the response.
    """

    def __init__(self, answer: Response, **options: Any) -> None:
        content, sent = answer.content, answer.headers
        self._size = len(content)
        self._body_as_sent: io.BytesIO
        if "Set-Cookie" in sent or options.get("connection") is not None:
            # requests reads cookies from it; and a connection is free again once it is read.
            self._body_as_sent = options["original_response"] = Body(answer)
        else:
            self._body_as_sent = io.BytesIO(content)
        headers = _Headers()  # it also accepts a whole mapping, but takes three times as long
        if sent.has_repeats:
            for name, value in sent.pairs:
                headers.add(name, value)
        else:
            for name, value in sent.items():
                headers[name] = value  # in a third of the time
        options.setdefault("preload_content", False)
        status = answer.status_code
        super().__init__(
            self._body_as_sent,
            headers,
            status,
            _HTTP_1_1,
            reason=http.client.responses.get(status),
            **options,
        )

    def stream(
        self, amt: int | None = 2**16, decode_content: bool | None = None
    ) -> Generator[bytes, None, None]:
        """The rest of the body, in pieces of this size."""
        if "Content-Encoding" in self.headers:
            rest = self.read(decode_content=decode_content)
        else:
            rest = b"" if self.closed else self._body_as_sent.read()
        self._body_as_sent.close()
        size = amt or len(rest) or 1
        return (rest[at : at + size] for at in range(0, len(rest), size))

    def tell(self) -> int:
        """How many bytes of the body have been read."""
        return self._size if self.closed else self._body_as_sent.tell()
