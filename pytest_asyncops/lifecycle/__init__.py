"""What becomes of an operation: pure rules, as data."""
