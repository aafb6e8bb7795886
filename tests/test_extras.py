"""What an extra is needed for says how to install it."""

from __future__ import annotations

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.extras import needing


def test_a_part_that_is_missing_names_the_line_that_installs_it():
    with pytest.raises(InvalidArgument) as caught, needing("server", "tls=True"):
        raise ModuleNotFoundError("No module named 'trustme'", name="trustme")
    assert str(caught.value) == (
        "tls=True needs trustme, which is not installed: "
        "python -m pip install 'pytest-asyncops[server]'"
    )
    assert (caught.value.value, caught.value.choices) == ("trustme", ("server",))


def test_what_is_there_needs_nothing():
    with needing("server", "tls=True"):
        pass
