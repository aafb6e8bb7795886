"""What the marker and the ini file say is read as it was written."""

from __future__ import annotations

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.marker import mark_in_vain, resolved, settings_of_ini, settings_of_marks

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


@pytest.mark.parametrize("mark", ["", "\npytestmark = pytest.mark.asyncops(clock='real')\n"])
def test_a_mistake_in_the_ini_file_is_told_with_file_and_option(pytester, mark):
    pytester.makeini(
        "[pytest]\naddopts = -p asyncops\nasyncops_network = pass\nasyncops_epoch = 2026-01-01\n"
    )
    item = pytester.getitem(f"import pytest{mark}\ndef test_one(): ...\n", "test_one")
    with pytest.raises(InvalidArgument) as caught:
        resolved(item)
    assert str(caught.value) == (
        f"{item.config.inipath}: asyncops_epoch = '2026-01-01': epoch='2026-01-01' has no time "
        "zone. For UTC write epoch='2026-01-01T00:00:00Z'."
    )
    assert caught.value.value == "2026-01-01"


def test_a_mistake_in_a_mark_is_not_the_ini_files(pytester):
    pytester.makeini("[pytest]\naddopts = -p asyncops\nasyncops_network = pass\n")
    mark = "@pytest.mark.asyncops(clock='manul')"
    item = pytester.getitem(
        f"import pytest\n{mark}\ndef test_one(asyncops_mock): ...\n", "test_one"
    )
    with pytest.raises(InvalidArgument, match=r"^unknown clock 'manul'\."):
        resolved(item)


def test_the_ini_file_has_what_it_says(pytester):
    pytester.makeini("[pytest]\nasyncops_clock = manual\nasyncops_max_polls_at_once = 7\n")
    config = pytester.parseconfig("-p", "asyncops")
    assert settings_of_ini(config) == {"clock": "manual", "max_polls_at_once": "7"}
