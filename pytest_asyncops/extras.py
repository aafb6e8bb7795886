"""Parts of this package that need more than it installs by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import InvalidArgument, hides_usage_errors

__tracebackhide__ = hides_usage_errors


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """A block of imports that fail unless an extra is installed.

    Args:
        extra: its name.
        what: what was asked for that needs it.

    Raises:
        InvalidArgument: if something of it is missing, with the line that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise InvalidArgument(
            f"{what} needs {missing.name}, which is not installed: "
            f"python -m pip install 'pytest-asyncops[{extra}]'",
            value=missing.name,
            choices=[extra],
        ) from None
