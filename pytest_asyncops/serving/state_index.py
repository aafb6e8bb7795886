"""Knows which operations are in which state, in order, without looking at each of them.

A list route filters by fields, which never change, and by state, which changes as time goes by. A
`StateView` is the result of one filter. It knows when its operations will change, so the cost of
reading it again depends on the changes since, and not on the number of operations. A filter that is
not used costs nothing. Its first use costs one pass over the operations.

Operations are known here by their number, in the order in which they were started.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Union

from sortedcontainers import SortedList

from ..lifecycle.states import AnyState, State

Forecast = Callable[[int], tuple[AnyState, Iterable[tuple[int, AnyState]]]]
"""For the number of an operation, its state now, and its coming states with their instants."""


def window(members: Sequence[int], offset: int, count: int, order: str) -> Sequence[int]:
    """``count`` members from ``offset`` on, in the order ``"newest"`` or ``"oldest"`` first."""
    if order == "oldest":
        return members[offset : offset + count]
    end = max(len(members) - offset, 0)
    return members[max(end - count, 0) : end][::-1]


def position_after(members: Sequence[int], last: int, order: str) -> int:
    """The offset of the members that follow the number ``last``, in this order."""
    if order == "oldest":
        return _bisect(members, last + 1)
    return len(members) - _bisect(members, last)


def _bisect(members: Sequence[int], number: int) -> int:
    if isinstance(members, SortedList):
        position: int = members.bisect_left(number)
        return position
    return bisect_left(members, number)


class StateView:
    """The operations of one group that are in certain states, oldest first."""

    def __init__(
        self, group: Sequence[int], states: frozenset[AnyState], forecast: Forecast
    ) -> None:
        self._group = group
        self._states = states
        self._forecast = forecast
        self._due: list[int] = []
        self._leaving: dict[int, list[int]] = {}
        self._stale: set[int] = set()
        self._counted = 0
        self._members = SortedList()

    def invalidate(self, number: int) -> None:
        """Note that an operation of the group may have changed by something other than time."""
        self._stale.add(number)

    def members(self, now: int) -> SortedList:
        """The numbers of its operations at this instant, in nanoseconds."""
        group, stale = self._group, self._stale
        while self._due and self._due[0] <= now:
            stale.update(self._leaving.pop(heapq.heappop(self._due)))
        # New operations first, because one of them may have been invalidated already.
        if self._counted < len(group):
            fresh = group[self._counted :]
            self._counted = len(group)
            self._members.update(number for number in fresh if self._enters(number))
        if stale:
            self._stale = set()
            self._revise({number for number in stale if self._enters(number)}, stale)
        return self._members

    def _revise(self, inside: set[int], looked_at: set[int]) -> None:
        members = self._members
        if 8 * len(looked_at) > len(members):
            # Sorting once is cheaper than so many insertions and removals.
            self._members = SortedList((set(members) - looked_at) | inside)
            return
        for number in looked_at - inside:
            members.discard(number)
        members.update(number for number in inside if number not in members)

    def _enters(self, number: int) -> bool:
        """Whether an operation is in the view now. Notes when time will change that."""
        state, coming = self._forecast(number)
        inside = state in self._states
        for instant, following in coming:
            if (following in self._states) is not inside:
                if instant not in self._leaving:
                    self._leaving[instant] = []
                    heapq.heappush(self._due, instant)
                self._leaving[instant].append(number)
                break
        return inside


_Name = Union[str, tuple[str, frozenset[object]]]
"""The name of a field; or the name and some values, of which it has one or not."""


class StateIndex:
    """Groups of operations with equal field values, and the views of them that were asked for.

    Args:
        forecast: returns the present and next states of an operation.
        count: how many states there are.
    """

    def __init__(self, forecast: Forecast, count: int = len(State)) -> None:
        self._forecast = forecast
        self._count = count
        self._fields: list[Mapping[str, object]] = []
        self._groups: dict[tuple[_Name, ...], dict[tuple[object, ...], list[int]]] = {}
        self._views: dict[tuple[object, ...], dict[frozenset[AnyState], StateView]] = {}

    def add(self, fields: Mapping[str, object]) -> None:
        """Add the next operation, with these field values."""
        number = len(self._fields)
        self._fields.append(fields)
        for names, groups in self._groups.items():
            groups.setdefault(_values(names, fields), []).append(number)

    def copy(self) -> StateIndex:
        """An index of the same operations, which finds out their states again."""
        other = StateIndex(self._forecast, self._count)
        other._fields = self._fields.copy()
        return other

    def invalidate(self, number: int) -> None:
        """Note that an operation may have changed by a poll, or by the test."""
        for names in self._groups:
            key = (names, _values(names, self._fields[number]))
            for view in self._views.get(key, {}).values():
                view.invalidate(number)

    def members(
        self, where: Mapping[str, object], states: frozenset[AnyState], now: int
    ) -> Sequence[int]:
        """The numbers of the operations with these field values in one of these states.

        A ``frozenset`` stands for each of its values.
        """
        names, values = _asked(where)
        groups = self._groups.get(names)
        if groups is None:
            groups = self._groups[names] = {}
            for number, fields in enumerate(self._fields):
                groups.setdefault(_values(names, fields), []).append(number)
        group = groups.get(values)
        if group is None:
            return ()
        if len(states) == self._count:
            return group
        views = self._views.setdefault((names, values), {})
        view = views.get(states)
        if view is None:
            view = views[states] = StateView(group, states, self._forecast)
        members: Sequence[int] = view.members(now)
        return members


def _asked(where: Mapping[str, object]) -> tuple[tuple[_Name, ...], tuple[object, ...]]:
    names: list[_Name] = []
    values: list[object] = []
    for name, value in sorted(where.items(), key=itemgetter(0)):
        is_choice = isinstance(value, frozenset)
        names.append((name, value) if isinstance(value, frozenset) else name)
        values.append(is_choice or value)
    return tuple(names), tuple(values)


def _values(names: tuple[_Name, ...], fields: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(
        [
            fields.get(name) if isinstance(name, str) else fields.get(name[0]) in name[1]
            for name in names
        ]
    )
