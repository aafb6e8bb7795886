"""Transports catch the requests of client libraries: one file per library, imported when chosen.

A transport is a class that takes the base URLs of the stubs, and a function to call before a
request leaves for the network. It has ``start`` and ``stop``. The setting ``transport`` has their
names, and ``mocking`` starts the one that is chosen.
"""
