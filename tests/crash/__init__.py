"""What is left of a real stockd's data after its process, its disk or its files failed."""
