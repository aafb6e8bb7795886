"""A published document: an OpenAPI document in YAML, read and looked up."""
