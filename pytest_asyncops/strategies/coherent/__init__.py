"""What a coherent server sends: schema, prose and habits at once."""
