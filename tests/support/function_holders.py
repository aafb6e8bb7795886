"""Objects that hold a function, in every way that Python has for it."""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any, NamedTuple


class Held(NamedTuple):
    """A holder, and how to get from it what it holds now."""

    holder: Any
    get: Callable[[], Any]


HOLDERS: dict[str, Callable[[Any], Held]] = {}
"""How each is made, with the function that it is to hold."""


def holder(make: Callable[[Any], Held]) -> Callable[[Any], Held]:
    HOLDERS[make.__name__.replace("_", " ").strip()] = make
    return make


# -- attributes of instances -------------------------------------------------------------------


class Plain:
    def __init__(self, held: Any, **others: Any) -> None:
        self.held = held
        self.__dict__.update(others)


class Slotted:
    __slots__ = ("empty", "held")

    def __init__(self, held: Any) -> None:
        self.held = held


class SlottedWithWeakReferences(Slotted):
    __slots__ = ("__weakref__", "other")


class SlottedWithDict(Slotted):
    pass


@dataclasses.dataclass(frozen=True)
class Frozen:
    held: Any


@dataclasses.dataclass(frozen=True)
class FrozenAndSlotted:
    __slots__ = ("held",)
    held: Any


class WithMangledName:
    def __init__(self, held: Any) -> None:
        self.__held = held

    def get(self) -> Any:
        return self.__held


class WithCachedProperty:
    def __init__(self, held: Any) -> None:
        self.source = [held]

    @functools.cached_property
    def held(self) -> Any:
        return self.source[0]


class Refusing:
    """One that lets nobody change it."""

    def __init__(self, held: Any) -> None:
        self.__dict__["held"] = held

    def __setattr__(self, name: str, value: Any) -> None:
        raise AssertionError


def _attribute(thing: Any) -> Held:
    return Held(thing, lambda: thing.held)


def _with_own_dict(held: Any) -> Held:
    thing = Plain(held)
    vars(thing)
    return _attribute(thing)


def _with_property(held: Any) -> Held:
    thing = WithCachedProperty(held)
    assert thing.held is held
    return _attribute(thing)


HOLDERS["instance"] = lambda held: _attribute(Plain(held))
HOLDERS["instance with a dict"] = _with_own_dict
HOLDERS["slot"] = lambda held: _attribute(Slotted(held))
HOLDERS["slot, and weak references"] = lambda held: _attribute(SlottedWithWeakReferences(held))
HOLDERS["slot, and a dict"] = lambda held: _attribute(SlottedWithDict(held))
HOLDERS["frozen dataclass"] = lambda held: _attribute(Frozen(held))
HOLDERS["frozen dataclass with slots"] = lambda held: _attribute(FrozenAndSlotted(held))
HOLDERS["instance that refuses changes"] = lambda held: _attribute(Refusing(held))
HOLDERS["cached property"] = _with_property
HOLDERS["namespace"] = lambda held: _attribute(types.SimpleNamespace(held=held))


@holder
def mangled_name(held: Any) -> Held:
    thing = WithMangledName(held)
    return Held(thing, thing.get)


@holder
def dict_beside_a_slot(held: Any) -> Held:
    thing: Any = SlottedWithDict(None)
    thing.other = held
    return Held(thing, lambda: thing.other)


@holder
def attribute_of_an_error(held: Any) -> Held:
    error: Any = ValueError()
    error.held = held
    return _attribute(error)


@holder
def module(held: Any) -> Held:
    made: Any = types.ModuleType("made_up")
    made.held = held
    return _attribute(made)


@holder
def global_variable(held: Any) -> Held:
    names = {"held": held}
    exec("def get(): return held", names)
    return Held(names, names["get"])


@holder
def global_variable_of_a_module(held: Any) -> Held:
    names = {"held": held, "__name__": "made_up"}
    exec("def get(): return held", names)
    return Held(names, names["get"])


# -- containers --------------------------------------------------------------------------------


class Word(enum.Enum):
    HELD = "held"


class OwnDict(dict):  # type: ignore[type-arg]
    def __setitem__(self, key: Any, value: Any) -> None:
        raise AssertionError

    def get(self, *args: Any) -> Any:
        raise AssertionError


class OwnList(list):  # type: ignore[type-arg]
    def __setitem__(self, key: Any, value: Any) -> None:
        raise AssertionError


class Pair(NamedTuple):
    held: Any
    other: int = 7


class OwnTuple(tuple):  # type: ignore[type-arg]
    __slots__ = ()


def _item(container: Any, key: Any) -> Held:
    return Held(container, lambda: container[key])


for _key in (7, "held", b"held", 0.5, True, None, Word.HELD, str, (1, ("a", None)), frozenset({1})):
    HOLDERS[f"dict with the key {_key!r}"] = lambda held, key=_key: _item({key: held}, key)
