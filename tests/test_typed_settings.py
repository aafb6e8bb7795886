"""What an editor knows of the settings is what the table of settings says."""

from __future__ import annotations

import datetime
import os
import typing
from collections.abc import Iterable, Mapping
from typing import Union

import pytest
from support.settings_table import TABLE
from support.typed_signatures import alternatives

from pytest_asyncops import Api, Settings
from pytest_asyncops.durations import Seconds

KINDS = {
    "count": [int],
    "seconds": alternatives(Seconds),
    "instant": [str, datetime.datetime],
    "hosts": [str, Iterable[str]],
    "urls": [Mapping[str, Union[str, Mapping[str, str]]]],
    "rate": [float],
    "flag": [bool],
    "path": [str, os.PathLike[str], type(None)],
}


def test_the_typed_settings_are_those_of_the_table():
    assert list(Settings.__annotations__) == list(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE.keys() - {"apis", "transport"}))
def test_a_setting_has_the_choices_of_the_table(name):
    setting = TABLE[name]
    takes = alternatives(typing.get_type_hints(Settings)[name])
    assert takes == (list(setting.choices) if setting.kind == "choice" else KINDS[setting.kind])


def test_transports_are_one_name_or_several():
    *names, several = alternatives(typing.get_type_hints(Settings)["transport"])
    assert names == list(TABLE["transport"].choices)
    assert typing.get_origin(several) is Iterable
    assert alternatives(*typing.get_args(several)) == names


def test_apis_are_names_or_values():
    name, several = alternatives(typing.get_type_hints(Settings)["apis"])
    assert name is str
    assert typing.get_origin(several) is Iterable
    assert alternatives(*typing.get_args(several)) == [str, Api]
