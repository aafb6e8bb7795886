"""The operations of a stub as a test looks at them: by id, and at one moment."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView

from ..errors import UnknownName, hides_usage_errors, listed
from ..virtual_time.server_clock import ServerClock
from .operation import Operation

__tracebackhide__ = hides_usage_errors

_MOST_NAMED = 10
"""So many ids are told where there is none of a name."""


class OperationsById(Mapping[str, Operation]):
    """Operations by id.

    A test looks at them while other threads start some: each look shows one moment.

    Args:
        clock: the server's clock, whose lock is held while operations are started.

    Attributes:
        clock: the same.
    """

    def __init__(self, clock: ServerClock) -> None:
        self.clock = clock
        self._by_id: dict[str, Operation] = {}

    def __getitem__(self, name: str) -> Operation:
        try:
            return self._by_id[name]
        except (KeyError, TypeError):  # the latter for what cannot be an id
            few = list(self._by_id)[:_MOST_NAMED]
            more = len(self._by_id) - len(few)
            raise UnknownName(
                f"there is no operation with the id {name!r}. "
                + (
                    f"There are {listed(map(repr, few))}{f' and {more:,} more' if more else ''}."
                    if few
                    else "None has been started; start one with start()."
                ),
                value=name,
                choices=few,
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        with self.clock.lock:
            return len(self._by_id)

    def keys(self) -> KeysView[str]:
        """The ids at this moment."""
        return self._now().keys()

    def values(self) -> ValuesView[Operation]:
        """The operations at this moment."""
        return self._now().values()

    def items(self) -> ItemsView[str, Operation]:
        """The ids and operations at this moment."""
        return self._now().items()

    def __repr__(self) -> str:
        with self.clock.lock:
            return repr(self._by_id)

    def _now(self) -> dict[str, Operation]:
        with self.clock.lock:
            return self._by_id.copy()
