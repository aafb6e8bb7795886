"""What the strategies need to know of an API beyond its contract and the rules of its prose.

This is data, like the rules. Nothing here depends on how payloads are generated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union

from .rules import Absent, Present


@dataclass(frozen=True, kw_only=True)
class NumberedPages:
    """Pages that have their number, counted from 0, and the number of pages.

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
    """Pages that have the token of the next page; the last page has no such member.

    Attributes:
        member: the member of a list's body that has the token.
    """

    member: str


class RuleEdit(NamedTuple):
    """How to break a rule of the kind `ByFunction`.

    Attributes:
        needs: the path that the value must have for that; ``*`` is an item of a list.
        apply: makes a bad value from a good value and a number from 1 on.
    """

    needs: tuple[str, ...]
    apply: Callable[[Mapping[str, Any], int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Queries:
    """How the server reads the query of a list, if the contract does not say it.

    Attributes:
        schemas: for a parameter, the values that are served, if they differ from the contract's.
        together: groups of parameters that come together or not at all; an empty parameter counts
            as left out.
        opaque: parameters whose values only the server can make.
        refusal: the status and code of the answer to a refused query.
    """

    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()
    opaque: tuple[str, ...] = ()
    refusal: tuple[int, int | str] = (400, "")


@dataclass(frozen=True, kw_only=True)
class GenerationHints:
    """What a coherent server does beyond schema and rules.

    Attributes:
        stricter: for a named schema, another schema that its values fit too, for example one with
            more required members.
        habits: which members an operation has in which state, beyond what the rules say.
        together: groups of members of an operation that come together or not at all.
        paging: how the body of a list says which page it is, ``None`` if it does not.
        rule_edits: for the id of each rule of the kind `ByFunction`, how to break it.
        queries: returns for these readings how the server reads the query of a list.
        profiles: for each profile but the contract's own, the function that writes a body in it.
    """

    stricter: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    habits: tuple[Union[Absent, Present], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    paging: Union[NumberedPages, TokenPages, None] = None
    rule_edits: Mapping[str, RuleEdit] = field(default_factory=dict)
    queries: Callable[[Mapping[str, Any]], Queries] = lambda readings: Queries()
    profiles: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
