"""What runs of pytest are given to test, and what they print."""

from __future__ import annotations

HELP = """
import time, pytest, requests
from pytest_asyncops import Lifecycle, State

URL = "https://api.app.chainloop.dev/v1/operations"
BEARER = {"Authorization": "Bearer s3cret-t0ken"}

def get(path=""):
    return requests.get(URL + path, headers=BEARER)
"""


def errors(result) -> list[str]:
    """The lines of the output that pytest marks as errors."""
    return [line for line in result.outlines if line.startswith("E ")]


def section(result, begin: str) -> list[str]:
    """The lines below this headline, up to the next one."""
    start = next(i for i, line in enumerate(result.outlines) if line.strip("_= ") == begin)
    lines = []
    for line in result.outlines[start + 1 :]:
        if line.startswith(("___", "===")):
            break
        lines.append(line)
    return lines
