"""``python -m pytest_asyncops`` is the command."""

from __future__ import annotations

import subprocess
import sys


def test_it_says_what_there_is():
    command = [sys.executable, "-m", "pytest_asyncops", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "serve" in done.stdout
