"""Payloads as a careful server sends them: schema, rules of prose and habits at once.

The rules are data, and each kind of rule is met by construction: one that says which members are
there makes shapes, one that says what a member can be joins the schema, one that orders timestamps
has them written in order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..api import Api
from ..contract import Contract, Schema, load_contract
from ..errors import InvalidArgument, hides_usage_errors, listed
from ..rules import Absent, Fixed, Never, Ordered, Present, SameAsStatus, Unknown
from .compiling import Compiler
from .options import Options
from .paging import is_list, paged
from .scalars import in_other_case
from .shapes import NULL, Shape, Strategies
from .times import put_in_order, ticks

__tracebackhide__ = hides_usage_errors

_IDS = 2**24 - 1


class _Other:
    """Stands for every word that an open enum does not list."""


OTHER = _Other()


class Careful(Compiler):
    """Makes strategies for what a careful server sends.

    Args:
        api: the API.
        options: what the user said.
        status_code: the HTTP status of the response.
        words: for members that decide which others are there, the values that they can have.
        pins: the strategies of certain members of operations.
    """

    def __init__(
        self,
        api: Api,
        options: Options,
        *,
        status_code: int = 200,
        words: Mapping[str, tuple[Any, ...]] | None = None,
        pins: Strategies | None = None,
    ) -> None:
        super().__init__(contract_of(api), options)
        self.api = api
        self.status_code = status_code
        self._words = words or {}
        self._pins = pins or {}

    def shapes(self, schema: Schema, name: str | None = None) -> list[Shape]:
        """The shapes of the objects of a schema."""
        if name is None:
            return super().shapes(schema)
        shapes = [shape for _, shape in self.variants(schema, name)]
        if not shapes:
            raise InvalidArgument(
                f"no {self.api.name} operation in these states has {listed(self._pins)} at once",
                value=list(self._pins),
            )
        return [one for shape in shapes for one in self._counted(shape, schema)]

    def variants(self, schema: Schema, name: str) -> Iterator[tuple[Mapping[str, Any], Shape]]:
        """The shapes of a named schema's objects, each with a case that it stands for."""
        for base in self._paged(self._base(schema, name), schema, name):
            yield from self._variants(base, schema, name)

    def _variants(
        self, base: Shape, schema: Schema, name: str
    ) -> Iterator[tuple[Mapping[str, Any], Shape]]:
        for case, words, absent, present in self._cases(schema, name):
            shape = base
            for member in absent:
                shape = shape.lacking(member)
            for member in present:
                if shape.takes(member):
                    shape = shape.having(member, self._not_null(schema["properties"][member]))
            for member, found in words.items():
                shape = shape.having(member, found)
            if name == self._operation:
                if not all(shape.takes(member) for member in self._pins):
                    continue
                for member, found in self._pins.items():
                    shape = shape.having(member, found)
            for one in self._together(shape, name):
                yield case, self._timed(self._with_nulls(one, schema, absent), schema, name)

    def deciding(self, schema: Schema, name: str) -> list[str]:
        """The members of a named schema whose values decide which others are there."""
        properties = schema.get("properties", {})
        return list(
            dict.fromkeys(kind.when for kind in self.presence(name) if kind.when in properties)
        )

    def presence(self, name: str) -> Iterator[Absent | Present]:
        """The rules and habits that say which members of a named schema are there."""
        for rule in self.api.rules:
            if rule.on == name and isinstance(rule.kind, (Absent, Present)):
                yield rule.kind
        if name == self._operation:
            yield from self.api.generation.habits

    def _made_named(self, name: str, schema: Schema) -> SearchStrategy[Any]:
        whole = self.whole(name)
        return self._made(self.flat(whole), whole, name)

    def whole(self, name: str) -> Schema:
        """The named schema, and what rules and habits add to it."""
        parts: list[Schema] = [{"$ref": f"#/components/schemas/{name}"}]
        parts += [
            rule.kind.schema(self.status_code)
            for rule in self.api.rules
            if rule.on == name and isinstance(rule.kind, (Fixed, Never, SameAsStatus))
        ]
        tighter = self.api.generation.tighter.get(name)
        return {"allOf": [*parts, tighter] if tighter else parts}

    @property
    def _operation(self) -> str | None:
        return self.api.life.schema if self.api.life is not None else None

    def _base(self, schema: Schema, name: str) -> Shape:
        unwelcome = [
            member
            for rule in self.api.rules
            if rule.on == name and isinstance(rule.kind, Unknown)
            for member in rule.kind.members
        ]
        shape = self.shape(schema, tuple(unwelcome))
        life = self.api.life
        if life is None or name != self._operation or not shape.takes(life.id):
            return shape
        if self.is_valid(schema["properties"][life.id], self.api.new_id(1)):
            return shape.with_(life.id, st.integers(1, _IDS).map(self.api.new_id))
        return shape

    def _paged(self, shape: Shape, schema: Schema, name: str) -> list[Shape]:
        life = self.api.life
        if life is None or not is_list(self.api, name) or not shape.takes(life.listed_in):
            return [shape]
        items = schema["properties"][life.listed_in]
        full = self.arrays(self.flat(items), 1) if self.options.max_items else None
        return paged(self.api, name, shape, full)

    def _cases(
        self, schema: Schema, name: str
    ) -> Iterator[tuple[Mapping[str, Any], Strategies, frozenset[str], frozenset[str]]]:
        """Which members are there in which case, and the words of the members that decide it."""
        kinds = list(self.presence(name))
        deciding = self.deciding(schema, name)
        words = {member: self._words_of(member, schema, kinds) for member in deciding}
        groups: dict[tuple[frozenset[str], frozenset[str]], list[dict[str, Any]]] = {}
        for combination in itertools.product(*words.values()):
            case = dict(zip(deciding, combination, strict=True))
            applying = [kind for kind in kinds if case.get(kind.when) in kind.values]
            absent = frozenset(kind.member for kind in applying if isinstance(kind, Absent))
            present = frozenset(kind.member for kind in applying if isinstance(kind, Present))
            groups.setdefault((absent, present - absent), []).append(case)
        for (absent, present), cases in groups.items():
            used = {member: dict.fromkeys(case[member] for case in cases) for member in deciding}
            size = 1
            for choices in used.values():
                size *= len(choices)
            blocks = [used] if size == len(cases) else [_single(case) for case in cases]
            for block in blocks:
                yield (
                    {member: next(iter(choices)) for member, choices in block.items()},
                    {
                        member: self._saying(member, list(choices), schema)
                        for member, choices in block.items()
                    },
                    absent,
                    present,
                )

    def _words_of(
        self, member: str, schema: Schema, kinds: Iterable[Absent | Present]
    ) -> tuple[Any, ...]:
        if member in self._words:
            return self._words[member]
        inner = schema["properties"][member]
        told = self.flat(inner)
        if "enum" in told:
            return tuple(word for word in told["enum"] if self.is_valid(inner, word))
        named = [word for kind in kinds if kind.when == member for word in kind.values]
        known = tuple(told.get("x-enum", dict.fromkeys(named)))
        return known if self.options.unknown == "never" else (*known, OTHER)

    def _saying(self, member: str, choices: list[Any], schema: Schema) -> SearchStrategy[Any]:
        known = [word for word in choices if word is not OTHER]
        if len(known) == len(choices):
            return st.sampled_from(known)
        inner = self.flat(schema["properties"][member])
        listed_words = inner.get("x-enum", known)
        others: SearchStrategy[str] = st.sampled_from(in_other_case(listed_words))
        if self.options.unknown == "sometimes":
            others |= self.options.texts().map(
                lambda text: f"{text}?" if text in listed_words else text
            )
        return st.sampled_from(known) | others if known else others

    def set_member(self, schema: Schema, name: str, member: str) -> SearchStrategy[Any]:
        """What a member is where it is there and not null."""
        for rule in self.api.rules:
            if rule.on == name and isinstance(rule.kind, Ordered) and self._is_time(schema, member):
                for index, other in enumerate(rule.kind.members):
                    if other == member:
                        return ticks(self.options.times, index == 0)
        return self._not_null(schema["properties"][member])

    def narrowed(self, words: Mapping[str, tuple[Any, ...]]) -> Careful:
        """The same where certain members have only these values."""
        return Careful(self.api, self.options, status_code=self.status_code, words=words)

    def _is_time(self, schema: Schema, member: str) -> bool:
        return bool(self.flat(schema["properties"][member]).get("format") == "date-time")

    def _not_null(self, schema: Schema) -> SearchStrategy[Any]:
        told = self.flat(schema)
        return (
            self._made({**told, "nullable": False}, schema)
            if told.get("nullable")
            else (self.strategy(schema))
        )

    def _together(self, shape: Shape, name: str) -> list[Shape]:
        shapes = [shape]
        groups = self.api.generation.together if name == self._operation else ()
        for group in groups:
            if not all(shape.takes(member) for member in group):
                shapes = [_lacking(one, group) for one in shapes]
                continue
            with_all = [_having(one, group) for one in shapes]
            bound = any(member in shape.required for member in group)
            shapes = with_all if bound else [_lacking(one, group) for one in shapes] + with_all
        return shapes

    def _with_nulls(self, shape: Shape, schema: Schema, absent: Iterable[str]) -> Shape:
        """The shape, with null for what is not there where the schema allows it."""
        nulls = {
            member: NULL
            for member in sorted(absent)
            if self.flat(schema["properties"].get(member, {})).get("nullable")
        }
        return replace(shape, optional={**shape.optional, **nulls})

    def _timed(self, shape: Shape, schema: Schema, name: str) -> Shape:
        """The shape, with timestamps in the order that the rules want."""
        properties = schema.get("properties", {})
        for rule in self.api.rules:
            if rule.on != name or not isinstance(rule.kind, Ordered):
                continue
            for index, member in enumerate(rule.kind.members):
                pinned = name == self._operation and member in self._pins
                if pinned or not shape.really_takes(member) or not self._is_time(schema, member):
                    continue
                found: SearchStrategy[Any] = ticks(self.options.times, index == 0)
                nullable = self.flat(properties[member]).get("nullable")
                if nullable and member in shape.optional:
                    found = NULL | found
                shape = shape.with_(member, found)
            finish = partial(_in_order, members=rule.kind.members)
            shape = replace(shape, finish=(*shape.finish, finish))
        return shape


def contract_of(api: Api) -> Contract:
    """The API's contract.

    Raises:
        InvalidArgument: if it has none.
    """
    if api.contract is None:
        raise InvalidArgument(
            f"{api.name} has no contract to generate from. Give its Api "
            "contract='path/to/openapi.yaml'.",
            value=api,
        )
    return load_contract(api.contract)


def _in_order(value: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    put_in_order(value, members)
    return value


def _single(case: Mapping[str, Any]) -> dict[str, dict[Any, None]]:
    return {member: {word: None} for member, word in case.items()}


def _lacking(shape: Shape, members: Iterable[str]) -> Shape:
    for member in members:
        shape = shape.lacking(member)
    return shape


def _having(shape: Shape, members: Iterable[str]) -> Shape:
    for member in members:
        shape = shape.having(member)
    return shape
