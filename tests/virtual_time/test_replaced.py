"""Whatever is replaced is replaced by something that can be kept wherever the original can be."""

from __future__ import annotations

import signal
from types import MethodType

import pytest

from pytest_asyncops import mocked
from pytest_asyncops.virtual_time.activation import _replacements
from pytest_asyncops.virtual_time.replaced import Replaced

FUNCTIONS = {
    f"{replaced.module.__name__}.{replaced.name}": replaced for replaced in _replacements._functions
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_one_can_be_a_class_attribute_and_is_put_back(name: str) -> None:
    module, attribute, original, replacement = FUNCTIONS[name]
    assert getattr(module, attribute) is original
    with mocked(apis=["chainloop"]):
        kept = type("Kept", (), {"function": getattr(module, attribute)})
        assert kept.function == kept().function == replacement  # type: ignore[attr-defined]
        assert isinstance(kept().function, MethodType)  # type: ignore[attr-defined]
    assert getattr(module, attribute) is original


def test_one_is_taken_apart_in_this_order() -> None:
    parts = (signal, "alarm", 1, 2)
    replaced = Replaced(*parts)
    assert tuple(replaced) == parts
    assert (replaced.module, replaced.name) == parts[:2]
    assert (replaced.original, replaced.replacement) == parts[2:]
