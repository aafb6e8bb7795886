"""``python -m pytest_asyncops serve``: the stubs for people, and for programs in any language."""
