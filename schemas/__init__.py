"""The published contracts of the two APIs, as package data."""
