"""Answers requests, without I/O."""
