"""The child processes of this one, whose end only the real world decides."""

from __future__ import annotations

import os


def has_children() -> bool:
    """Whether this process has a child, running or ended, that nobody has waited for."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
