"""Breaks payloads by edits, each with the violations that it makes."""
