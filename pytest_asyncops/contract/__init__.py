"""Published contracts: OpenAPI documents in YAML, read, checked and looked up."""
