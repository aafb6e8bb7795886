"""Objects are looked at as they are, past whatever their classes say of them."""

from __future__ import annotations

import time
from typing import Any

from support.function_holders import Plain, Slotted

from pytest_asyncops.virtual_time.raw_objects import (
    Kept,
    attributes_of,
    dict_descriptor,
    members_of,
    mro_of,
    one_of,
)


def test_a_reference_that_keeps_says_whether_it_is_the_only_one() -> None:
    made = [[]]  # type: ignore[var-annotated]
    kept = Kept(made[0])
    before = kept.count()
    assert kept() is made[0]
    made.clear()
    assert kept.count() == before - 1


class Lying(Plain):
    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise AssertionError

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise AssertionError


def test_objects_say_what_they_have_whatever_their_classes_say() -> None:
    lying = object.__new__(Lying)
    lying.held = 7
    assert attributes_of(lying) == {"held": 7}
    assert attributes_of(one_of) is one_of.__dict__
    assert attributes_of(time) is vars(time)
    assert attributes_of(7) is attributes_of(Slotted(1)) is None
    assert dict_descriptor(int) is None
    assert mro_of(Lying) == (Lying, Plain, object)
    assert "__class__" in members_of(Lying)


def test_types_are_told_apart_without_being_asked() -> None:
    class Meta(type):
        def __eq__(cls, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    class Made(metaclass=Meta):
        pass

    either = one_of(Made, int)
    assert [either(kind) for kind in (Made, int, str)] == [True, True, False]
