"""The APIs that the clients of the field are shown with are as short as the docs say."""

from __future__ import annotations

import pytest
from support import azure_operations, databricks_runs, google_longrunning


@pytest.mark.parametrize("module", [azure_operations, databricks_runs, google_longrunning])
def test_an_api_takes_sixty_lines(module):
    with open(module.__file__, encoding="utf-8") as file:
        assert len(file.readlines()) <= 60
