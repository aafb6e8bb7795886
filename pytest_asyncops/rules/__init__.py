"""What a contract states in its prose, as data."""
