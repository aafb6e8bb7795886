"""Keeps requests from the network while a mock is open, whatever client library sends them."""
