"""Whether responses are what their contract allows, and what is wrong with them if not."""

from __future__ import annotations

from .assertions import assert_conforms, violations
from .history import assert_history

__all__ = ["assert_conforms", "assert_history", "violations"]
