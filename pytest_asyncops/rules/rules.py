"""The rules that a contract states in its prose, as data.

A schema can say that ``finished_at`` is a timestamp, but not that only a finished operation has it.
Each rule has a stable id, the place in the contract that states it, and the named schema that it
applies to. Nothing here depends on how conformance is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from ..errors import listed, shortened
from ..lifecycle.states import AnyState
from .equality import json_equal
from .time_forms import TimeForm
from .timestamps import in_order

Break = tuple[tuple[Union[str, int], ...], Any, str]
"""How a value breaks a rule: the path below the value, what was found, and what is allowed."""


@dataclass(frozen=True)
class Absent:
    """A member is missing while another has one of these values."""

    member: str
    when: str
    values: tuple[str, ...]
    empty_is_absent: bool = False

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        found = value.get(self.member)
        if found is None or (found == "" and self.empty_is_absent):
            return
        if value.get(self.when) in self.values:
            yield (
                (self.member,),
                found,
                f"is not allowed while {self.when} is {shortened(value[self.when])}",
            )


@dataclass(frozen=True)
class Present:
    """A member is present while another has one of these values."""

    member: str
    when: str
    values: tuple[str, ...]

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        if value.get(self.member) is None and value.get(self.when) in self.values:
            yield (
                (self.member,),
                None,
                f"is required while {self.when} is {shortened(value[self.when])}",
            )


@dataclass(frozen=True)
class Never:
    """A member never has one of these values."""

    member: str
    values: tuple[str, ...]

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        found = value.get(self.member)
        if found in self.values:
            yield (self.member,), found, f"must not be {shortened(found)}"


@dataclass(frozen=True)
class NotAMember:
    """These members do not belong here: they are signs of another kind of object."""

    members: tuple[str, ...]
    because: str

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        found = [member for member in self.members if member in value]
        if found:
            yield (), value, f"must not have {listed(found)}: {self.because}"


@dataclass(frozen=True)
class Needed:
    """A member is present, and is neither null nor an object without members."""

    member: str

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        found = value.get(self.member)
        if found is None or found == {}:
            yield (self.member,), found, "must be present and not empty"


@dataclass(frozen=True)
class OwnMembers:
    """An object has a member of its own, or none of another kind of object."""

    own: tuple[str, ...]
    others: tuple[str, ...]
    because: str

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        if any(member in value for member in self.own):
            return
        found = [member for member in self.others if member in value]
        if found:
            yield (
                (),
                value,
                f"must have one of its own members, {listed(self.own)}; it has "
                f"{listed(found)}: {self.because}",
            )


@dataclass(frozen=True)
class Fixed:
    """In responses with these HTTP statuses, the member at a path has one of these values."""

    path: tuple[str, ...]
    by_status: Mapping[int, tuple[Any, ...]]

    def breaks(self, value: Any, status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        allowed = self.by_status.get(status_code)
        for member in self.path:
            if not isinstance(value, Mapping) or member not in value:
                return
            value = value[member]
        if allowed is not None and not any(json_equal(value, one) for one in allowed):
            either = " or ".join(map(shortened, allowed))
            yield self.path, value, f"must be {either} in a response with status {status_code}"


@dataclass(frozen=True)
class SameAsStatus:
    """A member repeats the HTTP status."""

    member: str

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        return Fixed((self.member,), {status_code: (status_code,)}).breaks(value, status_code)


@dataclass(frozen=True)
class Ordered:
    """Timestamps that are present do not run backwards, in the order of these members.

    Attributes:
        members: the members.
        form: how they are written, ``None`` for RFC 3339.
    """

    members: tuple[str, ...]
    form: TimeForm | None = None

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How a value breaks the rule, if it does."""
        earlier = ""
        for member in self.members:
            found = value.get(member)
            if not self._is_time(found):
                continue
            if earlier and not self._follows(value[earlier], found):
                yield (
                    (member,),
                    found,
                    f"must not be before {earlier}, which is {shortened(value[earlier])}",
                )
            earlier = member

    def _is_time(self, value: Any) -> bool:
        return isinstance(value, str) if self.form is None else self.form.reads(value) is not None

    def _follows(self, earlier: Any, later: Any) -> bool:
        if self.form is None:
            return in_order(earlier, later)
        first, second = self.form.reads(earlier), self.form.reads(later)
        return first is None or second is None or first <= second


@dataclass(frozen=True)
class ByFunction:
    """A rule that no other kind can express, as a function."""

    breaks: Callable[[Mapping[str, Any], int], Iterator[Break]]


Constraint = Union[
    Absent,
    Present,
    Never,
    NotAMember,
    Needed,
    OwnMembers,
    Fixed,
    SameAsStatus,
    Ordered,
    ByFunction,
]
"""The kinds of rules."""


@dataclass(frozen=True)
class Rule:
    """A rule of prose.

    Attributes:
        id: its stable name.
        on: the named schema to whose values it applies.
        source: the JSON pointer of the place in the contract that states it, or of the nearest one.
        says: the rule in a sentence.
        kind: the check.
        reading: the reading of the API that switches the rule off by its value ``"allow"``;
            ``None`` if there is none.
    """

    id: str
    on: str
    source: str
    says: str
    kind: Constraint
    reading: str | None = None


@dataclass(frozen=True)
class HistorySchema:
    """What `assert_history` needs to know of an API.

    Attributes:
        schema: the named schema of an operation.
        listed_in: the member of a list's body that has the operations.
        wrapped_in: the member of a get's body that has the operation, ``None`` if the body is the
            operation.
        id: the member with the operation's id.
        status: the member with the status.
        states: the states that each status can stand for.
        constant: the members that never change.
        once: the members that never change once they are set.
        result: the members that do not change while a done operation keeps its status.
        routes: the names of the routes whose answers show operations, if others show something
            else; answers of those others are left out.
    """

    schema: str
    listed_in: str
    wrapped_in: str | None
    id: str
    status: str
    states: Mapping[str, frozenset[AnyState]]
    constant: tuple[str, ...]
    once: tuple[str, ...]
    result: tuple[str, ...]
    routes: tuple[str, ...] = ()

    def found_in(self, body: Any) -> Sequence[Any]:
        """The operations in the body of an answer; any other body counts as an operation."""
        if isinstance(body, list):
            return body
        if not isinstance(body, Mapping):
            return (body,)
        if self.listed_in in body:
            operations = body[self.listed_in]
            return operations if isinstance(operations, list) else ()
        return (body if self.wrapped_in is None else body.get(self.wrapped_in, body),)
