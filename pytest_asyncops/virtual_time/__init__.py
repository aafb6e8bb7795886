"""Finds the waits of the code under test and skips them; the clocks move along."""
