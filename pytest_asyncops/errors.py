"""The errors that this package raises on purpose, and how their messages are made.

An error that carries a value of this package is defined beside that value: `ConformanceError`,
`UnmatchedRequests`, `PollerHangs`.

A message names the refused value, the choices and the next step. The value and the choices are
attributes too, so that a test can check them without reading the text.
"""

from __future__ import annotations

import datetime
import difflib
import math
from collections.abc import Iterable
from typing import Any


class AsyncOpsError(Exception):
    """The base of all errors of this package."""

    __module__ = __package__

    def __init_subclass__(cls) -> None:
        # So that a traceback names an error as tests import it.
        if cls.__module__.startswith(f"{__package__}."):
            cls.__module__ = __package__


class InvalidArgument(AsyncOpsError, ValueError):
    """A value that is refused: an unknown name, a negative duration, a contradiction.

    Attributes:
        value: what was given.
        choices: what could have been given, empty if there is no list of choices.
    """

    def __init__(self, message: str, *, value: object = None, choices: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.value = value
        self.choices: tuple[str, ...] = tuple(choices)


# The next four are shown to users as an InvalidArgument. Each is also what Python raises in such a
# case, so that `in`, `get`, `hasattr` and other people's code still work.


class InvalidCall(InvalidArgument, TypeError):
    """A call with arguments that the function does not have."""


class UnknownName(InvalidArgument, KeyError):
    """A name that a mapping does not have."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # a KeyError shows the repr of its message


class UnknownAttribute(InvalidArgument, AttributeError):
    """An attribute that an object does not have, or that cannot be set."""

    def __init__(self, message: str, *, value: object = None, choices: Iterable[str] = ()) -> None:
        super().__init__(message, value=value, choices=choices)
        self.name: str | None = None  # or Python adds a suggestion of its own


class NothingThere(InvalidArgument, IndexError):
    """An index beyond the end of a sequence."""


for _kind in (InvalidCall, UnknownName, UnknownAttribute, NothingThere):
    _kind.__name__ = _kind.__qualname__ = InvalidArgument.__name__


class MockClosed(AsyncOpsError):
    """A mock was used outside the test or the ``with`` block that it belongs to."""


class PatienceWarning(UserWarning):
    """The virtual clock has waited too long for something real, and has moved on.

    The setting ``patience`` says how long it waits.
    """

    __module__ = __package__


class ForkedRequestsWarning(UserWarning):
    """A forked process has sent requests to its own copy of a stub."""

    __module__ = __package__


class LeftoverWorkWarning(UserWarning):
    """A thread, task or job that a test began has sent a request after the end of the test."""

    __module__ = __package__


class TakenRequestsWarning(UserWarning):
    """Another mock has answered requests that were meant for a stub."""

    __module__ = __package__


class UnknownVersionWarning(UserWarning):
    """A version of another package does not have the parts that a mock replaces."""

    __module__ = __package__


class MockedWarning(UserWarning):
    """A `mocked` was never opened, or was opened and never closed."""

    __module__ = __package__


class ContractError(AsyncOpsError):
    """A YAML contract that cannot be read or understood.

    Attributes:
        file: the document's name.
        line: the line of the mistake, counted from 1; ``None`` if it is not in a line.
        pointer: the JSON pointer of the mistake; ``None`` if the document could not be read.
    """

    def __init__(
        self, message: str, *, file: str, line: int | None = None, pointer: str | None = None
    ) -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {message}")
        self.file = file
        self.line = line
        self.pointer = pointer


class CadenceError(AsyncOpsError, AssertionError):
    """An operation was not polled as a test asserts.

    Attributes:
        operation: the operation's id.
        polls: when it was polled, in UTC, as far as its calls are kept.
        breaches: everything that is wrong, in words; the message has the first of each kind.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        polls: Iterable[datetime.datetime],
        breaches: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.polls: tuple[datetime.datetime, ...] = tuple(polls)
        self.breaches: tuple[str, ...] = tuple(breaches)


class NetworkBlocked(AsyncOpsError):
    """A request was about to reach the network, and was blocked.

    A mock answers for its host, or the setting ``network="block"`` forbids it.

    Attributes:
        host: the host of the request.
        port: the port, ``None`` if it was not known yet.
        client: the client library that was about to send it.
        line: the line of the user's code that made the request; ``None`` if it is unknown.
    """

    def __init__(
        self,
        message: str,
        *,
        host: str = "",
        port: int | None = None,
        client: str = "",
        line: str | None = None,
    ) -> None:
        super().__init__(message)
        self.host = host
        self.port = port
        self.client = client
        self.line = line


def listed(names: Iterable[object], last: str = "or") -> str:
    """The names as prose: ``a, b or c``; ``last`` is the word before the last of them."""
    texts = [str(name) for name in names]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def written(value: object) -> str:
    """The repr of a value of any size and depth, or a description if Python refuses to write it.

    >>> written([10**5000, 1])
    '[<an integer of about 5,001 digits>, 1]'
    """
    try:
        return repr(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return repr(_without_long_integers(value))
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deep to be shown"


class _LongInteger:
    def __init__(self, value: int) -> None:
        self.digits = int(value.bit_length() * math.log10(2)) + 1

    def __repr__(self) -> str:
        return f"<an integer of about {self.digits:,} digits>"


def _without_long_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_long_integers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_long_integers(inner) for inner in value]
    return _LongInteger(value) if isinstance(value, int) and value.bit_length() > 10_000 else value


LONGEST = 160
"""How many characters of a value a message shows."""


def shortened(value: object) -> str:
    """A value as a message shows it.

    >>> shortened("a" * 1000)[-19:]
    '… (1002 characters)'
    """
    text = written(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def counted(count: int, noun: str) -> str:
    """A number of things as prose.

    >>> counted(1, "call"), counted(2_000, "call")
    ('1 call', '2,000 calls')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def checked_flag(value: Any, what: str) -> bool:
    """The value, if it is ``True`` or ``False``.

    Raises:
        InvalidArgument: if it is not; in Python most other values count as true, even ``"no"``.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(f"{what} must be True or False, not {value!r}", value=value)
    return value


def checked_count(value: Any, what: str, least: int = 0) -> int:
    """The value, if it is a whole number that is not too small.

    Raises:
        InvalidArgument: if it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidArgument(
            f"{what} must be a whole number, {least} or more, not {value!r}", value=value
        )
    return value


def unknown_choice(
    what: str,
    value: object,
    choices: Iterable[str],
    advice: str = "",
    *,
    error: type[InvalidArgument] = InvalidArgument,
) -> InvalidArgument:
    """The error for a value that is not one of the choices; it suggests the nearest one."""
    names = list(choices)
    near = difflib.get_close_matches(value, names, 1) if isinstance(value, str) else []
    hint = f" Did you mean {near[0]!r}?" if near else ""
    offer = f" Choose {listed(map(repr, names))}." if names else ""
    tail = f" {advice}" if advice else ""
    return error(f"unknown {what} {value!r}.{hint}{offer}{tail}", value=value, choices=names)


def hides_usage_errors(excinfo: Any) -> bool:
    """For ``__tracebackhide__``: show a user's mistake where the user made it.

    pytest calls this with its ``ExceptionInfo``. For any other error the frames of this package
    stay visible, because that would be a bug of this package.
    """
    return isinstance(excinfo.value, AsyncOpsError)


__tracebackhide__ = hides_usage_errors
