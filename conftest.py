"""What every test of this project shares."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# Its asserts say what they compared, as those of tests do.
pytest.register_assert_rewrite("support")

# "ci" gives the same examples every time, so that a green run stays green; "explore" looks for
# new ones, and runs 20 times what has to be the same in every run:
# HYPOTHESIS_PROFILE=explore python -m pytest
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
