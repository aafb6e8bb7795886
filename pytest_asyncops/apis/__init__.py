"""The built-in APIs, one value each."""
