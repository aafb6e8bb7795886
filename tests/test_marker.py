"""What the marker and the ini file say is read as it was written."""

from __future__ import annotations

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.marker import mark_in_vain, settings_of_ini, settings_of_marks

MARKED = """
import pytest

pytestmark = pytest.mark.asyncops(clock="real", network="block")

@pytest.mark.asyncops()
@pytest.mark.asyncops(clock="manual", apis=["chainloop"])
def test_one(): ...
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Other plugins take their time to load, and have something to say."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_closest_mark_comes_first(pytester):
    item = pytester.getitem(MARKED, "test_one")
    assert settings_of_marks(item) == [
        {"clock": "manual", "apis": ["chainloop"]},
        {},
        {"clock": "real", "network": "block"},
    ]


def test_a_mark_that_is_in_vain_is_shown_with_its_settings(pytester):
    item = pytester.getitem(MARKED, "test_one")
    assert mark_in_vain(item).startswith(
        "@pytest.mark.asyncops(clock='manual', apis=['chainloop']) of "
        f"{item.nodeid} has no mock to set: "
    )


def test_a_setting_without_a_name(pytester):
    item = pytester.getitem(MARKED.replace("clock=", ""), "test_one")
    with pytest.raises(InvalidArgument) as caught:
        settings_of_marks(item)
    assert caught.value.value == "manual"
    assert mark_in_vain(item).startswith("@pytest.mark.asyncops('manual', apis=['chainloop']) of ")


def test_the_ini_file_has_what_it_says(pytester):
    pytester.makeini("[pytest]\nasyncops_clock = manual\nasyncops_max_polls_at_once = 7\n")
    config = pytester.parseconfig("-p", "asyncops")
    assert settings_of_ini(config) == {"clock": "manual", "max_polls_at_once": "7"}
