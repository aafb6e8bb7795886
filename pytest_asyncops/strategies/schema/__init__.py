"""The engine: from any schema to values. It knows no API."""
