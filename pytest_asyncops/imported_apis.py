"""APIs that are named by their place: ``package.module:NAME``."""

from __future__ import annotations

from importlib import import_module

from .errors import InvalidArgument, hides_usage_errors, unknown_choice
from .serving.api import Api

__tracebackhide__ = hides_usage_errors


def imported_api(place: str) -> Api:
    """The API at a place such as ``package.module:NAME``.

    Raises:
        InvalidArgument: for another form, a module that there is not, and for what is no `Api`.
        Exception: what the module itself raises.
    """
    name, _, attribute = place.partition(":")
    if not all(part.isidentifier() for part in (*name.split("."), attribute)):
        raise InvalidArgument(
            f"an API of your own is named by its module and its name there, as in "
            f"'package.module:NAME', not {place!r}",
            value=place,
        )
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if not f"{name}.".startswith(f"{missing}."):
            raise  # a module that this one imports
        raise InvalidArgument(
            f"{place!r} names an API of your own, and there is no module {missing!r}. Modules are "
            "found where Python looks for them, and in the directories of pytest's ini option "
            "pythonpath.",
            value=place,
        ) from None
    own = {one: value for one, value in vars(module).items() if isinstance(value, Api)}
    if attribute in own:
        return own[attribute]
    if hasattr(module, attribute):
        raise unknown_choice(
            f"Api in {name}:", attribute, own, f"It is {getattr(module, attribute)!r}."
        )
    raise unknown_choice(f"Api in {name}:", attribute, own)
