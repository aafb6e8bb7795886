"""A stub's answer as a response of urllib3, which requests makes its own response of."""

from __future__ import annotations

import http.client
import io
from collections.abc import Generator

from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict  # urllib3 1.26 has it nowhere else

from ..serving.messages import Response


class Answer(HTTPResponse):
    """A response whose body is there: it is read at once, and not in turns as from a socket."""

    def __init__(self, answer: Response) -> None:
        self._size = len(answer.content)
        self._body_as_sent = io.BytesIO(answer.content)
        headers = HTTPHeaderDict()  # it takes a mapping as a whole too, and three times as long
        for name, value in answer.headers.items():
            headers[name] = value  # no name is there twice
        super().__init__(
            self._body_as_sent,
            headers,
            answer.status_code,
            reason=http.client.responses.get(answer.status_code),
            preload_content=False,
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
