"""The mocks that the running test has opened, for its report."""

from __future__ import annotations

from collections.abc import Iterator

from .session import Session


class OpenedMocks:
    """The mocks of a test: those that are open, and the latest.

    No more are kept: a test may open thousands, one after the other. Without pytest none is.
    """

    def __init__(self) -> None:
        self._kept: list[Session] = []

    def note(self, session: Session) -> None:
        """Note that a mock has been opened."""
        self.forget()
        if session.is_of_pytest:
            self._kept.append(session)

    def forget(self) -> None:
        """Note that the test is over, or another mock is opened."""
        self._kept = [session for session in self._kept if not session.clock.is_closed]

    def __iter__(self) -> Iterator[Session]:
        return iter(self._kept)


opened: OpenedMocks = OpenedMocks()
"""The mocks of this process."""
