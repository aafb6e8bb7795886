"""Makes payloads as a coherent server sends them: schema, prose and habits at once."""
