"""Every setting by its full name, and its value in settings that have been read."""

from __future__ import annotations

from pytest_asyncops.settings import GENERAL, READINGS

TABLE = {setting.name: setting for setting in GENERAL} | {
    f"{api}_{setting.name}": setting for api, settings in READINGS.items() for setting in settings
}


def read(settings, name):
    """The setting of this name, in the form that it has once it is read."""
    for api in settings.readings:
        if name.startswith(f"{api}_"):
            return settings.readings[api][name.removeprefix(f"{api}_")]
    return getattr(settings, name)
