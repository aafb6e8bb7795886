"""What the strategies have to know of an API beside its contract and the rules of its prose.

Nothing here depends on how payloads are generated: it is data, as the rules are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union

from .rules import Absent, Present


@dataclass(frozen=True, kw_only=True)
class NumberedPages:
    """Pages that are numbered from 0 and counted.

    Attributes:
        member: the member of a list's body that has the counters.
        page: the counter of the page's own number.
        size: the counter of the operations that a page can have.
        total: the counter of all operations.
        pages: the counter of all pages.
    """

    member: str
    page: str
    size: str
    total: str
    pages: str


@dataclass(frozen=True, kw_only=True)
class TokenPages:
    """Pages that each have the token of the next one; the last page has no such member.

    Attributes:
        member: the member of a list's body that has the token.
    """

    member: str


class RuleEdit(NamedTuple):
    """How to break a rule that takes a function to say.

    Attributes:
        needs: what has to be in the value for that, as a path; ``*`` is an item of a list.
        apply: from a good value and a number from 1 on to a bad one.
    """

    needs: tuple[str, ...]
    apply: Callable[[Mapping[str, Any], int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Queries:
    """What the server makes of the query of a list, where the contract's parameters do not say it.

    Attributes:
        schemas: for a parameter, the values that are served, where these are not the contract's.
        together: parameters that come together or not at all; an empty one counts as none.
        opaque: parameters whose values only the server can make.
        refusal: status and code of the answer to a query that is refused.
    """

    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()
    opaque: tuple[str, ...] = ()
    refusal: tuple[int, int | str] = (400, "")


@dataclass(frozen=True, kw_only=True)
class GenerationHints:
    """What a careful server does that neither schema nor rules ask of it.

    Attributes:
        stricter: for a named schema, one that its values fit too, such as members that are always
            there.
        habits: which members of an operation are there in which state, besides what the rules say.
        together: members of an operation that come together or not at all.
        paging: how a list's body says which page it is, ``None`` if it does not.
        rule_edits: how to break the rules that take a function to say, by their id.
        queries: with these readings, what the server makes of the query of a list.
        profiles: for each profile but the contract's own, what writes a body in it.
    """

    stricter: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    habits: tuple[Union[Absent, Present], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    paging: Union[NumberedPages, TokenPages, None] = None
    rule_edits: Mapping[str, RuleEdit] = field(default_factory=dict)
    queries: Callable[[Mapping[str, Any]], Queries] = lambda readings: Queries()
    profiles: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
