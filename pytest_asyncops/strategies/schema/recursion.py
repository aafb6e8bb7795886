"""Which schemas lead back to themselves, and how deep what leads to these can be nested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from ...contract.openapi import Contract
from ...contract.schema_keywords import Schema, name_of
from .all_of import canonical, flat
from .refusals import NoValue

_MOST_PARTS = 256
"""How many values of endless schemas one value may have within it, if all optional ones are there.
"""


class Recursion:
    """Looks at the references of a contract's schemas.

    Args:
        contract: the contract.
        schema_of: from a name to the schema of the values with this name.
    """

    def __init__(self, contract: Contract, schema_of: Callable[[str], Schema]) -> None:
        self._contract = contract
        self._schema_of = schema_of
        self._leads_to: dict[str, list[str]] = {}
        self._is_endless: dict[str, bool] = {}
        self._ending: dict[str, bool] = {}

    def is_endless(self, schema: Schema) -> bool:
        """Whether a schema leads to one that contains itself."""
        return any(map(self._ask, self._references(schema)))

    def may_end(self, schema: Schema) -> bool:
        """Whether a schema may have a value that ends; if not, each has another one within it.

        Without asking, that would be found by trying, in ways whose number grows with each level.
        """
        references = {*self._references(schema)}
        if not references <= self._ending.keys():
            self._find_ending(references)
        return self._ends(schema)

    def _find_ending(self, references: Iterable[str]) -> None:
        ahead, found = [*references], set[str]()
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self._references(self._contract.referred(one))
        # None of them ends until it is seen to: the smallest set that agrees with itself.
        self._ending.update(dict.fromkeys(found - self._ending.keys(), False))
        left = [one for one in found if not self._ending[one]]
        while done := [one for one in left if self._ends(self._contract.referred(one))]:
            self._ending.update(dict.fromkeys(done, True))
            left = [one for one in left if one not in done]

    def _ends(self, schema: Schema, within: frozenset[str] = frozenset()) -> bool:
        """Whether a schema may have a value that ends, as far as is known of its references.

        Args:
            schema: the schema.
            within: the merged schemas that it is needed for.
        """
        if "$ref" in schema:
            return self._ending[schema["$ref"]]
        if "allOf" in schema:
            key = canonical(schema)
            if key in within:
                return False
            within |= {key}
            try:
                schema = flat(self._contract, schema)
            except NoValue:  # it has no value at all, which is told where it is compiled
                return True
        if schema.get("nullable") or "enum" in schema:
            return True
        needed: list[object] = []
        if schema.get("type") == "array" and schema.get("minItems"):
            needed = [schema.get("items", {})]
        elif schema.get("type") == "object":
            members, others = schema.get("properties", {}), schema.get("additionalProperties")
            needed = [members.get(name, others) for name in schema.get("required", ())]
            least = schema.get("minProperties", 0)
            if least and sum(self._part_ends(part, within) for part in members.values()) < least:
                needed.append(others)
        return all(self._part_ends(part, within) for part in needed) and all(
            any(self._ends(part, within) for part in schema[keyword])
            for keyword in ("anyOf", "oneOf")
            if keyword in schema
        )

    def _part_ends(self, part: object, within: frozenset[str]) -> bool:
        """The same of a schema that may be missing, or ``True`` or ``False``."""
        return not isinstance(part, dict) or self._ends(part, within)

    def levels(self, schema: Schema) -> int:
        """How many levels deep endless schemas are nested in a value, so that it is not huge."""
        count = level = 0
        around = Counter(self._endless(self._references(schema)))
        while around and level < count + around.total() <= _MOST_PARTS:
            count += around.total()
            level += 1
            further = Counter[str]()
            for reference, times in around.items():
                for one in self._endless(self._leads_to[reference]):
                    further[one] += times
            around = further
        return level

    def _endless(self, references: Iterable[str]) -> Iterator[str]:
        return (one for one in references if self._ask(one))

    def _ask(self, reference: str) -> bool:
        if reference not in self._is_endless:
            self._look_at(reference)
        return self._is_endless[reference]

    def _look_at(self, reference: str) -> None:
        """Find out of a reference, and of all that it leads to, which are endless."""
        left: dict[str, set[str]] = {}
        ahead = [reference]
        while ahead:
            one = ahead.pop()
            if one not in left and one not in self._is_endless:
                self._leads_to[one] = self._targets(one)
                left[one] = set(self._leads_to[one])
                ahead += left[one]
        # What leads only to what ends, ends. What is left at last does not.
        users: dict[str, list[str]] = {}
        for one, targets in left.items():
            for target in targets:
                users.setdefault(target, []).append(one)
        done = [one for one in users if self._is_endless.get(one) is False]
        done += [one for one, targets in left.items() if not targets]
        while done:
            ended = done.pop()
            self._is_endless.setdefault(ended, False)
            for user in users.get(ended, ()):
                left[user].discard(ended)
                if not left[user]:
                    done.append(user)
        for one in left:
            self._is_endless.setdefault(one, True)

    def _targets(self, reference: str) -> list[str]:
        """What the schema that a reference refers to refers to itself."""
        told = self._references(self._schema_of(name_of(reference)))
        more = [one for one in told if one != reference]
        return [*self._references(self._contract.referred(reference)), *more]

    def _references(self, schema: Schema) -> Iterator[str]:
        """The references in a schema, at any depth."""
        ahead = [schema]
        while ahead:
            one = ahead.pop()
            if "$ref" in one:
                yield one["$ref"]
            else:
                ahead += _parts(one)
                ahead += (self._contract.branches(one) or {}).values()


def _parts(schema: Schema) -> Iterator[Schema]:
    for keyword in ("items", "not", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield schema[keyword]
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(keyword, ())
    yield from schema.get("properties", {}).values()
