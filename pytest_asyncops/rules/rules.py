"""The rules that a contract states in its prose, as data.

A schema can say that ``finished_at`` is a timestamp, but not that it is there only once the
operation has finished. Each rule has a stable id, the place in the contract where its words stand,
and the named schema that it applies to. Nothing here depends on how conformance is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from ..errors import listed
from ..lifecycle.states import State
from .timestamps import in_order

Break = tuple[tuple[str, ...], Any, str]
"""How a value breaks a rule: the path below it, the value there, and what was allowed."""


@dataclass(frozen=True)
class Absent:
    """A member is not there while another has one of these values."""

    member: str
    when: str
    values: tuple[str, ...]
    empty_is_absent: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return (self.member, self.when) if self.empty_is_absent else (self.when,)

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        found = value.get(self.member)
        if found is None or (found == "" and self.empty_is_absent):
            return
        if value.get(self.when) in self.values:
            yield (
                (self.member,),
                found,
                f"is not allowed while {self.when} is {value[self.when]!r}",
            )


@dataclass(frozen=True)
class Present:
    """A member is there while another has one of these values."""

    member: str
    when: str
    values: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return (self.when,)

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        if value.get(self.member) is None and value.get(self.when) in self.values:
            yield (
                (self.member,),
                None,
                f"must be there while {self.when} is {value[self.when]!r}",
            )


@dataclass(frozen=True)
class Never:
    """A member never has one of these values."""

    member: str
    values: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return (self.member,)

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        found = value.get(self.member)
        if found in self.values:
            yield (self.member,), found, f"must not be {found!r}"


@dataclass(frozen=True)
class NotAMember:
    """These members do not belong here; they are the signs of another shape."""

    members: tuple[str, ...]
    because: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return ()

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        found = [member for member in self.members if member in value]
        if found:
            yield (), value, f"must not have {listed(found)}: {self.because}"


@dataclass(frozen=True)
class Fixed:
    """With certain HTTP statuses, the member at a path has one of certain values."""

    path: tuple[str, ...]
    by_status: Mapping[int, tuple[Any, ...]]

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return self.path[:1]

    def breaks(self, value: Any, status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        allowed = self.by_status.get(status_code)
        for member in self.path:
            if not isinstance(value, Mapping) or member not in value:
                return
            value = value[member]
        if allowed is not None and (isinstance(value, bool) or value not in allowed):
            either = " or ".join(map(repr, allowed))
            yield self.path, value, f"must be {either} in a response with status {status_code}"


@dataclass(frozen=True)
class SameAsStatus:
    """A member repeats the HTTP status."""

    member: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return (self.member,)

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        return Fixed((self.member,), {status_code: (status_code,)}).breaks(value, status_code)


@dataclass(frozen=True)
class Ordered:
    """Timestamps do not run backwards, as far as they are there."""

    members: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The members whose values decide, beyond which members there are and of which types."""
        return self.members

    def breaks(self, value: Mapping[str, Any], status_code: int) -> Iterator[Break]:
        """How the value breaks the rule."""
        earlier = ""
        for member in self.members:
            text = value.get(member)
            if not isinstance(text, str):
                continue
            if earlier and not in_order(value[earlier], text):
                yield (
                    (member,),
                    text,
                    f"must not be before {earlier}, which is {value[earlier]!r}",
                )
            earlier = member


@dataclass(frozen=True)
class ByFunction:
    """A rule that takes a function to say."""

    breaks: Callable[[Mapping[str, Any], int], Iterator[Break]]

    @property
    def reads(self) -> None:
        """A function may read everything."""
        return


Constraint = Union[Absent, Present, Never, NotAMember, Fixed, SameAsStatus, Ordered, ByFunction]
"""What a rule can be made of."""


@dataclass(frozen=True)
class Rule:
    """A rule of prose.

    Attributes:
        id: its stable name.
        on: the named schema to whose values it applies.
        source: the JSON pointer of the place in the contract that states it, or the nearest.
        says: the rule in a sentence.
        kind: what is checked.
    """

    id: str
    on: str
    source: str
    says: str
    kind: Constraint


@dataclass(frozen=True)
class HistorySchema:
    """What `assert_history` has to know of an API.

    Attributes:
        schema: the named schema of an operation.
        listed_in: the member of a list's body that has the operations.
        wrapped_in: the member of a get's body that has the operation, ``None`` where it is bare.
        id: the member that tells operations apart.
        status: the member with the status.
        states: the states that each status word can stand for.
        constant: the members that never change.
        once: the members that never change once they are set.
        result: the members that stay as they are while a done operation keeps its status.
    """

    schema: str
    listed_in: str
    wrapped_in: str | None
    id: str
    status: str
    states: Mapping[str, frozenset[State]]
    constant: tuple[str, ...]
    once: tuple[str, ...]
    result: tuple[str, ...]

    def found_in(self, body: Any) -> Sequence[Any]:
        """The operations that the body of an answer shows, or the body as one itself."""
        if isinstance(body, list):
            return body
        if not isinstance(body, Mapping):
            return (body,)
        if self.listed_in in body:
            operations = body[self.listed_in]
            return operations if isinstance(operations, list) else ()
        return (body if self.wrapped_in is None else body.get(self.wrapped_in, body),)
