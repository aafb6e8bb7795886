"""Checks responses and histories against their contract, and reports all violations."""

from __future__ import annotations

from .assertions import assert_conforms, violations
from .history import assert_history

__all__ = ["assert_conforms", "assert_history", "violations"]
