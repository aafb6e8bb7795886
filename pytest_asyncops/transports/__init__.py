"""How requests of client libraries are caught: one file per library, imported when chosen.

A transport is a class that takes the addresses of the stubs and the report of what it blocks, and
has ``start`` and ``stop``.
"""
