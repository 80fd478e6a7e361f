"""The SQL of the PostgreSQL store: what its statements mean, and what Citus could distribute."""
