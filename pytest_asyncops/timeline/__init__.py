"""What happened in a test, in order: as data, as text and as HTML."""
