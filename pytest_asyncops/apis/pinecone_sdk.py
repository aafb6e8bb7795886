"""What the `pinecone` package keeps for the whole process, and a test has to begin without."""

from __future__ import annotations

import sys

_KEEPERS = (
    ("pinecone._internal.http_client", "get_budget_registry"),
    ("pinecone._internal.bulk.registry", "get_registry"),
)
"""The modules and functions that give what keeps something.

The first has how many more retries each host is worth: a test with many failures would leave none
for the next one. The second has when a host may be asked again, in the virtual time of a test that
is over.
"""


def forget() -> None:
    """Let the package forget it, if the code under test has imported it, and if it keeps it."""
    for module, function in _KEEPERS:
        keeper = getattr(sys.modules.get(module), function, None)
        reset = getattr(keeper() if callable(keeper) else None, "_reset", None)
        if callable(reset):
            reset()
