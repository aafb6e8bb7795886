"""A request answered, without I/O."""
