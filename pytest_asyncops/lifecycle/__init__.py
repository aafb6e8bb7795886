"""How an operation goes: pure rules, as data."""
