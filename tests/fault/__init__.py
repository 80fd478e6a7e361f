"""Every call of stockd and stockctl fails once: see README.md."""
