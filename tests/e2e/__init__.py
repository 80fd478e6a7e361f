"""stockctl as its user runs it: against a real stockd, and against a server that misbehaves."""
