"""The ways in which one thread hands something to another, by name."""

from __future__ import annotations

# Each of these adds its own to the table.
from . import hand_overs_of_loops, hand_overs_of_threads  # noqa: F401
from .hand_over_rows import HAND_OVERS

__all__ = ["HAND_OVERS"]
