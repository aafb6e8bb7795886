"""What the `pinecone` package remembers for the whole process, and each test must begin without."""

from __future__ import annotations

import sys

_KEEPERS = (
    ("pinecone._internal.http_client", "get_budget_registry"),
    ("pinecone._internal.bulk.registry", "get_registry"),
)
"""The modules and functions that return objects with a memory.

The first remembers how many retries are left for each host: a test with many failures would leave
none for the next one. The second remembers when a host may be asked again, in the virtual time of a
test that is over.
"""


def forget() -> None:
    """Let the package forget this, if the code under test has imported it."""
    for module, function in _KEEPERS:
        keeper = getattr(sys.modules.get(module), function, None)
        reset = getattr(keeper() if callable(keeper) else None, "_reset", None)
        if callable(reset):
            reset()
