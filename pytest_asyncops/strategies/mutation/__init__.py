"""Breaks payloads by edits, and predicts the violations that these make."""
