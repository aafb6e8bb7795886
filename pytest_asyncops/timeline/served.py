"""What one call was for and what its answer said, in a few words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..durations import SECOND, length_of
from ..errors import counted
from ..serving.api import FIRST_ERROR
from ..serving.calls import Call
from ..serving.messages import Request, Secret
from ..serving.secret_texts import HIDDEN, shown
from .plain import plain

_MOST_NAMED = 3
"""So many operations of a list are named."""

_SHORT = 8
"""Characters of a credential."""

_LONGEST_BODY = 100_000
"""What is longer is not read for a word of it."""


def asked(call: Call, names: Mapping[str, str]) -> str:
    """Method, path and query, with short names for operations."""
    request = call.request
    path = shown(request.path)
    for name in (*call._asked_for, *call.operations[:_MOST_NAMED]):
        if len(names.get(name, name)) < len(name):
            path = path.replace(name, names[name])
    query = f"?{shown(request.query)}" if request.query else ""
    return f"{plain(request.method)} {plain(path + query)}"


def answered(call: Call, names: Mapping[str, str]) -> str:
    """Status, and the states, the percentage, the page or the error."""
    parts = [str(call.response.status_code), *_said(call, names)]
    if call.response.late:
        parts.append(f"({length_of(round(call.response.late * SECOND))} late)")
    return " ".join(parts)


def _said(call: Call, names: Mapping[str, str]) -> Iterator[str]:
    response = call.response
    if "Retry-After" in response.headers:
        yield f"(Retry-After: {plain(response.headers['Retry-After'], 40)})"
    if response.route is None:
        yield "matched no route:"
    if response.status_code >= FIRST_ERROR:
        yield _error(call)
    elif call._is_list:
        yield states_of_list(call, names)
    else:
        for name, state in zip(call.operations, call.states, strict=False):
            if call._asked_for != (name,):
                yield names.get(name, name)
            yield state.name
        percent = percentage(call)
        if percent is not None:
            yield f"{percent:g} %"


def states_of_list(call: Call, names: Mapping[str, str]) -> str:
    """The operations of a page: each of them, or how many there are in which state."""
    if len(call.operations) <= _MOST_NAMED:
        each = [
            f"{names.get(name, name)} {state.name}"
            for name, state in zip(call.operations, call.states, strict=False)
        ]
        return f"[{', '.join(each)}]" if each else "no operations"
    states = Counter(state.name for state in call.states)
    each = [f"{count:,} {name}" for name, count in states.items()]
    return f"{counted(len(call.operations), 'operation')}: {', '.join(each)}"


def percentage(call: Call) -> float | None:
    """The percentage in the answer, where it shows one operation and its percentage."""
    if len(call.operations) != 1:
        return None
    ahead: list[Any] = [_payload(call)]
    for value in ahead:
        for name, inner in value.items() if isinstance(value, dict) else ():
            is_number = isinstance(inner, (int, float)) and not isinstance(inner, bool)
            if is_number and ("percent" in name.lower() or "progress" in name.lower()):
                return float(inner)
            if len(ahead) <= _MOST_NAMED:
                ahead.append(inner)
    return None


def _error(call: Call) -> str:
    """The message of an error, or else its body."""
    payload = _payload(call)
    for value in (payload, payload.get("error")) if isinstance(payload, dict) else ():
        message = value.get("message") if isinstance(value, dict) else None
        if isinstance(message, str):
            return plain(without_credentials(message, call.request))
    body = call.response.content[:_LONGEST_BODY].decode("utf-8", "backslashreplace")
    return plain(without_credentials(body, call.request)) or "no body"


def _payload(call: Call) -> Any:
    if len(call.response.content) > _LONGEST_BODY:
        return None
    try:
        return call.response.json()
    except (ValueError, RecursionError):
        return None


def without_credentials(text: str, request: Request) -> str:
    """The text without what the request had as a credential: a server may repeat it."""
    secrets = {value for value in request.headers.values() if isinstance(value, Secret)}
    secrets |= {Secret(value.rpartition(" ")[2]) for value in secrets}
    for value in sorted({*secrets, *request._secret.url} - {""}, key=len, reverse=True):
        # A short one may be a part of words, such as those that tests have instead of a credential.
        end = r"\b" if len(value) < _SHORT else ""
        text = re.sub(rf"{end}{re.escape(value)}{end}", HIDDEN, text)
    return text