HOLDERS["defaultdict"] = lambda held: _item(defaultdict(list, held=held), "held")
HOLDERS["OrderedDict"] = lambda held: _item(OrderedDict(held=held), "held")
HOLDERS["dict of another type"] = lambda held: _item(OwnDict(held=held), "held")
HOLDERS["list"] = lambda held: _item([0, held], 1)
HOLDERS["list of another type"] = lambda held: _item(OwnList([held]), 0)
HOLDERS["deque"] = lambda held: _item(deque([0, held], 2), 1)


@holder
def factory_of_a_defaultdict(held: Any) -> Held:
    made: Any = defaultdict(held)
    return Held(made, lambda: made.default_factory)


@holder
def twice_in_a_list(held: Any) -> Held:
    made = [held, 7, held]
    return Held(made, lambda: made[0] if made[0] is made[2] else None)


@holder
def twice_in_a_dict(held: Any) -> Held:
    made = {1: held, 2: 7, 3: held}
    return Held(made, lambda: made[1] if made[1] is made[3] else None)


@holder
def set_(held: Any) -> Held:
    made = {held, 7}
    return Held(made, lambda: next(one for one in made if one != 7))


@holder
def read_only_view(held: Any) -> Held:
    return _item(types.MappingProxyType({"held": held}), "held")


# -- what cannot be changed, and is made anew --------------------------------------------------

HOLDERS["tuple in a list"] = lambda held: _in_list((0, held), lambda made: made[1])
HOLDERS["tuple of another type in a list"] = lambda held: _in_list(
    OwnTuple([held]), lambda made: made[0]
)
HOLDERS["tuples in tuples"] = lambda held: _in_list(((((held,),),),), lambda made: made[0][0][0][0])
HOLDERS["named tuple"] = lambda held: _in_list(Pair(held), lambda made: made.held)
HOLDERS["frozenset"] = lambda held: _in_list(frozenset({held}), lambda made: next(iter(made)))
HOLDERS["method"] = lambda held: _in_list(types.MethodType(held, 1), lambda made: made.__func__)
HOLDERS["static method in a dict"] = lambda held: _in_list(
    staticmethod(held), lambda made: made.__func__
)


def _in_list(made: Any, get: Callable[[Any], Any]) -> Held:
    container = [made]
    return Held(container, lambda: get(container[0]))


@holder
def tuple_in_an_instance(held: Any) -> Held:
    thing = Plain((1, held))
    return Held(thing, lambda: thing.held[1])


@holder
def tuple_in_a_slot(held: Any) -> Held:
    thing = Slotted((1, held))
    return Held(thing, lambda: thing.held[1])


@holder
def tuple_with_two_holders(held: Any) -> Held:
    both = (held,)
    first, second = {"both": both}, [both]
    return Held((first, second), lambda: both_same(first["both"], second[0])[0])


def both_same(one: Any, other: Any) -> Any:
    assert one is other
    return one


# -- functions ---------------------------------------------------------------------------------


def _default(function: Callable[..., Any]) -> Held:
    return Held(function, lambda: function()[0])


@holder
def default(held: Any) -> Held:
    def function(first: Any = held, other: int = 7) -> Any:
        return first, other

    return _default(function)


@holder
def default_of_a_keyword(held: Any) -> Held:
    def function(*, first: Any = held) -> Any:
        return (first,)

    return _default(function)


@holder
def default_of_a_lambda(held: Any) -> Held:
    return _default(lambda first=held: (first,))


@holder
def default_of_a_method(held: Any) -> Held:
    class Owner:
        def method(self, first: Any = held) -> Any:
            return (first,)

    return _default(Owner().method)


@holder
def default_of_a_class_method(held: Any) -> Held:
    class Owner:
        @classmethod
        def method(cls, *, first: Any = held) -> Any:
            return (first,)

    return _default(Owner.method)


@holder
def tuple_as_a_default(held: Any) -> Held:
    def function(first: Any = (held,)) -> Any:
        return first

    return _default(function)


@holder
def closure(held: Any) -> Held:
    def function() -> Any:
        return (held,)

    return _default(function)


@holder
def closure_in_a_closure(held: Any) -> Held:
    def outer() -> Any:
        def inner() -> Any:
            return (held,)

        return inner

    return _default(outer())


@holder
def tuple_in_a_closure(held: Any) -> Held:
    both = (held, 7)

    def function() -> Any:
        return both

    return _default(function)


@holder
def attribute_of_a_function(held: Any) -> Held:
    def function() -> Any:
        return (function.held,)  # type: ignore[attr-defined]

    function.held = held  # type: ignore[attr-defined]
    return _default(function)


@holder
def wrapper(held: Any) -> Held:
    def function() -> None: ...

    # Without what update_wrapper copies from the function, which is not held by it.
    made: Any = functools.update_wrapper(function, held, updated=())
    return Held(made, lambda: made.__wrapped__)


# -- partials ----------------------------------------------------------------------------------


class OwnPartial(functools.partial):  # type: ignore[type-arg]
    pass


