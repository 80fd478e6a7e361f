"""Several stockds over one PostgreSQL, and what is left when they fail."""
