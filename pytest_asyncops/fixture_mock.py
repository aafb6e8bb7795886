"""The mock that the fixtures give: who asks for it, and when it opens for them.

pytest sets up a session fixture once, and gives later tests the value that it has kept. It does not
tell of what is asked for by ``getfixturevalue``. So that is noted here, when it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from .errors import AsyncOpsError
from .marker import resolved
from .mocking import Switch


class FixtureMock:
    """The mock of all tests of a session, which is new in each that asks for it.

    Args:
        running: returns the test that runs, ``None`` if none does.
        setting_up: the fixtures of wider scope than a test that are being set up, outermost first.

    Attributes:
        switch: what opens and closes it.
        is_asked_for: whether the test that runs has asked for it so far.
    """

    def __init__(
        self,
        running: Callable[[], pytest.Item | None],
        setting_up: Sequence[pytest.FixtureDef[Any]],
    ) -> None:
        self.switch: Switch = Switch()
        self.is_asked_for: bool = False
        self._running = running
        self._setting_up = setting_up
        self._askers: list[tuple[pytest.FixtureDef[Any], str]] = []

    def names_asked_by(self, item: pytest.Item) -> set[str]:
        """The names by which fixtures of wider scope have asked for it that a test has.

        No test but the first sees them ask.
        """
        known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        return {name for asker, name in self._askers if asker in known.get(asker.argname, ())[-1:]}

    def open(self, item: pytest.Item, is_served: bool) -> None:
        """Open it for a test, on loopback or not."""
        self.is_asked_for = True
        with _plainly():
            self.switch.open(resolved(item, is_served), item.nodeid)
        self.tell_who_sets_up()

    def open_for_each_test(self, fixturedef: pytest.FixtureDef[Any], is_served: bool) -> None:
        """Open it now, and whenever a later test asks for this fixture."""

        def open_if_closed() -> None:
            self._askers += [(asker, fixturedef.argname) for asker in self._setting_up]
            item, is_open = self._running(), self.switch.is_open
            if not is_open and item is not None:
                self.open(item, is_served)
            elif is_open and is_served:
                with _plainly():
                    self.switch.check_served()

        def asked(request: Any) -> Any:
            open_if_closed()
            return type(fixturedef).execute(fixturedef, request)

        fixturedef.execute = asked  # type: ignore[method-assign]  # no hook is called for it
        open_if_closed()

    def tell_who_sets_up(self) -> None:
        """Refuse what the next test would not have, while a fixture of wider scope is set up."""
        who = [
            f"the fixture {each.argname!r} of {each.scope} scope" for each in self._setting_up[-1:]
        ]
        self.switch.set_up_by(*who)

    def close(self) -> None:
        """Put everything back, and fail the test because of what its code may have swallowed."""
        with _plainly():
            self.switch.close()


@contextmanager
def _plainly() -> Generator[None, None, None]:
    """Show only the message of a user's mistake, without lines of this package."""
    try:
        yield
    except (AsyncOpsError, pytest.UsageError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
