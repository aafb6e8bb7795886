"""Holds the types of an API's stub class against the fields and refusals of the API."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, get_origin

from pytest_asyncops import Api, Field, Lifecycle

from .typed_signatures import alternatives, as_checked, hints_of


def check_typed_stub(api: Api, module: ModuleType) -> None:
    """Hold the module's stub class against its API."""
    names = as_checked(module)
    stub = names[api.serving.stub_class.__name__]
    _check_start(api, stub.start, names, varying=False)
    _check_start(api, stub.start_many, names, varying=True)
    reasons = alternatives(hints_of(stub.refuse, names)["reason"])
    assert reasons == list(api.serving.refusals)


def _check_start(
    api: Api, start: Callable[..., object], names: dict[str, Any], *, varying: bool
) -> None:
    hints = {
        name: alternatives(hint) for name, hint in hints_of(start, names).items() if name != "count"
    }
    assert set(hints) == {"id", "lifecycle", *api.fields}
    for name, hint in hints.items():
        assert any(get_origin(each) is Callable for each in hint) == varying, name
    given = {
        name: [get_origin(each) or each for each in hint if get_origin(each) is not Callable]
        for name, hint in hints.items()
    }
    assert given.pop("lifecycle") == [Lifecycle]
    assert given.pop("id") == [str, type(None)]
    parameters = inspect.signature(start).parameters
    for name, field in api.fields.items():
        assert given[name] == _values(field), name
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY, name
        assert parameters[name].default == _default(field), name


def _values(field: Field) -> Sequence[object]:
    values: list[object] = list(field.choices) or [float if float in _kinds(field) else field.kind]
    return values if field.required else [*values, type(None)]


def _kinds(field: Field) -> tuple[type, ...]:
    return field.kind if isinstance(field.kind, tuple) else (field.kind,)


def _default(field: Field) -> object:
    if field.required and field.default is None:
        return inspect.Parameter.empty
    return ... if callable(field.default) else field.default
