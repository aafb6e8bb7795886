"""Takes the body of a stream apart: server-sent events, and lines of JSON."""

from __future__ import annotations

import re

_ENDS = re.compile("\r\n|\n|\r")


def events_of(text: str) -> list[str]:
    r"""The data of each event of ``text/event-stream``, as browsers read it.

    This is the algorithm of the HTML standard (9.2.6), with one difference: a last event without a
    blank line after it is an event too, so that a truncated one is checked.

    >>> events_of(": hello\n\nevent: job\ndata: {\ndata: }\n\nid: 7\n\ndata:x\n\n")
    ['{\n}', 'x']
    """
    found: list[str] = []
    data: list[str] = []
    for line in (*_ENDS.split(text.removeprefix("\ufeff")), ""):
        name, _, value = line.partition(":")
        if line and name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            found.append("\n".join(data))
            data = []
    return found


def lines_of(text: str) -> list[str]:
    r"""The lines that are not blank.

    >>> lines_of('{"id": 1}\r\n\n{"id": 2}')
    ['{"id": 1}', '{"id": 2}']
    """
    return [line for line in re.split("\r?\n", text) if line.strip()]