def _partial(made: Any) -> Held:
    return Held(made, lambda: made.func)


def function_of_tests(*args: Any, **kwargs: Any) -> None: ...


HOLDERS["partial"] = lambda held: _partial(functools.partial(held, 1, a=2))
HOLDERS["partial of another type"] = lambda held: _partial(OwnPartial(held))
HOLDERS["partial of a partial"] = lambda held: _partial(
    functools.partial(functools.partial(held, 1), 2)
)


@holder
def argument_of_a_partial(held: Any) -> Held:
    made = functools.partial(function_of_tests, 1, held)
    return Held(made, lambda: made.args[1])


@holder
def keyword_of_a_partial(held: Any) -> Held:
    made = functools.partial(function_of_tests, a=held)
    return Held(made, lambda: made.keywords["a"])


@holder
def attribute_of_a_partial(held: Any) -> Held:
    made: Any = functools.partial(function_of_tests)
    made.held = held
    return Held(made, lambda: made.held)


@holder
def partial_in_a_tuple_in_a_dict(held: Any) -> Held:
    made = {"both": (functools.partial(held),)}
    return Held(made, lambda: made["both"][0].func)


@holder
def method_of_a_partial(held: Any) -> Held:
    class Owner:
        method = functools.partialmethod(held, 1)

    return Held(Owner, lambda: vars(Owner)["method"].func)


# -- classes -----------------------------------------------------------------------------------


class RefusingMeta(type):
    def __setattr__(cls, name: str, value: Any) -> None:
        raise AssertionError


def _class(**names: Any) -> Any:
    return type("Made", (), names)


def _of_class(made: Any, get: Callable[[Any], Any]) -> Held:
    return Held(made, lambda: get(vars(made)["held"]))


HOLDERS["class"] = lambda held: _of_class(_class(held=held), lambda found: found)
HOLDERS["class that refuses changes"] = lambda held: _of_class(
    RefusingMeta("Made", (), {"held": held}), lambda found: found
)
HOLDERS["static method"] = lambda held: _of_class(
    _class(held=staticmethod(held)), lambda found: found.__func__
)
HOLDERS["class method"] = lambda held: _of_class(
    _class(held=classmethod(held)), lambda found: found.__func__
)
HOLDERS["property"] = lambda held: _of_class(
    _class(held=property(held, None, held, "what it is")),
    lambda found: found.fget if found.fget is found.fdel and found.__doc__ == "what it is" else 0,
)
HOLDERS["tuple in a class"] = lambda held: _of_class(_class(held=(1, held)), lambda found: found[1])
HOLDERS["partial in a class"] = lambda held: _of_class(
    _class(held=functools.partial(held)), lambda found: found.func
)


@holder
def default_in_a_dataclass(held: Any) -> Held:
    @dataclasses.dataclass
    class Owner:
        kept: Any = dataclasses.field(default=held)

    return Held(Owner, lambda: Owner().kept)


@holder
def member_of_an_enumeration(held: Any) -> Held:
    class Owner(enum.Enum):
        HELD = (held,)

    return Held(Owner, lambda: Owner.HELD.value[0])


# -- what is left as it is ---------------------------------------------------------------------


class WithAttributes(tuple):  # type: ignore[type-arg]
    """A tuple that another cannot be made of: who knows what its attributes are for."""


class Key:
    """One with a hash of its own."""

    def __init__(self) -> None:
        self.asked = 0

    def __hash__(self) -> int:
        self.asked += 1
        return 7


LEFT: dict[str, Callable[[Any], Held]] = {}
"""Holders that cannot be changed, or only by code that is not ours."""

LEFT["tuple with attributes"] = lambda held: _in_list(WithAttributes([held]), lambda made: made[0])
LEFT["key of a dict"] = lambda held: _in_list({held: 1}, lambda made: next(iter(made)))
LEFT["tuple in a set"] = lambda held: _in_list({(held,)}, lambda made: next(iter(made))[0])
LEFT["arguments of an error"] = lambda held: _in_list(ValueError(held), lambda made: made.args[0])
LEFT["slice"] = lambda held: _in_list(slice(held), lambda made: made.stop)
LEFT["iterator"] = lambda held: _in_list(map(held, [1]), lambda made: made.__reduce__()[1][0])


def _key(make: Callable[[Key], Any]) -> Callable[[Any], Held]:
    def made(held: Any) -> Held:
        key = Key()
        names = {make(key): held}
        key.asked = 0
        return Held((key, names), lambda: next(iter(names.values())) if not key.asked else None)

    return made


LEFT["dict with a key of another type"] = _key(lambda key: key)
LEFT["dict with such a key in a tuple"] = _key(lambda key: (1, key))


def _local(held: Any) -> Held:
    def runs(inside: Any) -> Any:
        while True:
            yield inside

    running = runs(held)
    return Held(running, lambda: next(running))


LEFT["local variable of a generator"] = _local
