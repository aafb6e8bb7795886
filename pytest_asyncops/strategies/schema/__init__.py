"""Makes values of any schema. Nothing here knows an API."""
